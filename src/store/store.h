/* SPDX-License-Identifier: MIT */
/*
 * store.h - what a server must not forget, by request and completion.
 *
 * The server submits a request and is called back, perhaps before submit returns
 * (SQLite), perhaps later (a database over the network): it must not care. Every
 * request is one atomic step; attempts and state changes are compare-and-set inside
 * the store, never read-modify-write outside. Times are unix seconds and always
 * arguments. Strings in rows are NUL-terminated; strings and blobs in a reply live
 * until the callback returns. A code is dead from expires_at on: now >= expires_at.
 *
 * A completed write need not be durable yet: answers that depend on it are held back
 * until cg_store_sync() has returned CG_OK.
 */
#ifndef CG_STORE_H
#define CG_STORE_H

#include "err.h"

enum { CG_STORE_KEY_BYTES = 136, CG_STORE_MAC = 32, CG_STORE_SEALED = 96,
       CG_STORE_TOKEN_HASH = 32, CG_STORE_TOKEN_EXTRA = 256, CG_STORE_EMAIL = 128 };

/* What initConnection said, kept with the key. */
typedef struct {
  int32_t layer, api_id; /* layer 0: not initialised yet */
  char device[64], system[64], app[64], lang[16], lang_pack[16];
} cg_store_init;

typedef struct {
  uint64_t id;
  uint64_t aux_hash;
  uint8_t key[CG_STORE_KEY_BYTES];
  int32_t dc;
  int64_t created;
  cg_store_init init;
} cg_store_key;

typedef enum { CG_USER_ACTIVE, CG_USER_BANNED, CG_USER_DELETED } cg_user_state;
typedef struct {
  int64_t id, access_hash, created;
  char phone[16]; /* digits; "" for a bot */
  char first_name[260], last_name[260]; /* up to 64 characters */
  cg_user_state state;
  int32_t dc; /* its home; 0: none was kept */
} cg_store_user;

/* A logged-in key. user_id 0: the mark that another session has ended it, until it
 * knows. */
enum { CG_AUTH_UNCONFIRMED = 1, CG_AUTH_NO_ENCRYPTED = 2, CG_AUTH_NO_CALLS = 4,
       CG_AUTH_APPROVED = 8 /* another session let it in */ };
typedef struct {
  uint64_t key_id;
  int64_t user_id, hash, created, active;
  char ip[48];
  uint32_t flags;
  cg_store_init init; /* of its key, in what AUTH_GET and AUTH_LIST give; else zero */
} cg_store_auth;

/* A message of an account's own history. */
typedef struct {
  int64_t user_id;    /* whose history */
  int64_t peer_id;    /* the chat */
  int32_t id, pts;    /* given by the store: ids from 1 on, in order; pts from 2 on */
  bool out;
  int64_t date;
  int64_t random_id;  /* of who sent it; 0: none */
  int32_t bold;       /* so many UTF-16 units of its beginning are bold */
  cg_bytes text;      /* UTF-8 */
} cg_store_message;

/* A chat that has messages. */
typedef struct {
  int64_t peer_id;
  int32_t top_id, count, unread;
  int32_t read_id, read_pts; /* read up to this message, as of this pts; 0: never */
} cg_store_chat;

typedef enum { CG_CODE_LOGIN, CG_CODE_CHANGE_PHONE, CG_CODE_VERIFY_PHONE,
               CG_CODE_CONFIRM_PHONE, CG_CODE_RECOVERY, CG_CODE_PASSWORD_EMAIL,
               CG_CODE_EMAIL_SETUP, CG_CODE_EMAIL_CHANGE,
               CG_CODE_EMAIL_PASSPORT } cg_code_purpose;
/* login.md 3.2; the inbox shows them as live, verified, used, cancelled, expired,
 * exhausted, invalidated. */
typedef enum { CG_CODE_ISSUED, CG_CODE_NEED_SIGNUP, CG_CODE_NEED_PASSWORD,
               CG_CODE_CONSUMED, CG_CODE_CANCELLED, CG_CODE_EXPIRED, CG_CODE_EXHAUSTED,
               CG_CODE_INVALIDATED, CG_CODE_SETUP_EMAIL } cg_code_state;
enum { CG_CODE_STATES = CG_CODE_SETUP_EMAIL + 1 };
#define CG_CODE_BIT(state) (1u << (state))

/* Rungs of a ladder, one letter each in cg_store_code.ladder. */
#define CG_RUNG_APP 'a'
#define CG_RUNG_SMS 's'
#define CG_RUNG_CALL 'c'
#define CG_RUNG_FLASH 'f'
#define CG_RUNG_MISSED 'm'
#define CG_RUNG_EMAIL 'e'
#define CG_RUNG_SETUP_EMAIL 'E'
#define CG_RUNG_FRAGMENT 'F'
#define CG_RUNG_FIREBASE 'b' /* Android */
#define CG_RUNG_FIREBASE_IOS 'i'
#define CG_RUNG_WORD 'w'
#define CG_RUNG_PHRASE 'p'

