/* SPDX-License-Identifier: MIT */
/* random.c - the system's randomness, drawn anew by every call: no state that a fork
 * could share. */
#include <centigram/loop.h>

#include <errno.h>
#include <sys/random.h>

/* Up to this size the kernel gives all or nothing, see getrandom(2). */
enum { WHOLE = 256 };

cg_err cg_random(void *ctx, void *out, size_t len) {
  (void)ctx;
  uint8_t *at = out;
  while (len) {
    size_t part = len < WHOLE ? len : WHOLE;
    ssize_t got = getrandom(at, part, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got != (ssize_t)part) return CG_E_RANDOM;
    at += part;
    len -= part;
  }
  return CG_OK;
}
