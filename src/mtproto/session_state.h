/* SPDX-License-Identifier: MIT */
/*
 * session_state.h - what the files session*.c share, and nobody else includes.
 *
 * Everything that goes out is a record (cg__out). Records that wait for a packet
 * stand in the queue; those that the peer must acknowledge or answer also stand in
 * `sent` from their first packet on, by msg_id, until it has. A record in neither
 * does not exist, save for the calls that a server has not answered: they stand in
 * `calls` with an empty record. All lists are empty and without memory when idle.
 */
#ifndef CG_SESSION_STATE_H
#define CG_SESSION_STATE_H

#include "msgid.h"
#include "reader.h"
#include "session.h"

#include <centigram/tl.h>

/* ---- records --------------------------------------------------------------- */

typedef enum {
  CG__SERVICE, /* sent once; not content-related */
  CG__CALL,    /* client: an API call, until it is answered */
  CG__ANSWER,  /* server: rpc_result, until it is acked */
  CG__NOTICE   /* server: update or new_session_created, until it is acked */
} cg__kind;

/* Client: whose answer is matched by the msg_id that a record gets. */
typedef enum {
  CG__PLAIN,
  CG__PING,
  CG__SALTS,
  CG__STATE,
  CG__DESTROY /* a CALL without a caller: destroy_auth_key */
} cg__purpose;

typedef struct cg__out {
  struct cg__out *prev, *next; /* in the queue */
  uint64_t msg_id;             /* 0: none given yet */
  uint64_t packet_id; /* of the packet it last went in: its own or a container's */
  uint64_t tag;       /* CALL: the caller's; ANSWER: msg_id of the request */
  uint32_t seqno, len;
  uint8_t kind, purpose;
  uint8_t low;   /* low bits of its msg_id */
  uint8_t tries; /* packets with it that the peer refused */
  uint8_t sends; /* packets with it that the peer may have taken; stops at 255 */
  bool queued, acked, dropped;
  bool lost;      /* ANSWER: it says ANSWER_LOST, to who should not need to ask */
  uint8_t body[];
} cg__out;

/* A record with room for `len` bytes of body, or NULL. */
cg__out *cg__out_new(cg__kind kind, size_t len);
/* The same with a copy of `body`. */
cg__out *cg__out_of(cg__kind kind, const cg_buf *body);

/* Records in ascending order of msg_id, or of tag. */
typedef struct {
  cg__out **at;
  uint32_t count, cap;
  bool by_tag;
} cg__table;

cg__out *cg__table_find(const cg__table *t, uint64_t key);
cg_err cg__table_reserve(cg__table *t); /* room for one */
void cg__table_add(cg__table *t, cg__out *o);
void cg__table_replace(cg__table *t, const cg__out *old, cg__out *by); /* equal keys */
void cg__table_remove(cg__table *t,
                      const cg__out *o); /* one that is not in it: nothing */

typedef struct {
  uint64_t *at;
  uint32_t count, cap;
} cg__ids;

cg_err cg__ids_add(cg__ids *ids, uint64_t id);
void cg__ids_remove(cg__ids *ids, uint64_t id);  /* one that is not in it: nothing */
void cg__ids_drop(cg__ids *ids, uint32_t count); /* the first ones */
void cg__ids_free(cg__ids *ids);

typedef struct {
  cg_session_event event;
  cg_buf body;
} cg__event;

/* ---- the session ----------------------------------------------------------- */

enum {
  CG__CONTAINER_MAX = 1020,    /* messages */
  CG__PACKET_BYTES = 32 << 10, /* a packet of several messages stops here */
  CG__IDS_MAX = 8192,          /* msg_ids in one service message */
  CG__CALL_BYTES = 1044404,    /* largest call (protocol.md 174) */
  CG__ANSWER_BYTES = 15 << 20, /* largest answer */
  CG__STORED_BYTES = 1 << 20,  /* answers and updates kept for a client */
  CG__STORED_COUNT = 512,
  CG__QUEUED_BYTES = 4 << 20,  /* of which what is not sent yet is never dropped */
  CG__RUNNING_MAX = 1024, /* calls at work for one session */
  CG__TRIES_MAX = 5,      /* protocol.md 182 */
  CG__DISCARDS_MAX = 10,  /* protocol.md 158 */
  CG__ACKS_MAX = 16,      /* acks that wait for company */
  CG__RECENT = 16,
  CG__SALTS_MAX = 64,
  CG__SALT_S = 1800 /* how often salts change, seconds */
};

