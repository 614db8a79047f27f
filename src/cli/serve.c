/* SPDX-License-Identifier: MIT */
/*
 * serve.c - `centigram serve`: the server and its inbox on sockets.
 *
 * Every turn of the loop ends with cg_server_turn(): what the turn wrote is durable
 * before any byte of it leaves, on either port.
 */
#include "commands.h"
#include "conns.h"
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DRAIN_US = 1000000 }; /* how long peers may take to read their last answers */

typedef struct {
  serve *serve;
  cg_stream *stream;
  uint64_t number;
} connection;

/* --- the MTProto port ----------------------------------------------------------- */

static void *on_open(void *ctx, cg_stream *stream, const char *peer_ip) {
  const serve_dc *dc = ctx;
  serve *s = dc->serve;
  connection *c = cg_alloc(sizeof *c);
  if (!c) {
    cg_stream_close(stream);
    return NULL;
  }
  *c = (connection){ s, stream, cg_conns_add(&s->conns, c) };
  char local[64];
  cg_stream_local_ip(stream, local);
  if (!c->number ||
      cg_server_accept_at(s->server, c->number, dc->id, peer_ip, cg_loop_now(s->loop)))
    cg_stream_close(stream);
  else cg_server_reached_at(s->server, c->number, local);
  return c;
}

static void on_data(void *ctx, cg_bytes in) {
  connection *c = ctx;
  cg_server_feed(c->serve->server, c->number, in, cg_loop_now(c->serve->loop));
}

static void on_closed(void *ctx, cg_err why) {
  (void)why;
  connection *c = ctx;
  if (!c) return;
  serve *s = c->serve;
  cg_server_gone(s->server, c->number);
  cg_conns_remove(&s->conns, c->number);
  if (s->stopping && !s->conns.open) cg_loop_stop(s->loop);
  cg_free(c);
}

static void send_outputs(serve *s) {
  cg_server_output out;
  while (cg_server_next(s->server, &out)) {
    connection *c = cg_conns_get(&s->conns, out.conn);
    if (!c) continue;
    if (out.bytes.len && cg_stream_write(c->stream, out.bytes)) cg_stream_close(c->stream);
    else if (out.close) cg_stream_close_after(c->stream);
  }
}

static void set_timer(serve *s) {
  uint64_t at = cg_server_deadline(s->server), inbox_at = serve_inbox_deadline(s);
  if (s->stopping && !s->stop_at) s->stop_at = cg_loop_now(s->loop) + DRAIN_US;
  if (s->stopping && s->stop_at < at) at = s->stop_at;
  cg_timer_at(s->timer, at < inbox_at ? at : inbox_at);
}

static void on_turn(void *ctx) {
  serve *s = ctx;
  serve_inbox_tick(s);
  bool failed = cg_server_turn(s->server, cg_loop_now(s->loop)) != CG_OK;
  if (failed)
    cg_cli_fail(CG_EXIT_LOCAL, "serve: the store failed; the last answers were withheld");
  send_outputs(s);
  serve_inbox_flush(s, failed);
  set_timer(s);
}

static void on_timer(void *ctx) {
  serve *s = ctx;
  uint64_t now = cg_loop_now(s->loop);
  if (s->stop_at && now >= s->stop_at) cg_loop_stop(s->loop);
  cg_server_tick(s->server, now);
}

/* --- start and end ---------------------------------------------------------------- */

/* Takes no more connections, lets what is queued go out, and ends the loop: when the
 * last connection is closed, or a second later for peers that do not read. */
static void drain(serve *s) {
  s->stopping = true;
  for (int32_t i = 0; i < s->dc_count; i++) cg_listener_close(s->dcs[i].listener);
  if (s->inbox_listener) cg_listener_close(s->inbox_listener);
  for (uint32_t i = 0; i < s->conns.len; i++) {
    connection *c = cg_conns_at(&s->conns, i);
    if (c) cg_stream_close_after(c->stream);
  }
  if (s->conns.open) set_timer(s);
  else cg_loop_stop(s->loop);
}

/* With a child the signal is the child's: the server ends when the child does. */
static void on_signal(void *ctx, int signal) {
  serve *s = ctx;
  if (s->child) cg_loop_signal_children(s->loop, signal);
  else if (!s->stopping) drain(s);
}

static void on_child(void *ctx, int status) {
  serve *s = ctx;
  s->child = false;
  s->status = status;
  if (!s->stopping) drain(s);
}

/* Writes `text` and a newline into a new file that then takes the place of `path`. */
static cg_err replace_file(const char *path, cg_bytes text, cg_fault *fault) {
  char *temp = cg_cli_text("%s.new", path);
  int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && write(fd, text.at, text.len) == (ssize_t)text.len &&
            write(fd, "\n", 1) == 1 && !fsync(fd);
  if (fd >= 0) close(fd);
  ok = ok && !rename(temp, path);
  free(temp);
  return ok ? CG_OK : cg_fail(fault, CG_E_IO, "%s: %s", path, strerror(errno));
}

