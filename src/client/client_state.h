/* SPDX-License-Identifier: MIT */
/*
 * client_state.h - the inside of a client, shared by client_core.c (life, events, time),
 * client_link.c (connection and key), client_calls.c (calls and their answers),
 * client_qr.c (QR codes that go on by themselves) and client_reset.c (the end of an
 * account).
 */
#ifndef CG_CLIENT_STATE_H
#define CG_CLIENT_STATE_H

#include "client_core.h"
#include "handshake.h"
#include "session.h"

enum {
  CG_CORE_KEYS = 16,
  CG_CORE_TRIES = 3,      /* key exchanges or broken connections in a row */
  CG_CORE_MIGRATIONS = 5, /* of one call */
  CG_CORE_REPEATS = 3     /* of a call that the server failed to carry out */
};

typedef enum {
  CG_LINK_DOWN,
  CG_LINK_CONNECTING,
  CG_LINK_HANDSHAKE,
  CG_LINK_SAVING, /* the key is agreed and waits to be on disk */
  CG_LINK_UP
} cg_link;

/* CONNECT, DISCONNECT and SAVE say nothing but their name and need no memory. */
enum { CG_CORE_PLAIN = CG_CORE_SAVE + 1 };

/* An event in the queue; for DONE it is the call itself. */
typedef struct cg_core_item {
  struct cg_core_item *next;
  cg_core_kind kind;
  uint64_t tag;
  cg_buf request, body; /* DONE, UPDATE */
  cg_rpc_error error;
  cg_fault fault;
  /* of a call */
  cg_login_step step;
  uint64_t deadline, timeout;
  int migrations, inits, repeats;
  uint64_t not_before; /* waits until then to be sent again */
  bool reads;          /* changes nothing on the server: may be repeated */
  bool sent;           /* the session has it */
  bool exposed;        /* the server may have carried it out, with its session's key */
  bool wrapped;        /* it went out in initConnection on this connection */
  bool moved;          /* its answer moved the login */
  bool of_reset;       /* a step of the reset; not held back by it */
  bool quiet;          /* nobody is to hear of it */
  bool alone;          /* made by the client itself, for a QR code */
} cg_core_item;

typedef struct {
  cg_core_item *first, **end;
} cg_core_list;

/* How far a soft reset has come. */
typedef enum {
  CG_RESET_NONE,
  CG_RESET_CANCEL, /* auth.cancelCode is under way */
  CG_RESET_BEGIN,  /* due: the marker, or the wipe of what is not logged in */
  CG_RESET_MARK,   /* the marker waits to be on disk */
  CG_RESET_LEAVE,  /* auth.logOut is under way: it is `call` */
  CG_RESET_WIPE    /* due: nothing local stays */
} cg_reset_phase;

struct cg_core {
  cg_core_options o;
  cg_session_data *data;
  cg_rsa_key *keys[CG_CORE_KEYS];
  size_t key_count;

  cg_link link;
  cg_framing *framing;
  cg_handshake *handshake;
  cg_session *session; /* lives over connections; NULL until there is a key */
  cg_auth_key key;     /* the session's */
  bool key_unsaved;    /* the data centre's key is not on disk yet */
  cg_buf out, plain;
  bool wanted;         /* a call was made: keep a connection */
  bool was_up;         /* the server has answered before */
  bool inited;         /* an initConnection was answered on this connection */
  int tries;           /* failures in a row */
  int refusals;        /* connections that could not be made, in a row */
  bool proving;       /* exchanges a key only to see whose server this is */
  int unknown_key;     /* transport errors -404 in a row */
  bool heard, denied;  /* on this connection the server used the session's key; did not
                          know it */
  uint64_t retry_at;   /* DOWN: when to connect */
  uint64_t give_up_at; /* CONNECTING: when it took too long */
  cg_fault trouble;    /* why there is no connection */

  struct {
    cg_reset_phase phase;
    cg_core_item *call; /* auth.logOut, which is answered at the end */
  } reset;
  bool resume; /* a reset of an earlier process is to be gone on with */

  struct {
    bool running;        /* auth.exportLoginToken is under way */
    bool due;            /* something may have come of the code */
    uint64_t not_before; /* the next renewal */
    uint64_t retry_at;   /* after a failure */
  } qr;

  cg_core_list calls, events;
  cg_core_item plain_events[CG_CORE_PLAIN];
  cg_core_item *given; /* the event that was given out last */
  uint64_t last_tag;
};

