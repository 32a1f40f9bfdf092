"""Who reports: the noun phrase that goes with a reporting verb."""

from __future__ import annotations

from itertools import islice

from claimx.model.offline.cues import Cue
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
BEFORE_GERUND = frozenset(
    [
        "by",
        "after",
        "before",
        "in",
        "for",
        "of",
        "from",
        "while",
        "without",
        "when",
        "and",
        "with",
        "on",
        "to",
        "than",
        "about",
        "despite",
    ]
)
_AFTER_INVERTED = PREPOSITIONS | SUBORDINATORS | TIME_WORDS
_AFTER_INVERSION = frozenset(".,;:—–()-")


def find_source(tokens: list[Token], cue: Cue, subject: Range | None) -> Range | None:
    """The source of a cue that does not follow its content inverted.

    Args:
        tokens: The sentence.
        cue: The reporting verb.
        subject: The subject of the report before it in the sentence, if any: that
            of "and added", "saying" too.
    """
    if cue.passive:
        return _agent(tokens, cue)
    before = tokens[cue.group - 1] if cue.group else None
    word = before.lower if before else ""
    if cue.form == "finite":
        if word in ("and", "but", "or", "then") or (word == "," and subject is not None):
            return subject or first_subject(tokens, cue.group)
        return (
            subject_before(tokens, cue.group)
            or subject
            or (first_subject(tokens, cue.group) if before is not None else None)
        )
    if cue.form == "ing" and before is not None and before.is_word and word not in BEFORE_GERUND:
        if before.lower in DOCUMENTS and (issuer := subject or first_subject(tokens, cue.group)):
            return issuer
        return subject_before(tokens, cue.group) or subject
    return subject or first_subject(tokens, cue.group)


def inverted_source(tokens: list[Token], cue: Cue) -> Range | None:
    """The source after the verb, as in "It rained, said the mayor"; None if the verb is not inverted."""
    if (
        cue.form != "finite"
        or cue.passive
        or cue.group != cue.first
        or cue.first == 0
        or not cue.verb.takes("quote", "clause")
    ):
        return None
    quoted = quotation_ends_before(tokens, cue.first)
    if not quoted and (cue.verb.takes("noun", "addressee") or tokens[cue.first - 1].text not in ",—–?!"):
        return None
    source = noun_phrase_starting(tokens, cue.last + 1, len(tokens))
    if source is None or tokens[source[0]].lower in TIME_WORDS:
        return None
    if source[1] - source[0] == 1 and tokens[source[0]].lower in LONE_PRONOUNS and not quoted:
        return None
    if source[1] < len(tokens) and tokens[source[1]].text == ",":
        source = source[0], _with_name(tokens, source, len(tokens) - 1)
    if source[1] < len(tokens):
        after = tokens[source[1]]
        word = after.lower
        if not (
            after.text in _AFTER_INVERSION
            or (quoted and after.quotation >= 0)
            or word in _AFTER_INVERTED
            or word == "and"
        ):
            return None
    if not quoted and not has_finite_verb(tokens, 0, cue.first):
        return None
    return source


def quotation_ends_before(tokens: list[Token], index: int) -> bool:
    """Whether a quotation that is a sentence, or would be, ends right before a token."""
    if index >= 2 and tokens[index - 1].text == "," and tokens[index - 2].quotation >= 0:
        return True
    return (
        index >= 2
        and tokens[index - 1].quotation >= 0
        and tokens[index - 2].text in (",", "?", "!", "—", "–", "--", "…", "...", "'", "’", ".")
    )


def subject_before(tokens: list[Token], group: int) -> Range | None:
    """The subject that stands before a verb group."""
    floor = _floor(tokens, group)
    last = _before_adverbials(tokens, group - 1, floor)
    if last < floor:
        return None
    token = tokens[last]
    if token.lower in ("who", "which", "that"):
        return _antecedent(tokens, last, floor)
    if token.text == "," and last > floor and tokens[last - 1].text == ")":
        last -= 1
        token = tokens[last]
    if token.text == ",":
        return _before_apposition(tokens, last, floor)
    if token.text == ")":
        opening = next((index for index in range(last, floor, -1) if tokens[index].text == "("), floor)
        return noun_phrase_ending(tokens, opening - 1, floor)
    if token.text in _DASHES:
        opening = next((index for index in range(last - 1, floor, -1) if tokens[index].text in _DASHES), floor)
        return noun_phrase_ending(tokens, opening - 1, floor)
    return noun_phrase_ending(tokens, last, floor)


def relative_pronoun(tokens: list[Token], cue: Cue) -> Range | None:
    """The "who" of "Poe, who said": the mention beside the cue, while its antecedent tells who that is."""
    at = _before_adverbials(tokens, cue.group - 1, 0)
    if cue.form == "finite" and at > 0 and tokens[at].lower in ("who", "which", "that") and tokens[at].quotation < 0:
        return at, at + 1
    return None


def first_subject(tokens: list[Token], limit: int) -> Range | None:
    """The subject of the sentence's first verb."""
    verbs = (index for index in range(1, limit) if is_finite_verb(tokens, index))
    for index in islice(verbs, _FIRST_VERBS):
        if found := subject_before(tokens, index):
            return found
    return noun_phrase_starting(tokens, 0, limit)


def _agent(tokens: list[Token], cue: Cue) -> Range | None:
    for index in range(cue.last + 1, min(cue.last + 4, len(tokens))):
        if tokens[index].lower == "by":
            return noun_phrase_starting(tokens, index + 1, len(tokens))
    return None


def _floor(tokens: list[Token], group: int) -> int:
    """A subject does not reach back over a quotation, a semicolon or a colon."""
    for index in range(group - 1, -1, -1):
        if tokens[index].quotation >= 0 or tokens[index].text in (";", ":"):
            return index + 1
    return 0


def _before_adverbials(tokens: list[Token], last: int, floor: int) -> int:
    """Go back over "also", "on Friday", "earlier this year", "at the time"."""
    while last >= floor:
        word = tokens[last].lower
        if is_adverb(tokens[last]) and word not in LONE_PRONOUNS:
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
        if end - start == 1 and (is_adverb(tokens[start]) or word.endswith(("ly", "ed"))):
            start = end + 1
            continue
        if (
            start < end
            and word not in PREPOSITIONS
            and word not in SUBORDINATORS
            and not _tells_time(tokens, start, end)
        ):
            phrase = noun_phrase_starting(tokens, start, end)
            if phrase and phrase[1] == end < comma:
                return phrase[0], _with_name(tokens, phrase, comma)
            if end < comma:
                return noun_phrase_ending(tokens, end - 1, start)
        start = end + 1
    return None


def _tells_time(tokens: list[Token], start: int, end: int) -> bool:
    return tokens[start].lower in TIME_WORDS or any(
        token.lower in ("ago", "later", "earlier") for token in tokens[start:end]
    )


def _with_name(tokens: list[Token], phrase: Range, comma: int) -> int:
    """The end of a description that a name follows: "its chairman, Ann Poe,"."""
    if is_name(tokens[phrase[1] - 1]):
        return phrase[1]
    end = phrase[1] + 1
    while end < comma and (is_name(tokens[end]) or tokens[end].lower in NAME_PARTICLES):
        end += 1
    return end if end > phrase[1] + 1 and tokens[end].text in (",", ".", ";") else phrase[1]
