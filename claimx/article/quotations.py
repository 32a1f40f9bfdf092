"""Where an article quotes: stretches between quotation marks of any style.

Offsets are half-open and count Unicode code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claimx.article.sentences import split_paragraphs

_DOUBLE = frozenset(['"', "“", "”", "„", "‟", "＂", "''"])
_SINGLE = "'‘’‚‛"
_PAIRS = {"«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』", "``": "''", "〝": "〞"}
# As ``|''|[…], but the first character is one of a set: what begins otherwise is passed over several times as fast.
_MARK = re.compile('[`"“”„‟＂' + _SINGLE + "«»‹›「『〝](?:(?<=')'|(?<=`)`|(?<!`))")
_ELISION = re.compile(r"(?:em|n|til|tis|twas|cause|bout|round|\d0s)\b", re.IGNORECASE)
_BEFORE_OPENING = '([{<—–-/|:"“”„‟＂' + _SINGLE


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: `start` to `end` with its marks, `inner_start` to `inner_end` without.

    `continues` says that the next paragraph goes on with the same speech: the
    mark was left open, and the next paragraph opens with one again.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    continues: bool = False


def find_quotations(text: str, paragraphs: Sequence[tuple[int, int]] | None = None) -> list[Quotation]:
    """Find the outermost quotations of `text`, in order; `paragraphs` are those of `split_paragraphs`, if known.

    A quotation ends at its closing mark, or at the end of its paragraph if it has
    none; so a stray mark never takes in more than one paragraph. Quotations inside
    a quotation belong to it. An apostrophe is not a mark.

    >>> [(q.start, q.end) for q in find_quotations("'Don't,' she said. «Non», dit-il.")]
    [(0, 8), (19, 24)]
    """
    paragraphs = split_paragraphs(text) if paragraphs is None else paragraphs
    openings = [text[start : start + 2] for start, _ in paragraphs[1:]] + [""]
    return [
        quotation
        for (start, end), following in zip(paragraphs, openings, strict=False)
        for quotation in _quotations_of_paragraph(text, start, end, following)
    ]


def _quotations_of_paragraph(text: str, start: int, end: int, following: str) -> Iterator[Quotation]:
    """Quotations between two offsets; `following` are the first two characters of the next paragraph."""
    marks = [(mark.start(), mark[0]) for mark in _MARK.finditer(text, start, end)]
    position = start
    for number, (at, mark) in enumerate(marks):
        if at < position or not _opens(text, at, mark, start, end):
            continue
        close = _close(text, marks, number, start, end)
        continues = close is None and _same_style(mark, following)
        if close is None and mark in _SINGLE and not continues:
            continue
        inner_end, position = close or (end, end)
        yield _quotation(text, at, at + len(mark), inner_end, position, continues=continues)


def _quotation(text: str, start: int, inner_start: int, inner_end: int, end: int, *, continues: bool) -> Quotation:
    # French typography sets a space inside the marks.
    while inner_start < inner_end and text[inner_start].isspace():
        inner_start += 1
    while inner_end > inner_start and text[inner_end - 1].isspace():
        inner_end -= 1
    return Quotation(start, end, inner_start, inner_end, continues)


def _same_style(mark: str, following: str) -> bool:
    return following.startswith(mark) or (mark in _DOUBLE and (following[:1] in _DOUBLE or following in _DOUBLE))


def _opens(text: str, at: int, mark: str, start: int, end: int) -> bool:
    """Whether a mark outside all quotations opens one."""
    after = text[at + len(mark)] if at + len(mark) < end else " "
    if mark in ("“", "„", "‟", "«", "‹", "「", "『", "〝", "``"):
        return mark in "«‹「『〝" or not after.isspace()
    before = text[at - 1] if at > start else " "
    if after.isspace() or not (before.isspace() or before in _BEFORE_OPENING):
        return False
    if mark in _SINGLE:
        # A word may begin with an apostrophe: 'em, '90s; and ’ never opens in English.
        return mark != "’" and (after.isalnum() or after in '"“”„…([$£€') and not _ELISION.match(text, at + 1)
    return after.isalnum() or after in _SINGLE + "…([$£€.-—–#@¿¡"


def _close(text: str, marks: list[tuple[int, str]], number: int, start: int, end: int) -> tuple[int, int] | None:
    """Where the quotation that `marks[number]` opens ends, without and with its closing mark."""
    at, mark = marks[number]
    if mark in _PAIRS:
        close = text.find(_PAIRS[mark], at + len(mark), end)
        return None if close < 0 else (close, close + len(_PAIRS[mark]))
    if mark in _SINGLE:
        return _close_single(text, marks, number, start, end)
    return _close_double(text, marks, number, start, end)


def _close_double(text: str, marks: list[tuple[int, str]], number: int, start: int, end: int) -> tuple[int, int] | None:
    opening = marks[number][1]
    for index in range(number + 1, len(marks)):
        at, mark = marks[index]
        if mark not in _DOUBLE:
            continue
        if mark == "”" or (mark == "“" and opening in "„‟"):
            return at, at + 1
        if (mark in "“„‟" or text[at - 1].isspace()) and _opens(text, at, mark, start, end):
            # A second opening before any close: the first close is missing.
            return at, at
        if text[at - 1].isspace() and not text[at + len(mark) : at + len(mark) + 1].isspace():
            continue
        return at, at + len(mark)
    return None


def _close_single(text: str, marks: list[tuple[int, str]], number: int, start: int, end: int) -> tuple[int, int] | None:
    possessive: tuple[int, int] | None = None
    for index in range(number + 1, len(marks)):
        at, mark = marks[index]
        if mark not in _SINGLE:
            continue
        if _opens(text, at, mark, start, end):
            break
        after = text[at + 1 : at + 3]
        if text[at - 1].isspace() or after[:1].isalnum():
            continue
        # "the workers' union": the mark after a plural may be its apostrophe, so a later one is preferred.
        if text[at - 1] in "sS" and after[:1].isspace() and after[1:].islower():
            possessive = possessive or (at, at + 1)
            continue
        return at, at + 1
    return possessive
