/* SPDX-License-Identifier: MIT */
/* password.c - see password.h for the contract. */
#include "password.h"

#include "account.h"
#include "mem.h"
#include "utf8.h"
#include "wipe.h"

#include <stdio.h>
#include <string.h>

enum { WRONG_WINDOW_S = 3600, WRONG_MOST = 5, WAIT_S = 86400 };

/* --- whose password ------------------------------------------------------- */

static void on_password(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (!r->err) pw->row = *r->password;
  pw->row.user_id = pw->tx.user.id;
  pw->next(op);
}

static void load_password(cg_op *op) {
  cg_password *pw = cg_password_of(op);
  cg_store_request q = { .op = CG_STORE_PASSWORD_GET, .id = (uint64_t)pw->tx.user.id };
  if (pw->tx.user.state == CG_USER_BANNED) cg_op_error(op, 401, "USER_DEACTIVATED_BAN");
  else if (pw->tx.user.state == CG_USER_DELETED) cg_op_error(op, 401, "USER_DEACTIVATED");
  else cg_op_submit(op, &q, on_password);
}

static void on_self(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  pw->tx.user = *r->user;
  pw->tx.has_user = true;
  memcpy(pw->tx.phone, r->user->phone, sizeof pw->tx.phone);
  load_password(op);
}

static void load_self(cg_op *op) {
  if (cg_op_login(op)->user_id) cg_account_load_self(op, on_self);
  else cg_op_error(op, 401, "AUTH_KEY_UNREGISTERED");
}

static void on_account(cg_op *op) {
  if (cg_tx_of(op)->has_user) load_password(op);
  else cg_op_error(op, 401, "AUTH_KEY_UNREGISTERED"); /* it was deleted meanwhile */
}

static void on_pending(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (r->err) {
    load_self(op);
    return;
  }
  pw->pending = pw->tx.found = true;
  pw->tx.row = *r->code;
  pw->tx.hash = pw->tx.row.hash;
  memcpy(pw->tx.phone, pw->tx.row.phone, sizeof pw->tx.phone);
  cg_tx_account(op, false, on_account);
}

void cg_password_load(cg_op *op, bool logged_in, cg_op_run *then) {
  cg_password *pw = cg_op_alloc(op, sizeof *pw);
  if (!pw) return;
  op->state = pw;
  pw->next = then;
  cg_store_request q = { .op = CG_STORE_CODE_PENDING, .id = cg_op_key(op),
                         .now = cg_op_now(op) };
  if (logged_in) load_self(op);
  else cg_op_submit(op, &q, on_pending);
}

/* --- proofs --------------------------------------------------------------- */

cg_srp_algo cg_password_algo(const cg_store_secret *secret) {
  return (cg_srp_algo){ cg_dh_prime, CG_DH_G, { secret->salt1, sizeof secret->salt1 },
                        { secret->salt2, sizeof secret->salt2 } };
}

static void counter_name(const cg_op *op, char out[48]) {
  const cg_password *pw = op->state;
  snprintf(out, 48, "password:%lld", (long long)pw->row.user_id);
}

static void on_cleared(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_password_of(op)->then(op);
}

static void proved(cg_op *op) {
  char name[48];
  counter_name(op, name);
  cg_store_request q = { .op = CG_STORE_COUNTER_CLEAR, .text = name };
  if (op->s->set.limits) cg_op_submit(op, &q, on_cleared);
  else cg_password_of(op)->then(op);
}

static void refuse_proof(cg_op *op, cg_err err) {
  cg_log_write(&op->s->log, CG_LOG_INFO, "a wrong password was refused");
  if (err == CG_E_VERIFY) cg_op_error(op, 400, "PASSWORD_HASH_INVALID");
  else if (err == CG_E_WEAK) cg_op_error(op, 400, "SRP_A_INVALID");
  else cg_op_internal(op, err);
}

/* The try is counted: now the proof may be looked at, once. */
static void on_counted(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  const tl_inputCheckPasswordSRP *in = TL_AS(inputCheckPasswordSRP, pw->check);
  if (r->number > 0) {
    cg_op_wait(op, r->number);
    return;
  }
  cg_offer *o = cg_offer_find(op, pw->row.user_id, in->srp_id);
  if (!o) {
    cg_op_error(op, 400, "SRP_ID_INVALID"); /* used by a twin of this call */
    return;
  }
  cg_offer_take(op->s, o);
  cg_srp_algo algo = cg_password_algo(&pw->row.now);
  cg_err err = cg_srp_check(&algo, pw->row.now.v, o->b, o->b_pub, in->A, in->M1);
  cg_offer_free(o);
  if (err) refuse_proof(op, err);
  else proved(op);
}

