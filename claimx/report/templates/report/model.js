"use strict";
// The data of the page, and the claims that a filter leaves. Nothing here touches the page itself.

const data = JSON.parse(document.getElementById("data").textContent);
const articles = data.articles;
const claims = data.claims.map((row, index) => {
  const claim = { index };
  data.fields.forEach((name, at) => { claim[name] = row[at]; });
  return claim;
});
const claimsOf = articles.map(() => []);
claims.forEach((claim) => claimsOf[claim.article].push(claim));

const SIGNS = { favor: "+", against: "−", neutral: "○", fact: "■", mixed: "±" };
const tone = (claim) => (claim.kind === "fact" ? "fact" : claim.stance || "neutral");
const nameOf = (article) => article.title || article.id;

// What would steer or reorder the display is shown as its code point; the data keeps it.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const shown = (text) =>
  String(text).replace(UNPRINTABLE, (char) => `<${char.charCodeAt(0).toString(16).padStart(2, "0")}>`);
const clipped = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

// Offsets count code points, JavaScript's strings count UTF-16 units: they differ where a text has emoji.
function slice(article, start, end) {
  if (article.points === undefined) {
    article.points = /[\ud800-\udfff]/.test(article.text) ? Array.from(article.text) : null;
  }
  return article.points ? article.points.slice(start, end).join("") : article.text.slice(start, end);
}

const wordsOf = (claim, span) => (span.length > 2 ? span[2] : slice(articles[claim.article], span[0], span[1]));
const quoteOf = (claim) => claim.content.map((span) => wordsOf(claim, span)).join(" … ");

// For comparing: without case, accents and other forms of the same letter. The marks of other scripts are letters there.
const folded = (text) => (text || "").normalize("NFKD").replace(/[\u0300-\u036f]+/g, "").toLowerCase();

// Whether the sentence of a claim has the words of its evidence and no others.
const wordsIn = (text) => folded(text).replace(/[^\p{L}\p{N}]+/gu, " ").trim();
const isSaidAgain = (text, quote) => wordsIn(text) === wordsIn(quote);

// Each claim's folded fields, made once when first asked for.
function keysOf(claim) {
  if (!claim.keys) {
    const article = articles[claim.article];
    claim.keys = {
      stance: tone(claim),
      speaker: folded(claim.speaker),
      text: folded(claim.text),
      target: folded(claim.target),
      date: claim.date || "",
      article: folded(nameOf(article)),
      kind: claim.kind,
      quotation: claim.quotation || "",
    };
  }
  return claim.keys;
}

function searchable(claim) {
  if (claim.searchable === undefined) {
    const keys = keysOf(claim);
    claim.searchable = [keys.speaker, keys.text, keys.target, folded(claim.role), folded(quoteOf(claim)), claim.id].join("\n");
  }
  return claim.searchable;
}

// How often each value occurs, the most frequent first.
function tally(list, key) {
  const counts = new Map();
  for (const item of list) {
    const value = key(item);
    if (value) counts.set(value, (counts.get(value) || 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

// A whole name means just that one; anything else is looked for within the names.
function nameTest(field, wanted) {
  const words = folded(wanted);
  return claims.some((claim) => keysOf(claim)[field] === words)
    ? (claim) => keysOf(claim)[field] === words
    : (claim) => keysOf(claim)[field].includes(words);
}

// "2021-02" is all of that month: it is in a range that any of its days is in.
const DAY = /^\d{4}(-\d\d){0,2}$/;
const isWithin = (date, from, to) => date !== null && (!from || `${date}-99-99` >= from) && (!to || date <= `${to}-99`);

function filtered(state) {
  const tests = [];
  for (const word of folded(state.q).split(/\s+/).filter(Boolean)) tests.push((claim) => searchable(claim).includes(word));
  if (state.speaker) tests.push(nameTest("speaker", state.speaker));
  if (state.target) tests.push(nameTest("target", state.target));
  if (state.article) {
    const words = folded(state.article);
    const ids = new Set(articles.map((article, at) => at).filter((at) => folded(articles[at].id) === words));
    tests.push(ids.size
      ? (claim) => ids.has(claim.article)
      : (claim) => keysOf(claim).article.includes(words) || folded(articles[claim.article].id).includes(words));
  }
  if (state.stance) tests.push((claim) => tone(claim) === state.stance);
  if (state.kind) tests.push((claim) => claim.kind === state.kind);
  if (state.quotation) tests.push((claim) => claim.quotation === state.quotation);
  const days = state.on.split(",").filter(Boolean);
  if (days.length) tests.push((claim) => days.includes(claim.date));
  const [from, to] = [state.from, state.to].map((day) => (DAY.test(day) ? day : ""));
  if (from || to) tests.push((claim) => isWithin(claim.date, from, to));
  return claims.filter((claim) => tests.every((test) => test(claim)));
}

// Sorted by a column; what has no value comes last either way, and equal ones keep the order of the file.
function sorted(list, column, descending) {
  if (!column) return list;
  const sign = descending ? -1 : 1;
  return [...list].sort((a, b) => {
    const x = keysOf(a)[column], y = keysOf(b)[column];
    if (x === y) return a.index - b.index;
    if (!x || !y) return x ? -1 : 1;
    return x < y ? -sign : sign;
  });
}
