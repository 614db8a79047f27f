/* SPDX-License-Identifier: MIT */
/*
 * home.h - which data centre a key and an account belong to, when the server plays
 * several at once (login.md 1.5, protocol.md 239).
 *
 * A server of N data centres has the ids 1 to N. All of them share one store; a key is
 * known only where it was made. An account has a home: what belongs to it is done there,
 * and a login begins and ends there. With a single data centre that all comes to nothing:
 * clients may call it what they like.
 */
#ifndef CG_SERVER_HOME_H
#define CG_SERVER_HOME_H

#include "op.h"

/* True if there is a data centre of that id. */
bool cg_dc_exists(const cg_server *s, int32_t id);

/* Where it listens, as clients are told. */
uint16_t cg_dc_port(const cg_server *s, int32_t id);

/* Where a key was made. */
int32_t cg_dc_of_peer(const cg_peer *p);
int32_t cg_dc_of_op(const cg_op *op);

/* True if the key is known to those who come to data centre `dc`. */
bool cg_dc_knows(const cg_peer *p, int32_t dc);

/* The home of an account: what its test number names, else what was kept with it. */
int32_t cg_home_of_user(const cg_server *s, const cg_store_user *user);

/* True, and answered with 303 PHONE_MIGRATE_X, if the number alone tells that a login with
 * it has to begin elsewhere. */
bool cg_home_refuse_number(cg_op *op, const char *phone);

/* The same once it is known whose number it is: NETWORK_MIGRATE_X for one without an
 * account (NULL) if new ones are made elsewhere. `for_show`: it has to look as if there
 * were one, and those that there are have their home in the first data centre. */
bool cg_home_refuse_phone(cg_op *op, const cg_store_user *user, bool for_show);

/* The same for an account that is known without its number: USER_MIGRATE_X. */
bool cg_home_refuse_user(cg_op *op, int32_t home);

#endif
