#!/bin/sh
# SPDX-License-Identifier: MIT
# example_c.sh CENTIGRAM LOGIN DEVICES - the programs of examples/c do what they say.
set -u
. "$(dirname "$0")/lib.sh" "$1"
program=$2
devices=$3

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

mkdir "$T/two"
run "$devices" "$CENTIGRAM_DC" "$T/two" +9996629001 test
check "two devices: status 0" exits 0
check "two devices: a password is asked for" prints '^phone: signIn: SESSION_PASSWORD_NEEDED'
check "two devices: a wrong one is told" prints '^phone: checkPassword: PASSWORD_HASH_INVALID'
check "two devices: a QR code is shown" prints "^  tg://login?token=.*for [0-9]* s"
check "two devices: it asks for the password too" prints '^desk: waiting: SESSION_PASSWORD_NEEDED'
check "two devices: both are in" prints '^  authorizationStateReady, +9996629001'
check "two devices: the password is changed" prints '^phone: with the old one: PASSWORD_HASH_INVALID'
check "two devices: and removed" prints '^phone: no password: done'
check "two devices: the files are sealed" sh -c "! grep -q 9996629001 '$T/two/desk.session'"
run centigram --session "$T/two/desk.session" whoami
check "two devices: of no use without the passphrase" refuses 1 'is sealed'
stop TERM
finish
