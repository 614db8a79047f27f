/* SPDX-License-Identifier: MIT */
/* err.h - the error codes, as the inside of the library sees them. */
#ifndef CG_ERR_H
#define CG_ERR_H
#include <centigram/error.h>
#endif
