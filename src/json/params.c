/* SPDX-License-Identifier: MIT */
/* params.c - see params.h for the contract. */
#include "params.h"

#include "json.h"
#include "logs.h"
#include "mem.h"

#include <centigram/api.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_MOST = 4096 };

/* --- files ------------------------------------------------------------------ */

/* Makes `path` and the folders above it. */
static cg_err make_folder(const char *path, cg_fault *fault) {
  char part[PATH_MOST];
  size_t len = strlen(path);
  if (len >= sizeof part)
    return cg_fail(fault, CG_E_USAGE, "database_directory is too long");
  memcpy(part, path, len + 1);
  for (char *p = part + 1; *p; p++) {
    if (*p != '/') continue;
    *p = '\0';
    (void)!mkdir(part, 0700); /* what cannot be made above is told of below */
    *p = '/';
  }
  if (!mkdir(part, 0700) || errno == EEXIST) return CG_OK;
  return cg_fail(fault, CG_E_IO, "Can't create directory \"%s\": %s", path,
                 strerror(errno));
}

/* The accounts of the test service are others than those of the real one. */
static cg_err session_path(const cg_td_request *r, cg_bytes o, bool test,
                           char out[PATH_MOST], cg_fault *fault) {
  const char *folder = cg_td_text(r, o, "database_directory");
  if (!folder || !*folder) folder = ".";
  cg_err err = make_folder(folder, fault);
  if (err) return err;
  int len =
      snprintf(out, PATH_MOST, "%s/centigram%s.session", folder, test ? "_test" : "");
  return len < PATH_MOST ? CG_OK
                         : cg_fail(fault, CG_E_USAGE, "database_directory is too long");
}

/* --- callbacks of the client --------------------------------------------------- */

/* The library counts from 0 up where TDLib counts from 1. */
static void on_log(void *ctx, int level, const char *line) {
  char text[400];
  const cg_td_client *c = ctx;
  snprintf(text, sizeof text, "client %d: %s", c->id, line);
  cg_td_log(level + CG_TD_LOG_ERROR, text);
}

static void on_update(void *ctx, const tl_obj *update) {
  cg_td_client *c = ctx;
  cg_bytes json;
  cg_buf b = { 0 };
  cg_arena *arena = NULL;
  if (!c->wants_updates || c->phase != CG_TD_OPEN || cg_td_hub_is_full()) return;
  arena = cg_arena_new(0);
  if (arena && !cg_tl_to_json(cg_tl_api(), update, arena, &json, NULL)) {
    cg_td_begin(&b, "centigram.update");
    cg_jsonw_key(&b, "update");
    cg_buf_bytes(&b, json);
    cg_td_update(c->id, &b);
  }
  cg_arena_free(arena);
}

/* --- opening ---------------------------------------------------------------------- */

/* The fields stand in the request itself, or in "parameters". */
static cg_bytes fields_of(const cg_td_request *r) {
  cg_bytes nested;
  return cg_td_field(r, r->json, "parameters", &nested) ? nested : r->json;
}

static cg_err load_dc(const cg_td_request *r, cg_bytes o, cg_dc **dc, cg_fault *fault) {
  const char *name = cg_td_text(r, o, "centigram_dc");
  if (!name || !*name) name = cg_td_flag(r, o, "use_test_dc") ? "test" : "production";
  return cg_dc_load(dc, name, fault);
}

/* The words of TDLib. */
static cg_err check_app(const cg_dc *dc, int64_t api_id, const char *api_hash,
                        cg_fault *fault) {
  if (api_id < 0 || api_id > INT32_MAX || (!api_id && !dc->is_local))
    return cg_fail(fault, CG_E_USAGE,
                   "Valid api_id must be provided. Can be obtained at "
                   "https://my.telegram.org");
  if (!dc->is_local && (!api_hash || !*api_hash))
    return cg_fail(fault, CG_E_USAGE,
                   "Valid api_hash must be provided. Can be obtained "
                   "at https://my.telegram.org");
  return CG_OK;
}

/* What auth.importBotAuthorization and calls by name are given. */
static cg_err keep_app(cg_td_client *c, int64_t api_id, const char *api_hash,
                       cg_fault *fault) {
  static const char zeros[] = "00000000000000000000000000000000";
  const char *hash = api_hash && *api_hash ? api_hash : zeros;
  size_t size = strlen(hash) + 1;
  char *kept = cg_alloc(size);
  if (!kept) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  memcpy(kept, hash, size);
  cg_free(c->api_hash); /* of an attempt that failed */
  c->api_hash = kept;
  c->api_id = api_id ? (int32_t)api_id : 1;
  return CG_OK;
}

static cg_err open_with(cg_td_request *r, cg_bytes o, const cg_dc *dc, cg_fault *fault) {
  char path[PATH_MOST];
  cg_td_client *c = r->client;
  int64_t api_id = cg_td_int(r, o, "api_id");
  const char *api_hash = cg_td_text(r, o, "api_hash");
  c->test_dc = cg_td_flag(r, o, "use_test_dc");
  c->wants_updates = cg_td_flag(r, o, "centigram_updates");
  cg_err err = check_app(dc, api_id, api_hash, fault);
  if (!err) err = keep_app(c, api_id, api_hash, fault);
  if (!err) err = session_path(r, o, c->test_dc, path, fault);
  if (err) return err;
  cg_client_options options = { .dc = dc,
                                .session = path,
                                .api_id = c->api_id,
                                .api_hash = c->api_hash,
                                .device_model = cg_td_text(r, o, "device_model"),
                                .system_version = cg_td_text(r, o, "system_version"),
                                .app_version = cg_td_text(r, o, "application_version"),
                                .lang_code = cg_td_text(r, o, "system_language_code"),
                                .lock_wait_ms = -1,
                                .loop = cg_td_hub_loop(),
                                .log = on_log,
                                .log_ctx = c,
                                .log_level = CG_TD_LOG_DEBUG - CG_TD_LOG_ERROR,
                                .update = on_update,
                                .update_ctx = c };
  return cg_client_open(&c->client, &options, fault);
}

/* TDLib encrypts its database, we do not: whoever counts on it is to know. */
static void warn_of_key(const cg_td_request *r, cg_bytes o) {
  const char *key = cg_td_text(r, o, "database_encryption_key");
  if (key && *key)
    cg_td_log(CG_TD_LOG_WARN, "database_encryption_key is not used: session files are "
                              "not encrypted");
}

cg_err cg_td_open(cg_td_request *r, cg_fault *fault) {
  cg_dc *dc;
  cg_bytes o = fields_of(r);
  cg_err err = load_dc(r, o, &dc, fault);
  if (err) return err;
  err = open_with(r, o, dc, fault);
  cg_dc_free(dc);
  if (!err) warn_of_key(r, o);
  return err;
}
