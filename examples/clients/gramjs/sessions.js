/* SPDX-License-Identifier: MIT */
/*
 * sessions.js - two sessions of one account with GramJS, against a local server.
 *
 *   npm install
 *   centigram serve -- node sessions.js [PHONE]
 *
 * The first logs in; the code of the second comes to it as a message from 777000, which
 * the second signs in with. The first is told of the new session, finds the chat in its
 * list of chats, reads it, and ends the other session. Prints a line per step; ends with
 * status 1 at the first that goes wrong.
 */
"use strict";
const assert = require("assert");
const { Api } = require("telegram");
const { NewMessage, Raw } = require("telegram/events");
const { connectTo, readDc, codeOf } = require("./local.js");

const phone = process.argv[2] || "+9996621234";

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

async function sendCode(client) {
  const apiHash = "0".repeat(32);
  const settings = new Api.CodeSettings({});
  return client.invoke(
    new Api.auth.SendCode({ phoneNumber: phone, apiId: 1, apiHash, settings })
  );
}

async function signIn(client, { phoneCodeHash }, phoneCode) {
  const call = new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash, phoneCode });
  assert.strictEqual((await client.invoke(call)).className, "auth.Authorization");
  await client.getMe();
}

/* The next event of a kind that passes `test`. */
function next(client, builder, test) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no event")), 20000);
    client.addEventHandler((event) => {
      if (!test(event)) return;
      clearTimeout(late);
      resolve(event);
    }, builder);
  });
}

async function main() {
  const dc = readDc();
  const first = await connect(dc);
  await signIn(first, await sendCode(first), await codeOf(dc, phone));
  console.log("first       logged in");

  const message = next(first, new NewMessage({}), () => true);
  const second = await connect(dc);
  const sent = await sendCode(second);
  assert.strictEqual(sent.type.className, "auth.SentCodeTypeApp");
  const got = (await message).message;
  assert.strictEqual(got.senderId.toString(), "777000");
  const code = /^Login code:\s*(\d+)/.exec(got.message)[1];
  console.log("NewMessage  from", got.senderId.toString(), "at the first:", code.length, "digits");

  const isNew = (update) => update instanceof Api.UpdateNewAuthorization;
  const isNotice = (update) => update instanceof Api.UpdateServiceNotification;
  const news = next(first, new Raw({}), isNew);
  const notice = next(first, new Raw({}), isNotice);
  await signIn(second, sent, code);
  console.log("second      logged in with it");
  console.log("news        from", (await news).device);
  console.log("notice     ", (await notice).message.split(".")[0]);

  const [chat] = await first.getDialogs();
  assert.strictEqual(chat.id.toString(), "777000");
  assert.strictEqual(chat.message.message, got.message);
  console.log("getDialogs ", chat.title, "with", chat.unreadCount, "unread");
  const [last] = await first.getMessages(chat.inputEntity, { limit: 1 });
  assert.strictEqual(last.message, got.message);
  await first.markAsRead(chat.inputEntity);
  const state = await first.invoke(new Api.updates.GetState());
  assert.strictEqual(state.unreadCount, 0);
  console.log("markAsRead  none left");

  const { authorizations } = await first.invoke(new Api.account.GetAuthorizations());
  assert.strictEqual(authorizations.length, 2);
  const { hash } = authorizations.find((a) => !a.current);
  await first.invoke(new Api.account.ResetAuthorization({ hash }));
  const refused = await second.invoke(new Api.updates.GetState()).catch((e) => e);
  assert.strictEqual(refused.errorMessage, "SESSION_REVOKED");
  console.log("ended       the second:", refused.code, refused.errorMessage);
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
