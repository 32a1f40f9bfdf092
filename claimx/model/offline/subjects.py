"""What a clause is about: the noun phrase before its verb, past adverbs, appositions and relative clauses."""

from __future__ import annotations

from itertools import islice

from claimx.model.offline.noun_phrases import (
    Range,
    has_finite_verb,
    is_adverb,
    is_finite_verb,
    is_name,
    noun_phrase_ending,
    noun_phrase_starting,
)
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    CONJUNCTIONS,
    DOCUMENTS,
    LONE_PRONOUNS,
    NAME_PARTICLES,
    PREPOSITIONS,
    SUBORDINATORS,
    TIME_WORDS,
)

_FIRST_VERBS = 3
_DASHES = ("—", "–", "--", "-")
_BEFORE_TIME = frozenset(["on", "in", "this", "last", "late", "early", "earlier", "next", "the", "at"])
_SETTINGS = frozenset(["asked", "pressed", "questioned", "speaking", "writing", "given", "faced"])


def subject_before(tokens: list[Token], group: int) -> Range | None:
    """The subject that stands before a verb group."""
    floor = _floor(tokens, group)
    last = before_adverbials(tokens, group - 1, floor)
    if last < floor:
        return None
    token = tokens[last]
    if token.lower in ("who", "which", "that"):
        return _antecedent(tokens, last, floor)
    if token.text == ",":
        described = _before_apposition(tokens, last, floor)
        if described or tokens[last - 1].text != ")":
            return described
        last -= 1
        token = tokens[last]
    if token.text == ")":
        opening = next((index for index in range(last, floor, -1) if tokens[index].text == "("), floor)
        return noun_phrase_ending(tokens, opening - 1, floor)
    if token.text in _DASHES:
        opening = next((index for index in range(last - 1, floor, -1) if tokens[index].text in _DASHES), floor)
        return noun_phrase_ending(tokens, opening - 1, floor)
    subject = noun_phrase_ending(tokens, last, floor)
    if subject is None:
        return None
    return _with_description(tokens, subject, floor) or _before_relative(tokens, subject, floor) or subject


def _with_description(tokens: list[Token], subject: Range, floor: int) -> Range | None:
    """The whole of "another friend, Ann Poe" or "poll watcher Ann Poe" where a quotation has just ended."""
    comma = subject[0] - 1
    if floor == 0 or comma < floor or not is_name(tokens[subject[0]]):
        return None
    end = comma if tokens[comma].text == "," else subject[1]
    return (floor, subject[1]) if noun_phrase_starting(tokens, floor, end) == (floor, end) else None


def _before_relative(tokens: list[Token], subject: Range, floor: int) -> Range | None:
    """The "official" of "an official who helped arrange the talks said": the talks are not the subject."""
    who = next(
        (
            index
            for index in range(subject[0] - 1, floor, -1)
            if tokens[index].lower == "who" or not tokens[index].is_word
        ),
        floor,
    )
    if tokens[who].lower != "who" or who == floor or not has_finite_verb(tokens, who, subject[0]):
        return None
    return noun_phrase_ending(tokens, who - 1, floor)


def first_subject(tokens: list[Token], limit: int) -> Range | None:
    """The subject of the sentence's first verb."""
    verbs = (index for index in range(1, limit) if is_finite_verb(tokens, index))
    for index in islice(verbs, _FIRST_VERBS):
        if found := subject_before(tokens, index):
            return found
    return noun_phrase_starting(tokens, 0, limit)


def subject_of(tokens: list[Token]) -> Range | None:
    """What a sentence is about: its first noun phrase, after "On Friday," or "When it rained,"."""
    if not tokens or tokens[0].quotation >= 0:
        return None
    first = 0
    if tokens[0].lower in PREPOSITIONS or tokens[0].lower in SUBORDINATORS:
        first = next((index + 1 for index, token in enumerate(tokens) if token.text == ","), len(tokens))
    phrase = noun_phrase_starting(tokens, first, len(tokens)) if first < len(tokens) else None
    if phrase and phrase[1] < len(tokens) and tokens[phrase[1]].text == ",":
        return phrase[0], with_name(tokens, phrase, len(tokens) - 1)
    return phrase


def _floor(tokens: list[Token], group: int) -> int:
    """A subject does not reach back over a quotation, unless in brackets, a semicolon or a colon."""
    depth = 0
    for index in range(group - 1, -1, -1):
        token = tokens[index]
        if token.is_word and token.quotation < 0:
            continue
        depth += (token.text == ")") - (token.text == "(")
        if depth <= 0 and (token.quotation >= 0 or token.text in (";", ":")):
            return index + 1
    return 0


