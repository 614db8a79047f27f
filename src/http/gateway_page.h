/* SPDX-License-Identifier: MIT */
/* gateway_page.h - the login page, which the build makes out of gateway_page.html. */
#ifndef CG_GATEWAY_PAGE_H
#define CG_GATEWAY_PAGE_H

#include <centigram/base.h>

cg_bytes cg_gateway_page(void); /* HTML; static */

#endif
