/* SPDX-License-Identifier: MIT */
/*
 * cli.h - what the subcommands share: their table, options, and exit statuses.
 *
 * One file per subcommand. A subcommand prints its result on stdout, what went
 * wrong as one line on stderr, and returns the exit status.
 */
#ifndef CG_CLI_H
#define CG_CLI_H

#include <centigram/base.h>
#include <centigram/error.h>

#include <stdio.h>

enum { CG_EXIT_OK = 0, CG_EXIT_LOCAL = 1, CG_EXIT_USAGE = 2, CG_EXIT_RPC = 3 };

/* Options that every subcommand takes. */
typedef struct {
  const char *dc, *session, *api_hash, *passphrase_file;
  int32_t api_id;
  bool json, quiet, verbose;
} cg_cli_globals;

typedef struct {
  cg_cli_globals global;
  const char *command;
  char **args; /* what is no option; NULL-terminated */
  int count;
  char **rest; /* what stands behind `--`; NULL if there was none */
} cg_cli;

typedef struct {
  const char **at; /* NULL-terminated */
  int len;
} cg_cli_list;

typedef enum { CG_OPT_FLAG, CG_OPT_TEXT, CG_OPT_INT, CG_OPT_LIST } cg_cli_kind;

/* An option: `--name`, with a value unless it is a flag. `to` points to a bool,
 * const char *, int32_t or cg_cli_list. A table of them ends with a NULL name. */
typedef struct {
  const char *name;
  cg_cli_kind kind;
  void *to;
} cg_cli_option;

/* Sorts argv[1..] behind the subcommand into options and `cli`. An option that is
 * unknown or misses its value ends the process with status 2 and one line. */
void cg_cli_parse(cg_cli *cli, int argc, char **argv, const cg_cli_option *own);

/* Ends with status 2 unless there are `min` to `max` arguments. */
void cg_cli_count(const cg_cli *cli, int min, int max);

/* Prints "centigram: TEXT" on stderr and returns the status for it. */
int cg_cli_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cg_cli_fault(const cg_fault *fault); /* status 1, or 2 for wrong usage */

/* $XDG_DATA_HOME/centigram/NAME, in memory that lives as long as the process. */
char *cg_cli_data_path(const char *name);
/* malloc and snprintf that end the process when memory is out. */
char *cg_cli_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Creates the folder that `path` lies in, and those above it, with mode 0700. */
cg_err cg_cli_make_parents(const char *path, cg_fault *fault);

/* A whole file (at most 1 MiB) or standard input up to its first newline; the
 * bytes are malloc'ed with a NUL behind them. */
cg_err cg_cli_read_file(const char *path, cg_bytes *out, cg_fault *fault);
char *cg_cli_read_line(void);

/* Resident memory of this process, in bytes; 0: not known. */
uint64_t cg_cli_memory(void);

/* The dc.json that --dc, CENTIGRAM_DC or the default name. */
const char *cg_cli_dc_path(const cg_cli *cli);

typedef struct {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *usage, *about;
} cg_cli_command;

extern const cg_cli_command cg_cli_commands[]; /* ends with a NULL name */

/* The command of that name, or NULL. */
const cg_cli_command *cg_cli_find(const char *name);

/* Prints the list of commands. */
void cg_cli_overview(FILE *to);

#endif
