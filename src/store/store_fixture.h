/* SPDX-License-Identifier: MIT */
/*
 * store_fixture.h - the ground of the conformance tests of stores: a fixture for each
 * kind, a request that waits for its answer, and samples of rows. For cmocka.
 */
#ifndef CG_STORE_FIXTURE_H
#define CG_STORE_FIXTURE_H

#include "store.h"

enum { MOST = 16, NOW = 1700000000 };

/* A way to open a store; `again` opens the same data a second time, if it lasts. */
typedef struct {
  const char *name;
  bool file;
} opener;

typedef struct {
  const opener *how;
  char dir[64], url[128];
  cg_store *store;
} fixture;

/* A reply, copied out of the callback. */
typedef struct {
  int calls;
  cg_err err;
  int64_t number;
  uint32_t count;
  cg_store_key key;
  cg_store_user users[MOST];
  cg_store_auth auths[MOST];
  cg_store_code codes[MOST];
  cg_store_message messages[MOST];
  char texts[MOST][64];
  cg_store_chat chats[MOST];
  char methods[MOST][64];
  cg_store_missing missing[MOST];
  cg_store_counts counts;
  cg_store_token token;
  cg_store_password password;
  cg_store_email email;
  uint8_t blob[64];
  size_t blob_len;
} answer;

extern answer got; /* the newest answer */

cg_err ask(void **state, cg_store_request rq);

#define ASK(...) ask(state, (cg_store_request){ __VA_ARGS__ })

void sync_ok(void **state);

cg_store_key key_of(uint64_t id);
cg_store_code code_of(const char *hash, uint64_t key, const char *phone);
cg_err add_code(void **state, const char *hash, uint64_t key, const char *phone);
/* Logs a key in with a code of its own. */
void log_in(void **state, const char *hash, uint64_t key, int64_t user, int64_t when);

/* A token of user 77 that lives for 30 s, its hash made of n. */
cg_store_token token_of(int n, cg_token_kind kind);
cg_err token_get(void **state, const cg_store_token *token, int64_t now);

int set_up_memory(void **state);
int set_up_file(void **state);
int tear_down(void **state);

/* Entries of a table of tests. */
#define IN_MEMORY(name) { "memory: " #name, test_##name, set_up_memory, tear_down, NULL },
#define IN_FILE(name) { "file: " #name, test_##name, set_up_file, tear_down, NULL },

#endif
