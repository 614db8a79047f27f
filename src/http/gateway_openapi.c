/* SPDX-License-Identifier: MIT */
/*
 * gateway_openapi.c - /v1/openapi.json: the steps as they are written here, and every
 * method and type of the schema by its rows. Made when it is asked for, not kept.
 *
 * https://spec.openapis.org/oas/v3.1.0
 */
#include "gateway_core.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  const cg_tl_schema *s;
  cg_arena *arena;
  cg_buf *b;
} doc;

static void open_key(cg_buf *b, const char *key, char bracket) {
  cg_jsonw_key(b, key);
  cg_jsonw_open(b, bracket);
}

static void put(cg_buf *b, const char *key, const char *text) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

/* JSON as it stands, as the value of `key`. */
static void put_json(cg_buf *b, const char *key, const char *json) {
  cg_jsonw_key(b, key);
  cg_buf_text(b, json);
}

/* --- types ------------------------------------------------------------------------- */

static const struct {
  const char *type, *json;
} plain[] = {
  { "int", "{\"type\":\"integer\",\"format\":\"int32\"}" },
  { "long", "{\"type\":[\"string\",\"integer\"],\"format\":\"int64\"}" },
  { "double", "{\"type\":\"number\"}" },
  { "string", "{\"type\":\"string\"}" },
  { "bytes", "{\"type\":\"string\",\"contentEncoding\":\"base64\"}" },
  { "int128", "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"}" },
  { "int256", "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}" },
  { "Bool", "{\"type\":\"boolean\"}" },
  { "true", "{\"type\":\"boolean\"}" },
  { "!X", "{\"type\":\"object\"}" },
  { "X", "{}" },
  { "Object", "{}" },
};

static void put_type(cg_buf *b, const char *type) {
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (!strcmp(type, plain[i].type)) {
      cg_buf_text(b, plain[i].json);
      return;
    }
  cg_buf_text(b, "{\"$ref\":\"#/components/schemas/");
  cg_buf_text(b, type);
  cg_buf_text(b, "\"}");
}

static void put_field(cg_buf *b, const cg_tl_field *f) {
  cg_jsonw_key(b, f->name);
  if (f->vector) cg_buf_text(b, "{\"type\":\"array\",\"items\":");
  put_type(b, f->type);
  if (f->vector) cg_buf_text(b, "}");
}

/* Whether a call may leave the field out. */
static bool has_default(const cg_tl_field *f) {
  static const char *const names[] = { "api_id", "api_hash", "random_id",
                                       "hash",   "settings", NULL };
  for (const char *const *n = names; *n; n++)
    if (!strcmp(f->name, *n)) return true;
  return f->optional || f->vector;
}

/* The object that a definition describes; `name` is that of a constructor, or NULL. */
static void put_object(const doc *d, uint32_t id, const char *name) {
  cg_tl_field f;
  cg_buf *b = d->b;
  cg_jsonw_open(b, '{');
  put(b, "type", "object");
  open_key(b, "properties", '{');
  if (name) {
    open_key(b, "_", '{');
    put(b, "const", name);
    cg_jsonw_close(b, '}');
  }
  for (unsigned i = 0; cg_tl_field_at(d->s, id, i, &f); i++) put_field(b, &f);
  cg_jsonw_close(b, '}');
  open_key(b, "required", '[');
  if (name) cg_jsonw_string(b, CG_LIT("_"));
  for (unsigned i = 0; cg_tl_field_at(d->s, id, i, &f); i++)
    if (name ? !f.optional : !has_default(&f)) cg_jsonw_string(b, cg_bytes_of(f.name));
  cg_jsonw_close(b, ']');
  if (!name) put_json(b, "additionalProperties", "false");
  cg_jsonw_close(b, '}');
}

/* What a definition is, or a method gives: the end of its TL line. Lives in the arena;
 * "Object" when memory is out. */
