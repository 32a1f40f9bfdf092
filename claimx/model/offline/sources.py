"""Who reports: the noun phrase that goes with a reporting verb."""

from __future__ import annotations

from claimx.article.names import titles
from claimx.model.offline.cues import Cue, is_adverb
from claimx.model.offline.lexicon import cue_forms
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FINITE_AUXILIARIES,
    IRREGULAR_PASTS,
    OBJECT_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_WORDS,
)

Range = tuple[int, int]
_RELATIVES = frozenset(("who", "which", "that"))
_LONE_PRONOUNS = frozenset(
    [
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "nobody",
        "anyone",
        "one",
        "none",
        "neither",
        "both",
        "many",
        "some",
        "others",
        "most",
        "few",
        "another",
    ]
)


def find_subject(tokens: list[Token], cue: Cue, floor: int) -> Range | None:
    """The subject that stands before a verb group, as a range of token indices; `floor` is where its clause may begin."""
    return subject_before(tokens, cue.group, floor)


def subject_before(tokens: list[Token], group: int, floor: int) -> Range | None:
    """The noun phrase that ends before `group`."""
    last = group - 1
    while last >= floor and (is_adverb(tokens[last]) and tokens[last].lower not in _LONE_PRONOUNS):
        last -= 1
    if last < floor:
        return None
    token = tokens[last]
    if token.lower in ("who", "which", "that"):
        # The antecedent of a relative clause stands before it, and before its comma.
        before = last - 1
        if before >= floor and tokens[before].text == ",":
            before -= 1
        found = noun_phrase_ending(tokens, before, floor)
        return found or (last, last + 1)
    if token.text == ",":
        return _before_apposition(tokens, last, floor)
    if token.text in ")":
        opening = last
        while opening > floor and tokens[opening].text != "(":
            opening -= 1
        return noun_phrase_ending(tokens, opening - 1, floor)
    if token.text in ("—", "–", "--", "-"):
        opening = last - 1
        while opening > floor and tokens[opening].text != token.text:
            opening -= 1
        return noun_phrase_ending(tokens, opening - 1, floor) if opening > floor else None
    return noun_phrase_ending(tokens, last, floor)


def _before_apposition(tokens: list[Token], comma: int, floor: int) -> Range | None:
    """The phrase before ", the chief of staff," or ", who leads it,"."""
    opening = comma - 1
    while opening >= floor and tokens[opening].text != ",":
        if tokens[opening].text in ";:":
            return None
        opening -= 1
    while opening > floor:
        found = noun_phrase_ending(tokens, opening - 1, floor)
        # A list or a second apposition: "Poe, a lawyer, of Riga, said".
        if found and found[0] > floor and tokens[found[0] - 1].text == "," and not tokens[found[0]].text[:1].isupper():
            opening = found[0] - 1
            continue
        return found
    return None


def noun_phrase_ending(tokens: list[Token], last: int, floor: int) -> Range | None:
    """The noun phrase whose last token is `last`."""
    if last < floor or not tokens[last].is_word:
        return None
    if tokens[last].lower in _LONE_PRONOUNS:
        return last, last + 1
    if tokens[last].lower in SUBORDINATORS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | POSSESSIVES:
        return None
    first = _core_start(tokens, last, floor)
    while first is not None and first - 2 >= floor:
        link = tokens[first - 1]
        if link.lower in PREPOSITIONS or link.lower in ("and", "&", "or"):
            before = first - 2
            if (
                not tokens[before].is_word
                or _is_boundary(tokens[before])
                or tokens[before].lower in TIME_WORDS
                or (tokens[before].lower in _LONE_PRONOUNS and link.lower in ("and", "or"))
            ):
                break
            extended = _core_start(tokens, before, floor)
            if extended is None:
                break
            if link.lower not in (
                "of",
                "and",
                "&",
                "or",
                "for",
                "at",
                "in",
                "from",
                "with",
                "on",
                "to",
                "about",
                "between",
                "near",
                "behind",
                "against",
            ):
                break
            first = extended
            continue
        break
    if first is None:
        return None
    return first, last + 1