typedef struct {
  int64_t since, until; /* server's unix seconds */
  uint64_t salt;
} cg__salt;

/* What only a client needs. */
typedef struct {
  bool time_known;            /* the offset is good enough to judge the server's ids by */
  bool renew;                 /* the next packet begins a new session */
  bool hinted;                /* `hint` is set */
  int64_t hint;               /* offset that a message from our future has proven */
  uint64_t heard_us;          /* when anything was taken last */
  uint64_t ping_at, pong_due; /* CG_NEVER: not */
  uint64_t ping_id, ping_msg_id;
  uint64_t salts_msg_id, salts_asked_us;
  uint64_t state_msg_id;
  cg__ids state_ids;  /* asked for in state_msg_id */
  uint64_t unique_id; /* of the last new_session_created */
  cg__salt *salts;    /* those to come; CG__SALTS_MAX or NULL */
  uint32_t salt_count;
  uint32_t recent_at;
  uint64_t recent[CG__RECENT]; /* msg_ids of the last packets */
} cg__client;

struct cg_session {
  cg_session_options o;
  cg__client *client; /* NULL on a server */
  uint64_t now_us;    /* as the caller said last */
  uint64_t last_id;   /* msg_id given last */
  uint32_t content;   /* content-related messages sent */
  uint32_t top_seqno; /* of the highest msg_id received, top_id */
  uint64_t top_id;
  cg_replay replay;
  cg__out *head, *tail; /* the queue */
  cg__table sent;       /* by msg_id */
  cg__table calls;      /* server: by the request's msg_id */
  cg__ids acks;
  uint64_t acks_due; /* CG_NEVER without acks */
  uint32_t stored;   /* bytes of ANSWER and NOTICE records */
  uint32_t unpacked; /* bytes that gzip_packed made of the packet at hand */
  uint16_t running;  /* calls without an answer */
  uint8_t discards;
  bool announced; /* server: new_session_created is on its way */
  bool taken;     /* server: the packet at hand, or a message in it, was new or asks again
                     for an answer that is due */
  cg__out *refusal; /* server: the notice about the packet at hand, while it is queued */
  bool lent;      /* events[first] is with the caller */
  cg__event *events;
  uint32_t first, count, cap;
};

/* A message that was received, alone or in a container. */
typedef struct {
  uint64_t msg_id;
  uint32_t seqno;
  cg_bytes body;
} cg__in;

/* ---- session_out.c: queue and records of a session ------------------------- */

void cg__enqueue(cg_session *s, cg__out *o);       /* at the end */
void cg__enqueue_first(cg_session *s, cg__out *o); /* at the front */
void cg__dequeue(cg_session *s, cg__out *o);
/* Takes a record out of every list and frees it. */
void cg__forget(cg_session *s, cg__out *o);
/* Queues the service message in `body`, and frees that. */
cg_err cg__send_service(cg_session *s, cg_buf *body, unsigned low);
/* As before, for a message whose answer will be matched. */
cg_err cg__send_query(cg_session *s, cg_buf *body, cg__purpose purpose);
/* Starts a TL message `id` about many msg_ids: a Vector long of `count` of them. */
void cg__put_ids(cg_buf *b, uint32_t id, const uint64_t *ids, uint32_t count);

/* ---- session.c ------------------------------------------------------------- */

/* Queues an event with a copy of `body`, or with `body` itself, which is then empty. */
cg_err cg__emit(cg_session *s, const cg_session_event *event, cg_bytes body);
cg_err cg__emit_owned(cg_session *s, const cg_session_event *event, cg_buf *body);
/* Server's time by our clock, unix microseconds. */
uint64_t cg__server_time(const cg_session *s);
/* Wants `msg_id` acknowledged in time. */
cg_err cg__ack_later(cg_session *s, uint64_t msg_id);
/* The same for one that may be waiting for its ack already. */
cg_err cg__ack_again(cg_session *s, uint64_t msg_id);
/* Something else has told the peer that `msg_id` came. */
void cg__ack_given(cg_session *s, uint64_t msg_id);

