/* SPDX-License-Identifier: MIT */
/* execute.h - a request that is answered at once. */
#ifndef CG_TD_EXECUTE_H
#define CG_TD_EXECUTE_H

#include "hub.h"

/* The answer, to be freed with cg_td_event_free(); NULL when memory is out. Any thread.
 */
cg_td_event *cg_td_execute(const char *request);

#endif
