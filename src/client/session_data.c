/* SPDX-License-Identifier: MIT */
/* session_data.c - see session_data.h for the contract. */
#include "session_data.h"

#include "hash.h"
#include "reader.h"
#include "wipe.h"

#include <string.h>

static const uint8_t magic[8] = { 'C', 'G', 'S', 'E', 'S', 'S', 'N', '\n' };

enum { HEAD = 16, CHECK = 32 };

/* What is beyond was not written by a client; seconds. */
static const int64_t TIME_END = INT64_C(1) << 40, OFFSET_END = INT64_C(1) << 33;

void cg_session_data_wipe(cg_session_data *d) {
  cg_login_wipe(&d->login);
  cg_wipe(d, sizeof *d);
}

cg_session_dc *cg_session_dc_of(cg_session_data *d, int32_t id) {
  for (size_t i = 0; i < d->dc_count; i++)
    if (d->dcs[i].id == id) return &d->dcs[i];
  if (d->dc_count == CG_SESSION_DCS) {
    size_t oldest = d->dcs[0].id == d->main_dc ? 1 : 0;
    size_t after = CG_SESSION_DCS - oldest - 1;
    memmove(&d->dcs[oldest], &d->dcs[oldest + 1], after * sizeof *d->dcs);
    d->dc_count--;
  }
  cg_session_dc *dc = &d->dcs[d->dc_count++];
  cg_wipe(dc, sizeof *dc);
  dc->id = id;
  return dc;
}

/* --- writing --------------------------------------------------------------- */

static void put_text(cg_buf *b, const char *text) {
  cg_buf_str(b, cg_bytes_of(text));
}

static void put_dc(cg_buf *b, const cg_session_dc *dc) {
  cg_buf_u32(b, (uint32_t)dc->id);
  put_text(b, dc->host);
  cg_buf_u32(b, dc->port);
  cg_buf_u64(b, dc->salt);
  cg_buf_u64(b, (uint64_t)dc->time_offset);
  cg_buf_u32(b, dc->has_key);
  if (!dc->has_key) return;
  cg_buf_put(b, dc->key.key, sizeof dc->key.key);
  cg_buf_u64(b, dc->key.id);
}

static cg_login_state kept_state(const cg_login *l) {
  cg_login_state state = l->state;
  if (l->reset) return CG_LOGIN_LOGGING_OUT;
  if (state == CG_LOGIN_CLOSED) return CG_LOGIN_WAIT_PHONE_NUMBER;
  if (state == CG_LOGIN_LOGGING_OUT || state == CG_LOGIN_CLOSING) return CG_LOGIN_READY;
  return state;
}

static void put_email(cg_buf *b, const cg_login *l) {
  cg_buf_u32(b, l->email_resettable);
  cg_buf_u32(b, (uint32_t)l->email_period);
  cg_buf_u64(b, (uint64_t)l->email_reset_at);
}

static void put_qr(cg_buf *b, const cg_login *l) {
  cg_buf_str(b, (cg_bytes){ l->qr_token, l->qr_len });
  cg_buf_u64(b, (uint64_t)l->qr_expires);
  cg_buf_u32(b, (uint32_t)l->except_count);
  for (size_t i = 0; i < l->except_count; i++) cg_buf_u64(b, (uint64_t)l->except[i]);
}

static void put_password(cg_buf *b, const cg_login *l) {
  cg_buf_u32(b, l->password_known);
  cg_buf_u32(b, l->has_recovery);
  put_text(b, l->password_hint);
  put_text(b, l->recovery);
  cg_buf_u64(b, (uint64_t)l->password_reset_at);
}

static void put_account(cg_buf *b, const cg_login *l) {
  cg_buf_u32(b, l->wants_password);
  cg_buf_u32(b, (uint32_t)l->relogin_days);
  cg_buf_u32(b, (uint32_t)l->tmp_sessions);
}

