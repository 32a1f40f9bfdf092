"""Claims as brat standoff, one `.txt` and `.ann` per article, and corrected ones back.

A claim is an event `Attribution` with the roles Content, Cue and Source (PolNeAR's names for them) and When; a fact is
an event `Fact`. Stance, quotation type and nesting are attributes of the event, and what is free text (sentence,
speaker, role, target, date) stands in its note, as a JSON object that an annotator can correct. Offsets are half-open
and count code points. brat wants no line break within a fragment: a span is cut at each, and put together again when it
is read.

Source: https://brat.nlplab.org/standoff.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

from claimx.errors import GoldError
from claimx.schema import Article, Claim, Quotation, Span, Stance

# What a project of such files needs beside them; it goes into annotation.conf.
CONFIG = f"""[entities]
Content
Cue
Source
When

[relations]

[events]
Attribution\tContent:Content, Cue?:Cue, Source?:Source, When?:When
Fact\tContent:Content, When?:When

[attributes]
Stance\tArg:Attribution, Value:{"|".join(get_args(Stance))}
Quotation\tArg:Attribution, Value:{"|".join(get_args(Quotation))}
Nested\tArg:Attribution
"""

_LINE_BREAKS = re.compile(r"[\r\n]+")
_TYPES = {"claim": "Attribution", "fact": "Fact"}


def to_standoff(claims: Iterable[Claim]) -> str:
    """The `.ann` of an article's claims, whose offsets must hold in its text."""
    file = _File()
    for claim in claims:
        file.add(claim)
    return "".join(f"{line}\n" for line in file.lines)


def from_standoff(source: str, article: Article, ann: str) -> list[dict[str, Any]]:
    """The claims of an `.ann` as gold labels in JSON form, in the order of the file.

    An event without a note, added by hand, has a mention but no name for its speaker, and no target.

    Raises:
        GoldError: If a line is malformed, or refers to what is not there.
    """
    return [_label(source, article, event) for event in _read_events(source, ann) if event.spans.get("Content")]


@dataclass
class _File:
    """Lines of an `.ann`, numbered by kind."""

    lines: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, claim: Claim) -> None:
        content = self._bound("Content", claim.content)
        trigger = self._bound(_TYPES[claim.kind], claim.content)
        parts = {
            "Cue": claim.cue,
            "Source": claim.speaker and claim.speaker.mention,
            "When": claim.date and claim.date.text,
        }
        roles = [f"{_TYPES[claim.kind]}:{trigger}", f"Content:{content}"]
        roles += [f"{role}:{self._bound(role, (span,))}" for role, span in parts.items() if span]
        event = self._line("E", " ".join(roles))
        for name, value in (("Stance", claim.stance), ("Quotation", claim.quotation)):
            if value:
                self._line("A", f"{name} {event} {value}")
        if claim.nested:
            self._line("A", f"Nested {event}")
        note = {
            "text": claim.text,
            "speaker": claim.speaker and claim.speaker.name,
            "role": claim.speaker and claim.speaker.role,
            "target": claim.target and claim.target.name,
            "date": claim.date and claim.date.value,
        }
        written = json.dumps({key: value for key, value in note.items() if value is not None}, ensure_ascii=False)
        self._line("#", f"AnnotatorNotes {event}\t{_one_line(written)}")

    def _bound(self, kind: str, spans: Iterable[Span]) -> str:
        fragments = [fragment for span in spans for fragment in _fragments(span)]
        offsets = ";".join(f"{start} {end}" for start, end, _ in fragments)
        return self._line("T", f"{kind} {offsets}\t{_one_line(' '.join(words for _, _, words in fragments))}")

    def _line(self, letter: str, rest: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        name = f"{letter}{self.counts[letter]}"
        self.lines.append(f"{name}\t{rest}")
        return name


def _fragments(span: Span) -> list[tuple[int, int, str]]:
    """The span cut at its line breaks."""
    cuts = [(match.start(), match.end()) for match in _LINE_BREAKS.finditer(span.text)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(span.text)]
    return [
        (span.start + start, span.start + end, span.text[start:end])
        for start, end in zip(starts, ends, strict=True)
        if start < end
    ]


def _one_line(text: str) -> str:
    """Without the characters that any reader of lines may take for an end; a tab would end the column."""
    return re.sub(r"[\t\v\f\x1c-\x1e\x85\u2028\u2029\r\n]", " ", text)


@dataclass
class _Event:
    where: str
    kind: str
    spans: dict[str, list[tuple[int, int]]]
    attributes: dict[str, str] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)


