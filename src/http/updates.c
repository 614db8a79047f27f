/* SPDX-License-Identifier: MIT */
/* updates.c - see updates.h for the contract. */
#include "updates.h"

#include "clock.h"
#include "mem.h"
#include "token.h"

#include <string.h>

enum { IDS_PER_SECOND = 1000 };

static size_t size_of(const cg_update *x) {
  return sizeof *x + x->json.len + x->peers.len;
}

static void drop_first(cg_updates *u) {
  cg_update *x = u->first;
  u->first = x->next;
  if (!u->first) u->last = NULL;
  u->count--;
  u->bytes -= size_of(x);
  cg_token_wipe(x, size_of(x)); /* messages hold codes */
  cg_free(x);
}

void cg_updates_turn_on(cg_updates *u, uint64_t now_us) {
  u->asked_us = now_us;
  if (u->on) return;
  u->on = true;
  int64_t from = cg_unix(now_us) * IDS_PER_SECOND;
  if (u->last_id < from) u->last_id = from;
}

void cg_updates_clear(cg_updates *u) {
  while (u->first) drop_first(u);
}

void cg_updates_turn_off(cg_updates *u) {
  cg_updates_clear(u);
  u->on = false;
}

static cg_update *copy_of(int64_t id, cg_bytes json, cg_bytes peers) {
  cg_update *x = cg_alloc(sizeof *x + json.len + peers.len);
  if (!x) return NULL;
  uint8_t *at = (uint8_t *)(x + 1);
  if (json.len) memcpy(at, json.at, json.len);
  if (peers.len) memcpy(at + json.len, peers.at, peers.len);
  *x = (cg_update){ .id = id,
                    .json = { at, json.len },
                    .peers = { at + json.len, peers.len } };
  return x;
}

void cg_updates_put(cg_updates *u, cg_bytes json, cg_bytes peers) {
  if (!u->on) return;
  u->last_id++;
  cg_update *x =
      json.len + peers.len < CG_UPDATES_BYTES ? copy_of(u->last_id, json, peers) : NULL;
  if (!x) return;
  if (u->last)
    u->last->next = x;
  else
    u->first = x;
  u->last = x;
  u->count++;
  u->bytes += size_of(x);
  while (u->first != x && (u->count > CG_UPDATES_MOST || u->bytes > CG_UPDATES_BYTES))
    drop_first(u);
}

void cg_updates_confirm(cg_updates *u, int64_t offset) {
  if (offset < 0)
    while (u->first && u->count > (uint64_t) - (offset + 1) + 1) drop_first(u);
  else
    while (u->first && u->first->id < offset) drop_first(u);
}
