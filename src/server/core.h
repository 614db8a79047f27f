/* SPDX-License-Identifier: MIT */
/*
 * core.h - what the files of the server share: the server, its connections, the peers
 * behind authorization keys, and their sessions.
 *
 *   connection  1 --- n  link  n --- 1  peer
 *
 * A link is an MTProto session. It belongs to its peer, lives on without a connection
 * and moves to the one that it was heard on last. Nothing here may keep a pointer to
 * any of them over a store request: they are found again by number (a peer may be held
 * with cg_peer_ref).
 */
#ifndef CG_SERVER_CORE_H
#define CG_SERVER_CORE_H

#include "dues.h"
#include "files.h"
#include "framing.h"
#include "handshake.h"
#include "log.h"
#include "map.h"
#include "secret.h"
#include "session.h"
#include "settings.h"
#include "store.h"

#include <centigram/server.h>
#include <centigram/tl.h>

typedef struct cg_conn cg_conn;
typedef struct cg_link cg_link;
typedef struct cg_peer cg_peer;
typedef struct cg_op cg_op;
typedef struct cg_wait cg_wait;

/* What a cg_due is a part of. */
enum { CG_DUE_CONN, CG_DUE_LINK, CG_DUE_WAIT, CG_DUE_PURGE };

/* Who is logged in with a key; user_id 0: nobody. */
typedef struct {
  int64_t user_id, created, active;
  cg_user_state state;
  bool revoked; /* nobody any more, and it was not told yet */
} cg_login;

/* An authorization key and what is known about who has it. */
struct cg_peer {
  cg_server *s;
  cg_auth_key key;
  uint64_t first_salt;  /* agreed in the key exchange; valid in that half hour only */
  int64_t first_salt_half_hour;
  int64_t temp_until;   /* unix seconds for a temporary key; 0: permanent */
  int32_t dc;           /* as the client named it, 0 if it did not */
  int32_t layer;        /* 0: no initConnection yet */
  int32_t api_id;
  uint64_t init_digest; /* of the stored initConnection, to see a change */
  cg_login login;
  cg_link *links;       /* most recently heard first */
  uint32_t link_count, refs;
  uint32_t inits;       /* calls whose initConnection the store does not have yet */
  bool forgotten;       /* no longer found; freed with its last reference */
  bool doomed;          /* its key is erased: forget it once the answer is out */
  uint64_t turn;        /* in which it or one of its links was last changed */
  cg_peer *newer, *older; /* among those without links, by when they lost the last */
  bool idle;
};

struct cg_link {
  cg_due due;
  cg_session *session;
  cg_peer *peer;
  cg_conn *conn;         /* NULL: none now */
  uint64_t id, serial;   /* the client's number; ours, never used twice */
  uint64_t heard_us;
  cg_link *next;         /* of the peer */
  cg_link *conn_next;    /* of the connection */
  cg_link *touched_next; /* of those with something to send or to fear */
  bool touched;
  bool updates;          /* takes them: it made a call that was not without (push.h) */
  bool missed;           /* one was too many: it was told so, updatesTooLong */
};

struct cg_conn {
  cg_due due;
  uint64_t id; /* the driver's */
  cg_server *s;
  cg_framing *framing;
  cg_handshake_server *handshake; /* NULL when none was needed lately */
  cg_link *links;
  cg_buf out;            /* from `ready` on: of this turn, not to be sent yet */
  size_t ready;
  cg_buf held;           /* the packet that waits for the store */
  size_t backlog;        /* bytes that came in meanwhile */
  uint64_t opened_us, heard_us, handshake_us;
  uint32_t disconnect_s; /* ping_delay_disconnect; 0: not asked for */
  uint16_t refused;      /* transport errors and discarded packets in a row */
  uint16_t keys;         /* agreed on here */
  bool spoke;            /* a whole packet has come */
  bool blocked;          /* `held` or a key exchange waits for the store */
  bool pumping;
  bool held_ack;
  bool closing, close_ready;
  bool written, queued;
  cg_conn *written_next, *queued_next;
  char ip[48];
};

enum { CG_SCHEMAS_MAX = 16 };

/* What has happened since the server was started. */
typedef struct {
  uint64_t calls, errors, missing;
  uint64_t issued, delivered, verified, cancelled, expired;
} cg_counts;

/* By how many seconds codes and limits are ahead of now_us. */
typedef struct {
  int64_t shift;
  int64_t asked;   /* will be, when the store has it */
  int64_t durable; /* was, at the end of the last turn that the store kept */
} cg_clock_shift;

