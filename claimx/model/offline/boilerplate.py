"""What is not the article: links, captions, forms, footers, and the place and day before the first sentence."""

from __future__ import annotations

import re

_BOILERPLATE = re.compile(
    r"(?:read more|see also|related\b|advertis|sign up|subscribe|newsletter|share this|follow us|click here|listen to|"
    r"watch:|photo:|photos:|image:|picture:|source:|credit:|copyright|©|all rights reserved|by signing|updated\b|"
    r"published\b|last updated|home >|tags:|topics:)",
    re.IGNORECASE,
)

# "PORT ANSEL, Aldmark, Oct. 3 (Reuters) –": at least the first word in capitals, and a dash with spaces.
_DATELINE = re.compile(r"[^\W\d_a-z]{2}[^\n–—“”\"]{0,80}? (?:–|—|--?) ")


def after_dateline(text: str, start: int, end: int) -> int:
    """Where the first sentence of a paragraph begins, after a dateline if it has one.

    >>> after_dateline("PORT ANSEL, Oct. 3 – It rained.", 0, 31)
    21
    """
    match = _DATELINE.match(text, start, end) if text[start : start + 2].isupper() else None
    opening = match[0].split(",")[0].split("(")[0].rstrip(" –—-") if match else ""
    return match.end() if match and opening.isupper() else start


def is_boilerplate(paragraph: str) -> bool:
    """Whether a paragraph opens like a link, a caption, a form or a footer."""
    return _BOILERPLATE.match(paragraph) is not None
