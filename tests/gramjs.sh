#!/bin/sh
# SPDX-License-Identifier: MIT
# gramjs.sh CENTIGRAM MODULES - a client that others wrote logs in, over each of its
# transports; two of its sessions see what each other does; it sets,
# uses and removes a password.
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
run node "$(dirname "$script")/sessions.js" +9996625678
check "two sessions of GramJS tell each other" exits 0
for step in 'NewMessage *from 777000 at the first: 5 digits' 'second *logged in with it' \
  'news *from .' 'notice *New login' 'getDialogs *Local login with 1 unread' \
  'markAsRead *none left' 'ended *the second: 401 SESSION_REVOKED'; do
  check "GramJS, two sessions: ${step%% *}" prints "^$step"
done
run node "$(dirname "$script")/password.js" +9996629001
check "GramJS logs in with a password" exits 0
for step in 'signIn *401 SESSION_PASSWORD_NEEDED' \
  'checkPassword *400 PASSWORD_HASH_INVALID' 'checkPassword *+9996629001' \
  'email *a code of 6' 'getPassword *not the first' 'checkPassword *auth.Authorization' \
  'removed *auth.Authorization'; do
  check "GramJS, a password: ${step%% *}" prints "^$step"
done
stop TERM
check "the server ends with status 0" exits 0
finish
