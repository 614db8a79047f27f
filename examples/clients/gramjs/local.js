/* SPDX-License-Identifier: MIT */
/*
 * local.js - points GramJS at a server of `centigram serve`.
 *
 * GramJS has Telegram's keys and addresses built in and dials port 80 whatever its
 * session says. The server's dc.json has what it needs instead: connectTo(dc) puts the
 * server's key in place of the built-in ones and dials the server's port, so nothing
 * leaves this machine.
 */
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const bigInt = require("big-integer");
const { TelegramClient } = require("telegram");
const { StringSession } = require("telegram/sessions");
const { PromisedNetSockets } = require("telegram/extensions");
const { Logger } = require("telegram/extensions/Logger");
const RSA = require("telegram/crypto/RSA");
const connections = require("telegram/network/connection");

/* A TL string: length, bytes, padding to four. */
function tlString(bytes) {
  const head =
    bytes.length < 254
      ? Buffer.from([bytes.length])
      : Buffer.from([254, bytes.length & 255, (bytes.length >> 8) & 255, bytes.length >> 16]);
  const pad = (4 - ((head.length + bytes.length) % 4)) % 4;
  return Buffer.concat([head, bytes, Buffer.alloc(pad)]);
}

/* The key as GramJS keeps it: by fingerprint as a signed decimal, which is the end of
 * SHA-1 over modulus and exponent. */
function gramjsKey(pem) {
  const jwk = crypto.createPublicKey(pem).export({ format: "jwk" });
  const n = Buffer.from(jwk.n, "base64url");
  const e = Buffer.from(jwk.e, "base64url");
  const sha1 = crypto.createHash("sha1").update(tlString(n)).update(tlString(e)).digest();
  return {
    fingerprint: sha1.readBigInt64LE(12).toString(),
    key: { n: bigInt(n.toString("hex"), 16), e: parseInt(e.toString("hex"), 16) },
  };
}

/* A client of the server in `dc`; transport: TCPFull, TCPAbridged or TCPObfuscated. */
function connectTo(dc, { transport = "TCPFull", session = "" } = {}) {
  const { host, port, id } = dc.dcs.find((d) => d.id === dc.this_dc);
  const connection = connections["Connection" + transport];
  if (!connection) throw new Error(`there is no transport "${transport}"`);
  RSA._serverKeys.clear();
  for (const pem of dc.public_keys) {
    const { fingerprint, key } = gramjsKey(pem);
    RSA._serverKeys.set(fingerprint, key);
  }
  class LocalSocket extends PromisedNetSockets {
    connect() {
      return super.connect(port, host);
    }
  }
  const stored = new StringSession(session);
  /* A session string holds the port as a signed 16-bit number; LocalSocket knows it. */
  if (!session) stored.setDC(id, host, (port << 16) >> 16);
  return new TelegramClient(stored, 1, "0".repeat(32), {
    connection,
    networkSocket: LocalSocket,
    baseLogger: new Logger("none"),
    connectionRetries: 2,
    requestRetries: 1,
    retryDelay: 300,
    timeout: 10,
    floodSleepThreshold: 0,
  });
}

function readDc(path = process.env.CENTIGRAM_DC) {
  if (!path) throw new Error("CENTIGRAM_DC does not name the dc.json of a server");
  return JSON.parse(fs.readFileSync(path, "utf8"));
}

/* The live code of a phone, from the server's inbox. */
function codeOf(dc, phone) {
  const url = `${dc.inbox}/codes/wait?timeout=10&phone=${phone.replace(/\D/g, "")}`;
  const headers = { Authorization: `Bearer ${dc.inbox_token}` };
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers }, (answer) => {
        let text = "";
        answer.on("data", (part) => (text += part));
        answer.on("end", () => {
          const live = JSON.parse(text).find((c) => c.state === "live");
          return live ? resolve(live.code) : reject(new Error("no code in the inbox"));
        });
      })
      .on("error", reject);
  });
}

module.exports = { connectTo, readDc, codeOf };
