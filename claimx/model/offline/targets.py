"""What a claim is about, as a short noun phrase."""

from __future__ import annotations

from claimx.article.names import find_names, strip_titles
from claimx.model.offline.attributions import Attribution
from claimx.model.offline.noun_phrases import is_adverb, is_name, noun_phrase_starting
from claimx.model.offline.people import Person
from claimx.model.offline.tokens import Token, tokenize
from claimx.model.offline.words import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    LONE_PRONOUNS,
    OBJECT_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBORDINATORS,
)

_NO_TARGET = (
    LONE_PRONOUNS | OBJECT_PRONOUNS - POSSESSIVES | {"that", "this", "there", "these", "those", "nothing", "something"}
)
_OPENERS = DETERMINERS | POSSESSIVES
_EMPTY = _NO_TARGET | _OPENERS
_NO_OPENERS = PREPOSITIONS | SUBORDINATORS | AUXILIARIES | CONJUNCTIONS | ADVERBS | {"no", "not"}
# Who opens their own claim with one of these and names nothing else speaks of themselves.
_SELF = frozenset(["he", "she", "i", "we", "they"])
_LONGEST = 8
_READ = 90


def target_of(text: str, item: Attribution, person: Person) -> str:
    """What a claim is about: the subject of its content or, where that is a pronoun, its first name or object."""
    content = " ".join(" ".join(text[start : min(end, start + _READ)].split()) for start, end in item.content[:2])
    for companion in item.verb.verb.companions if item.verb else ():
        # "accused the board of neglect": it is about the board.
        content = content.split(f" {companion} ")[0]
    tokens = tokenize(content, 0, len(content), [], [])
    if subject := _phrase_from(content, tokens, 0):
        return subject
    for start, end in find_names(content):
        name = strip_titles(content[start:end])
        if name not in person.name:
            return name
    for index in range(1, len(tokens)):
        if tokens[index].lower in _OPENERS and (found := _phrase_from(content, tokens, index)):
            return found
    if tokens and tokens[0].lower in _SELF:
        return person.name
    return " ".join(content.split()[:_LONGEST]).strip("\"'“”‘’,.")


def _phrase_from(content: str, tokens: list[Token], first: int) -> str | None:
    """The noun phrase that begins at `first`, without its article; None if it is a pronoun."""
    while first < len(tokens) and (
        not tokens[first].is_word or tokens[first].lower in CONJUNCTIONS or is_adverb(tokens[first])
    ):
        first += 1
    phrase = noun_phrase_starting(tokens, first, len(tokens))
    if phrase is None:
        return None
    start, end = phrase
    words = [token.lower for token in tokens[start:end]]
    if all(word in _EMPTY for word in words):
        return None
    if words[0] in _NO_OPENERS:
        return None
    while end > start + 1 and tokens[end - 1].lower in AUXILIARIES:
        end -= 1
    if words[0] in ("the", "a", "an") and end > start + 1:
        start += 1
    of = next(
        (index for index in range(start + 1, end) if tokens[index].lower in ("of", "in", "at", "from", "for")), end
    )
    if of < end and not is_name(tokens[start]):
        end = min(end, start + _LONGEST)
    return content[tokens[start].start : tokens[end - 1].end]
