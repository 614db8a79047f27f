/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dc.h"
#include "dc_public.h"

#include "client_test.h"
#include "mem.h"
#include "rsa.h"

/* The key of the public service's test data centres, as JSON text. */
static void json_key(char *out, size_t size) {
  const char *pem = cg_dc_public("test")->public_keys[0];
  size_t len = 0;
  for (; *pem && len + 3 < size; pem++) {
    if (*pem == '\n') out[len++] = '\\';
    out[len++] = *pem == '\n' ? 'n' : *pem;
  }
  out[len] = '\0';
}

/* A dc.json with `part` in place of the field that it begins with. */
static const char *file_with(const char *name, const char *part) {
  static char text[4096];
  char key[1024], keys[1100];
  json_key(key, sizeof key);
  snprintf(keys, sizeof keys, "\"public_keys\":[\"%s\"]", key);
  const char *parts[] = { "\"test_mode\":false",
                          "\"this_dc\":2",
                          "\"layer\":228",
                          "\"dcs\":[{\"id\":2,\"host\":\"127.0.0.1\",\"port\":4430}]",
                          keys,
                          "\"inbox\":\"http://127.0.0.1:4480\"",
                          "\"inbox_token\":\"secret\"" };
  size_t len = (size_t)snprintf(text, sizeof text, "{");
  bool first = true;
  for (size_t i = 0; i < 7; i++) {
    bool swap = name && !strncmp(parts[i] + 1, name, strlen(name)) &&
                parts[i][1 + strlen(name)] == '"';
    const char *use = swap ? part : parts[i];
    if (!*use) continue;
    len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", first ? "" : ",", use);
    first = false;
  }
  snprintf(text + len, sizeof text - len, "}");
  return text;
}

static cg_err parse(cg_dc **out, const char *text, cg_fault *fault) {
  return cg_dc_parse(out, "dc.json", cg_bytes_of(text), fault);
}

static void check_values(const cg_dc *dc) {
  assert_string_equal(dc->name, "dc.json");
  assert_true(dc->is_local);
  assert_false(dc->test_mode);
  assert_int_equal(dc->this_dc, 2);
  assert_int_equal(dc->layer, 228);
  assert_int_equal(dc->dc_count, 1);
  assert_string_equal(cg_dc_find(dc, 2, 0)->host, "127.0.0.1");
  assert_int_equal(cg_dc_find(dc, 2, 0)->port, 4430);
  assert_null(cg_dc_find(dc, 2, 1));
  assert_null(cg_dc_find(dc, 3, 0));
  assert_int_equal(dc->public_key_count, 1);
  assert_string_equal(dc->public_keys[0], cg_dc_public("test")->public_keys[0]);
  assert_string_equal(dc->inbox, "http://127.0.0.1:4480");
  assert_string_equal(dc->inbox_token, "secret");
}

static void test_good(void **state) {
  (void)state;
  cg_dc *dc, *copy;
  cg_fault fault;
  assert_int_equal(parse(&dc, file_with(NULL, NULL), &fault), CG_OK);
  check_values(dc);
  assert_int_equal(cg_dc_copy(&copy, dc), CG_OK);
  cg_dc_free(dc);
  check_values(copy);
  cg_dc_free(copy);
  assert_int_equal(parse(&dc, file_with("inbox", "\"inbox\":null"), &fault), CG_OK);
  assert_null(dc->inbox);
  cg_dc_free(dc);
  assert_int_equal(parse(&dc, file_with("inbox_token", ""), &fault), CG_OK);
  assert_null(dc->inbox_token);
  cg_dc_free(dc);
}

