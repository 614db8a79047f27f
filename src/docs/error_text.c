/* SPDX-License-Identifier: MIT */
/* error_text.c - see error_text.h. */
#include "error_text.h"

#include "texts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* https://core.telegram.org/api/errors, https://core.telegram.org/api/invoking */
static const char *of_code(int32_t code) {
  switch (code) {
  case 303: return "The request belongs to another data centre.";
  case 400: return "The server did not accept the request.";
  case 401: return "The session is not, or no longer, allowed to do this.";
  case 403: return "This is forbidden for the account.";
  case 404: return "The server does not know what was asked for.";
  case 406: return "The server did not accept the request and may say why in a notice.";
  case 420: return "Too many requests: wait before the next one.";
  default: return "The server failed to answer; the same request may work later.";
  }
}

/* An exact name is better than a template, a method's own error better than another's
 * of the same code, and that better than the name alone. 0: not the same error. */
static int likeness(const cg_texts_error *e, bool of_method, int32_t code,
                    const char *name) {
  if (!*e->text || !cg_texts_matches(e->name, name)) return 0;
  return 1 + 8 * !strcmp(e->name, name) + 4 * of_method + 2 * (e->code == code);
}

static bool names_error(const cg_texts_def *d, uint32_t error) {
  for (uint32_t i = 0; d && i < d->nerrors; i++)
    if (d->errors[i] == error) return true;
  return false;
}

static const cg_texts_error *find(const cg_texts *t, const char *method, int32_t code,
                                  const char *name) {
  const cg_texts_def *d = method ? cg_texts_find(t, method) : NULL;
  const cg_texts_error *best = NULL;
  int most = 0;
  for (uint32_t i = 0; i < t->nerrors; i++) {
    int n = likeness(t->errors + i, names_error(d, i), code, name);
    if (n <= most) continue;
    most = n;
    best = t->errors + i;
  }
  return best;
}

/* "%d" in the text is the number in the name. */
static const char *with_number(cg_arena *arena, const cg_texts_error *e,
                               const char *name) {
  const char *at = strstr(e->name, "%d"), *plain = cg_texts_plain(arena, e->text);
  if (!plain || !at) return plain;
  const char *number = name + (at - e->name);
  int digits = 0;
  while (isdigit((unsigned char)number[digits])) digits++;
  size_t size = strlen(plain) + 200;
  char *out = cg_arena_alloc(arena, size);
  size_t n = 0;
  for (const char *p = plain; out && *p && n + 1 < size; p++) {
    if (strncmp(p, "%d", 2)) {
      out[n++] = *p;
      continue;
    }
    int k = snprintf(out + n, size - n, "%.*s", digits, number);
    if (k < 0 || (size_t)k >= size - n) return plain;
    n += (size_t)k;
    p++;
  }
  return out;
}

const char *cg_error_text(cg_arena *arena, const char *method, int32_t code,
                          const char *text) {
  const cg_texts *t;
  if (cg_texts_load(arena, &t, NULL)) return of_code(code);
  const cg_texts_error *e = find(t, method, code, text);
  const char *meaning = e ? with_number(arena, e, text) : NULL;
  return meaning ? meaning : of_code(code);
}
