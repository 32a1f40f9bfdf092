"""Noun phrases without a parser: where one that ends or begins at a given word reaches to.

A phrase is a half-open range of token indices. Closed word classes stop it; what
is in none of them counts as a noun or an adjective.
"""

from __future__ import annotations

from collections.abc import Sequence

from claimx.article.names import titles
from claimx.model.offline.lexicon import cue_forms, finite_forms
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    ADVERBS,
    AUXILIARIES,
    BEFORE_VERB,
    CONJUNCTIONS,
    DETERMINERS,
    FINITE_AUXILIARIES,
    IRREGULAR_PASTS,
    LONE_PRONOUNS,
    NAME_PARTICLES,
    NOT_ADVERBS,
    OBJECT_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBORDINATORS,
    TIME_WORDS,
)

Range = tuple[int, int]
_OBJECTS = OBJECT_PRONOUNS - POSSESSIVES
_LOOSE_ENDS = PREPOSITIONS | CONJUNCTIONS
_NO_NOUNS = PREPOSITIONS | CONJUNCTIONS | SUBORDINATORS | AUXILIARIES
_BEFORE_CLITIC = LONE_PRONOUNS | {"there", "that", "what"}
_BEFORE_PARTICIPLE = DETERMINERS | POSSESSIVES | {"'s", "and"}
_BEFORE_DETERMINER = PREPOSITIONS | {"and", "all", "both", "half"}
_WITH_COMPLEMENT = frozenset(["close", "familiar", "loyal"])
_OPENERS = DETERMINERS | POSSESSIVES
_LINKS = frozenset(
    ("of", "and", "&", "or", "for", "at", "in", "from", "with", "on", "to", "about", "between", "behind", "against")
)
_LINKS_OF_NAMES = frozenset(("of", "and", "&", "for"))
_STOPS = (
    SUBORDINATORS
    | PREPOSITIONS
    | CONJUNCTIONS
    | FINITE_AUXILIARIES
    | IRREGULAR_PASTS
    | LONE_PRONOUNS
    | _OBJECTS
    | {"not", "be", "been", "according", "say", "says", "tell", "tells"}
) - {"&"}
_NEVER_LAST = SUBORDINATORS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | POSSESSIVES | {"the", "a", "an"}
_ROLE_ENDINGS = ("er", "or", "ist", "man", "woman", "ian", "ant", "ent", "ary", "ive", "ess", "eur")


def is_adverb(token: Token) -> bool:
    """Whether the word may stand between an auxiliary and its verb."""
    word = token.lower
    if not word.endswith("ly"):
        return word in ADVERBS
    return word in ADVERBS or (len(word) > 4 and token.text[0].islower() and word not in NOT_ADVERBS)


def is_name(token: Token) -> bool:
    """Whether the word is written with a capital."""
    return token.text[0].isupper()


def noun_phrase_ending(tokens: Sequence[Token], last: int, floor: int) -> Range | None:
    """The noun phrase whose last token is `last`, not reaching before `floor`; None if there is none.

    A phrase that is the object of a preposition at the beginning of its clause
    ("In the end") is not one that could be a subject.
    """
    if (
        last < floor
        or not tokens[last].is_word
        or (tokens[last].lower in _NEVER_LAST and (last == 0 or not is_name(tokens[last])))
    ):
        return None
    if tokens[last].lower in LONE_PRONOUNS:
        return last, last + 1
    first = _core_start(tokens, last, floor)
    end = last + 1
    while first is not None and first > floor:
        link = tokens[first - 1].lower
        if link not in _LINKS and link not in PREPOSITIONS:
            break
        before = first - 2
        if link in _LINKS and before >= floor and _may_end(tokens, before):
            extended = _core_start(tokens, before, floor)
            if extended is not None and (link not in ("and", "or") or not tokens[before].lower.endswith("ed")):
                if is_name(tokens[before]) and link not in _LINKS_OF_NAMES:
                    end = first - 1
                first = extended
                continue
        if link in PREPOSITIONS:
            return None
        break
    return None if first is None else (first, end)


def noun_phrase_starting(tokens: Sequence[Token], first: int, ceiling: int) -> Range | None:
    """The noun phrase that begins at `first`, adverbs skipped: what follows the verb in "said the mayor of Riga"."""
    start = first
    while start < ceiling and is_adverb(tokens[start]):
        start += 1
    if start < ceiling and _stands_alone(tokens, start, ceiling):
        return start, start + 1
    index = start
    while index < ceiling and _goes_on(tokens, start, index, ceiling):
        index += 1
    while index > start and tokens[index - 1].lower in _LOOSE_ENDS:
        index -= 1
    return (start, index) if index > start else None


def _stands_alone(tokens: Sequence[Token], index: int, ceiling: int) -> bool:
    """Whether a word is a pronoun here: "one" and "some" are none in "one official", "some officials"."""
    word = tokens[index].lower
    if word in _OBJECTS:
        return True
    if word not in LONE_PRONOUNS:
        return False
    return word not in DETERMINERS or index + 1 >= ceiling or not _goes_on(tokens, index, index + 1, ceiling)


def starts_noun_phrase(token: Token) -> bool:
    """Whether a noun phrase may begin with the word."""
    word = token.lower
    if word in DETERMINERS or word in POSSESSIVES or word in LONE_PRONOUNS or word in OBJECT_PRONOUNS:
        return True
    return token.is_word and word not in _NO_NOUNS


