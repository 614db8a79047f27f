#!/bin/sh
# SPDX-License-Identifier: MIT
# gramjs.sh CENTIGRAM MODULES - a client that others wrote logs in, over each of its
# transports.
set -u
. "$(dirname "$0")/lib.sh" "$1"
NODE_PATH=$2
export NODE_PATH
script=$(dirname "$0")/../examples/clients/gramjs/login.js

serve "$T/D" || exit 1
for transport in TCPFull TCPAbridged TCPObfuscated; do
  run node "$script" $transport
  check "GramJS logs in over $transport" exits 0
  for step in 'resendCode *auth.SentCodeTypeCall' 'cancelCode *true' \
    'signIn *400 PHONE_CODE_EXPIRED' 'signIn *auth.Authorization' 'getMe .*+9996621234' \
    'logOut *auth.LoggedOut'; do
    check "GramJS over $transport: ${step%% *}" prints "^$step"
  done
done
stop TERM
check "the server ends with status 0" exits 0
finish
