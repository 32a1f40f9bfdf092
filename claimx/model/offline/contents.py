"""What is reported: the stretch of a sentence that goes with a reporting verb."""

from __future__ import annotations

from claimx.model.offline.cues import Cue, is_adverb
from claimx.model.offline.sources import has_finite_verb, noun_phrase_starting, starts_noun_phrase
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    PREPOSITIONS,
    TIME_WORDS,
)

Range = tuple[int, int]
_WH = frozenset(["whether", "how", "what", "why", "if", "who", "when", "where", "which"])
_TIME_OPENERS = frozenset(
    [
        "on",
        "in",
        "at",
        "during",
        "after",
        "before",
        "this",
        "last",
        "earlier",
        "late",
        "early",
        "by",
        "over",
        "later",
        "following",
        "ahead",
        "when",
    ]
)
_MARKS = "\"“”„«»''``‘’'"
_LOOKAHEAD = 14


def content_after(tokens: list[Token], cue: Cue, cues: list[Cue]) -> Range | None:
    """The content that follows a cue, as a range of token indices, or None if the verb takes none that is there."""
    start = _content_start(tokens, cue)
    if start is None:
        return None
    end = clause_end(tokens, start, cue, cues)
    return (start, end) if end > start else None


def _content_start(tokens: list[Token], cue: Cue) -> int | None:
    verb = cue.verb
    size = len(tokens)
    at = cue.last + 1
    while (
        at < size
        and (is_adverb(tokens[at]) or tokens[at].text in ",")
        and tokens[at].lower not in TIME_WORDS
        and at < cue.last + 3
        and not tokens[at].text[0].isupper()
    ):
        if tokens[at].text == ",":
            # ", that" or a parenthesis may follow; a comma before anything else ends the matter.
            if at + 1 < size and tokens[at + 1].quotation >= 0 and verb.takes("quote"):
                return at + 1
            break
        at += 1
    if at >= size:
        return None
    token = tokens[at]
    if token.text == ":":
        return at + 1 if at + 1 < size and verb.takes("clause", "quote", "noun") else None
    if (verb.takes("addressee") and cue.verb.verb != "warn") or (
        cue.verb.verb in ("warn", "ask") and starts_noun_phrase(token)
    ):
        told = _after_addressee(tokens, at)
        if told is not None:
            return told
        if cue.passive or cue.verb.verb not in ("warn", "ask"):
            return at if token.lower == "of" else None
    if token.lower == "that" and verb.takes("clause", "that"):
        return at + 1
    if token.lower in _WH and verb.takes("wh", "clause", "that"):
        return at
    if token.lower in verb.prepositions and at + 1 < size:
        return at + 1
    if token.lower == "to" and verb.takes("inf"):
        return at
    if token.quotation >= 0 and (verb.takes("noun", "clause", "quote")):
        return at
    if verb.takes("clause", "that") and (
        token.lower in PREPOSITIONS or token.lower in TIME_WORDS or token.lower in _TIME_OPENERS
    ):
        return _after_adverbial(tokens, at, verb.takes("clause"))
    if verb.takes("noun") and starts_noun_phrase(token):
        return at
    if verb.takes("clause") and starts_noun_phrase(token):
        return at if has_clause(tokens, at) or verb.verb == "say" else None
    return None


def has_clause(tokens: list[Token], first: int) -> bool:
    """Whether a finite verb comes soon."""
    return has_finite_verb(tokens, first, min(first + 25, len(tokens)))


def _after_addressee(tokens: list[Token], at: int) -> int | None:
    """Where the content begins after "told the court" or "told reporters on Friday that"."""
    for index in range(at, min(at + _LOOKAHEAD, len(tokens))):
        token = tokens[index]
        if token.lower == "that" and index > at:
            return index + 1
        if token.text in ",:" and index + 1 < len(tokens) and tokens[index + 1].quotation >= 0:
            return index + 1
        if token.quotation >= 0:
            return index
        if token.text in ".;":
            break
    told = noun_phrase_starting(tokens, at, len(tokens))
    if told is None:
        return None
    index = told[1]
    if index < len(tokens) and tokens[index].lower in _WH | {"to", "about", "of"}:
        return index
    while index < len(tokens) and (tokens[index].lower in TIME_WORDS or tokens[index].lower in _TIME_OPENERS):
        index += 1
    if index < len(tokens) and starts_noun_phrase(tokens[index]) and has_clause(tokens, index):
        return index
    return None


def _after_adverbial(tokens: list[Token], at: int, bare: bool) -> int | None:
    """Where the content begins after "said on Friday" or "said in a statement that"."""
    for index in range(at, min(at + _LOOKAHEAD, len(tokens))):
        token = tokens[index]
        if token.lower == "that" and index + 1 < len(tokens):
            return index + 1
        if token.quotation >= 0 and tokens[index - 1].text in ",:":
            return index
        if token.text in ".;:,":
            break
    if not bare:
        return None
    index = at
    while index < len(tokens) and (
        tokens[index].lower in TIME_WORDS
        or tokens[index].lower in PREPOSITIONS | {"this", "last"}
        or is_adverb(tokens[index])
        or tokens[index].text.isdigit()
    ):
        index += 1
    if (
        index > at
        and index < len(tokens)
        and tokens[index - 1].lower in TIME_WORDS
        and starts_noun_phrase(tokens[index])
        and has_clause(tokens, index)
    ):
        return index
    # "said in a statement the ship had sunk"
    if tokens[at].lower in PREPOSITIONS:
        phrase = noun_phrase_starting(tokens, at + 1, len(tokens))
        if (
            phrase
            and phrase[1] < len(tokens)
            and starts_noun_phrase(tokens[phrase[1]])
            and has_clause(tokens, phrase[1])
        ):
            return phrase[1]
    return None


def clause_end(tokens: list[Token], start: int, cue: Cue, cues: list[Cue]) -> int:
    """Where the content that starts at `start` ends: at the sentence's end or where another report begins."""
    starts = {other.group: other for other in cues if other.first > cue.last}
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
            if depth < 0:
                return index
        if token.quotation >= 0 or depth > 0:
            continue
        if token.text == ";" or (token.text in ".?!" and index == len(tokens) - 1):
            return index
        if token.text not in (",", "—", "–", "--") and token.lower not in ("and", "but", "or", "while", "as"):
            continue
        if token.lower == "as" and token.text != ",":
            continue
        after = index + 1
        comma = token.text == ","
        while after < len(tokens) and (
            tokens[after].lower in ("and", "but", "or", "while", "although", "though", "yet", "then", "who")
            or is_adverb(tokens[after])
        ):
            after += 1
        if after >= len(tokens):
            return index
        if comma and tokens[after].lower == "according":
            return index
        other = starts.get(after)
        if other is None and after > index + 1:
            other = starts.get(after - 1)
        if other is not None and other.first > index:
            if other.form == "ing" and not comma:
                continue
            if other.form == "infinitive":
                continue
            return index
        if tokens[after - 1].lower in ("but", "and", "while", "although", "though") and (
            comma or tokens[after - 1].lower == "while"
        ):
            subject = noun_phrase_starting(tokens, after, len(tokens))
            if subject and any(subject[1] <= group <= subject[1] + 2 for group in starts):
                return index
    end = len(tokens)
    while (
        end > start
        and tokens[end - 1].text in (".", "!", "?", ",", ";", ":", "—", "–", "-", "…")
        and tokens[end - 1].quotation < 0
    ):
        end -= 1
    return end
