/* SPDX-License-Identifier: MIT */
/*
 * session_file_fuzz.c - any payload in a session file whose frame is right; what is
 * accepted must come out unchanged, read and written once more.
 */
#include "hash.h"
#include "session_data.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Puts a head and a check sum around the payload, so that it is looked at. */
static cg_buf framed(const uint8_t *data, size_t size) {
  cg_buf b = { 0 };
  uint8_t check[32];
  cg_buf_text(&b, "CGSESSN\n");
  cg_buf_u32(&b, CG_SESSION_VERSION);
  cg_buf_u32(&b, (uint32_t)size);
  cg_buf_put(&b, data, size);
  if (cg_sha256(&(cg_bytes){ b.at, b.len }, 1, check)) abort();
  cg_buf_put(&b, check, sizeof check);
  if (b.err) abort();
  return b;
}

static void round_trip(const cg_session_data *d) {
  cg_session_data again;
  cg_buf one = { 0 }, two = { 0 };
  if (cg_session_encode(d, &one)) abort();
  if (cg_session_decode(cg_buf_view(&one), &again, NULL)) abort();
  if (cg_session_encode(&again, &two)) abort();
  if (!cg_bytes_equal(cg_buf_view(&one), cg_buf_view(&two))) abort();
  cg_session_data_wipe(&again);
  cg_buf_free(&one);
  cg_buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cg_session_data d;
  cg_fault fault;
  if (size > CG_SESSION_MAX) return 0;
  if (!cg_session_decode((cg_bytes){ data, size }, &d, &fault)) cg_session_data_wipe(&d);
  cg_buf file = framed(data, size);
  if (!cg_session_decode(cg_buf_view(&file), &d, &fault)) {
    cg_login_info info;
    cg_login_describe(&d.login, 1700000000, &info);
    round_trip(&d);
    cg_session_data_wipe(&d);
  }
  cg_buf_free(&file);
  return 0;
}
