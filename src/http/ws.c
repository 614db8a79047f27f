/* SPDX-License-Identifier: MIT */
/* ws.c - see ws.h for the contract. */
#include "ws.h"

#include "mem.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

#include <wslay/wslay.h>

struct cg_ws {
  wslay_event_context_ptr frames;
  cg_buf *out;
  cg_bytes in; /* what is left of the bytes that are being fed */
  bool broken;
};

/* --- the handshake ------------------------------------------------------------------ */

static bool is_key(const char *key) {
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return strlen(key) == 24 && strspn(key, alphabet) == 22 && !strcmp(key + 22, "==");
}

bool cg_ws_accept(const char *key, char out[CG_WS_ACCEPT_SIZE]) {
  char text[64];
  uint8_t sum[20];
  if (!is_key(key)) return false;
  int len = snprintf(text, sizeof text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
  if (!EVP_Digest(text, (size_t)len, sum, NULL, EVP_sha1(), NULL)) return false;
  return EVP_EncodeBlock((unsigned char *)out, sum, sizeof sum) == CG_WS_ACCEPT_SIZE - 1;
}

/* --- frames ------------------------------------------------------------------------- */

static ssize_t on_recv(wslay_event_context_ptr frames, uint8_t *to, size_t len, int flags,
                       void *ctx) {
  cg_ws *ws = ctx;
  (void)flags;
  if (!ws->in.len) {
    wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
    return -1;
  }
  if (len > ws->in.len) len = ws->in.len;
  memcpy(to, ws->in.at, len);
  ws->in = (cg_bytes){ ws->in.at + len, ws->in.len - len };
  return (ssize_t)len;
}

static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *at, size_t len,
                       int flags, void *ctx) {
  cg_ws *ws = ctx;
  (void)flags;
  cg_buf_put(ws->out, at, len);
  if (!ws->out->err) return (ssize_t)len;
  wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
  return -1;
}

cg_ws *cg_ws_new(cg_buf *out) {
  static const struct wslay_event_callbacks calls = { .recv_callback = on_recv,
                                                      .send_callback = on_send };
  cg_ws *ws = cg_alloc(sizeof *ws);
  if (!ws) return NULL;
  ws->out = out;
  if (wslay_event_context_server_init(&ws->frames, &calls, ws)) {
    cg_free(ws);
    return NULL;
  }
  wslay_event_config_set_no_buffering(ws->frames, 1);
  wslay_event_config_set_max_recv_msg_length(ws->frames, CG_WS_MESSAGE_MOST);
  return ws;
}

void cg_ws_free(cg_ws *ws) {
  if (!ws) return;
  wslay_event_context_free(ws->frames);
  cg_free(ws);
}

static void flush(cg_ws *ws) {
  if (wslay_event_send(ws->frames)) ws->broken = true;
}

void cg_ws_feed(cg_ws *ws, cg_bytes in) {
  ws->in = in;
  if (wslay_event_recv(ws->frames)) ws->broken = true;
  ws->in = (cg_bytes){ 0 };
  flush(ws);
}

static void say(cg_ws *ws, uint8_t opcode, cg_bytes text) {
  struct wslay_event_msg message = { opcode, text.at, text.len };
  int err = wslay_event_queue_msg(ws->frames, &message);
  if (err && err != WSLAY_ERR_NO_MORE_MSG) ws->broken = true;
  flush(ws);
}

void cg_ws_text(cg_ws *ws, cg_bytes text) {
  say(ws, WSLAY_TEXT_FRAME, text);
}

void cg_ws_ping(cg_ws *ws) {
  say(ws, WSLAY_PING, (cg_bytes){ 0 });
}

bool cg_ws_over(const cg_ws *ws) {
  return ws->broken ||
         (!wslay_event_want_read(ws->frames) && !wslay_event_want_write(ws->frames));
}
