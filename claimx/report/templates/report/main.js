// The state of the page is its address: whoever opens the same address sees the same.

const FILTERS = ["q", "speaker", "target", "article", "stance", "kind", "quotation", "from", "to"];
const KEYS = ["view", "claim", "sort", "dir", "page", ...FILTERS];
const main = document.getElementById("main");
const form = document.getElementById("filters");

function readState() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = {};
  for (const key of KEYS) state[key] = given.get(key) || "";
  if (!["articles", "ledger", "pictures"].includes(state.view)) state.view = articles.length === 1 ? "articles" : "ledger";
  return state;
}

// A step that the back button undoes.
function go(changes) {
  history.pushState(null, "", address({ ...readState(), ...changes }));
  render();
}

function replaceState(state) {
  history.replaceState(null, "", address(state));
  drawn = location.hash;
}

let drawn = null;

function render() {
  drawn = location.hash;
  const state = readState();
  for (const button of document.querySelectorAll("[data-view]")) {
    if (button.dataset.view === state.view) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  form.hidden = state.view === "articles";
  for (const name of FILTERS) {
    const input = form.elements[name];
    if (input !== document.activeElement && input.value !== state[name]) input.value = state[name];
  }
  main.replaceChildren();
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
    render();
  }, 120);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  go(Object.fromEntries([...FILTERS, "page"].map((name) => [name, ""])));
});

for (const button of document.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => {
    const state = readState();
    // The article that is read and the article that is filtered by are not the same choice.
    go({ view: button.dataset.view, claim: "", page: "", article: state.view === "articles" || button.dataset.view === "articles" ? "" : state.article });
  });
}

const THEMES = { auto: ["", "as the system"], light: ["light", "light"], dark: ["dark", "dark"] };
const themeButton = document.getElementById("theme");
themeButton.addEventListener("click", () => {
  const order = Object.keys(THEMES);
  const now = document.documentElement.dataset.theme || "auto";
  const next = order[(order.indexOf(now) + 1) % order.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  themeButton.textContent = `◐ ${next}`;
  themeButton.setAttribute("aria-label", `Theme: ${THEMES[next][1]}`);
});

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
