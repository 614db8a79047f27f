/* SPDX-License-Identifier: MIT */
/* suggest.c - see suggest.h. */
#include "suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 80 };

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Edits that make one name of the other, letter case aside; 99 if one is too long.
 * https://en.wikipedia.org/wiki/Levenshtein_distance */
static size_t distance(cg_bytes a, const char *b) {
  size_t row[LONGEST + 1], n = strlen(b);
  if (a.len > LONGEST || n > LONGEST) return 99;
  for (size_t k = 0; k <= n; k++) row[k] = k;
  for (size_t i = 0; i < a.len; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t k = 0; k < n; k++) {
      size_t same = diagonal + (tolower(a.at[i]) != tolower((unsigned char)b[k]));
      diagonal = row[k + 1];
      row[k + 1] = least(same, least(row[k], row[k + 1]) + 1);
    }
  }
  return row[n];
}

void tl_suggest(const cg_tl_schema *s, cg_bytes name, bool method, char *out,
                size_t size) {
  size_t best = least(4, name.len / 2 + 1);
  out[0] = 0;
  for (size_t i = 0; i < s->nsorted; i++) {
    const tl_head *h = s->heads + s->sorted[i];
    if (tl_is_method(h) != method) continue;
    size_t d = distance(name, tl_head_name(s, h));
    if (d >= best) continue;
    best = d;
    snprintf(out, size, " (did you mean %s?)", tl_head_name(s, h));
  }
}

void tl_constructors_text(const cg_tl_schema *s, unsigned type, char *out, size_t size) {
  size_t n = 0;
  out[0] = 0;
  for (size_t i = 0; i < s->nsorted && n < size; i++) {
    const tl_head *h = s->heads + s->sorted[i];
    if (h->type != type) continue;
    n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", tl_head_name(s, h));
  }
  if (n >= size) memcpy(out + size - 4, "...", 4);
}
