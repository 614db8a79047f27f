/* SPDX-License-Identifier: MIT */
/*
 * password.js - two-step verification with GramJS, against a local server.
 *
 *   npm install
 *   centigram serve -- node password.js [PHONE]
 *
 * PHONE is a test number whose account has the password "test": 99966X90YY. It logs in by
 * hand, with a wrong password first; gets another password with an address for recovery,
 * with which a second client logs in; and loses it. Prints a line per step; ends with
 * status 1 at the first that goes wrong.
 */
"use strict";
const assert = require("assert");
const { Api } = require("telegram");
const { computeCheck } = require("telegram/Password");
const { connectTo, readDc, codeOf } = require("./local.js");

const phone = process.argv[2] || "+9996629001";
const api = { apiId: 1, apiHash: "0".repeat(32) };

/* One key exchange in 256 fails inside GramJS (it drops a leading zero byte). */
async function connect(dc) {
  for (let left = 3; ; left--) {
    const client = connectTo(dc);
    client.onError = async () => {};
    try {
      assert(await client.connect(), "no connection");
      return client;
    } catch (e) {
      await client.destroy();
      if (!left) throw e;
    }
  }
}

async function refusedWith(call, message) {
  const error = await call.then(
    () => null,
    (e) => e
  );
  assert(error, `${message} was expected, and the call succeeded`);
  assert.strictEqual(error.errorMessage, message);
  return `${error.code} ${error.errorMessage}`;
}

/* Up to where the password is asked for. */
async function signIn(client, dc) {
  const settings = new Api.CodeSettings({});
  const { phoneCodeHash } = await client.invoke(
    new Api.auth.SendCode({ phoneNumber: phone, ...api, settings })
  );
  const phoneCode = await codeOf(dc, phone);
  return client.invoke(
    new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash, phoneCode })
  );
}

async function checkPassword(client, password) {
  const told = await client.invoke(new Api.account.GetPassword());
  const check = await computeCheck(told, password);
  return client.invoke(new Api.auth.CheckPassword({ password: check }));
}

function fail(error) {
  throw error;
}

async function main() {
  const dc = readDc();
  const first = await connect(dc);
  const needed = refusedWith(signIn(first, dc), "SESSION_PASSWORD_NEEDED");
  console.log("signIn       ", await needed);
  const wrong = refusedWith(checkPassword(first, "wrong"), "PASSWORD_HASH_INVALID");
  console.log("checkPassword", await wrong);
  const user = await first.signInWithPassword(api, {
    password: async () => "test",
    onError: async (error) => fail(error),
  });
  assert.strictEqual("+" + user.phone, phone);
  console.log("checkPassword", "+" + user.phone);

  await first.updateTwoFaSettings({
    currentPassword: "test",
    newPassword: "another one",
    hint: "not the first",
    email: "ada@example.com",
    emailCodeCallback: async (length) => {
      console.log("email         a code of", length);
      return codeOf(dc, phone);
    },
    onEmailCodeError: fail,
  });
  const now = await first.invoke(new Api.account.GetPassword());
  assert(now.hasPassword && now.hasRecovery);
  console.log("getPassword  ", now.hint);

  const second = await connect(dc);
  const again = refusedWith(signIn(second, dc), "SESSION_PASSWORD_NEEDED");
  console.log("signIn       ", await again);
  const signedIn = await checkPassword(second, "another one");
  console.log("checkPassword", signedIn.className);

  await first.updateTwoFaSettings({ currentPassword: "another one" });
  const none = await first.invoke(new Api.account.GetPassword());
  assert(!none.hasPassword);
  await second.invoke(new Api.auth.LogOut());
  console.log("removed      ", (await signIn(second, dc)).className);
  await first.destroy();
  await second.destroy();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error("failed:", error);
    process.exit(1);
  }
);
