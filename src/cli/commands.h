/* SPDX-License-Identifier: MIT */
/* commands.h - the subcommands; argv[0] is not looked at. */
#ifndef CG_COMMANDS_H
#define CG_COMMANDS_H

int cg_run_serve(int argc, char **argv);
int cg_run_login(int argc, char **argv);
int cg_run_code(int argc, char **argv);
int cg_run_resend(int argc, char **argv);
int cg_run_cancel(int argc, char **argv);
int cg_run_call(int argc, char **argv);
int cg_run_whoami(int argc, char **argv);
int cg_run_logout(int argc, char **argv);
int cg_run_reset_auth(int argc, char **argv);
int cg_run_session(int argc, char **argv);
int cg_run_lua(int argc, char **argv);
int cg_run_http(int argc, char **argv);
int cg_run_user(int argc, char **argv);
int cg_run_docs(int argc, char **argv);
int cg_run_help(int argc, char **argv);
/* What `help` says about a name that is no command, or all names if it is NULL; the exit
 * status. */
int cg_run_help_name(const char *name);

#endif