struct cg_server {
  cg_settings set;
  cg_secret secret;
  cg_folder folder;
  cg_store *store;
  cg_rng rng;
  cg_log log;
  void (*write_log)(void *ctx, int level, const char *line);
  void *write_log_ctx;
  int32_t dc_id;
  char host[64];
  uint16_t port;
  char token[65];        /* of the inbox */
  bool virtual_clock;
  cg_clock_shift clock;
  uint64_t now_us, turn;
  cg_counts counts;

  cg_map conns, peers;
  cg_dues dues;
  cg_due purge;
  cg_link *touched;
  cg_conn *written;
  cg_conn *queue, **queue_end;
  cg_peer *idle_newest, *idle_oldest;
  size_t idle_count;
  uint64_t last_serial;
  cg_buf plain, packet, given;
  const cg_tl_schema *schema; /* all layers, and what --schema brought */
  int newest_layer;           /* that it knows */
  cg_tl_schema *loaded[CG_SCHEMAS_MAX]; /* the latter, to be freed */
  size_t loaded_count;
  cg_op *ops;
  size_t ops_waiting;    /* of them, for others that they must follow */

  cg_wait *waits;
  uint64_t last_ticket;
};

/* Unix seconds by which codes, limits and accounts live. */
static inline int64_t cg_server_clock(const cg_server *s) {
  return cg_unix(s->now_us) + s->clock.shift;
}

/* --- conn.c --------------------------------------------------------------- */

cg_conn *cg_conn_find(cg_server *s, uint64_t id); /* NULL if it is gone */

/* Ends a connection after this turn. What it had to send goes out before. */
void cg_conn_close(cg_conn *c);

/* Puts one packet, or a transport error, behind what the connection will send. */
void cg_conn_send(cg_conn *c, cg_bytes payload);
void cg_conn_send_error(cg_conn *c, int32_t code);

/* Frees what belongs to a connection, and the connection. */
void cg_conn_free(cg_conn *c);
void cg_conn_due(cg_conn *c); /* its deadline is over: see what for */

/* Goes on with what waited for the store. */
void cg_conn_unblock(cg_conn *c);

/* --- peer.c --------------------------------------------------------------- */

cg_peer *cg_peer_find(cg_server *s, uint64_t key_id);

/* A peer for a key that was just agreed or loaded. NULL when memory is out. */
cg_peer *cg_peer_add(cg_server *s, const cg_auth_key *key);

/* Asks the store for a key and whose it is, and unblocks connection `conn` then: the
 * peer is found, or the key is unknown. */
void cg_peer_load(cg_server *s, uint64_t key_id, uint64_t conn);

void cg_peer_ref(cg_peer *p);
void cg_peer_unref(cg_peer *p);

/* Ends its sessions; the key is as if it had never been looked up. */
void cg_peer_forget(cg_peer *p);
void cg_peers_free(cg_server *s);

/* The session `session_id` of the peer, made if there is none, now heard on `c`. NULL
 * when memory is out. */
cg_link *cg_link_heard(cg_peer *p, uint64_t session_id, cg_conn *c);
cg_link *cg_link_by_id(const cg_peer *p, uint64_t session_id);
cg_link *cg_link_by_serial(const cg_peer *p, uint64_t serial);
void cg_link_free(cg_link *l);
void cg_link_detach(cg_link *l); /* from its connection */

/* Something may have to be sent, or its deadline may have changed. */
void cg_link_touch(cg_link *l);
void cg_link_flush(cg_link *l); /* its packets go to its connection */
void cg_link_due(cg_link *l);

/* --- the rest ------------------------------------------------------------- */

/* dispatch.c: an API call came in. */
void cg_dispatch(cg_link *l, uint64_t msg_id, cg_bytes body);
/* dispatch.c: the client asks for its key to be erased. */
void cg_dispatch_destroy_key(cg_link *l, uint64_t msg_id);

/* op.c */
void cg_ops_free(cg_server *s);
void cg_op_mute(const cg_link *l, uint64_t msg_id); /* its answer is not wanted */

/* turn.c: the clock has moved: what has run out ends now. */
void cg_server_purge(cg_server *s);

/* inbox.c */
void cg_inbox_due(cg_due *due); /* an asker has waited long enough */
void cg_server_inbox_free(cg_server *s);
/* A code was delivered: whoever waits for one gets it. */
void cg_inbox_delivered(cg_server *s, const cg_store_code *row);

#endif
