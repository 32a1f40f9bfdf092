// Who says what about whom, and when: pictures of the claims that the filter leaves; each sign leads to its claims.

const MOST_SPEAKERS = 15;
const ROW = 34;

function picturesView(main, state, list) {
  const said = list.filter((claim) => claim.kind === "claim");
  main.append(el("p", null, countsOf(list, said)));
  if (!said.length) return;
  const width = Math.max(300, Math.min(main.clientWidth, 1100));
  const speakers = tally(said, (claim) => claim.speaker).slice(0, MOST_SPEAKERS).map(([name]) => name);
  main.append(
    el("p", { class: "legend" }, "+ favor", " · − against", " · ○ neutral", " · ± mixed"),
    el("h2", null, "Who says what about whom"), el("div", { class: "scroll" }, matrixOf(said, speakers, width, state)),
    el("h2", null, "When they said it"), el("div", { class: "scroll" }, timelineOf(said, speakers, width, state)),
    el("h2", null, "How much they say"), el("div", { class: "scroll" }, barsOf(said, speakers, width, state)));
}

function countsOf(list, said) {
  const numbers = [
    plural(said.length, "claim"), plural(list.length - said.length, "fact"),
    plural(tally(said, (claim) => claim.speaker).length, "speaker"), plural(tally(said, (claim) => claim.target).length, "target"),
    plural(tally(list, (claim) => `${claim.article}`).length, "article"),
  ];
  const stances = tally(said, (claim) => claim.stance).map(([name, number]) => `${SIGNS[name]} ${number.toLocaleString("en")} ${name}`);
  return `${numbers.join(" · ")}${stances.length ? ` (${stances.join(", ")})` : ""}`;
}

function stancesOf(list) {
  const counts = { favor: 0, against: 0, neutral: 0 };
  for (const claim of list) counts[claim.stance || "neutral"] += 1;
  return counts;
}

// One sign for several claims: mixed where both sides are taken, neither by three of four.
function dominant(counts) {
  const taken = counts.favor + counts.against;
  if (counts.favor && counts.against && Math.max(counts.favor, counts.against) < 0.75 * taken) return "mixed";
  if (!taken || counts.neutral > taken) return "neutral";
  return counts.favor > counts.against ? "favor" : "against";
}

