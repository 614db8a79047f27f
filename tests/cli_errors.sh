#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_errors.sh - what is wrong is said in one line, with the right exit status.
set -u
. "$(dirname "$0")/lib.sh" "$1"

run centigram
check "no command: usage, status 2" exits 2
run centigram --nope
check "an option without a command is named" refuses 2 nope
run centigram --session
check "an option without its value before a command is refused" refuses 2 session
run centigram serve --help
check "COMMAND --help prints the usage" prints '^usage: centigram serve'
run centigram frobnicate
check "an unknown command is named" refuses 2 frobnicate
run centigram call help.getConfig --frobnicate
check "an unknown option is named" refuses 2 'frobnicate'
run centigram whoami
check "no server file: it is named" refuses 1 'dc.json'
run centigram --dc "$T/missing.json" whoami
check "a missing dc file is named" refuses 1 missing.json
printf '{"test_mode":false,' >"$T/bad.json"
run centigram --dc "$T/bad.json" whoami
check "a damaged dc file is named" refuses 1 bad.json

serve "$T/D" || exit 1
run centigram call auth.sendcode phone_number=+1
check "a wrong method is named" refuses 2 'auth.sendcode'
run centigram call auth.sendCode phone=+9996620001
check "a wrong field is named" refuses 2 '"\{0,1\}phone"\{0,1\}[^_]'
run centigram call auth.sendCode phone_number=+9996620001 api_id=abc
check "a string where an int belongs is named, and how to write one" \
  refuses 2 'api_id: a number is wanted.*name:=json'
run centigram call auth.cancelCode phone_number=+9996620001
check "a missing field is named" refuses 2 phone_code_hash
run centigram call auth.sendCode phone_number=+9996620001 phone_number:='"x"'
check "an argument that is given twice is named" refuses 2 'phone_number is given twice'
run centigram call auth.sendCode phone_number
check "a word that is no argument is named" refuses 2 phone_number
run centigram call auth.sendCode 'settings:={'
check "bad JSON is named" refuses 2 settings
run centigram call messages.getDialogs offset_date:=0 offset_id:=0 'offset_peer:={"_":"inputPeerEmpty"}' limit:=1
check "a private method without a login is 401" says AUTH_KEY_UNREGISTERED
run centigram login 12
check "a phone number that is none is named" refuses 2 'login: .*digits'
run centigram login
check "login without a number and nothing pending says so" refuses 2 'give a phone number'
run centigram call auth.sendCode phone_number=nonsense
check "the server refuses a bad number" says '"error_code":406,"error_message":"PHONE_NUMBER_INVALID"'

run centigram serve --data "$T/D" --listen 127.0.0.1:0 --inbox off
check "a data folder in use is named" refuses 1 "$T/D"
port=$(sed -n 's/^mtproto .*:\([0-9]*\)$/\1/p' "$T/D/log")
run centigram serve --data "$T/E" --listen "127.0.0.1:$port" --inbox off
check "a port in use is named" refuses 1 "127.0.0.1:$port"
run centigram serve --data "$T/E" --listen 0.0.0.0:0 --inbox off
check "profile test refuses an address that others reach" refuses 1 0.0.0.0
run centigram serve --data "$T/E" --listen 0.0.0.0:0 --inbox 0.0.0.0:0 --set public_test=on \
  --json -- true
check "an address for all is told as one that can be reached" \
  prints '"host":"127.0.0.1".*"inbox":"http://127.0.0.1:'
run centigram serve --data "$T/E" --set frobnicate=1 --listen 127.0.0.1:0 --inbox off
check "an unknown setting is named" refuses 2 frobnicate
run centigram serve --data "$T/E" --schema "$T/missing.tl" --listen 127.0.0.1:0 --inbox off
check "a missing schema is named" refuses 1 missing.tl

# A dc file with another server's key.
first=$CENTIGRAM_DC
serve "$T/F" || exit 1
sed "s/\"port\":[0-9]*/\"port\":$port/" "$T/F/dc.json" >"$T/mixed.json"
run centigram --dc "$T/mixed.json" --session "$T/mixed.session" whoami
check "a server without our key is refused" refuses 1 'key'
stop TERM
run centigram --session "$T/gone" whoami
check "a server that is gone is named" refuses 1 '127.0.0.1'
printf 'garbage' >"$T/broken.session"
run centigram --dc "$first" --session "$T/broken.session" whoami
check "a damaged session file is named" refuses 1 broken.session
check "a damaged session file is left alone" [ "$(cat "$T/broken.session")" = garbage ]
check "and nothing beside it" [ ! -e "$T/broken.session.lock" ]
mkdir "$T/folder"
run centigram --dc "$first" --session "$T/folder" whoami
check "a folder is no session" refuses 1 folder
check "and gets no lock" [ ! -e "$T/folder.lock" ]
finish
