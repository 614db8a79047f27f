/* SPDX-License-Identifier: MIT */
/*
 * methods.h - the handlers of API methods, one file per subject. Each takes an op whose
 * request is decoded and whose caller may make this call, and leads it to its answer.
 */
#ifndef CG_SERVER_METHODS_H
#define CG_SERVER_METHODS_H

#include "op.h"

/* auth_code.c */
cg_op_run cg_auth_send_code, cg_auth_resend_code, cg_auth_cancel_code,
    cg_auth_report_missing_code;
/* auth_signin.c */
cg_op_run cg_auth_sign_in, cg_auth_sign_up, cg_auth_log_out;
/* auth_export.c */
cg_op_run cg_auth_export_authorization, cg_auth_import_authorization;
/* auth_password.c */
cg_op_run cg_auth_check_password, cg_auth_request_password_recovery,
    cg_auth_check_recovery_password, cg_auth_recover_password, cg_account_reset_password,
    cg_account_decline_password_reset;
/* account_password.c */
cg_op_run cg_account_get_password, cg_account_get_password_settings,
    cg_account_update_password_settings, cg_account_confirm_password_email,
    cg_account_resend_password_email, cg_account_cancel_password_email,
    cg_account_get_tmp_password;
/* email.c */
cg_op_run cg_auth_reset_login_email;
/* email_verify.c */
cg_op_run cg_account_send_verify_email, cg_account_verify_email;
/* firebase.c */
cg_op_run cg_auth_request_firebase_sms;
/* leak.c */
cg_op_run cg_account_invalidate_codes;
/* auth_temp.c */
cg_op_run cg_auth_bind_temp_key, cg_auth_drop_temp_keys;
/* qr.c */
cg_op_run cg_auth_export_login_token, cg_auth_import_login_token,
    cg_auth_accept_login_token;
/* bot.c */
cg_op_run cg_auth_import_bot;
/* help.c */
cg_op_run cg_help_get_config, cg_help_get_nearest_dc, cg_help_get_app_config,
    cg_help_accept_terms;
/* users.c */
cg_op_run cg_users_get_users, cg_users_get_full_user;
/* updates.c */
cg_op_run cg_updates_get_state, cg_updates_get_difference;
/* dialogs.c */
cg_op_run cg_messages_get_dialogs, cg_messages_get_peer_dialogs,
    cg_messages_get_pinned_dialogs;
/* history.c */
cg_op_run cg_messages_get_history, cg_messages_read_history, cg_messages_send_message;
/* sessions.c */
cg_op_run cg_account_get_authorizations, cg_account_set_authorization_ttl,
    cg_account_reset_authorization, cg_account_change_authorization_settings,
    cg_auth_reset_authorizations;
/* canned.c: all that have one answer */
cg_op_run cg_canned;

#endif
