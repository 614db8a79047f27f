#!/bin/sh
# SPDX-License-Identifier: MIT
# readme.sh CENTIGRAM SOURCE MODULES BUILD CFLAGS - what README.md and docs/ tell a person
# to type, typed: every block that is marked as sh, from top to bottom, in one shell for
# each page. `make`, and what a person brings along (npm), are played.
set -u
. "$(dirname "$0")/lib.sh" "$1"
source=$2 modules=$3 build=$4 cflags=$5
CENTIGRAM=$(command -v centigram)

# Free ports in the place of those that the pages name.
free_ports() {
  node -e 'const net = require("net"), all = [1, 2, 3].map(() => net.createServer());
    let n = 0;
    for (const s of all) s.listen(0, "127.0.0.1", () => { if (++n === all.length) {
      console.log(all.map(s => s.address().port).join(" ")); all.forEach(s => s.close()); } })'
}

# play NAME: a command of that name, whose script comes on standard input.
play() {
  { echo '#!/bin/sh'; cat; } >"$T/bin/$1"
  chmod +x "$T/bin/$1"
}

mkdir "$T/bin"
play make <<'EOF'
case $1 in demo | test) echo "make $1" ;; *) exit 2 ;; esac
EOF
play npm <<'EOF'
case $1 in test) [ -s "$CENTIGRAM_DC" ] ;; install) [ -s package.json ] ;; *) exit 2 ;; esac
EOF
# An answer of 400 and more is a failure.
play curl <<EOF
exec $(command -v curl) --noproxy '*' --fail-with-body "\$@"
EOF
play cc <<EOF
exec $(command -v cc) "\$@" -I$source/include $cflags -Wl,-rpath,$build/src/json
EOF
play lua5.4 <<EOF
LD_PRELOAD=$(sanitizer_of "$build/src/lua/centigram.so") exec $(command -v lua5.4) "\$@"
EOF
play centigram <<'EOF'
unset LD_PRELOAD
command=$1
shift
case $command in
serve) set -- serve --listen 127.0.0.1:$MTPROTO --inbox 127.0.0.1:$INBOX "$@" ;;
http) set -- http --listen 127.0.0.1:$GATEWAY "$@" ;;
*) set -- "$command" "$@" ;;
esac
exec "$CENTIGRAM" "$@"
EOF
PATH=$T/bin:$PATH NODE_PATH=$modules PKG_CONFIG_PATH=$build/meson-uninstalled
export CENTIGRAM NODE_PATH PKG_CONFIG_PATH

# follow PAGE: types what it says, in a folder that looks like a clone.
follow() {
  page=$1
  here=$T/$(basename "$page" .md)
  mkdir "$here"
  cp -r "$source/examples" "$here"
  mkdir -p "$here/build"
  ln -s "$build/src" "$here/build/src"
  # shellcheck disable=SC2046
  set -- $(free_ports)
  MTPROTO=$1 INBOX=$2 GATEWAY=$3
  export MTPROTO INBOX GATEWAY XDG_DATA_HOME="$here/data"
  awk '/^```/ { inside = $0 == "```sh"; next } inside' "$source/$page" |
    sed "s/:4430/:$MTPROTO/g; s/:4480/:$INBOX/g; s/:4490/:$GATEWAY/g" >"$here/typed"
  status=0
  (cd "$here" && exec setsid sh -eux typed) >"$T/out" 2>"$T/err" &
  job=$!
  pids="$pids -$job"
  wait $job || status=$?
  kill -- "-$job" 2>/dev/null # what it left running
  tail -n 25 "$T/err" >"$T/last" && mv "$T/last" "$T/err"
  check "$page can be typed from top to bottom" exits 0
}

follow README.md
check "README.md: a code was shown" prints '^22222$'
check "README.md: a number without an account was signed up" prints '"first_name":"Ada"'
follow docs/http.md
check "docs/http.md: an account logged out" prints '"_":"auth.loggedOut"'
follow docs/lua.md
check "docs/lua.md: the script came to its end" prints '^resetAuth'
follow docs/clients.md
check "docs/clients.md: GramJS logged in" prints 'auth.Authorization'
follow docs/json.md
check "docs/json.md: the example logged out" prints authorizationStateClosed

# What the README shows of `make demo`, but for what is drawn anew each time.
same() {
  sed -e 's/127\.0\.0\.1:[0-9]*/ADDRESS/' -e 's/"id":"[0-9]*"/"id":ID/g' \
    -e 's/"access_hash":"-*[0-9]*"/"access_hash":ID/g' -e 's/[0-9a-f]\{18\}/HASH/g'
}
run "$source/tools/demo" "$CENTIGRAM"
same <"$T/out" >"$T/prints"
awk '/^```/ { inside = !fenced && $0 == "```"; fenced = !fenced; next } inside' \
  "$source/README.md" | same >"$T/shown"
check "README.md shows what make demo prints" diff "$T/shown" "$T/prints"
finish
