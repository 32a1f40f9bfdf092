"""Who reports: the noun phrase that goes with a reporting verb."""

from __future__ import annotations

from claimx.model.offline.cues import Cue
from claimx.model.offline.noun_phrases import Range, has_finite_verb, noun_phrase_starting
from claimx.model.offline.subjects import before_adverbials, first_subject, subject_before, with_name
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import DOCUMENTS, LONE_PRONOUNS, PREPOSITIONS, SUBORDINATORS, TIME_WORDS

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
        if word in ("and", "but", "or", "nor", "then") or (word == "," and subject is not None):
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
        source = source[0], with_name(tokens, source, len(tokens) - 1)
    if source[1] < len(tokens):
        after = tokens[source[1]]
        word = after.lower
        if not (after.text in _AFTER_INVERSION or quoted or word in _AFTER_INVERTED or word == "and"):
            return None
    if not quoted and not has_finite_verb(tokens, 0, cue.first):
        return None
    return source


def quotation_ends_before(tokens: list[Token], index: int) -> bool:
    """Whether a quotation that is a sentence, or would be, ends right before a token."""
    if index >= 3 and tokens[index - 1].text in ("'", "’") and tokens[index - 2].quotation >= 0:
        # A quotation within the quotation ends here too.
        index -= 1
    if index >= 2 and tokens[index - 1].text == "," and tokens[index - 2].quotation >= 0:
        return True
    return (
        index >= 2
        and tokens[index - 1].quotation >= 0
        and tokens[index - 2].text in (",", "?", "!", "—", "–", "--", "…", "...", "'", "’", ".")
    )


def relative_pronoun(tokens: list[Token], cue: Cue) -> Range | None:
    """The "who" of "Poe, who said": the mention beside the cue, while its antecedent tells who that is."""
    at = before_adverbials(tokens, cue.group - 1, 0)
    if cue.form == "finite" and at > 0 and tokens[at].lower in ("who", "which", "that") and tokens[at].quotation < 0:
        return at, at + 1
    return None


def _agent(tokens: list[Token], cue: Cue) -> Range | None:
    for index in range(cue.last + 1, min(cue.last + 4, len(tokens))):
        if tokens[index].lower == "by":
            return noun_phrase_starting(tokens, index + 1, len(tokens))
    return None
