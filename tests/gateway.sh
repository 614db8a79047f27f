#!/bin/sh
# SPDX-License-Identifier: MIT
# gateway.sh - the HTTP gateway in front of a local server: logins in each of the three
# forms, what is refused, and many accounts in one process.
set -u
. "$(dirname "$0")/lib.sh" "$1"

# gateway DIR [OPTION...]: starts a gateway on a free port and waits for its `ready`.
gateway() {
  dir=$1
  shift
  : >"$T/http.out"
  centigram http --data "$dir" --listen 127.0.0.1:0 "$@" >"$T/http.out" 2>"$T/http.err" &
  gateway=$!
  pids="$pids $gateway"
  while ! grep -q '^ready' "$T/http.out"; do
    kill -0 $gateway 2>/dev/null || { cat "$T/http.err"; return 1; }
    sleep 0.02
  done
  url=$(sed -n 's/^http //p' "$T/http.out")
}

# http PATH [CURL-OPTION...]: body in $T/out, headers in $T/headers, status in $code.
http() {
  path=$1
  shift
  status=0
  code=$(curl -s -g --noproxy '*' -o "$T/out" -D "$T/headers" -w '%{http_code}' "$@" \
    "$url$path") || status=$?
}
answers() { [ "$code" = "$1" ] && prints "$2"; }
is() { [ "$code" = "$1" ] && [ "$(cat "$T/out")" = "$2" ]; }
result() { sed -n 's/.*"result":"\([^"]*\)".*/\1/p' "$T/out"; }
json='Content-Type: application/json'

serve "$T/server" || exit 1
gateway "$T/gateway" || exit 1

# --- the form of PWRTelegram ---------------------------------------------------------

http '/phonelogin?phone=%2B9996620001'
token=$(result)
check "phonelogin gives a token" answers 200 '^{"ok":true,"result":"[A-Za-z0-9_-]\{43\}"}$'
http "/user$token/completephonelogin?code=11111"
check "a wrong code is refused with the server's words" \
  is 400 '{"ok":false,"error_code":400,"description":"PHONE_CODE_INVALID"}'
http "/user$token/resendcode"
check "the code is sent again without a hash" answers 200 '"_":"auth.sentCode"'
hash=$(field phone_code_hash)
http "/user$token/auth->cancelCode?phone_number=+9996620001" -d "phone_code_hash=$hash"
check "auth->cancelCode, half query and half form" is 200 '{"ok":true,"result":true}'
http "/user$token/auth.signIn?phone_number=9996620001&phone_code_hash=$hash&phone_code=22222"
check "a dead hash is refused" answers 400 '"description":"PHONE_CODE_EXPIRED"'
http "/user$token/completephonelogin?code=22222"
check "a step out of turn is refused" answers 400 '"description":"not possible in the state'
http "/user$token/auth.resendCode" -d phone_number=9996620001 -d "phone_code_hash=$hash"
check "in each way" answers 400 '"description":"PHONE_CODE_EXPIRED"'
http "/bot$token/madeline" -d method=auth.sendCode -d 'params={"phone_number":"9996620001"}'
hash=$(field phone_code_hash)
http "/bot$token/madeline" -d method=auth.cancelCode \
  -d "params={\"phone_number\":\"9996620001\",\"phone_code_hash\":\"$hash\"}"
check "auth.cancelCode by /bot<TOKEN>/madeline" is 200 '{"ok":true,"result":true}'
http "/user$token/auth.sendCode" -d 'phone_number="+9996620001"'
check "a raw sendCode with a JSON-encoded value" answers 200 '"phone_code_hash":"[0-9a-f]*"'
http "/user$token/auth.cancelCode" -H "$json" \
  -d "{\"phone_number\":\"+9996620001\",\"phone_code_hash\":\"$(field phone_code_hash)\"}"
check "auth.cancelCode with a JSON body" is 200 '{"ok":true,"result":true}'
http "/user$token/auth.cancelCode"
check "what is missing gets its empty value" answers 406 '"description":"PHONE_NUMBER_INVALID"'
http "/user$token/auth.sendCode" -d 'phone_number=9996620001'
http "/user$token/cancelcode"
check "cancelcode takes no hash" is 200 '{"ok":true,"result":true}'
http "/user$token/auth.sendCode?phone_number=15550100001"
http "/user$token/completephonelogin" -d code="$(centigram code --phone 15550100001)"
check "an unknown number has to sign up" \
  answers 401 '"description":"Need to signup: call the completesignup method."'
