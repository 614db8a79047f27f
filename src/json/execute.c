/* SPDX-License-Identifier: MIT */
/* execute.c - the functions that need no client: the log, for td_execute() and td_send().
 */
#include "client.h"
#include "execute.h"
#include "logs.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 4096 };

/* --- the log ------------------------------------------------------------------ */

static void set_verbosity(cg_td_request *r) {
  int64_t level = cg_td_int(r, r->json, "new_verbosity_level");
  if (level < 0 || level > CG_TD_LOG_MOST) {
    cg_td_error(r, 400, "Wrong new verbosity level specified");
    return;
  }
  cg_td_log_set_verbosity((int)level);
  cg_td_ok(r);
}

static void get_verbosity(cg_td_request *r) {
  cg_buf b = { 0 };
  cg_td_begin(&b, "logVerbosityLevel");
  cg_jsonw_key(&b, "verbosity_level");
  cg_jsonw_i64(&b, cg_td_log_verbosity());
  cg_td_answer(r, &b);
}

static void set_file(cg_td_request *r, cg_bytes stream) {
  const char *path = cg_td_text(r, stream, "path");
  int64_t max_bytes = cg_td_int(r, stream, "max_file_size");
  if (max_bytes <= 0)
    cg_td_error(r, 400, "Max log file size must be positive");
  else if (cg_td_flag(r, stream, "redirect_stderr"))
    cg_td_error(r, 400, "redirect_stderr is not supported");
  else if (!cg_td_log_set_target(CG_TD_TO_FILE, path, max_bytes))
    cg_td_error(r, 400, "The log file can't be opened");
  else
    cg_td_ok(r);
}

static void set_stream(cg_td_request *r) {
  cg_bytes stream = CG_LIT("{}");
  const char *type = cg_td_field(r, r->json, "log_stream", &stream)
                         ? cg_td_text(r, stream, "@type")
                         : NULL;
  if (type && !strcmp(type, "logStreamFile")) {
    set_file(r, stream);
  } else if (type && !strcmp(type, "logStreamDefault")) {
    cg_td_log_set_target(CG_TD_TO_STDERR, NULL, 0);
    cg_td_ok(r);
  } else if (type && !strcmp(type, "logStreamEmpty")) {
    cg_td_log_set_target(CG_TD_TO_NOTHING, NULL, 0);
    cg_td_ok(r);
  } else {
    cg_td_error(r, 400, "Log stream must be non-empty");
  }
}

static void get_stream(cg_td_request *r) {
  static const char *const names[] = { "logStreamDefault", "logStreamFile",
                                       "logStreamEmpty" };
  char path[PATH_MOST];
  int64_t max_bytes;
  cg_buf b = { 0 };
  cg_td_log_target target = cg_td_log_get_target(path, sizeof path, &max_bytes);
  cg_td_begin(&b, names[target]);
  if (target == CG_TD_TO_FILE) {
    cg_jsonw_key(&b, "path");
    cg_jsonw_string(&b, cg_bytes_of(path));
    cg_jsonw_key(&b, "max_file_size");
    cg_jsonw_i64(&b, max_bytes);
    cg_jsonw_key(&b, "redirect_stderr");
    cg_jsonw_bool(&b, false);
  }
  cg_td_answer(r, &b);
}

/* The library's log has no tags. */
static void get_tags(cg_td_request *r) {
  cg_buf b = { 0 };
  cg_td_begin(&b, "logTags");
  cg_jsonw_key(&b, "tags");
  cg_jsonw_open(&b, '[');
  cg_jsonw_close(&b, ']');
  cg_td_answer(r, &b);
}

/* One line, which a control character must not make two of. */
static void add_message(cg_td_request *r) {
  char line[1024];
  const char *text = cg_td_text(r, r->json, "text");
  int64_t level = cg_td_int(r, r->json, "verbosity_level");
  if (level < 0 || level > CG_TD_LOG_MOST) {
    cg_td_error(r, 400, "Wrong verbosity level specified");
    return;
  }
  snprintf(line, sizeof line, "%s", text ? text : "");
  for (char *p = line; *p; p++)
    if ((unsigned char)*p < 0x20) *p = ' ';
  cg_td_log((int)level, line);
  cg_td_ok(r);
}

const cg_td_entry cg_td_log_functions[] = {
  { "setLogVerbosityLevel", set_verbosity, CG_TD_ANY | CG_TD_STATIC },
  { "getLogVerbosityLevel", get_verbosity, CG_TD_ANY | CG_TD_STATIC },
  { "setLogStream", set_stream, CG_TD_ANY | CG_TD_STATIC },
  { "getLogStream", get_stream, CG_TD_ANY | CG_TD_STATIC },
  { "getLogTags", get_tags, CG_TD_ANY | CG_TD_STATIC },
  { "addLogMessage", add_message, CG_TD_ANY | CG_TD_STATIC },
  { NULL, NULL, 0 }
};

/* --- td_execute() ----------------------------------------------------------------- */

static void execute(cg_td_request *r, const char *why) {
  const cg_td_entry *f = why ? NULL : cg_td_find(r->type);
  if (why)
    cg_td_error(r, 400, "Failed to parse the request: %s", why);
  else if (!f)
    cg_td_error(r, 400, "The function \"%.100s\" is not supported", r->type);
  else if (!(f->flags & CG_TD_STATIC))
    cg_td_error(r, 400, "The method can't be executed synchronously");
  else
    f->call(r);
}

cg_td_event *cg_td_execute(const char *request) {
  const char *why = NULL;
  size_t len = strnlen(request, CG_TD_REQUEST_MAX + 1);
  cg_td_request *r =
      cg_td_request_new(0, (cg_bytes){ (const uint8_t *)request, len }, &why);
  if (!r) return NULL;
  execute(r, len > CG_TD_REQUEST_MAX ? "it is larger than 1 MiB" : why);
  cg_td_event *answer = r->answer;
  cg_td_request_free(r);
  return answer;
}
