/* SPDX-License-Identifier: MIT */
/*
 * dc.c - reads dc.json, strictly: every field is checked where it stands, and an
 * error names the file and the field. A cg_dc and all it points to live in one arena.
 */
#include "dc.h"

#include "dc_public.h"
#include "file.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "rsa.h"
#include "utf8.h"

#include <string.h>

enum { MAX_FILE = 256 * 1024, MAX_DCS = 64, MAX_KEYS = 16, MAX_HOST = 253 };

typedef struct {
  cg_dc dc; /* first: a cg_dc is the box around it */
  cg_arena *arena;
} box;

typedef struct {
  cg_json json;
  box *box;
  const char *field; /* being read, for the fault; NULL: the text itself */
  char name[64];
  uint32_t seen; /* bit per field */
  cg_err err;    /* a value that JSON allows and we do not */
  cg_fault *fault;
} reader;

/* --- errors ---------------------------------------------------------------- */

static bool refuse(reader *r, cg_err err, const char *why) {
  if (r->err) return false;
  r->err = cg_fail(r->fault, err, "%s: %s%s%s", r->box->dc.name, r->field ? r->field : "",
                   r->field ? ": " : "", why);
  return false;
}

/* Turns a failure of the JSON reader into ours. */
static bool ok(reader *r, bool read) {
  if (read) return true;
  return refuse(r, r->json.err, r->json.why ? r->json.why : cg_err_text(r->json.err));
}

/* --- values ---------------------------------------------------------------- */

static bool text(reader *r, size_t max, const char **out) {
  cg_bytes value;
  if (!ok(r, cg_json_string(&r->json, &value))) return false;
  if (!value.len || value.len > max) return refuse(r, CG_E_LIMIT, "bad length");
  if (memchr(value.at, 0, value.len)) return refuse(r, CG_E_MALFORMED, "has a NUL in it");
  cg_bytes copy = cg_arena_copy(r->box->arena, value);
  *out = (const char *)copy.at;
  return copy.at || refuse(r, CG_E_MEMORY, cg_err_text(CG_E_MEMORY));
}

static bool text_or_null(reader *r, size_t max, const char **out) {
  if (cg_json_peek(&r->json) == CG_JSON_NULL) return ok(r, cg_json_null(&r->json));
  return text(r, max, out);
}

static bool number(reader *r, int64_t min, int64_t max, int64_t *out) {
  if (!ok(r, cg_json_i64(&r->json, out))) return false;
  return (*out >= min && *out <= max) || refuse(r, CG_E_LIMIT, "is out of range");
}

static bool number32(reader *r, int32_t min, int32_t max, int32_t *out) {
  int64_t wide;
  if (!number(r, min, max, &wide)) return false;
  *out = (int32_t)wide;
  return true;
}

/* Which of `names` the key is; -1 with the error set if it is none of them. */
static int which(reader *r, cg_bytes key, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (cg_bytes_equal(key, cg_bytes_of(names[i]))) return i;
  size_t len = key.len < sizeof r->name ? key.len : sizeof r->name - 1;
  memcpy(r->name, key.at, len);
  r->name[len] = '\0';
  r->field = r->name;
  refuse(r, CG_E_UNKNOWN_NAME, "no such field");
  return -1;
}

/* --- dcs, public_keys ------------------------------------------------------ */

static const char *const address_fields[] = { "id", "host", "port" };

static bool address(reader *r, cg_dc_address *out) {
  unsigned seen = 0;
  cg_bytes key;
  if (!ok(r, cg_json_object(&r->json))) return false;
  while (cg_json_key(&r->json, &key)) {
    int64_t port = 0;
    int i = which(r, key, address_fields, 3);
    if (i < 0) return false;
    seen |= 1u << i;
    if (i == 0 && !number32(r, 1, 999, &out->id)) return false;
    if (i == 1 && !text(r, MAX_HOST, &out->host)) return false;
    if (i == 2 && !number(r, 1, 65535, &port)) return false;
    if (i == 2) out->port = (uint16_t)port;
  }
  if (!ok(r, !r->json.err)) return false;
  for (int i = 0; i < 3; i++)
    if (!(seen & 1u << i)) {
      r->field = address_fields[i];
      return refuse(r, CG_E_MISSING, "is missing in an item of dcs");
    }
  return true;
}

