#!/bin/sh
# SPDX-License-Identifier: MIT
# login_page.sh - the gateway's login page in Chromium.
# With SCREENSHOT=FILE it leaves a picture of the page.
set -u
. "$(dirname "$0")/lib.sh" "$1"
serve "$T/server" --set resend_timeout=60 || exit 1
touch "$T/http.out"
centigram http --data "$T/gateway" --listen 127.0.0.1:0 >"$T/http.out" 2>"$T/http.err" &
gateway=$!
pids="$pids $gateway"
while ! grep -q '^ready' "$T/http.out"; do
  kill -0 $gateway 2>/dev/null || { cat "$T/http.err"; exit 1; }
  sleep 0.02
done
node "$(dirname "$0")/login_page.mjs" "$(sed -n 's/^http //p' "$T/http.out")" \
  "$(sed -n 's/^inbox //p' "$T/server/log")" ${SCREENSHOT:+"$SCREENSHOT"}