typedef struct {
  char hash[40];          /* phone_code_hash */
  uint64_t key_id;        /* permanent key */
  cg_code_purpose purpose;
  char phone[16];
  int64_t user_id;        /* 0: no account */
  uint8_t mac[CG_STORE_MAC];
  uint8_t sealed[CG_STORE_SEALED]; /* the code under the server's secret */
  int32_t sealed_len;     /* 0: erased */
  int32_t secret_version, length; /* length: digits announced */
  char ladder[12];
  char hint[40];          /* what may be told about the code: its caller's prefix or
                             pattern, its first letter or word, a nonce */
  char email[CG_STORE_EMAIL]; /* where it goes, or what the login will attach; "" */
  int32_t rung, attempts, max_attempts, resends;
  cg_code_state state;
  int64_t sent_at, resend_at, expires_at, changed_at;
  int32_t api_id;
  char ip[48];
  int64_t won_user_id;    /* CONSUMED by a login: of this user; else 0 */
} cg_store_code;

/* A password of two-step verification, of which only v is known (srp.h), and what goes
 * with it. Texts are UTF-8; "" is none. */
typedef struct {
  bool set; /* false: no password; v and salts are zero */
  uint8_t v[256], salt1[40], salt2[16];
  char hint[256];
  char email[128]; /* for recovery */
} cg_store_secret;

/* A user who has had a password once keeps a row, so that versions never come again. */
typedef struct {
  int64_t user_id;
  int64_t revision; /* of the row; the store counts every change */
  int64_t version;  /* of the password: raised with every other v, or none */
  int64_t changed_at;
  cg_store_secret now;
  cg_store_secret pending; /* email: waits to be confirmed; set: so does the password */
  int64_t reset_at; /* when a reset that was asked for may be done; 0: none was */
  int64_t retry_at; /* not to be asked for again before */
} cg_store_password;

/* How an account logs in by email. */
typedef struct {
  int64_t user_id;
  char login_email[CG_STORE_EMAIL]; /* "": none */
  bool setup_due;   /* it must attach one before it logs in again */
  int64_t reset_at; /* when the reset that was asked for is over; 0: none was */
} cg_store_email;

/* What a client holds as a secret of its own to come back with. A token of one kind is
 * never one of another. States are the kind's own, 0..31. */
typedef enum { CG_TOKEN_FUTURE, CG_TOKEN_QR, CG_TOKEN_EXPORT,
               CG_TOKEN_BOT } cg_token_kind;
typedef struct {
  uint8_t hash[CG_STORE_TOKEN_HASH]; /* SHA-256 of the token */
  cg_token_kind kind;
  int64_t user_id; /* 0: nobody yet */
  uint64_t key_id; /* it ends with this key; 0: it outlives the key that got it */
  int32_t dc, state;
  int64_t expires; /* dead from then on */
  uint8_t extra[CG_STORE_TOKEN_EXTRA]; /* the kind's own */
  int32_t extra_len;
} cg_store_token;