/* ---- session_receive.c ----------------------------------------------------- */

/* The constructor that a body begins with; 0 if it is too short. */
uint32_t cg__body_id(cg_bytes body);
/* Starts on the fields behind the constructor. */
cg_reader cg__fields(cg_bytes body);
/* Ends reading: bytes left over are an error on a server, tolerated on a client. */
cg_err cg__fields_end(const cg_session *s, cg_reader *r);
/* Opens a gzip_packed into `out`, which is empty and is freed by the caller. PROTOCOL
 * if it holds a container or is packed twice; else as cg_gunzip(). */
cg_err cg__unpack(cg_bytes body, cg_buf *out);

/* Takes one message that is no container: looks it up, has the role judge and read it,
 * and remembers it. After an error it is as if it had never come. */
cg_err cg__accept(cg_session *s, const cg__in *in);
/* Whether a container is well formed as a whole; *lowest is its lowest msg_id. */
bool cg__container_good(const cg_session *s, const cg__in *in, uint64_t *lowest);
/* Takes the messages of a good container, each for itself, and remembers it. */
cg_err cg__container_accept(cg_session *s, const cg__in *in);

/* Service messages that both sides understand alike. */
cg_err cg__on_acks(cg_session *s, const cg__in *in);
cg_err cg__on_state_req(cg_session *s, const cg__in *in);
cg_err cg__on_resend_req(cg_session *s, const cg__in *in);

/* ---- session_server.c, session_client.c: the same for each role ------------ */

cg_err cg__server_receive(cg_session *s, const cg_message *m);
cg_err cg__client_receive(cg_session *s, const cg_message *m);
/* Judges a message by its ids and answers one that was seen before. */
cg_err cg__server_admit(cg_session *s, const cg__in *in, cg_replay_verdict seen);
cg_err cg__client_admit(cg_session *s, const cg__in *in, cg_replay_verdict seen);
/* Does what a new message asks for. */
cg_err cg__server_dispatch(cg_session *s, const cg__in *in);
cg_err cg__client_dispatch(cg_session *s, const cg__in *in);

/* Finds the salt of the moment. */
void cg__server_salt(cg_session *s);
/* Drops the oldest answers that were sent until the rest is within bounds. */
void cg__server_trim(cg_session *s);

/* ---- session_client.c ------------------------------------------------------ */

cg_err cg__client_new(cg_session *s);
void cg__client_free(cg_session *s);
/* Before a packet: begins a new session if that is wanted, pings, asks for salts, picks
 * the salt of the moment. */
cg_err cg__client_prepare(cg_session *s);
/* A record got its msg_id; a packet was sealed. */
void cg__client_numbered(cg_session *s, const cg__out *o);
void cg__client_sealed(cg_session *s, uint64_t packet_id);
void cg__client_reconnected(cg_session *s);
/* How far the server's clock is ahead of ours if it has just made `msg_id`, seconds. */
int64_t cg__offset_of(const cg_session *s, uint64_t msg_id);
/* Sets the clock right if it is wrong by more than the tolerance, seconds. MEMORY:
 * nothing changed. */
cg_err cg__set_offset(cg_session *s, int64_t offset, int64_t tolerance_s);
/* Ends a call without an answer. MEMORY: nothing changed. */
cg_err cg__client_fail(cg_session *s, cg__out *call, cg_err why);

/* ---- session_notice.c: what a server says about our messages --------------- */

cg_err cg__on_bad_msg(cg_session *s, const cg__in *in);
/* Whether a message from outside the window must be read all the same (150). */
bool cg__bad_msg_exempt(const cg_session *s, const cg__in *in);
cg_err cg__on_new_session(cg_session *s, const cg__in *in);
cg_err cg__on_state_info(cg_session *s, const cg__in *in);
cg_err cg__on_all_info(cg_session *s, const cg__in *in);
cg_err cg__on_detailed_info(cg_session *s, const cg__in *in);
cg_err cg__on_future_salts(cg_session *s, const cg__in *in);
/* Tells the caller that salt or clock changed, the latter perhaps by much. */
cg_err cg__emit_salt(cg_session *s, int64_t wrong_by);

#endif
