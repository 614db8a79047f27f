/* SPDX-License-Identifier: MIT */
/* secret.c - see secret.h for the contract. */
#include "secret.h"

#include "base64.h"
#include "ctr.h"
#include "gcm.h"
#include "hash.h"
#include "ladder.h"
#include "wipe.h"

#include <string.h>

enum { TYPED_MAX = 64 };

/* HKDF (RFC 5869) with one block of output. */
static cg_err derive(const uint8_t root[32], const char *label, uint8_t out[32]) {
  const uint8_t tail[] = { CG_SECRET_VERSION, 1 };
  cg_bytes parts[] = { cg_bytes_of(label), { tail, sizeof tail } };
  return cg_hmac_sha256((cg_bytes){ root, 32 }, parts, 2, out);
}

cg_err cg_secret_init(cg_secret *s, cg_bytes private_pem) {
  uint8_t root[32];
  cg_err err = cg_hmac_sha256(CG_LIT("centigram server secret"), &private_pem, 1, root);
  if (!err) err = derive(root, "code mac", s->mac);
  if (!err) err = derive(root, "code seal", s->seal);
  if (!err) err = derive(root, "authorization keys", s->keys);
  if (!err) err = derive(root, "salts", s->salts);
  if (!err) err = derive(root, "coins", s->coins);
  if (!err) err = derive(root, "tokens", s->tokens);
  if (!err) err = derive(root, "password salts", s->passwords);
  cg_wipe(root, sizeof root);
  return err;
}

void cg_secret_wipe(cg_secret *s) {
  cg_wipe(s, sizeof *s);
}

cg_err cg_code_draw(const cg_rng *rng, int32_t length, char out[CG_CODE_SIZE]) {
  int32_t have = 0;
  while (have < length) {
    uint8_t raw[16];
    cg_err err = cg_rng_fill(rng, raw, sizeof raw);
    if (err) return err;
    /* 250 and above would make the low digits likelier. */
    for (size_t i = 0; i < sizeof raw && have < length; i++)
      if (raw[i] < 250) out[have++] = (char)('0' + raw[i] % 10);
    cg_wipe(raw, sizeof raw);
  }
  out[have] = '\0';
  return CG_OK;
}

cg_err cg_code_hash_draw(const cg_rng *rng, char out[CG_CODE_HASH_SIZE]) {
  uint8_t raw[9];
  cg_err err = cg_rng_fill(rng, raw, sizeof raw);
  if (!err) cg_hex_write((cg_bytes){ raw, sizeof raw }, out);
  return err;
}

static cg_err code_mac(const cg_secret *s, const char *hash, cg_bytes code,
                       uint8_t out[32]) {
  cg_bytes parts[] = { { (const uint8_t *)hash, strlen(hash) + 1 }, code };
  return cg_hmac_sha256((cg_bytes){ s->mac, 32 }, parts, 2, out);
}

cg_err cg_code_keep(const cg_secret *s, const cg_rng *rng, const char *code,
                    cg_store_code *row) {
  cg_buf sealed = { 0 };
  cg_err err = code_mac(s, row->hash, cg_bytes_of(code), row->mac);
  if (!err)
    err = cg_gcm_seal(s->seal, rng, cg_bytes_of(row->hash), cg_bytes_of(code), &sealed);
  if (!err && sealed.len > sizeof row->sealed) err = CG_E_LIMIT;
  if (!err) {
    memcpy(row->sealed, sealed.at, sealed.len);
    row->sealed_len = (int32_t)sealed.len;
    row->length = (int32_t)strlen(code);
    row->secret_version = CG_SECRET_VERSION;
  }
  cg_buf_free(&sealed);
  return err;
}

cg_err cg_code_keep_none(const cg_rng *rng, int32_t length, cg_store_code *row) {
  row->sealed_len = 0;
  row->length = length;
  row->secret_version = CG_SECRET_VERSION;
  return cg_rng_fill(rng, row->mac, sizeof row->mac);
}

