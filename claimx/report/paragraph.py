"""A claim in its paragraph on a terminal, the evidence underlined by marks that need no colour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claimx.claims.verifying import evidence
from claimx.report.tables import printable
from claimx.schema import Claim, Span

if TYPE_CHECKING:
    from rich.console import Console

# In the order in which they are drawn over each other.
_MARKS = {"content": "─", "date": "┄", "mention": "~", "cue": "^"}
_STYLES = {"content": "underline", "date": "cyan", "mention": "bold", "cue": "yellow"}
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
# Of a paragraph without end, what is shown on either side of the evidence, in characters.
_MOST_AROUND = 600


@dataclass(frozen=True, slots=True)
class Cell:
    """One character of the article as it is displayed, and what it is evidence of ("" if of nothing)."""

    shown: str
    part: str


def write_claim(console: Console, claim: Claim, text: str | None) -> None:
    """Print a claim: its fields, then its paragraphs with a line of marks below each line of the text.

    Args:
        console: Where to; its width decides where lines end.
        claim: Its offsets must hold in the text.
        text: The article's; None prints the evidence by itself.
    """
    from rich.text import Text

    for name, value in _fields(claim):
        console.print(Text.assemble((f"{name:<10}", "dim"), printable(" ".join(value.split()))), soft_wrap=True)
    console.print()
    if text is not None:
        for line in lay_out(text, list(evidence(claim)), console.width):
            _write_line(console, line)
        console.print()
    for part, span in evidence(claim):
        place = f"{_MARKS[part]} {part:<8}{span.start}:{span.end}"
        console.print(Text.assemble((place, "dim"), "  ", printable(" ".join(span.text.split()))), soft_wrap=True)


def lay_out(text: str, parts: Iterable[tuple[str, Span]], width: int) -> list[list[Cell]]:
    r"""The paragraphs that hold the evidence, cut into lines of at most `width` columns; words stay whole if they fit.

    >>> lines = lay_out("Fog.\n\nAnn Poe said no.", [("cue", Span(start=14, end=18, text="said"))], 12)
    >>> ["".join(cell.shown for cell in line) for line in lines]
    ['Ann Poe said', 'no.']
    """
    spans = list(parts)
    lines: list[list[Cell]] = []
    for start, end in _paragraphs(text, [span for _, span in spans]):
        marks = [""] * (end - start)
        for name in _MARKS:
            for span in (span for part, span in spans if part == name):
                for at in range(max(span.start, start), min(span.end, end)):
                    marks[at - start] = name
        lines += _wrapped([Cell(_shown(char), mark) for char, mark in zip(text[start:end], marks, strict=True)], width)
        lines.append([])
    return lines[:-1]


def _paragraphs(text: str, spans: list[Span]) -> list[tuple[int, int]]:
    """The stretches to show, in order and without overlap."""
    stretches: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        near = max(0, span.start - _MOST_AROUND), min(len(text), span.end + _MOST_AROUND)
        breaks_before = [match.end() for match in _BLANK_LINE.finditer(text, near[0], span.start)]
        start = breaks_before[-1] if breaks_before else near[0]
        after = _BLANK_LINE.search(text, span.end, near[1])
        end = after.start() if after else near[1]
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    return stretches


def _shown(char: str) -> str:
    return " " if char.isspace() else printable(char)


def _wrapped(cells: list[Cell], width: int) -> list[list[Cell]]:
    from rich.cells import cell_len

    lines: list[list[Cell]] = [[]]
    used, space = 0, -1
    for cell in cells:
        columns = cell_len(cell.shown)
        if used + columns > width and space >= 0 and cell.shown != " ":
            # The word that has begun goes on the next line, and the space before it on none.
            begun = lines[-1][space + 1 :]
            del lines[-1][space:]
            lines.append(begun)
            used, space = sum(cell_len(item.shown) for item in begun), -1
        if used + columns > width:
            lines.append([])
            used, space = 0, -1
        if cell.shown == " ":
            if not lines[-1]:
                continue
            space = len(lines[-1])
        lines[-1].append(cell)
        used += columns
    return [line for line in lines if line]


def _write_line(console: Console, line: list[Cell]) -> None:
    from rich.cells import cell_len
    from rich.text import Text

    console.print(Text.assemble(*((cell.shown, _STYLES.get(cell.part, "")) for cell in line)), soft_wrap=True)
    marks = "".join(_MARKS.get(cell.part, " ") * cell_len(cell.shown) for cell in line).rstrip()
    if marks:
        console.print(Text(marks, style="dim"), soft_wrap=True)


def _fields(claim: Claim) -> list[tuple[str, str]]:
    speaker, target, date = claim.speaker, claim.target, claim.date
    fields = {
        claim.kind: claim.text,
        "speaker": f"{speaker.name}, {speaker.role}" if speaker and speaker.role else speaker and speaker.name,
        "stance": f"{claim.stance} → {target.name}" if claim.stance and target else claim.stance,
        "date": date and date.value,
        "quotation": claim.quotation,
        "nested": "inside another claim" if claim.nested else None,
        "article": claim.article_id,
        "id": claim.id,
    }
    return [(name, value) for name, value in fields.items() if value]
