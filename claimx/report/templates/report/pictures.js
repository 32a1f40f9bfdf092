// Who says what about whom, and when: pictures of the claims that the filter leaves; each sign leads to its claims.

const MOST_SPEAKERS = 15;
const ROW = 34;
// Below this width a name stands above its row instead of before it.
const NARROW = 560;

function picturesView(main, state, list) {
  const said = list.filter((claim) => claim.kind === "claim");
  if (!said.length) {
    main.append(list.length ? el("p", null, `${countsOf(list, said)}: there is no claim to draw.`) : nothingOf());
    return;
  }
  const width = Math.max(280, Math.min(main.clientWidth, 1100));
  const named = said.filter((claim) => claim.speaker);
  const bySpeaker = grouped(named, "speaker");
  const speakers = [...bySpeaker.values()].sort(bySize).slice(0, MOST_SPEAKERS);
  main.append(el("p", null, countsOf(list, said)), signs());
  const section = (title, note, drawing) => main.append(
    el("h2", null, title), note ? el("p", { class: "quiet" }, note) : "", el("div", { class: "scroll" }, drawing));
  const among = bySpeaker.size > speakers.length ? `the ${speakers.length} of ${bySpeaker.size.toLocaleString("en")} speakers with most claims` : "all speakers";
  const nobodys = said.length - named.length ? ` ${plural(said.length - named.length, "claim")} of nobody named not drawn.` : "";
  section("Who says what about whom", `Drawn: ${among}.${nobodys} A number tells how many claims a sign stands for; “more” are about targets that are not drawn.`, matrixOf(speakers, width, state));
  const dated = named.filter((claim) => dayOf(claim.date) !== null);
  const rows = [...grouped(dated, "speaker").values()].sort(bySize).slice(0, MOST_SPEAKERS);
  const drawn = rows.reduce((sum, speaker) => sum + speaker.list.length, 0);
  section("When they said it", `${dated.length.toLocaleString("en")} of ${plural(said.length, "claim")} have a speaker and a date${drawn < dated.length ? `; ${drawn.toLocaleString("en")} of these, of the ${rows.length} speakers with most, are drawn` : ""}.`,
    rows.length ? timelineOf(rows, width, state) : "");
  section("How much they say", "", barsOf(speakers, width, state));
}

const bySize = (a, b) => b.list.length - a.list.length || (a.name < b.name ? -1 : 1);

// Claims by what they have in a field, as the filter compares it, under its most frequent spelling.
function grouped(list, field) {
  const groups = new Map();
  for (const claim of list) {
    const key = keysOf(claim)[field];
    if (!groups.has(key)) groups.set(key, { list: [] });
    groups.get(key).list.push(claim);
  }
  for (const group of groups.values()) group.name = tally(group.list, (claim) => claim[field])[0]?.[0] || "";
  return groups;
}

function signs() {
  const sign = (kind, text) => el("span", { class: `${kind}-ink` }, text);
  return el("p", { class: "legend" },
    sign("favor", "+ ▲ favor"), sign("against", "− ▼ against"), sign("neutral", "○ ● neutral"),
    el("span", null, "± mixed: both sides, neither three times as often"));
}

function countsOf(list, said) {
  const distinct = (among, key) => new Set(among.map(key)).size;
  const numbers = [
    plural(said.length, "claim"), plural(list.length - said.length, "fact"),
    plural(distinct(said.filter((claim) => claim.speaker), (claim) => keysOf(claim).speaker), "speaker"),
    plural(distinct(said.filter((claim) => claim.target), (claim) => keysOf(claim).target), "target"),
    plural(distinct(list, (claim) => claim.article), "article"),
  ];
  const counts = stancesOf(said);
  const stances = STANCES.filter((name) => counts[name]).map((name) => `${SIGNS[name]} ${counts[name].toLocaleString("en")} ${name}`);
  return `${numbers.join(" · ")}${stances.length ? ` (${stances.join(", ")})` : ""}`;
}

const STANCES = ["favor", "against", "neutral"];

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

