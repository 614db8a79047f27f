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
cg_op_run cg_auth_sign_in, cg_auth_sign_up, cg_auth_log_out, cg_auth_drop_temp_keys;
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
cg_op_run cg_updates_get_state;

#endif
