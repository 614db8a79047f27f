/* SPDX-License-Identifier: MIT */
/* rpc_error.h - the server's rpc_error, read and taken apart. */
#ifndef CG_RPC_ERROR_H
#define CG_RPC_ERROR_H

#include <centigram/client.h>

/* True if `body` is an rpc_error, which is then in `out`. The text is made printable, a
 * code that makes no sense becomes 500 (protocol.md 224, 225, 229). */
bool cg_rpc_error_read(cg_bytes body, cg_rpc_error *out);

/* The data centre of PHONE_MIGRATE_X, NETWORK_MIGRATE_X or USER_MIGRATE_X; 0: neither. */
int32_t cg_rpc_error_migrate(const cg_rpc_error *e);

#endif