static char *result_of(const doc *d, const char *name) {
  static const char none[] = "Object";
  cg_bytes text;
  char *found = NULL;
  if (!cg_tl_describe(d->s, name, d->arena, &text, NULL))
    found = strrchr((char *)(uintptr_t)text.at, '=');
  if (!found) return (char *)(uintptr_t)none;
  found += strspn(found, "= ");
  found[strcspn(found, "; \n")] = 0;
  return found;
}

static void put_result(cg_buf *b, char *type) {
  static const char vector[] = "Vector<";
  if (strncmp(type, vector, strlen(vector))) {
    put_type(b, type);
    return;
  }
  type += strlen(vector);
  type[strcspn(type, ">")] = 0;
  cg_buf_text(b, "{\"type\":\"array\",\"items\":");
  put_type(b, type);
  cg_buf_text(b, "}");
}

/* --- calls ------------------------------------------------------------------------- */

#define ACCOUNT                                                                          \
  "[{\"$ref\":\"#/components/parameters/id\"},{\"$ref\":\"#/components/parameters/"      \
  "token\"}]"
#define ERROR "{\"$ref\":\"#/components/responses/error\"}"

static void put_call(const doc *d, const char *name) {
  cg_buf *b = d->b;
  cg_buf_text(b, ",\"/v1/accounts/{id}/call/");
  cg_buf_text(b, name);
  cg_buf_text(b, "\":{\"post\":{\"operationId\":\"call.");
  cg_buf_text(b, name);
  cg_buf_text(b, "\",\"tags\":[\"call\"],\"parameters\":" ACCOUNT
                 ",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":");
  put_object(d, cg_tl_method_id(d->s, name), NULL);
  cg_buf_text(b, "}}},\"responses\":{\"200\":{\"description\":\"the server's answer\","
                 "\"content\":{\"application/json\":{\"schema\":");
  put_result(b, result_of(d, name));
  cg_buf_text(b, "}}},\"default\":" ERROR "}}}");
}

/* --- steps ------------------------------------------------------------------------- */

#define STRING  "{\"type\":\"string\"}"
#define BOOLEAN "{\"type\":\"boolean\"}"

static const struct {
  const char *path, *verb, *about, *properties, *required;
} steps[] = {
  { "login", "post", "auth.sendCode: have a code sent to a phone", "\"phone\":" STRING,
    "\"phone\"" },
  { "code", "post", "auth.signIn: the code that arrived", "\"code\":" STRING,
    "\"code\"" },
  { "resend", "post", "auth.resendCode: have it sent by the next medium",
    "\"force\":" BOOLEAN, "" },
  { "cancel", "post", "auth.cancelCode: the code is forgotten here, too", "", "" },
  { "sign-up", "post", "auth.signUp: a new account",
    "\"first_name\":" STRING ",\"last_name\":" STRING ",\"accept_terms\":" BOOLEAN,
    "\"first_name\"" },
  { "log-out", "post", "auth.logOut, or cancel while a login is pending", "", "" },
  { "call/resetAuth", "post", "log out, or with force wipe what is kept here",
    "\"force\":" BOOLEAN, "" },
};

static void put_step(cg_buf *b, size_t i) {
  const char *const parts[] = {
    ",\"/v1/accounts/{id}/",
    steps[i].path,
    "\":{\"",
    steps[i].verb,
    "\":{\"operationId\":\"",
    steps[i].path,
    "\",\"summary\":\"",
    steps[i].about,
    "\",\"tags\":[\"login\"],\"parameters\":" ACCOUNT
    ",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"type\":"
    "\"object\",\"properties\":{",
    steps[i].properties,
    "},\"required\":[",
    steps[i].required,
    "]}}}},\"responses\":{\"200\":{\"description\":\"the state that it led to\","
    "\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
    "\"#/components/schemas/v1.Account\"}}}},\"default\":" ERROR "}}}"
  };
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) cg_buf_text(b, parts[k]);
}

