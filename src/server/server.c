/* SPDX-License-Identifier: MIT */
/*
 * server.c - opening and closing a server, and what it says about itself. See
 * centigram/server.h for the contract.
 */
#include "core.h"
#include "home.h"

#include "json.h"
#include "layer.h"
#include "mem.h"
#include "wipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 16 };

/* --- what the store keeps about the server itself ------------------------- */

typedef struct {
  cg_err err;
  bool done;
  char text[80];
} meta;

static void on_meta(void *ctx, const cg_store_reply *r) {
  meta *m = ctx;
  m->done = true;
  m->err = r->err;
  if (r->err || !r->blob.at) return;
  if (r->blob.len >= sizeof m->text) m->err = CG_E_CORRUPT;
  else memcpy(m->text, r->blob.at, r->blob.len);
}

static cg_err meta_get(cg_server *s, const char *name, meta *m) {
  *m = (meta){ 0 };
  cg_store_submit(s->store, &(cg_store_request){ .op = CG_STORE_META_GET, .text = name },
                  on_meta, m);
  cg_err err = m->done ? CG_OK : cg_store_sync(s->store);
  return err ? err : m->done ? m->err : CG_E_STORE;
}

static cg_err meta_put(cg_server *s, const char *name, const char *text) {
  meta m = { 0 };
  cg_bytes blob = cg_bytes_of(text);
  cg_store_request q = { .op = CG_STORE_META_PUT, .text = name, .blob = blob };
  cg_store_submit(s->store, &q, on_meta, &m);
  cg_err err = cg_store_sync(s->store);
  return err ? err : m.done ? m.err : CG_E_STORE;
}

/* Codes and keys in the store are sealed under the server's key: with another key they
 * would look damaged one by one, much later. */
static cg_err check_key(cg_server *s, cg_fault *fault) {
  char mine[17];
  meta m;
  snprintf(mine, sizeof mine, "%016llx",
           (unsigned long long)cg_rsa_fingerprint(s->folder.rsa));
  cg_err err = meta_get(s, "server_key", &m);
  if (err == CG_E_NOT_FOUND) err = meta_put(s, "server_key", mine);
  else if (!err && strcmp(m.text, mine))
    return cg_fail(fault, CG_E_CORRUPT,
                   "the store belongs to another server.key: put that file back, or "
                   "remove the store to begin anew");
  return err ? cg_fail(fault, err, "the store: %s", cg_err_text(err)) : CG_OK;
}

static cg_err draw_token(cg_server *s, char out[2 * TOKEN_BYTES + 1]) {
  uint8_t raw[TOKEN_BYTES];
  cg_err err = cg_rng_fill(&s->rng, raw, sizeof raw);
  for (size_t i = 0; !err && i < sizeof raw; i++)
    snprintf(out + 2 * i, 3, "%02x", (unsigned)raw[i]);
  return err;
}

static cg_err load_token(cg_server *s) {
  meta m;
  cg_err err = meta_get(s, "inbox_token", &m);
  if (!err && strlen(m.text) >= sizeof s->token) err = CG_E_CORRUPT;
  if (!err) strcpy(s->token, m.text);
  if (err != CG_E_NOT_FOUND) return err;
  err = draw_token(s, s->token);
  return err ? err : meta_put(s, "inbox_token", s->token);
}

static cg_err load_clock(cg_server *s) {
  meta m;
  cg_err err = s->virtual_clock ? meta_get(s, "clock_shift", &m) : CG_E_NOT_FOUND;
  if (!err) s->clock.shift = strtoll(m.text, NULL, 10);
  s->clock.asked = s->clock.durable = s->clock.shift;
  return err == CG_E_NOT_FOUND ? CG_OK : err;
}

static cg_err open_store(cg_server *s, const cg_server_options *o, cg_fault *fault) {
  char url[4200];
  if (o->store_url) snprintf(url, sizeof url, "%s", o->store_url);
  else snprintf(url, sizeof url, "sqlite:%s/centigram.db", o->data_dir);
  cg_err err = cg_store_open(&s->store, url, fault);
  if (!err) err = check_key(s, fault);
  if (err) return err;
  err = load_token(s);
  if (!err) err = load_clock(s);
  return err ? cg_fail(fault, err, "the store: %s", cg_err_text(err)) : CG_OK;
}