static bool addresses(reader *r) {
  cg_dc_address *list = cg_arena_alloc(r->box->arena, MAX_DCS * sizeof *list);
  if (!list) return refuse(r, CG_E_MEMORY, cg_err_text(CG_E_MEMORY));
  if (!ok(r, cg_json_array(&r->json))) return false;
  while (cg_json_item(&r->json)) {
    if (r->box->dc.dc_count == MAX_DCS)
      return refuse(r, CG_E_LIMIT, "has too many items");
    if (!address(r, &list[r->box->dc.dc_count])) return false;
    r->box->dc.dc_count++;
  }
  r->box->dc.dcs = list;
  if (!ok(r, !r->json.err)) return false;
  return r->box->dc.dc_count || refuse(r, CG_E_MISSING, "is empty");
}

static bool public_key(reader *r, const char **out) {
  cg_rsa_key *key;
  cg_fault why;
  if (!text(r, 8192, out)) return false;
  cg_err err = cg_rsa_from_pem(&key, cg_bytes_of(*out), &why);
  if (err) return refuse(r, err, err == CG_E_MEMORY ? cg_err_text(err) : why.text);
  cg_rsa_free(key);
  return true;
}

static bool public_keys(reader *r) {
  const char **list = cg_arena_alloc(r->box->arena, MAX_KEYS * sizeof *list);
  if (!list) return refuse(r, CG_E_MEMORY, cg_err_text(CG_E_MEMORY));
  if (!ok(r, cg_json_array(&r->json))) return false;
  while (cg_json_item(&r->json)) {
    size_t *count = &r->box->dc.public_key_count;
    if (*count == MAX_KEYS) return refuse(r, CG_E_LIMIT, "has too many items");
    if (!public_key(r, &list[*count])) return false;
    (*count)++;
  }
  r->box->dc.public_keys = list;
  if (!ok(r, !r->json.err)) return false;
  return r->box->dc.public_key_count || refuse(r, CG_E_MISSING, "is empty");
}

/* --- the whole ------------------------------------------------------------- */

static const char *const fields[] = { "test_mode", "this_dc",     "layer",      "dcs",
                                      "inbox",     "public_keys", "inbox_token" };
enum { FIELDS = sizeof fields / sizeof *fields, REQUIRED = 0x2f };

static bool field(reader *r, int i) {
  cg_dc *dc = &r->box->dc;
  r->field = fields[i];
  r->seen |= 1u << i;
  switch (i) {
  case 0: return ok(r, cg_json_bool(&r->json, &dc->test_mode));
  case 1: return number32(r, 1, 999, &dc->this_dc);
  case 2: return number32(r, 1, 100000, &dc->layer);
  case 3: return addresses(r);
  case 4: return text_or_null(r, 1024, &dc->inbox);
  case 5: return public_keys(r);
  default: return text_or_null(r, 1024, &dc->inbox_token);
  }
}

static bool whole(reader *r) {
  cg_bytes key;
  if (!ok(r, cg_json_object(&r->json))) return false;
  while (cg_json_key(&r->json, &key)) {
    int i = which(r, key, fields, FIELDS);
    if (i < 0 || !field(r, i)) return false;
    r->field = NULL;
  }
  if (!ok(r, !cg_json_end(&r->json))) return false;
  for (int i = 0; i < FIELDS; i++) {
    r->field = fields[i];
    if ((REQUIRED & 1 << i) && !(r->seen & 1u << i))
      return refuse(r, CG_E_MISSING, "is missing");
  }
  r->field = "this_dc";
  return cg_dc_find(&r->box->dc, r->box->dc.this_dc, 0) ||
         refuse(r, CG_E_NOT_FOUND, "is not in dcs");
}

static cg_err box_new(box **out, const char *name) {
  box *b = cg_alloc(sizeof *b);
  if (!b) return CG_E_MEMORY;
  b->arena = cg_arena_new(0);
  cg_bytes copy = b->arena ? cg_arena_copy(b->arena, cg_bytes_of(name)) : (cg_bytes){ 0 };
  b->dc.name = (const char *)copy.at;
  if (!copy.at) {
    cg_dc_free(&b->dc);
    return CG_E_MEMORY;
  }
  *out = b;
  return CG_OK;
}

