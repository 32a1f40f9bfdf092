"""What a rule is given and what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from claimx.claims.dating.tense import Direction, direction


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an expression means: `value` is YYYY-MM-DD, YYYY-MM, YYYY or None.

    `rule` names the rule that decided, and `anchor` the ISO 8601 date that was counted from, if any was.
    """

    value: str | None
    rule: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds an expression: the publication day, its sentence, and the dates named earlier in it."""

    published: date | None
    timestamp: datetime | None = None
    before: str = ""
    after: str = ""
    anchors: Callable[[], tuple[str, ...]] = tuple
    """The ISO 8601 dates that stand before the expression, the nearest first."""
    following: Callable[[], str | None] = lambda: None
    """The ISO 8601 date that stands directly after the expression."""

    def direction(self) -> Direction | None:
        """Whether the sentence is about the past or the future."""
        return direction(self.before, self.after)

    def anchor(self, digits: int) -> str | None:
        """The nearest date before the expression that is at least that long: 4 for a year, 7 a month, 10 a day."""
        return next((value[:digits] for value in self.anchors() if len(value) >= digits), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern over folded text and what it means; `is_date` is False where it only keeps a date from being seen."""

    pattern: re.Pattern[str]
    resolve: Callable[[re.Match[str], Setting], Resolution]
    is_date: bool = True


UNPUBLISHED = Resolution(None, "no-publication-date")
"""The answer to a relative expression in an article whose day is not known."""
