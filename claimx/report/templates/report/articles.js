// An article with its claims marked where they stand, and beside it one card for each claim.

// The form of a BCP 47 tag.
const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}$/;

function articleView(main, state) {
  const at = Math.max(0, articles.findIndex((article) => article.id === state.article));
  const article = articles[at];
  if (!article) {
    main.append(el("p", null, "No articles: there is nothing in this ledger."));
    return;
  }
  const own = claimsOf[at];
  if (articles.length > 1) main.append(picker(at));
  const about = [article.published, article.source, article.title && article.id, article.url];
  main.append(block("h2", null, nameOf(article), 300), el("p", { class: "quiet" }, ...fields(about, 200)));
  for (const [start, end, error] of article.failures) {
    main.append(el("p", { class: "note" }, `Not read: characters ${start}–${end}; claims in there are missing. `, field(error)));
  }
  if (article.note) main.append(el("p", { class: "note" }, article.note));
  if (article.rejected.length) main.append(rejectedOf(article));
  if (article.text !== null) main.append(legend(article, own));
  const text = article.text === null ? null : textOf(article, own);
  const cards = el("ol", { class: "cards", "aria-label": "Claims of this article", tabindex: own.length ? 0 : null },
    ...own.map((claim, number) => cardOf(claim, number, article)));
  main.append(text ? el("div", { class: "reader" }, text, cards) : cards);
  if (!own.length) main.append(el("p", null, "No claims in this article."));
  if (text) text.addEventListener("click", (event) => pick(event, state, own));
  if (state.claim) select(own.findIndex((claim) => claim.id === state.claim));
}

function picker(at) {
  const choice = el("select", { id: "choice" }, ...articles.map((article, index) =>
    el("option", { value: index }, clipped(shown(nameOf(article)), 80), ` (${stateOf(article, claimsOf[index])})`)));
  choice.value = at;
  const open = (index) => go({ view: "articles", article: articles[index].id });
  choice.addEventListener("change", () => open(choice.value));
  const step = (label, index) => {
    const button = el("button", { type: "button", disabled: !articles[index] }, label);
    button.addEventListener("click", () => open(index));
    return button;
  };
  return el("div", { class: "picker" }, el("label", null, "Article ", choice), step("← previous", at - 1), step("next →", at + 1));
}

// How many claims an article has, and what a reader should know before trusting the number.
function stateOf(article, own) {
  const gone = article.text === null ? 0 : own.filter((claim) => !claim.held).length;
  return [
    own.length.toLocaleString("en"), article.failures.length && "read in part", article.rejected.length && `${article.rejected.length} rejected`,
    gone && `${gone} gone`, article.text === null && "no text",
  ].filter(Boolean).join(", ");
}

// The marks that every text has, and those that only this one has.
function legend(article, own) {
  const sample = (kind, text) => el("mark", { class: kind }, text);
  return el("p", { class: "legend" },
    sample("content favor", "+ favor"), sample("content against", "− against"), sample("content neutral", "○ neutral"),
    sample("content fact", "■ fact"), sample("mention", "speaker"), sample("cue", "cue"), sample("date", "date"),
    own.some((claim) => claim.nested) ? sample("deep", "claim within a claim") : null,
    article.failures.length ? sample("unread", "not read") : null,
    own.length ? el("span", { class: "quiet hint" }, "A click on a claim leads to its card, a click on the card back.") : null);
}

// The text cut wherever a span begins or ends; a piece knows every claim that it is part of.
function textOf(article, own) {
  const spans = [];
  own.forEach((claim, number) => {
    if (!claim.held) return;
    const add = (part, span) => span && spans.push({ part, number, start: span[0], end: span[1], size: claim.content.reduce((sum, [a, b]) => sum + b - a, 0) });
    claim.content.forEach((span) => add("content", span));
    add("cue", claim.cue);
    add("mention", claim.mention);
    add("date", claim.date_span);
  });
  for (const [start, end] of article.failures) spans.push({ part: "unread", number: -1, start, end, size: 0 });
  const length = article.text === "" ? 0 : (slice(article, 0, 0), article.points ? article.points.length : article.text.length);
  const opening = new Map(), closing = new Map();
  const cuts = new Set([0, length]);
  for (const span of spans) {
    for (const [map, offset] of [[opening, span.start], [closing, span.end]]) {
      if (!map.has(offset)) map.set(offset, []);
      map.get(offset).push(span);
      cuts.add(offset);
    }
  }
  const pins = new Map();
  own.forEach((claim, number) => {
    if (!claim.held) return;
    const start = claim.content[0][0];
    pins.set(start, [...(pins.get(start) || []), number]);
  });
  const box = el("div", { class: "text", dir: "auto", id: "text", lang: LANGUAGE.test(article.language) ? article.language : null });
  const active = new Set();
  const order = [...cuts].sort((a, b) => a - b);
  order.forEach((start, at) => {
    for (const span of closing.get(start) || []) active.delete(span);
    for (const span of opening.get(start) || []) active.add(span);
    for (const number of pins.get(start) || []) box.append(pinOf(own[number], number));
    const end = order[at + 1];
    if (end !== undefined) box.append(...pieceOf(shown(slice(article, start, end)), [...active], own));
  });
  return box;
}

