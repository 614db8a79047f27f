/* SPDX-License-Identifier: MIT */
/* search.js - the search of the reference: names are cut into words, every word asked for
 * must begin a word of the name or of the text, and the name counts more. */
"use strict";

/* "auth.cancelCode" and "PHONE_CODE_EXPIRED" in lower-case words. */
function centigramWords(text) {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/* How well one asked word fits: a whole word is better than its beginning. */
function centigramFit(asked, words) {
  let best = 0;
  for (const word of words) {
    if (word === asked) return 2;
    if (word.startsWith(asked)) best = 1;
  }
  return best;
}

/* 0: not found. */
function centigramScore(entry, query, asked) {
  const [kind, name, text] = entry;
  if (name.toLowerCase() === query) return 1000;
  const words = centigramWords(name);
  const joined = name.toLowerCase().replace(/[._]/g, "");
  let score = 0;
  let named = 0;
  for (const word of asked) {
    const inName = centigramFit(word, words) || (joined.includes(word) ? 0.5 : 0);
    const inText = inName ? 0 : centigramFit(word, entry.words || centigramText(entry));
    if (!inName && !inText) return 0;
    score += inName * 20 + inText * 3;
    named += inName > 0;
  }
  if (named === asked.length) score += 50;
  if (joined.endsWith(asked.join(""))) score += 20;
  score += { methods: 8, types: 3, constructors: 2, errors: 1 }[kind];
  return score - words.filter((w) => !asked.some((a) => w.startsWith(a))).length;
}

function centigramText(entry) {
  entry.words = centigramWords(entry[2]);
  return entry.words;
}

/* The best entries for what was typed. */
function centigramSearch(index, typed, most) {
  const query = typed.trim().toLowerCase();
  const asked = centigramWords(typed);
  if (!asked.length) return [];
  const found = [];
  for (const entry of index) {
    const score = centigramScore(entry, query, asked);
    if (score > 0) found.push({ score, entry });
  }
  found.sort((a, b) => b.score - a.score || (a.entry[1] < b.entry[1] ? -1 : 1));
  return found.slice(0, most).map((f) => f.entry);
}

/* Shows what is found, below the field of the first page. */
function centigramShow(typed) {
  const list = document.getElementById("results");
  const found = centigramSearch(centigramIndex, typed, 50);
  list.replaceChildren(
    ...found.map(([kind, name, text]) => {
      const link = document.createElement("a");
      link.href = kind + "/" + name + ".html";
      link.textContent = name;
      const about = document.createElement("span");
      about.textContent = kind.slice(0, -1) + (text ? ": " + text : "");
      const item = document.createElement("li");
      item.append(link, about);
      return item;
    })
  );
  list.hidden = !found.length;
  document.getElementById("nothing").hidden = Boolean(found.length) || !typed.trim();
}

if (typeof document !== "undefined") {
  const field = document.querySelector("input[type=search]");
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", () => centigramShow(field.value));
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = document.querySelector("#results a");
    if (first) location.href = first.href;
  });
  centigramShow(field.value);
  field.focus();
} else {
  module.exports = { centigramSearch, centigramWords };
}
