#!/bin/sh
# SPDX-License-Identifier: MIT
# docs.sh CENTIGRAM NODE_MODULES INCLUDE... - the reference as a site and in the terminal:
# complete, without a dead link, with examples that compile and run.
set -u
. "$(dirname "$0")/lib.sh" "$1"
here=$(dirname "$0")
modules=$2
shift 2
site=$T/site

run centigram docs "$site"
check "docs writes a site" exits 0
check "docs says nothing when it is no terminal" [ ! -s "$T/err" ]
run centigram docs "$site"
check "docs writes over an older site" exits 0
mkdir "$T/taken" "$T/taken/methods" "$T/taken/methods/auth.signIn.html"
run centigram docs "$T/taken"
check "a file that cannot be written is named" refuses 1 'taken/methods/auth.signIn.html'
: >"$T/file"
run centigram docs "$T/file"
check "a folder that cannot be made is named" refuses 1 "$T/file"
run centigram docs
check "docs wants a folder" refuses 2 .

# The pages against the schema; its lines are counted as ours.
run node "$here/docs_site.js" "$site" "$modules"
sed -n '/^ok\|^not ok\|^#/p' "$T/out"
tests=$(grep -c '^ok\|^not ok' "$T/out")
check "the site is what the schema says" exits 0

# code CLASS PAGE: the example of that kind on a page.
code() {
  awk -v start="<pre class=\"$1\"><code>" '
    index($0, start) == 1 { inside = 1; $0 = substr($0, length(start) + 1) }
    inside { end = sub(/<\/code><\/pre>$/, ""); print; if (end) exit }' "$site/$2.html" |
    sed -e 's/&quot;/"/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g'
}

