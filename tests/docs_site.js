/* SPDX-License-Identifier: MIT */
/*
 * docs_site.js SITE NODE_MODULES - the generated reference against the pinned schema,
 * read here a second time and independently. Prints TAP lines.
 */
"use strict";
const fs = require("fs");
const path = require("path");

const [site, modules] = process.argv.slice(2);
const tl = path.join(modules, "@mtcute/core/tl");
const schema = JSON.parse(fs.readFileSync(path.join(tl, "api-schema.json"), "utf8"));
const raw = JSON.parse(fs.readFileSync(path.join(tl, "raw-errors.json"), "utf8"));

let count = 0;
let failed = 0;
function check(name, wrong) {
  count++;
  const ok = !wrong.length;
  if (!ok) failed++;
  console.log(`${ok ? "ok" : "not ok"} ${count} - ${name}`);
  for (const line of wrong.slice(0, 5)) console.log(`#   ${line}`);
}

/* --- the files ------------------------------------------------------------------- */

const pages = new Map();
(function read(folder, prefix) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (entry.isDirectory()) read(path.join(folder, entry.name), name + "/");
    else pages.set(name, fs.readFileSync(path.join(folder, entry.name), "utf8"));
  }
})(site, "");

const defs = schema.e.filter((d) => !d.name.startsWith("mtcute."));
const methods = defs.filter((d) => d.kind === "method");
const constructors = defs.filter((d) => d.kind !== "method");
const types = new Set(constructors.map((d) => d.type));
const thrown = new Map();
for (const d of methods)
  for (const t of d.throws || []) {
    if (!thrown.has(t.name)) thrown.set(t.name, new Set());
    thrown.get(t.name).add(t.code);
  }
const general = Object.values(raw.errors).filter((e) => !thrown.has(e.name) && e.code > 0);
const file = (name) => name.replace("%d", "X");
const pagesIn = (folder) =>
  [...pages.keys()].filter((p) => p.startsWith(folder + "/") && !p.endsWith("/index.html"));

check("807 methods, 1641 constructors and 605 types are in the schema", [
  methods.length === 807 ? "" : `${methods.length} methods`,
  constructors.length === 1641 ? "" : `${constructors.length} constructors`,
  types.size === 605 ? "" : `${types.size} types`,
].filter(Boolean));

function complete(folder, names, more) {
  const have = pagesIn(folder);
  const wrong = names.filter((n) => !pages.has(`${folder}/${n}.html`));
  if (have.length !== names.length + more) wrong.push(`${have.length} pages`);
  check(`${folder}: a page for each of ${names.length} names`, wrong);
}
complete("methods", methods.map((d) => d.name), 0);
complete("constructors", constructors.map((d) => d.name), 0);
complete("types", [...types], 10); /* int, string and their like */
complete("errors", [...thrown.keys(), ...general.map((e) => e.name)].map(file), 0);

/* --- links ----------------------------------------------------------------------- */

