"""What the article says in its own voice and a fact-checker could check."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claimx.model.offline.attributions import Attribution
from claimx.model.offline.boilerplate import is_boilerplate
from claimx.model.offline.dates import first_within
from claimx.schema import FactDraft

Span = tuple[int, int]
_CHECKABLE = re.compile(r"\d|(?<=[a-z,] )[A-Z][a-z]")
_OPINION = re.compile(r"\b(?:I|we|you|me|us|my|our|your|perhaps|maybe|seems?)\b", re.IGNORECASE)


def find_facts(
    text: str, sentences: Sequence[Span], attributions: Sequence[Attribution], dates: Sequence[Span]
) -> list[FactDraft]:
    """Whole sentences attributed to nobody in which there is something to check: a number, a name, a date."""
    taken = sorted(span for item in attributions for span in [*item.content, *([item.cue] if item.cue else [])])
    facts = []
    seen = set()
    position = 0
    for start, end in sentences:
        while position < len(taken) and taken[position][1] <= start:
            position += 1
        sentence = text[start:end]
        if position < len(taken) and taken[position][0] < end:
            continue
        date = first_within(dates, start, end)
        if sentence in seen or not _is_checkable(sentence, dated=date is not None):
            continue
        seen.add(sentence)
        content = sentence.rstrip(".!;: ")
        facts.append(FactDraft(content=content, text=sentence, date=text[slice(*date)] if date else None))
    return facts


def _is_checkable(sentence: str, *, dated: bool) -> bool:
    if not sentence.endswith(".") or sentence[0] in "“\"‘'(" or "?" in sentence or len(sentence.split()) < 5:
        return False
    if is_boilerplate(sentence) or _OPINION.search(sentence):
        return False
    return dated or _CHECKABLE.search(sentence) is not None
