"""What the characters alone can tell of a grounded claim: its sentence written out, its quotation type, its nesting."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimx.article.quotations import find_quotations
from claimx.schema import Quotation, Span

_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)\s*")
_DOUBLE_QUOTES = str.maketrans("", "", '"“”„«»')
_ANCHOR_WORDS = 4
_LABEL_BEFORE = re.compile(r"(?:^|[\r\n])[^\r\n:“\"]{1,60}:\s+$")


def write_out(text: str, content: Sequence[Span]) -> str:
    """The standalone sentence, with every … replaced by the words of the content that it stands for.

    The words beside the … tell where in the content to go on; a … that they do not explain stays as it is.

    >>> write_out("Ann Poe …again", [Span(start=0, end=26, text="she would test it again")])
    'Ann Poe would test it again.'
    """
    words = " ".join(span.text for span in content)
    parts = _ELLIPSIS.split(text.strip())
    if len(parts) == 1 or (len(parts) == 2 and not any(part.strip() for part in parts)):
        return _as_sentence(words if len(parts) > 1 else parts[0])
    written = parts[0]
    for part in parts[1:]:
        filled = _between(words, written, part)
        written = f"{written}… {part}" if filled is None else _joined(written, filled, part)
    return _as_sentence(written)


def _between(content: str, left: str, right: str) -> str | None:
    """What stands in the content between the end of `left` and the beginning of `right`."""
    begin = 0
    if left.strip():
        begin = next((end for _, end in _anchors(content, left.split()[-_ANCHOR_WORDS:], from_end=True)), -1)
        if begin < 0:
            # The subject was exchanged ("she" became "Ann Poe"): its first word in the content gives way.
            first = re.match(r"\W*\w+", content)
            begin = first.end() if first and len(left.split()) <= 6 else -1
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


def is_within(inner: Sequence[Span], outer: Sequence[Span]) -> bool:
    """Whether one content lies inside one piece of another and is shorter: a claim within a claim."""
    start, end = inner[0].start, inner[-1].end
    return any(piece.start <= start and end <= piece.end and end - start < piece.end - piece.start for piece in outer)


def quotation_type(text: str, content: Sequence[Span], cue: Span | None) -> Quotation:
    """`direct` if all of the content stands in quotation marks of its own, `mixed` if a part does, else `indirect`.

    Marks that enclose the cue as well are somebody else's: the inner claim of "the clerk told me he was ill" is
    indirect. A turn behind a label at the beginning of its line ("Q:", "Ann Poe:") is direct without any marks.
    """
    label = _LABEL_BEFORE.search(text, max(0, content[0].start - 80), content[0].start)
    if label and (cue is None or (cue.start >= label.start() and cue.end <= label.end())):
        return "direct"
    start, end = _paragraphs_around(text, content)
    marks = [pair for pair in _marks(text, start, end) if not cue or not pair[0] <= cue.start < cue.end <= pair[1]]
    covered = [_overlap(span, marks) for span in content]
    if all(words >= _size(span.text) for words, span in zip(covered, content, strict=True)):
        return "direct"
    return "mixed" if any(covered) else "indirect"


def _marks(text: str, start: int, end: int, depth: int = 3) -> list[tuple[int, int]]:
    """What stands between quotation marks, and between marks inside those, down to `depth` levels."""
    found = [(start + mark.inner_start, start + mark.inner_end) for mark in find_quotations(text[start:end])]
    inner = [pair for a, b in found if depth > 1 and b - a < end - start for pair in _marks(text, a, b, depth - 1)]
    return found + inner


def _overlap(span: Span, marks: Sequence[tuple[int, int]]) -> int:
    """Letters and digits of a span that stand inside one of the stretches."""
    inside = [char.isalnum() and any(a <= span.start + at < b for a, b in marks) for at, char in enumerate(span.text)]
    return sum(inside)


def _size(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _paragraphs_around(text: str, content: Sequence[Span]) -> tuple[int, int]:
    """The paragraphs that hold a content: read from their beginning, marks open before they close."""
    start = max(text.rfind("\n\n", 0, content[0].start), text.rfind("\r\n\r\n", 0, content[0].start))
    ends = [at for at in (text.find("\n\n", content[-1].end), text.find("\r\n\r\n", content[-1].end)) if at >= 0]
    return max(start, 0), min(ends, default=len(text))