static const char accounts[] =
    "\"/v1/accounts\":{"
    "\"get\":{\"operationId\":\"list\",\"tags\":[\"accounts\"],\"responses\":{\"200\":"
    "{\"description\":\"all accounts\",\"content\":{\"application/json\":{\"schema\":"
    "{\"type\":\"object\",\"properties\":{\"accounts\":{\"type\":\"array\",\"items\":"
    "{\"$ref\":\"#/components/schemas/v1.Account\"}}}}}}},\"default\":" ERROR "}},"
    "\"post\":{\"operationId\":\"create\",\"tags\":[\"accounts\"],\"responses\":{\"201\":"
    "{\"description\":\"a new account with its token, which is told only here\","
    "\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
    "\"#/components/schemas/v1.NewAccount\"}}}},\"default\":" ERROR "}}},"
    "\"/v1/accounts/{id}\":{"
    "\"get\":{\"operationId\":\"state\",\"tags\":[\"accounts\"],\"parameters\":" ACCOUNT
    ",\"responses\":{\"200\":{\"description\":\"its state\",\"content\":"
    "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/v1.Account\"}}}},"
    "\"default\":" ERROR "}},"
    "\"delete\":{\"operationId\":\"remove\",\"tags\":[\"accounts\"],"
    "\"parameters\":" ACCOUNT
    ",\"responses\":{\"200\":{\"description\":\"removed here; the server is not told\"},"
    "\"default\":" ERROR "}}}";

static const char updates[] =
    ",\"/v1/accounts/{id}/updates\":{"
    "\"get\":{\"operationId\":\"updates\",\"summary\":\"what the server sent by itself "
    "since it was first asked for\",\"tags\":[\"updates\"],\"parameters\":["
    "{\"$ref\":\"#/components/parameters/id\"},"
    "{\"$ref\":\"#/components/parameters/token\"},"
    "{\"name\":\"offset\",\"in\":\"query\",\"description\":\"those below it are "
    "forgotten\",\"schema\":{\"type\":\"integer\",\"format\":\"int64\"}},"
    "{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\",\"minimum\":"
    "1}},{\"name\":\"timeout\",\"in\":\"query\",\"description\":\"seconds to wait for "
    "one\",\"schema\":{\"type\":\"number\",\"minimum\":0}}],"
    "\"responses\":{\"200\":{\"description\":\"oldest first\",\"content\":"
    "{\"application/json\":{\"schema\":{\"type\":\"array\",\"items\":"
    "{\"$ref\":\"#/components/schemas/v1.Update\"}}}}},\"default\":" ERROR "}},"
    "\"delete\":{\"operationId\":\"forgetUpdates\",\"summary\":\"they are kept no "
    "more\",\"tags\":[\"updates\"],\"parameters\":" ACCOUNT
    ",\"responses\":{\"200\":{\"description\":\"the state of the account\",\"content\":"
    "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/v1.Account\"}}}},"
    "\"default\":" ERROR "}}}";

static const char components[] =
    "\"parameters\":{\"id\":{\"name\":\"id\",\"in\":\"path\",\"required\":true,"
    "\"schema\":" STRING "},\"token\":{\"name\":\"Centigram-Token\",\"in\":\"header\","
    "\"required\":true,\"schema\":" STRING "}},"
    "\"responses\":{\"error\":{\"description\":\"an error\",\"content\":"
    "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/v1.Error\"}}}}},"
    "\"schemas\":{"
    "\"v1.NewAccount\":{\"type\":\"object\",\"properties\":{\"id\":" STRING
    ",\"token\":" STRING ",\"state\":" STRING "}},"
    "\"v1.Account\":{\"type\":\"object\",\"properties\":{\"id\":" STRING
    ",\"session\":" STRING ",\"state\":" STRING ",\"user_id\":" STRING
    ",\"code\":{\"type\":\"object\",\"properties\":{\"phone\":" STRING ",\"type\":" STRING
    ",\"length\":{\"type\":\"integer\"},\"hint\":" STRING ",\"next_type\":" STRING
    ",\"resend_in\":{\"type\":\"integer\"},\"expires_at\":{\"type\":\"integer\"},"
    "\"wrong_codes\":{\"type\":\"integer\"}}},\"terms\":{\"type\":\"object\","
    "\"properties\":{\"text\":" STRING ",\"min_age\":{\"type\":\"integer\"}}}}},"
    "\"v1.Update\":{\"type\":\"object\",\"properties\":{\"update_id\":{\"type\":"
    "\"integer\",\"format\":\"int64\"},\"update\":{\"$ref\":"
    "\"#/components/schemas/Update\"},\"users\":{\"type\":\"array\",\"items\":"
    "{\"$ref\":\"#/components/schemas/User\"}},\"chats\":{\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/components/schemas/Chat\"}}}},"
    "\"v1.Error\":{\"type\":\"object\",\"properties\":{\"error\":{\"type\":\"object\","
    "\"properties\":{\"code\":{\"type\":\"integer\"},\"type\":" STRING
    ",\"value\":{\"type\":[\"integer\",\"null\"]},\"retry_after\":{\"type\":"
    "\"integer\"},\"text\":" STRING ",\"state\":" STRING "}}}}";

