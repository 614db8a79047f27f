#!/bin/sh
# SPDX-License-Identifier: MIT
# login_page.sh - the gateway's login page in Chromium.
# With SCREENSHOT=FILE it leaves a picture of the page.
set -u
. "$(dirname "$0")/lib.sh" "$1"
# gateway DIR: a gateway to the server of the last `serve`; its address is in $url.
gateway() {
  mkdir "$1"
  touch "$1/out"
  centigram http --data "$1" --listen 127.0.0.1:0 >"$1/out" 2>"$1/err" &
  gateway=$!
  pids="$pids $gateway"
  while ! grep -q '^ready' "$1/out"; do
    kill -0 $gateway 2>/dev/null || { cat "$1/err"; exit 1; }
    sleep 0.02
  done
  url=$(sed -n 's/^http //p' "$1/out")
}

serve "$T/slow" --set resend_timeout=60 || exit 1
gateway "$T/slow-gateway"
slow=$url
serve "$T/server" || exit 1
gateway "$T/gateway"
node "$(dirname "$0")/login_page.mjs" "$url" "$(sed -n 's/^inbox //p' "$T/server/log")" "$slow" \
  ${SCREENSHOT:+"$SCREENSHOT"}
