#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_dcs.sh - several data centres in one server, with the real command: a login goes to
# the number's own, stays there, and every later process finds it there.
set -u
. "$(dirname "$0")/lib.sh" "$1"

# dc.json: the port of data centre N.
port_of() { sed -n 's/.*{"id":'"$1"',"host":"127.0.0.1","port":\([0-9]*\)}.*/\1/p' "$CENTIGRAM_DC"; }
this_dc() {
  run centigram "$@" call help.getConfig
  sed -n 's/.*"this_dc":\([0-9]*\).*/\1/p' "$T/out"
}

serve "$T/D" --dcs 3 || exit 1
check "dc.json names the first one" grep -q '"this_dc":2' "$CENTIGRAM_DC"
check "each has a port of its own" \
  [ "$(printf '%s\n' "$(port_of 1)" "$(port_of 2)" "$(port_of 3)" | sort -u | grep -c .)" = 3 ]
check "serve prints them, the first one first" \
  [ "$(sed -n 's/^mtproto .*:\([0-9]*\) dc \([0-9]\)$/\2 \1/p' "$T/D/log" | tr '\n' ,)" = \
    "2 $(port_of 2),1 $(port_of 1),3 $(port_of 3)," ]

for dc in 1 2 3; do
  P=+99966${dc}0001
  S="--session $T/s$dc"
  code=$dc$dc$dc$dc$dc
  run centigram $S login $P --code $code
  check "a number of DC $dc logs in" exits 0
  check "as its user" prints '"phone":"99966'${dc}0001'"'
  check "the session stays in DC $dc" [ "$(this_dc $S)" = $dc ]
  run centigram $S whoami
  check "a later process is logged in there" prints '"phone":"99966'${dc}0001'"'
  run centigram $S call updates.getState
  check "and at home there" prints '^{"_":"updates.state"'
done

# Step by step, each in a process of its own.
P=+9996630002
S="--session $T/steps"
run centigram $S call auth.sendCode phone_number=$P
check "sendCode follows the migration" prints '^{"_":"auth.sentCode"'
H=$(field phone_code_hash)
check "the attempt is in DC 3" [ "$(this_dc $S)" = 3 ]
run centigram code --phone $P
check "one code was made" [ "$(cat "$T/out")" = 33333 ]
run centigram $S call auth.resendCode phone_number=$P phone_code_hash="$H"
check "resendCode goes on there" [ "$(field phone_code_hash)" = "$H" ]
run centigram $S call auth.cancelCode phone_number=$P phone_code_hash="$H"
check "cancelCode too" prints '^true$'

# A pending login of another data centre: the attempt starts again from sendCode.
run centigram $S call auth.sendCode phone_number=$P
run centigram $S call auth.sendCode phone_number=+9996610002
check "another number goes to its own DC" [ "$(this_dc $S)" = 1 ]
H=$(field phone_code_hash)
run centigram $S login +9996610002 --code 11111
check "and logs in there" exits 0

# The login goes along to another data centre as exported bytes.
run centigram --session "$T/s1" call auth.exportAuthorization dc_id:=2
check "exportAuthorization answers" prints '^{"_":"auth.exportedAuthorization","id":"[0-9]*","bytes":"'
id=$(field id) bytes=$(field bytes)
run centigram --session "$T/guest" call auth.importAuthorization id="$id" bytes="$bytes"
check "importAuthorization logs in at DC 2" prints '^{"_":"auth.authorization"'
run centigram --session "$T/again" call auth.importAuthorization id="$id" bytes="$bytes"
check "once" says AUTH_BYTES_INVALID
run centigram --session "$T/s1" call auth.exportAuthorization dc_id:=4
check "there is no DC 4" says DC_ID_INVALID

# USER_MIGRATE: what is at home is done there; the key there is not logged in.
run centigram --session "$T/guest" call updates.getState
check "the guest is sent home" exits 3

stop TERM
check "SIGTERM ends all of it" [ "$status" = 0 ]

# Numbers without an account are sent where accounts are made.
serve "$T/G" --dcs 3 --set home_dc=3 || exit 1
P=+4930123456
S="--session $T/new"
run centigram $S login $P --code-command "centigram code --phone $P --wait 10" \
  --first-name Ada --accept-terms
check "a new number signs up" prints '"first_name":"Ada"'
check "in the DC of new ones" [ "$(this_dc $S)" = 3 ]
run centigram --session "$T/new2" call auth.sendCode phone_number=$P
check "and is at home there" [ "$(this_dc --session "$T/new2")" = 3 ]
stop TERM

# A fixed port: the first has it, the others the next ones. They may be taken: tried again.
consecutive=no
for port in 21430 23430 25430 27430 29430; do
  centigram serve --data "$T/F" --listen 127.0.0.1:$port --inbox off --dcs 3 --dc-id 3 \
    -- sh -c 'cat "$CENTIGRAM_DC"' >"$T/fixed" 2>&1 || continue
  grep -q '"dcs":\[{"id":1,[^}]*:'$((port + 1))'},{"id":2,[^}]*:'$((port + 2))'},{"id":3,[^}]*:'$port'}' \
    "$T/fixed" && consecutive=yes
  break
done
check "the ports follow each other" [ $consecutive = yes ]

run centigram serve --data "$T/E" --dcs 3 --dc-id 4
check "an id that is not there" refuses 2 'with --dcs 3 the ids are 1 to 3'
run centigram serve --data "$T/E" --dcs 10
check "too many" refuses 2 '1 to 9'
run centigram serve --data "$T/E" --dcs 0
check "none" refuses 2 '1 to 9'
run centigram serve --data "$T/E" --listen 127.0.0.1:65534 --inbox off --dcs 3
check "no ports left" refuses 2 'no room for 3 ports'
finish
