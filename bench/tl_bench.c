/* SPDX-License-Identifier: MIT */
/*
 * tl_bench.c - decoding and encoding a list of 100 chats: messages.dialogs of about
 * 60 KB. 64 different answers are taken in turn, so that neither branches nor data are
 * known beforehand; the arena is used again for each.
 */
#include <centigram/api.h>

#include "bench.h"
#include "codec.h"
#include "fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS = 64, CHATS = 100 };

typedef struct {
  const cg_tl_schema *s;
  cg_buf wire[ANSWERS];
  const tl_obj *objects[ANSWERS];
  cg_arena *keep, *arena;
  cg_buf out;
  unsigned next;
} answers;

static _Noreturn void die(const char *what) {
  fprintf(stderr, "tl_bench: %s\n", what);
  exit(1);
}

static void fill_many(tl_filler *f, uint32_t ix, uint32_t n, cg_buf *b) {
  cg_buf_u32(b, TL_ID_vector);
  cg_buf_u32(b, n);
  for (uint32_t i = 0; i < n; i++) tl_fill(f, f->s->heads + ix, b);
}

static void fill_answer(tl_filler *f, cg_buf *b) {
  cg_buf_u32(b, TL_ID_messages_dialogs);
  fill_many(f, TL_IX_dialog, CHATS, b);
  fill_many(f, TL_IX_message, CHATS, b);
  fill_many(f, TL_IX_channel, CHATS / 2, b);
  fill_many(f, TL_IX_user, CHATS / 2, b);
  if (b->err) die("out of memory");
}

static void decode(void *ctx, int variant) {
  answers *a = ctx;
  const tl_obj *obj;
  (void)variant;
  cg_arena_reset(a->arena);
  if (cg_tl_decode(a->s, cg_buf_view(&a->wire[a->next++ % ANSWERS]), a->arena, &obj,
                   NULL))
    die("an answer is not decoded");
}

static void encode(void *ctx, int variant) {
  answers *a = ctx;
  (void)variant;
  a->out.len = 0;
  if (cg_tl_write(a->s, a->objects[a->next++ % ANSWERS], &a->out, NULL))
    die("an answer is not encoded");
}

static size_t count_objects(cg_bytes json) {
  size_t n = 0;
  for (size_t i = 0; i + 3 < json.len; i++) n += !memcmp(json.at + i, "\"_\":", 4);
  return n;
}

static void print(const bench_case *c, double bytes, double objects) {
  printf("%-28s %7.1f us/answer %6.0f MB/s %6.1f ns/object %6.1f M objects/s\n", c->name,
         c->ns / 1e3, bytes / c->ns * 1e3, c->ns / objects, objects / c->ns * 1e3);
}

int main(void) {
  answers a = { .s = cg_tl_api(), .keep = cg_arena_new((size_t)1 << 30),
                .arena = cg_arena_new(0) };
  tl_filler f;
  double bytes = 0, objects = 0;
  if (!a.keep || !a.arena || !tl_filler_init(&f, a.s, 1)) die("out of memory");
  f.density = 6, f.vector = 2, f.depth = 2;
  f.variety = 3; /* as in life: most messages look like others */
  for (int i = 0; i < ANSWERS; i++) {
    cg_bytes json;
    fill_answer(&f, &a.wire[i]);
    if (cg_tl_decode(a.s, cg_buf_view(&a.wire[i]), a.keep, &a.objects[i], NULL) ||
        cg_tl_to_json(a.s, a.objects[i], a.arena, &json, NULL)) die("a bad answer");
    bytes += (double)a.wire[i].len / ANSWERS;
    objects += (double)count_objects(json) / ANSWERS;
    cg_arena_reset(a.arena);
  }
  bench_case cases[] = {
    { .name = "decode messages.dialogs", .work = decode, .ctx = &a },
    { .name = "encode messages.dialogs", .work = encode, .ctx = &a },
  };
  bench_run(cases, 2);
  printf("%.0f bytes, %.0f objects, mean of %d answers\n", bytes, objects, ANSWERS);
  for (int i = 0; i < 2; i++) print(&cases[i], bytes, objects);
  for (int i = 0; i < ANSWERS; i++) cg_buf_free(&a.wire[i]);
  cg_buf_free(&a.out);
  tl_filler_free(&f);
  cg_arena_free(a.keep);
  cg_arena_free(a.arena);
  return 0;
}
