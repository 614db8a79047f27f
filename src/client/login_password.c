/* SPDX-License-Identifier: MIT */
/* login_password.c - see login_password.h for the contract. */
#include "login_password.h"

#include "srp.h"
#include "wipe.h"

#include <centigram/api.h>

#include <string.h>

/* --- what an account.password says -------------------------------------------- */

/* As much of it as fits; a half character of UTF-8 goes too. */
static void cut(char *out, size_t size, cg_bytes v) {
  size_t len = v.len < size ? v.len : size - 1;
  while (len < v.len && len && (v.at[len] & 0xc0) == 0x80) len--;
  if (len) memcpy(out, v.at, len);
  out[len] = '\0';
}

cg_err cg_login_read_password(const tl_obj *answer, cg_password_info *out) {
  const tl_account_password *a = TL_AS(account_password, answer);
  if (!a) return CG_E_UNEXPECTED;
  *out = (cg_password_info){
    .has_password = TL_HAS(account_password, a, has_password),
    .has_recovery = TL_HAS(account_password, a, has_recovery),
    .has_secure_values = TL_HAS(account_password, a, has_secure_values),
  };
#define TEXT(field, to)                                                                  \
  if (TL_HAS(account_password, a, field)) cut(out->to, sizeof out->to, a->field)
  TEXT(hint, hint);
  TEXT(email_unconfirmed_pattern, unconfirmed_email);
  TEXT(login_email_pattern, login_email);
#undef TEXT
  if (TL_HAS(account_password, a, pending_reset_date))
    out->reset_at = a->pending_reset_date;
  return CG_OK;
}

/* --- the algorithm -------------------------------------------------------------- */

typedef tl_passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow kdf;

static cg_err outdated(cg_fault *fault) {
  return cg_fail(fault, CG_E_UNEXPECTED,
                 "the server wants an algorithm for passwords that is not known here");
}

/* The group's own checks are made where it is used. */
static cg_err read_algo(const tl_PasswordKdfAlgo *from, cg_srp_algo *out,
                        cg_fault *fault) {
  const kdf *a =
      TL_AS(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow, from);
  if (!a) return outdated(fault);
  if (a->p.len != CG_SRP_SIZE)
    return cg_fail(fault, CG_E_WEAK, "the server's prime has %zu bytes, not %d", a->p.len,
                   CG_SRP_SIZE);
  *out = (cg_srp_algo){ a->p.at, a->g, a->salt1, a->salt2 };
  return CG_OK;
}

