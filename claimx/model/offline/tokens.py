"""Words and punctuation of a sentence, with their offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from claimx.article.quotations import Quotation

# A possessive is a token of its own; so are the marks of the sentence. "U.S." and "Mr." keep their stops.
# The first line is true of the others too: most words are small letters before a space, and need no closer look.
_TOKEN = re.compile(
    r"[a-z]+(?= )"
    r"|(?:[^\W\d_]\.){2,}"
    r"|[A-Z]\.(?= [A-Z])"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Sen|Sens|Rep|Reps|Gov|Lt|Gen|Col|Maj|Capt|Sgt|Rev|Hon|St|Jr|Sr|Ltd|Inc|Corp|Co|Bros|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\."
    r"|['’](?:s|S)\b"
    r"|[$£€]?\w+(?:[.,/]\d+)*(?:(?:[-‑]|['’](?![sS]\b)|&)\w+)*(?:n['’]t\b)?%?"
    r"|(?P<mark>--+|\.\.\.+|[^\w\s])"
)


class Token(NamedTuple):
    """A word or a mark; `lower` has straight apostrophes, `quotation` is the index of the quotation it is in, or -1."""

    start: int
    end: int
    text: str
    lower: str
    is_word: bool
    quotation: int


def tokenize(text: str, start: int, end: int, quotations: list[Quotation], starts: list[int]) -> list[Token]:
    """The tokens between two offsets of `text`; `starts` are the starts of `quotations`."""
    index = bisect_right(starts, start) - 1
    until = quotations[index].end if index >= 0 else 0
    upcoming = starts[index + 1] if index + 1 < len(starts) else end
    # The constructor of a named tuple costs twice as much, and this is the innermost loop of all.
    new = tuple.__new__
    tokens: list[Token] = []
    add = tokens.append
    for match in _TOKEN.finditer(text, start, end):
        begin, finish = match.span()
        if begin >= upcoming:
            while index + 1 < len(starts) and starts[index + 1] <= begin:
                index += 1
            until = quotations[index].end
            upcoming = starts[index + 1] if index + 1 < len(starts) else end
        word = text[begin:finish]
        lower = word.lower()
        if "’" in lower:
            lower = lower.replace("’", "'")
        add(new(Token, (begin, finish, word, lower, match.lastindex is None, index if begin < until else -1)))
    return tokens