/* Steps that the server wants to hear no more of, by number. */
static void put_waits(cg_buf *b, const cg_login *l) {
  put_text(b, l->waits_phone);
  cg_buf_u32(b, CG_STEP_KINDS);
  for (int i = 0; i < CG_STEP_KINDS; i++) cg_buf_u64(b, (uint64_t)l->waits[i]);
}

static void put_login(cg_buf *b, const cg_login *l) {
  cg_buf_u32(b, (uint32_t)kept_state(l));
  put_text(b, l->phone);
  put_text(b, l->hash);
  cg_buf_u32(b, (uint32_t)l->dc);
  cg_buf_u32(b, l->type);
  cg_buf_u32(b, l->next_type);
  cg_buf_u32(b, (uint32_t)l->length);
  put_text(b, l->hint);
  cg_buf_u64(b, (uint64_t)l->sent_at);
  cg_buf_u64(b, (uint64_t)l->resend_at);
  cg_buf_u32(b, (uint32_t)l->wrong_codes);
  cg_buf_u32(b, l->logged_in);
  cg_buf_u64(b, (uint64_t)l->user_id);
  put_text(b, l->user_phone);
  cg_buf_str(b, cg_buf_view(&l->terms));
  cg_buf_u32(b, (uint32_t)l->token_count);
  for (size_t i = 0; i < l->token_count; i++) {
    put_text(b, l->tokens[i].phone);
    cg_buf_str(b, (cg_bytes){ l->tokens[i].bytes, l->tokens[i].len });
  }
  put_email(b, l);
  put_qr(b, l);
  put_password(b, l);
  put_account(b, l);
  put_waits(b, l);
}

static void put_payload(cg_buf *b, const cg_session_data *d) {
  cg_buf_put(b, d->realm, sizeof d->realm);
  cg_buf_u32(b, d->test_mode);
  cg_buf_u32(b, (uint32_t)d->main_dc);
  cg_buf_u32(b, (uint32_t)d->dc_count);
  for (size_t i = 0; i < d->dc_count; i++) put_dc(b, &d->dcs[i]);
  put_login(b, &d->login);
}

cg_err cg_session_encode(const cg_session_data *d, cg_buf *out) {
  cg_buf payload = { 0 };
  uint8_t check[CHECK];
  size_t start = out->len;
  put_payload(&payload, d);
  cg_buf_put(out, magic, sizeof magic);
  cg_buf_u32(out, CG_SESSION_VERSION);
  cg_buf_u32(out, (uint32_t)payload.len);
  cg_buf_bytes(out, cg_buf_view(&payload));
  cg_err err = payload.err ? payload.err : out->err;
  cg_buf_wipe(&payload);
  if (err) return err;
  err = cg_sha256(&(cg_bytes){ out->at + start, out->len - start }, 1, check);
  if (err) return err;
  cg_buf_put(out, check, sizeof check);
  return out->err;
}

/* --- reading --------------------------------------------------------------- */

static void get_text(cg_reader *r, char *out, size_t size) {
  cg_bytes v = cg_reader_str(r);
  if (v.len >= size || (v.len && memchr(v.at, 0, v.len))) {
    cg_reader_fail(r, CG_E_MALFORMED);
    return;
  }
  if (v.len) memcpy(out, v.at, v.len);
  out[v.len] = '\0';
}

/* A number from 0 to `last`. */
static uint32_t get_upto(cg_reader *r, uint32_t last) {
  uint32_t v = cg_reader_u32(r);
  if (v > last) cg_reader_fail(r, CG_E_MALFORMED);
  return v > last ? 0 : v;
}

/* Seconds that sums of a few cannot overflow: from `first` to below `end`. */
static int64_t get_seconds(cg_reader *r, int64_t first, int64_t end) {
  int64_t v = (int64_t)cg_reader_u64(r);
  bool fits = v >= first && v < end;
  if (!fits) cg_reader_fail(r, CG_E_MALFORMED);
  return fits ? v : 0;
}

