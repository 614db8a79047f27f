/* SPDX-License-Identifier: MIT */
/*
 * http_fuzz.c - the bytes of a client, fed at once and in pieces, must give the same
 * requests and the same end. (Not the same refusal: a header that breaks two rules
 * breaks them in another order.) First byte: the size of the pieces.
 */
#include "buf.h"
#include "http.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was understood, and whether the connection is over. */
typedef struct {
  cg_buf got;
  bool over;
} outcome;

static void answer(cg_http *h, const cg_http_request *rq, cg_buf *got) {
  const char *const texts[] = { rq->method, rq->path, rq->host, rq->origin,
                                rq->authorization, rq->content_type };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (texts[i]) cg_buf_put(got, texts[i], strlen(texts[i]) + 1);
  for (size_t i = 0; i < rq->param_count; i++) {
    cg_buf_put(got, rq->params[i].name, strlen(rq->params[i].name) + 1);
    cg_buf_put(got, rq->params[i].value, strlen(rq->params[i].value) + 1);
  }
  if (rq->path[0] != '/' || rq->body.len > CG_HTTP_BODY_MOST) abort();
  cg_buf_bytes(got, rq->body);
  if (cg_http_upgrade(h)) return; /* the rest are frames */
  cg_http_reply(h, &(cg_http_answer){ .status = 200, .body = CG_LIT("[]") });
}

static outcome run(cg_bytes in, size_t piece) {
  outcome o = { 0 };
  cg_http *h = cg_http_new();
  if (!h) abort();
  for (size_t at = 0, n; at < in.len; at += n) {
    n = in.len - at < piece ? in.len - at : piece;
    cg_http_feed(h, (cg_bytes){ in.at + at, n });
    const cg_http_request *rq;
    while ((rq = cg_http_next(h))) answer(h, rq, &o.got);
    cg_http_sent(h);
  }
  o.over = cg_http_over(h);
  cg_http_free(h);
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1) return 0;
  cg_bytes in = { data + 1, size - 1 };
  outcome whole = run(in, in.len ? in.len : 1), pieces = run(in, 1u + data[0] % 64);
  if (whole.over != pieces.over ||
      !cg_bytes_equal(cg_buf_view(&whole.got), cg_buf_view(&pieces.got)))
    abort();
  cg_buf_free(&whole.got);
  cg_buf_free(&pieces.got);
  return 0;
}
