/* SPDX-License-Identifier: MIT */
/* schema_test.c - the readers of schemas, and schemas that are loaded at run time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <centigram/api.h>

#include "codec.h"
#include "fill.h"
#include "layer.h"
#include "layout.h"
#include "mem.h"
#include "schema.h"

static void refuse(const char *text, cg_err err, const char *want) {
  tl_defs d = { 0 };
  cg_fault fault = { 0 };
  assert_int_equal(tl_defs_read_text(&d, "f.tl", cg_bytes_of(text), &fault), err);
  assert_string_equal(fault.text, want);
  tl_defs_free(&d);
}

static void errors_name_line_and_reason(void **state) {
  (void)state;
  refuse("// a\n\ninputPeerEmpty#7f3b18eb = InputPeer;\n", CG_E_VERIFY,
         "f.tl:3: inputPeerEmpty#7f3b18eb is not the crc32 of its text, 7f3b18ea");
  refuse("a#1 b:flags.0?int = C;", CG_E_MALFORMED, "f.tl:1: not a field: b:flags.0?int");
  refuse("\na#1\n b:", CG_E_MALFORMED, "f.tl:2: a definition without `;`");
  refuse("a#xyz = B;", CG_E_MALFORMED, "f.tl:1: not an id: a#xyz");
  refuse("a#123456789a = B;", CG_E_MALFORMED, "f.tl:1: not an id: a#123456789a");
  refuse("a#1 b:int C;", CG_E_MALFORMED, "f.tl:1: not a field: C");
  refuse("a#1 b:int = C D;", CG_E_MALFORMED, "f.tl:1: text behind the result type: a");
  refuse("a#1 b:Vector<int = C;", CG_E_MALFORMED, "f.tl:1: not a field: b:Vector<int");
  refuse("---what---\n", CG_E_MALFORMED, "f.tl:1: not a definition: ---what---");
  refuse("// since 5 x\n", CG_E_MALFORMED, "f.tl:1: \"since LAYER name#id\" is wanted");
  refuse("// layers 7-5\n", CG_E_MALFORMED, "f.tl:1: \"layers FROM-TO\" is wanted");
  refuse("// fallback X\n", CG_E_MALFORMED,
         "f.tl:1: \"fallback Type constructor\" is wanted");
  refuse("= X;", CG_E_MALFORMED, "f.tl:1: not a definition: =");
}

static void reads_every_form_of_text(void **state) {
  (void)state;
  static const char text[] =
    "\"use strict\";\nexports.LAYER = 198;\nmodule.exports = `boolTrue#997275b5 = Bool;\n"
    "vector#1cb5c415 {t:Type} # [ t ] = Vector t;\nint ? = Int;\n"
    "user#4b46c37e\n flags:# self:flags.10?true ... = X;`;\n";
  tl_defs d = { 0 };
  cg_fault fault = { 0 };
  assert_int_equal(tl_defs_read_text(&d, "f", cg_bytes_of(text), &fault), CG_E_MALFORMED);
  tl_defs_free(&d);
  static const char good[] =
      "exports.x = 1; LAYER = 77;\nmodule.exports = `inputPeerEmpty#7f3b18ea = "
      "InputPeer;\n"
      "---functions---\ninvokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X;\n"
      "auth.cancelCode\n  phone_number:string\n  phone_code_hash:string = Bool; // "
      "text\n`;";
  assert_int_equal(tl_defs_read_text(&d, "f", cg_bytes_of(good), &fault), CG_OK);
  assert_int_equal(d.ndefs, 3);
  assert_int_equal(d.layer, 77);
  assert_false(d.defs[0].method);
  assert_true(d.defs[1].method && d.defs[1].generic);
  assert_int_equal(d.defs[2].id, 0x1f040578); /* without `#` the crc32 is the id */
  assert_int_equal(d.defs[2].nargs, 2);
  tl_defs_free(&d);
}

