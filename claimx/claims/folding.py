"""Text folded for comparison, with the way back to the original offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_SINGLE_QUOTES = "'`´‘’‚‛‹›＇ʼ"
_DOUBLE_QUOTES = '"“”„‟«»＂'
_QUOTES = dict.fromkeys(_SINGLE_QUOTES + _DOUBLE_QUOTES, "'")
_DASHES = dict.fromkeys("-‐‑‒–—―−﹘﹣－", "-")
_SIGNS = _QUOTES | _DASHES | {"…": "..."}
# Marks that print nothing: soft hyphen, zero-width space, direction marks, word joiner, byte order mark.
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u2060\ufeff"
# Letters that fold to themselves unless a mark that combines follows: Latin, Cyrillic, Kana, Han.
_LETTERS = "À-ɏЀ-ҁҊ-ԯぁ-ゖァ-ヺー一-鿿"
# A run that folds to itself. What marks may combine with its last character, or space follow, is looked at closely.
_PLAIN = re.compile(rf"(?:[!#-_a-~{_LETTERS}]| (?![\s{_INVISIBLE}]))+(?![\u0300-\U0010ffff])")
# Leading, vowel and trailing jamo, of which a Korean syllable is made where it is not one character.
_JAMO = re.compile("[\u1100-\u115f\ua960-\ua97f]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back.

    The folded text is a row of stretches; the i-th begins at `folded[i]` in it and stands for the original's
    `starts[i]:ends[i]`, character by character if it is plain, else only as a whole.
    """

    text: str
    folded: list[int]
    starts: list[int]
    ends: list[int]
    are_plain: list[bool]

    def original(self, at: int) -> tuple[int, int]:
        """The stretch of the original that one folded character stands for."""
        index = bisect_right(self.folded, at) - 1
        if self.are_plain[index]:
            start = self.starts[index] + at - self.folded[index]
            return start, start + 1
        return self.starts[index], self.ends[index]

    def find(self, words: str) -> list[tuple[int, int]]:
        """Where the words stand after folding, as offsets into the original."""
        wanted = fold_text(words).strip()
        found: list[tuple[int, int]] = []
        at = self.text.find(wanted) if wanted else -1
        while at >= 0:
            last = at + len(wanted) - 1
            start, end = self.original(at)[0], self.original(last)[1]
            # A match may not begin or end within one folded sign, such as after one dot of "…".
            begins = at == 0 or self.original(at - 1)[0] != start
            ends = last + 1 == len(self.text) or self.original(last + 1)[1] != end
            if begins and ends:
                found.append((start, end))
            at = self.text.find(wanted, at + 1)
        return found


def fold(text: str) -> Folded:
    """Fold white space, quote marks and apostrophes, dashes, the ellipsis sign, invisible marks and composition.

    >>> fold("“Wait”  – he said…").text
    "'Wait' - he said..."
    """
    pieces: list[str] = []
    folded: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    are_plain: list[bool] = []
    length = 0
    for piece, start, end, is_plain in _pieces(text):
        pieces.append(piece)
        folded.append(length)
        starts.append(start)
        ends.append(end)
        are_plain.append(is_plain)
        length += len(piece)
    return Folded("".join(pieces), folded, starts, ends, are_plain)


def fold_text(text: str) -> str:
    """The folded text alone, where nobody asks for the way back."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join([piece for piece, _, _, _ in _pieces(text)])


def _pieces(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """The stretches of the text, what each folds to, and whether that is the stretch itself."""
    position, length = 0, len(text)
    while position < length:
        if plain := _PLAIN.match(text, position):
            yield plain[0], position, plain.end(), True
            position = plain.end()
            continue
        char = text[position]
        end = position + 1
        if char in _INVISIBLE:
            position = end
            continue
        if char.isspace():
            while end < length and (text[end].isspace() or text[end] in _INVISIBLE):
                end += 1
            piece = " "
        elif char in _DOUBLE_QUOTES and position and text[position - 1].isdigit():
            # Behind a digit it may be inches or seconds, and a single one feet or minutes.
            piece = '"'
        elif char in _SIGNS:
            piece = _SIGNS[char]
        elif char.isascii() and not (end < length and text[end] > "\u02ff"):
            piece = char
        else:
            end = _glyph_end(text, position)
            piece = unicodedata.normalize("NFC", text[position:end])
        yield piece, position, end, False
        position = end


def _glyph_end(text: str, start: int) -> int:
    """Where the character that begins here ends, with the marks that combine with it."""
    if syllable := _JAMO.match(text, start):
        return syllable.end()
    end = start + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end
