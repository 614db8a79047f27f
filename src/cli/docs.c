/* SPDX-License-Identifier: MIT */
/* docs.c - `centigram docs OUTDIR`, and `centigram help NAME` for what is no command. */
#include "commands.h"
#include "cli.h"

#include "docs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  const char *folder;
  bool tells;
} output;

static cg_err write_file(void *ctx, const char *name, cg_bytes content, cg_fault *fault) {
  const output *o = ctx;
  char *path = cg_cli_text("%s/%s", o->folder, name);
  unlink(path); /* a new file is written faster than an old one is written over */
  FILE *f = fopen(path, "wb");
  bool ok = f && fwrite(content.at, 1, content.len, f) == content.len;
  int why = errno;
  if (f && fclose(f) && ok) {
    ok = false;
    why = errno;
  }
  cg_err err = ok ? CG_OK : cg_fail(fault, CG_E_IO, "%s: %s", path, strerror(why));
  free(path);
  return err;
}

/* One line that is written over. */
static void tell(void *ctx, size_t done, size_t all) {
  const output *o = ctx;
  if (!o->tells || (done % 100 && done != all)) return;
  fprintf(stderr, "\r%zu of %zu files%s", done, all, done == all ? "\n" : "");
}

static cg_err make_folders(const char *folder, cg_fault *fault) {
  static const char *const names[] = { "", "/methods", "/constructors", "/types",
                                       "/errors" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = cg_cli_text("%s%s", folder, names[i]);
    cg_err err = mkdir(path, 0777) && errno != EEXIST
                     ? cg_fail(fault, CG_E_IO, "%s: %s", path, strerror(errno))
                     : CG_OK;
    free(path);
    if (err) return err;
  }
  return CG_OK;
}

int cg_run_docs(int argc, char **argv) {
  cg_cli cli = { .command = "docs" };
  cg_cli_parse(&cli, argc, argv, NULL);
  cg_cli_count(&cli, 1, 1);
  cg_fault fault = { 0 };
  output o = { cli.args[0], !cli.global.quiet && isatty(STDERR_FILENO) };
  const cg_docs_sink sink = { write_file, tell, &o };
  cg_err err = make_folders(o.folder, &fault);
  if (!err) err = cg_docs_site(&sink, &fault);
  return err ? cg_cli_fail(CG_EXIT_LOCAL, "docs: %s", fault.text) : CG_EXIT_OK;
}

static int print_text(cg_err err, const cg_buf *text, const char *similar,
                      const cg_fault *fault) {
  if (!err) {
    fwrite(text->at, 1, text->len, stdout);
    return CG_EXIT_OK;
  }
  int status = err == CG_E_UNKNOWN_NAME ? CG_EXIT_USAGE : CG_EXIT_LOCAL;
  if (similar)
    return cg_cli_fail(status, "help: %s (did you mean %s?)", fault->text, similar);
  return cg_cli_fail(status, "help: %s", fault->text);
}

int cg_run_help_name(const char *name) {
  enum { MOST_COMMANDS = 64 };
  const char *commands[MOST_COMMANDS] = { NULL }, *similar = NULL;
  cg_arena *arena = cg_arena_new(0);
  cg_buf text = { 0 };
  cg_fault fault = { 0 };
  if (!arena) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  for (int i = 0; cg_cli_commands[i].name && i + 1 < MOST_COMMANDS; i++)
    commands[i] = cg_cli_commands[i].name;
  cg_err err = name ? cg_docs_print(arena, name, commands, &text, &similar, &fault)
                    : cg_docs_names(arena, &text, &fault);
  int status = print_text(err, &text, similar, &fault);
  cg_buf_free(&text);
  cg_arena_free(arena);
  return status;
}
