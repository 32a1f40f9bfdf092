"""Where a content ends: at the sentence's end, or where another report begins."""

from __future__ import annotations

from claimx.model.offline.cues import Cue
from claimx.model.offline.lexicon import cue_nouns
from claimx.model.offline.noun_phrases import (
    has_finite_verb,
    is_adverb,
    is_name,
    noun_phrase_starting,
)
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import CONJUNCTIONS, DETERMINERS, LONE_PRONOUNS, PREPOSITIONS, TIME_WORDS

_CONTRAST = frozenset(["while", "although", "though", "whereas"])
_JOINTS = CONJUNCTIONS | _CONTRAST | {"then", "who"}
_STOPS = frozenset(".!?,;:—–-…")
_AFTER_NOUN = frozenset(["when", "after", "before", "during"])
_MAY_END = _JOINTS | _AFTER_NOUN
_FRONTED = frozenset(["as", "while", "when", "although", "though", "because", "since", "after", "before", "until"])
# After these a quotation with a comma was a name or a part of what is said.
_AFTER_QUOTED_NAME = frozenset(["and", "or", "but", "which", "because"])
_AFTER_CUE = PREPOSITIONS | TIME_WORDS
_LOOKAHEAD = 14


def content_end(tokens: list[Token], start: int, cue: Cue, cues: list[Cue]) -> int:
    """Where the content that starts at `start` ends: with the sentence, or where another report begins."""
    if (closed := _sentence_quoted(tokens, start)) is not None:
        return closed
    later = [other for other in cues if other.first > cue.last]
    groups = {other.group: other for other in later}
    relative = (
        cue.group > 0
        and tokens[cue.group - 1].lower in ("who", "which")
        and cue.group > 1
        and tokens[cue.group - 2].text == ","
    )
    # What follows a noun phrase after a comma is seldom part of what was said; after a clause it often is.
    bare_noun = not cue.verb.takes("clause", "that", "wh")
    fronted = tokens[0].lower in _FRONTED and not any(token.text == "," for token in tokens[: cue.group])
    depth = 0
    companion = companion_of(tokens, start, cue) if cue.verb.companions else None
    for index in range(start if companion is None else companion, len(tokens)):
        token = tokens[index]
        if token.is_word and token.quotation < 0 and token.lower not in _MAY_END:
            # Nine words of ten: none of the questions below needs to be asked.
            continue
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
            if depth < 0:
                return index
        if token.quotation >= 0 and _closes_with_comma(tokens, index):
            return index + 1
        if token.quotation >= 0 or depth > 0:
            continue
        if (
            token.text == ";"
            or (bare_noun and index > start and (token.text in (",", "—", "–") or token.lower in _AFTER_NOUN))
            or (fronted and token.text == ",")
        ):
            return index
        if (
            (token.text == "," or token.lower in _JOINTS)
            and index > start
            and _another_begins(tokens, index, groups, relative=relative, in_clause=not bare_noun, later=later)
        ):
            return index
    return trim(tokens, len(tokens))


def _another_begins(
    tokens: list[Token], index: int, groups: dict[int, Cue], *, relative: bool, in_clause: bool, later: list[Cue]
) -> bool:
    """Whether a comma or a conjunction ends the content because another report or the main clause goes on there."""
    comma = tokens[index].text == ","
    after = index + 1 if comma else index
    while after < len(tokens) and (tokens[after].lower in _JOINTS or is_adverb(tokens[after])) and after not in groups:
        if tokens[after].lower == "who" and not comma:
            return False
        after += 1
    if after >= len(tokens):
        return True
    joint = tokens[after - 1].lower if after - 1 > index or not comma else ""
    if joint in CONJUNCTIONS and tokens[after].lower == "that":
        return False
    if comma and tokens[after].lower in ("according", "compared"):
        return True
    if after in groups:
        other = groups[after]
        if not comma and in_clause and not other.verb.takes("quote", "noun"):
            # "said she was sorry and wanted to go": what is wanted is said too.
            return False
        return (other.form == "finite" and (bool(joint) or relative)) or (other.form == "ing" and comma)
    if (
        comma
        and later
        and after + 1 < len(tokens)
        and tokens[after].lower in ("a", "an")
        and tokens[after + 1].lower in cue_nouns()
    ):
        # ", a claim that the company denies"
        return True
    if relative and comma and has_finite_verb(tokens, after - 1, after + 1):
        return True
    if joint in _CONTRAST and later and comma:
        return True
    if not comma and (joint not in CONJUNCTIONS or not _starts_clause(tokens, index, after)):
        return False
    subject = noun_phrase_starting(tokens, after, len(tokens))
    if subject is None:
        return False
    other_group = next((group for group in range(subject[1], subject[1] + 3) if group in groups), None)
    if other_group is None:
        return False
    if joint:
        return True
    # ", the ministry said." at the end of the sentence
    last = groups[other_group].last + 1
    return last >= len(tokens) or tokens[last].text in ".," or tokens[last].lower in _AFTER_CUE


def _starts_clause(tokens: list[Token], joint: int, after: int) -> bool:
    """Whether what follows an "and" is a subject of its own rather than one more name or noun of a list."""
    if is_name(tokens[after]):
        return not is_name(tokens[joint - 1])
    return tokens[after].lower in LONE_PRONOUNS or tokens[after].lower in DETERMINERS


def _sentence_quoted(tokens: list[Token], start: int) -> int | None:
    """Where a quotation ends that begins at `start`, if it is a whole sentence and another follows."""
    number = tokens[start].quotation
    if number < 0 or (start and tokens[start - 1].quotation == number):
        return None
    end = start
    while end < len(tokens) and tokens[end].quotation == number:
        end += 1
    if end + 1 >= len(tokens) or end - 2 <= start or tokens[end - 2].text not in (".", "!", "?"):
        return None
    return end if is_name(tokens[end]) else None


def _closes_with_comma(tokens: list[Token], index: int) -> bool:
    """Whether a quotation ends here with a comma inside, and no other follows: the report ends with it."""
    if tokens[index - 1].text != "," or index + 1 >= len(tokens):
        return False
    following = tokens[index + 1]
    return following.quotation < 0 and following.is_word and following.lower not in _AFTER_QUOTED_NAME


def trim(tokens: list[Token], end: int) -> int:
    """`end` without the marks before it, unless they are quoted."""
    while end > 0 and tokens[end - 1].text in _STOPS and tokens[end - 1].quotation < 0:
        end -= 1
    return end


def companion_of(tokens: list[Token], at: int, cue: Cue) -> int | None:
    """Where the "as" of "described it as" stands; the last one, if there are several."""
    near = range(min(at + _LOOKAHEAD, len(tokens)) - 1, at, -1)
    return next((index for index in near if tokens[index].lower in cue.verb.companions), None)