/* The first data centre has the port that was asked for, and the others the next ones; or
 * each a free one. */
static cg_err listen_dc(serve *s, int32_t i, cg_fault *fault) {
  static const cg_stream_ops ops = { on_open, on_data, on_closed };
  serve_dc *dc = &s->dcs[i];
  const char *colon = strrchr(s->listen, ':');
  long port = strtol(colon + 1, NULL, 10);
  char *address = i && port > 0 ? cg_cli_text("%.*s:%ld", (int)(colon - s->listen),
                                              s->listen, port + i)
                                : cg_cli_text("%s", s->listen);
  cg_err err = cg_loop_listen(s->loop, address, &ops, dc, &dc->listener, fault);
  free(address);
  if (!err)
    cg_server_endpoint_at(s->server, dc->id, s->host, cg_listener_port(dc->listener));
  return err;
}

static cg_err listen_all(serve *s, cg_fault *fault) {
  s->host = serve_host(s->listen);
  for (int32_t i = 0; i < s->dc_count; i++) {
    cg_err err = listen_dc(s, i, fault);
    if (err) return err;
  }
  return serve_inbox_listen(s, fault);
}

/* The data centres in the order of their ports. */
static void number_dcs(serve *s, int32_t first, int32_t count) {
  s->dcs[0] = (serve_dc){ .serve = s, .id = first };
  s->dc_count = 1;
  for (int32_t id = 1; id <= count && s->dc_count < count; id++)
    if (id != first) s->dcs[s->dc_count++] = (serve_dc){ .serve = s, .id = id };
}

static void print_dcs(const serve *s) {
  int host = (int)(strrchr(s->listen, ':') - s->listen);
  for (int32_t i = 0; i < s->dc_count; i++) {
    printf("mtproto %.*s:%u", host, s->listen, cg_listener_port(s->dcs[i].listener));
    if (s->dc_count > 1) printf(" dc %d", (int)s->dcs[i].id);
    putchar('\n');
  }
}

static cg_err announce(serve *s, cg_fault *fault) {
  cg_bytes json;
  char *path = cg_cli_text("%s/dc.json", s->data);
  cg_err err = cg_server_dc_json(s->server, s->inbox_url, s->arena, &json);
  if (err) return cg_fail(fault, err, "dc.json: %s", cg_err_text(err));
  err = replace_file(path, json, fault);
  if (err) return err;
  if (s->json) {
    printf("%.*s\n", (int)json.len, (const char *)json.at);
  } else {
    print_dcs(s);
    printf("inbox %s\n", s->inbox_url ? s->inbox_url : "off");
    printf("dc %s\nready\n", path);
  }
  fflush(stdout);
  s->dc_path = path;
  return CG_OK;
}

static cg_err spawn(serve *s, char **command, cg_fault *fault) {
  char *real = realpath(s->dc_path, NULL);
  char *env = cg_cli_text("CENTIGRAM_DC=%s", real ? real : s->dc_path);
  free(real);
  const char *const envs[] = { env, NULL };
  cg_err err = cg_loop_spawn(s->loop, command, envs, on_child, s, fault);
  free(env);
  s->child = !err;
  return err;
}

static cg_err start(serve *s, const cg_server_options *options, char **command,
                    cg_fault *fault) {
  cg_err err = cg_loop_new(&s->loop);
  if (err) return cg_fail(fault, err, "no event loop: %s", cg_err_text(err));
  cg_server_options o = *options;
  o.now_us = cg_loop_now(s->loop);
  if ((err = cg_server_open(&s->server, &o, fault))) return err;
  if ((err = cg_timer_new(s->loop, on_timer, s, &s->timer)))
    return cg_fail(fault, err, "%s", cg_err_text(err));
  cg_loop_on_turn(s->loop, on_turn, s);
  if ((err = cg_loop_on_signal(s->loop, on_signal, s)))
    return cg_fail(fault, err, "%s", cg_err_text(err));
  if ((err = listen_all(s, fault))) return err;
  if ((err = announce(s, fault))) return err;
  set_timer(s);
  return command ? spawn(s, command, fault) : CG_OK;
}

static void stop(serve *s) {
  cg_loop_free(s->loop); /* closes what is open; the callbacks still need the server */
  serve_inbox_free(s);
  cg_server_close(s->server);
  cg_conns_free(&s->conns);
  cg_arena_free(s->arena);
}

/* --- options ------------------------------------------------------------------------ */

typedef struct {
  const char *data, *listen, *inbox, *store, *profile, *scenario, *clock;
  int32_t dc_id, dcs, workers;
  cg_cli_list set, schemas, deliver;
} serve_options;

/* Errors and warnings always, the rest with --verbose. */
static void log_line(void *ctx, int level, const char *line) {
  if (level <= 1 || *(const bool *)ctx) fprintf(stderr, "%s\n", line);
}

