#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_serve.sh - the server as test suites use it, and its inbox over HTTP.
set -u
. "$(dirname "$0")/lib.sh" "$1"

run centigram serve --data "$T/A" --listen 127.0.0.1:0 --inbox 127.0.0.1:0 --json -- sh -c \
  'cat "$CENTIGRAM_DC"; centigram call help.getNearestDc; exit 7'
check "serve -- CMD ends with the status of CMD" exits 7
check "serve --json prints dc.json" prints '^{"test_mode":false,"this_dc":2,"layer":228,"dcs":\[{"id":2,"host":"127.0.0.1","port":[0-9]*}\],"public_keys":\["-----BEGIN RSA PUBLIC KEY-----'
check "CMD reaches the server through CENTIGRAM_DC" prints '"_":"nearestDc"'
centigram serve --data "$T/A" --listen 127.0.0.1:0 --inbox off -- sh -c \
  'trap "exit 5" TERM; echo started; while :; do sleep 0.05; done' >"$T/child" 2>&1 &
server=$!
pids="$pids $server"
until grep -q started "$T/child"; do sleep 0.02; done
stop TERM
check "a signal is the child's, and so is the status" exits 5
run centigram serve --data "$T/A" --listen 127.0.0.1:0 --inbox off -- "$T/no-such-command"
check "a command that is missing is named" refuses 1 no-such-command
check "server.key is private" [ "$(stat -c %a "$T/A/server.key")" = 600 ]
check "server.pub.pem is PKCS#1" grep -q 'BEGIN RSA PUBLIC KEY' "$T/A/server.pub.pem"
check "dc.json is private" [ "$(stat -c %a "$T/A/dc.json")" = 600 ]
check "the database is private" [ "$(stat -c %a "$T/A/centigram.db")" = 600 ]

serve "$T/B" --clock virtual || exit 1
inbox=$(sed -n 's/^inbox //p' "$T/B/log")
http() { # http PATH [CURL-OPTION...]: body in $T/out, status in $code
  path=$1
  shift
  status=0
  code=$(curl -s --noproxy '*' -o "$T/out" -w '%{http_code}' "$@" "$inbox$path") || status=$?
}
http /healthz
check "healthz answers" [ "$code" = 200 ]
run centigram call auth.sendCode phone_number=+9996620001
http '/codes?phone=%2B9996620001'
check "the inbox shows the code" prints '^\[{"phone":"9996620001","hash":"[0-9a-f]*","type":"sms","code":"22222","state":"live","sent_at":[0-9]*,"expires_at":[0-9]*}\]'
http '/codes/wait?phone=9996620001&timeout=5'
check "waiting for a code that is there answers at once" prints 22222
http '/codes/wait?phone=9996629999&timeout=0'
check "waiting for nothing answers an empty list" [ "$(cat "$T/out")" = '[]' ]
(sleep 0.2; centigram --session "$T/w" call auth.sendCode phone_number=+9996620077 >/dev/null) &
http '/codes/wait?phone=9996620077&timeout=20'
check "a long poll ends when the code comes" prints '"phone":"9996620077"'
http /clock -d '{"advance_s":301}' -H 'Content-Type: application/json'
check "the virtual clock moves" [ "$code" = 200 ]
http '/codes?phone=9996620001'
check "an old code has expired" prints '"state":"expired"'
run centigram login +9996620001 --code 22222
check "login asks for a new code when the pending one has expired" exits 0
run centigram call contacts.getStatuses
http /metrics
check "metrics count the codes by state" prints '^centigram_server_codes{state="expired"} 2$'
check "and the process's memory" prints '^process_resident_memory_bytes [1-9]'
http /methods/missing
check "methods that the server lacks are listed" prints '"method":"contacts.getStatuses"'
run centigram user set-password +9996620001 --password 'secret word' --hint 'a word'
check "set-password sets one" prints '{"phone":"9996620001","password":true}'
run centigram --session "$T/pw" call auth.sendCode phone_number=+9996620001
hash=$(sed -n 's/.*"phone_code_hash":"\([0-9a-f]*\)".*/\1/p' "$T/out")
run centigram --session "$T/pw" call auth.signIn phone_number=+9996620001 \
  phone_code_hash="$hash" phone_code=22222
check "who logs in is asked for it" says SESSION_PASSWORD_NEEDED
run centigram call account.getPassword
check "the hint is told" prints '"hint":"a word"'
run centigram user set-password +9996620001 --password x --hint x
check "a hint is not the password" exits 2
run centigram user set-password +9996620001
check "set-password wants to know which" exits 2
run centigram user set-password +9996627654 --password x
check "an account that is not there is named" refuses 1 'no such account'
echo | run centigram user set-password +9996620001 --password -
check "an empty line removes it" prints '"password":false'
http /users/password -d '{"phone":"9996620001","verifier":"00"}' \
  -H 'Content-Type: application/json'
check "what is no verifier is refused" [ "$code" = 400 ]
http /users
check "users are listed" prints '"phone":"9996620001"'
http /reset -X POST
check "reset answers" [ "$code" = 200 ]
http '/codes'
check "reset forgets the codes" [ "$(cat "$T/out")" = '[]' ]
http /nowhere
check "an unknown path is 404" [ "$code" = 404 ]
http /codes -X DELETE
check "a wrong verb is 405" [ "$code" = 405 ]
http /codes -H 'Host: example.org'
check "a foreign Host is refused" [ "$code" -ge 400 ]
http /users -H 'Origin: http://example.org'
check "a foreign Origin is refused" [ "$code" -ge 400 ]
stop TERM

if [ -e /proc/net/if_inet6 ]; then
  run centigram serve --data "$T/V6" --listen '[::1]:0' --inbox off -- centigram \
    --session "$T/v6" call help.getNearestDc
  check "an IPv6 address can be dialled" prints '"_":"nearestDc"'
fi
serve "$T/C" || exit 1
inbox=$(sed -n 's/^inbox //p' "$T/C/log")
http /clock -d '{"advance_s":300}' -H 'Content-Type: application/json'
check "without a virtual clock it does not move" [ "$code" = 409 ]
stop TERM

serve "$T/P" --profile private || exit 1
inbox=$(sed -n 's/^inbox //p' "$T/P/log")
http /codes
check "a private inbox asks for its token" [ "$code" = 401 ]
run centigram user add +9996620001
check "the command has the token" exits 0
run centigram call auth.sendCode phone_number=+9996620001
check "private codes have 6 digits" prints '"length":6'
run centigram code --phone +9996620001
check "private codes are six digits" grep -q -x '[0-9]\{6\}' "$T/out"
check "private has no fixed codes" [ "$(cat "$T/out")" != 222222 ]
stop TERM
finish
