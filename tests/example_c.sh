#!/bin/sh
# SPDX-License-Identifier: MIT
# example_c.sh CENTIGRAM PROGRAM - examples/c/login.c does what it says.
set -u
. "$(dirname "$0")/lib.sh" "$1"
program=$2

serve "$T/D" || exit 1
run "$program" "$CENTIGRAM_DC" "$T/c.session" +9996621111
check "the C example ends with status 0" exits 0
check "the C example cancels a code" prints cancelCode
check "the C example logs in" prints 9996621111
stop TERM
finish