typedef enum {
  CG_STORE_KEY_PUT,      /* key -> EXISTS if the id is taken */
  CG_STORE_KEY_GET,      /* id -> key, NOT_FOUND */
  CG_STORE_KEY_INIT,     /* id, key.init: what initConnection said; NOT_FOUND */
  CG_STORE_KEY_DELETE,   /* id: the key, its auth, live codes and tokens */
  CG_STORE_USER_GET,     /* id -> user, NOT_FOUND */
  CG_STORE_USER_FIND,    /* text = phone -> user, NOT_FOUND */
  CG_STORE_USER_ADD,     /* user, password or NULL -> EXISTS if the phone or id is taken */
  CG_STORE_USER_STATE,   /* id, number = cg_user_state -> user, NOT_FOUND */
  CG_STORE_USER_LIST,    /* -> users by id; limit (0: none, in every list) */
  CG_STORE_AUTH_PUT,     /* auth: in the place of the key's old one -> auth, UNCONFIRMED
                            if its user has another and did not let it in (APPROVED).
                            Logins of the key that wait for a password end, as EXPIRED. */
  CG_STORE_AUTH_GET,     /* id = key id -> auth, NOT_FOUND */
  CG_STORE_AUTH_DELETE,  /* id = key id; NOT_FOUND if there was none */
  CG_STORE_AUTH_LIST,    /* id = user id, 0 = all -> auths, newest first */
  CG_STORE_AUTH_END,     /* auth.user_id, hash (0: every one), key_id: ends these sessions
                            of the user, but not key_id, which ends them, and leaves
                            their marks -> auths */
  CG_STORE_AUTH_SET,     /* auth.user_id, hash (0: that of key_id), from = mask,
                            auth.flags: sets the flags under the mask -> auth after,
                            NOT_FOUND */
  CG_STORE_AUTH_TOUCH,   /* auth.key_id, ip, now: the session was active */
  CG_STORE_AUTH_TTL,     /* id = user, number = days of its sessions, 0: asks only
                            -> number, 0 if it was never set */
  CG_STORE_AUTH_EXPIRE,  /* now, number = days for users that have set none: deletes what
                            was not active for so long -> auths */
  CG_STORE_BOX_GET,      /* id = user -> number = pts, 1 if nothing has ever happened;
                            chats, the newest first */
  CG_STORE_MESSAGE_ADD,  /* message: to the end of its user's history -> message, with its
                            id and pts; EXISTS if the user has its random_id */
  CG_STORE_MESSAGE_SINCE,/* id = user, number = pts, limit -> messages of a later pts,
                            oldest first */
  CG_STORE_MESSAGE_LIST, /* message.user_id, peer_id, id, number, limit -> messages,
                            newest first. They begin with the newest of a lower id (0:
                            of all), or `number` places behind it, or before it: of the
                            `limit` then those that there are */
  CG_STORE_MESSAGE_READ, /* message.user_id, peer_id, id: up to that one all are read
                            -> number = pts; the chat, if that was news */
  CG_STORE_CODE_ADD,     /* code; ends at its sent_at what waits for more (sign-up,
                            password, email) of the same key, phone and purpose as
                            EXPIRED, and the oldest live ones of the key beyond `limit`
                            (0: none) as CANCELLED; EXISTS, and nothing is changed, if
                            there is a live one in ISSUED, or the hash is taken */
  CG_STORE_CODE_GET,     /* text = hash -> code, NOT_FOUND */
  CG_STORE_CODE_LIVE,    /* code.key_id, phone, purpose, now: not terminal, not yet
                            dead -> code, NOT_FOUND */
  CG_STORE_CODE_ATTEMPT, /* text = hash, now: attempts + 1 while ISSUED, NEED_SIGNUP or
                            NEED_PASSWORD, attempts < max and now < expires_at
                            -> code as it is after, NOT_FOUND if nothing changed */
  CG_STORE_CODE_MOVE,    /* text = hash, from = bits of states, number = new state, now,
                            expires_at (0: keep) -> code after, NOT_FOUND if its state
                            was another or it is dead. Leaving ISSUED erases the sealed
                            copy. */
  CG_STORE_CODE_RESEND,  /* code, from, now: compare hash, state in from, rung == number,
                            not dead; sets state ISSUED, rung, mac, sealed,
                            secret_version, length, hint, email, sent_at, resend_at,
                            expires_at, resends + 1 -> code after, NOT_FOUND. Attempts
                            stay as they are by then. */
  CG_STORE_CODE_LOGIN,   /* text = hash, from, now, auth: state to CONSUMED, won_user_id,
                            and the auth put as by AUTH_PUT, in one transaction ->
                            code, auth; NOT_FOUND if the state was another or the code
                            is dead. A ladder that began with the set-up of an email
                            attaches code.email; a code by email ends its reset. */
  CG_STORE_CODE_SIGNUP,  /* as CODE_LOGIN, and adds `user` in the same transaction;
                            EXISTS if the phone is taken */
  CG_STORE_CODE_PENDING, /* id = key, now: the login of the key that waits for a password,
                            the newest -> code, NOT_FOUND */
  CG_STORE_CODE_LIST,    /* text = phone or NULL, limit, now -> codes, newest first; dead
                            ones that were live come as EXPIRED, without sealed */
  CG_STORE_PASSWORD_GET, /* id = user -> password, NOT_FOUND if there never was one */
  CG_STORE_PASSWORD_PUT, /* password, now: the whole row, if that in the store has the same
                            revision (0: there is none) -> password after, NOT_FOUND if
                            not. Another version ends the live codes of the user that
                            recover the password as INVALIDATED, and deletes the user's
                            future tokens, in the same transaction. */
  CG_STORE_TOKEN_PUT,    /* token -> EXISTS if the hash is taken */
  CG_STORE_TOKEN_GET,    /* token.hash, token.kind, now (0: dead ones too) -> token,
                            NOT_FOUND if there is none or it is dead */
  CG_STORE_TOKEN_FIND,   /* token.key_id, token.kind, now -> the live token of the key that
                            lives longest, NOT_FOUND */
  CG_STORE_TOKEN_MOVE,   /* token.hash, token.kind, from = bits of states, number = new
                            state, id = user (0: keep), now -> token after, NOT_FOUND if
                            its state was another, or it is dead */
  CG_STORE_TOKEN_TAKE,   /* token.hash, token.kind, from (0: any state), now: deletes it
                            -> token as it was, NOT_FOUND as MOVE */
  CG_STORE_TOKEN_DROP,   /* token.kind, token.user_id, token.key_id (0: of any): deletes
                            all of these -> number: how many there were */
  CG_STORE_EMAIL_GET,    /* id = user -> email, NOT_FOUND */
  CG_STORE_EMAIL_PUT,    /* email: in the place of the user's old row */
  CG_STORE_EMAIL_RESET,  /* id = user, number = reset_at while it was 0 -> email after,
                            NOT_FOUND */
  CG_STORE_COUNTER_HIT,  /* text = scope + ":" + id, number = window seconds, limit, now:
                            counts one -> number: 0, or seconds to wait if over the
                            limit; count: how often it was hit in this window */
  CG_STORE_COUNTER_GET,  /* text = scope + ":" + id, now -> count; number: seconds until it
                            runs out; both 0 if it has not been hit */
  CG_STORE_COUNTER_CLEAR,/* text = scope + ":" + id */
  CG_STORE_META_GET,     /* text = name -> blob, NOT_FOUND */
  CG_STORE_META_PUT,     /* text = name, blob */
  CG_STORE_MISSING_HIT,  /* text = method, number = its id: counts one */
  CG_STORE_MISSING_LIST, /* -> missing, most wanted first */
  CG_STORE_COUNTS,       /* now -> counts */
  CG_STORE_PURGE,        /* now: erases sealed copies of expired codes, deletes codes that
                            ended more than 24 h ago, counters that ran out, and tokens
                            an hour after: until then their end can be told of.
                            number: also keys that were created before that moment and
                            never used, which is never initialised or logged in; a key
                            that was is kept for ever, for without it its client is
                            logged out -> blob: the ids of those keys, 8 bytes each */
  CG_STORE_RESET         /* users, emails, auths, passwords, messages, codes, tokens,
                            counters, missing; keys and meta stay */
} cg_store_op;

