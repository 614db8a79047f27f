// SPDX-License-Identifier: MIT
// events.mjs - a WebSocket to the gateway, by hand: node 18 has none of its own. Says
// something, pings, and closes after the pong, or after the first text; prints one line for
// each thing that came back.
// Use: node events.mjs URL [text]
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";

const [url, until = "pong"] = process.argv.slice(2);
const key = randomBytes(16).toString("base64");
const headers = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13,
  "Sec-WebSocket-Key": key };

// A frame of a client: masked, shorter than 126 bytes.
function frame(opcode, text) {
  const mask = randomBytes(4), body = Buffer.from(text);
  for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | body.length]), mask, body]);
}

// Gives each whole frame of `bytes` to `each`; returns what is left.
function frames(bytes, each) {
  while (bytes.length >= 2) {
    const long = bytes[1] === 126 ? 2 : 0;
    if (bytes.length < 2 + long) break;
    const length = long ? bytes.readUInt16BE(2) : bytes[1];
    if (bytes.length < 2 + long + length) break;
    each(bytes[0] & 15, bytes.subarray(2 + long, 2 + long + length));
    bytes = bytes.subarray(2 + long + length);
  }
  return bytes;
}

const asked = request(url, { headers });
asked.on("response", answer => {
  console.log("status", answer.statusCode);
  answer.destroy();
});
asked.on("error", e => console.log("error", e.code));
asked.on("upgrade", (answer, socket, head) => {
  const want = createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
    .digest("base64");
  console.log("accepted", answer.headers["sec-websocket-accept"] === want);
  let bytes = head;
  const take = part => {
    bytes = frames(Buffer.concat([bytes, part]), (opcode, body) => {
      const name = { 1: "text", 8: "close", 10: "pong" }[opcode];
      if (name) console.log(name, body.toString());
      if (name === until) socket.write(frame(8, ""));
    });
  };
  socket.on("data", take);
  socket.on("close", () => console.log("closed"));
  socket.write(Buffer.concat([frame(1, "this is read over"), frame(9, "there?")]));
  take(Buffer.alloc(0));
});
asked.end();
