"""What the characters alone can tell of a grounded claim: its sentence written out, its quotation type, its nesting."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from claimx.article.quotations import find_quotations
from claimx.schema import Quotation, Span

_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)\s*")
_DOUBLE_QUOTES = str.maketrans("", "", '"“”„«»')
_ANCHOR_WORDS = 4
_PRONOUN = re.compile(r"\W*(?:he|she|it|they|we|I|you|this|that|these|those)\b(?!['’])", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|nowhere|cannot|without|nicht|kein\w*|pas|ne|rien|jamais)\b"
    r"|n['’´]t\b|\bn['’]",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"den(?:y|ies|ied|ying)|reject|refus|dismiss|rul\w+ out|disput|refut|contradict|doubt|contest|declin|warn|against",
    re.IGNORECASE,
)
_LABEL_BEFORE = re.compile(r"(?:^|[\r\n])[^\r\n:“\"]{1,60}:\s+$")


def write_out(text: str, content: Sequence[Span], *, cue: str | None = None, known: str = "") -> str:
    """The standalone sentence, with every … replaced by the words of the content that it stands for.

    The words beside the … tell where in the content to go on; a … that they do not explain stays as it is. A
    sentence that loses or adds a negation, or has a number that nobody gave, is not trusted: the content itself
    stands in for it.

    Args:
        text: What the model wrote.
        content: The evidence.
        cue: The reporting words: what is denied may well be written with a negation.
        known: The article, whose numbers may stand in the sentence.

    >>> write_out("Ann Poe …again", [Span(start=0, end=26, text="she would test it again")])
    'Ann Poe would test it again.'
    """
    words = _continuous(content)
    parts = _ELLIPSIS.split(" ".join(text.split()))
    if not any(part.strip() for part in parts):
        return _as_sentence(words)
    written = parts[0]
    for part in parts[1:]:
        filled = _between(words, written, part)
        written = f"{written}… {part}" if filled is None else _joined(written, filled, part)
    return _as_sentence(written if _is_faithful(written, words, cue or "", known) else words)


def _continuous(content: Sequence[Span]) -> str:
    """The pieces as one text; a stop where the next begins a sentence."""
    text = content[0].text
    for span in content[1:]:
        begins_sentence = span.text[:1].isupper() and text[-1:].isalnum()
        text += (". " if begins_sentence else " ") + span.text
    return text


def _is_faithful(written: str, content: str, cue: str, known: str) -> bool:
    """Whether a sentence keeps the content's negations and has no numbers of its own."""
    numbers = set(_NUMBER.findall(written)) - set(_NUMBER.findall(content)) - set(_NUMBER.findall(known))
    if numbers:
        return False
    if _is_reversed(written, content) or _is_reversed(content, written):
        return False
    has, had = bool(_NEGATION.search(written)), bool(_NEGATION.search(content))
    may_add = _DENIAL.search(cue) or _NEGATION.search(cue) or "?" in content
    return has == had or (has and bool(may_add))


def _is_reversed(text: str, other: str) -> bool:
    """Whether a word of one text stands in the other without its negative prefix: "unsafe" for "safe"."""
    words, others = (set(re.findall(r"[^\W\d_]+", part.casefold())) for part in (text, other))
    return any(
        word not in others and word[2:] in others
        for word in words
        if word.startswith(("un", "in", "im")) and len(word) > 5
    )


def _between(content: str, left: str, right: str) -> str | None:
    """What stands in the content between the end of `left` and the beginning of `right`."""
    begin = 0
    if left.strip():
        begin = next((end for _, end in _anchors(content, left.split()[-_ANCHOR_WORDS:], from_end=True)), -1)
        if begin < 0:
            # The subject was written out ("she" became "Ann Poe"): a pronoun in its place gives way.
            first = _PRONOUN.match(content)
            begin = first.end() if first else 0
    finish = len(content)
    if right.strip(" .,;:!?"):
        finish = next(
            (start for start, _ in _anchors(content, right.split()[:_ANCHOR_WORDS], from_end=False) if start >= begin),
            -1,
        )
    return content[begin:finish].strip() if 0 <= begin <= finish else None


def _anchors(content: str, words: list[str], *, from_end: bool) -> list[tuple[int, int]]:
    """Where the longest run of these words that ends (or begins) at the gap stands in the content."""
    for length in range(len(words), 0, -1):
        run = words[-length:] if from_end else words[:length]
        bare = [re.escape(word.strip("\"'“”‘’.,;:!?")) for word in run]
        if not all(bare):
            continue
        pattern = r"(?<!\w)" + r"\W+".join(bare) + r"(?!\w)"
        if found := [match.span() for match in re.finditer(pattern, content, re.IGNORECASE)]:
            return found
    return []


def _joined(left: str, middle: str, right: str) -> str:
    spaced = right if re.match(r"[.,;:!?]", right) or not right else f" {right}"
    return f"{left} {middle}".strip() + spaced


def _as_sentence(text: str) -> str:
    text = " ".join(text.translate(_DOUBLE_QUOTES).split())
    if not text:
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…。！？" else ".")


class Marks:
    """What an article puts between quotation marks, and between marks inside those."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pairs = sorted(_marks(text, 0, len(text)))
        self._longest = max((end - start for start, end in self._pairs), default=0)

    def quotation_type(self, content: Sequence[Span], cue: Span | None) -> Quotation:
        """`direct` if all of the content stands in quotation marks of its own, `mixed` if a part does, else `indirect`.

        Marks that enclose the cue as well are somebody else's: the inner claim of "the clerk told me he was ill"
        is indirect. A turn behind a label at the beginning of its line ("Q:", "Ann Poe:") is direct without marks.
        """
        label = _LABEL_BEFORE.search(self._text, max(0, content[0].start - 80), content[0].start)
        if label and (cue is None or (cue.start >= label.start() and cue.end <= label.end())):
            return "direct"
        covered = [self._covered(span, cue) for span in content]
        if all(words >= _size(span.text) for words, span in zip(covered, content, strict=True)):
            return "direct"
        return "mixed" if any(covered) else "indirect"

    def _covered(self, span: Span, cue: Span | None) -> int:
        """Letters and digits of a span that stand between marks which do not enclose the cue."""
        first = bisect_left(self._pairs, (span.start - self._longest, 0))
        last = bisect_left(self._pairs, (span.end, 0))
        marks = [
            (start, end)
            for start, end in self._pairs[first:last]
            if end > span.start and not (cue and start <= cue.start and cue.end <= end)
        ]
        covered, reached = 0, span.start
        for start, end in marks:
            first, reached = max(start, reached), max(end, reached)
            covered += _size(self._text[first : min(end, span.end)])
        return covered


def _marks(text: str, start: int, end: int, depth: int = 3) -> list[tuple[int, int]]:
    found = [(start + mark.inner_start, start + mark.inner_end) for mark in find_quotations(text[start:end])]
    inner = [pair for a, b in found if depth > 1 and b - a < end - start for pair in _marks(text, a, b, depth - 1)]
    return found + inner


def _size(text: str) -> int:
    return sum(char.isalnum() for char in text)