static cg_err get_key(cg_reader *r, cg_auth_key *out) {
  cg_bytes key = cg_reader_take(r, sizeof out->key);
  uint64_t id = cg_reader_u64(r);
  if (r->err) return r->err;
  cg_err err = cg_auth_key_init(out, key.at);
  if (err) return err;
  if (out->id != id) cg_reader_fail(r, CG_E_MALFORMED);
  return r->err;
}

static cg_err get_dc(cg_reader *r, cg_session_dc *dc) {
  dc->id = (int32_t)cg_reader_u32(r);
  get_text(r, dc->host, sizeof dc->host);
  dc->port = (uint16_t)get_upto(r, UINT16_MAX);
  dc->salt = cg_reader_u64(r);
  dc->time_offset = get_seconds(r, 1 - OFFSET_END, OFFSET_END);
  dc->has_key = get_upto(r, 1);
  return dc->has_key ? get_key(r, &dc->key) : r->err;
}

static void get_tokens(cg_reader *r, cg_login *l) {
  l->token_count = get_upto(r, CG_LOGIN_TOKENS);
  for (size_t i = 0; i < l->token_count; i++) {
    cg_login_token *t = &l->tokens[i];
    get_text(r, t->phone, sizeof t->phone);
    cg_bytes v = cg_reader_str(r);
    if (v.len > sizeof t->bytes) cg_reader_fail(r, CG_E_MALFORMED);
    if (r->err) return;
    if (v.len) memcpy(t->bytes, v.at, v.len);
    t->len = v.len;
  }
}

static void get_email(cg_reader *r, cg_login *l) {
  l->email_resettable = get_upto(r, 1);
  l->email_period = (int32_t)get_upto(r, INT32_MAX);
  l->email_reset_at = get_seconds(r, -OFFSET_END, TIME_END);
}

static void get_qr(cg_reader *r, cg_login *l) {
  cg_bytes token = cg_reader_str(r);
  if (token.len > sizeof l->qr_token) cg_reader_fail(r, CG_E_MALFORMED);
  if (r->err) return;
  if (token.len) memcpy(l->qr_token, token.at, token.len);
  l->qr_len = token.len;
  l->qr_expires = get_seconds(r, -OFFSET_END, TIME_END);
  l->except_count = get_upto(r, CG_LOGIN_EXCEPT_MAX);
  for (size_t i = 0; i < l->except_count; i++) l->except[i] = (int64_t)cg_reader_u64(r);
}

static void get_password(cg_reader *r, cg_login *l) {
  l->password_known = get_upto(r, 1);
  l->has_recovery = get_upto(r, 1);
  get_text(r, l->password_hint, sizeof l->password_hint);
  get_text(r, l->recovery, sizeof l->recovery);
  l->password_reset_at = get_seconds(r, -OFFSET_END, TIME_END);
}

static void get_account(cg_reader *r, cg_login *l) {
  l->wants_password = get_upto(r, 1);
  l->relogin_days = (int32_t)cg_reader_u32(r);
  l->tmp_sessions = (int32_t)cg_reader_u32(r);
}

static void get_waits(cg_reader *r, cg_login *l) {
  get_text(r, l->waits_phone, sizeof l->waits_phone);
  uint32_t count = get_upto(r, CG_STEP_KINDS);
  for (uint32_t i = 0; i < count; i++) l->waits[i] = get_seconds(r, 0, TIME_END);
}

/* The states of version 1 were the same without that of a QR code. */
static cg_login_state get_state(cg_reader *r, uint32_t version) {
  bool old = version == 1;
  uint32_t v = get_upto(r, CG_LOGIN_LOGGING_OUT - old);
  return (cg_login_state)(v + (old && v >= CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION));
}

