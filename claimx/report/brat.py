"""Claims as brat standoff, one `.txt` and `.ann` per article, and corrected ones back.

A claim is an event `Attribution` with the roles Content, Cue and Source (PolNeAR's names for them) and When; a fact is
an event `Fact`. Stance, quotation type and nesting are attributes of the event, and what is free text (sentence,
speaker, role, target, date) stands in its note, as a JSON object that an annotator can correct; what is written behind
it, and any other note, is a comment. Offsets are half-open and count code points, as brat's server counts them.

brat compares the words on a line with the text, character by character, and wants no line break in either; its reader
takes all for one that `str.splitlines` does. So a span is cut at each of these, and put together again when it is read.
That is why each piece of an interrupted content is a mark of its own: Content, Content2.

Source: https://brat.nlplab.org/standoff.html and `TextAnnotations` in server/src/annotation.py of brat 1.3.
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
<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>

[events]
Attribution\tContent+:Content, Cue?:Cue, Source?:Source, When?:When
Fact\tContent+:Content, When?:When

[attributes]
Stance\tArg:Attribution, Value:{"|".join(get_args(Stance))}
Quotation\tArg:Attribution, Value:{"|".join(get_args(Quotation))}
Nested\tArg:Attribution
"""

_BREAKS = r"\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
_LINE_BREAKS = re.compile(f"[{_BREAKS}]+")
# brat leaves out the blanks around a line break when somebody marks words across it.
_BROKEN_LINE = re.compile(rf"[^\S{_BREAKS}]*[{_BREAKS}]\s*")
# In a note these would end the line; JSON has another way to say them.
_ESCAPED = re.compile(rf"[{_BREAKS}\x7f-\x9f]")
_TYPES = {"claim": "Attribution", "fact": "Fact"}
_ROLES = ("Content", "Cue", "Source", "When")


def to_standoff(claims: Iterable[Claim]) -> str:
    """The `.ann` of an article's claims, whose offsets must hold in its text."""
    file = _File()
    for claim in claims:
        file.add(claim)
    return "".join(f"{line}\n" for line in file.lines)


def from_standoff(source: str, article: Article, ann: str) -> tuple[list[dict[str, Any]], list[GoldError]]:
    """The claims of an `.ann` as gold labels in JSON form, in the order of the file, and what is in none of them.

    The roles of an event tell where its parts stand; where the event itself stands says nothing. One without a note,
    added by hand, has a mention but no name for its speaker, and no target.

    Raises:
        GoldError: If a line is malformed, or refers to what is not there.
    """
    file = _read(source, ann)
    labels = [_label(source, article, event, file.marks) for event in file.events if event.is_complete]
    strays = [_incomplete(source, event) for event in file.events if not event.is_complete]
    used = {name for event in file.events for names in event.parts.values() for name in names}
    for name, mark in file.marks.items():
        if mark.kind in _ROLES and name not in used:
            words = _one_line(" … ".join(article.text[start:end] for start, end in mark.offsets))
            reason = f"{name}, the {mark.kind} {words!r}, belongs to no event: draw an arc to it, or delete it"
            strays.append(GoldError(source, mark.where, reason))
    return labels, strays


@dataclass
class _File:
    """Lines of an `.ann`, numbered by kind."""

    lines: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    triggers: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def add(self, claim: Claim) -> None:
        # An event stands on its cue, so that whoever moves the content has but one mark to move.
        roles = [f"{_TYPES[claim.kind]}:{self._trigger(_TYPES[claim.kind], claim.cue or claim.content[0])}"]
        for number, span in enumerate(claim.content, start=1):
            roles.append(f"Content{number if number > 1 else ''}:{self._bound('Content', span)}")
        parts = {
            "Cue": claim.cue,
            "Source": claim.speaker and claim.speaker.mention,
            "When": claim.date and claim.date.text,
        }
        roles += [f"{role}:{self._bound(role, span)}" for role, span in parts.items() if span]
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
        self._line("#", f"AnnotatorNotes {event}\t{_ESCAPED.sub(_escape, written)}")

    def _trigger(self, kind: str, span: Span) -> str:
        """The mark that an event stands on; two events on the same words share it."""
        place = kind, span.start, span.end
        if place not in self.triggers:
            self.triggers[place] = self._bound(kind, span)
        return self.triggers[place]

    def _bound(self, kind: str, span: Span) -> str:
        fragments = _fragments(span)
        offsets = ";".join(f"{start} {end}" for start, end, _ in fragments)
        return self._line("T", f"{kind} {offsets}\t{' '.join(words for _, _, words in fragments)}")

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


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


@dataclass(frozen=True)
class _Mark:
    """A text-bound annotation."""

    where: str
    kind: str
    offsets: list[tuple[int, int]]


