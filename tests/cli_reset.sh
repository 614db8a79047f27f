#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_reset.sh - reset-auth: softly, with the server's knowledge, also over a crash; by
# force, here alone; and from a login that is pending.
set -u
. "$(dirname "$0")/lib.sh" "$1"
P=+9996620001

serve "$T/D" || exit 1

run centigram login $P --code 22222
cp "$CENTIGRAM_SESSION" "$T/copy"
run centigram reset-auth
check "a soft reset exits 0" exits 0
check "a soft reset prints the state" [ "$(cat "$T/out")" = '{"_":"authStateLoggingOut"}' ]
check "a soft reset removes the session file" [ ! -e "$CENTIGRAM_SESSION" ]
run centigram --session "$T/copy" whoami
check "a soft reset told the server" says AUTH_KEY_UNREGISTERED
run centigram reset-auth
check "with nothing to reset it exits 0, too" exits 0

run centigram login $P --code 22222
cp "$CENTIGRAM_SESSION" "$T/copy"
run centigram reset-auth --force
check "a forced reset exits 0" exits 0
check "a forced reset prints TDLib's error" \
  [ "$(cat "$T/out")" = '{"error_code":401,"error_message":"Unauthorized"}' ]
check "a forced reset removes the session file" [ ! -e "$CENTIGRAM_SESSION" ]
run centigram --session "$T/copy" whoami
check "a forced reset tells the server nothing: the session lives on" \
  prints '"phone":"9996620001"'
run centigram whoami
check "the next call has another key" says AUTH_KEY_UNREGISTERED

# A code that is awaited is cancelled.
run centigram --session "$T/wait" call auth.sendCode phone_number=+9996620002
H=$(field phone_code_hash)
cp "$T/wait" "$T/wait.copy"
run centigram --session "$T/wait" reset-auth
check "a reset while a code is awaited exits 0" exits 0
check "and removes the session file" [ ! -e "$T/wait" ]
run centigram --session "$T/wait.copy" call auth.signIn phone_number=+9996620002 \
  phone_code_hash="$H" phone_code=22222
check "and has cancelled the code" says PHONE_CODE_EXPIRED

# Without a server the marker stays, and whoever comes next goes on with it.
run centigram login $P --code 22222
cp "$CENTIGRAM_SESSION" "$T/copy"
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$T/D/dc.json")
stop TERM
run centigram reset-auth
check "without a server a soft reset is a local failure" refuses 1 'no server at'
check "and leaves the session file" [ -s "$CENTIGRAM_SESSION" ]
serve "$T/D" --listen "127.0.0.1:$port" || exit 1
run centigram whoami
check "the next command goes on with it first" says AUTH_KEY_UNREGISTERED
run centigram --session "$T/copy" whoami
check "and logs the old key out" says AUTH_KEY_UNREGISTERED

run centigram reset-auth --forse
check "an unknown option is wrong usage" refuses 2 'forse'
stop TERM
check "the server ends with status 0" exits 0
finish
