"""Paragraphs that are not the article: links, captions, forms, footers."""

from __future__ import annotations

import re

_BOILERPLATE = re.compile(
    r"(?:read more|see also|related\b|advertis|sign up|subscribe|newsletter|share this|follow us|click here|listen to|"
    r"watch:|photo:|photos:|image:|picture:|source:|credit:|copyright|©|all rights reserved|by signing|updated\b|"
    r"published\b|last updated|home >|tags:|topics:)",
    re.IGNORECASE,
)


def is_boilerplate(paragraph: str) -> bool:
    """Whether a paragraph opens like a link, a caption, a form or a footer."""
    return _BOILERPLATE.match(paragraph) is not None
