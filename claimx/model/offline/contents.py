"""What is reported: the stretch of a sentence that goes with a reporting verb."""

from __future__ import annotations

from claimx.model.offline.content_ends import companion_of, content_end, trim
from claimx.model.offline.cues import Cue
from claimx.model.offline.lexicon import cue_forms
from claimx.model.offline.noun_phrases import (
    Range,
    has_finite_verb,
    is_adverb,
    noun_phrase_starting,
    starts_noun_phrase,
)
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import LONE_PRONOUNS, PREPOSITIONS, TIME_WORDS

_WH = frozenset(["whether", "how", "what", "why", "if", "who", "when", "where", "which"])
_AFTER_ADDRESSEE = _WH | {"about", "of"}
_CONTRAST = frozenset(["while", "although", "though", "whereas"])
_TIME_OPENERS = frozenset(["earlier", "late", "last", "this", "after", "before", "when", "as"])
_LOOKAHEAD = 14
_CLAUSE_WINDOW = 25


def content_after(tokens: list[Token], cue: Cue, cues: list[Cue]) -> Range | None:
    """The content that follows a cue; None if it has none that its verb could take."""
    start = _content_start(tokens, cue)
    if start is None or start >= len(tokens):
        return None
    end = content_end(tokens, start, cue, cues)
    if end == start + 1 and tokens[start].lower in _WH:
        return None
    if end == start + 2 and tokens[start].lower == "to" and tokens[start + 1].lower in cue_forms():
        # "Declined to comment" says nothing.
        return None
    return (start, end) if end > start else None


def content_before(tokens: list[Token], limit: int, floor: int = 0) -> Range | None:
    """The clause that ends before `limit`, back to a semicolon or `floor`."""
    end = trim(tokens, limit)
    start = end
    while start > floor and not (tokens[start - 1].text == ";" and tokens[start - 1].quotation < 0):
        start -= 1
    if start + 1 < end and tokens[start].lower in ("but", "and", "so", "yet") and tokens[start].quotation < 0:
        start += 1
    return (start, end) if end > start else None


def _content_start(tokens: list[Token], cue: Cue) -> int | None:
    """Where the content after a cue begins, by what its verb takes."""
    verb = cue.verb
    at = cue.last + 1
    if at + 1 < len(tokens) and tokens[at].lower == "not" and tokens[at + 1].lower == "to":
        return at if verb.takes("inf") else None
    if at < len(tokens) and is_adverb(tokens[at]):
        at += 1
    if at >= len(tokens):
        return None
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text == "," and (resumed := _after_parenthesis(tokens, at)) is not None and verb.takes("clause"):
        return resumed
    if token.text in (",", ":", "—", "–"):
        if (
            following is None
            or not (token.text == ":" or following.quotation >= 0)
            or not verb.takes("clause", "quote")
        ):
            return None
        return at + 1
    if verb.takes("addressee"):
        told = _after_addressee(tokens, at)
        if told is None and verb.takes("clause") and _is_subject(token) and _has_clause(tokens, at):
            # "Warned it would": a pronoun that is no object opens the clause.
            return at
        if told is not None or not verb.takes("noun", "wh"):
            return told if told is not None else (at + 1 if token.lower == "that" else None)
    if token.lower == "that" and (
        verb.takes("clause", "that") or (verb.takes("noun") and (following is None or following.text in ",."))
    ):
        if following is not None and following.text == "," and _has_clause(tokens, at + 1):
            # "That, on this evidence, prices rose": a conjunction, where "doubts that" has a pronoun.
            return at + 2
        return at if following is None or following.text in ",.;" else at + 1
    if token.lower in _WH and verb.takes("wh", "clause", "that"):
        return at
    if token.lower in PREPOSITIONS and verb.takes("quote") and (quoted := _quotation_after(tokens, at)) is not None:
        return quoted
    if token.lower in verb.prepositions and following is not None:
        return at + 1
    if token.lower == "to" and verb.takes("inf"):
        return at
    if token.quotation >= 0:
        return at if verb.takes("noun", "clause", "quote") else None
    if verb.takes("clause", "that") and (
        token.lower in PREPOSITIONS or token.lower in TIME_WORDS or token.lower in _TIME_OPENERS
    ):
        found = _after_adverbial(tokens, at, bare=verb.takes("clause"))
        if found is not None or token.lower in PREPOSITIONS:
            return found
    if verb.companions and starts_noun_phrase(token) and companion_of(tokens, at, cue) is not None:
        return at
    if not starts_noun_phrase(token):
        return None
    if verb.takes("noun") or (verb.takes("count") and token.text[0].isdigit()):
        return at
    # After "said" nothing but a clause can follow; elsewhere a verb must show that it is one.
    return at if verb.takes("clause") and (verb.verb == "say" or _has_clause(tokens, at)) else None