/* --- open and close ------------------------------------------------------- */

static void write_log(void *ctx, cg_log_level level, const char *line) {
  const cg_server *s = ctx;
  s->write_log(s->write_log_ctx, (int)level, line);
}

static void take_options(cg_server *s, const cg_server_options *o) {
  s->now_us = s->counts.started_us = o->now_us;
  s->dcs = o->dcs ? o->dcs : 1;
  s->dc_id = o->dc_id ? o->dc_id : 2;
  s->virtual_clock = o->virtual_clock;
  s->rng = (cg_rng){ o->random ? o->random : cg_system_random, o->random_ctx };
  s->write_log = o->log;
  s->write_log_ctx = o->log_ctx;
  s->log = (cg_log){ o->log ? write_log : NULL, s, CG_LOG_DEBUG };
  s->queue_end = &s->queue;
  s->folder.lock_fd = -1;
  strcpy(s->host, "127.0.0.1");
}

static cg_err load_schemas(cg_server *s, const char *const *paths, cg_fault *fault) {
  s->schema = cg_tl_api_all();
  s->newest_layer = cg_tl_layer(s->schema);
  for (; paths && *paths; paths++) {
    cg_tl_schema *more;
    if (s->loaded_count == CG_SCHEMAS_MAX)
      return cg_fail(fault, CG_E_USAGE, "--schema %s: too many", *paths);
    cg_err err = cg_tl_schema_load_file(s->schema, *paths, &more, fault);
    if (err) return err;
    s->loaded[s->loaded_count++] = more;
    s->schema = more;
    if (cg_tl_layer(more) > s->newest_layer) s->newest_layer = cg_tl_layer(more);
  }
  return CG_OK;
}

static cg_err derive_secret(cg_server *s) {
  cg_buf pem = { 0 };
  cg_err err = cg_rsa_private_pem(s->folder.rsa, &pem);
  if (!err) err = cg_secret_init(&s->secret, cg_buf_view(&pem));
  cg_buf_wipe(&pem);
  return err;
}

/* What the settings say about data centres, now that it is known which there are. */
static cg_err settle_dcs(cg_server *s, cg_fault *fault) {
  if (s->dcs < 1 || s->dcs > CG_DCS_MAX)
    return cg_fail(fault, CG_E_USAGE, "--dcs %d: takes 1 to %d", (int)s->dcs, CG_DCS_MAX);
  if (s->dc_id < 1 || (s->dcs > 1 && s->dc_id > s->dcs))
    return cg_fail(fault, CG_E_USAGE, "--dc-id %d: with --dcs %d the ids are 1 to %d",
                   (int)s->dc_id, (int)s->dcs, (int)s->dcs);
  if (s->set.home_dc && !cg_dc_exists(s, (int32_t)s->set.home_dc))
    return cg_fail(fault, CG_E_USAGE, "--set home_dc=%d: there is no such data centre",
                   (int)s->set.home_dc);
  if (s->set.test_dc_check == CG_SET_AUTO) s->set.test_dc_check = s->dcs > 1;
  return CG_OK;
}

static cg_err open_all(cg_server *s, const cg_server_options *o, cg_fault *fault) {
  if (!o->data_dir) return cg_fail(fault, CG_E_USAGE, "the server needs a folder");
  cg_err err = cg_settings_init(&s->set, o->profile, o->set, fault);
  if (!err) err = settle_dcs(s, fault);
  if (!err) err = load_schemas(s, o->schemas, fault);
  if (!err) err = cg_folder_open(&s->folder, o->data_dir, fault);
  if (!err) err = derive_secret(s);
  if (!err) err = cg_rng_fill(&s->rng, &s->conns.seed, sizeof s->conns.seed);
  if (err) return err;
  s->peers.seed = s->conns.seed;
  err = open_store(s, o, fault);
  return err ? err
             : cg_dues_add(&s->dues, &s->purge, CG_DUE_PURGE, s->now_us + CG_SECOND);
}

