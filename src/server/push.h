/* SPDX-License-Identifier: MIT */
/*
 * push.h - updates that go to clients by themselves.
 *
 * A session takes updates from its first call on that was not made with
 * invokeWithoutUpdates. What is pushed in a turn leaves when the turn is durable, like
 * every answer, and never if it is lost: it may be pushed at once with the change that
 * it tells of. For a session without a connection it waits for the next one.
 *
 * A session for which too much waits is told so once (updatesTooLong) and gets nothing
 * until there is room again: its client asks for the difference. That works for what is
 * kept with a pts; anything else is for those who listen.
 *
 * https://core.telegram.org/api/updates
 */
#ifndef CG_SERVER_PUSH_H
#define CG_SERVER_PUSH_H

#include "core.h"

/* Pushes `update`, any object of type Updates, to the sessions of permanent key
 * `key_id`, in the form that its layer has; to none if it has no form there. */
void cg_push_key(cg_server *s, uint64_t key_id, const tl_obj *update);

/* The same for every key on which the account is logged in, but for `except_key` (0:
 * for all). */
void cg_push_user(cg_server *s, int64_t user_id, uint64_t except_key,
                  const tl_obj *update);

#endif