static void count_try(cg_op *op) {
  char name[48];
  counter_name(op, name);
  cg_store_request q = { .op = CG_STORE_COUNTER_HIT, .text = name, .now = cg_op_now(op),
                         .number = WRONG_WINDOW_S, .limit = WRONG_MOST };
  if (op->s->set.limits) cg_op_submit(op, &q, on_counted);
  else on_counted(op, &(cg_store_reply){ .err = CG_OK });
}

void cg_password_check(cg_op *op, const tl_InputCheckPasswordSRP *check,
                       cg_op_run *then) {
  cg_password *pw = cg_password_of(op);
  const tl_inputCheckPasswordSRP *in = TL_AS(inputCheckPasswordSRP, check);
  pw->check = check;
  pw->then = then;
  if (!in && !pw->row.now.set) {
    then(op);
    return;
  }
  if (!in) {
    cg_op_error(op, 400, "PASSWORD_HASH_INVALID");
    return;
  }
  cg_offer *o = cg_offer_find(op, pw->row.user_id, in->srp_id);
  if (!o) {
    cg_op_error(op, 400, "SRP_ID_INVALID");
  } else if (o->version != pw->row.version || !pw->row.now.set) {
    cg_offer_take(op->s, o);
    cg_offer_free(o);
    cg_op_error(op, 400, "SRP_PASSWORD_CHANGED");
  } else {
    count_try(op);
  }
}

/* --- waiting without a code ------------------------------------------------- */

static void on_demanded(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_internal(op, r->err); /* a code was asked for at the same moment */
  else cg_op_error(op, 401, "SESSION_PASSWORD_NEEDED");
}

/* A code of this number that nobody needs any more is out of the way. */
static void add_waiting(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_store_code *row = op->state;
  cg_store_request q = { .op = CG_STORE_CODE_ADD, .code = row, .now = row->sent_at };
  cg_op_submit(op, &q, on_demanded);
}

static void on_in_the_way(cg_op *op, const cg_store_reply *r) {
  if (r->err || r->code->state != CG_CODE_ISSUED) {
    add_waiting(op, r);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = r->code->hash,
                         .from = CG_CODE_BIT(CG_CODE_ISSUED),
                         .number = CG_CODE_CANCELLED, .now = cg_op_now(op) };
  cg_op_submit(op, &q, add_waiting);
}

void cg_password_demand(cg_op *op, const cg_store_user *user) {
  int64_t now = cg_op_now(op);
  cg_store_code *row = cg_op_alloc(op, sizeof *row);
  if (!row) return;
  *row = (cg_store_code){ .key_id = cg_op_key(op), .purpose = CG_CODE_LOGIN,
                          .user_id = user->id, .state = CG_CODE_NEED_PASSWORD,
                          .ladder = { CG_RUNG_APP }, .sent_at = now, .changed_at = now,
                          .expires_at = now + WAIT_S, .api_id = op->peer->api_id };
  memcpy(row->phone, user->phone, sizeof row->phone);
  memcpy(row->ip, op->ip, sizeof row->ip);
  cg_err err = cg_code_hash_draw(&op->s->rng, row->hash);
  if (!err) err = cg_code_keep_none(&op->s->rng, 0, row);
  op->state = row;
  cg_store_request q = { .op = CG_STORE_CODE_LIVE, .code = row, .now = now };
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &q, on_in_the_way);
}

/* --- changes -------------------------------------------------------------- */

static void on_put(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (r->err) {
    cg_op_error(op, 400, "SRP_PASSWORD_CHANGED");
    return;
  }
  pw->row = *r->password;
  pw->then(op);
}

void cg_password_put(cg_op *op, cg_op_run *then) {
  cg_password *pw = cg_password_of(op);
  pw->then = then;
  cg_store_request q = { .op = CG_STORE_PASSWORD_PUT, .password = &pw->row,
                         .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_put);
}

void cg_password_replace(cg_store_password *row, const cg_store_secret *by, int64_t now) {
  row->now = *by;
  row->pending = (cg_store_secret){ 0 };
  row->version++;
  row->changed_at = now;
  row->reset_at = 0;
}