/* Refuses data centres that cannot be. */
static int check_dcs(const serve_options *o) {
  if (o->dcs < 1 || o->dcs > SERVE_DCS_MAX)
    return cg_cli_fail(CG_EXIT_USAGE, "serve: --dcs: 1 to %d is wanted", SERVE_DCS_MAX);
  if (o->dc_id < 1 || (o->dcs > 1 && o->dc_id > o->dcs))
    return cg_cli_fail(CG_EXIT_USAGE, "serve: --dc-id %d: with --dcs %d the ids are 1 to %d",
                       (int)o->dc_id, (int)o->dcs, (int)o->dcs);
  if (strtol(strrchr(o->listen, ':') + 1, NULL, 10) + o->dcs - 1 > UINT16_MAX)
    return cg_cli_fail(CG_EXIT_USAGE, "serve: --listen %s: no room for %d ports", o->listen,
                       (int)o->dcs);
  return CG_EXIT_OK;
}

/* Refuses what the options ask for and this version does not have. */
static int check(const cg_cli *cli, const serve_options *o) {
  if (o->clock && strcmp(o->clock, "virtual"))
    return cg_cli_fail(CG_EXIT_USAGE, "serve: --clock: only \"virtual\" is known");
  if (o->workers != 1 || o->scenario || o->deliver.len)
    return cg_cli_fail(CG_EXIT_USAGE, "serve: %s: not in this version",
                       o->workers != 1 ? "--workers"
                       : o->scenario ? "--scenario" : "--deliver");
  if (o->profile && strcmp(o->profile, "test") && strcmp(o->profile, "private"))
    return cg_cli_fail(CG_EXIT_USAGE, "serve: --profile: test or private is wanted");
  if (!strrchr(o->listen, ':'))
    return cg_cli_fail(CG_EXIT_USAGE, "serve: --listen: HOST:PORT is wanted");
  if (cli->rest && !cli->rest[0])
    return cg_cli_fail(CG_EXIT_USAGE, "serve: a command is missing behind --");
  return check_dcs(o);
}

static bool is_set(const cg_cli_list *set, const char *what) {
  for (int i = 0; i < set->len; i++)
    if (!strcmp(set->at[i], what)) return true;
  return false;
}

/* Fixed codes must not be reachable from other machines unless that is asked for. */
static int check_exposure(const serve_options *o) {
  bool test = !o->profile || !strcmp(o->profile, "test");
  if (!test || serve_is_loopback(o->listen) || is_set(&o->set, "public_test=on"))
    return CG_EXIT_OK;
  return cg_cli_fail(CG_EXIT_LOCAL, "serve: %s is not a loopback address: profile test has "
                                    "fixed codes; use --profile private, or "
                                    "--set public_test=on", o->listen);
}

static int serve_run(serve *s, const cg_cli *cli, const serve_options *o) {
  cg_fault fault = { 0 };
  cg_server_options options = { .data_dir = s->data, .store_url = o->store,
    .profile = o->profile, .dc_id = o->dc_id, .dcs = o->dcs,
    .set = o->set.at, .schemas = o->schemas.at,
    .virtual_clock = o->clock != NULL, .log = log_line, .log_ctx = &s->verbose };
  char *in_data = cg_cli_text("%s/", s->data);
  cg_err err = cg_cli_make_parents(in_data, &fault);
  free(in_data);
  if (!err) err = start(s, &options, cli->rest, &fault);
  if (err) return cg_cli_fault(&fault);
  cg_loop_run(s->loop);
  return s->status;
}

int cg_run_serve(int argc, char **argv) {
  serve_options o = { .listen = "127.0.0.1:4430", .dc_id = 2, .dcs = 1, .workers = 1 };
  const cg_cli_option own[] = {
    { "data", CG_OPT_TEXT, &o.data },         { "listen", CG_OPT_TEXT, &o.listen },
    { "inbox", CG_OPT_TEXT, &o.inbox },       { "dc-id", CG_OPT_INT, &o.dc_id },
    { "dcs", CG_OPT_INT, &o.dcs },            { "workers", CG_OPT_INT, &o.workers },
    { "store", CG_OPT_TEXT, &o.store },       { "profile", CG_OPT_TEXT, &o.profile },
    { "schema", CG_OPT_LIST, &o.schemas },    { "scenario", CG_OPT_TEXT, &o.scenario },
    { "clock", CG_OPT_TEXT, &o.clock },       { "deliver", CG_OPT_LIST, &o.deliver },
    { "set", CG_OPT_LIST, &o.set },           { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "serve" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 0, 0);
  int status = check(&cli, &o);
  if (!status) status = check_exposure(&o);
  if (status) return status;
  bool private = o.profile && !strcmp(o.profile, "private");
  serve s = { .data = o.data ? o.data : cg_cli_data_path("server"), .listen = o.listen,
              .inbox = o.inbox ? o.inbox : private ? "off" : "127.0.0.1:4480",
              .needs_token = private, .json = cli.global.json,
              .verbose = cli.global.verbose, .arena = cg_arena_new(0) };
  if (!s.arena) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  number_dcs(&s, o.dc_id, o.dcs);
  status = serve_run(&s, &cli, &o);
  stop(&s);
  return status;
}