static cg_err weak(cg_err err, cg_fault *fault) {
  if (err == CG_E_WEAK)
    return cg_fail(fault, err, "the server's numbers for the password are not safe");
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

/* --- a proof --------------------------------------------------------------------- */

typedef struct {
  tl_inputCheckPasswordSRP check;
  uint8_t a[CG_SRP_SIZE], m1[CG_SRP_HASH];
} proof;

static cg_err prove(const tl_account_password *a, cg_bytes password, const cg_rng *rng,
                    proof *out, cg_fault *fault) {
  cg_srp_algo algo;
  uint8_t x[CG_SRP_HASH];
  cg_err err = read_algo(a->current_algo, &algo, fault);
  if (err) return err;
  err = cg_srp_hash(&algo, password, x);
  if (!err) err = cg_srp_prove(&algo, x, a->srp_B, rng, out->a, out->m1);
  cg_wipe(x, sizeof x);
  out->check =
      (tl_inputCheckPasswordSRP){ TL_INIT(inputCheckPasswordSRP), .srp_id = a->srp_id,
                                  .A = { out->a, sizeof out->a },
                                  .M1 = { out->m1, sizeof out->m1 } };
  return weak(err, fault);
}

static cg_err read_told(const tl_obj *told, const tl_account_password **out,
                        cg_fault *fault) {
  *out = TL_AS(account_password, told);
  return *out ? CG_OK
              : cg_fail(fault, CG_E_UNEXPECTED, "the server sent no account.password");
}

cg_err cg_login_ask_password(const tl_obj *told, const char *password, const cg_rng *rng,
                             cg_arena *arena, const tl_obj **out, cg_fault *fault) {
  const tl_account_password *a;
  tl_auth_checkPassword *q = cg_arena_alloc(arena, sizeof *q);
  proof *p = cg_arena_alloc(arena, sizeof *p);
  if (!q || !p) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  cg_err err = read_told(told, &a, fault);
  if (!err && !TL_HAS(account_password, a, has_password))
    err = cg_fail(fault, CG_E_REFUSED,
                  "the account has no password any more: begin the login anew");
  if (!err) err = prove(a, cg_bytes_of(password), rng, p, fault);
  *q = (tl_auth_checkPassword){ TL_INIT(auth_checkPassword),
                                .password = &p->check.InputCheckPasswordSRP };
  *out = &q->o;
  return err;
}

/* --- a new password ---------------------------------------------------------------- */

typedef struct {
  tl_account_passwordInputSettings settings;
  tl_passwordKdfAlgoUnknown none;
  kdf algo;
  uint8_t v[CG_SRP_SIZE];
} fresh;

/* The server's salt with our own random bytes behind it. */
static cg_err extend(const kdf *proposed, const cg_rng *rng, cg_arena *arena, kdf *out) {
  size_t len = proposed->salt1.len;
  uint8_t *salt = cg_arena_alloc(arena, len + CG_SRP_SALT1_OWN);
  if (!salt) return CG_E_MEMORY;
  if (len) memcpy(salt, proposed->salt1.at, len);
  *out = *proposed;
  out->salt1 = (cg_bytes){ salt, len + CG_SRP_SALT1_OWN };
  return cg_rng_fill(rng, salt + len, CG_SRP_SALT1_OWN);
}

static cg_err verifier(const tl_PasswordKdfAlgo *proposed, cg_bytes password,
                       const cg_rng *rng, cg_arena *arena, fresh *f, cg_fault *fault) {
  cg_srp_algo algo;
  uint8_t x[CG_SRP_HASH];
  cg_err err = read_algo(proposed, &algo, fault);
  if (err) return err;
  const kdf *from =
      TL_AS(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow, proposed);
  err = extend(from, rng, arena, &f->algo);
  algo.salt1 = f->algo.salt1;
  if (!err) err = cg_srp_hash(&algo, password, x);
  if (!err) err = cg_srp_verifier(&algo, x, rng, f->v);
  cg_wipe(x, sizeof x);
  return weak(err, fault);
}

static void put_password(fresh *f, const tl_PasswordKdfAlgo *algo, cg_bytes v,
                         const char *hint) {
  TL_SET(account_passwordInputSettings, &f->settings, new_algo, algo);
  TL_SET(account_passwordInputSettings, &f->settings, new_password_hash, v);
  TL_SET(account_passwordInputSettings, &f->settings, hint, cg_bytes_of(hint));
}

static const char *text(const char *t) {
  return t ? t : "";
}

cg_err cg_login_check_new(const cg_password_new *change, cg_fault *fault) {
  const char *password = text(change->password), *hint = text(change->hint);
  if (*password && !strcmp(password, hint))
    return cg_fail(fault, CG_E_REFUSED, "the hint must not be the password");
  if (!*password && *hint) return cg_fail(fault, CG_E_REFUSED, "a hint needs a password");
  return CG_OK;
}

/* The account.passwordInputSettings of `change`; strings are borrowed. */
static cg_err make_settings(const tl_account_password *a, const cg_password_new *change,
                            const cg_rng *rng, cg_arena *arena, fresh **out,
                            cg_fault *fault) {
  fresh *f = cg_arena_alloc(arena, sizeof *f);
  cg_bytes password = cg_bytes_of(text(change->password));
  if (!f) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  cg_err err = cg_login_check_new(change, fault);
  f->settings =
      (tl_account_passwordInputSettings){ TL_INIT(account_passwordInputSettings) };
  f->none = (tl_passwordKdfAlgoUnknown){ TL_INIT(passwordKdfAlgoUnknown) };
  if (!err && password.len) err = verifier(a->new_algo, password, rng, arena, f, fault);
  if (password.len)
    put_password(f, &f->algo.PasswordKdfAlgo, (cg_bytes){ f->v, sizeof f->v },
                 text(change->hint));
  else
    put_password(f, &f->none.PasswordKdfAlgo, (cg_bytes){ 0 }, "");
  if (change->email)
    TL_SET(account_passwordInputSettings, &f->settings, email,
           cg_bytes_of(change->email));
  *out = f;
  return err;
}

/* The proof that one may change it; an empty one if there is none. */
static cg_err make_check(const tl_account_password *a, const char *current,
                         const cg_rng *rng, cg_arena *arena,
                         const tl_InputCheckPasswordSRP **out, cg_fault *fault) {
  proof *p = cg_arena_alloc(arena, sizeof *p);
  tl_inputCheckPasswordEmpty *e = cg_arena_alloc(arena, sizeof *e);
  bool has = TL_HAS(account_password, a, has_password), knows = text(current)[0];
  if (!p || !e) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  if (has && !knows)
    return cg_fail(fault, CG_E_REFUSED, "the account has a password: it is needed too");
  if (!has && knows)
    return cg_fail(fault, CG_E_REFUSED, "the account has no password yet");
  *e = (tl_inputCheckPasswordEmpty){ TL_INIT(inputCheckPasswordEmpty) };
  *out = has ? &p->check.InputCheckPasswordSRP : &e->InputCheckPasswordSRP;
  return has ? prove(a, cg_bytes_of(current), rng, p, fault) : CG_OK;
}

cg_err cg_login_ask_set_password(const tl_obj *told, const char *current,
                                 const cg_password_new *change, const cg_rng *rng,
                                 cg_arena *arena, const tl_obj **out, cg_fault *fault) {
  const tl_account_password *a;
  fresh *f = NULL;
  tl_account_updatePasswordSettings *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  *q = (tl_account_updatePasswordSettings){ TL_INIT(account_updatePasswordSettings) };
  cg_err err = read_told(told, &a, fault);
  if (!err) err = make_check(a, current, rng, arena, &q->password, fault);
  if (!err) err = make_settings(a, change, rng, arena, &f, fault);
  if (err) return err;
  q->new_settings = &f->settings.account_PasswordInputSettings;
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_recover(const tl_obj *told, const char *code,
                            const cg_password_new *change, const cg_rng *rng,
                            cg_arena *arena, const tl_obj **out, cg_fault *fault) {
  const tl_account_password *a;
  fresh *f = NULL;
  tl_auth_recoverPassword *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  *q = (tl_auth_recoverPassword){ TL_INIT(auth_recoverPassword),
                                  .code = cg_bytes_of(code) };
  *out = &q->o;
  if (!change) return CG_OK;
  cg_err err = read_told(told, &a, fault);
  if (!err) err = make_settings(a, change, rng, arena, &f, fault);
  if (!err)
    TL_SET(auth_recoverPassword, q, new_settings,
           &f->settings.account_PasswordInputSettings);
  return err;
}

bool cg_login_is_stale(const cg_rpc_error *error) {
  return error->code == 400 && (!strcmp(error->text, "SRP_ID_INVALID") ||
                                !strcmp(error->text, "SRP_PASSWORD_CHANGED"));
}