http "/user$token/completesignup?first_name=Ada&last_name=L"
permanent=$(result)
check "sign-up gives the permanent token" [ "${permanent#*:}" = "$token" ]
http "/user$permanent/users.getUsers" -d 'id=[{"_":"inputUserSelf"}]'
check "a call, its ids as numbers" answers 200 "\"id\":${permanent%%:*},"
http "/bot$permanent/madeline" -d method=users.getUsers -d 'params={"id":[{"_":"inputUserSelf"}]}'
check "the same by /bot<TOKEN>/madeline" answers 200 '"first_name":"Ada"'
http "/bot$permanent/madeline" -d method=help.getConfig -d 'params=nonsense'
check "params must be an object" answers 400 '"description":"Could not parse parameters."'
http "/user$token/help.getConfig"
check "the temporary token is replaced" is 401 \
  '{"ok":false,"error_code":401,"description":"Unauthorized"}'
http "/user$permanent/help.getConfg"
check "an unknown method is named" answers 400 'help.getConfg'
http "/user1:$token/help.getConfig"
check "a token behind another user id is wrong" answers 401 Unauthorized
http "/user$permanent/auth.logOut"
check "auth.logOut is allowed" answers 200 '"_":"auth.loggedOut"'
http "/user$permanent/users.getUsers" -d 'id=[{"_":"inputUserSelf"}]'
check "logged out is logged out" answers 401 '"description":"AUTH_KEY_UNREGISTERED"'
http "/user$permanent/enablegetupdates"
http "/user$permanent/getupdates" -F limit=1
check "updates, once they are enabled" is 200 '{"ok":true,"result":[]}'
http "/user$permanent/disablegetupdates"
http "/user$permanent/getupdates"
check "and not any more" answers 400 'call the enablegetupdates method'
http "/user$permanent/auth.sendCode" -F 'document=@/etc/hostname'
check "files are not taken" answers 400 '"description":"files are not taken"'

http '/phonelogin?phone=%2B9996620001'
token=$(result)
http "/user$token/completephonelogin?code=22222"
permanent=$(result)
http "/user$permanent/users.getUsers" -d 'id=[{"_":"inputUserSelf"}]'
check "a call after the login" answers 200 '"self":true'
http "/user$permanent/resetAuth?force=1"
check "resetAuth by force answers Unauthorized" \
  is 401 '{"ok":false,"error_code":401,"description":"Unauthorized"}'
http "/user$permanent/users.getUsers" -d 'id=[{"_":"inputUserSelf"}]'
check "and wipes: the account is another key's" answers 401 '"description":"AUTH_KEY_UNREGISTERED"'
http '/phonelogin?phone=%2B9996620001'
token=$(result)
http "/user$token/completephonelogin?code=22222"
http "/user$token/resetAuth"
check "resetAuth logs out" is 200 '{"ok":true,"result":{"_":"authStateLoggingOut"}}'
http "/user$token/completephonelogin?code=22222"
check "and wipes" answers 400 '"description":"not possible in the state'

# --- the form of TelegramApiServer ----------------------------------------------------

http '/system/addSession?session=work/one'
check "addSession" is 200 '{"success":true,"response":null,"errors":[]}'
http '/api/work/one/phoneLogin?phone=%2B9996620001'
check "phoneLogin" answers 200 '^{"success":true,"response":{"_":"auth.sentCode".*"errors":\[\]}$'
http '/api/work/one/resendCode'
hash=$(field phone_code_hash)
check "resendCode" answers 200 '"_":"auth.sentCode"'
http '/api/work/one/auth.cancelCode' -d phone_number=9996620001 -d "data[phone_code_hash]=$hash"
check "auth.cancelCode" is 200 '{"success":true,"response":true,"errors":[]}'
http '/api/work/one/auth.resendCode' -d phone_number=9996620001 -d "phone_code_hash=$hash"
check "a dead hash is an error without a stack" is 400 \
  '{"success":false,"response":null,"errors":[{"exception":"RPCErrorException","message":"PHONE_CODE_EXPIRED","code":400}]}'
