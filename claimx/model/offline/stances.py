"""What a claim takes a stance on, and which."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from claimx.article.names import find_names, strip_titles
from claimx.model.offline.attributions import Attribution
from claimx.model.offline.speakers import Person
from claimx.schema import Stance

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LEADING = re.compile(
    r"(?:that|the|a|an|to|his|her|its|their|it|he|she|they|there|this|these|those)\b\s*", re.IGNORECASE
)
_HEAD_END = re.compile(
    r"\s+(?:of|for|as|over|about|on|in|to|that|which|who|is|are|was|were|has|have|had|will|would|could|should|can|may|might"
    r"|must|by|with|from|at|because|when|after|before|and)\b|[,;:.()“”\"–—]"
)


@cache
def _opinion_words() -> tuple[frozenset[str], frozenset[str]]:
    lines = (files("claimx.model.offline") / "opinions.tsv").read_text(encoding="utf-8").splitlines()
    lists = dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return frozenset(lists["favor"].split()), frozenset(lists["against"].split())


def stance_of(text: str, item: Attribution) -> Stance:
    """The stance that the cue takes or, where it takes none, that the words of the content take."""
    if item.verb is not None and item.verb.verb.polarity != "neutral":
        if item.verb.negated:
            return "against" if item.verb.verb.polarity == "favor" else "favor"
        return item.verb.verb.polarity
    favor, against = _opinion_words()
    words = [word.lower().replace("’", "'") for start, end in item.content for word in _WORD.findall(text[start:end])]
    score = sum((word in favor) - (word in against) for word in words)
    return "favor" if score > 0 else "against" if score < 0 else "neutral"


def target_of(text: str, item: Attribution, person: Person) -> str:
    """What the content is about: its first name that is not the speaker's, or its first noun phrase."""
    content = " ".join(text[start:end] for start, end in item.content)
    for start, end in find_names(content):
        name = strip_titles(content[start:end])
        if name not in person.name:
            return name
    rest = content
    while (match := _LEADING.match(rest)) and match.end() < len(rest):
        rest = rest[match.end() :]
    stop = _HEAD_END.search(rest, 1)
    head = rest[: stop.start()] if stop else rest
    return " ".join(head.split()[:6]) or content[:60]
