/* SPDX-License-Identifier: MIT */
/* example_print.c - an example in C, in Lua, for the command and for curl. */
#include "example.h"

#include <stdio.h>
#include <string.h>

static bool is(const char *a, const char *b) {
  return !strcmp(a, b);
}

static void put(cg_buf *b, const char *const *words) {
  for (; *words; words++) cg_buf_text(b, *words);
}
#define PUT(b, ...) put(b, (const char *const[]){ __VA_ARGS__, NULL })

/* --- the shell ---------------------------------------------------------------- */

static bool is_safe(cg_bytes text) {
  static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_-+./:=,@";
  for (size_t i = 0; i < text.len; i++)
    if (!text.at[i] || !strchr(safe, text.at[i])) return false;
  return text.len > 0;
}

/* One word of a command line. */
static void put_word(cg_buf *b, cg_bytes text) {
  if (is_safe(text)) {
    cg_buf_bytes(b, text);
    return;
  }
  cg_buf_text(b, "'");
  for (size_t i = 0; i < text.len; i++)
    if (text.at[i] == '\'') cg_buf_text(b, "'\\''");
    else cg_buf_put(b, text.at + i, 1);
  cg_buf_text(b, "'");
}

/* JSON inside of something else: its writer must not see what stands before. */
static void put_json(cg_buf *b, const cg_example *e) {
  cg_buf json = { 0 };
  cg_example_json(&json, e);
  cg_buf_bytes(b, cg_buf_view(&json));
  if (json.err) b->err = json.err;
  cg_buf_free(&json);
}

static bool is_text(const cg_example *e) {
  return e->text && is(e->field->type, "string");
}

void cg_example_cli(cg_buf *b, const cg_example *e) {
  PUT(b, "centigram call ", e->def->name);
  for (size_t i = 0; i < e->count; i++) {
    const cg_example *item = e->items + i;
    cg_buf word = { 0 };
    PUT(&word, item->field->name, is_text(item) ? "=" : ":=");
    if (is_text(item)) cg_buf_text(&word, item->text);
    else put_json(&word, item);
    cg_buf_text(b, " ");
    put_word(b, cg_buf_view(&word));
    if (word.err) b->err = word.err;
    cg_buf_free(&word);
  }
}

/* Plain values go as they are, everything else as JSON. */
static void put_parameter(cg_buf *b, const cg_example *item) {
  cg_buf word = { 0 };
  PUT(&word, item->field->name, "=");
  if (item->text) cg_buf_text(&word, item->text);
  else put_json(&word, item);
  cg_buf_text(b, " \\\n  --data-urlencode ");
  put_word(b, cg_buf_view(&word));
  if (word.err) b->err = word.err;
  cg_buf_free(&word);
}

/* `start` and the JSON of the arguments as one word. */
static void put_json_word(cg_buf *b, const char *start, const cg_example *e) {
  cg_buf word = { 0 };
  cg_buf_text(&word, start);
  put_json(&word, e);
  put_word(b, cg_buf_view(&word));
  if (word.err) b->err = word.err;
  cg_buf_free(&word);
}

void cg_example_http(cg_buf *b, const cg_example *e, cg_http_form form) {
  static const char *const paths[] = { "/user<TOKEN>/", "/bot<TOKEN>/madeline",
                                       "/api/<SESSION>/", "/v1/accounts/<ID>/call/" };
  const char *name = form == CG_HTTP_BOT ? "" : e->def->name;
  PUT(b, "curl 'http://127.0.0.1:4490", paths[form], name, "'");
  if (form == CG_HTTP_BOT) {
    PUT(b, " \\\n  --data-urlencode method=", e->def->name, " \\\n  --data-urlencode ");
    put_json_word(b, "params=", e);
  } else if (form == CG_HTTP_V1) {
    PUT(b, " \\\n  -H 'Centigram-Token: <TOKEN>' -H 'Content-Type: application/json'",
        " \\\n  -d ");
    put_json_word(b, "", e);
  } else {
    for (size_t i = 0; i < e->count; i++) put_parameter(b, e->items + i);
  }
}

/* --- Lua ---------------------------------------------------------------------- */

static bool is_lua_word(const char *name) {
  static const char *const words[] = { "and", "break", "do", "else", "elseif", "end",
    "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
    "return", "then", "true", "until", "while" };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (is(words[i], name)) return true;
  return false;
}

static void put_lua_value(cg_buf *b, const cg_example *e);

static void put_lua_items(cg_buf *b, const cg_example *e) {
  for (size_t i = 0; i < e->count; i++) {
    const cg_example *item = e->items + i;
    if (e->def && is_lua_word(item->field->name)) PUT(b, "['", item->field->name, "']=");
    else if (e->def) PUT(b, item->field->name, "=");
    put_lua_value(b, item);
    cg_buf_text(b, ", ");
  }
}

