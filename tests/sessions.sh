#!/bin/sh
# SPDX-License-Identifier: MIT
# sessions.sh CENTIGRAM MODULES - sessions as text: each form goes out and comes in
# again, and GramJS and we go on with each other's sessions without a code.
set -u
. "$(dirname "$0")/lib.sh" "$1"
NODE_PATH=$2
export NODE_PATH
script=$(dirname "$0")/sessions.js
P=+9996620001

serve "$T/D" || exit 1
run centigram session export --format raw
check "without a session there is nothing to export" refuses 1 'me.session'
run centigram session show
check "nor to show" refuses 1 'me.session'
run centigram call help.getConfig
run centigram session export --format raw
check "a key that is not logged in is not exported" refuses 1 'not logged in'
run centigram login $P --code 22222

for form in gramjs telethon pyrogram mtcute raw; do
  run centigram session export --format $form
  check "$form: export prints one line alone" \
    [ "$(wc -l <"$T/out") $(wc -c <"$T/err")" = "1 0" ]
  cp "$T/out" "$T/$form"
  run centigram --session "$T/$form.session" session import "$(cat "$T/$form")"
  check "$form: import finds out the form" prints '"state":"authorizationStateReady"'
  check "$form: import does not print the key" sh -c "! grep -q '.\{300\}' '$T/out'"
  run centigram --session "$T/$form.session" whoami
  check "$form: the imported session is logged in" prints '"phone":"9996620001"'
done
run sh -c "centigram --session '$T/stdin.session' session import - <'$T/gramjs'"
check "a string may come from standard input" exits 0
check "a session file is for its owner alone" \
  [ "$(stat -c %a "$T/stdin.session")" = 600 ]
run centigram --session "$T/raw.session" session import "$(cat "$T/raw")"
check "a session that is logged in is not overwritten" refuses 1 'logged in already'
run centigram --session "$T/x.session" session list
check "list shows the sessions of the folder" [ "$(wc -l <"$T/out")" = 6 ]
run centigram session export
check "export needs a format" refuses 2 'gramjs, telethon'
printf 'garbage' >"$T/garbage"
run centigram --session "$T/garbage" session import "$(cat "$T/raw")"
check "a file that is no session is named" refuses 1 garbage
check "and is left alone" [ "$(cat "$T/garbage")$(ls -d "$T"/garbage*)" = "garbage$T/garbage" ]
run centigram session import 'no string'
check "what is no string is named" refuses 1 'not base64'
run centigram --session "$T/y" session import "3:$(cut -d: -f2 "$T/raw")"
check "so is a data centre that the server does not have" refuses 1 'data centre 3'
run centigram --dc production --session "$T/y" session import "$(cat "$T/raw")"
check "a string for production does not stand in a command line" refuses 2 'import -'

# With a passphrase a session file is of no use to who does not know it.
printf 'correct horse\n' >"$T/pass"
run centigram --session "$T/sealed.session" --passphrase-file "$T/pass" session import "$(cat "$T/raw")"
check "a session may be sealed" exits 0
check "a sealed file shows nothing" sh -c "! grep -q 9996620001 '$T/sealed.session'"
run centigram --session "$T/sealed.session" --passphrase-file "$T/pass" whoami
check "with the passphrase it is used" prints '"phone":"9996620001"'
run env CENTIGRAM_PASSPHRASE='correct horse' centigram --session "$T/sealed.session" session show
check "the environment may hold it too" prints '"state":"authorizationStateReady"'
run centigram --session "$T/sealed.session" whoami
check "without it the file is named" refuses 1 'sealed.session: is sealed'
run env CENTIGRAM_PASSPHRASE='correct horsf' centigram --session "$T/sealed.session" whoami
check "a wrong passphrase is told" refuses 1 'sealed.session: the passphrase is wrong'
check "and shown nowhere" sh -c "! grep -q horsf '$T/err'"
run centigram --session "$T/sealed.session" --passphrase-file "$T/none" whoami
check "a passphrase file that is not there is named" refuses 1 "$T/none"
run centigram --session "$T/raw.session" --passphrase-file "$T/pass" call help.getNearestDc
run centigram --session "$T/raw.session" --passphrase-file "$T/pass" session show
check "a file that is not sealed is read all the same" exits 0
rm -f "$T/sealed.session" "$T/sealed.session.lock"

run node "$script" use "$(cat "$T/gramjs")"
check "GramJS goes on with our session, without a code" prints '^+9996620001$'
run node "$script" make +9996620002
cp "$T/out" "$T/made"
run centigram --session "$T/made.session" session import "$(cat "$T/made")"
check "GramJS's own string is read" exits 0
run centigram --session "$T/made.session" whoami
check "and we go on with its session" prints '"phone":"9996620002"'
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$T/D/dc.json")
run centigram --session "$T/made.session" session show
check "its port is read as it was, unsigned" prints "\"port\":$port,"
stop TERM
check "the server ends with status 0" exits 0

# A port above 32767 is what GramJS takes for a negative number.
for port in 45123 45124 45125; do
  serve "$T/D" --listen "127.0.0.1:$port" 2>/dev/null && break
done
run centigram session export --format gramjs
run node "$script" use "$(cat "$T/out")"
check "GramJS goes on with a session at a high port" prints '^+9996620001$'
stop TERM
finish
