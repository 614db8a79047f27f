/* SPDX-License-Identifier: MIT */
/*
 * forms.c - which layer has which form of a definition. A form is valid from its
 * first layer up to the next form's; what the oldest pin has without being told
 * more is taken as older than all layers that we serve.
 */
#include "build.h"

#include <string.h>

static const tl_form *entry(const builder *b, unsigned newest, int layer) {
  return tl_form_at(b->forms, b->nforms, newest, layer);
}

static bool has_entries(const builder *b, unsigned newest) {
  return entry(b, newest, UINT16_MAX) != NULL;
}


static cg_err set(builder *b, unsigned newest, int since, unsigned head) {
  size_t at = tl_form_after(b->forms, b->nforms, newest, since);
  if (at && b->forms[at - 1].newest == newest && b->forms[at - 1].since == since) {
    b->forms[at - 1].head = (uint16_t)head;
    return CG_OK;
  }
  if (!tl_defs_grow((void **)&b->forms, b->nforms, &b->forms_cap, sizeof *b->forms))
    return tl_build_memory(b);
  memmove(b->forms + at + 1, b->forms + at, (b->nforms - at) * sizeof *b->forms);
  b->forms[at] = (tl_form){ (uint16_t)newest, (uint16_t)since, (uint16_t)head };
  b->nforms++;
  return CG_OK;
}

/* Writes out what base implies: no entry means one form, in all layers. */
static cg_err expand(builder *b) {
  for (size_t ix = 0; ix < b->nheads; ix++) {
    const tl_head *h = b->heads + ix;
    if (b->defs[ix] || h->newest != ix || has_entries(b, h->newest))
      continue;
    cg_err err = set(b, h->newest, 0, h->newest);
    if (err) return err;
  }
  return CG_OK;
}

static void shrink(builder *b) {
  size_t kept = 0;
  for (size_t i = 0; i < b->nforms; i++) {
    tl_form f = b->forms[i];
    bool first = !i || b->forms[i - 1].newest != f.newest;
    bool last = i + 1 == b->nforms || b->forms[i + 1].newest != f.newest;
    if (first && last && !f.since && f.head == f.newest) continue;
    b->forms[kept++] = f;
  }
  b->nforms = kept;
}

static cg_err add_directives(builder *b, const tl_defs *d) {
  for (size_t i = 0; i < d->ndefs; i++) {
    const tl_head *h = tl_build_find(b, d->defs[i].id);
    cg_err err = d->defs[i].since ? set(b, h->newest, d->defs[i].since, h->o.ix) : CG_OK;
    if (err) return err;
  }
  for (size_t i = 0; i < d->nsince; i++) {
    const tl_head *h = tl_build_find(b, d->since[i].id);
    if (!h)
      return cg_fail(b->fault, CG_E_UNKNOWN_NAME, "since: no definition has the id %08x",
                     d->since[i].id);
    cg_err err = set(b, h->newest, d->since[i].layer, h->o.ix);
    if (err) return err;
  }
  return CG_OK;
}

static int oldest_layer(const builder *b) {
  int layer = b->base ? b->base->oldest_layer : INT32_MAX;
  for (size_t i = 0; i < b->nlists && !b->base; i++)
    if (b->lists[i]->layer && b->lists[i]->layer < layer) layer = b->lists[i]->layer;
  return layer;
}

/* `layer` has `h`, whatever was thought before. */
static cg_err learn(builder *b, const tl_head *h, int layer, int oldest) {
  unsigned newest = h->newest;
  const tl_form *now = entry(b, newest, layer);
  if (now && now->head == h->o.ix) return CG_OK;
  if (!now && layer == oldest && !has_entries(b, newest) && !b->base)
    return set(b, newest, 0, h->o.ix);
  unsigned was = now ? now->head : TL_NOWHERE;
  bool known_later = now && !now->since && layer < oldest &&
                     entry(b, newest, oldest) == now;
  cg_err err = set(b, newest, layer, h->o.ix);
  if (!err && known_later) err = set(b, newest, oldest, was);
  else if (!err && b->base && was == newest && layer < b->base->layer)
    err = set(b, newest, layer + 1, newest);
  return err;
}

cg_err tl_build_forms(builder *b) {
  int oldest = oldest_layer(b);
  cg_err err = expand(b);
  for (size_t i = 0; i < b->nlists && !err; i++) err = add_directives(b, b->lists[i]);
  for (size_t i = b->nlists; i-- > 0 && !err;) {
    const tl_defs *d = b->lists[i];
    for (size_t k = 0; d->layer && k < d->ndefs && !err; k++)
      err = learn(b, tl_build_find(b, d->defs[k].id), d->layer, oldest);
  }
  shrink(b);
  return err;
}
