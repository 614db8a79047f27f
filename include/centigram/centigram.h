/* SPDX-License-Identifier: MIT */
/*
 * centigram.h - everything that libcentigram offers a client. The typed objects of
 * the API are in <centigram/api.h>.
 */
#ifndef CENTIGRAM_H
#define CENTIGRAM_H

#include "base.h"
#include "client.h"
#include "error.h"
#include "login.h"
#include "loop.h"
#include "session.h"
#include "tl.h"

#endif