static void loads_a_clients_own_text(void **state) {
  (void)state;
  /* auth.sentCode as it is, and a user that no layer has, at layer 150 */
  static const char text[] =
      "// LAYER 150\nuser flags:# self:flags.10?true id:int first_name:flags.1?string "
      "gone:string kept:flags.2?InputPeer = User;\n"
      "brandNew x:int = BrandNew;\n---functions---\nauth.signIn flags:# "
      "phone_number:string "
      "phone_code_hash:string phone_code:string = auth.Authorization;\n";
  cg_tl_schema *s;
  cg_fault fault = { 0 };
  if (cg_tl_schema_load(cg_tl_api_all(), "mine.tl", cg_bytes_of(text), &s, &fault))
    fail_msg("%s", fault.text);
  uint32_t mine = cg_tl_id_in_layer(s, "user", false, 150);
  assert_int_not_equal(mine, cg_tl_id_in_layer(cg_tl_api_all(), "user", false, 150));
  assert_int_equal(cg_tl_id_in_layer(s, "user", false, 149), 0x8f97c628);
  assert_int_equal(cg_tl_id_in_layer(s, "user", false, 160), 0xabb5f120);
  assert_int_equal(cg_tl_id_in_layer(s, "user", false, 228), TL_ID_user);
  assert_int_not_equal(cg_tl_id_in_layer(s, "brandNew", false, 150), 0);
  assert_int_equal(cg_tl_id_in_layer(s, "brandNew", false, 149), 0);
  assert_int_equal(cg_tl_id_in_layer(s, "auth.signIn", true, 228), TL_ID_auth_signIn);

  tl_user u = { TL_INIT(user), .id = 777 };
  TL_ON(user, &u, self);
  TL_SET(user, &u, first_name, CG_LIT("Ada"));
  TL_SET(user, &u, phone, CG_LIT("1"));
  cg_buf out = { 0 };
  cg_arena *a = cg_arena_new(0);
  const tl_obj *back;
  assert_int_equal(cg_tl_encode_layer(s, 150, &u.o, &out, NULL), CG_OK);
  /* id, flags, int id, "Ada", "": 4 + 4 + 4 + 4 + 4 */
  assert_int_equal(out.len, 20);
  assert_int_equal(cg_tl_decode(s, cg_buf_view(&out), a, &back, NULL), CG_OK);
  assert_int_equal(TL_AS(user, back)->id, 777);
  assert_int_equal(cg_tl_wire_id(s, back), mine);
  assert_true(TL_HAS(user, TL_AS(user, back), first_name));
  u.id = INT64_C(1) << 40;
  out.len = 0;
  assert_int_equal(cg_tl_encode_layer(s, 150, &u.o, &out, &fault), CG_E_NO_VARIANT);
  cg_buf_free(&out);
  cg_arena_free(a);
  cg_tl_schema_free(s);
}

/* Values that share a bit in an older form are written all or none. */
static void shared_bits_of_older_forms(void **state) {
  (void)state;
  static const char text[] = "// LAYER 150\nuser flags:# contact:flags.1?true id:long "
                             "first_name:flags.1?string phone:flags.1?string = User;\n";
  cg_tl_schema *s;
  cg_buf out = { 0 };
  tl_user u = { TL_INIT(user), .id = 7 };
  assert_int_equal(
      cg_tl_schema_load(cg_tl_api_all(), "m.tl", cg_bytes_of(text), &s, NULL), CG_OK);
  TL_ON(user, &u, contact);
  TL_SET(user, &u, first_name, CG_LIT("Ada"));
  assert_int_equal(cg_tl_encode_layer(s, 150, &u.o, &out, NULL), CG_OK);
  assert_int_equal(out.len, 16);
  assert_int_equal(out.at[4], 0);
  TL_SET(user, &u, phone, CG_LIT("1"));
  out.len = 0;
  assert_int_equal(cg_tl_encode_layer(s, 150, &u.o, &out, NULL), CG_OK);
  assert_int_equal(out.len, 24);
  assert_int_equal(out.at[4], 2);
  cg_buf_free(&out);
  cg_tl_schema_free(s);
}

static void loaded_text_must_say_its_layer(void **state) {
  (void)state;
  cg_tl_schema *s;
  cg_fault fault = { 0 };
  assert_int_equal(cg_tl_schema_load(cg_tl_api_all(), "m.tl",
                                     CG_LIT("inputPeerEmpty#7f3b18ea = InputPeer;"), &s,
                                     &fault), CG_E_MISSING);
  assert_string_equal(fault.text, "m.tl: a line \"// LAYER N\" is missing");
  assert_int_equal(
      cg_tl_schema_load_file(cg_tl_api_all(), "/nonexistent/x.tl", &s, &fault),
      CG_E_NOT_FOUND);
  assert_string_equal(fault.text, "/nonexistent/x.tl: No such file or directory");
}

/* What the pins already know changes nothing. */
static void loading_what_is_known_changes_nothing(void **state) {
  (void)state;
  cg_tl_schema *s;
  cg_fault fault = { 0 };
  const cg_tl_schema *all = cg_tl_api_all();
  static const char text[] = "// LAYER 198\nauth.sentCode#5e002502 flags:# "
    "type:auth.SentCodeType phone_code_hash:string next_type:flags.1?auth.CodeType "
    "timeout:flags.2?int = auth.SentCode;\n";
  assert_int_equal(cg_tl_schema_load(all, "m.tl", cg_bytes_of(text), &s, &fault), CG_OK);
  assert_int_equal(s->nheads, all->nheads);
  assert_int_equal(s->nforms, all->nforms);
  assert_memory_equal(s->forms, all->forms, all->nforms * sizeof *all->forms);
  cg_tl_schema *again;
  assert_int_equal(cg_tl_schema_load(s, "m.tl", cg_bytes_of(text), &again, &fault),
                   CG_OK);
  cg_tl_schema_free(again);
  cg_tl_schema_free(s);
}

static void refuse_layout(const char *text, cg_err err, const char *want) {
  cg_tl_schema *s;
  cg_fault fault = { 0 };
  cg_err got = cg_tl_schema_load(cg_tl_api_all(), "m.tl", cg_bytes_of(text), &s, &fault);
  assert_int_equal(got, err);
  assert_string_equal(fault.text, want);
}

