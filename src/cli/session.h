/* SPDX-License-Identifier: MIT */
/* session.h - a client as the options ask for it, and answers as they are printed. */
#ifndef CG_CLI_SESSION_H
#define CG_CLI_SESSION_H

#include "cli.h"

#include <centigram/client.h>
#include <centigram/login.h>

#include <stdio.h>

typedef struct {
  const cg_cli *cli;
  cg_dc *dc;
  cg_client *client;
  cg_arena *arena;
  char *passphrase;   /* of the session file; NULL: none */
  const char *method; /* what is called, for the text of its errors; NULL: not one only */
} cg_cli_session;

/* Reads the dc and opens the session file; touches no network. Returns 0, or the exit
 * status after saying what was wrong. Close it in either case. */
int cg_cli_open(cg_cli_session *s, const cg_cli *cli);
void cg_cli_close(cg_cli_session *s);

/* The same without opening the client: `out` is what it is to be opened with, and lives
 * as long as `s`. */
int cg_cli_prepare(cg_cli_session *s, const cg_cli *cli, cg_client_options *out);

/* The session file that the options name, in memory that lives as long as the process. */
char *cg_cli_session_path(const cg_cli *cli);
/* The first line of the file that --passphrase-file names ("-": of standard input), else
 * CENTIGRAM_PASSPHRASE, which is taken out of the environment; NULL: neither. 0 or the exit
 * status. The caller gives it to cg_cli_forget(). */
int cg_cli_passphrase(const cg_cli *cli, char **out);
/* Wipes and frees; NULL is allowed. */
void cg_cli_forget(char *secret);
/* api_id from the option or CENTIGRAM_API_ID, 0: neither; false if it is no number. */
bool cg_cli_api_id(const cg_cli *cli, int32_t *id);

/* Loads only the dc that the options name; 0 or the exit status. */
int cg_cli_load_dc(const cg_cli *cli, cg_dc **dc);

/* Prints an answer as JSON on stdout, or what went wrong on stderr; the exit status. */
int cg_cli_answer(const cg_cli_session *s, cg_err err, const cg_result *result);
/* The same, but prints nothing when all is well. */
int cg_cli_outcome(const cg_cli_session *s, cg_err err, const cg_result *result);

/* Prints {"error_code":...,"error_message":...}. */
void cg_cli_print_error(FILE *to, const cg_rpc_error *error);

/* Prints the user of the session as `whoami` does. */
int cg_cli_print_self(const cg_cli_session *s);

#endif
