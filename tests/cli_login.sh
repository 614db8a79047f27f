#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_login.sh - the life of a login code with the real command: every line is a
# process of its own, and they share one session file.
set -u
. "$(dirname "$0")/lib.sh" "$1"
P=+9996620001

serve "$T/D" || exit 1

run centigram call auth.sendCode phone_number=$P
check "sendCode answers auth.sentCode" prints '^{"_":"auth.sentCode",.*"phone_code_hash":"[0-9a-f]\{18\}"'
check "a fresh number gets its code by sms" prints '"type":{"_":"auth.sentCodeTypeSms","length":5}'
H=$(field phone_code_hash)

run centigram code --phone $P
check "code prints the code and a newline, nothing else" [ "$(od -An -c "$T/out" | tr -d ' ')" = '22222\n' ]

run centigram call auth.resendCode phone_number=$P phone_code_hash="$H"
check "resendCode keeps the hash" [ "$(field phone_code_hash)" = "$H" ]
check "resendCode goes to the next medium" prints '"_":"auth.sentCodeTypeCall"'

run centigram call auth.cancelCode phone_number=$P phone_code_hash="$H"
check "cancelCode prints true alone" [ "$(cat "$T/out")" = true ]
run centigram call auth.cancelCode phone_number=$P phone_code_hash="$H"
check "a second cancelCode exits 3" exits 3
check "a second cancelCode is PHONE_CODE_EXPIRED" \
  [ "$(head -n 1 "$T/err")" = '{"error_code":400,"error_message":"PHONE_CODE_EXPIRED"}' ]
check "the human text stands behind the error" [ "$(wc -l <"$T/err")" = 2 ]
run centigram --json call auth.cancelCode phone_number=$P phone_code_hash="$H"
check "with --json the error stands alone" [ "$(wc -l <"$T/err")" = 1 ]
run centigram call auth.signIn phone_number=$P phone_code_hash="$H" phone_code=22222
check "signIn with the dead hash exits 3" exits 3
check "signIn with the dead hash is PHONE_CODE_EXPIRED" says PHONE_CODE_EXPIRED
run centigram code --phone $P
check "no live code: code exits 1" exits 1
check "no live code: code prints nothing" [ ! -s "$T/out" ] 

run centigram login $P --code-command "centigram code --phone $P --wait 10"
check "login with a code command exits 0" exits 0
check "login prints the user" prints '^{"_":"user",.*"self":true'
run centigram whoami
check "whoami prints the user" prints '^{"_":"user",.*"self":true.*"phone":"9996620001"'
run centigram login $P --code 11111
check "login when logged in asks for nothing" exits 0
run centigram call users.getFullUser 'id:={"_":"inputUserSelf"}'
check "getFullUser of self answers" prints '^{"_":"users.userFull"'
run centigram call updates.getState
check "getState answers" prints '^{"_":"updates.state"'
run centigram logout
check "logout answers auth.loggedOut" prints '^{"_":"auth.loggedOut"'
run centigram whoami
check "whoami after logout exits 3" exits 3
check "whoami after logout is 401" says '{"error_code":401,"error_message":"AUTH_KEY_UNREGISTERED"}'

# The App rung: a second session of an account gets its code in the first one.
run centigram login $P --code 22222
run centigram --session "$T/second" call auth.sendCode phone_number=$P
check "an account with a live session gets its code in the app" prints sentCodeTypeApp
run centigram --session "$T/second" login $P --code 22222
check "login goes on with the code that a raw call asked for" exits 0

# Wrong codes, and giving up.
run centigram --session "$T/third" login +9996620003 --code 11111
check "a wrong code exits 3 and asks nothing" exits 3
check "a wrong code is PHONE_CODE_INVALID" says PHONE_CODE_INVALID
run centigram --session "$T/third" resend
check "resend goes on with the pending login" prints sentCodeTypeCall
run centigram --session "$T/third" resend
check "resend without a next type is refused here" refuses 1 .
run centigram --session "$T/third" cancel
check "cancel prints true" [ "$(cat "$T/out")" = true ]
run centigram --session "$T/third" cancel
check "cancel without a pending code is refused here" refuses 1 .
printf '22222\n' >"$T/in"
run sh -c "centigram --session '$T/third' login +9996620003 --code - <'$T/in'"
check "a code may come from standard input" exits 0

# Sign-up.
N=+9996628001
run centigram --session "$T/new" login $N --code 22222
check "a new number does not sign up by itself" exits 1
check "the terms are shown" says 'Terms of service'
run centigram --session "$T/new" login $N --accept-terms
check "a sign-up needs a name" exits 1
run centigram --session "$T/new" login $N --accept-terms --first-name Ada --last-name L
check "sign-up goes on where the login stood" prints '"first_name":"Ada","last_name":"L"'

run centigram user list
check "user list knows the new account" prints '"phone":"9996628001"'
run centigram user add +9996627777 --first-name Grace
check "user add makes an account" exits 0
run centigram --session "$T/grace" login +9996627777 --code 22222
check "an added account logs in" prints '"first_name":"Grace"'
run centigram user ban +9996627777
run centigram --session "$T/grace2" login +9996627777 --code 22222
check "a banned number is refused" says PHONE_NUMBER_BANNED

stop TERM
check "SIGTERM ends the server with status 0" exits 0
finish