http '/api/work/one/phoneLogin?number=9996620001'
http '/api/work/one/completePhoneLogin?code=22222'
check "completePhoneLogin" answers 200 '"_":"auth.authorization"'
http '/api/work/one/help.getNearestDc/'
check "a call" answers 200 '"_":"nearestDc"'
http '/api/work/one/help.getNowhere'
check "an unknown method" answers 404 '"success":false.*help.getNowhere'
http '/api/nobody/help.getNearestDc'
check "an unknown session" answers 404 '"message":"Session not found"'
http '/api/help.getNearestDc'
check "the default session" answers 200 '"_":"nearestDc"'
http '/system/getSessionList'
check "the sessions and their states" answers 200 '"work/one":{"session":"work/one","status":"LOGGED_IN"}'
http '/system/removeSession?session=work/one'
http '/api/work/one/help.getNearestDc'
check "a session that was removed" [ "$code" = 404 ]
http '/system/addSession?session=work/one'
http '/api/work/one/users.getUsers?id=[{"_":"inputUserSelf"}]'
check "it is still logged in when it is added again" answers 200 '"self":true'
http '/api/work/one/logout'
check "logout" is 200 '{"success":true,"response":null,"errors":[]}'
http '/system/healthcheck'
check "healthcheck" answers 200 '"success":true'

# Updates, which are kept from the first time that they are asked for.
http '/api/work/one/phoneLogin' -F number=9996620001
check "a form of several parts" answers 200 '"_":"auth.sentCode"'
http '/api/work/one/completePhoneLogin' -F 'data[code]=22222'
check "and one that is folded into data" answers 200 '"_":"auth.authorization"'
http '/api/work/one/getSelf'
check "getSelf" answers 200 '"_":"user".*"self":true'
http '/api/work/one/getUpdates?offset=-1&limit=100&timeout=0.1'
check "getUpdates waits, and there is nothing" is 200 '{"success":true,"response":[],"errors":[]}'
http '/api/work/one/getUpdates?limit=none'
check "getUpdates wants numbers" answers 400 '"message":"limit: a number is wanted"'
http '/events'
check "events want a WebSocket" answers 426 'WebSocket'
if command -v node >/dev/null; then
  run node "$(dirname "$0")/events.mjs" "$url/events/work/one"
  check "a WebSocket of one session" \
    [ "$(tr '\n' ' ' <"$T/out")" = 'accepted true pong there? close  closed ' ]
  run node "$(dirname "$0")/events.mjs" "$url/events/"
  check "of all" prints '^accepted true'
  run node "$(dirname "$0")/events.mjs" "$url/events/nobody"
  check "of none" prints '^status 404'
  : >"$T/told"
  node "$(dirname "$0")/events.mjs" "$url/events/work/one" text >"$T/told" &
  told=$!
  pids="$pids $told"
  while ! grep -q '^pong' "$T/told" && kill -0 $told; do sleep 0.02; done
fi
# A second login of the same number: its code is told to the first.
http '/phonelogin?phone=9996620001'
http '/api/work/one/getUpdates?timeout=50'
check "getUpdates gives what the server sends" \
  answers 200 '^{"success":true,"response":\[{"update_id":[0-9]*,"update":{"_":"update'
offset=$(sed 's/.*"update_id":\([0-9]*\).*/\1/' "$T/out")
http "/api/work/one/getUpdates?offset=$((offset + 1))"
check "and only once, if its offset says so" \
  is 200 '{"success":true,"response":[],"errors":[]}'
if command -v node >/dev/null; then
  wait $told
  cp "$T/told" "$T/out"
  check "the WebSocket, too" \
    prints '^text {"jsonrpc":"2.0","result":{"session":"work/one","update":{"_":"update'
fi
http '/api/work/one/resetAuth'
check "resetAuth" is 200 '{"success":true,"response":{"_":"authStateLoggingOut"},"errors":[]}'
http '/api/work/one/phoneLogin?phone=9996620001'
http '/api/work/one/completePhoneLogin?code=22222'
http '/api/work/one/resetAuth?force=true'
check "resetAuth by force" answers 401 '"message":"Unauthorized","code":401'
http '/api/work/one/getSelf'
check "and nobody is logged in" answers 401 'AUTH_KEY_UNREGISTERED'

# --- /v1 --------------------------------------------------------------------------------