def is_finite_verb(tokens: Sequence[Token], index: int) -> bool:
    """Whether the word can only be a finite verb, or looks like a past or a reporting verb."""
    token = tokens[index]
    word = token.lower
    if word in FINITE_AUXILIARIES or word in IRREGULAR_PASTS:
        return True
    if index and word.endswith("s") and tokens[index - 1].lower in ("this", "it", "he", "she", "that", "who", "which"):
        return True
    if word == "'s":
        return index > 0 and tokens[index - 1].lower in _BEFORE_CLITIC
    return token.text[0].islower() and ((word.endswith("ed") and len(word) > 4) or (word in finite_forms()))


def has_finite_verb(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether some word between two indices, the first left out, is a finite verb."""
    return any(
        is_finite_verb(tokens, index)
        for index in range(first, last)
        if index > first or tokens[index].lower in FINITE_AUXILIARIES
    )


def _core_start(tokens: Sequence[Token], last: int, floor: int) -> int | None:
    """Where the phrase without its prepositional phrases begins."""
    if _stops(tokens, last):
        return None
    first = last
    while first >= floor:
        token = tokens[first]
        word = token.lower
        if not token.is_word and token.text not in ("'", "’", "&"):
            break
        if word == "that":
            break
        # "World War Two" has no determiner in it.
        in_name = first > floor and is_name(token) and is_name(tokens[first - 1])
        opens = not in_name and word in DETERMINERS and (word not in ("one", "other") or _counts(tokens, first, last))
        if opens or word in POSSESSIVES:
            whole = first - 1 >= floor and tokens[first - 1].lower in ("all", "both", "half", "some", "many", "most")
            return first - 1 if whole else first
        if _stops(tokens, first) or (word in TIME_WORDS and first != last):
            break
        if first < last and token.text[0].islower() and is_name(tokens[first + 1]) and not _may_precede_name(token):
            break
        if first > floor and first < last and tokens[first - 1].lower in BEFORE_VERB and token.text[0].islower():
            break
        first -= 1
    first += 1
    return first if first <= last else None


def _counts(tokens: Sequence[Token], index: int, last: int) -> bool:
    """Whether a "one" opens its phrase: "one employee said", but not "no one", "the one" or "the other"."""
    before = tokens[index - 1].lower if index else ""
    return tokens[index].lower == "one" and index < last and before not in DETERMINERS


def _may_end(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    return (
        token.is_word
        and token.lower not in TIME_WORDS
        and token.lower not in LONE_PRONOUNS
        and not _stops(tokens, index)
    )


def _may_precede_name(token: Token) -> bool:
    word = token.lower
    return word in titles() or word == "'s" or word.endswith(_ROLE_ENDINGS) or "-" in word or word in NAME_PARTICLES


def _stops(tokens: Sequence[Token], index: int) -> bool:
    """Whether no noun phrase can contain the word; a capital inside a sentence makes a name of any word."""
    token = tokens[index]
    word = token.lower
    if index and is_name(token) and word not in LONE_PRONOUNS:
        return False
    return (
        word in _STOPS
        or is_adverb(token)
        or (token.text[0].islower() and word in cue_forms() and word.endswith(("ed", "said", "told")))
    )


def _modifies(tokens: Sequence[Token], start: int, index: int, ceiling: int) -> bool:
    """Whether a word for a time belongs to the noun after it: "a Monday editorial", "the Morning Hour programme"."""
    following = tokens[index + 1] if index + 1 < ceiling else None
    return (
        index == start + 1
        and tokens[start].lower in ("a", "an", "the", "its", "their")
        and is_name(tokens[index])
        and following is not None
        and following.is_word
        and following.lower not in TIME_WORDS
        and not _stops(tokens, index + 1)
    )


def _goes_on(tokens: Sequence[Token], start: int, index: int, ceiling: int) -> bool:
    """Whether the phrase that began at `start` takes in the token at `index`."""
    token = tokens[index]
    word = token.lower
    if (not token.is_word and token.text not in ("&", "'", "’")) or token.quotation >= 0:
        return False
    if index == start:
        return word in DETERMINERS or not _stops(tokens, index)
    if word in _OBJECTS or (word in TIME_WORDS and not _modifies(tokens, start, index, ceiling)):
        return False
    if word in ("of", "and", "for", "at", "in", "from", "&"):
        following = tokens[index + 1] if index + 1 < ceiling else None
        if following is None or not following.is_word or following.lower in TIME_WORDS:
            return False
        if word in ("of", "&") or is_name(following):
            return True
        return following.lower in DETERMINERS and following.lower not in ("a", "an", "this", "that") and word != "and"
    if word in ("to", "with") and tokens[index - 1].lower in _WITH_COMPLEMENT:
        following = tokens[index + 1] if index + 1 < ceiling else None
        return following is not None and (following.lower in _OPENERS or is_name(following))
    if word.endswith("ed") and token.text[0].islower() and len(word) > 4 and index > start + 1:
        # "managers ignored": a past after a noun; but "the proposed plan".
        return tokens[index - 1].lower in _BEFORE_PARTICIPLE
    if word in DETERMINERS:
        return tokens[index - 1].lower in _BEFORE_DETERMINER
    return not _stops(tokens, index)