/* client_core.c */
void cg_core_append(cg_core_list *list, cg_core_item *item);
void cg_core_item_free(cg_core_item *item);
void cg_core_remove(cg_core_list *list, cg_core_item *item);
/* Queues a plain event. */
void cg_core_emit(cg_core *c, cg_core_kind kind);
cg_session_dc *cg_core_dc(cg_core *c); /* the main data centre's entry */
/* Keeps how far its clock is ahead of ours, in seconds; tells of a wrong clock. */
void cg_core_set_offset(cg_core *c, int64_t offset);

/* client_link.c */
/* Closes the connection, if any, and waits before the next one; 0: no wait. */
void cg_core_reconnect(cg_core *c, uint64_t wait_us, uint64_t now_us);
/* Ends the MTProto session; calls that it had are to be sent anew. */
void cg_core_end_session(cg_core *c);
/* Forgets the key of the main data centre. */
void cg_core_drop_key(cg_core *c);
/* After a failure: reconnects with growing waits, or ends all calls after the last try.
 */
void cg_core_retry(cg_core *c, uint64_t now_us);
/* HOST:PORT of the server that is talked to, for texts. */
enum { CG_CORE_WHERE = 300 };
void cg_core_where(const cg_core *c, char out[CG_CORE_WHERE]);
void cg_core_link_tick(cg_core *c, uint64_t now_us);
void cg_core_free_link(cg_core *c);

/* client_calls.c */
void cg_core_flush(cg_core *c, uint64_t now_us); /* gives waiting calls to the session */
void cg_core_drain(cg_core *c, uint64_t now_us); /* takes what the session has to say */
void cg_core_calls_tick(cg_core *c, uint64_t now_us);
/* Ends all calls with c->trouble. */
void cg_core_fail_all(cg_core *c);
/* Ends calls as if the server had refused them: all, or those that were sent. */
void cg_core_refuse(cg_core *c, const cg_rpc_error *error, bool all);
/* Ends those that may have run and must not run twice: the old key is lost, and with it
 * the msg_id that kept them from it. */
void cg_core_fail_doubtful(cg_core *c);
/* The same for those that speak of a code, which only its key and data centre know. */
void cg_core_refuse_attempts(cg_core *c, const cg_rpc_error *error);
/* A reset is under way: the call waits for its end. */
bool cg_core_holds(const cg_core *c, const cg_core_item *call);
/* Appends the bytes of a request. */
cg_err cg_core_encode(const tl_obj *request, cg_buf *out, cg_fault *fault);
/* The call is over and in no list: it becomes an event, unless it is quiet. */
void cg_core_deliver(cg_core *c, cg_core_item *call);
/* A call of the client's own, not yet in the list; NULL when memory is out. */
cg_core_item *cg_core_make_call(cg_core *c, const tl_obj *request, uint64_t timeout_us,
                                uint64_t now_us);
/* True if `call` can go on in data centre `to`; goes there with it. */
bool cg_core_may_migrate(const cg_core *c, const cg_core_item *call, int32_t to);
void cg_core_migrate(cg_core *c, cg_core_item *call, int32_t to, uint64_t now_us);

/* client_qr.c */
uint64_t cg_core_qr_deadline(const cg_core *c);
void cg_core_qr_tick(cg_core *c, uint64_t now_us);
/* There is a connection again, and something may have been missed; or an update came. */
void cg_core_qr_connected(cg_core *c);
void cg_core_qr_saw(cg_core *c, cg_bytes update);
/* A call of its own is over, and in no list. */
void cg_core_qr_stepped(cg_core *c, cg_core_item *call);
/* True if `body` sends `call` to another data centre, to which it is on its way now. */
bool cg_core_qr_follow(cg_core *c, cg_core_item *call, cg_bytes body, uint64_t now_us);

/* client_reset.c */
/* A call of the reset is over, and in no list. */
void cg_core_reset_stepped(cg_core *c, cg_core_item *call);
void cg_core_reset_saved(cg_core *c, cg_err err, const char *why, uint64_t now_us);
/* Does what is due. */
void cg_core_reset_go_on(cg_core *c);
/* Goes on with the reset that the session's marker speaks of, if there is one. MEMORY */
cg_err cg_core_reset_resume(cg_core *c, uint64_t now_us);
/* Makes ordinary calls of those of the reset. The marker stays. */
void cg_core_reset_abandon(cg_core *c);

#endif
