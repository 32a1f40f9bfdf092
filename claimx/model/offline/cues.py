"""Where a sentence reports: its reporting verbs, with voice, form and negation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from claimx.model.offline.lexicon import CueVerb, Form, cue_forms
from claimx.model.offline.noun_phrases import is_adverb, is_name
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    AUXILIARIES,
    BEFORE_BASE_FORM,
    BEFORE_TO,
    DETERMINERS,
    FORMS_OF_BE,
    LONE_PRONOUNS,
    NEGATIONS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBORDINATORS,
)

VerbForm = Literal["finite", "ing", "infinitive"]
_NOT_PLURAL = PREPOSITIONS | AUXILIARIES | {"'s"}
# After these a word that looks like a verb is a noun or an adjective.
_BEFORE_NOUN = (DETERMINERS - LONE_PRONOUNS - {"that", "this", "these", "those"}) | POSSESSIVES | PREPOSITIONS | {"'s"}
# "when asked", "Asked whether": a past form without a subject.
_BEFORE_PARTICIPLE = (SUBORDINATORS - {"who", "which", "that", "what"}) | {""}
_GOING_ON = ("went", "goes", "go", "going", "gone")
_AFTER_PARTICIPLE = ("of", "to", "as", "for", "in")


class Cue(NamedTuple):
    """A reporting verb in a sentence, by token index.

    `group` is where its verb group begins ("has not said"), `first` to `last` are
    the verb and its particle. A verb is `finite` if it has a subject of its own.
    """

    group: int
    first: int
    last: int
    verb: CueVerb
    form: VerbForm
    passive: bool
    negated: bool


def find_cues(tokens: list[Token], places: Iterable[int]) -> list[Cue]:
    """The reporting verbs at some places in a sentence, in order; those in quotations are left out."""
    forms = cue_forms()
    cues = []
    for index in places:
        token = tokens[index]
        if token.lower not in forms or token.quotation >= 0:
            continue
        if index and is_name(token) and not _is_headline(tokens):
            continue
        for verb, names, particle in forms[token.lower]:
            last = index + 1 if particle else index
            if particle and not (last < len(tokens) and tokens[last].lower == particle):
                continue
            if cue := _cue(tokens, index, last, verb, names):
                cues.append(cue)
            break
    return cues


def _is_headline(tokens: list[Token]) -> bool:
    """Whether most words have capitals."""
    words = [token for token in tokens if token.is_word]
    return bool(words) and sum(is_name(token) for token in words) > 0.6 * len(words)


def _cue(tokens: list[Token], index: int, last: int, verb: CueVerb, names: frozenset[Form]) -> Cue | None:
    before = index - 1
    while before >= 0 and (is_adverb(tokens[before]) or tokens[before].lower in ("not", "never", "n't")):
        before -= 1
    previous = tokens[before].lower if before >= 0 else ""
    following = tokens[last + 1].lower if last + 1 < len(tokens) else ""
    passive = False
    if verb.takes("adjective"):
        if previous not in FORMS_OF_BE and previous != "'s":
            return None
        form: VerbForm = "finite"
    elif "ing" in names:
        if previous in DETERMINERS or previous in POSSESSIVES or previous == "'s":
            return None
        form = "finite" if previous in FORMS_OF_BE else "ing"
    else:
        form = "ing" if previous == "having" else "finite"
        passive = bool(names & {"participle"}) and previous in FORMS_OF_BE
        # "He's said": an auxiliary, where "Poe's said" could not be one.
        perfect = previous == "'s" and before > 0 and tokens[before - 1].lower in LONE_PRONOUNS and verb.takes("clause")
        if following == "to" and not verb.takes("inf", "clause") and "to" not in verb.prepositions:
            # "Continued to rise" governs a verb, it does not say what she "continued".
            return None
        word = tokens[before] if before >= 0 else None
        if not passive and not perfect and not _is_verb(word, previous, following, verb, names):
            return None
    group, form, negated = _verb_group(tokens, index, form)
    return Cue(group, index, last, verb, form, passive, negated)


def _is_verb(before: Token | None, previous: str, following: str, verb: CueVerb, names: frozenset[Form]) -> bool:
    """Whether a form that may be a noun or an adjective too is an active verb here."""
    if names & {"past", "participle"}:
        if previous in _BEFORE_NOUN or previous in _BEFORE_PARTICIPLE:
            return False
        # "a man accused of theft", "a plan backed by all"
        reduced = following in _AFTER_PARTICIPLE and not (
            verb.takes("clause", "quote") or following in verb.prepositions or (following == "to" and verb.takes("inf"))
        )
        spoken = before is not None and verb.takes("quote") and (is_name(before) or previous in LONE_PRONOUNS)
        return (following != "by" or spoken) and not reduced
    if "third" in names:
        if previous in _BEFORE_NOUN or (
            verb.takes("nounlike") and before is not None and not _is_clear_subject(before)
        ):
            return False
        return following not in ("of", "from") and (
            following not in ("on", "against", "for") or following in verb.prepositions
        )
    if previous in BEFORE_BASE_FORM:
        return True
    if before is None or verb.takes("nounlike"):
        return False
    # "People briefed on the plan say": the plural may stand further back.
    further = before.is_word or before.text in (",", "—", "–")
    return _is_plural(before) or (verb.takes("clause") and further and previous not in _BEFORE_NOUN)


def _is_clear_subject(token: Token) -> bool:
    """Whether the word can hardly be a modifier of a noun: a pronoun, a name, a mark."""
    return (
        not token.is_word or token.lower in LONE_PRONOUNS or token.lower in ("who", "which", "that") or is_name(token)
    )


def _is_plural(token: Token) -> bool:
    word = token.lower
    return token.is_word and word.endswith(("s", "%")) and not word.endswith("ss") and word not in _NOT_PLURAL


def _verb_group(tokens: list[Token], index: int, form: VerbForm) -> tuple[int, VerbForm, bool]:
    """Where the verb group begins, its form, and whether it is negated: "is not expected to say"."""
    negated = False
    while index > 0:
        word = tokens[index - 1].lower
        if word == "to":
            if index > 1 and tokens[index - 2].lower in BEFORE_TO:
                index -= 3 if index > 2 and tokens[index - 3].lower in _GOING_ON else 2
                continue
            return index - 1, "infinitive", negated
        if not (word in AUXILIARIES or is_adverb(tokens[index - 1]) or word in ("not", "never")):
            break
        if word == "'s" and index > 1 and tokens[index - 2].lower not in LONE_PRONOUNS:
            break
        negated |= word in NEGATIONS
        index -= 1
    return index, form, negated