/* --- types and their constructors -----------------------------------------------------
 */

typedef struct {
  const char *type, *name;
} pair;

static int compare(const void *a, const void *b) {
  const pair *x = a, *y = b;
  int order = strcmp(x->type, y->type);
  return order ? order : strcmp(x->name, y->name);
}

/* All constructors with their types, by type; NULL when memory is out. */
static pair *constructors(const doc *d, size_t *count) {
  size_t n = 0;
  for (const char *c = NULL; (c = cg_tl_next_name(d->s, false, c));) n++;
  pair *pairs = cg_arena_alloc(d->arena, n * sizeof *pairs);
  *count = n;
  n = 0;
  for (const char *c = NULL; pairs && (c = cg_tl_next_name(d->s, false, c));)
    pairs[n++] = (pair){ result_of(d, c), c };
  if (pairs) qsort(pairs, n, sizeof *pairs, compare);
  return pairs;
}

static void put_types(const doc *d, const pair *pairs, size_t count) {
  for (size_t i = 0; i < count;) {
    const char *type = pairs[i].type;
    open_key(d->b, type, '{');
    open_key(d->b, "oneOf", '[');
    for (; i < count && !strcmp(pairs[i].type, type); i++) {
      cg_jsonw_open(d->b, '{');
      cg_jsonw_key(d->b, "$ref");
      cg_buf_text(d->b, "\"#/components/schemas/");
      cg_buf_text(d->b, pairs[i].name);
      cg_buf_text(d->b, "\"");
      cg_jsonw_close(d->b, '}');
    }
    cg_jsonw_close(d->b, ']');
    cg_jsonw_close(d->b, '}');
  }
}

static void put_document(const doc *d, const pair *pairs, size_t count) {
  cg_buf *b = d->b;
  cg_jsonw_open(b, '{');
  put(b, "openapi", "3.1.0");
  put_json(b, "info", "{\"title\":\"Centigram gateway\",\"version\":\"" CG_VERSION "\"}");
  open_key(b, "paths", '{');
  cg_buf_text(b, accounts);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) put_step(b, i);
  cg_buf_text(b, updates);
  for (const char *m = NULL; (m = cg_tl_next_name(d->s, true, m));) put_call(d, m);
  cg_jsonw_close(b, '}');
  open_key(b, "components", '{');
  cg_buf_text(b, components);
  for (size_t i = 0; i < count; i++) {
    cg_jsonw_key(b, pairs[i].name);
    put_object(d, cg_tl_constructor_id(d->s, pairs[i].name), pairs[i].name);
  }
  put_types(d, pairs, count);
  cg_jsonw_close(b, '}');
  cg_jsonw_close(b, '}');
  cg_jsonw_close(b, '}');
}

void cg_gateway_openapi(cg_exchange *x) {
  size_t count;
  cg_buf b = { 0 };
  doc d = { x->g->schema, x->arena, &b };
  const pair *pairs = constructors(&d, &count);
  if (pairs) put_document(&d, pairs, count);
  if (!pairs || b.err)
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
  else
    cg_exchange_reply(x, 200, NULL, NULL, cg_buf_view(&b));
  cg_buf_free(&b);
}
