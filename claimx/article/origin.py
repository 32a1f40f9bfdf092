"""Where an article was found, for ids, fallbacks and messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claimx.errors import InputError

Note = Callable[[str], None]
Skip = Callable[[InputError], None]


def ignore(note: str) -> None:
    """Take a remark and do nothing."""


def raise_error(error: InputError) -> None:
    """Skip nothing: what cannot be read ends the reading."""
    raise error


@dataclass(frozen=True)
class Origin:
    """Where an article was found.

    Attributes:
        source: The file, folder, address or `-` as messages name it.
        place: Where inside the source ("line 7"), or empty if the source holds one article.
        default_id: The id of an article that does not bring its own.
        published: The date that the user gives to articles without one.
        note: Takes remarks of one line.
        skip: Takes what cannot be read among several articles; when it returns, reading goes on with the next.
    """

    source: str
    default_id: str
    place: str = ""
    published: str | None = None
    note: Note = ignore
    skip: Skip = raise_error

    def __str__(self) -> str:
        return f"{self.source}: {self.place}" if self.place else self.source

    def error(self, reason: str) -> InputError:
        """The error to raise when this article cannot be read."""
        return InputError(self.source, f"{self.place}: {reason}" if self.place else reason)

    def remark(self, text: str) -> None:
        """Tell the user something about this article."""
        self.note(f"{self}: {text}")