cg_err cg_server_open(cg_server **out, const cg_server_options *options,
                      cg_fault *fault) {
  cg_fault local = { 0 };
  cg_server *s = cg_alloc(sizeof *s);
  if (!s) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  take_options(s, options);
  cg_err err = open_all(s, options, &local);
  if (!err) {
    *out = s;
    return CG_OK;
  }
  if (!local.err) cg_fail(&local, err, "%s", cg_err_text(err));
  cg_fail(fault, err, "%s", local.text);
  cg_server_close(s);
  return err;
}

void cg_server_close(cg_server *s) {
  if (!s) return;
  cg_store_close(s->store); /* completes what is under way */
  cg_ops_free(s);
  cg_passwords_free(s);
  cg_server_inbox_free(s);
  while (s->conns.count) {
    size_t at = 0;
    for (cg_conn *c; (c = cg_map_each(&s->conns, &at));) cg_conn_free(c);
  }
  cg_map_free(&s->conns);
  cg_peers_free(s);
  cg_dues_free(&s->dues);
  cg_folder_close(&s->folder);
  while (s->loaded_count) cg_tl_schema_free(s->loaded[--s->loaded_count]);
  cg_secret_wipe(&s->secret);
  cg_buf_wipe(&s->plain);
  cg_buf_free(&s->packet);
  cg_buf_free(&s->given);
  cg_wipe(s->token, sizeof s->token);
  cg_free(s);
}

/* --- about itself --------------------------------------------------------- */

void cg_server_endpoint(cg_server *s, const char *host, uint16_t port) {
  cg_server_endpoint_at(s, s->dc_id, host, port);
}

void cg_server_endpoint_at(cg_server *s, int32_t dc, const char *host, uint16_t port) {
  if (!strcmp(host, "0.0.0.0")) host = "127.0.0.1";
  if (!strcmp(host, "::")) host = "::1";
  snprintf(s->host, sizeof s->host, "%s", host);
  if (cg_dc_exists(s, dc)) s->ports[s->dcs == 1 ? 0 : dc - 1] = port;
}

const char *cg_server_inbox_token(const cg_server *s) {
  return s->token;
}

static void put_dc(const cg_server *s, int32_t id, cg_buf *b) {
  cg_jsonw_open(b, '{');
  cg_jsonw_key(b, "id");
  cg_jsonw_i64(b, id);
  cg_jsonw_key(b, "host");
  cg_jsonw_string(b, cg_bytes_of(s->host));
  cg_jsonw_key(b, "port");
  cg_jsonw_i64(b, cg_dc_port(s, id));
  cg_jsonw_close(b, '}');
}

static void put_dcs(const cg_server *s, cg_buf *b) {
  cg_jsonw_key(b, "dcs");
  cg_jsonw_open(b, '[');
  for (int32_t i = 0; i < s->dcs; i++) put_dc(s, s->dcs == 1 ? s->dc_id : i + 1, b);
  cg_jsonw_close(b, ']');
}

static void put_key(const cg_server *s, cg_buf *b) {
  cg_buf pem = { 0 };
  cg_err err = cg_rsa_public_pem(s->folder.rsa, &pem);
  if (err && !b->err) b->err = err;
  cg_jsonw_key(b, "public_keys");
  cg_jsonw_open(b, '[');
  cg_jsonw_string(b, cg_buf_view(&pem));
  cg_jsonw_close(b, ']');
  cg_buf_free(&pem);
}

cg_err cg_server_dc_json(cg_server *s, const char *inbox, cg_arena *arena,
                         cg_bytes *out) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "test_mode");
  cg_jsonw_bool(&b, false);
  cg_jsonw_key(&b, "this_dc");
  cg_jsonw_i64(&b, s->dc_id);
  cg_jsonw_key(&b, "layer");
  cg_jsonw_i64(&b, cg_tl_layer(cg_tl_api_all()));
  put_dcs(s, &b);
  put_key(s, &b);
  if (inbox) {
    cg_jsonw_key(&b, "inbox");
    cg_jsonw_string(&b, cg_bytes_of(inbox));
    cg_jsonw_key(&b, "inbox_token");
    cg_jsonw_string(&b, cg_bytes_of(s->token));
  }
  cg_jsonw_close(&b, '}');
  cg_err err = b.err;
  if (!err) *out = cg_arena_copy(arena, cg_buf_view(&b));
  if (!err && !out->at) err = CG_E_MEMORY;
  cg_buf_wipe(&b);
  return err;
}
