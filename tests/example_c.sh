#!/bin/sh
# SPDX-License-Identifier: MIT
# example_c.sh CENTIGRAM PROGRAM - examples/c/login.c does what it says.
set -u
. "$(dirname "$0")/lib.sh" "$1"
program=$2

serve "$T/D" || exit 1
run "$program" "$CENTIGRAM_DC" "$T/c.session" +9996621111
check "the C example ends with status 0" exits 0
check "the C example has a code sent" prints '^sendCode: auth.sentCode'
check "the C example has it sent another way" prints '^resendCode: auth.sentCode'
check "the C example cancels it" prints '^cancelCode: true'
check "the cancelled code is dead" prints '^signIn with the cancelled code: 400 PHONE_CODE_EXPIRED'
check "the C example logs in" prints '^signIn: auth.authorization'
check "the C example makes a call" prints '+9996621111'
check "the C example logs out and wipes" prints '^resetAuth false: auth.loggedOut'
check "the C example wipes alone" prints '^resetAuth true: 401 Unauthorized'
check "nothing is kept" [ ! -e "$T/c.session" ]
stop TERM
finish
