/* SPDX-License-Identifier: MIT */
/* json.c - the reader; see json.h for the contract. */
#include "json.h"

#include "utf8.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 1024, MAX_NUMBER = 128 };

struct cg_json_keys {
  struct cg_json_keys *next;
  uint32_t hash, count; /* count: of keys up to and with this one */
  cg_bytes key;
};

static bool fail(cg_json *j, cg_err err, const char *why) {
  if (j->err) return false;
  j->err = err;
  j->err_at = (size_t)(j->pos - j->start);
  j->why = why;
  j->pos = j->end;
  return false;
}

/* Fails where a byte is missing or wrong. */
static bool wrong(cg_json *j, const char *why) {
  return fail(j, j->pos == j->end ? CG_E_TRUNCATED : CG_E_MALFORMED, why);
}

static void skip_space(cg_json *j) {
  while (j->pos < j->end &&
         (*j->pos == ' ' || *j->pos == '\t' || *j->pos == '\n' || *j->pos == '\r'))
    j->pos++;
}

static bool take_char(cg_json *j, char c) {
  if (j->pos == j->end || *j->pos != (uint8_t)c) return false;
  j->pos++;
  return true;
}

void cg_json_init(cg_json *j, cg_bytes text, cg_arena *arena) {
  const uint8_t *p = text.len ? text.at : (const uint8_t *)"";
  *j = (cg_json){ .pos = p, .end = p + text.len, .start = p, .arena = arena };
}

cg_json_kind cg_json_peek(cg_json *j) {
  skip_space(j);
  if (j->err || j->pos == j->end) return CG_JSON_NONE;
  switch (*j->pos) {
  case 'n': return CG_JSON_NULL;
  case 't':
  case 'f': return CG_JSON_BOOL;
  case '"': return CG_JSON_STRING;
  case '[': return CG_JSON_ARRAY;
  case '{': return CG_JSON_OBJECT;
  default: return CG_JSON_NUMBER;
  }
}

/* Ready to read a value of `kind`, or the error is set. */
static bool want(cg_json *j, cg_json_kind kind, const char *why) {
  cg_json_kind there = cg_json_peek(j);
  if (j->err) return false;
  if (there == CG_JSON_NONE) return wrong(j, "a value is missing");
  return there == kind || fail(j, CG_E_UNEXPECTED, why);
}

/* --- objects and arrays ------------------------------------------------------ */

static uint64_t bit(const cg_json *j) {
  return UINT64_C(1) << (j->depth - 1);
}

static bool enter(cg_json *j, bool object) {
  if (j->depth == CG_JSON_DEPTH) return fail(j, CG_E_LIMIT, "nested too deeply");
  j->pos++;
  j->depth++;
  j->keys[j->depth - 1] = NULL;
  j->more &= ~bit(j);
  j->objects = object ? j->objects | bit(j) : j->objects & ~bit(j);
  return true;
}

bool cg_json_object(cg_json *j) {
  return want(j, CG_JSON_OBJECT, "an object is wanted") && enter(j, true);
}

bool cg_json_array(cg_json *j) {
  return want(j, CG_JSON_ARRAY, "an array is wanted") && enter(j, false);
}

/* Steps to the next member, or leaves the object or array. */
static bool next_member(cg_json *j, bool object) {
  if (j->err) return false;
  if (!j->depth || ((j->objects & bit(j)) != 0) != object)
    return fail(j, CG_E_STATE, "not inside such a value");
  skip_space(j);
  if (take_char(j, object ? '}' : ']')) {
    j->depth--;
    return false;
  }
  if (j->more & bit(j)) {
    if (!take_char(j, ',')) return wrong(j, "a comma or the end is missing");
    skip_space(j);
  }
  j->more |= bit(j);
  return true;
}

bool cg_json_item(cg_json *j) {
  return next_member(j, false);
}

static uint32_t hash_of(cg_bytes key) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < key.len; i++) h = (h ^ key.at[i]) * 16777619u;
  return h;
}

/* Keeps the key, and refuses one that was there before. */
static bool remember_key(cg_json *j, cg_bytes key) {
  struct cg_json_keys **head = &j->keys[j->depth - 1];
  uint32_t hash = hash_of(key);
  for (struct cg_json_keys *k = *head; k; k = k->next)
    if (k->hash == hash && cg_bytes_equal(k->key, key))
      return fail(j, CG_E_MALFORMED, "a key stands twice in one object");
  if (*head && (*head)->count == MAX_KEYS)
    return fail(j, CG_E_LIMIT, "too many keys in one object");
  struct cg_json_keys *k = cg_arena_alloc(j->arena, sizeof *k);
  if (!k) return fail(j, CG_E_MEMORY, "out of memory");
  *k = (struct cg_json_keys){ *head, hash, *head ? (*head)->count + 1 : 1, key };
  *head = k;
  return true;
}