const spoken = (counts) => STANCES.filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`).join(", ");

function label(text, x, y, most, attributes) {
  return svg("text", { x, y, ...attributes }, svg("title", null, clipped(shown(text), 300)), clipped(shown(text), most));
}

function linked(state, changes, text, ...children) {
  return svg("a", { href: address({ ...state, view: "ledger", page: "", ...changes }), "aria-label": text }, svg("title", null, text), ...children);
}

function picture(width, height, text, ...children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": text }, ...children);
}

// Where names and rows stand: names before the rows, or above them where there is little room.
function layoutOf(width, top) {
  const isNarrow = width < NARROW;
  const left = isNarrow ? 4 : Math.min(190, width * 0.34);
  const row = isNarrow ? ROW + 18 : ROW;
  return {
    left,
    row,
    line: (at) => top + row * at + (isNarrow ? 18 : 0) + ROW / 2,
    name: (group, at) => label(group.name, 0, top + row * at + (isNarrow ? 15 : ROW / 2 + 4), Math.floor((isNarrow ? width : left) / 7)),
  };
}

function matrixOf(speakers, width, state) {
  const drawn = speakers.flatMap((speaker) => speaker.list);
  const targets = [...grouped(drawn.filter((claim) => claim.target), "target").values()].sort(bySize);
  const room = width - layoutOf(width, 0).left - 76;
  const shownTargets = targets.slice(0, Math.max(4, Math.floor(room / 46)));
  const column = Math.min(80, room / Math.max(4, shownTargets.length));
  const headings = shownTargets.map((target) => clipped(shown(target.name), 16));
  const top = 24 + Math.ceil(4.6 * Math.max(4, ...headings.map((text) => text.length)));
  const { left, row, line, name } = layoutOf(width, top);
  const right = left + column * shownTargets.length;
  const cells = speakers.flatMap((speaker, at) => {
    const byTarget = grouped(speaker.list, "target");
    let others = speaker.list.length;
    const found = shownTargets.flatMap((target, place) => {
      const list = byTarget.get(keysOf(target.list[0]).target)?.list;
      if (!list) return [];
      others -= list.length;
      const counts = stancesOf(list), kind = dominant(counts);
      const x = left + column * (place + 0.5), y = line(at);
      const text = clipped(shown(`${speaker.name} on ${target.name}: ${spoken(counts)}`), 300);
      return [linked(state, { speaker: speaker.name, target: target.name }, text,
        svg("circle", { class: kind, cx: x, cy: y, r: Math.min(15, column / 2 - 1, 9 + 2 * Math.sqrt(list.length - 1)) }),
        svg("text", { class: `sign ${kind}`, x, y, "aria-hidden": "true" }, SIGNS[kind] + (list.length > 1 ? list.length.toLocaleString("en") : "")))];
    });
    const rest = others && svg("text", { class: "quiet", x: right + 8, y: line(at) + 4 }, `+ ${others.toLocaleString("en")} more`);
    return [...found, rest || null];
  });
  return picture(width, top + row * speakers.length + 6, "Speakers by targets, each sign the stance",
    ...speakers.map(name),
    ...shownTargets.map((target, at) => {
      const x = left + column * (at + 0.5);
      return label(target.name, x, top - 8, 16, { transform: `rotate(-38 ${x} ${top - 8})` });
    }),
    ...speakers.map((_, at) => svg("line", { class: "axis", x1: left, x2: right, y1: line(at), y2: line(at) })),
    ...cells);
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

function timelineOf(rows, width, state) {
  const days = rows.flatMap((speaker) => speaker.list.map((claim) => dayOf(claim.date)));
  const first = days.reduce((a, b) => Math.min(a, b)), last = days.reduce((a, b) => Math.max(a, b));
  const { left: names, row, line, name } = layoutOf(width, 0);
  const left = names + 12, right = width - 14;
  const place = (day) => (last === first ? (left + right) / 2 : left + (right - left) * (day - first) / (last - first));
  const height = row * rows.length + 26;
  const marks = rows.flatMap((speaker, at) => {
    // Claims that would stand on one another are one sign.
    const bins = new Map();
    for (const claim of speaker.list) {
      const bin = `${tone(claim)} ${Math.round(place(dayOf(claim.date)) / 9)}`;
      if (!bins.has(bin)) bins.set(bin, []);
      bins.get(bin).push(claim);
    }
    return [...bins.values()].map((list) => {
      const stance = tone(list[0]), x = place(dayOf(list[0].date)), y = line(at) + HEIGHTS[stance];
      const dates = [...new Set(list.map((claim) => claim.date))].sort();
      const when = dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : dates[0];
      const text = clipped(shown(`${speaker.name}, ${when}: ${list.length} ${stance}`), 300);
      return linked(state, { speaker: speaker.name, stance, on: dates.join(",") }, text,
        svg("path", { class: stance, d: SHAPES[stance](x, y, Math.min(8, 4 + Math.sqrt(list.length))) }));
    });
  });
  const ticks = Math.max(2, Math.floor((right - left) / 110));
  const axis = last === first ? [first] : Array.from({ length: ticks }, (_, at) => first + (last - first) * at / (ticks - 1));
  const anchor = (at) => (axis.length === 1 ? "middle" : at === 0 ? "start" : at === axis.length - 1 ? "end" : "middle");
  return picture(width, height, "Claims by speaker and date",
    ...rows.map(name),
    ...rows.map((_, at) => svg("line", { class: "axis", x1: left - 8, x2: right + 8, y1: line(at), y2: line(at) })),
    ...axis.map((day, at) => svg("text", { class: "quiet", x: place(day), y: height - 6, "text-anchor": anchor(at) },
      new Date(day).toISOString().slice(0, 10))),
    ...marks);
}

function barsOf(speakers, width, state) {
  const { left, row, line, name } = layoutOf(width, 0);
  const room = width - left - 60, most = speakers[0]?.list.length || 1;
  const bars = speakers.flatMap((speaker, at) => {
    const counts = stancesOf(speaker.list);
    let x = left;
    const parts = ["favor", "neutral", "against"].filter((stance) => counts[stance]).map((stance) => {
      const size = room * counts[stance] / most, start = x, number = counts[stance].toLocaleString("en");
      x += size;
      return linked(state, { speaker: speaker.name, stance }, clipped(shown(`${speaker.name}: ${counts[stance]} ${stance}`), 300),
        svg("rect", { class: stance, x: start, y: line(at) - 12, width: Math.max(1, size - 1), height: 22 }),
        size > 12 ? svg("text", { class: `sign ${stance}`, x: start + size / 2, y: line(at) - 1, "aria-hidden": "true" }, SIGNS[stance] + (size > 30 ? number : "")) : null);
    });
    return [name(speaker, at), ...parts,
      svg("text", { class: "quiet", x: x + 6, y: line(at) + 4 }, speaker.list.length.toLocaleString("en"))];
  });
  return picture(width, row * speakers.length, "Claims per speaker by stance", ...bars);
}