cg_err cg_code_show(const cg_secret *s, const cg_store_code *row,
                    char out[CG_CODE_SIZE]) {
  if (row->sealed_len <= 0 || row->sealed_len > CG_STORE_SEALED) return CG_E_NOT_FOUND;
  cg_buf plain = { 0 };
  cg_bytes sealed = { row->sealed, (size_t)row->sealed_len };
  cg_err err = cg_gcm_open(s->seal, cg_bytes_of(row->hash), sealed, &plain);
  if (!err && plain.len >= CG_CODE_SIZE) err = CG_E_VERIFY;
  if (!err) {
    memcpy(out, plain.at, plain.len);
    out[plain.len] = '\0';
  }
  cg_buf_wipe(&plain);
  return err;
}

/* Clients and people write 12-345 and 1 2 3 4 5, and +49 before a number. */
static size_t clean(cg_bytes typed, uint8_t out[TYPED_MAX]) {
  size_t len = 0;
  for (size_t i = 0; i < typed.len && len < TYPED_MAX; i++)
    if (!strchr(" -+", typed.at[i]) || !typed.at[i]) out[len++] = typed.at[i];
  return len;
}

/* Phones write capitals at the beginning and a blank behind each word. */
static size_t clean_words(cg_bytes typed, uint8_t out[TYPED_MAX]) {
  size_t len = 0;
  bool blank = false;
  for (size_t i = 0; i < typed.len && len < TYPED_MAX; i++) {
    uint8_t c = typed.at[i];
    bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!is_blank && blank && len && len + 1 < TYPED_MAX) out[len++] = ' ';
    if (!is_blank) out[len++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
    blank = is_blank;
  }
  return len;
}

bool cg_code_fits(const cg_secret *s, const cg_store_code *row, cg_bytes typed) {
  uint8_t digits[TYPED_MAX], mac[32];
  cg_code_kind kind = cg_rung_kind(cg_ladder_rung(row));
  bool words = kind == CG_KIND_WORD || kind == CG_KIND_PHRASE;
  size_t len = words ? clean_words(typed, digits) : clean(typed, digits);
  cg_err err = code_mac(s, row->hash, (cg_bytes){ digits, len }, mac);
  bool equal = cg_equal_ct(mac, row->mac, sizeof mac);
  cg_wipe(digits, sizeof digits);
  return !err && equal && typed.len <= TYPED_MAX;
}

bool cg_code_is_empty(cg_bytes typed) {
  uint8_t digits[TYPED_MAX];
  return clean(typed, digits) == 0;
}

cg_err cg_secret_password_salts(const cg_secret *s, int64_t user_id, int64_t version,
                                uint8_t out[32]) {
  int64_t in[2] = { user_id, version };
  cg_bytes part = { (const uint8_t *)in, sizeof in };
  return cg_hmac_sha256((cg_bytes){ s->passwords, 32 }, &part, 1, out);
}

bool cg_secret_coin(const cg_secret *s, const char *phone) {
  uint8_t out[32];
  cg_bytes part = cg_bytes_of(phone);
  return !cg_hmac_sha256((cg_bytes){ s->coins, 32 }, &part, 1, out) && (out[0] & 1);
}

cg_err cg_secret_token(const cg_secret *s, cg_bytes seed, uint8_t out[32]) {
  return cg_hmac_sha256((cg_bytes){ s->tokens, 32 }, &seed, 1, out);
}

uint64_t cg_secret_salt(const cg_secret *s, uint64_t key_id, int64_t half_hour) {
  uint64_t in[2] = { key_id, (uint64_t)half_hour }, salt;
  uint8_t out[32];
  cg_bytes part = { (const uint8_t *)in, sizeof in };
  if (cg_hmac_sha256((cg_bytes){ s->salts, 32 }, &part, 1, out)) return key_id;
  memcpy(&salt, out, sizeof salt);
  return salt;
}

cg_err cg_secret_mask_key(const cg_secret *s, cg_store_key *key) {
  uint8_t iv[16] = { 0 };
  memcpy(iv, &key->id, sizeof key->id);
  cg_ctr ctr;
  cg_err err = cg_ctr_init(&ctr, s->keys, iv);
  if (!err) err = cg_ctr_xor(&ctr, key->key, sizeof key->key);
  cg_ctr_wipe(&ctr);
  return err;
}