def before_adverbials(tokens: list[Token], last: int, floor: int) -> int:
    """Go back over "also", "on Friday", "earlier this year", "at the time"."""
    while last >= floor:
        word = tokens[last].lower
        if (is_adverb(tokens[last]) and word not in LONE_PRONOUNS) or (
            word == "neither" and last > floor and tokens[last - 1].is_word
        ):
            last -= 1
        elif (
            word in TIME_WORDS
            or word == "time"
            or (word.isdigit() and last > floor and tokens[last - 1].lower in TIME_WORDS)
        ) and last > floor:
            last -= 1
            while last >= floor and (tokens[last].lower in _BEFORE_TIME or tokens[last].lower in TIME_WORDS):
                last -= 1
        else:
            break
    return last


def _antecedent(tokens: list[Token], pronoun: int, floor: int) -> Range | None:
    """What a relative pronoun stands for: after a comma the nearest name, else the whole phrase.

    A "that" hardly ever stands for somebody: what it begins is a clause that is reported.
    """
    last = pronoun - 1
    if tokens[pronoun].lower == "that" and (last < floor or tokens[last].lower not in DOCUMENTS):
        return None
    if last >= floor and tokens[last].text == ",":
        last -= 1
        if last >= floor and is_name(tokens[last]):
            first = last
            while first > floor and (is_name(tokens[first - 1]) or tokens[first - 1].text == "."):
                first -= 1
            return noun_phrase_ending(tokens, last, first)
    if last >= floor and tokens[last].text == ")":
        last = next((index for index in range(last, floor, -1) if tokens[index].text == "("), floor) - 1
    return noun_phrase_ending(tokens, last, floor)


def _before_apposition(tokens: list[Token], comma: int, floor: int) -> Range | None:
    """The phrase before ", the chief of staff," or ", who leads it,": the first of the clause that is nothing else."""
    start = floor
    while start < comma:
        if tokens[start].lower in CONJUNCTIONS:
            start += 1
        end = next(
            index for index in range(start, comma + 1) if tokens[index].text == "," and tokens[index].quotation < 0
        )
        word = tokens[start].lower if start < end else ""
        if word == "whose" and (owned := noun_phrase_starting(tokens, start + 1, end)) and owned[1] == end:
            return owned[0], with_name(tokens, owned, comma)
        if word in PREPOSITIONS and end < comma and (named := _named_after_time(tokens, start, end)):
            return named
        if end - start == 1 and (is_adverb(tokens[start]) or word.endswith(("ly", "ed"))):
            start = end + 1
            continue
        if (
            start < end
            and word not in PREPOSITIONS
            and word not in SUBORDINATORS
            and word not in _SETTINGS
            and not _tells_time(tokens, start, end)
        ):
            phrase = noun_phrase_starting(tokens, start, end)
            has_owner = end < comma and _owns_subject(tokens, end + 1, comma)
            if phrase and _is_bracket(tokens, phrase[1], end) and not has_owner:
                return phrase
            if phrase and phrase[1] == end < comma and not has_owner:
                return phrase[0], with_name(tokens, phrase, comma)
            if end < comma and not has_owner:
                trailing = phrase is not None and tokens[phrase[1]].lower in PREPOSITIONS
                if phrase and trailing and not has_finite_verb(tokens, phrase[1], end):
                    return phrase[0], end
                return noun_phrase_ending(tokens, end - 1, start)
        start = end + 1
    return None


def _is_bracket(tokens: list[Token], start: int, end: int) -> bool:
    return end > start + 1 and tokens[start].text == "(" and tokens[end - 1].text == ")"


def _named_after_time(tokens: list[Token], start: int, end: int) -> Range | None:
    """The name at the end of "In a post on Monday Ann Poe, a clerk,"."""
    first = end
    while first > start and is_name(tokens[first - 1]) and tokens[first - 1].lower not in TIME_WORDS:
        first -= 1
    return (first, end) if first < end and tokens[first - 1].lower in TIME_WORDS else None


def _owns_subject(tokens: list[Token], start: int, comma: int) -> bool:
    """Whether ", whose chairman, Ann Poe," follows: the subject is the chairman."""
    owned = noun_phrase_starting(tokens, start + 1, comma) if tokens[start].lower == "whose" else None
    return owned is not None and tokens[owned[1]].text == "," and owned[1] < comma


def _tells_time(tokens: list[Token], start: int, end: int) -> bool:
    return tokens[start].lower in TIME_WORDS or any(
        token.lower in ("ago", "later", "earlier") for token in tokens[start:end]
    )


def with_name(tokens: list[Token], phrase: Range, comma: int) -> int:
    """The end of a description that a name follows: "its chairman, Ann Poe,"."""
    if is_name(tokens[phrase[1] - 1]):
        return phrase[1]
    end = phrase[1] + 1
    while end < comma and (is_name(tokens[end]) or tokens[end].lower in NAME_PARTICLES):
        end += 1
    return end if end > phrase[1] + 1 and tokens[end].text in (",", ".", ";") else phrase[1]