const ids = new Map();
for (const [name, text] of pages)
  ids.set(name, new Set([...text.matchAll(/ id="([^"]*)"/g)].map((m) => m[1])));
const dead = [];
const remote = [];
let links = 0;
for (const [name, text] of pages) {
  if (!name.endsWith(".html")) continue;
  for (const [, kind, target] of text.matchAll(/ (href|src|action)="([^"]*)"/g)) {
    if (/^https?:/.test(target)) continue;
    links++;
    const [where, id] = target.split("#");
    const page = where ? path.posix.join(path.posix.dirname(name), where) : name;
    if (!pages.has(page)) dead.push(`${name}: ${target}`);
    else if (id && !ids.get(page).has(id)) dead.push(`${name}: ${target} (no such id)`);
  }
  if (/<(script|img|link|iframe)[^>]*(https?:)?\/\//.test(text)) remote.push(name);
}
check(`none of ${links} links is dead`, links > 50000 ? dead : [`only ${links} links`]);
check("no page loads anything from elsewhere", remote);
check("every page names the licence of its prose",
  [...pages].filter(([n, t]) => n.endsWith(".html") &&
    !/@mtcute\/core.*MIT.*Copyright 2023 alina sireneva/s.test(t)).map(([n]) => n));

/* --- what the pages say ------------------------------------------------------------- */

const decode = (t) => t.replace(/&lt;/g, "<").replace(/&gt;/g, ">")
  .replace(/&quot;/g, '"').replace(/&amp;/g, "&");
const squeeze = (t) => t.replace(/\s+/g, "");
/* Text of a page's markup; our links show the names that {@link} stands for. */
const shown = (html) => squeeze(decode(html.replace(/<[^>]*>/g, "")));
const known = new Set(defs.map((d) => d.kind + d.name));
function linked(name) {
  const at = name.lastIndexOf(".") + 1;
  const bare = name.slice(0, at) + name[at + 3].toLowerCase() + name.slice(at + 4);
  const method = bare.replace(/Request$/, "");
  return bare !== method && known.has("method" + method) ? method : bare;
}
/* The same of the package's text. */
const meant = (text) => squeeze((text || "")
  .replace(/<img [^>]*alt="([^"]*)"[^>]*>/g, "$1")
  .replace(/<\/?(a|code|br|strong|em|del|u)( [^>]*|\/)?>/g, "")
  .replace(/\{@link ([^}]*)\}/g, (_, name) => linked(name))
  .replace(/`([^`]*)`/g, "$1").replace(/&amp;/g, "&"));

function parts(html) {
  const rows = new Map();
  for (const m of html.matchAll(
    /<tr id="field-([^"]*)"><td>.*?<td>(.*?)<td>(.*?)<td>(.*)\n/g))
    rows.set(m[1], { type: shown(m[2]), required: shown(m[3]), text: shown(m[4]) });
  return { text: shown(html.match(/<p class="text">(.*)<\/p>/)[1]), rows };
}

function typeOf(a) {
  const t = (a.type === "int53" ? "long" : a.type).replace("!", "");
  return (a.typeModifiers || {}).isVector ? `Vector<${t}>` : t;
}

const bad = { text: [], fields: [], required: [], ids: [], wire: [] };
for (const d of defs) {
  const name = `${d.kind === "method" ? "methods" : "constructors"}/${d.name}.html`;
  const html = pages.get(name) || "";
  const page = parts(html);
  const fields = d.arguments.filter((a) => a.type !== "#");
  if (page.text !== meant(d.comment)) bad.text.push(`${name}: ${page.text}`);
  if (page.rows.size !== fields.length) bad.fields.push(`${name}: ${page.rows.size} fields`);
  for (const a of fields) {
    const row = page.rows.get(a.name);
    const predicate = (a.typeModifiers || {}).predicate;
    if (!row || row.text !== meant(a.comment) || row.type !== typeOf(a))
      bad.fields.push(`${name}: ${a.name}: ${JSON.stringify(row)}`);
    else if (row.required !== (predicate ? "no," + predicate : "yes"))
      bad.required.push(`${name}: ${a.name}: ${row.required}`);
  }
  const id = d.id.toString(16).padStart(8, "0");
  if (!html.includes(`Id <code>0x${id}</code>`)) bad.ids.push(name);
  const wire = html.match(/<pre class="wire"><code>([0-9a-f\s]*)</);
  const little = id.match(/../g).reverse().join("");
  if (!wire || !squeeze(wire[1]).startsWith(little) || squeeze(wire[1]).length % 8)
    bad.wire.push(name);
}
check("every definition has its own text and no other", bad.text);
check("every field has its type and its text", bad.fields);
check("required, or the flag's bit, is right everywhere", bad.required);
check("ids are right", bad.ids);
check("wire bytes begin with the id and fill whole words", bad.wire);

// Where our words stand in the place of the package's.
const ours = new Map([
  ["AUTH_KEY_UNREGISTERED", "This session is not logged in."],
  ["CONNECTION_API_ID_INVALID", "The api_id given at the start of the connection is wrong."],
  ["CONNECTION_LAYER_INVALID", "The server does not speak this layer."],
  ["INPUT_METHOD_INVALID", "The server does not have this method."],
  ["PHONE_CODE_EXPIRED",
    "The code is not valid any more, or was never sent to this session: ask for a new one."],
  ["SEND_CODE_UNAVAILABLE", "There is no further way to send the code."]]);
const wrongErrors = [];
for (const d of methods) {
  const html = pages.get(`methods/${d.name}.html`);
  const rows = [...html.matchAll(/<tr><td>(-?\d+)<td><a href="[^"]*">([^<]*)<\/a><td>(.*)\n/g)]
    .map((m) => `${m[1]} ${m[2]} ${shown(m[3])}`);
  const want = (d.throws || []).map((t) =>
    `${t.code} ${file(t.name)} ${meant(ours.get(t.name) || t.comment.replace(/%d/g, "X"))}`);
  if (JSON.stringify(rows) !== JSON.stringify(want))
    wrongErrors.push(`${d.name}: ${rows.filter((r) => !want.includes(r))}`);
}
check("errors with code and meaning are right for every method", wrongErrors);
const wrongTypes = [...types].filter((t) => {
  const html = pages.get(`types/${t}.html`);
  return !html || constructors.some((d) =>
    (d.type === t) !== html.includes(`${d.name}#${d.id.toString(16).padStart(8, "0")}`));
});
check("every type has its constructors and no others", wrongTypes);