# v1 PATH [JSON]: a request for the account in $id with its token.
v1() {
  if [ $# = 2 ]; then http "/v1/accounts/$id$1" -H "Centigram-Token: $token" -H "$json" -d "$2"
  else http "/v1/accounts/$id$1" -H "Centigram-Token: $token" -X "${verb:-POST}"; fi
}
http /v1/accounts -X POST
id=$(field id)
token=$(field token)
check "an account" answers 201 '"state":"authorizationStateWaitPhoneNumber"'
v1 /code '{"code":"22222"}'
check "a step in the wrong order" answers 409 '"state":"authorizationStateWaitPhoneNumber"'
v1 /login '{"phone":"+999 66 2 0002"}'
check "login" answers 200 '"state":"authorizationStateWaitCode","code":{"phone":"9996620002","type":"sms","length":5'
v1 /resend
check "resend" answers 200 '"type":"call"'
v1 /cancel
check "cancel" answers 200 '"state":"authorizationStateWaitPhoneNumber","cancelled":true'
v1 /login '{"phone":"+1 555 0100002"}'
v1 /code "{\"code\":\"$(centigram code --phone 15550100002)\"}"
check "sign-up shows the terms" answers 200 '"state":"authorizationStateWaitRegistration".*"terms":{"text"'
v1 /sign-up '{"first_name":"Bo"}'
check "the terms have to be accepted" answers 400 TERMS_NOT_ACCEPTED
v1 /cancel
check "cancel also ends a sign-up" answers 200 '"state":"authorizationStateClosed","cancelled":true'
v1 /login '{"phone":"+1 555 0100002"}'
v1 /code "{\"code\":\"$(centigram code --phone 15550100002)\"}"
v1 /sign-up '{"first_name":"Bo","accept_terms":true}'
check "sign-up" answers 200 '"state":"authorizationStateReady","user_id":"[0-9]*"'
v1 /login '{"phone":"+9996620002"}'
check "who is logged in cannot begin" answers 409 authorizationStateReady
http "/v1/accounts/$id/updates?timeout=0.1" -H "Centigram-Token: $token"
check "its updates" is 200 '[]'
v1 /call/users.getUsers '{"id":[{"_":"inputUserSelf"}]}'
check "a call, its ids as strings" answers 200 '"id":"[0-9]*"'
v1 /call/auth.cancelCode '{"phone_number":"+9996620002"}'
check "a parameter that is missing is named" answers 400 '"text":"auth.cancelCode.phone_code_hash: is missing"'
v1 /call/help.getNowhere '{}'
check "an unknown method" answers 404 '"type":"METHOD_UNKNOWN"'
v1 /call/help.getNearestDc 'x=1'
check "a body that is no JSON" [ "$code" = 400 ]
http "/v1/accounts/$id/log-out" -H "Centigram-Token: $token" -d x=1
check "a body that is a form" [ "$code" = 415 ]
good=$token
token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
v1 /call/help.getNearestDc '{}'
cp "$T/out" "$T/wrong"
check "a wrong token" [ "$code" = 404 ]
token=$good
known=$id
id=0000000000000000
v1 /call/help.getNearestDc '{}'
check "another id is answered as a wrong token is" cmp -s "$T/out" "$T/wrong"
id=$known
http "/user$good/help.getNearestDc"
check "the token is good for /user, too" answers 200 '"ok":true'
v1 /log-out
check "log-out" answers 200 '"state":"authorizationStateClosed"'
v1 /call/resetAuth '{"force":true}'
check "resetAuth by force" answers 401 '"text":"Unauthorized"'
http /v1/accounts
check "the list tells no tokens" answers 200 "\"id\":\"$id\""
verb=DELETE
v1 ''
check "delete" is 200 '{"removed":true}'
check "its files are gone" [ ! -e "$T/gateway/$id.session" ]
verb=GET
v1 ''
check "a deleted account is unknown" [ "$code" = 404 ]
http /v1/openapi.json
check "the OpenAPI document" answers 200 '"/v1/accounts/{id}/call/auth.cancelCode"'
command -v node >/dev/null && check "it is JSON with all methods" node -e '
  const d = JSON.parse(require("fs").readFileSync(process.argv[1]));
  const calls = Object.keys(d.paths).filter(p => p.includes("/call/"));
  const missing = JSON.stringify(d).match(/#\/components\/[^"]*/g).filter(r =>
    !r.slice(2).split("/").reduce((o, k) => o && o[k], d));
  if (calls.length < 800 || missing.length) { console.error(calls.length, missing[0]); process.exit(1); }
' "$T/out"

# --- who may come in --------------------------------------------------------------------

http /healthz -H 'Origin: http://example.org'
check "a foreign Origin" [ "$code" = 403 ]
http /phonelogin?phone=9996620003 -H 'Sec-Fetch-Site: cross-site'
check "a picture on another site" [ "$code" = 403 ]
http /healthz -H 'Host: example.org'
check "a foreign Host" [ "$code" = 421 ]
http /
check "the page comes with a policy" grep -qi '^content-security-policy: default-src .none' "$T/headers"
check "the folder's files are private" [ "$(stat -c %a "$T/gateway/accounts.json")" = 600 ]
check "no token is kept as it is" sh -c "! grep -q -e '$good' -e '$permanent' '$T/gateway/accounts.json'"
check "the log has no tokens, codes or phones" \
  sh -c "! grep -q -e '$good' -e '${permanent#*:}' -e 22222 -e 99966 '$T/http.err'"
run centigram http --data "$T/gateway" --listen 127.0.0.1:0
check "a folder has one gateway" refuses 1 'another gateway uses this folder'
run centigram http --data "$T/other" --listen 0.0.0.0:0
check "a public address wants a password" refuses 1 password
run centigram http --data "$T/other" --listen 127.example.org:0
check "so does a name that begins as a loopback address" refuses 1 password
run centigram http --data "$T/other" --listen 127.0.0.1:0 --password short
check "a short password is refused" refuses 2 characters

# --- a restart, and a password ----------------------------------------------------------

http '/phonelogin?phone=%2B9996620001'
token=$(result)
kill -TERM $gateway
status=0
wait $gateway || status=$?
check "SIGTERM ends it well" exits 0
gateway "$T/gateway" --password 'correct horse battery' || exit 1
http "/user$token/completephonelogin?code=22222"
check "without the password" [ "$code" = 401 ]
check "a browser is asked for it" grep -qi '^www-authenticate: basic' "$T/headers"
http "/user$token/completephonelogin?code=22222" -u 'me:correct horse batterx'
check "with a wrong one" [ "$code" = 401 ]
http "/user$token/completephonelogin?code=22222" -u 'me:correct horse battery'
check "a login that was begun before a restart goes on" answers 200 ':'
http /healthz -H 'Authorization: Bearer correct horse battery'
check "the password as a bearer" [ "$code" = 200 ]
kill -TERM $gateway
wait $gateway

# --- many accounts ------------------------------------------------------------------------

# each FORMAT...: asks for one path per account, eight at a time; bodies in $T/many.N, and
# prints the statuses.
each() {
  i=0
  while [ $i -lt "$accounts" ]; do
    printf 'url = "%s' "$url"
    # shellcheck disable=SC2059
    printf "$1" "$(sed -n "$((i + 1))p" "$T/words")"
    printf '"\noutput = "%s/many.%d"\n' "$T" $i
    i=$((i + 1))
  done >"$T/urls"
  curl -s --noproxy '*' --parallel --parallel-max 8 -K "$T/urls" -w "%{http_code}\n" 2>"$T/err" |
    LC_ALL=C sort | uniq -c | sed 's/^ *//'
}

gateway "$T/many" --quiet || exit 1
accounts=${GATEWAY_ACCOUNTS:-200}
i=0
while [ $i -lt "$accounts" ]; do echo $((9996621000 + i)); i=$((i + 1)); done >"$T/words"
check "$accounts codes are sent" [ "$(each '/phonelogin?phone=%s')" = "$accounts 200" ]
i=0
while [ $i -lt "$accounts" ]; do
  echo "$(sed -n 's/.*"result":"\([^"]*\)".*/\1/p' "$T/many.$i")"
  i=$((i + 1))
done >"$T/words"
check "$accounts accounts are logged in" \
  [ "$(each '/user%s/completephonelogin?code=22222')" = "$accounts 200" ]
http /metrics
check "metrics count them" prints "^centigram_gateway_accounts_open $accounts\$"
memory=$(sed -n 's/^centigram_gateway_account_memory_bytes //p' "$T/out")
echo "# $(grep '^process_resident' "$T/out")"
echo "# memory of each further account: $memory bytes"
check "metrics tell the memory of each further one" [ "${memory:-0}" -gt 0 ]
# What a sanitizer keeps for itself says nothing.
case $(nm "$(command -v centigram)" 2>/dev/null | grep -c '__[at]san_init') in
0) check "which is below 64 KB" [ "$memory" -lt 65536 ] ;;
esac
kill -TERM $gateway
wait $gateway
stop TERM
finish
