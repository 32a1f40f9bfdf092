// All claims that the filter leaves, as a table in pages.

const PAGE_ROWS = 50;
const PRINTED_ROWS = 2000;
const COLUMNS = [
  ["stance", "Stance"], ["speaker", "Speaker"], ["text", "Claim"], ["target", "Target"],
  ["date", "Date"], ["article", "Article"], ["kind", "Kind"], ["quotation", "Quotation"],
];

function ledgerView(main, state, list, rows = PAGE_ROWS) {
  const ordered = sorted(list, state.sort, state.dir === "desc");
  const pages = Math.max(1, Math.ceil(ordered.length / rows));
  const page = Math.min(pages, Math.max(1, Number.parseInt(state.page, 10) || 1));
  const first = (page - 1) * rows;
  const here = ordered.slice(first, first + rows);
  if (!here.length) {
    main.append(nothingOf());
    return;
  }
  const caption = `${(first + 1).toLocaleString("en")}–${(first + here.length).toLocaleString("en")} of ${plural(ordered.length, "record")}${ordered.length < claims.length ? `, ${claims.length.toLocaleString("en")} in all` : ""}`;
  const rest = ordered.length - here.length;
  if (rows === PRINTED_ROWS && rest) {
    main.append(el("p", { class: "note" }, `Printed are the first ${here.length.toLocaleString("en")}; ${rest.toLocaleString("en")} more pass this filter. A narrower one prints the rest.`));
  }
  // The roles say what display: block on a narrow screen takes away.
  main.append(
    el("table", { class: "ledger", role: "table" },
      el("caption", null, caption),
      el("colgroup", null, ...COLUMNS.map(([name]) => el("col", { class: `c-${name}` }))),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...COLUMNS.map((column) => headOf(column, state)))),
      el("tbody", { role: "rowgroup" }, ...here.map(rowOf))));
  if (pages > 1) main.append(pagerOf(page, pages));
}

// What stands where there is no claim to show.
function nothingOf() {
  if (!claims.length) return el("p", null, "Nothing here: this ledger has no claims.");
  const all = el("button", { type: "button" }, "Clear the filter");
  all.addEventListener("click", () => form.reset());
  return el("p", null, "Nothing here: no record passes the filter. ", all);
}

function headOf([name, label], state) {
  const isSorted = state.sort === name;
  const isDescending = isSorted && state.dir === "desc";
  const button = el("button", { type: "button", "data-sort": name }, label, isSorted ? (isDescending ? " ▼" : " ▲") : "");
  button.addEventListener("click", () => {
    go({ sort: name, dir: isSorted && !isDescending ? "desc" : "", page: "" });
    const again = document.querySelector(`[data-sort="${name}"]`);
    if (again) again.focus();
  });
  return el("th", { scope: "col", role: "columnheader", class: `c-${name}`, "aria-sort": isSorted ? (isDescending ? "descending" : "ascending") : "none" }, button);
}

function rowOf(claim) {
  const article = articles[claim.article];
  const there = address({ view: "articles", article: article.id, claim: claim.id });
  const cell = (name, ...children) => el("td", { role: "cell", class: `cell c-${name}` }, ...children);
  const quote = quoteOf(claim);
  return el("tr", { role: "row" },
    cell("stance", claim.kind === "claim" ? el("span", { class: `${tone(claim)}-ink` }, `${SIGNS[tone(claim)]} ${claim.stance || "–"}`) : ""),
    cell("speaker", claim.speaker ? field(claim.speaker, 200) : "", claim.role ? el("div", { class: "quiet" }, field(claim.role, 200)) : ""),
    cell("text", claim.nested ? "↳ " : "", block("a", { href: there }, claim.text),
      isSaidAgain(claim.text, quote) ? "" : block("div", { class: "quiet" }, `“${clipped(quote, 398)}”`),
      claim.held || article.text === null ? "" : el("div", { class: "against-ink" }, "✗ not in this text any more")),
    cell("target", claim.target ? field(claim.target, 200) : ""),
    cell("date", claim.date ? field(claim.date, 40) : ""),
    cell("article", field(nameOf(article), 120)),
    cell("kind", claim.kind),
    cell("quotation", claim.quotation || ""));
}

function pagerOf(page, pages) {
  const step = (label, to) => {
    const button = el("button", { type: "button", disabled: to < 1 || to > pages }, label);
    button.addEventListener("click", () => {
      go({ page: to > 1 ? String(to) : "" });
      document.getElementById("main").scrollIntoView();
    });
    return button;
  };
  return el("div", { class: "pager" }, step("← previous", page - 1), `page ${page.toLocaleString("en")} of ${pages.toLocaleString("en")}`, step("next →", page + 1));
}