@dataclass
class _Event:
    name: str
    where: str
    kind: str
    parts: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return self.kind in _TYPES.values() and "Content" in self.parts


@dataclass(frozen=True)
class _Annotations:
    marks: dict[str, _Mark]
    events: list[_Event]


def _read(source: str, ann: str) -> _Annotations:
    marks: dict[str, _Mark] = {}
    lines = []
    # Only \n ends a line: a text may hold what str.splitlines takes for an end.
    for number, line in enumerate(ann.split("\n"), start=1):
        where = f"line {number}"
        name, _, rest = line.rstrip("\r").partition("\t")
        if name.startswith("T"):
            annotation = rest.partition("\t")[0]
            marks[name] = _Mark(where, annotation.partition(" ")[0], _offsets(source, where, annotation))
        elif rest:
            lines.append((where, name, rest))
    events: dict[str, _Event] = {}
    for where, name, rest in (line for line in lines if line[1].startswith("E")):
        events[name] = _event(source, where, name, rest, marks)
    for where, name, rest in lines:
        kind, target, value = [*rest.partition("\t")[0].split(), "", "", ""][:3]
        if name.startswith(("A", "M")) and target in events:
            events[target].attributes[kind] = value
        elif name.startswith("#") and target in events and (words := rest.partition("\t")[2].strip()).startswith("{"):
            events[target].note = _note(source, where, words)
    return _Annotations(marks, list(events.values()))


def _offsets(source: str, where: str, annotation: str) -> list[tuple[int, int]]:
    pairs = [pair.split() for pair in annotation.partition(" ")[2].split(";")]
    try:
        return sorted((int(start), int(end)) for start, end in pairs)
    except ValueError:
        raise GoldError(source, where, f"{annotation!r} is not a type and offsets") from None


def _event(source: str, where: str, name: str, roles: str, marks: dict[str, _Mark]) -> _Event:
    event = _Event(name, where, roles.partition(":")[0])
    for role, _, target in (part.partition(":") for part in roles.split()):
        if target not in marks:
            raise GoldError(source, where, f"{role} refers to {target or 'nothing'}, which is not there")
        # brat numbers a role that is filled twice: Content, Content2.
        event.parts.setdefault(role.rstrip("0123456789"), []).append(target)
    return event


def _note(source: str, where: str, words: str) -> dict[str, Any]:
    """The JSON object that a note begins with."""
    try:
        note, _ = json.JSONDecoder().raw_decode(words)
        json.dumps(note, ensure_ascii=False).encode()  # Half a character cannot be written down.
    except (ValueError, RecursionError):
        note = None
    if not isinstance(note, dict) or not all(isinstance(value, str | None) for value in note.values()):
        raise GoldError(source, where, "the note is not a JSON object of strings")
    return note


def _incomplete(source: str, event: _Event) -> GoldError:
    if event.kind in _TYPES.values():
        reason = f"{event.name}, the {event.kind}, has no Content: draw an arc to it, or delete the event"
    else:
        reason = f"{event.name} is a {event.kind!r}, which is neither {' nor '.join(_TYPES.values())}"
    return GoldError(source, event.where, reason)


def _label(source: str, article: Article, event: _Event, marks: dict[str, _Mark]) -> dict[str, Any]:
    def spans(role: str) -> list[dict[str, Any]]:
        found = [pair for name in event.parts.get(role, []) for pair in _joined(article.text, marks[name].offsets)]
        for start, end in found:
            if not 0 <= start < end <= len(article.text):
                raise GoldError(source, event.where, f"span {start}:{end} is not within the article")
        return [Span.of(article.text, start, end).model_dump() for start, end in sorted(found)]

    cue, mention, expression = (next(iter(spans(role)), None) for role in ("Cue", "Source", "When"))
    note = event.note
    name, role, target, date = (note.get(field) for field in ("speaker", "role", "target", "date"))
    return {
        "kind": "claim" if event.kind == _TYPES["claim"] else "fact",
        "text": note.get("text") or "",
        "content": spans("Content"),
        "quotation": event.attributes.get("Quotation"),
        "cue": cue,
        "speaker": {"name": name, "mention": mention, "role": role} if name or mention else None,
        "stance": event.attributes.get("Stance"),
        "target": {"name": target} if target else None,
        "date": {"text": expression, "value": date} if date or expression else None,
        "nested": "Nested" in event.attributes,
        "optional": False,
    }


def _joined(text: str, fragments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put together what only line breaks cut."""
    joined: list[tuple[int, int]] = []
    for start, end in fragments:
        if joined and _BROKEN_LINE.fullmatch(text, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _one_line(text: str, limit: int = 60) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
