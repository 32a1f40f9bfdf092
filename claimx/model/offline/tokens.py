"""Words and punctuation of a sentence, with their offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from claimx.article.quotations import Quotation

# A possessive is a token of its own; so are the marks of the sentence. "U.S." and "Mr." keep their stops.
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Sen|Sens|Rep|Reps|Gov|Lt|Gen|Col|Maj|Capt|Sgt|Rev|Hon|St|Jr|Sr|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\."
    r"|['’](?:s|S)\b"
    r"|[$£€]?\w+(?:[.,/]\d+)*(?:(?:[-‑]|['’](?![sS]\b)|&)\w+)*(?:n['’]t\b)?%?"
    r"|--+|\.\.\.+|[^\w\s]"
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
    tokens = []
    for match in _TOKEN.finditer(text, start, end):
        begin, word = match.start(), match[0]
        while index + 1 < len(starts) and starts[index + 1] <= begin:
            index += 1
        inside = index >= 0 and begin < quotations[index].end
        lower = word.lower().replace("’", "'")
        tokens.append(
            Token(
                begin,
                match.end(),
                word,
                lower,
                word[0].isalnum() or lower == "'s" or (len(word) > 1 and word[1].isalnum()),
                index if inside else -1,
            )
        )
    return tokens
