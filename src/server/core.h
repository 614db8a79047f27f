/* SPDX-License-Identifier: MIT */
/*
 * core.h - what the files of the server share: the server, its connections, the peers
 * behind authorization keys, and their sessions.
 *
 *   connection  1 --- n  link  n --- 1  peer
 *
 * A link is an MTProto session. It belongs to its peer, lives on without a connection
 * and moves to the one on which it took a packet last. Nothing here may keep a pointer to
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
enum { CG_DUE_CONN, CG_DUE_LINK, CG_DUE_WAIT, CG_DUE_PURGE, CG_DUE_PEER };

/* Who is logged in with a key; user_id 0: nobody. */
typedef struct {
  int64_t user_id, created, active;
  cg_user_state state;
  int32_t home; /* the account's data centre: home.h */
  bool revoked; /* nobody any more, and it was not told yet */
} cg_login;

/*
 * An authorization key and what is known about who has it. A temporary key is bound to
 * a permanent one, its owner: codes and logins hang on the owner, which is in memory as
 * long as it has such a key, and all keys of one owner see the same login.
 */
struct cg_peer {
  cg_due due;           /* a temporary key's end */
  cg_server *s;
  cg_auth_key key;
  uint64_t first_salt;  /* agreed in the key exchange; valid in that half hour only */
  int64_t first_salt_half_hour;
  int64_t temp_until;   /* unix seconds for a temporary key; 0: permanent */
  cg_peer *permanent;   /* that it is bound to; held; NULL: to none */
  uint64_t bound_id;    /* of the key that it was ever bound to; 0: of none */
  cg_peer *bound;       /* the temporary keys that are bound to it */
  cg_peer *bound_next;  /* of those of `permanent` */
  int32_t dc;           /* as the client named it, 0 if it did not */
  int32_t layer;        /* 0: no initConnection yet */
  int32_t api_id;
  uint64_t init_digest; /* of the stored initConnection, to see a change */
  cg_login login;
  cg_link *links;       /* most recently heard first */
  uint32_t link_count, refs;
  uint32_t inits;       /* calls whose initConnection the store does not have yet */
  uint32_t binds;       /* calls that are about to bind it */
  bool forgotten;       /* no longer found; freed with its last reference */
  bool doomed;          /* its key is erased: forget it once the answer is out */
  uint64_t turn;        /* in which it or one of its links was last changed */
  cg_peer *newer, *older; /* among those without links, by when they lost the last */
  bool idle;
};

/* Peers without links, of one kind. */
typedef struct {
  cg_peer *newest, *oldest;
  size_t count;
} cg_idle_peers;

struct cg_link {
  cg_due due;
  cg_session *session;
  cg_peer *peer;
  cg_conn *conn;         /* NULL: none now */
  uint64_t id, serial;   /* the client's number; ours, never used twice */
  uint64_t heard_us;     /* when it took a packet last */
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
  int32_t dc; /* that it came to */
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
  char ip[48];           /* the peer's */
  char local_ip[48];     /* ours, that it came to; "": not known */
};

enum { CG_SCHEMAS_MAX = 16 };

/* Who takes codes out of the server; deliver.h. */
struct cg_delivery;
typedef void cg_deliver_done(void *ctx, cg_err err);
typedef struct {
  void (*send)(void *ctx, const struct cg_delivery *what, cg_deliver_done *done,
               void *done_ctx);
  void *ctx;
} cg_receiver;

