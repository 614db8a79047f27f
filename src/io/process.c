/* SPDX-License-Identifier: MIT */
/* process.c - child processes. */
#include "loop_impl.h"

#include "mem.h"

#include <string.h>
#include <unistd.h>

typedef struct {
  uv_process_t process;
  cg_loop *loop;
  void (*ended)(void *ctx, int status);
  void *ctx;
} child;

static void on_child_closed(uv_handle_t *handle) {
  cg_free(handle);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal) {
  child *c = (child *)process;
  uv_close((uv_handle_t *)process, on_child_closed);
  c->loop->called = true;
  c->ended(c->ctx, signal ? 128 + signal : (int)status);
}

/* True if one of the pairs `env` sets the variable of `pair`. */
static bool is_replaced(const char *pair, const char *const env[]) {
  size_t len = strcspn(pair, "=") + 1;
  for (; *env; env++)
    if (!strncmp(pair, *env, len)) return true;
  return false;
}

/* This process's environment with `add` over it; the array alone is the caller's. */
static char **make_env(const char *const add[]) {
  size_t own = 0, more = 0, at = 0;
  while (environ[own]) own++;
  while (add[more]) more++;
  char **all = cg_alloc((own + more + 1) * sizeof *all);
  if (!all) return NULL;
  for (size_t i = 0; i < own; i++)
    if (!is_replaced(environ[i], add)) all[at++] = environ[i];
  memcpy(all + at, add, more * sizeof *all); /* read only, in spite of the type */
  return all;
}

static int start(child *c, char *const argv[], char **env) {
  uv_stdio_container_t io[3];
  for (int i = 0; i < 3; i++)
    io[i] = (uv_stdio_container_t){ .flags = UV_INHERIT_FD, .data.fd = i };
  const uv_process_options_t options = {
    .exit_cb = on_exit_status,
    .file = argv[0],
    .args = (char **)(uintptr_t)argv, /* read only, in spite of the type */
    .env = env,
    .stdio_count = 3,
    .stdio = io,
  };
  return uv_spawn(&c->loop->uv, &c->process, &options);
}

cg_err cg_loop_spawn(cg_loop *loop, char *const argv[], const char *const env[],
                     void (*ended)(void *ctx, int status), void *ctx, cg_fault *fault) {
  if (loop->closing) return cg_fail(fault, CG_E_STATE, "the loop is being freed");
  child *c = cg_alloc(sizeof *c);
  char **all = c ? make_env(env) : NULL;
  if (!all) {
    cg_free(c);
    return cg_fail(fault, CG_E_MEMORY, "out of memory");
  }
  c->loop = loop;
  c->ended = ended;
  c->ctx = ctx;
  int rc = start(c, argv, all);
  cg_free(all);
  if (!rc) return CG_OK;
  uv_close((uv_handle_t *)&c->process, on_child_closed);
  return cg_fail(fault, rc == UV_ENOENT ? CG_E_NOT_FOUND : CG_E_IO, "cannot run %s: %s",
                 argv[0], rc == UV_ENOENT ? "no such command" : uv_strerror(rc));
}

static void signal_child(uv_handle_t *handle, void *ctx) {
  if (handle->type == UV_PROCESS && !uv_is_closing(handle))
    uv_process_kill((uv_process_t *)handle, *(const int *)ctx);
}

void cg_loop_signal_children(cg_loop *loop, int signal) {
  uv_walk(&loop->uv, signal_child, &signal);
}
