#!/bin/sh
# SPDX-License-Identifier: MIT
# json_abi.sh CENTIGRAM PROGRAM LIBRARY EXAMPLE - a program that only looks names up in
# libcentigram_json logs in, and so does examples/json.
set -u
. "$(dirname "$0")/lib.sh" "$1"
program=$2 library=$3 example=$4

serve "$T/D" || exit 1
run "$program" "$library" "$CENTIGRAM_DC" "$T/clients"
tests=$(sed -n "s/^1\.\.//p" "$T/out")
sed "/^1\.\./d" "$T/out"
[ -n "$tests" ] || tests=0
check "the program that looks names up ends with status 0" exits 0

run "$example" "$CENTIGRAM_DC" "$T/example" +9996621111 22222
check "the example ends with status 0" exits 0
check "the example logs in" prints 9996621111
check "the example logs out" prints authorizationStateClosed
check "only TDLib's names are shown" test -z \
  "$(nm -D --defined-only "$library" | awk '$3 !~ /^td_/')"
stop TERM
finish