bool cg_json_key(cg_json *j, cg_bytes *key) {
  if (!next_member(j, true)) return false;
  if (j->pos == j->end || *j->pos != '"') return wrong(j, "a key is missing");
  if (!cg_json_string(j, key)) return false;
  if (memchr(key->at, 0, key->len)) return fail(j, CG_E_MALFORMED, "a NUL in a key");
  if (!remember_key(j, *key)) return false;
  skip_space(j);
  return take_char(j, ':') || wrong(j, "a colon is missing");
}

/* --- strings ------------------------------------------------------------------ */

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Four hex digits at `p`, or -1. */
static int32_t hex4(const uint8_t *p, const uint8_t *end) {
  int32_t v = 0;
  if (end - p < 4) return -1;
  for (int i = 0; i < 4; i++) {
    int d = hex_digit(p[i]);
    if (d < 0) return -1;
    v = v * 16 + d;
  }
  return v;
}

/* Code point of the \uXXXX (or pair of them) whose digits begin at *p; -1 if none. */
static int32_t unicode_escape(const uint8_t **p, const uint8_t *end) {
  int32_t high = hex4(*p, end);
  if (high < 0) return -1;
  *p += 4;
  if (high < 0xd800 || high > 0xdfff) return high;
  if (high > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u') return -1;
  int32_t low = hex4(*p + 2, end);
  if (low < 0xdc00 || low > 0xdfff) return -1;
  *p += 6;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Writes what the escape behind the backslash at *p stands for; false if it is none. */
static bool unescape(const uint8_t **p, const uint8_t *end, uint8_t **out) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (*p == end) return false;
  uint8_t c = *(*p)++;
  if (c == 'u') {
    int32_t point = unicode_escape(p, end);
    if (point < 0) return false;
    *out += cg_utf8_put((uint32_t)point, *out);
    return true;
  }
  const char *at = memchr(from, c, sizeof from - 1);
  if (!at) return false;
  *(*out)++ = (uint8_t)to[at - from];
  return true;
}

/* The string between the quotes [p, end), unescaped into the arena. */
static bool unescape_all(cg_json *j, const uint8_t *p, const uint8_t *end, cg_bytes *out) {
  uint8_t *start = cg_arena_alloc(j->arena, (size_t)(end - p)), *to = start;
  if (!start) return fail(j, CG_E_MEMORY, "out of memory");
  while (p < end) {
    if (*p != '\\') *to++ = *p++;
    else if (p++, !unescape(&p, end, &to))
      return fail(j, CG_E_MALFORMED, "bad escape in a string");
  }
  *out = (cg_bytes){ start, (size_t)(to - start) };
  return true;
}

bool cg_json_string(cg_json *j, cg_bytes *out) {
  if (!want(j, CG_JSON_STRING, "a string is wanted")) return false;
  const uint8_t *p = j->pos + 1, *start = p;
  bool escaped = false;
  for (; p < j->end && *p != '"'; p++) {
    if (*p < 0x20) return fail(j, CG_E_MALFORMED, "control character in a string");
    if (*p != '\\') continue;
    escaped = true;
    if (++p == j->end) break;
  }
  if (p >= j->end) return fail(j, CG_E_TRUNCATED, "a string has no end");
  if (!cg_utf8_valid((cg_bytes){ start, (size_t)(p - start) }))
    return fail(j, CG_E_MALFORMED, "a string is not UTF-8");
  *out = (cg_bytes){ start, (size_t)(p - start) };
  if (escaped && !unescape_all(j, start, p, out)) return false;
  j->pos = p + 1;
  return true;
}

/* --- the other values ---------------------------------------------------------- */

static void skip_digits(const uint8_t **p, const uint8_t *end) {
  while (*p < end && **p >= '0' && **p <= '9') (*p)++;
}

/* Length of the number at pos, 0 if it is none; *whole if it has no fraction. */
static size_t number_length(const cg_json *j, bool *whole) {
  const uint8_t *p = j->pos, *from;
  if (p < j->end && *p == '-') p++;
  from = p;
  skip_digits(&p, j->end);
  if (p == from || (*from == '0' && p - from > 1)) return 0;
  const uint8_t *integer_end = p;
  if (p < j->end && *p == '.') {
    from = ++p;
    skip_digits(&p, j->end);
    if (p == from) return 0;
  }
  if (p < j->end && (*p == 'e' || *p == 'E')) {
    p++;
    if (p < j->end && (*p == '+' || *p == '-')) p++;
    from = p;
    skip_digits(&p, j->end);
    if (p == from) return 0;
  }
  *whole = p == integer_end;
  return (size_t)(p - j->pos);
}

/* Copies the number at pos into `text` and steps over it. */
static bool take_number(cg_json *j, char text[MAX_NUMBER], bool *whole) {
  if (!want(j, CG_JSON_NUMBER, "a number is wanted")) return false;
  size_t len = number_length(j, whole);
  if (!len) return fail(j, CG_E_MALFORMED, "not a value");
  if (len >= MAX_NUMBER) return fail(j, CG_E_LIMIT, "a number is too long");
  memcpy(text, j->pos, len);
  text[len] = '\0';
  j->pos += len;
  return true;
}

bool cg_json_i64(cg_json *j, int64_t *out) {
  char text[MAX_NUMBER];
  bool whole;
  if (!take_number(j, text, &whole)) return false;
  if (!whole) return fail(j, CG_E_LIMIT, "a whole number is wanted");
  bool minus = text[0] == '-';
  uint64_t v = 0, limit = (uint64_t)INT64_MAX + minus;
  for (const char *p = text + minus; *p; p++) {
    uint64_t d = (uint64_t)(*p - '0');
    if (v > (limit - d) / 10) return fail(j, CG_E_LIMIT, "a number is out of range");
    v = v * 10 + d;
  }
  *out = minus ? (int64_t)(0 - v) : (int64_t)v;
  return true;
}

bool cg_json_double(cg_json *j, double *out) {
  char text[MAX_NUMBER];
  bool whole;
  if (!take_number(j, text, &whole)) return false;
  locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  if (!c) return fail(j, CG_E_MEMORY, "out of memory");
  *out = strtod_l(text, NULL, c);
  freelocale(c);
  if (*out - *out != 0) return fail(j, CG_E_LIMIT, "a number is out of range");
  return true;
}

static bool take_word(cg_json *j, const char *word) {
  size_t len = strlen(word);
  if ((size_t)(j->end - j->pos) < len || memcmp(j->pos, word, len)) return false;
  j->pos += len;
  return true;
}

bool cg_json_bool(cg_json *j, bool *out) {
  if (!want(j, CG_JSON_BOOL, "true or false is wanted")) return false;
  *out = *j->pos == 't';
  return take_word(j, *out ? "true" : "false") || fail(j, CG_E_MALFORMED, "not a value");
}

bool cg_json_null(cg_json *j) {
  if (!want(j, CG_JSON_NULL, "null is wanted")) return false;
  return take_word(j, "null") || fail(j, CG_E_MALFORMED, "not a value");
}

static bool skip_members(cg_json *j) {
  cg_bytes key;
  if (cg_json_peek(j) == CG_JSON_OBJECT) {
    if (cg_json_object(j))
      while (cg_json_key(j, &key)) cg_json_skip(j);
  } else if (cg_json_array(j)) {
    while (cg_json_item(j)) cg_json_skip(j);
  }
  return !j->err;
}

bool cg_json_skip(cg_json *j) {
  cg_bytes text;
  bool b;
  char number[MAX_NUMBER];
  switch (cg_json_peek(j)) {
  case CG_JSON_NULL: return cg_json_null(j);
  case CG_JSON_BOOL: return cg_json_bool(j, &b);
  case CG_JSON_STRING: return cg_json_string(j, &text);
  case CG_JSON_NUMBER: return take_number(j, number, &b);
  case CG_JSON_ARRAY:
  case CG_JSON_OBJECT: return skip_members(j);
  default: return wrong(j, "a value is missing");
  }
}

bool cg_json_raw(cg_json *j, cg_bytes *out) {
  skip_space(j);
  const uint8_t *start = j->pos;
  if (!cg_json_skip(j)) return false;
  *out = (cg_bytes){ start, (size_t)(j->pos - start) };
  return true;
}

cg_err cg_json_end(cg_json *j) {
  skip_space(j);
  if (j->depth) wrong(j, "an object or array has no end");
  else if (j->pos != j->end) fail(j, CG_E_TRAILING, "text behind the value");
  return j->err;
}
