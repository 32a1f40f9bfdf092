"""What marks alone can tell in a language that the rules cannot read: quotations beside a verb of saying and a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from claimx.article.names import CAPITALS
from claimx.article.quotations import Quotation
from claimx.model.offline.attributions import Attribution
from claimx.model.offline.languages import languages

_FEWEST_WORDS = 3
_NAME_WORD = rf"(?:(?:[dD]['’])?[{CAPITALS}](?:\.|[\w'’-]*))"
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ter|zu)"
_NAME = rf"(?P<name>{_NAME_WORD}(?: (?:{_PARTICLE} )*{_NAME_WORD}){{0,4}})"
_BEFORE_CHARS = 100


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """How the clause beside a quotation looks: after it, and before it."""
    entry = languages().get(language)
    if entry is None or not entry.saying:
        return None
    verb = rf"(?P<cue>(?:{'|'.join(sorted(entry.saying, key=len, reverse=True))}))\b"
    # An auxiliary or a pronoun may stand before the verb: "a déclaré", "so sagte".
    after = re.compile(rf"[\s,.!?–—-]{{1,4}}(?:(?!\d)\w{{1,3}} )?{verb} {_NAME}")
    before = re.compile(rf"{_NAME} (?:(?!\d)\w{{1,3}} )?{verb}(?: \w+){{0,3}}[:,] ?$")
    return after, before


def find_foreign(text: str, language: str, quotations: Sequence[Quotation]) -> list[Attribution]:
    """The quotations of `text` that a verb of saying of `language` gives to somebody by name."""
    patterns = _patterns(language)
    if patterns is None:
        return []
    after, before = patterns
    found = []
    for quotation in quotations:
        content = quotation.inner_start, quotation.inner_end
        if len(text[slice(*content)].split()) < _FEWEST_WORDS:
            continue
        match = after.match(text, quotation.end, quotation.end + 2 * _BEFORE_CHARS)
        if match is None:
            start = max(0, quotation.start - _BEFORE_CHARS, text.rfind("\n", 0, quotation.start) + 1)
            match = before.search(text, start, quotation.start)
        if match:
            name = match.span("name")
            found.append(Attribution((_without_stop(text, content),), match.span("cue"), name, name, None))
    return found


def _without_stop(text: str, content: tuple[int, int]) -> tuple[int, int]:
    start, end = content
    while end > start and text[end - 1] in ".,;: ":
        end -= 1
    return start, end
