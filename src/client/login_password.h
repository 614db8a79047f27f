/* SPDX-License-Identifier: MIT */
/*
 * login_password.h - the requests about a password: a proof that it is known, a new one.
 *
 * `told` is the account.password that the server has just sent: its B serves once. All
 * checks of login.md 4.3 and protocol.md 293-302 are made before anything is answered.
 * Objects live in `arena`, and texts that are given are borrowed. Errors are named in
 * `fault`: WEAK (what the server sent is not safe), UNEXPECTED (an algorithm that is not
 * known, a field that is missing), REFUSED (as centigram/login.h has it), RANDOM, CRYPTO,
 * MEMORY. Hashing takes 50 ms.
 */
#ifndef CG_LOGIN_PASSWORD_H
#define CG_LOGIN_PASSWORD_H

#include "login_state.h"
#include "rng.h"

/* auth.checkPassword */
CG_MUST_USE cg_err cg_login_ask_password(const tl_obj *told, const char *password,
                                         const cg_rng *rng, cg_arena *arena,
                                         const tl_obj **out, cg_fault *fault);

/* account.updatePasswordSettings */
CG_MUST_USE cg_err cg_login_ask_set_password(const tl_obj *told, const char *current,
                                             const cg_password_new *change,
                                             const cg_rng *rng, cg_arena *arena,
                                             const tl_obj **out, cg_fault *fault);

/* auth.recoverPassword. Without a `change` nothing needs to be told: `told` may be NULL.
 */
CG_MUST_USE cg_err cg_login_ask_recover(const tl_obj *told, const char *code,
                                        const cg_password_new *change, const cg_rng *rng,
                                        cg_arena *arena, const tl_obj **out,
                                        cg_fault *fault);

/* REFUSED: a hint that gives the password away, or none to give a hint for. */
CG_MUST_USE cg_err cg_login_check_new(const cg_password_new *change, cg_fault *fault);

/* The offer was used up or is out of date: account.getPassword is to be asked anew. */
bool cg_login_is_stale(const cg_rpc_error *error);

#endif