typedef struct {
  cg_store_op op;
  uint64_t id;
  const char *text;
  int64_t number, now, expires_at;
  uint32_t from, limit;
  cg_bytes blob;
  const cg_store_key *key;
  const cg_store_user *user;
  const cg_store_auth *auth;
  const cg_store_code *code;
  const cg_store_token *token;
  const cg_store_message *message;
  const cg_store_password *password;
  const cg_store_email *email;
} cg_store_request;

typedef struct { const char *method; uint32_t id; int64_t count; } cg_store_missing;

/* How much there is. Codes as CODE_LIST has them, but for those that are live and whose
 * code nobody was ever sent. */
typedef struct {
  int64_t keys, users, auths; /* auths without the marks of ended ones */
  int64_t missing;            /* calls that were counted */
  int64_t codes[CG_CODE_STATES];
} cg_store_counts;

typedef struct {
  cg_err err; /* OK; NOT_FOUND, EXISTS: answers; STORE: out of reach or damaged */
  int64_t number;
  cg_bytes blob;
  uint32_t count; /* rows behind the pointer that the op fills */
  const cg_store_key *key;
  const cg_store_user *user; /* users: an array of count */
  const cg_store_auth *auth;
  const cg_store_code *code;
  const cg_store_token *token;
  const cg_store_message *message;
  const cg_store_chat *chat;
  const cg_store_password *password;
  const cg_store_email *email;
  const cg_store_missing *missing;
  const cg_store_counts *counts;
} cg_store_reply;

/* `reply` is the store's and valid during the call. May submit further requests. */
typedef void cg_store_done(void *ctx, const cg_store_reply *reply);

typedef struct cg_store cg_store;

/* Opens the store that `url` names: "sqlite:FILE" or "sqlite::memory:". Creates it
 * with mode 0600. Errors: LOCKED, CORRUPT, IO, USAGE (unknown kind). */
cg_err cg_store_open(cg_store **out, const char *url, cg_fault *fault);
void cg_store_close(cg_store *s); /* syncs first; NULL is allowed */

/* Submits one request, of which nothing needs to live on after the call. `done` is
 * called exactly once. */
void cg_store_submit(cg_store *s, const cg_store_request *request, cg_store_done *done,
                     void *ctx);

/* Ends a turn of the loop: makes every completed write durable (one commit for all
 * of them). STORE: they were rolled back; no answer that depends on them may leave. */
cg_err cg_store_sync(cg_store *s);

#endif
