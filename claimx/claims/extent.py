"""Where a quotation may begin and end: at whole words, quantities and negations, without its outer marks."""

from __future__ import annotations

import re

_QUANTITY_GOES_ON = re.compile(
    r"(?:[.,:/–-]?\d|\s?%|\s?per\s?cent\b|\s?percent\b|[ -]?(?:hundred|thousand|million|billion|trillion|bn|tn|m|k)\b)",
    re.IGNORECASE,
)
_QUANTITY_BEFORE = re.compile(r"(?:\d[.,:/–-]?|[$€£¥₹+\-−±~<>])$")
_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|neither|nor|hardly|barely|scarcely|without|cannot)|n['’]t)\s+$", re.IGNORECASE
)
# "violent" of "non-violent" says the opposite.
_COMPOUND_BEFORE = re.compile(r"[^\W\d_][-‐‑]$")
_COMPOUND_AFTER = re.compile(r"[-‐‑][^\W\d_]")
# Scripts that do not separate words by spaces: any boundary is a word boundary there.
_UNSPACED = re.compile(
    r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u9FFF\uF900-\uFAFF\uFF66-\uFF9F\U00020000-\U0003FFFF]"
)
_PAIRS = {
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "“”",
    "‘": "’",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
}


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The same words as the labelling guide marks them: no outer quotation marks, no full stop or comma at the end.

    >>> text = 'She said "it is safe."'
    >>> text[slice(*trim(text, 9, 22))]
    'it is safe'
    """
    before: tuple[int, int] | None = None
    while before != (start, end):
        before = (start, end)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if (
            end - start > 1
            and _PAIRS.get(text[start], "")
            and text[end - 1] in _PAIRS[text[start]]
            and not _marks_inside(text, start, end)
        ):
            start, end = start + 1, end - 1
        elif (
            end - start > 1
            and text[end - 1] in ".,;:"
            and not re.search(r"\b(?:\w\.)+\w\.$", text[max(start, end - 12) : end])
        ):
            if not text[start:end].endswith(("...", "..")):
                end -= 1
        elif end - start > 1 and text[start] in '"“„«「『' and not _closes_inside(text, start, end):
            start += 1
        elif end - start > 1 and text[end - 1] in '"”»」』' and not _opens_inside(text, start, end):
            end -= 1
    return start, end


def _marks_inside(text: str, start: int, end: int) -> bool:
    inner = text[start + 1 : end - 1]
    return any(mark in inner for mark in {text[start], text[end - 1]} - {"'", "’"})


def _closes_inside(text: str, start: int, end: int) -> bool:
    return any(mark in text[start + 1 : end] for mark in _PAIRS[text[start]])


def _opens_inside(text: str, start: int, end: int) -> bool:
    openers = [opening for opening, closing in _PAIRS.items() if text[end - 1] in closing]
    return any(mark in text[start : end - 1] for mark in openers)


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch cuts no word, no quantity and no negation off.

    >>> [is_whole("He cannot pay 15 million now.", *pair) for pair in ((0, 6), (3, 16), (3, 24), (10, 24))]
    [False, False, True, False]
    """
    if not is_whole_word(text, start, end):
        return False
    after = text[end : end + 14]
    before = text[max(0, start - 12) : start]
    if _COMPOUND_BEFORE.search(before) or _COMPOUND_AFTER.match(after):
        return False
    if text[end - 1].isdigit() and _QUANTITY_GOES_ON.match(after):
        return False
    if text[start].isdigit() and _QUANTITY_BEFORE.search(before):
        return False
    return not _NEGATION_BEFORE.search(before)


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Whether a stretch begins and ends between words."""
    return not (_joins(text, start) or _joins(text, end))


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of an offset belong to one word."""
    if at <= 0 or at >= len(text):
        return False
    left, right = text[at - 1], text[at]
    if _UNSPACED.match(left) or _UNSPACED.match(right):
        return False
    if _is_word(left) and _is_word(right):
        return True
    # "can|'t" loses a negation, "O'|Neill" half a name; "Poe|'s" is a whole name.
    if right in "'’" and left in "nN" and text[at + 1 : at + 2] in ("t", "T"):
        return True
    return left in "'’" and _is_word(right) and at >= 2 and _is_word(text[at - 2])


def _is_word(char: str) -> bool:
    # Combining marks and digits belong to the word as letters do.
    return char.isalnum() or char == "_" or "\u0300" <= char <= "\u036f"
