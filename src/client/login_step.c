/* SPDX-License-Identifier: MIT */
/* login_step.c - what a request means for the login; see login_state.h. */
#include "login_state.h"

#include <centigram/api.h>

#include <string.h>

bool cg_login_copy_text(char *out, size_t size, cg_bytes v) {
  bool fits = v.len < size && !(v.len && memchr(v.at, 0, v.len));
  size_t len = fits ? v.len : 0;
  if (len) memcpy(out, v.at, len);
  out[len] = '\0';
  return fits;
}

static void note(cg_login_step *s, cg_step_kind kind, cg_bytes phone, cg_bytes hash) {
  char typed[80];
  s->kind = kind;
  cg_login_copy_text(s->hash, sizeof s->hash, hash);
  if (!cg_login_copy_text(typed, sizeof typed, phone) || !typed[0] ||
      cg_phone_normalise(typed, s->phone, NULL))
    s->phone[0] = '\0';
}

/* The call inside a wrapper, or NULL if `q` is none. */
static const tl_obj *unwrap(const tl_obj *q) {
  switch (q->id) {
#define INNER(name)                                                                      \
  case TL_ID_##name: return TL_AS(name, q)->query
    INNER(invokeWithLayer);
    INNER(initConnection);
    INNER(invokeAfterMsg);
    INNER(invokeAfterMsgs);
    INNER(invokeWithoutUpdates);
    INNER(invokeWithReCaptcha);
    INNER(invokeWithApnsSecret);
    INNER(invokeWithGooglePlayIntegrity);
#undef INNER
  default: return NULL;
  }
}

static void note_send(cg_login_step *s, const tl_auth_sendCode *q) {
  const tl_codeSettings *settings = TL_AS(codeSettings, q->settings);
  note(s, CG_STEP_SEND, q->phone_number, (cg_bytes){ 0 });
  s->with_tokens = settings && TL_HAS(codeSettings, settings, logout_tokens) &&
                   settings->logout_tokens.len > 0;
}

static void note_email(cg_login_step *s, cg_step_kind kind,
                       const tl_EmailVerifyPurpose *purpose) {
  const tl_emailVerifyPurposeLoginSetup *p = TL_AS(emailVerifyPurposeLoginSetup, purpose);
  if (p) note(s, kind, p->phone_number, p->phone_code_hash);
}

static void note_qr(cg_login_step *s, const tl_vec_long *ids) {
  s->kind = CG_STEP_QR;
  s->except_count = ids->len < CG_LOGIN_EXCEPT_MAX ? ids->len : CG_LOGIN_EXCEPT_MAX;
  if (s->except_count) memcpy(s->except, ids->at, s->except_count * sizeof *ids->at);
}

void cg_login_step_of(const tl_obj *q, cg_login_step *s) {
  memset(s, 0, sizeof *s);
  for (const tl_obj *inner = q; inner; inner = unwrap(inner)) q = inner;
  switch (q->id) {
#define CODE(name, kind)                                                                 \
  case TL_ID_##name:                                                                     \
    note(s, kind, TL_AS(name, q)->phone_number, TL_AS(name, q)->phone_code_hash);        \
    break
    CODE(auth_resendCode, CG_STEP_RESEND);
    CODE(auth_resetLoginEmail, CG_STEP_RESET_EMAIL);
    CODE(auth_checkPaidAuth, CG_STEP_RESEND);
    CODE(auth_cancelCode, CG_STEP_CANCEL);
    CODE(auth_signIn, CG_STEP_SIGN_IN);
    CODE(auth_signUp, CG_STEP_SIGN_UP);
#undef CODE
#define PLAIN(name, k)                                                                   \
  case TL_ID_##name: s->kind = k; break
    PLAIN(auth_checkPassword, CG_STEP_PASSWORD);
    PLAIN(auth_recoverPassword, CG_STEP_RECOVER);
    PLAIN(auth_checkRecoveryPassword, CG_STEP_RECOVER);
    PLAIN(auth_requestPasswordRecovery, CG_STEP_RECOVERY);
    PLAIN(account_getPassword, CG_STEP_GET_PASSWORD);
    PLAIN(account_deleteAccount, CG_STEP_DELETE);
    PLAIN(auth_importBotAuthorization, CG_STEP_BOT);
    PLAIN(auth_importWebTokenAuthorization, CG_STEP_ENTER);
    PLAIN(auth_finishPasskeyLogin, CG_STEP_ENTER);
    PLAIN(auth_importLoginToken, CG_STEP_QR);
    PLAIN(auth_logOut, CG_STEP_LOG_OUT);
#undef PLAIN
  case TL_ID_auth_sendCode: note_send(s, TL_AS(auth_sendCode, q)); break;
  case TL_ID_auth_exportLoginToken:
    note_qr(s, &TL_AS(auth_exportLoginToken, q)->except_ids);
    break;
  case TL_ID_account_sendVerifyEmailCode:
    note_email(s, CG_STEP_SEND_EMAIL, TL_AS(account_sendVerifyEmailCode, q)->purpose);
    break;
  case TL_ID_account_verifyEmail:
    note_email(s, CG_STEP_EMAIL, TL_AS(account_verifyEmail, q)->purpose);
    break;
  default: break;
  }
}
