/* SPDX-License-Identifier: MIT */
/* url.h - request targets: percent-decoding and queries. */
#ifndef CG_URL_H
#define CG_URL_H

#include "http.h"

/* Decodes "/path?name=value&..." into `rq`, its strings into `arena`. A plus sign in
 * the query is a blank. MALFORMED (another form of target, a bad or NUL escape), LIMIT
 * (too many parameters), MEMORY. */
cg_err cg_url_parse(const char *target, cg_arena *arena, cg_http_request *rq);

#endif
