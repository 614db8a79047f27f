// SPDX-License-Identifier: MIT
// login_page.mjs - the gateway's login page in a real browser, at the size of a phone,
// driven through chromedriver. Prints one line of TAP for each thing that was seen.
// Use: node login_page.mjs GATEWAY INBOX SLOW [SCREENSHOT]
// SLOW is a gateway to a server that sends a code again after a minute.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [gateway, inbox, slow, screenshot] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "page-"));
// The driver talks to the browser through a pipe: else it asks for the address of
// "localhost", which a machine without /etc/hosts does not know.
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
  "--remote-debugging-pipe", "--window-size=500,900", `--user-data-dir=${profile}`, "--hide-scrollbars",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

// --- WebDriver ------------------------------------------------------------------------

// Starts chromedriver on a free port, which it prints.
const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
process.on("exit", () => driver.kill());
const port = await new Promise((found, failed) => {
  let text = "";
  driver.stdout.on("data", part => {
    text += part;
    const at = /started successfully on port (\d+)/.exec(text);
    if (at) found(at[1]);
  });
  driver.on("exit", failed);
});

async function command(verb, path, body) {
  const answer = await fetch(`http://127.0.0.1:${port}/session${path}`,
    { method: verb, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (json.value && json.value.error) throw new Error(json.value.message);
  return json.value;
}

const capabilities = { alwaysMatch: { "goog:chromeOptions": { args: flags,
  mobileEmulation: { deviceMetrics: { width: 390, height: 780, pixelRatio: 2 } } },
  "goog:loggingPrefs": { browser: "ALL" } } };
const { sessionId } = await command("POST", "", { capabilities });
const run = (script, ...args) =>
  command("POST", `/${sessionId}/execute/sync`, { script, args });
const find = async css => Object.values(await command("POST", `/${sessionId}/element`,
  { using: "css selector", value: css }))[0];
const click = async css => command("POST", `/${sessionId}/element/${await find(css)}/click`, {});
const type = async (css, text) =>
  command("POST", `/${sessionId}/element/${await find(css)}/value`, { text });
const text = css => run("return document.querySelector(arguments[0]).textContent", css);

// Waits until `script` gives something true; fails after 20 s.
async function until(script, ...args) {
  for (let i = 0; i < 400; i++) {
    const value = await run(script, ...args);
    if (value) return value;
    await new Promise(go => setTimeout(go, 50));
  }
  throw new Error(`never: ${script} ${args}`);
}
const shown = id => until("return !document.getElementById(arguments[0]).hidden", id);
const idle = () => until("return !document.querySelector('#ask-phone button').disabled");

// The newest code of a phone that is in one of these states.
async function sent(phone, ...states) {
  const codes = await (await fetch(`${inbox}/codes?phone=${phone}`)).json();
  return codes.find(c => states.includes(c.state));
}
const code = async phone => (await sent(phone, "live")).code;

// Calls a method as the page does, with its account; gives [status, answer].
const call = (method, args) => run(`const [method, args] = arguments;
  const me = JSON.parse(sessionStorage.getItem("account"));
  return fetch("/v1/accounts/" + me.id + "/call/" + method, { method: "POST",
    headers: { "Content-Type": "application/json", "Centigram-Token": me.token },
    body: JSON.stringify(args) }).then(async a => [a.status, await a.json()]);`,
  method, args);
const self = { id: [{ _: "inputUserSelf" }] };

// --- what is to be seen -----------------------------------------------------------------

let tests = 0, failures = 0;
function check(name, right) {
  if (!right) failures++;
  console.log(`${right ? "ok" : "not ok"} ${++tests} - ${name}`);
}

async function beginLogin(phone) {
  await shown("ask-phone");
  await run("document.getElementById('phone').value = ''");
  await type("#phone", phone);
  await click("#ask-phone button.main");
}

async function slowStory() {
  await command("POST", `/${sessionId}/url`, { url: `${slow}/` });
  await beginLogin("12");
  check("a bad number is refused in words", await until("return error.textContent"));
  await idle();

  await beginLogin("+1 555 0100077");
  await shown("ask-code");
  check("it says how the code came and how long it is",
    /by SMS to \+15550100077, 5 digits/.test(await text("#sent")));
  if (screenshot) {
    const png = await command("GET", `/${sessionId}/screenshot`);
    writeFileSync(screenshot, Buffer.from(png, "base64"));
  }
  check("the next medium has a countdown",
    /by a phone call in [01]:\d\d/.test(await text("#resend")));
  check("and is locked until then", await run("return resend.disabled"));
  await click("#cancel");
  await shown("ask-phone");
  await idle();
}

async function story() {
  await command("POST", `/${sessionId}/url`, { url: `${gateway}/` });
  await beginLogin("+1 555 0100077");
  await shown("ask-code");
  await idle();
  await until("return !resend.disabled");
  await click("#resend");
  await until("return /by a phone call to/.test(sent.textContent)");
  check("the code is sent again by the next medium", true);
  await idle();

  const given = await sent("15550100077", "live");
  await click("#cancel");
  await shown("ask-phone");
  await idle();
  check("cancel goes back to the number", true);
  const dead = await call("auth.signIn", { phone_number: "15550100077",
    phone_code_hash: given.hash, phone_code: given.code });
  check("the cancelled code is dead",
    dead[0] === 400 && dead[1].error.type === "PHONE_CODE_EXPIRED");

  await beginLogin("+1 555 0100077");
  await shown("ask-code");
  await idle();
  const right = await code("15550100077");
  await type("#code", (right[0] === "1" ? "2" : "1").repeat(right.length));
  await until("return error.textContent === 'This code is wrong.'");
  check("a wrong code is refused in words", true);
  await idle();
  await command("POST", `/${sessionId}/refresh`, {});
  await shown("ask-code");
  check("the page goes on after a reload", true);
  await idle();
  await type("#code", await code("15550100077"));
  await shown("ask-name");
  check("a whole code is sent by itself; the terms are shown", await text("#terms"));
  await idle();
  await type("#first", "Grace");
  await click("#ask-name button.main");
  check("without the terms there is no sign-up",
    await run("return !document.getElementById('ask-name').hidden"));
  await click("#accept");
  await click("#ask-name button.main");
  await shown("ready");
  check("it shows who is logged in",
    await until("return who.textContent === 'Grace, +15550100077.'"));
  const wide = await run("return document.documentElement.scrollWidth <= innerWidth");
  check("nothing is wider than a phone", wide);
  await idle();
  check("a method is called", (await call("users.getUsers", self))[0] === 200);
  await click("#log-out");
  await shown("ask-phone");
  check("log-out goes back to the number", true);
  await idle();
  check("and nobody is logged in", (await call("users.getUsers", self))[0] === 401);

  await beginLogin("+1 555 0100077");
  await shown("ask-code");
  await idle();
  await type("#code", await code("15550100077"));
  await shown("ready");
  await until("return who.textContent === 'Grace, +15550100077.'");
  await idle();
  await click("#forget");
  await shown("ask-phone");
  await idle();
  check("forgetting goes back to the number", true);
  check("and nobody is logged in here", (await call("users.getUsers", self))[0] === 401);

  const foreign = await run(`return performance.getEntriesByType("resource")
    .filter(r => !r.name.startsWith(location.origin) && !r.name.startsWith("data:")).length`);
  check("nothing was loaded from elsewhere", foreign === 0);
  const log = await command("POST", `/${sessionId}/se/log`, { type: "browser" });
  const broken = log.filter(l => /Content Security|ReferenceError|TypeError/.test(l.message));
  check("the browser found nothing wrong with it", broken.length === 0);
}

try {
  await slowStory();
  await story();
} catch (e) {
  check(String(e.message).split("\n")[0], false);
}
await command("DELETE", `/${sessionId}`).catch(() => {});
rmSync(profile, { recursive: true, force: true });
console.log(`1..${tests}`);
process.exit(failures ? 1 : 0);
