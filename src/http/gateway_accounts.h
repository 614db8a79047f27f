/* SPDX-License-Identifier: MIT */
/*
 * gateway_accounts.h - the accounts of a gateway: their tokens and names, their session
 * files, and the clients of those that are in use.
 *
 * DIR holds accounts.json (0600; tokens as SHA-256 only), a lock, and one session file
 * per account. A client is opened when it is needed and closed when it was idle; what
 * is to be removed goes in the tick, where no client is inside a callback.
 */
#ifndef CG_GATEWAY_ACCOUNTS_H
#define CG_GATEWAY_ACCOUNTS_H

#include "token.h"
#include "updates.h"

#include <centigram/client.h>
#include <centigram/login.h>
#include <centigram/session.h>

enum {
  CG_ACCOUNT_ID = 16,
  CG_ACCOUNT_NAME_MOST = 64,
  CG_ACCOUNTS_MOST = 10000,
  CG_ACCOUNT_UNUSED_S = 86400 /* an account that was never logged in is kept so long */
};

/* How an account came to be, and is reached. */
typedef enum {
  CG_BY_PHONE,   /* /phonelogin: token, later USER_ID:TOKEN */
  CG_BY_SESSION, /* /api: a name */
  CG_BY_V1       /* /v1: id and token */
} cg_account_origin;

typedef struct cg_account {
  struct cg_account *next;
  cg_account_origin origin;
  char id[CG_ACCOUNT_ID + 1];
  char hash[CG_TOKEN_HASH_SIZE];       /* of its token; empty: BY_SESSION */
  char name[CG_ACCOUNT_NAME_MOST + 1]; /* BY_SESSION */
  int64_t user_id;                     /* who was logged in last; 0: nobody yet */
  bool active;    /* the key may be logged in, also below a login that is pending */
  bool permanent; /* USER_ID:TOKEN was used: TOKEN alone is not taken any more */
  bool parked;    /* a session that was removed and may be added again */
  bool dead;      /* to be removed; found no more */
  int64_t created_s;
  cg_client *client; /* NULL: closed */
  unsigned calls;    /* requests that need it */
  uint64_t used_us;
  struct cg_accounts *of;
  cg_updates updates;
  unsigned readers; /* WebSockets that its updates go to, but for those of all sessions */
  bool woken;       /* the client was made to connect, and stays so by itself */
  uint64_t wake_us; /* not before */
  /* The newest request with an idempotency key, and what it was answered with. */
  char *replay_key, *replay; /* NULL: none */
  int replay_status;         /* 0: not answered yet */
} cg_account;

typedef struct cg_accounts {
  cg_client_options client; /* what each is opened with, but for its session */
  char *dir;
  cg_rng rng;
  int lock;
  cg_account *first;
  size_t count, open; /* accounts; those with a client */
  bool dying;         /* one is dead */
  uint64_t look_us;   /* when to look for those that nobody used */
  unsigned readers;   /* WebSockets that updates of all sessions go to */
  /* What a server sent by itself, in a callback of its client. NULL: nobody is told. */
  void (*update)(void *ctx, cg_account *account, const tl_obj *object);
  void *update_ctx;
} cg_accounts;

/* Locks DIR, which exists, and reads its accounts. LOCKED, IO, CORRUPT, MEMORY; each
 * names the file. `rng` and what `client` points to must outlive it. */
CG_MUST_USE cg_err cg_accounts_open(cg_accounts *a, const char *dir, const cg_rng *rng,
                                    const cg_client_options *client, cg_fault *fault);
/* Closes all clients; their calls end with CLOSED. */
void cg_accounts_close(cg_accounts *a);

/* A new account, kept. `name` is for BY_SESSION, `token` takes the token of the others.
 * LIMIT, RANDOM, IO, MEMORY. */
CG_MUST_USE cg_err cg_accounts_add(cg_accounts *a, cg_account_origin origin,
                                   const char *name, int64_t now_s, char *token,
                                   cg_account **out, cg_fault *fault);

/* Writes accounts.json. IO, MEMORY. */
CG_MUST_USE cg_err cg_accounts_save(cg_accounts *a, cg_fault *fault);

/* Whose token `text` is, in the form that it has now, or NULL. Takes the same time for
 * whatever text of that length. */
cg_account *cg_accounts_by_token(cg_accounts *a, const char *text);
/* Parked ones too. */
cg_account *cg_accounts_by_name(cg_accounts *a, const char *name);

/* True for 1 to 64 letters, digits and "._-/". */
bool cg_accounts_name_is_good(const char *name);

/* Opens the account's client unless it is open. Not from inside a callback of a client.
 * As cg_client_open(), which does not wait for a lock. */
CG_MUST_USE cg_err cg_accounts_client(cg_accounts *a, cg_account *account,
                                      cg_fault *fault);

/* The login of an account, whether its client is open or not. Errors as
 * cg_session_show(). */
CG_MUST_USE cg_err cg_accounts_login(const cg_accounts *a, const cg_account *account,
                                     cg_login_info *out, cg_fault *fault);

/* Whether somebody waits for what the server sends by itself. */
bool cg_account_is_read(const cg_account *account);

/* Nobody finds it any more; its files go in the next tick. */
void cg_accounts_kill(cg_accounts *a, cg_account *account);

/* Keeps who is logged in now, if that is news. IO, MEMORY. */
CG_MUST_USE cg_err cg_accounts_entered(cg_accounts *a, cg_account *account,
                                       int64_t user_id, cg_fault *fault);

/* Makes `key` that of the newest request. False if memory is out. */
bool cg_account_begin_replay(cg_account *account, const char *key);
/* Keeps what that request was answered with; a failure that may pass is not kept. */
void cg_account_keep_replay(cg_account *account, int status, cg_bytes body);

/* Removes the dead and those that were never used, and closes clients that were idle
 * for `idle_us` and are not read. */
void cg_accounts_tick(cg_accounts *a, uint64_t now_us, uint64_t idle_us);

#endif