/* What has happened since the server was started. */
typedef struct {
  uint64_t started_us;
  uint64_t delivered;                 /* codes */
  uint64_t calls[CG_SERVER_RESULTS];  /* by what they were answered, see metrics.c */
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
  int32_t dc_id;         /* the first data centre; of several: of 1 to `dcs` */
  int32_t dcs;           /* how many there are */
  char host[64];
  uint16_t ports[CG_DCS_MAX]; /* of each, by its id; of a single one the first */
  char token[65];        /* of the inbox */
  bool virtual_clock;
  cg_clock_shift clock;
  uint64_t now_us, turn;
  cg_counts counts;
  cg_receiver receiver;  /* send NULL: the inbox alone */

  cg_map conns, peers;
  cg_dues dues;
  cg_due purge;
  cg_link *touched;
  cg_conn *written;
  cg_conn *queue, **queue_end;
  cg_idle_peers idle[2]; /* with permanent keys, with temporary ones */
  uint64_t last_serial;
  cg_buf plain, packet, given;
  const cg_tl_schema *schema; /* all layers, and what --schema brought */
  int newest_layer;           /* that it knows */
  cg_tl_schema *loaded[CG_SCHEMAS_MAX]; /* the latter, to be freed */
  size_t loaded_count;
  cg_op *ops;
  size_t ops_waiting;    /* of them, for others that they must follow */

  struct cg_offer *offers; /* password.h: the newest first */
  cg_store_secret *test_password; /* of test numbers, once it was needed */

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

/* A peer for a key that was just agreed or loaded, and that lives until `temp_until` (0:
 * is permanent). NULL when memory is out. */
cg_peer *cg_peer_add(cg_server *s, const cg_auth_key *key, int64_t temp_until);

/* Who wants to know a key: the number of a connection, or a call. */
typedef union {
  uint64_t conn;
  cg_op *op;
} cg_peer_asker;
/* Err is OK with the peer, NOT_FOUND, or why it is not known whether there is one. */
typedef void cg_peer_loaded(cg_server *s, cg_peer *p, cg_err err, cg_peer_asker who);

/* Asks the store for a key and whose it is, and tells `done`, once. */
void cg_peer_load(cg_server *s, uint64_t key_id, cg_peer_loaded *done, cg_peer_asker who);

/* Binds a temporary key to a permanent one, in the place of the one of its kind (for
 * media or not, by the sign of its dc) that was, until `expires_at` at the latest. It
 * has to say anew who it is. */
void cg_peer_bind(cg_peer *temporary, cg_peer *permanent, int64_t expires_at);

/* The peer that the calls of `p` count for: the permanent key's. */
static inline cg_peer *cg_peer_owner(cg_peer *p) {
  return p->permanent ? p->permanent : p;
}

/* A temporary key that is bound to none: it has no owner. */
static inline bool cg_peer_is_unbound(const cg_peer *p) {
  return p->temp_until && !p->permanent;
}

void cg_peer_ref(cg_peer *p);
void cg_peer_unref(cg_peer *p);

/* Ends its sessions; the key is as if it had never been looked up. A temporary one is
 * gone thereby; a permanent one takes those along that are bound to it. */
void cg_peer_forget(cg_peer *p);
void cg_peers_free(cg_server *s);

/* The session `session_id` of the peer, made if there is none: heard_us is 0 then, and
 * it has to be heard or freed. NULL when memory is out. */
cg_link *cg_link_get(cg_peer *p, uint64_t session_id);

/* The session took a packet that came on `c`: that is its connection from now on. Of too
 * many sessions of a key the quietest ends. */
void cg_link_heard(cg_link *l, cg_conn *c);
cg_link *cg_link_by_id(const cg_peer *p, uint64_t session_id);
cg_link *cg_link_by_serial(const cg_peer *p, uint64_t serial);
void cg_link_free(cg_link *l);
void cg_link_detach(cg_link *l); /* from its connection */

/* Something may have to be sent, or its deadline may have changed. */
void cg_link_touch(cg_link *l);
void cg_link_flush(cg_link *l); /* its packets go to its connection */
void cg_link_due(cg_link *l);

/* --- the rest ------------------------------------------------------------- */

/* conn.c: the key of a packet that waits in connection who.conn is found, or is not. */
cg_peer_loaded cg_conn_key_loaded;

/* dispatch.c: an API call came in. */
void cg_dispatch(cg_link *l, uint64_t msg_id, cg_bytes body);
/* dispatch.c: the client asks for its key to be erased. */
void cg_dispatch_destroy_key(cg_link *l, uint64_t msg_id);

/* op.c */
void cg_ops_free(cg_server *s);
void cg_op_mute(const cg_link *l, uint64_t msg_id); /* its answer is not wanted */

/* turn.c: the clock has moved: what has run out ends now. */
void cg_server_purge(cg_server *s);

/* password.c */
void cg_passwords_free(cg_server *s);

/* metrics.c: a call was answered, with an error of that code or (0) without. */
void cg_count_call(cg_server *s, int32_t code);

/* inbox.c */
void cg_inbox_due(cg_due *due); /* an asker has waited long enough */
void cg_server_inbox_free(cg_server *s);
/* A code was delivered: whoever waits for one gets it. */
void cg_inbox_delivered(cg_server *s, const cg_store_code *row);

#endif
