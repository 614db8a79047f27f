#!/bin/sh
# SPDX-License-Identifier: MIT
# lua.sh CENTIGRAM MODULE EXAMPLE LUA - the Lua face in both hosts: `centigram lua` and
# the plain interpreter with the module.
set -u
. "$(dirname "$0")/lib.sh" "$1"
LUA_CPATH=$(cd "$(dirname "$2")" && pwd)/?.so
export LUA_CPATH
example=$3
LUA=$4
face=$(dirname "$0")/lua_face.lua
P=+9996620001

sanitizer=$(sanitizer_of "$2")
# It is not for what the script starts.
mkdir "$T/bin"
printf '#!/bin/sh\nunset LD_PRELOAD\nexec "%s" "$@"\n' "$(command -v centigram)" >"$T/bin/centigram"
chmod +x "$T/bin/centigram"
PATH=$T/bin:$PATH
plain_lua() { LD_PRELOAD=$sanitizer "$LUA" "$@"; }

# Every line of the last output that is a result becomes a test.
count_checks() {
  while IFS= read -r line; do
    case $line in
    "ok - "*) check "$1: ${line#ok - }" true ;;
    "not ok - "*) check "$1: ${line#not ok - }" false ;;
    esac
  done <"$T/lines"
}

each_host() {
  host=$1
  shift
  CENTIGRAM_SESSION=$T/$host
  export CENTIGRAM_SESSION
  run "$@" "$face" $P
  cp "$T/out" "$T/lines"
  check "$host: the script ends with status 0" exits 0
  count_checks "$host"
  check "$host: every check was reached" [ "$(grep -c '^ok' "$T/lines")" = 46 ]
  CENTIGRAM_SESSION=$T/$host-example
  run "$@" "$example" $P
  check "$host: the example ends with status 0" exits 0
  check "$host: the example cancels a code" prints '^cancelCode: true'
  check "$host: the cancelled code is dead" prints '^signIn with the cancelled code: 400 PHONE_CODE_EXPIRED'
  check "$host: the example logs in" prints ', +9996620001, id '
  check "$host: the example has the code sent another way" prints '^resendCode: auth.sentCode'
  check "$host: the example makes a call" prints '^getUsers: a list of 1'
  check "$host: the example logs out and wipes" prints '^resetAuth false: authStateLoggingOut'
  check "$host: the example wipes alone" prints '^resetAuth true: 401 Unauthorized'
  run "$@" "$example" +9996628001 'echo 22222'
  check "$host: the example signs a new number up" prints '^signUp: auth.authorization'
}

serve "$T/D" || exit 1
each_host command centigram lua
stop TERM
serve "$T/E" || exit 1
each_host module plain_lua

# What only the command does.
printf 'print(#arg, arg[0] ~= nil, ...)\n' >"$T/arg.lua"
run centigram lua "$T/arg.lua" a b -- --c
check "arguments reach the script" [ "$(cat "$T/out")" = "$(printf '3\ttrue\ta\tb\t--c')" ]
printf 'error("gone wrong")\n' >"$T/error.lua"
run centigram lua "$T/error.lua"
check "an error in the script is status 1" exits 1
check "an error in the script says where" says 'error.lua:1: gone wrong'
printf 'os.exit(7)\n' >"$T/exit.lua"
run centigram lua "$T/exit.lua"
check "the script may choose the status" exits 7
run centigram lua "$T/nowhere.lua"
check "a missing script is status 1" refuses 1 'nowhere.lua'
run centigram lua
check "without a script it is wrong usage" refuses 2 'lua'
stop TERM
finish
