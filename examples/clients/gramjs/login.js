/* SPDX-License-Identifier: MIT */
/*
 * login.js - the life of a login code with GramJS, against a local server.
 *
 *   npm install
 *   centigram serve -- node login.js [TCPFull|TCPAbridged|TCPObfuscated] [PHONE]
 *
 * sendCode, resendCode, cancelCode, the dead hash refused, sendCode, signIn, getMe,
 * logOut. Prints a line per step; ends with status 1 at the first that goes wrong.
 */
"use strict";
const assert = require("assert");
const { Api } = require("telegram");
const { connectTo, readDc, codeOf } = require("./local.js");

const transport = process.argv[2] || "TCPFull";
const phone = process.argv[3] || "+9996621234";

async function refusedWith(call, message) {
  const error = await call.then(
    () => null,
    (e) => e
  );
  assert(error, `${message} was expected, and the call succeeded`);
  assert.strictEqual(error.errorMessage, message);
  return `${error.code} ${error.errorMessage}`;
}

function sendCode(client) {
  return client.invoke(
    new Api.auth.SendCode({
      phoneNumber: phone,
      apiId: 1,
      apiHash: "0".repeat(32),
      settings: new Api.CodeSettings({}),
    })
  );
}

/* One key exchange in 256 fails inside GramJS (it drops a leading zero byte). */
async function connect(dc) {
  for (let left = 3; ; left--) {
    const client = connectTo(dc, { transport });
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

async function main() {
  const dc = readDc();
  const client = await connect(dc);
  console.log("connected   ", transport);

  const first = await sendCode(client);
  console.log("sendCode    ", first.type.className, "next", first.nextType.className);
  const hash = { phoneNumber: phone, phoneCodeHash: first.phoneCodeHash };

  const second = await client.invoke(new Api.auth.ResendCode(hash));
  assert.strictEqual(second.phoneCodeHash, first.phoneCodeHash);
  console.log("resendCode  ", second.type.className);

  assert.strictEqual(await client.invoke(new Api.auth.CancelCode(hash)), true);
  console.log("cancelCode   true");

  const dead = client.invoke(new Api.auth.SignIn({ ...hash, phoneCode: "22222" }));
  console.log("signIn      ", await refusedWith(dead, "PHONE_CODE_EXPIRED"));

  const third = await sendCode(client);
  assert.notStrictEqual(third.phoneCodeHash, first.phoneCodeHash);
  const signedIn = await client.invoke(
    new Api.auth.SignIn({
      phoneNumber: phone,
      phoneCodeHash: third.phoneCodeHash,
      phoneCode: await codeOf(dc, phone),
    })
  );
  console.log("signIn      ", signedIn.className);

  const me = await client.getMe();
  assert.strictEqual(me.phone, phone.replace(/\D/g, ""));
  console.log("getMe       ", me.firstName, "+" + me.phone);

  const out = await client.invoke(new Api.auth.LogOut());
  console.log("logOut      ", out.className);
  await client.destroy();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error("failed:", error);
    process.exit(1);
  }
);
