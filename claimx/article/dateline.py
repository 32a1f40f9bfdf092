"""The line of a text that tells when it was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# An article's date stands within its first lines or, in a print archive, its last ones.
_TOP_LINES = 10
_END_LINES = 3
_SHORT_LINE_CHARS = 160

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.?)"
)
_DATE = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\ +)?"
    rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\ +(?P<m>{_MONTH}),?\ +(?P<y>\d{{4}})"
    rf"|(?P<m2>{_MONTH})\ +(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\ +(?P<y2>\d{{4}})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))"
)
_ZONE = r"(?:\ ?(?:Z|[+-]\d{2}:?\d{2}|[A-Z]{2,5}))?"
_TIME = rf"(?:(?:,|T|\ at|\ -|\ –)?\ *\d{{1,2}}[:.h]\d{{2}}(?::\d{{2}})?(?:\ ?[ap]\.?m\.?)?{_ZONE})?"
_LABEL = r"(?:(?P<updated>(?:last\ )?(?:updated|modified))|(?:first\ )?(?:published|posted)|(?:publication\ )?date)"

_SEGMENT = re.compile(
    rf"(?:(?P<label>{_LABEL})(?:\ ?:|\ on|\ at)?\ +)?{_DATE}{_TIME}\.?", re.VERBOSE | re.IGNORECASE | re.ASCII
)
_SEPARATOR = re.compile(r"[|•·]")
# "LINDHAVEN, Aldmark, 12 March 2021 (CPA) -": the place in capitals, the date in full, a dash.
_DATELINE = re.compile(
    rf"[^\W\d_]{{2}}(?:[^\W\d_]|[ ,.'’/-]){{0,80}}?,\ +{_DATE}\ *(?:[(/][\w .,&'’-]{{1,40}}[)/]\ *)?(?:--?|–|—|:)\ ",
    re.VERBOSE,
)

_PUBLISHED, _PLACED, _BARE, _UPDATED = 0, 1, 2, 3


@dataclass(frozen=True)
class DateLine:
    """A day, and the words of the text that tell it."""

    day: date
    words: str


def find_date_line(text: str) -> DateLine | None:
    """Find the line near the top, or at the very end, that dates the text.

    Only full dates count: day, month by name and year, or ISO 8601. "Published" wins over a newspaper dateline, that
    over a line that is nothing but a date, and that over "Updated". Bare dates that differ from each other
    (a chronicle, a live blog) date nothing.

    >>> find_date_line("Posted 3 May 2021 | Updated 4 May 2021")
    DateLine(day=datetime.date(2021, 5, 3), words='Posted 3 May 2021')
    """
    found = [finding for line in _lines_to_read(text) for finding in _findings(line)]
    if len({finding.day for rank, finding in found if rank == _BARE}) > 1:
        found = [(rank, finding) for rank, finding in found if rank != _BARE]
    return min(found, key=lambda item: item[0])[1] if found else None


def _lines_to_read(text: str) -> list[str]:
    top = text.split("\n", 4 * _TOP_LINES)[: 4 * _TOP_LINES]
    end = text.rsplit("\n", 4 * _END_LINES)[-4 * _END_LINES :]
    return _first_lines(top, _TOP_LINES) + _first_lines(end[::-1], _END_LINES)


def _first_lines(lines: list[str], count: int) -> list[str]:
    return [line.strip() for line in lines if line and not line.isspace()][:count]


def _findings(line: str) -> Iterator[tuple[int, DateLine]]:
    if len(line) <= _SHORT_LINE_CHARS:
        for segment in map(str.strip, _SEPARATOR.split(line)):
            if (match := _SEGMENT.fullmatch(segment)) and (day := _day(match)):
                rank = _UPDATED if match["updated"] else _PUBLISHED if match["label"] else _BARE
                yield rank, DateLine(day, segment)
    if (match := _DATELINE.match(line)) and line[:2].isupper() and (day := _day(match)):
        yield _PLACED, DateLine(day, match[0].strip())


def _day(match: re.Match[str]) -> date | None:
    """The calendar day that a match of `_DATE` names, or None if there is no such day (31 June)."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = _MONTHS.index((match["m"] or match["m2"])[:3].lower()) + 1
        return date(int(match["y"] or match["y2"]), month, int(match["d"] or match["d2"]))
    except ValueError:
        return None
