"""An article's paragraphs and sentences, as offsets into its text.

Offsets are half-open and count Unicode code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

_LINE = re.compile(r"[^\r\n]+")
_LONGEST_PIECE = 10_000
# Abbreviations before a name that `sentencex` takes for the end of a sentence.
_UNFINISHED = re.compile(
    r"\b(?:Ms|Mx|Messrs|Cllr|Atty|Ald|Supt|Cmdr|Adm|Insp|Det|Cpl|Pvt|Sens|Reps|Gov|Pres|Treas|vs)\.$"
)
_WRAPPED_LINE = range(50, 101)
_SENTENCE_ENDS = tuple(".!?:;…\"'”’»")


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    r"""Find the paragraphs of `text`, white space around them left out.

    A blank line ends a paragraph, and so does a single line break, unless the
    lines around it were wrapped to a fixed width (as in plain-text mail).

    >>> split_paragraphs("A heading\nThe first sentence.\n\nMore.")
    [(0, 9), (10, 29), (31, 36)]
    """
    paragraphs: list[tuple[int, int]] = []
    for lines in _blocks(text):
        paragraphs += [(lines[0][0], lines[-1][1])] if _is_wrapped(text, lines) else lines
    return paragraphs


def split_sentences(text: str, paragraphs: Sequence[tuple[int, int]] | None = None) -> list[tuple[int, int]]:
    """Find the sentences of `text` in order, white space around them left out.

    `paragraphs` are those of `split_paragraphs`, if they are known already.

    No sentence crosses a paragraph's end, and a quotation of several sentences is
    kept with the words that introduce it.

    Source:
        Boundaries are those of the `sentencex` package (Wikimedia Foundation).

    >>> split_sentences("Dr. Poe left. It rained.")
    [(0, 13), (14, 24)]
    """
    paragraphs = split_paragraphs(text) if paragraphs is None else paragraphs
    return [sentence for start, end in paragraphs for sentence in _sentences_of_paragraph(text, start, end)]


def _blocks(text: str) -> list[list[tuple[int, int]]]:
    """The lines between blank lines, stripped, as offsets."""
    blocks: list[list[tuple[int, int]]] = []
    previous_end = -1
    for line in _LINE.finditer(text):
        stripped = line[0].strip()
        if not stripped:
            continue
        start = line.start() + line[0].index(stripped)
        if previous_end < 0 or _has_blank_line(text, previous_end, line.start()):
            blocks.append([])
        blocks[-1].append((start, start + len(stripped)))
        previous_end = line.end()
    return blocks


def _has_blank_line(text: str, start: int, end: int) -> bool:
    gap = text[start:end].replace("\r\n", "\n").replace("\r", "\n")
    return gap.count("\n") > 1


def _is_wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    """Whether the line breaks of a block were put there by width rather than by sense."""
    broken = lines[:-1]
    if not all(end - start in _WRAPPED_LINE for start, end in broken):
        return False
    return sum(text[end - 1] in _SENTENCE_ENDS for _, end in broken) * 2 < len(broken)


def _sentences_of_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    sentences: list[tuple[int, int]] = []
    for piece_start, piece_end in _pieces(text, start, end):
        # The boundaries count code points of the piece they are given.
        for boundary in get_sentence_boundaries("en", text[piece_start:piece_end]):
            sentence: str = boundary["text"]
            stripped = sentence.strip()
            if not stripped:
                continue
            begin = piece_start + boundary["start_index"] + sentence.index(stripped)
            if sentences and _UNFINISHED.search(text, max(sentences[-1][0], sentences[-1][1] - 12), sentences[-1][1]):
                begin = sentences.pop()[0]
            sentences.append((begin, piece_start + boundary["start_index"] + len(sentence.rstrip())))
    return sentences


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a paragraph that no one would write: `sentencex` takes quadratic time on marks that are never closed."""
    while end - start > _LONGEST_PIECE:
        space = text.rfind(" ", start + 1, start + _LONGEST_PIECE)
        cut = space if space > 0 else start + _LONGEST_PIECE
        yield start, cut
        start = cut
    yield start, end