static void put_lua_value(cg_buf *b, const cg_example *e) {
  static const char *const quoted[] = { "string", "int128", "int256" };
  if (!e->text) {
    cg_buf_text(b, "{");
    if (e->def) PUT(b, "_='", e->def->name, "', ");
    put_lua_items(b, e);
    cg_buf_text(b, "}");
    return;
  }
  if (is(e->field->type, "bytes")) {
    cg_buf_text(b, "'\\1\\2\\3'"); /* what AQID is in base64 */
    return;
  }
  bool quote = false;
  for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++)
    quote |= is(quoted[i], e->field->type);
  PUT(b, quote ? "'" : "", e->text, quote ? "'" : "");
}

void cg_example_lua(cg_buf *b, const cg_example *e) {
  PUT(b, e->def->name, "({");
  put_lua_items(b, e);
  cg_buf_text(b, "})");
}

/* --- C ------------------------------------------------------------------------ */

/* Variables stand before those that point to them. */
static void put_c_variables(cg_buf *b, const cg_example *e);

static const char *c_element(const cg_docs_field *f) {
  if (is(f->type, "int")) return "int32_t ";
  if (is(f->type, "long")) return "int64_t ";
  if (is(f->type, "double")) return "double ";
  return f->boxed ? "tl_obj *const " : "cg_bytes ";
}

static void put_c_value(cg_buf *b, const cg_example *e) {
  const cg_docs_field *f = e->field;
  if (!e->text && !e->def) PUT(b, "{ ", e->variable, ", 1 }");
  else if (e->def && e->def->method) PUT(b, "&", e->variable, ".o");
  else if (e->def) PUT(b, "&", e->variable, ".", f->boxed->c_name);
  else if (is(f->type, "string")) {
    cg_buf_text(b, "CG_LIT(");
    put_json(b, e);
    cg_buf_text(b, ")");
  } else if (is(f->type, "bytes")) cg_buf_text(b, "CG_LIT(\"\\1\\2\\3\")");
  else if (is(f->type, "int256") || is(f->type, "int128")) cg_buf_text(b, "{ { 0 } }");
  else if (is(f->type, "long") && strlen(e->text) > 9) PUT(b, "INT64_C(", e->text, ")");
  else cg_buf_text(b, e->text);
}

static void put_c_array(cg_buf *b, const cg_example *e) {
  const cg_example *item = e->items;
  if (item->def) put_c_variables(b, item);
  PUT(b, "const ", c_element(e->field), e->variable, "[] = { ");
  if (item->def) PUT(b, "&", item->variable, ".o");
  else put_c_value(b, item);
  cg_buf_text(b, " };\n");
}

static void put_c_struct(cg_buf *b, const cg_example *e, const char *variable) {
  PUT(b, "tl_", e->def->c_name, " ", variable, " = { TL_INIT(", e->def->c_name, ")");
  for (size_t i = 0; i < e->count; i++) {
    const cg_example *item = e->items + i;
    if (item->field->word) continue;
    PUT(b, ",\n  .", item->field->c_name, " = ");
    put_c_value(b, item);
  }
  cg_buf_text(b, " };\n");
  for (size_t i = 0; i < e->count; i++) {
    const cg_example *item = e->items + i;
    if (!item->field->word) continue;
    PUT(b, "TL_SET(", e->def->c_name, ", &", variable, ", ", item->field->c_name, ", ");
    put_c_value(b, item);
    cg_buf_text(b, ");\n");
  }
}

static void put_c_inner(cg_buf *b, const cg_example *e) {
  for (size_t i = 0; i < e->count; i++) {
    if (e->items[i].def) put_c_variables(b, e->items + i);
    else if (!e->items[i].text) put_c_array(b, e->items + i);
  }
}

static void put_c_variables(cg_buf *b, const cg_example *e) {
  put_c_inner(b, e);
  put_c_struct(b, e, e->variable);
}

static void put_c_answer(cg_buf *b, const cg_docs_def *def) {
  const cg_docs_field *r = &def->result;
  if (is(r->type, "Bool") && !r->vector)
    cg_buf_text(b, "puts(result.object->id == TL_ID_boolTrue ? \"true\" : \"false\");\n");
  else if (r->vector)
    cg_buf_text(b, "printf(\"%u elements\\n\", ((const tl_vector *)result.object)->len);\n");
  else
    cg_buf_text(b, "puts(cg_tl_name(cg_client_schema(client), result.object));\n");
}

void cg_example_c(cg_buf *b, const cg_example *e) {
  const char *variable = e->def->method ? "request" : "object";
  put_c_inner(b, e);
  put_c_struct(b, e, variable);
  if (!e->def->method) return;
  cg_buf_text(b, "cg_result result;\n"
                 "if (cg_call(client, &request.o, arena, &result))\n"
                 "  fprintf(stderr, \"%s\\n\", result.fault.text);\n"
                 "else if (result.error.code)\n"
                 "  fprintf(stderr, \"%d %s\\n\", (int)result.error.code, "
                 "result.error.text);\n"
                 "else\n  ");
  put_c_answer(b, e->def);
}
