#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_crash.sh - kill -9 of server and client between any two steps loses nothing.
set -u
. "$(dirname "$0")/lib.sh" "$1"
P=+15550100001 # not a test number: its code is random

serve "$T/D" || exit 1
run centigram call auth.sendCode phone_number=$P
H=$(field phone_code_hash)
run centigram code --phone $P
before=$(cat "$T/out")
check "a number that is no test number gets a random code" [ -n "$before" ]
stop KILL
serve "$T/D" || exit 1
run centigram code --phone $P
check "the code survives kill -9 of the server" [ "$(cat "$T/out")" = "$before" ]
run centigram call auth.resendCode phone_number=$P phone_code_hash="$H"
check "the transaction goes on after it" [ "$(field phone_code_hash)" = "$H" ]
stop KILL
serve "$T/D" || exit 1
run centigram login $P --code "$before" --accept-terms --first-name Kay
check "login succeeds on the same session file" exits 0
stop KILL
serve "$T/D" || exit 1
run centigram whoami
check "the session survives kill -9 of the server" prints '"first_name":"Kay"'

# A client that is killed while it waits for the code leaves its login pending.
Q=+15550100002
centigram --session "$T/q" login $Q --code-command 'sleep 60' >"$T/q.log" 2>&1 &
client=$!
pids="$pids $client"
until grep -q 'code of' "$T/q.log"; do sleep 0.02; done
kill -9 $client
wait $client 2>/dev/null
run centigram code --phone $Q
code=$(cat "$T/out")
run centigram --session "$T/q" login --code "$code" --accept-terms --first-name Q
check "the next process goes on after kill -9 of the client" exits 0
stop TERM
finish
