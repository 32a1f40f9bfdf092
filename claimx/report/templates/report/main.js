// The state of the page is its address: whoever opens the same address sees the same.

const FILTERS = ["q", "speaker", "target", "article", "stance", "kind", "quotation", "from", "to"];
// "on" lists dates to the letter: a sign of the timeline means its own claims and no others.
const KEYS = ["view", "claim", "sort", "dir", "page", "on", ...FILTERS];
const main = document.getElementById("main");
const form = document.getElementById("filters");

function readState() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = {};
  for (const key of KEYS) state[key] = given.get(key) || "";
  state.theme = theme;
  if (!["articles", "ledger", "pictures"].includes(state.view)) state.view = articles.length === 1 ? "articles" : "ledger";
  return state;
}

// A step that the back button undoes.
function go(changes) {
  history.pushState(null, "", address({ ...readState(), ...changes }));
  render();
}

function replaceState(state) {
  history.replaceState(null, "", address({ ...state, theme }));
  drawn = location.hash;
}

let drawn = null;
// The filter that the articles were opened from: they can be left to it.
let filterLeft = null;

// The theme is chosen for the whole page: the address that it was opened at tells the first, and each later one is told it.
const THEMES = ["", "light", "dark"];
const givenTheme = () => new URLSearchParams(location.hash.slice(1)).get("theme") || "";
let theme = THEMES.includes(givenTheme()) ? givenTheme() : "";

function render(isTyping = false) {
  const state = readState();
  if (givenTheme() !== theme) replaceState(state);
  drawn = location.hash;
  for (const button of document.querySelectorAll("[data-view]")) {
    if (button.dataset.view === state.view) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  showTheme();
  form.hidden = state.view === "articles" || !claims.length;
  for (const name of FILTERS) {
    const input = form.elements[name];
    if (!(isTyping && input === document.activeElement) && input.value !== state[name]) input.value = state[name];
  }
  main.replaceChildren();
  selected = -1;
  showFilters(state);
  if (state.view !== "articles") filterLeft = state;
  if (state.view === "articles") {
    document.getElementById("said").textContent = "";
    articleView(main, state);
    return;
  }
  const list = filtered(state);
  document.getElementById("said").textContent = `${plural(list.length, "record")} of ${claims.length.toLocaleString("en")}`;
  if (state.view === "ledger") ledgerView(main, state, list);
  else picturesView(main, state, list);
}

function offerNames(id, names) {
  document.getElementById(id).replaceChildren(...names.slice(0, 300).map(([name]) => el("option", { value: clipped(shown(name), 200) })));
}

let waiting = 0;
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const changes = { page: "" };
    for (const name of FILTERS) changes[name] = form.elements[name].value;
    replaceState({ ...readState(), ...changes });
    render(true);
  }, 120);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  go(Object.fromEntries([...FILTERS, "on", "page"].map((name) => [name, ""])));
});

const more = document.getElementById("more");
more.addEventListener("click", () => more.setAttribute("aria-expanded", String(more.getAttribute("aria-expanded") !== "true")));
const days = document.getElementById("days");
days.addEventListener("click", () => go({ on: "", page: "" }));

// What is filtered by beside the search: where there is little room, the fields for it are folded away.
function showFilters(state) {
  const active = FILTERS.filter((name) => name !== "q" && state[name]).length;
  form.classList.toggle("active", Boolean(active || state.q || state.on));
  // The caption of the ledger says it, too.
  document.getElementById("said").classList.toggle("unseen", state.view === "ledger");
  more.textContent = active ? `Filters (${active})` : "Filters";
  days.hidden = !state.on;
  days.textContent = `said on ${clipped(shown(state.on.replaceAll(",", ", ")), 60)} ✕`;
  days.setAttribute("aria-label", `Any date instead of ${clipped(shown(state.on), 200)}`);
}

for (const button of document.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => {
    const state = readState();
    const view = button.dataset.view;
    if (state.view === "articles" && view !== "articles" && filterLeft) go({ ...filterLeft, view, theme, page: filterLeft.view === view ? filterLeft.page : "" });
    // The article that is read and the article that is filtered by are not the same choice.
    else go({ view, claim: "", page: "", article: state.view === "articles" || view === "articles" ? "" : state.article });
  });
}

const themeButton = document.getElementById("theme");
themeButton.addEventListener("click", () => {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  replaceState(readState());
  showTheme();
});

function showTheme() {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  themeButton.textContent = `◐ ${theme || "auto"}`;
  themeButton.setAttribute("aria-label", `Theme: ${theme || "as the system"}`);
}

// Both come for one step; the page is drawn once.
for (const name of ["popstate", "hashchange"]) addEventListener(name, () => { if (location.hash !== drawn) render(); });
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
let resizing = 0, lastWidth = innerWidth;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    if (innerWidth !== lastWidth && readState().view === "pictures") render();
    lastWidth = innerWidth;
  }, 150);
});
addEventListener("beforeprint", () => {
  const state = readState();
  if (state.view !== "ledger") return;
  main.replaceChildren();
  ledgerView(main, { ...state, page: "" }, filtered(state), PRINTED_ROWS);
});
addEventListener("afterprint", () => { if (readState().view === "ledger") render(); });

offerNames("speakers", tally(claims, (claim) => claim.speaker));
offerNames("targets", tally(claims, (claim) => claim.target));
offerNames("articles", articles.map((article) => [article.id]));
render();
