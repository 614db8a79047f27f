/* SPDX-License-Identifier: MIT */
/*
 * sessions.js - GramJS with a session string: `use STRING` goes on with a session of
 * ours, without a code; `make PHONE` logs in and prints GramJS's own string.
 */
"use strict";
const path = require("path");
const { Api } = require("telegram");
const local = path.join(__dirname, "../examples/clients/gramjs/local.js");
const { connectTo, readDc, codeOf } = require(local);

async function login(client, dc, phone) {
  const sent = await client.invoke(
    new Api.auth.SendCode({
      phoneNumber: phone,
      apiId: 1,
      apiHash: "0".repeat(32),
      settings: new Api.CodeSettings({}),
    })
  );
  await client.invoke(
    new Api.auth.SignIn({
      phoneNumber: phone,
      phoneCodeHash: sent.phoneCodeHash,
      phoneCode: await codeOf(dc, phone),
    })
  );
  console.log(client.session.save());
}

async function main([what, value]) {
  const dc = readDc();
  const client = connectTo(dc, { session: what === "use" ? value : "" });
  await client.connect();
  if (what === "make") await login(client, dc, value);
  else console.log(`+${(await client.getMe()).phone}`);
  await client.disconnect();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(String(error));
    process.exit(1);
  }
);