# All examples in C are one file for the compiler, all in Lua one for its own.
flags=
for dir in "$@"; do flags="$flags -I$dir"; done
{
  echo '#include <centigram/api.h>'
  echo '#include <centigram/client.h>'
  echo '#include <stdio.h>'
  for page in "$site"/methods/*.html "$site"/constructors/*.html; do
    page=${page#"$site/"}
    page=${page%.html}
    case $page in */index) continue ;; esac
    n=$((${n:-0} + 1))
    echo "void example_$n(cg_client *client, cg_arena *arena) { /* $page */"
    code c "$page"
    echo '(void)client; (void)arena; }'
  done
} >"$T/examples.c"
# shellcheck disable=SC2086
run cc -std=c11 -fsyntax-only -Wall -Wextra -Werror -Wno-unused-variable $flags "$T/examples.c"
check "every example in C compiles" exits 0
check "there are as many as definitions" [ "$(grep -c '^void example' "$T/examples.c")" = 2448 ]
if command -v luac5.4 >/dev/null; then
  for page in "$site"/methods/[a-z]*.*.html; do
    page=${page#"$site/"}
    code lua "${page%.html}"
    echo
  done >"$T/examples.lua"
  run luac5.4 -p "$T/examples.lua"
  check "every example in Lua is Lua" exits 0
fi

# The examples of a login, as they stand on the pages, against a server.
serve "$T/D" || exit 1
example() { code cli "methods/$1" | sed "s/f4318de66cb2db3f10/${H:-none}/" >"$T/example"; }
example auth.sendCode
run sh "$T/example"
check "sendCode runs as its page has it" prints '^{"_":"auth.sentCode"'
H=$(field phone_code_hash)
example auth.resendCode
run sh "$T/example"
check "resendCode runs as its page has it" prints '"_":"auth.sentCodeTypeCall"'
example auth.cancelCode
run sh "$T/example"
check "cancelCode runs as its page has it" [ "$(cat "$T/out")" = true ]
run sh "$T/example"
check "the human text is that of the page" says '^The code is not valid any more, or was never sent to this session: ask for a new one\.$'
check "which is the page" grep -q 'or was never sent to this session' "$site/errors/PHONE_CODE_EXPIRED.html"
example auth.sendCode
run sh "$T/example"
H=$(field phone_code_hash)
example auth.signIn
run sh "$T/example"
check "signIn runs as its page has it" prints '^{"_":"auth.authorization"'
for method in users.getUsers users.getFullUser help.getConfig updates.getState; do
  example $method
  run sh "$T/example"
  check "$method runs as its page has it" exits 0
done
example auth.logOut
run sh "$T/example"
check "logOut runs as its page has it" prints '^{"_":"auth.loggedOut"'
stop TERM

# In the terminal.
run centigram help
check "help alone is the list of commands" prints '^  docs '
run centigram help call
check "help of a command is its usage" prints '^usage: centigram call'
run centigram help serve
check "help of serve has its settings and their defaults" \
  prints '^    code_length=5 (private: 6)  \[5 to 7, private 6 to 7\]$'
check "and says where the inbox's token is" prints inbox_token
check "and fits a terminal" [ "$(sed '/^usage/,/^$/d' "$T/out" | awk 'length > 90' | wc -l)" = 0 ]
run centigram help auth.cancelCode
check "help of a method" prints '^Method auth.cancelCode, id 0x1f040578$'
check "help has the errors" prints '400 PHONE_CODE_EXPIRED'
check "help has the bytes" prints '7805041f 0a393939 36363231 32333400'
run centigram help auth.SentCode
check "help of a type" prints '^Type auth.SentCode$'
run centigram help auth.sentCode
check "help of a constructor" prints '^Constructor auth.sentCode, id 0x5e002502$'
run centigram help FLOOD_WAIT_3
check "help of an error as it was received" prints '^Error FLOOD_WAIT_X$'
run centigram help auth.cancelCod
check "a name that is nearly right" refuses 2 'did you mean auth.cancelCode?'
run centigram help qqqqqqqqqqqqqqqqqqqqqqq
check "a name that is nothing" refuses 2 qqqqqq
long=$(centigram help user | awk 'length > 100 && !/--data|^      /' | wc -l)
check "help fits a terminal" [ "$long" = 0 ]


# What is installed beside the command.
run centigram help --names
check "all names are listed" [ "$(grep -c '^method ' "$T/out") $(grep -c '^constructor ' "$T/out")" = '807 1641' ]
complete_words() {
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _centigram
    printf "%s\n" "${COMPREPLY[@]}"' - "$here/../tools/completion/centigram" "$@" 2>/dev/null
}
check "a command is completed" [ "$(complete_words centigram who)" = whoami ]
check "a method is completed" [ "$(complete_words centigram call auth.cancelC)" = auth.cancelCode ]
check "a parameter is completed" \
  [ "$(complete_words centigram call auth.cancelCode phone_n)" = phone_number= ]
check "an option is completed" [ "$(complete_words centigram serve --list)" = --listen ]
check "a setting is completed" [ "$(complete_words centigram serve --set code_l)" = code_length= ]
check "a name is completed for help" [ "$(complete_words centigram help PHONE_CODE_EXP)" = PHONE_CODE_EXPIRED ]
missing=
for command in $(centigram help | sed -n 's/^  \([a-z-]*\)  *.*/\1/p'); do
  grep -q "^\.It Cm $command\>" "$here/../docs/man/centigram.1" || missing="$missing $command"
done
check "the manual has every command${missing:+, but not$missing}" [ -z "$missing" ]
if command -v groff >/dev/null; then
  groff -mandoc -ww -Tutf8 "$here/../docs/man/centigram.1" >/dev/null 2>"$T/err"
  check "the manual is set without a warning" [ ! -s "$T/err" ]
fi

# A real browser, on files alone.
browser=$(command -v chromium || command -v chromium-browser || true)
if [ -n "$browser" ]; then
  mkdir "$T/profile"
  run timeout 120 "$browser" --headless=new --no-sandbox --disable-gpu \
    --user-data-dir="$T/profile" --no-first-run --disable-background-networking \
    --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' \
    --virtual-time-budget=5000 --dump-dom "file://$site/index.html?q=cancel+code"
  grep -o '<ol id="results"><li><a href="[^"]*"' "$T/out" >"$T/first"
  check "the search of the page finds auth.cancelCode first" \
    grep -q '"methods/auth.cancelCode.html"' "$T/first"
fi
finish
