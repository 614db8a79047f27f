/* SPDX-License-Identifier: MIT */
/*
 * ct_test.c - no branch and no address depends on a secret. Under valgrind, secrets are
 * marked as undefined bytes: it then reports every jump and every access that they
 * decide. Without valgrind this program proves nothing. OpenSSL's own code is not
 * looked at.
 */
#include "ige.h"
#include "ige_impl.h"
#include "wipe.h"

#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

enum { LEN = 96 };

static void ige(const cg_ige_impl *impl) {
  uint8_t key[32], iv[32], data[LEN];
  memset(key, 1, sizeof key);
  memset(iv, 2, sizeof iv);
  memset(data, 3, sizeof data);
  (void)VALGRIND_MAKE_MEM_UNDEFINED(key, sizeof key);
  (void)VALGRIND_MAKE_MEM_UNDEFINED(iv, sizeof iv);
  (void)VALGRIND_MAKE_MEM_UNDEFINED(data, sizeof data);
  impl->encrypt(key, iv, data, data, LEN / 16);
  impl->decrypt(key, iv, data, data, LEN / 16);
}

static bool equal(void) {
  uint8_t a[LEN], b[LEN];
  memset(a, 1, sizeof a);
  memcpy(b, a, sizeof b);
  b[LEN - 1] = 2;
  (void)VALGRIND_MAKE_MEM_UNDEFINED(a, sizeof a);
  bool same = cg_equal_ct(a, b, sizeof a);
  (void)VALGRIND_MAKE_MEM_DEFINED(&same, sizeof same); /* the verdict is no secret */
  return same;
}

int main(void) {
  ige(cg_ige_portable());
  if (cg_ige_x86()) ige(cg_ige_x86());
  if (equal()) return 1;
  puts("done");
  return 0;
}