bool cg_password_is_set(const cg_store_reply *r) {
  return !r->err && r->password->now.set;
}

/* --- new passwords -------------------------------------------------------- */

cg_err cg_password_salts(const cg_op *op, const cg_store_password *row,
                         uint8_t salt1[CG_SRP_SALT1_PREFIX], uint8_t salt2[CG_SRP_SALT2]) {
  uint8_t out[32];
  cg_err err = cg_secret_password_salts(&op->s->secret, row->user_id, row->version, out);
  memcpy(salt1, out, CG_SRP_SALT1_PREFIX);
  memcpy(salt2, out + CG_SRP_SALT1_PREFIX, CG_SRP_SALT2);
  return err;
}

/* False unless the salts are what the server proposed, with the client's own behind. */
static bool read_salts(const cg_op *op, const cg_store_password *row, cg_bytes salt1,
                       cg_bytes salt2, cg_store_secret *out) {
  uint8_t one[CG_SRP_SALT1_PREFIX], two[CG_SRP_SALT2];
  if (salt1.len != sizeof out->salt1 || salt2.len != sizeof out->salt2) return false;
  if (cg_password_salts(op, row, one, two)) return false;
  memcpy(out->salt1, salt1.at, salt1.len);
  memcpy(out->salt2, salt2.at, salt2.len);
  return !memcmp(one, salt1.at, sizeof one) && !memcmp(two, salt2.at, sizeof two);
}

static bool read_verifier(cg_bytes v, cg_store_secret *out) {
  if (v.len < 1 || v.len > sizeof out->v) return false;
  memset(out->v, 0, sizeof out->v);
  memcpy(out->v + sizeof out->v - v.len, v.at, v.len);
  return cg_dh_check_public(cg_dh_prime, out->v) == CG_OK;
}

static bool read_hint(cg_bytes hint, cg_store_secret *out) {
  if (hint.len >= sizeof out->hint || !cg_utf8_valid(hint)) return false;
  if (hint.len && memchr(hint.at, 0, hint.len)) return false;
  if (hint.len) memcpy(out->hint, hint.at, hint.len);
  return true;
}

cg_new_password cg_password_read(const cg_op *op, const cg_store_password *row,
                                 const tl_account_passwordInputSettings *in) {
  cg_new_password new = { 0 };
  const tl_passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow *algo =
      TL_AS(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow,
            in->new_algo);
  new.secret.set = true;
  if (!in->new_password_hash.len) {
    new = (cg_new_password){ .removes = true };
  } else if (!algo || algo->g != CG_DH_G || algo->p.len != CG_SRP_SIZE ||
             memcmp(algo->p.at, cg_dh_prime, CG_SRP_SIZE) ||
             !read_verifier(in->new_password_hash, &new.secret) ||
             !read_hint(in->hint, &new.secret)) {
    new.fault = "NEW_SETTINGS_INVALID";
  } else if (!read_salts(op, row, algo->salt1, algo->salt2, &new.secret)) {
    new.fault = "NEW_SALT_INVALID";
  }
  return new;
}

void cg_passwords_free(cg_server *s) {
  cg_offers_free(s);
  if (s->test_password) cg_wipe(s->test_password, sizeof *s->test_password);
  cg_free(s->test_password);
  s->test_password = NULL;
}

/* --- test numbers --------------------------------------------------------- */

static cg_err hash_test_password(cg_server *s, cg_store_secret *out) {
  uint8_t x[CG_SRP_HASH] = { 0 };
  cg_srp_algo algo = cg_password_algo(out);
  out->set = true;
  cg_err err = cg_rng_fill(&s->rng, out->salt1, sizeof out->salt1);
  if (!err) err = cg_rng_fill(&s->rng, out->salt2, sizeof out->salt2);
  if (!err) err = cg_srp_hash(&algo, CG_LIT("test"), x);
  if (!err) err = cg_srp_verifier(&algo, x, &s->rng, out->v);
  cg_wipe(x, sizeof x);
  return err;
}

const cg_store_secret *cg_password_of_tests(cg_server *s) {
  if (s->test_password) return s->test_password;
  cg_store_secret *made = cg_alloc(sizeof *made);
  if (made && !hash_test_password(s, made)) return s->test_password = made;
  cg_free(made);
  return NULL;
}