const spoken = (counts) => ["favor", "against", "neutral"].filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`).join(", ");

function label(text, x, y, most, attributes) {
  return svg("text", { x, y, ...attributes }, svg("title", null, clipped(shown(text), 300)), clipped(shown(text), most));
}

function linked(state, changes, text, ...children) {
  return svg("a", { href: address({ ...state, view: "ledger", page: "", ...changes }), "aria-label": text }, svg("title", null, text), ...children);
}

function picture(width, height, text, ...children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": text }, ...children);
}

function grouped(list, key) {
  const groups = new Map();
  for (const item of list) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return groups;
}

function matrixOf(said, speakers, width, state) {
  const names = Math.min(190, width * 0.34), top = 110;
  const among = new Set(speakers);
  const targets = tally(said.filter((claim) => among.has(claim.speaker)), (claim) => claim.target)
    .slice(0, Math.max(8, Math.floor((width - names - 60) / 46))).map(([name]) => name);
  const column = Math.min(80, Math.max(36, (width - names - 60) / Math.max(1, targets.length)));
  const bySpeaker = grouped(said, (claim) => claim.speaker);
  const cells = [];
  let largest = 1;
  speakers.forEach((speaker, row) => {
    const byTarget = grouped(bySpeaker.get(speaker), (claim) => claim.target);
    targets.forEach((target, at) => {
      if (!byTarget.has(target)) return;
      largest = Math.max(largest, byTarget.get(target).length);
      cells.push({ speaker, target, row, at, list: byTarget.get(target) });
    });
  });
  const drawn = cells.map(({ speaker, target, row, at, list }) => {
    const counts = stancesOf(list), kind = dominant(counts);
    const x = names + column * (at + 0.5), y = top + ROW * (row + 0.5);
    const text = clipped(shown(`${speaker} on ${target}: ${spoken(counts)}`), 300);
    return linked(state, { speaker, target }, text,
      svg("circle", { class: kind, cx: x, cy: y, r: 8 + 8 * Math.sqrt((list.length - 1) / largest) }),
      svg("text", { class: `sign ${kind}`, x, y, "aria-hidden": "true" }, SIGNS[kind]));
  });
  const height = top + ROW * speakers.length + 6;
  return picture(names + column * targets.length + 60, height, "Speakers by targets, each sign the stance",
    ...speakers.map((name, row) => label(name, 0, top + ROW * (row + 0.5) + 4, Math.floor(names / 7))),
    ...targets.map((name, at) => {
      const x = names + column * (at + 0.5);
      return label(name, x, top - 6, 18, { transform: `rotate(-42 ${x} ${top - 6})` });
    }),
    ...speakers.map((_, row) => svg("line", { class: "axis", x1: names, x2: names + column * targets.length, y1: top + ROW * (row + 0.5), y2: top + ROW * (row + 0.5) })),
    ...drawn);
}

// Milliseconds of the first day that a date covers; null if it is no date.
function dayOf(date) {
  const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(date || "");
  if (!match) return null;
  return new Date(0).setUTCFullYear(Number(match[1]), Number(match[2] || 1) - 1, Number(match[3] || 1));
}

const SHAPES = {
  favor: (x, y, r) => `M${x - r} ${y + r}L${x + r} ${y + r}L${x} ${y - r}Z`,
  against: (x, y, r) => `M${x - r} ${y - r}L${x + r} ${y - r}L${x} ${y + r}Z`,
  neutral: (x, y, r) => `M${x - r} ${y}A${r} ${r} 0 1 0 ${x + r} ${y}A${r} ${r} 0 1 0 ${x - r} ${y}Z`,
};
const HEIGHTS = { favor: -8, neutral: 0, against: 8 };

function timelineOf(said, speakers, width, state) {
  const dated = said.filter((claim) => dayOf(claim.date) !== null);
  const rows = speakers.filter((name) => dated.some((claim) => claim.speaker === name));
  if (!rows.length) return el("p", { class: "quiet" }, "No claim has a date.");
  const days = dated.filter((claim) => rows.includes(claim.speaker)).map((claim) => dayOf(claim.date));
  const first = days.reduce((a, b) => Math.min(a, b)), last = days.reduce((a, b) => Math.max(a, b));
  const names = Math.min(190, width * 0.34), left = names + 12, right = width - 14;
  const place = (day) => (last === first ? (left + right) / 2 : left + (right - left) * (day - first) / (last - first));
  const height = ROW * rows.length + 26;
  const marks = [];
  const bySpeaker = grouped(dated, (claim) => claim.speaker);
  rows.forEach((speaker, row) => {
    // Claims that would stand on one another are one sign.
    const bins = grouped(bySpeaker.get(speaker), (claim) => `${claim.stance || "neutral"} ${Math.round(place(dayOf(claim.date)) / 9)}`);
    for (const list of bins.values()) {
      const stance = list[0].stance || "neutral", x = place(dayOf(list[0].date)), y = ROW * (row + 0.5) + HEIGHTS[stance];
      const dates = list.map((claim) => claim.date).sort();
      const when = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
      const text = clipped(shown(`${speaker}, ${when}: ${list.length} ${stance}`), 300);
      marks.push(linked(state, { speaker, stance, from: dates[0], to: dates.at(-1) }, text,
        svg("path", { class: stance, d: SHAPES[stance](x, y, Math.min(8, 4 + Math.sqrt(list.length))) })));
    }
  });
  const ticks = Math.max(2, Math.floor((right - left) / 110));
  const axis = last === first ? [first] : Array.from({ length: ticks }, (_, at) => first + (last - first) * at / (ticks - 1));
  return picture(width, height, "Claims by speaker and date",
    ...rows.map((name, row) => label(name, 0, ROW * (row + 0.5) + 4, Math.floor(names / 7))),
    ...rows.map((_, row) => svg("line", { class: "axis", x1: left - 8, x2: right + 8, y1: ROW * (row + 0.5), y2: ROW * (row + 0.5) })),
    ...axis.map((day, at) => svg("text", { class: "quiet", x: place(day), y: height - 6, "text-anchor": at && at === axis.length - 1 ? "end" : at ? "middle" : "start" },
      new Date(day).toISOString().slice(0, 10))),
    ...marks);
}

function barsOf(said, speakers, width, state) {
  const names = Math.min(190, width * 0.34), room = width - names - 60;
  const bySpeaker = grouped(said, (claim) => claim.speaker);
  const most = speakers.length ? bySpeaker.get(speakers[0]).length : 1;
  const bars = speakers.flatMap((speaker, row) => {
    const counts = stancesOf(bySpeaker.get(speaker));
    let x = names;
    const parts = ["favor", "neutral", "against"].filter((name) => counts[name]).map((stance) => {
      const size = room * counts[stance] / most, at = x;
      x += size;
      return linked(state, { speaker, stance }, clipped(shown(`${speaker}: ${counts[stance]} ${stance}`), 300),
        svg("rect", { class: stance, x: at, y: ROW * row + 5, width: Math.max(1, size - 1), height: ROW - 12 }),
        size > 12 ? svg("text", { class: `sign ${stance}`, x: at + size / 2, y: ROW * row + ROW / 2, "aria-hidden": "true" }, SIGNS[stance]) : null);
    });
    return [label(speaker, 0, ROW * (row + 0.5) + 4, Math.floor(names / 7)), ...parts,
      svg("text", { class: "quiet", x: x + 6, y: ROW * (row + 0.5) + 4 }, bySpeaker.get(speaker).length.toLocaleString("en"))];
  });
  return picture(width, ROW * speakers.length, "Claims per speaker by stance", ...bars);
}