/* Each refusal names the file and the field. */
static void test_bad(void **state) {
  (void)state;
  static const struct {
    const char *field, *part;
    cg_err err;
    const char *says;
  } rows[] = {
    { "test_mode", "\"test_mode\":1", CG_E_UNEXPECTED, "test_mode" },
    { "test_mode", "", CG_E_MISSING, "test_mode" },
    { "this_dc", "\"this_dc\":\"2\"", CG_E_UNEXPECTED, "this_dc" },
    { "this_dc", "\"this_dc\":0", CG_E_LIMIT, "this_dc" },
    { "this_dc", "\"this_dc\":3", CG_E_NOT_FOUND, "this_dc" },
    { "this_dc", "", CG_E_MISSING, "this_dc" },
    { "layer", "\"layer\":2.5", CG_E_LIMIT, "layer" },
    { "layer", "", CG_E_MISSING, "layer" },
    { "dcs", "\"dcs\":[]", CG_E_MISSING, "dcs" },
    { "dcs", "\"dcs\":{}", CG_E_UNEXPECTED, "dcs" },
    { "dcs", "\"dcs\":[{\"id\":2,\"host\":\"h\"}]", CG_E_MISSING, "port" },
    { "dcs", "\"dcs\":[{\"id\":2,\"host\":\"\",\"port\":1}]", CG_E_LIMIT, "dcs" },
    { "dcs", "\"dcs\":[{\"id\":2,\"host\":\"h\",\"port\":65536}]", CG_E_LIMIT, "dcs" },
    { "dcs", "\"dcs\":[{\"id\":2,\"host\":\"a\\u0000b\",\"port\":1}]", CG_E_MALFORMED,
      "dcs" },
    { "dcs", "\"dcs\":[{\"id\":2,\"prot\":1}]", CG_E_UNKNOWN_NAME, "prot" },
    { "public_keys", "\"public_keys\":[]", CG_E_MISSING, "public_keys" },
    { "public_keys", "\"public_keys\":[\"no key\"]", CG_E_MALFORMED, "public_keys" },
    { "public_keys", "", CG_E_MISSING, "public_keys" },
    { "inbox", "\"inbox\":7", CG_E_UNEXPECTED, "inbox" },
    { "inbox", "\"inbix\":\"x\"", CG_E_UNKNOWN_NAME, "inbix" },
    { "layer", "\"this_dc\":2", CG_E_MALFORMED, "dc.json" },
    { "layer", "\"layer\"", CG_E_MALFORMED, "dc.json" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_dc *dc;
    cg_fault fault = { 0 };
    cg_err err = parse(&dc, file_with(rows[i].field, rows[i].part), &fault);
    if (err != rows[i].err) fail_msg("row %zu: %d %s", i, err, fault.text);
    assert_int_equal(strncmp(fault.text, "dc.json: ", 9), 0);
    if (!strstr(fault.text, rows[i].says)) fail_msg("row %zu: %s", i, fault.text);
  }
}

static void test_truncated(void **state) {
  (void)state;
  const char *text = file_with(NULL, NULL);
  for (size_t len = 0; len < strlen(text); len++) {
    cg_dc *dc;
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    assert_int_not_equal(
        cg_dc_parse(&dc, "x", (cg_bytes){ (const uint8_t *)copy, len }, NULL), CG_OK);
    free(copy);
  }
}

static void test_memory(void **state) {
  (void)state;
  const char *text = file_with(NULL, NULL);
  cg_dc *dc = NULL;
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_mem_fail_after(n);
    err = parse(&dc, text, NULL);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
  }
  cg_dc_free(dc);
}

static void test_load(void **state) {
  (void)state;
  char folder[64], path[100];
  cg_dc *dc;
  cg_fault fault;
  test_folder(folder);
  snprintf(path, sizeof path, "%s/dc.json", folder);
  assert_int_equal(cg_dc_load(&dc, path, &fault), CG_E_NOT_FOUND);
  assert_non_null(strstr(fault.text, path));
  FILE *f = fopen(path, "w");
  fputs(file_with(NULL, NULL), f);
  fclose(f);
  assert_int_equal(cg_dc_load(&dc, path, &fault), CG_OK);
  assert_string_equal(dc->name, path);
  cg_dc_free(dc);
  remove(path);
  remove(folder);
}

/* The keys that are built in are those that their fingerprints name. */
static void test_public(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint64_t fingerprint;
    size_t dcs;
  } rows[] = { { "production", 0xd09d1d85de64fd85, 5 },
               { "test", 0xb25898df208d2603, 3 } };
  for (size_t i = 0; i < 2; i++) {
    cg_dc *dc;
    cg_rsa_key *key;
    assert_int_equal(cg_dc_load(&dc, rows[i].name, NULL), CG_OK);
    assert_false(dc->is_local);
    assert_int_equal(dc->dc_count, rows[i].dcs);
    assert_non_null(cg_dc_find(dc, dc->this_dc, 0));
    assert_int_equal(cg_rsa_from_pem(&key, cg_bytes_of(dc->public_keys[0]), NULL), CG_OK);
    assert_true(cg_rsa_fingerprint(key) == rows[i].fingerprint);
    cg_rsa_free(key);
    cg_dc_free(dc);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_good),      cmocka_unit_test(test_bad),
    cmocka_unit_test(test_truncated), cmocka_unit_test(test_load),
    cmocka_unit_test(test_public),    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
