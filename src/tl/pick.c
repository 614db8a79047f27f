/* SPDX-License-Identifier: MIT */
/* pick.c - which form of a definition a layer has: a search in the table of forms,
 * which is sorted by newest form and first layer. */
#include "layout.h"

size_t tl_form_after(const tl_form *forms, size_t n, unsigned newest, int layer) {
  size_t low = 0, high = n;
  while (low < high) {
    size_t mid = (low + high) / 2;
    const tl_form *f = forms + mid;
    bool before = f->newest < newest || (f->newest == newest && f->since <= layer);
    if (before) low = mid + 1;
    else high = mid;
  }
  return low;
}

const tl_form *tl_form_at(const tl_form *forms, size_t n, unsigned newest, int layer) {
  size_t at = tl_form_after(forms, n, newest, layer);
  return at && forms[at - 1].newest == newest ? forms + at - 1 : NULL;
}

const tl_head *tl_form_for(const cg_tl_schema *s, const tl_head *newest, int layer) {
  unsigned ix = newest->o.ix;
  const tl_form *f = tl_form_at(s->forms, s->nforms, ix, layer);
  if (f) return s->heads + f->head;
  return tl_form_at(s->forms, s->nforms, ix, UINT16_MAX) ? NULL : newest;
}