const escaped = pages.get("methods/stickers.createStickerSet.html");
check("what is no tag is text", [
  escaped.includes("<bot_username>") && "a tag of the package's",
  !escaped.includes("&lt;bot_username&gt;") && "text that is gone",
  /<img|\{@link/.test([...pages.values()].join("")) && "img or {@link}",
].filter(Boolean));

/* Who may call: what layer 216 says. */
const old = JSON.parse(fs.readFileSync(path.join(modules, "tl-216/api-schema.json"), "utf8"));
const words = { user: "users only", bot: "bots only", both: "users and bots" };
check("who may call is what layer 216 says", old.e.filter((d) => d.kind === "method" &&
  d.available && pages.has(`methods/${d.name}.html`) &&
  !pages.get(`methods/${d.name}.html`).includes(`<p class="who">${words[d.available]}<`))
  .map((d) => d.name));

const historyOf = (name) => pages.get(name).match(/<ul class="history">([^]*?)<\/ul>/)[1];
check("layers: what changed and when", [
  ["constructors/user.html", /since layer 148: .*bot_can_edit/],
  ["methods/auth.resendCode.html", /layer 181: new <code>reason:flags\.0\?string/],
  ["constructors/updateNewAuthorization.html", /layer 167: there already/],
].filter(([name, want]) => !want.test(historyOf(name))).map(([n]) => n + historyOf(n)));

/* --- the search --------------------------------------------------------------------- */

const search = require(path.resolve(site, "search.js"));
const index = new Function(pages.get("search-index.js") + "return centigramIndex;")();
const names = index.map((e) => e[0] + "/" + e[1] + ".html");
check("the index names every page", [
  ...names.filter((n) => !pages.has(n)),
  names.length === [...pages.keys()].filter((p) => /^[^/]+\/(?!index)/.test(p)).length
    ? "" : `${names.length} entries`,
].filter(Boolean));
for (const [typed, want] of [
  ["cancel code", "auth.cancelCode"], ["cancelcode", "auth.cancelCode"],
  ["auth.cancelCode", "auth.cancelCode"], ["code cancel", "auth.cancelCode"],
  ["CancelCode", "auth.cancelCode"], ["canc cod", "auth.cancelCode"],
  ["send code", "auth.sendCode"], ["sign in", "auth.signIn"],
  ["send message", "messages.sendMessage"], ["flood wait", "FLOOD_WAIT_X"],
  ["phone code expired", "PHONE_CODE_EXPIRED"], ["InputPeer", "InputPeer"],
]) {
  const found = search.centigramSearch(index, typed, 10).map((e) => e[1]);
  check(`"${typed}" finds ${want} first`, found[0] === want ? [] : [found.join(", ")]);
}
check("nonsense finds nothing",
  search.centigramSearch(index, "qqqxyz", 10).map((e) => e[1]));

console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
