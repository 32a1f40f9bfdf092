// Elements made by hand: text only ever becomes a text node, and an attribute's name is never data.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const el = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

// The text as nodes, with places to break a word without end: laying out 100,000 letters takes seconds otherwise.
const broken = (text) =>
  text.split(/(\S{120})/u).flatMap((piece, at) => (at % 2 ? [piece, document.createElement("wbr")] : [piece]));

// A field of the data: isolated, so that its direction does not reorder what stands beside it.
const field = (text, most = 400) => el("bdi", null, ...broken(clipped(shown(text), most)));

// An element that holds nothing but such a field, and takes its direction: a bdi within would not give it one.
const block = (name, attributes, text, most = 400) =>
  el(name, { dir: "auto", ...attributes }, ...broken(clipped(shown(text), most)));

// Several of them in a line, each isolated from the others.
const fields = (texts, most = 400) =>
  texts.filter(Boolean).flatMap((text, at) => (at ? [" · ", field(text, most)] : [field(text, most)]));

const plural = (number, noun) => `${number.toLocaleString("en")} ${number === 1 ? noun : `${noun}s`}`;

function address(state) {
  const kept = Object.entries(state).filter(([, value]) => value);
  return `#${new URLSearchParams(kept)}`;
}