static cg_err get_login(cg_reader *r, uint32_t version, cg_login *l) {
  l->state = get_state(r, version);
  l->reset = l->state == CG_LOGIN_LOGGING_OUT;
  get_text(r, l->phone, sizeof l->phone);
  get_text(r, l->hash, sizeof l->hash);
  l->dc = (int32_t)cg_reader_u32(r);
  l->type = (cg_code_type)get_upto(r, CG_CODE_UNKNOWN);
  l->next_type = (cg_code_type)get_upto(r, CG_CODE_UNKNOWN);
  l->length = (int32_t)get_upto(r, INT32_MAX);
  get_text(r, l->hint, sizeof l->hint);
  l->sent_at = get_seconds(r, 0, TIME_END);
  l->resend_at = get_seconds(r, 0, TIME_END);
  l->wrong_codes = (int32_t)get_upto(r, INT32_MAX);
  l->logged_in = get_upto(r, 1);
  l->user_id = (int64_t)cg_reader_u64(r);
  get_text(r, l->user_phone, sizeof l->user_phone);
  cg_bytes terms = cg_reader_str(r);
  if (terms.len > CG_LOGIN_TERMS_MAX)
    cg_reader_fail(r, CG_E_MALFORMED);
  else
    cg_buf_bytes(&l->terms, terms);
  get_tokens(r, l);
  if (version > 1) {
    get_email(r, l);
    get_qr(r, l);
    get_password(r, l);
    get_account(r, l);
    get_waits(r, l);
  }
  return r->err ? r->err : l->terms.err;
}

static cg_err get_payload(cg_reader *r, uint32_t version, cg_session_data *d) {
  cg_bytes realm = cg_reader_take(r, sizeof d->realm);
  if (realm.at) memcpy(d->realm, realm.at, sizeof d->realm);
  d->test_mode = get_upto(r, 1);
  d->main_dc = (int32_t)cg_reader_u32(r);
  d->dc_count = get_upto(r, CG_SESSION_DCS);
  for (size_t i = 0; i < d->dc_count; i++) {
    cg_err err = get_dc(r, &d->dcs[i]);
    if (err) return err;
  }
  cg_err err = get_login(r, version, &d->login);
  return err ? err : cg_reader_end(r);
}

/* Finds the payload behind a head and in front of a check sum that are right. */
static cg_err open_frame(cg_bytes in, uint32_t *version, cg_bytes *payload,
                         cg_fault *fault) {
  uint8_t check[CHECK];
  if (!in.len) return cg_fail(fault, CG_E_CORRUPT, "is empty");
  if (in.len < sizeof magic || memcmp(in.at, magic, sizeof magic))
    return cg_fail(fault, CG_E_CORRUPT, "is not a session file");
  if (in.len < HEAD + CHECK) return cg_fail(fault, CG_E_CORRUPT, "is cut short");
  cg_err err = cg_sha256(&(cg_bytes){ in.at, in.len - CHECK }, 1, check);
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  if (!cg_equal_ct(check, in.at + in.len - CHECK, CHECK))
    return cg_fail(fault, CG_E_CORRUPT, "is damaged (its check sum is wrong)");
  cg_reader r;
  cg_reader_init(&r, in.at + sizeof magic, HEAD - sizeof magic);
  *version = cg_reader_u32(&r);
  if (!*version || *version > CG_SESSION_VERSION)
    return cg_fail(fault, CG_E_CORRUPT, "has version %u, not %d", *version,
                   CG_SESSION_VERSION);
  *payload = (cg_bytes){ in.at + HEAD, in.len - HEAD - CHECK };
  return cg_reader_u32(&r) == payload->len
             ? CG_OK
             : cg_fail(fault, CG_E_CORRUPT, "has a wrong length");
}

cg_err cg_session_decode(cg_bytes in, cg_session_data *out, cg_fault *fault) {
  cg_bytes payload = { 0 };
  uint32_t version = 0;
  cg_reader r;
  memset(out, 0, sizeof *out);
  cg_err err = open_frame(in, &version, &payload, fault);
  if (err) return err;
  cg_reader_init(&r, payload.at, payload.len);
  err = get_payload(&r, version, out);
  out->made = true;
  if (!err) return CG_OK;
  cg_session_data_wipe(out);
  if (err == CG_E_MEMORY || err == CG_E_CRYPTO)
    return cg_fail(fault, err, "%s", cg_err_text(err));
  return cg_fail(fault, CG_E_CORRUPT, "is damaged (at byte %zu)", HEAD + r.err_at);
}
