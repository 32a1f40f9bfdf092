"""Claims as a table on a terminal, as JSON Lines, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from claimx.schema import Claim, Extraction, Span

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

# Control characters, and what nobody sees: the separators of lines, and the format characters (category Cf), which
# reorder, hide or smuggle text. Joiners (some scripts need them), the soft hyphen and the format characters that do
# have a shape, such as Arabic number signs, are left alone. Line feeds are dealt with before.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_STANCE_STYLE = {"favor": "green", "against": "red", "neutral": "dim"}
_STANCE_SIGN = {"favor": "+ favor", "against": "− against", "neutral": "○ neutral"}
# The width from which five columns leave enough room for the claim.
_ROOMY = 110
# What a spreadsheet may pass over before a formula: white space, control and format characters.
_SKIPPED = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf"))


def printable(text: str) -> str:
    r"""The text with whatever could steer a terminal shown as its code point.

    >>> printable("red \x1b[31m")
    'red <1b>[31m'
    """
    return _UNPRINTABLE.sub(lambda match: f"<{ord(match[0]):02x}>", text)


def claim_line(claim: Claim | Extraction) -> str:
    """A record on one line of JSON; what could steer a terminal, or cannot be seen, is escaped as JSON allows."""
    return _UNPRINTABLE.sub(lambda match: json.dumps(match[0])[1:-1], claim.model_dump_json())


def write_table(console: Console, extraction: Extraction, *, title: str | None = None) -> None:
    """Print one article's claims, then its facts: five columns, or three stacked ones where there is little room."""
    claims = [claim for claim in extraction.claims if claim.kind == "claim"]
    facts = [claim for claim in extraction.claims if claim.kind == "fact"]
    if title:
        console.print(_cell(title, "bold"))
    if claims:
        console.print(_stacked(claims, console.width) if console.width < _ROOMY else _wide(claims, console.width))
    if facts:
        table = _table()
        table.add_column("Date", no_wrap=True)
        table.add_column("Fact", ratio=1, overflow="fold")
        for fact in facts:
            table.add_row(_cell(_date(fact)), _statement(fact))
        console.print()
        console.print(table)
    if not extraction.claims:
        console.print(_cell("no claims found", "dim"))


def _wide(claims: list[Claim], width: int) -> Table:
    table = _table()
    table.add_column("Speaker", max_width=width // 6, overflow="fold")
    table.add_column("Stance", no_wrap=True)
    table.add_column("Target", max_width=width // 6, overflow="fold")
    table.add_column("Date", no_wrap=True)
    table.add_column("Claim", ratio=1, overflow="fold")
    for claim in claims:
        table.add_row(_speaker(claim), _stance(claim), _target(claim), _cell(_date(claim)), _statement(claim))
    return table


def _stacked(claims: list[Claim], width: int) -> Table:
    # A blank line between claims: names of two lines would run into one another.
    table = _table(below=1)
    side = max(17, width // 5)
    table.add_column("Speaker\nDate", width=side, overflow="fold")
    table.add_column("Stance\nTarget", width=side, overflow="fold")
    table.add_column("Claim", ratio=1, overflow="fold")
    for claim in claims:
        said_on = _cell(_date(claim), "dim") if _date(claim) else None
        table.add_row(
            _lines(_speaker(claim), said_on),
            _lines(_stance(claim), _target(claim)),
            _statement(claim),
        )
    return table


def _table(*, below: int = 0) -> Table:
    from rich.table import Table

    return Table(box=None, pad_edge=False, padding=(0, 2, below, 0), header_style="bold", expand=True)


def _lines(*cells: Text | None) -> Text:
    from rich.text import Text

    return Text("\n").join(cell for cell in cells if cell is not None)


def _cell(text: str | None, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(" ".join((text or "–").split())), style=style)


def _speaker(claim: Claim) -> Text:
    return _cell(claim.speaker.name if claim.speaker else None, "bold")


def _stance(claim: Claim) -> Text:
    stance = claim.stance or "neutral"
    return _cell(_STANCE_SIGN[stance], _STANCE_STYLE[stance])


def _target(claim: Claim) -> Text:
    return _cell(claim.target.name if claim.target else None)


def _date(claim: Claim) -> str | None:
    return claim.date.value if claim.date else None


def _statement(claim: Claim) -> Text:
    """The claim, and below it where its evidence stands, with the words themselves where they differ."""
    text = ("↳ " if claim.nested else "") + claim.text
    words = " … ".join(span.text for span in claim.content)
    where = ", ".join(f"{span.start}:{span.end}" for span in claim.content)
    evidence = where if _is_repeated(words, claim.text) else f"{where} “{words}”"
    return _lines(_cell(text), _cell(evidence, "dim"))


def _is_repeated(words: str, text: str) -> bool:
    return re.findall(r"\w+", words.casefold()) == re.findall(r"\w+", text.casefold())


COLUMNS = (
    "article_id", "id", "kind", "speaker", "role", "stance", "target", "date", "text", "content", "quotation", "cue",
    "mention", "date_text", "nested", "start", "end", "grounding", "content_spans", "cue_span", "mention_span",
    "date_span", "article_digest",
)  # fmt: skip


def claim_row(claim: Claim) -> dict[str, str | int | bool | None]:
    """A claim as one flat row; the pieces of an interrupted content are joined by " … ".

    Spans are JSON, `[start,end]`: a spreadsheet takes `12:35` for a time.
    """
    mention = claim.speaker.mention if claim.speaker else None
    expression = claim.date.text if claim.date else None
    return {
        "article_id": claim.article_id,
        "id": claim.id,
        "kind": claim.kind,
        "speaker": claim.speaker.name if claim.speaker else None,
        "role": claim.speaker.role if claim.speaker else None,
        "stance": claim.stance,
        "target": claim.target.name if claim.target else None,
        "date": claim.date.value if claim.date else None,
        "text": claim.text,
        "content": " … ".join(span.text for span in claim.content),
        "quotation": claim.quotation,
        "cue": claim.cue.text if claim.cue else None,
        "mention": mention.text if mention else None,
        "date_text": expression.text if expression else None,
        "nested": claim.nested,
        "start": claim.start,
        "end": claim.end,
        "grounding": claim.grounding,
        "content_spans": f"[{','.join(_offsets(span) for span in claim.content)}]",
        "cue_span": _offsets(claim.cue) if claim.cue else None,
        "mention_span": _offsets(mention) if mention else None,
        "date_span": _offsets(expression) if expression else None,
        "article_digest": claim.article_digest or None,
    }


def _offsets(span: Span) -> str:
    return f"[{span.start},{span.end}]"


def csv_lines(claims: Iterable[Claim], *, header: bool) -> str:
    """Claims as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    for claim in claims:
        row = claim_row(claim)
        writer.writerow([_defused(row[name]) for name in COLUMNS])
    return out.getvalue()


def _defused(value: str | int | bool | None) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value).lower()
    return ("'" if _is_formula(value) else "") + printable(value)


def _is_formula(value: str) -> bool:
    """Whether a spreadsheet may calculate the cell: some skip what is blank, and read full-width signs as plain ones.

    Source:
        OWASP, CSV Injection (the signs, and the tab and the carriage return that some programs swallow).
    """
    if value.startswith(("\t", "\r")):
        return True
    first = next((char for char in value if unicodedata.category(char) not in _SKIPPED), "")
    return unicodedata.normalize("NFKC", first).startswith(("=", "+", "-", "@"))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "claim"), count(1200, "claim")
    ('1 claim', '1,200 claims')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