static void what_cannot_be_laid_out(void **state) {
  (void)state;
  refuse_layout("// LAYER 9\na b:Vector<Bool> = C;", CG_E_UNEXPECTED,
                "a: this use of type Bool is not supported");
  refuse_layout("// LAYER 9\na b:nobody = C;", CG_E_UNEXPECTED,
                "a: this use of type nobody is not supported");
  refuse_layout("// LAYER 9\na f:# g:# h:# = C;", CG_E_UNEXPECTED,
                "a: this use of type # is not supported");
  refuse_layout("// LAYER 9\na f:# g:# x:g.31?int = C;", CG_E_UNEXPECTED,
                "a: this use of type int is not supported");
  refuse_layout("// LAYER 9\na x:true = C;", CG_E_UNEXPECTED,
                "a: this use of type true is not supported");
  refuse_layout("// LAYER 9\na x:Object y:int = C;", CG_E_UNEXPECTED,
                "a: this use of type Object is not supported");
  refuse_layout("// LAYER 9\n// fallback User user\n", CG_E_UNKNOWN_NAME,
                "fallback: user is not an empty constructor of User");
  refuse_layout("// LAYER 9\n// since 9 x#00000001\n", CG_E_UNKNOWN_NAME,
                "since: no definition has the id 00000001");
}

static void every_allocation_fails(void **state) {
  (void)state;
  static const char text[] =
      "// LAYER 150\nuser flags:# id:int gone:flags.1?Gone = User;\n"
      "brandNew x:Vector<int> = BrandNew;\n";
  long n = 0;
  for (long i = -1; i < n; i++) {
    cg_tl_schema *s = NULL;
    cg_fault fault = { 0 };
    cg_mem_fail_after(i);
    cg_err err =
        cg_tl_schema_load(cg_tl_api_all(), "m.tl", cg_bytes_of(text), &s, &fault);
    long asked = cg_mem_fail_after(-1);
    assert_int_equal(err, i < 0 ? CG_OK : CG_E_MEMORY);
    if (i < 0) n = asked;
    cg_tl_schema_free(s);
  }
  assert_true(n > 10);
}

/* GramJS's own text through the run-time way, as a user would bring it. */
static void loads_the_text_of_gramjs(void **state) {
  (void)state;
  FILE *f = fopen(SCHEMA_DIR "/node_modules/telegram/tl/apiTl.js", "rb");
  if (!f) skip();
  uint8_t *text = cg_alloc(1 << 20);
  static const char layer[] = "LAYER = 198;\n";
  memcpy(text, layer, sizeof layer - 1);
  size_t n = fread(text + sizeof layer - 1, 1, (1 << 20) - sizeof layer, f);
  fclose(f);
  cg_tl_schema *s;
  cg_fault fault = { 0 };
  if (cg_tl_schema_load(cg_tl_api(), "apiTl.js", (cg_bytes){ text, n + sizeof layer - 1 },
                        &s, &fault))
    fail_msg("%s", fault.text);
  assert_int_equal(cg_tl_id_in_layer(s, "user", false, 198), 0x4b46c37e);
  assert_int_equal(cg_tl_id_in_layer(s, "user", false, 228), TL_ID_user);
  assert_non_null(tl_find(s, 0x4b46c37e));
  cg_tl_schema_free(s);
  cg_free(text);
}

/* What describes a definition is TL text with the same crc32. */
static void descriptions_are_definitions(void **state) {
  (void)state;
  cg_buf text = { 0 };
  cg_arena *a = cg_arena_new(0);
  for (int methods = 0; methods < 2; methods++) {
    if (methods) cg_buf_text(&text, "---functions---\n");
    for (const char *n = NULL; (n = cg_tl_next_name(cg_tl_api(), methods, n));) {
      cg_bytes line;
      assert_int_equal(cg_tl_describe(cg_tl_api(), n, a, &line, NULL), CG_OK);
      cg_buf_bytes(&text, line);
      cg_buf_text(&text, ";\n");
    }
  }
  tl_defs d = { 0 };
  cg_fault fault = { 0 };
  if (tl_defs_read_text(&d, "described", cg_buf_view(&text), &fault))
    fail_msg("%s", fault.text);
  assert_int_equal(d.ndefs, 1641 + 807);
  tl_defs_free(&d);
  cg_buf_free(&text);
  cg_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(errors_name_line_and_reason),
    cmocka_unit_test(reads_every_form_of_text),
    cmocka_unit_test(loads_a_clients_own_text),
    cmocka_unit_test(shared_bits_of_older_forms),
    cmocka_unit_test(loaded_text_must_say_its_layer),
    cmocka_unit_test(loading_what_is_known_changes_nothing),
    cmocka_unit_test(what_cannot_be_laid_out),
    cmocka_unit_test(every_allocation_fails),
    cmocka_unit_test(loads_the_text_of_gramjs),
    cmocka_unit_test(descriptions_are_definitions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