function pieceOf(text, spans, own) {
  if (!spans.length) return broken(text);
  // Of claims within claims the innermost gives the colour and is the first to be picked.
  const inner = spans.filter((span) => span.number >= 0).sort((a, b) => a.size - b.size);
  const contents = inner.filter((span) => span.part === "content");
  const kinds = new Set(spans.map((span) => span.part));
  if (contents.length) kinds.add(tone(own[contents[0].number]));
  if (contents.length > 1) kinds.add("deep");
  const mark = el("mark", { class: [...kinds].join(" ") }, ...broken(text));
  mark.numbers = [...new Set([...contents, ...inner].map((span) => span.number))];
  return [mark];
}

function labelOf(claim, number) {
  const who = claim.kind === "fact" ? "fact" : `${claim.speaker || "nobody named"}${claim.target ? ` → ${claim.target}` : ""}`;
  return `${SIGNS[tone(claim)]}${number + 1} ${clipped(shown(who), 200)}`;
}

function pinOf(claim, number) {
  const pin = el("a", { class: `pin ${tone(claim)}-ink`, id: `pin-${number}`, href: `#card-${number}`, dir: "ltr", "aria-label": labelOf(claim, number) },
    `${SIGNS[tone(claim)]}${number + 1}`);
  pin.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    choose(claim, number, "card");
  });
  return pin;
}

function cardOf(claim, number, article) {
  const whose = claim.kind === "fact" ? ["fact"] : [field(claim.speaker || "nobody named", 200), ...(claim.target ? [" → ", field(claim.target, 200)] : [])];
  const link = el("a", { class: `who ${tone(claim)}-ink`, href: `#pin-${number}` }, `${SIGNS[tone(claim)]}${number + 1} `, ...whose);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    choose(claim, number, "pin");
  });
  const quote = quoteOf(claim);
  const offsets = claim.content.map(([start, end]) => `${start}–${end}`).join(", ");
  const details = [
    claim.kind === "claim" && (claim.stance || "no stance"), claim.role, claim.date, claim.quotation, claim.cue && `“${wordsOf(claim, claim.cue)}”`,
    claim.nested && "within another claim", claim.grounding !== "exact" && claim.grounding, `characters ${offsets}`,
    !claim.held && article.text !== null && "not in this text any more",
  ];
  const close = el("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");
  close.addEventListener("click", unselect);
  return el("li", { class: `card ${tone(claim)}`, id: `card-${number}` },
    close, link,
    block("p", null, claim.text, 2000),
    isSaidAgain(claim.text, quote) ? null : block("blockquote", null, quote, 2000),
    el("p", { class: "quiet" }, ...fields(details, 300), " · ", el("span", { class: "id" }, field(claim.id, 60))));
}

function rejectedOf(article) {
  return el("details", null,
    el("summary", null, `${plural(article.rejected.length, "rejected draft")}: what the model returned and the text does not prove`),
    el("ul", null, ...article.rejected.map(([words, reason]) =>
      el("li", null, el("q", null, field(words, 1000)), " ", el("span", { class: "quiet" }, field(reason, 1000))))));
}

// A click on overlapping claims goes through them, from the innermost outwards.
function pick(event, state, own) {
  const mark = event.target.closest("mark");
  if (!mark || !mark.numbers || !mark.numbers.length) {
    if (getSelection().isCollapsed) unselect();
    return;
  }
  const next = (mark.numbers.indexOf(selected) + 1) % mark.numbers.length;
  const number = mark.numbers[next];
  choose(own[number], number, "card");
}

let selected = -1;

function choose(claim, number, where) {
  replaceState({ view: "articles", article: articles[claim.article].id, claim: claim.id });
  select(number);
  const there = document.getElementById(`${where}-${number}`) || document.getElementById(`card-${number}`);
  const link = there.matches("a") ? there : there.querySelector("a");
  link.focus({ preventScroll: true });
  there.scrollIntoView({ block: "nearest" });
}

function unselect() {
  if (selected < 0) return;
  const pin = document.getElementById(`pin-${selected}`);
  replaceState({ ...readState(), claim: "" });
  select(-1);
  if (pin) pin.focus({ preventScroll: true });
}

function select(number) {
  selected = number;
  for (const mark of document.querySelectorAll("#text mark")) mark.classList.toggle("on", (mark.numbers || []).includes(number));
  for (const card of document.querySelectorAll(".card")) card.classList.toggle("on", card.id === `card-${number}`);
  const pin = document.getElementById(`pin-${number}`) || document.getElementById(`card-${number}`);
  if (pin) pin.scrollIntoView({ block: "nearest" });
}

addEventListener("keydown", (event) => { if (event.key === "Escape") unselect(); });