def _read_events(source: str, ann: str) -> list[_Event]:
    bound: dict[str, list[tuple[int, int]]] = {}
    lines = []
    # Only \n ends a line: a text may hold what str.splitlines takes for an end.
    for number, line in enumerate(ann.split("\n"), start=1):
        name, _, rest = line.rstrip("\r").partition("\t")
        if name.startswith("T"):
            bound[name] = _offsets(source, number, rest.partition("\t")[0])
        elif rest:
            lines.append((number, name, rest))
    events: dict[str, _Event] = {}
    for number, name, rest in (line for line in lines if line[1].startswith("E")):
        events[name] = _event(source, f"line {number}", rest, bound)
    for number, name, rest in lines:
        kind, target, value = [*rest.partition("\t")[0].split(), "", "", ""][:3]
        if name.startswith(("A", "M")) and target in events:
            events[target].attributes[kind] = value
        elif name.startswith("#") and target in events:
            events[target].note = _note(source, f"line {number}", rest.partition("\t")[2])
    return list(events.values())


def _offsets(source: str, number: int, annotation: str) -> list[tuple[int, int]]:
    pairs = [pair.split() for pair in annotation.partition(" ")[2].split(";")]
    try:
        return sorted((int(start), int(end)) for start, end in pairs)
    except ValueError:
        raise GoldError(source, f"line {number}", f"{annotation!r} is not a type and offsets") from None


def _event(source: str, where: str, roles: str, bound: dict[str, list[tuple[int, int]]]) -> _Event:
    spans: dict[str, list[tuple[int, int]]] = {}
    kind = roles.partition(":")[0]
    for role, _, target in (part.partition(":") for part in roles.split()):
        if target not in bound:
            raise GoldError(source, where, f"{role} refers to {target or 'nothing'}, which is not there")
        # brat numbers a role that is filled twice: Content, Content2.
        spans.setdefault(role.rstrip("0123456789"), []).extend(bound[target])
    return _Event(where, kind, spans)


def _note(source: str, where: str, text: str) -> dict[str, Any]:
    try:
        note = json.loads(text)
    except (ValueError, RecursionError):
        note = None
    if not isinstance(note, dict) or not all(isinstance(value, str) for value in note.values()):
        raise GoldError(source, where, "the note is not a JSON object of strings")
    return note


def _label(source: str, article: Article, event: _Event) -> dict[str, Any]:
    def spans(role: str) -> list[dict[str, Any]]:
        joined = _joined(article.text, sorted(event.spans.get(role, [])))
        for start, end in joined:
            if not 0 <= start < end <= len(article.text):
                raise GoldError(source, event.where, f"span {start}:{end} is not within the article")
        return [Span.of(article.text, start, end).model_dump() for start, end in joined]

    cue, mention, expression = (next(iter(spans(role)), None) for role in ("Cue", "Source", "When"))
    is_claim = event.kind != "Fact"
    note = event.note
    date = note.get("date")
    speaker = {"name": note.get("speaker"), "mention": mention, "role": note.get("role")}
    return {
        "kind": "claim" if is_claim else "fact",
        "text": note.get("text", ""),
        "content": spans("Content"),
        "quotation": event.attributes.get("Quotation"),
        "cue": cue,
        "speaker": speaker if is_claim and (speaker["name"] or mention) else None,
        "stance": event.attributes.get("Stance"),
        "target": {"name": note["target"]} if note.get("target") else None,
        "date": {"text": expression, "value": date} if date or expression else None,
        "nested": "Nested" in event.attributes,
        "optional": False,
    }


def _joined(text: str, fragments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put together what only line breaks cut."""
    joined: list[tuple[int, int]] = []
    for start, end in fragments:
        if joined and _LINE_BREAKS.fullmatch(text, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