cg_err cg_dc_parse(cg_dc **out, const char *name, cg_bytes json, cg_fault *fault) {
  reader r = { .fault = fault };
  if (box_new(&r.box, name))
    return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", name);
  r.box->dc.is_local = true;
  cg_json_init(&r.json, json, r.box->arena);
  if (!whole(&r)) {
    cg_dc_free(&r.box->dc);
    return r.err;
  }
  *out = &r.box->dc;
  return CG_OK;
}

cg_err cg_dc_load(cg_dc **out, const char *name, cg_fault *fault) {
  const cg_dc *built_in = cg_dc_public(name);
  if (built_in) {
    cg_err err = cg_dc_copy(out, built_in);
    return err ? cg_fail(fault, err, "%s: %s", name, cg_err_text(err)) : CG_OK;
  }
  cg_buf text = { 0 };
  cg_err err = cg_file_read(name, true, MAX_FILE, &text, fault);
  if (!err) err = cg_dc_parse(out, name, cg_buf_view(&text), fault);
  cg_buf_wipe(&text);
  return err;
}

void cg_dc_free(cg_dc *dc) {
  if (!dc) return;
  box *b = (box *)dc;
  cg_arena_free(b->arena);
  cg_free(b);
}

/* --- copies ---------------------------------------------------------------- */

/* The copy, or NULL with *failed set; NULL for NULL. */
static const char *copy_text(box *b, const char *from, bool *failed) {
  if (!from) return NULL;
  cg_bytes copy = cg_arena_copy(b->arena, cg_bytes_of(from));
  if (!copy.at) *failed = true;
  return (const char *)copy.at;
}

static bool copy_lists(box *b, const cg_dc *from) {
  cg_dc_address *dcs = cg_arena_alloc(b->arena, from->dc_count * sizeof *dcs);
  const char **keys = cg_arena_alloc(b->arena, from->public_key_count * sizeof *keys);
  bool failed = !dcs || !keys;
  for (size_t i = 0; !failed && i < from->dc_count; i++) {
    dcs[i] = from->dcs[i];
    dcs[i].host = copy_text(b, from->dcs[i].host, &failed);
  }
  for (size_t i = 0; !failed && i < from->public_key_count; i++)
    keys[i] = copy_text(b, from->public_keys[i], &failed);
  b->dc.dcs = dcs;
  b->dc.public_keys = keys;
  return !failed;
}

cg_err cg_dc_copy(cg_dc **out, const cg_dc *dc) {
  box *b;
  if (box_new(&b, dc->name)) return CG_E_MEMORY;
  const char *name = b->dc.name;
  bool failed = false;
  b->dc = *dc;
  b->dc.name = name;
  b->dc.inbox = copy_text(b, dc->inbox, &failed);
  b->dc.inbox_token = copy_text(b, dc->inbox_token, &failed);
  if (!copy_lists(b, dc) || failed) {
    cg_dc_free(&b->dc);
    return CG_E_MEMORY;
  }
  *out = &b->dc;
  return CG_OK;
}

const cg_dc_address *cg_dc_find(const cg_dc *dc, int32_t id, size_t nth) {
  for (size_t i = 0; i < dc->dc_count; i++)
    if (dc->dcs[i].id == id && nth-- == 0) return &dc->dcs[i];
  return NULL;
}

cg_err cg_dc_realm(const cg_dc *dc, uint8_t out[CG_SESSION_REALM], cg_fault *fault) {
  uint64_t sum[2] = { 0, dc->test_mode };
  uint8_t hash[32];
  cg_err err = CG_OK;
  for (size_t i = 0; i < dc->public_key_count && !err; i++) {
    cg_rsa_key *key = NULL;
    err = cg_rsa_from_pem(&key, cg_bytes_of(dc->public_keys[i]), fault);
    if (!err) sum[0] += cg_rsa_fingerprint(key);
    cg_rsa_free(key);
  }
  if (err) return err;
  cg_bytes part = { (const uint8_t *)sum, sizeof sum };
  if (!dc->is_local) part = cg_bytes_of(dc->name);
  err = cg_sha256(&part, 1, hash);
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  memcpy(out, hash, CG_SESSION_REALM);
  return CG_OK;
}
