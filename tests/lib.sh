# SPDX-License-Identifier: MIT
# lib.sh - for tests that run the real command: TAP lines, a server, and its end.
# Use: . lib.sh "$1" (the path of the command); then check NAME COMMAND...; at the end: finish.

CENTIGRAM=$1
PATH=$(cd "$(dirname "$CENTIGRAM")" && pwd):$PATH
export PATH
# A leak check of every short process would only slow these tests down: the unit
# tests make it.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
unset CENTIGRAM_DC CENTIGRAM_SESSION CENTIGRAM_API_ID CENTIGRAM_API_HASH CENTIGRAM_PASSPHRASE
T=$(mktemp -d)
XDG_DATA_HOME=$T/xdg
export XDG_DATA_HOME
tests=0
failures=0
pids=

end_all() {
  for pid in $pids; do kill -9 "$pid" 2>/dev/null || true; done
  rm -rf "$T"
}
trap end_all EXIT
trap 'exit 1' INT TERM

# Runs a command; its output is in $T/out and $T/err, its exit status in $status.
run() {
  status=0
  "$@" >"$T/out" 2>"$T/err" || status=$?
}

# check NAME COMMAND...: one test, which passes if the command succeeds.
check() {
  tests=$((tests + 1))
  name=$1
  shift
  if "$@"; then
    echo "ok $tests - $name"
  else
    echo "not ok $tests - $name"
    failures=$((failures + 1))
    { echo "exit status $status"; head -c 2000 "$T/out" "$T/err"; } 2>/dev/null | sed 's/^/# /'
  fi
}

exits() { [ "$status" = "$1" ]; }
prints() { grep -q -e "$1" "$T/out"; }
says() { grep -q -e "$1" "$T/err"; }
# The command ended with that status and one line on stderr that matches.
refuses() { exits "$1" && [ "$(wc -l <"$T/err")" = 1 ] && says "$2"; }
field() { sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p' "$T/out" | head -n 1; }

# serve DIR [OPTION...]: starts a server on free ports and waits for its `ready`.
serve() {
  dir=$1
  shift
  mkdir -p "$dir"
  : >"$dir/log"
  centigram serve --data "$dir" --listen 127.0.0.1:0 --inbox 127.0.0.1:0 "$@" >"$dir/log" 2>&1 &
  server=$!
  pids="$pids $server"
  while ! grep -q '^ready' "$dir/log"; do
    kill -0 $server 2>/dev/null || { cat "$dir/log"; return 1; }
    sleep 0.02
  done
  CENTIGRAM_DC=$dir/dc.json
  CENTIGRAM_SESSION=$dir/me.session
  export CENTIGRAM_DC CENTIGRAM_SESSION
}

# stop SIGNAL: ends the server of the last `serve`; its exit status is in $status.
stop() {
  kill "-$1" $server
  status=0
  wait $server 2>/dev/null || status=$?
}

# sanitizer_of LIBRARY: the run-time library of its sanitizers, which comes first in a
# program that has none. gcc links it to the library, clang leaves it to the program.
sanitizer_of() {
  runtime=$(ldd "$1" | sed -n 's/.*=> \(.*libasan[^ ]*\) .*/\1/p')
  if [ -z "$runtime" ] && nm -D "$1" | grep -q __asan_init; then
    runtime=$(clang -print-file-name="libclang_rt.asan-$(uname -m).so")
  fi
  echo "$runtime"
}

finish() {
  echo "1..$tests"
  [ $failures = 0 ]
}
