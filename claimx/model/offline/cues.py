"""Where a sentence reports: its reporting verbs, with voice, form and negation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from claimx.model.offline.lexicon import CueVerb, Form, cue_forms
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    NEGATIONS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
)

_BE = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "am",
        "be",
        "been",
        "being",
        "'s",
        "'re",
        "'m",
        "get",
        "gets",
        "got",
        "it's",
        "that's",
        "he's",
        "she's",
        "they're",
        "we're",
    ]
)
_BASE_BEFORE = frozenset(
    [
        "to",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "might",
        "must",
        "shall",
        "do",
        "does",
        "did",
        "don't",
        "doesn't",
        "didn't",
        "won't",
        "wouldn't",
        "can't",
        "cannot",
        "couldn't",
        "shouldn't",
        "'ll",
        "'d",
        "i",
        "you",
        "we",
        "they",
        "who",
        "people",
        "police",
        "not",
        "n't",
        "and",
        "or",
        "but",
        "let",
        "i'd",
        "he'd",
        "she'd",
        "they'd",
        "we'd",
        "i'll",
        "he'll",
        "she'll",
        "they'll",
        "we'll",
    ]
)
# "is expected to say", "refused to say": the words before "to" that belong to the verb.
_BEFORE_TO = frozenset(
    [
        "expected",
        "set",
        "likely",
        "unlikely",
        "due",
        "going",
        "about",
        "willing",
        "unwilling",
        "ready",
        "able",
        "unable",
        "eager",
        "reluctant",
        "scheduled",
        "poised",
        "continued",
        "continues",
        "continue",
        "began",
        "begin",
        "begins",
        "tried",
        "tries",
        "try",
        "trying",
        "wants",
        "want",
        "wanted",
        "plans",
        "plan",
        "planned",
        "went",
        "goes",
        "refused",
        "refuses",
        "declined",
        "declines",
        "vowed",
        "vows",
        "pledged",
        "promised",
        "threatened",
        "sought",
        "seeks",
        "used",
        "quick",
        "determined",
        "failed",
        "fails",
        "hopes",
        "hoped",
        "intends",
        "intended",
        "prepared",
        "keen",
        "free",
        "happy",
        "agreed",
        "need",
        "needs",
        "have",
        "has",
        "had",
        "first",
    ]
)
_NOT_PLURAL = PREPOSITIONS | AUXILIARIES | {"'s"}


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting verb in a sentence, by token index.

    `group` is where its verb group begins ("has not said"), `first` to `last` are
    the verb and its particle. `form` says whether it has a subject of its own.
    """

    group: int
    first: int
    last: int
    verb: CueVerb
    form: Literal["finite", "ing", "infinitive"]
    passive: bool
    negated: bool


def find_cues(tokens: list[Token]) -> list[Cue]:
    """The reporting verbs among the tokens of a sentence, in order; those in quotations are left out."""
    forms = cue_forms()
    cues = []
    for index, token in enumerate(tokens):
        if token.quotation >= 0 or token.lower not in forms:
            continue
        for verb, names, particle in forms[token.lower]:
            last = index + 1 if particle else index
            if particle and not (last < len(tokens) and tokens[last].lower == particle):
                continue
            if cue := _cue(tokens, index, last, verb, names):
                cues.append(cue)
            break
    return cues


def is_adverb(token: Token) -> bool:
    """Whether the word may stand between an auxiliary and its verb."""
    return token.lower in ADVERBS or (token.lower.endswith("ly") and len(token.lower) > 4)


def _cue(tokens: list[Token], index: int, last: int, verb: CueVerb, names: frozenset[Form]) -> Cue | None:
    before = index - 1
    negated = False
    while before >= 0 and (
        is_adverb(tokens[before]) or (tokens[before].lower in NEGATIONS and tokens[before].lower != "no")
    ):
        if tokens[before].lower in AUXILIARIES:
            break
        negated |= tokens[before].lower in NEGATIONS
        before -= 1
    previous = tokens[before] if before >= 0 else None
    form: Literal["finite", "ing", "infinitive"] = "finite"
    passive = False
    word = previous.lower if previous else ""
    following = tokens[last + 1].lower if last + 1 < len(tokens) else ""
    if "ing" in names:
        if word in DETERMINERS or word in POSSESSIVES or word == "'s":
            return None
        form = "finite" if word in _BE else "ing"
    elif names & {"past", "participle"}:
        if word in _BE:
            passive = True
        elif word in ("having",):
            form = "ing"
        elif (
            word in DETERMINERS - SUBJECT_PRONOUNS
            or word in PREPOSITIONS
            or (word == "'s")
            or following == "by"
            or (not verb.takes("clause", "quote") and following in ("of", "to", "as", "for", "in"))
        ):
            return None
    elif "third" in names:
        if word in DETERMINERS - SUBJECT_PRONOUNS or word in PREPOSITIONS or word in POSSESSIVES or word == "'s":
            return None
        if following in ("of", "from") or (
            following in ("on", "against", "for") and following not in verb.prepositions
        ):
            return None
    elif not (word in _BASE_BEFORE or _is_plural(previous)):
        return None
    group = before + 1
    while group > 0:
        token = tokens[group - 1]
        if (token.lower == "to" and form != "finite") or token.lower == "to":
            form = "infinitive"
            if group > 1 and tokens[group - 2].lower in _BEFORE_TO:
                form = "finite"
                group -= 2
                continue
            group -= 1
            break
        if token.lower in AUXILIARIES or is_adverb(token) or token.lower in NEGATIONS - {"no", "neither", "nor"}:
            negated |= token.lower in NEGATIONS or token.lower.endswith("n't")
            group -= 1
            continue
        break
    return Cue(group, index, last, verb, form, passive, negated)


def _is_plural(token: Token | None) -> bool:
    return (
        token is not None
        and token.is_word
        and token.lower.endswith("s")
        and not token.lower.endswith("ss")
        and token.lower not in _NOT_PLURAL
    )
