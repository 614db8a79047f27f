/* SPDX-License-Identifier: MIT */
/* params.h - setTdlibParameters: from its fields to an open cg_client. */
#ifndef CG_TD_PARAMS_H
#define CG_TD_PARAMS_H

#include "client.h"

/* Opens the client of `r`, of TDLib's flat form or the nested one before it. The folder
 * is made if it is missing. Errors: as cg_dc_load() and cg_client_open(); USAGE. */
CG_MUST_USE cg_err cg_td_open(cg_td_request *r, cg_fault *fault);

#endif
