"""Words and punctuation of a sentence, with their offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from claimx.article.quotations import Quotation

# A possessive is a token of its own; so are the marks of the sentence. "U.S." and "Mr." keep their stops.
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"
    r"|[A-Z]\.(?= [A-Z])"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Sen|Sens|Rep|Reps|Gov|Lt|Gen|Col|Maj|Capt|Sgt|Rev|Hon|St|Jr|Sr|Ltd|Inc|Corp|Co|Bros|Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\."
    r"|['’](?:s|S)\b"
    r"|[$£€]?\w+(?:[.,/]\d+)*(?:(?:[-‑]|['’](?![sS]\b)|&)\w+)*(?:n['’]t\b)?%?"
    r"|(?P<mark>--+|\.\.\.+|[^\w\s])"
)

_GAP = re.compile(r" (?<![A-Z]\. )| (?![A-Z])")
_KNOWN = 1 << 14
_LONGEST_KNOWN = 32
_Word = tuple[int, int, str, str, bool]


# Read far more often than made: a named tuple takes as long to make, and its fields three times as long to read.
@dataclass(slots=True)
class Token:
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
    tokens: list[Token] = []
    add = tokens.append
    at = start
    pieces = _pieces(text[start:end])
    words_of = _known_words if len(max(pieces, key=len)) < _LONGEST_KNOWN else _words
    for piece in pieces:
        for first, last, word, lower, is_word in words_of(piece):
            begin = at + first
            if begin >= upcoming:
                while index + 1 < len(starts) and starts[index + 1] <= begin:
                    index += 1
                until = quotations[index].end
                upcoming = starts[index + 1] if index + 1 < len(starts) else end
            add(Token(begin, at + last, word, lower, is_word, index if begin < until else -1))
        at += len(piece) + 1
    return tokens


def _pieces(stretch: str) -> list[str]:
    """Cut at single spaces, but not between an initial and a capital: what is one token never depends on two pieces."""
    return _GAP.split(stretch) if ". " in stretch else stretch.split(" ")


def _words(piece: str) -> tuple[_Word, ...]:
    """The tokens of a piece: start and end in it, the word, the word in small letters, whether it is a word."""
    if piece.isalpha():
        # Letters alone are one word: four of ten pieces that are not known yet need no pattern.
        return ((0, len(piece), piece, piece.lower(), True),)
    found = []
    for match in _TOKEN.finditer(piece):
        word = match[0]
        found.append((*match.span(), word, word.lower().replace("’", "'"), match.lastindex is None))
    return tuple(found)


# The same words come again and again: remembering what they are made of is twice as fast as looking for it anew.
_known_words = lru_cache(maxsize=_KNOWN)(_words)