def _is_subject(token: Token) -> bool:
    return token.lower in LONE_PRONOUNS


def _after_parenthesis(tokens: list[Token], comma: int) -> int | None:
    """Where the content begins after "said, among other things, that"."""
    for index in range(comma + 1, min(comma + _LOOKAHEAD, len(tokens) - 1)):
        if tokens[index].quotation >= 0 or tokens[index].text in ".;:":
            return None
        if tokens[index].text == ",":
            return index + 2 if tokens[index + 1].lower == "that" else None
    return None


def _has_clause(tokens: list[Token], first: int) -> bool:
    """Whether a finite verb comes soon enough for a clause without "that"."""
    return has_finite_verb(tokens, first, min(first + _CLAUSE_WINDOW, len(tokens)))


def _after_addressee(tokens: list[Token], at: int) -> int | None:
    """Where the content begins after "told the court" or "told reporters on Friday that"."""
    if tokens[at].lower == "that" or tokens[at].quotation >= 0:
        return at + (tokens[at].lower == "that")
    told = noun_phrase_starting(tokens, at, len(tokens))
    if told is None:
        return None
    index = told[1]
    while index < len(tokens) and (
        tokens[index].lower in TIME_WORDS
        or (
            tokens[index].lower in ("on", "last", "this", "late", "early")
            and tokens[min(index + 1, len(tokens) - 1)].lower in TIME_WORDS
        )
    ):
        index += 1
    if index >= len(tokens):
        return None
    if tokens[index].lower == "to":
        return told[0]
    if tokens[index].lower in _AFTER_ADDRESSEE:
        return index
    if tokens[index].lower == "that":
        return index + 1
    if tokens[index].quotation >= 0:
        return index
    if starts_noun_phrase(tokens[index]) and _has_clause(tokens, index):
        return index
    for index in range(told[1], min(at + _LOOKAHEAD, len(tokens))):
        token = tokens[index]
        if token.lower == "that":
            return index + 1
        if token.text in ",:" and index + 1 < len(tokens) and tokens[index + 1].quotation >= 0:
            return index + 1
        if token.text in ".;:":
            return None
    return None


def _quotation_after(tokens: list[Token], at: int) -> int | None:
    """Where the quotation begins in "said of the flood, “…”"."""
    for index in range(at, min(at + _LOOKAHEAD, len(tokens) - 1)):
        if tokens[index].quotation >= 0 or tokens[index].text in ".;":
            return None
        if tokens[index].text in ",:":
            return index + 1 if tokens[index + 1].quotation >= 0 else None
    return None


def _after_adverbial(tokens: list[Token], at: int, *, bare: bool) -> int | None:
    """Where the content begins after "said on Friday" or "said in a statement that"."""
    for index in range(at, min(at + _LOOKAHEAD, len(tokens))):
        token = tokens[index]
        if token.lower == "that" and index + 1 < len(tokens) and tokens[index - 1].lower not in PREPOSITIONS:
            return index + 1
        if token.quotation >= 0 and tokens[index - 1].text in ",:":
            return index
        if token.text in ":," and index + 1 < len(tokens) and tokens[index + 1].quotation >= 0:
            return index + 1
        if token.text in ".;:," or token.quotation >= 0:
            break
    if not bare:
        return None
    index = at
    while index < len(tokens) and (
        tokens[index].lower in TIME_WORDS
        or tokens[index].lower in ("on", "this", "last", "late", "early", "earlier", "in")
        or tokens[index].text.isdigit()
    ):
        index += 1
    if index == at or tokens[index - 1].lower not in TIME_WORDS:
        if tokens[at].lower not in PREPOSITIONS:
            return None
        phrase = noun_phrase_starting(tokens, at + 1, len(tokens))
        if phrase is None:
            return None
        index = phrase[1]
    return index if index < len(tokens) and starts_noun_phrase(tokens[index]) and _has_clause(tokens, index) else None