def _core_start(tokens: list[Token], last: int, floor: int) -> int | None:
    """Where the phrase without its prepositional phrases begins."""
    first = last
    if _is_boundary(tokens[last]):
        return None
    while first >= floor:
        token = tokens[first]
        if not token.is_word and token.text not in ("'", "’", "“", "”", '"', "&"):
            break
        if token.lower in POSSESSIVES or (token.lower in DETERMINERS and token.lower not in ("one", "other")):
            if first - 1 >= floor and tokens[first - 1].lower in ("all", "both", "half", "some", "many", "most"):
                return first - 1
            return first
        if _is_boundary(token) or (token.lower in TIME_WORDS and first != last):
            break
        if (
            first < last
            and token.text[0].islower()
            and tokens[first + 1].text[0].isupper()
            and not _may_precede_name(token)
        ):
            break
        first -= 1
    first += 1
    return first if first <= last else None


def _may_precede_name(token: Token) -> bool:
    return (
        token.lower in titles()
        or token.lower == "'s"
        or token.lower.endswith(("er", "or", "ist", "man", "woman", "ian", "ant", "ent", "ary", "ive", "ess"))
        or "-" in token.lower
        or token.lower in ("former", "then", "ex", "de", "van", "von", "der", "la", "le", "del", "bin", "al", "el")
    )


def _is_boundary(token: Token) -> bool:
    """Whether a noun phrase cannot contain the token."""
    word = token.lower
    if word in SUBORDINATORS or word in PREPOSITIONS or word in CONJUNCTIONS or word in FINITE_AUXILIARIES:
        return True
    if (
        word in _LONE_PRONOUNS
        or word in OBJECT_PRONOUNS - POSSESSIVES
        or word in IRREGULAR_PASTS
        or word in ("not", "be", "been")
    ):
        return True
    return is_adverb(token) or (
        token.text[0].islower() and word in cue_forms() and word.endswith(("ed", "said", "told"))
    )


def noun_phrase_starting(tokens: list[Token], first: int, ceiling: int) -> Range | None:
    """The noun phrase that begins at `first`: what follows an inverted verb, as in "said the mayor of Riga"."""
    index = first
    while index < ceiling and is_adverb(tokens[index]):
        index += 1
    start = index
    if index < ceiling and tokens[index].lower in _LONE_PRONOUNS | {"him", "her", "them", "us", "me"}:
        return index, index + 1
    while index < ceiling:
        token = tokens[index]
        if (not token.is_word and token.text not in ("&", "'", "’")) or token.quotation >= 0:
            break
        if index > start and (token.lower in TIME_WORDS or token.lower in OBJECT_PRONOUNS - POSSESSIVES):
            break
        if token.lower in ("of", "and", "for", "at", "in", "from", "&") and start < index:
            following = tokens[index + 1] if index + 1 < ceiling else None
            if following is None or not following.is_word or following.lower in TIME_WORDS:
                break
            if (
                token.lower in ("and", "in", "at", "from", "for")
                and not following.text[0].isupper()
                and following.lower not in DETERMINERS
            ):
                break
            if token.lower in ("in", "at", "from", "for") and following.lower in (
                "a",
                "an",
                "this",
                "his",
                "her",
                "their",
                "that",
            ):
                break
            index += 1
            continue
        if _is_boundary(token) and token.lower not in DETERMINERS:
            break
        if (
            index > start
            and token.lower in DETERMINERS
            and tokens[index - 1].lower not in PREPOSITIONS | {"and", "all"}
        ):
            break
        index += 1
    while index > start and tokens[index - 1].lower in PREPOSITIONS | CONJUNCTIONS:
        index -= 1
    return (start, index) if index > start else None


def starts_noun_phrase(token: Token) -> bool:
    """Whether a noun phrase may begin here."""
    word = token.lower
    if word in DETERMINERS or word in POSSESSIVES or word in SUBJECT_PRONOUNS or word in OBJECT_PRONOUNS:
        return True
    return token.is_word and not (
        word in PREPOSITIONS or word in CONJUNCTIONS or word in SUBORDINATORS or word in AUXILIARIES
    )


def has_finite_verb(tokens: list[Token], first: int, last: int) -> bool:
    """Whether some word between two indices can only be a finite verb, or looks like a past."""
    for index in range(first, last):
        token = tokens[index]
        word = token.lower
        if word in FINITE_AUXILIARIES or word in IRREGULAR_PASTS:
            return True
        if (
            index > first
            and token.text[0].islower()
            and ((word.endswith("ed") and len(word) > 4) or (word in cue_forms() and not word.endswith("ing")))
        ):
            return True
    return False
