"""What a claim is about, as a short noun phrase."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from claimx.article.names import find_names, strip_titles
from claimx.model.offline.attributions import Attribution
from claimx.model.offline.lexicon import cue_forms
from claimx.model.offline.noun_phrases import Range, is_adverb, is_name, noun_phrase_starting
from claimx.model.offline.people import Person
from claimx.model.offline.tokens import Token, tokenize
from claimx.model.offline.words import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FINITE_AUXILIARIES,
    LONE_PRONOUNS,
    OBJECT_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBORDINATORS,
)

_NO_TARGET = (
    LONE_PRONOUNS | OBJECT_PRONOUNS - POSSESSIVES | {"that", "this", "there", "these", "those", "nothing", "something"}
)
_OPENERS = DETERMINERS | POSSESSIVES
_EMPTY = _NO_TARGET | _OPENERS
_NO_OPENERS = PREPOSITIONS | SUBORDINATORS | AUXILIARIES | CONJUNCTIONS | ADVERBS | {"no", "not"}
_LINKS = PREPOSITIONS | CONJUNCTIONS
# Who opens their own claim with one of these and names nothing else speaks of themselves.
_SELF = frozenset(["he", "she", "i", "we", "they"])
_TAKEN_UP = frozenset(["it", "this", "that", "they", "them", "these", "those"])
_CONTRACTED = _SELF | _TAKEN_UP | {"you", "there"}
_LONGEST = 8
_FEW = 4
_OF_RELATION = frozenset(["between", "with", "against", "over", "towards", "toward"])
_READ = 90
_begin = attrgetter("start")


def target_of(text: str, item: Attribution, person: Person, earlier: str | None = None) -> str:
    """What a claim is about.

    The subject of its content or, where that is a pronoun, what the claim before was about ("it"), the first name in
    it, or its first phrase.

    Args:
        text: The article.
        item: The claim's place in it.
        person: The speaker.
        earlier: The target of the claim before it, if that is close enough to be taken up by an "it".
    """
    start, end = item.content[0]
    tokens = _cut(_tokens(text, item.tokens, start, min(end, start + _READ)), item)
    if subject := _phrase_from(text, tokens, 0):
        return subject
    if earlier and tokens and _first_word(tokens) in _TAKEN_UP:
        return earlier
    there = next((index + 2 for index, token in enumerate(tokens[:_FEW]) if token.lower == "there"), len(tokens))
    while there < len(tokens) and tokens[there].lower in ("no", "not", "been"):
        there += 1
    if found := _phrase_from(text, tokens, there):
        return found
    if len(item.content) > 1:
        start, end = item.content[1]
        tokens = [*tokens, *tokenize(text, start, min(end, start + _READ), [], [])]
    content = text[tokens[0].start : tokens[-1].end] if tokens else ""
    for first, last in find_names(content):
        name = strip_titles(content[first:last])
        if name not in person.name and _plain(name) not in _EMPTY:
            return name
    for index in range(1, len(tokens)):
        if tokens[index].lower in _OPENERS and (found := _phrase_from(text, tokens, index)):
            return found
    if tokens and _plain(tokens[0].text) in _SELF:
        return person.name
    return " ".join(content.split()[:_LONGEST]).strip("\"'“”‘’,.")


def _tokens(text: str, sentence: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """The tokens between two offsets, where they can be had those of the sentence: making them takes a while."""
    read = sentence[bisect_left(sentence, start, key=_begin) : bisect_left(sentence, end, key=_begin)]
    if read and read[0].start == start and all(token.quotation < 0 for token in read):
        return read
    return tokenize(text, start, end, [], [])


def _cut(tokens: Sequence[Token], item: Attribution) -> Sequence[Token]:
    """The tokens before the "of" of "accused the board of neglect": it is about the board."""
    companions = item.verb.verb.companions if item.verb else frozenset[str]()
    if not companions:
        return tokens
    end = next((index for index, token in enumerate(tokens) if index and token.lower in companions), len(tokens))
    return tokens[:end]


def _first_word(tokens: Sequence[Token]) -> str:
    return next((_plain(token.text) for token in tokens if token.is_word and token.lower not in CONJUNCTIONS), "")


def _plain(word: str) -> str:
    """The word in lower case, and of a pronoun with its verb, "we'll" or "it's", the pronoun."""
    lower = word.lower()
    pronoun, mark, _ = lower.replace("’", "'").partition("'")
    return pronoun if mark and pronoun in _CONTRACTED else lower


def _phrase_from(text: str, tokens: Sequence[Token], first: int) -> str | None:
    """The noun phrase that begins at `first`, without article and number; None if it is a pronoun."""
    while first < len(tokens) and (
        not tokens[first].is_word or tokens[first].lower in CONJUNCTIONS or is_adverb(tokens[first])
    ):
        first += 1
    phrase = noun_phrase_starting(tokens, first, len(tokens))
    if phrase is None:
        return None
    start, end = _to_verb(tokens, _without_verb(tokens, phrase))
    if all(_plain(token.text) in _EMPTY for token in tokens[start:end]) or _plain(tokens[start].text) in _NO_OPENERS:
        return None
    if tokens[start].lower.endswith("ing") and end == start + 1 < len(tokens):
        # "Cutting the quota": what is done, with its object.
        found = noun_phrase_starting(tokens, end, len(tokens)) if tokens[end].lower in _OPENERS else None
        end = found[1] if found else end
    while end > start + 1 and tokens[end - 1].lower in AUXILIARIES:
        end -= 1
    while end > start + 1 and (tokens[start].lower in _OPENERS or tokens[start].text.isdigit()):
        start += 1
    start = _name_start(tokens, start, end)
    if not is_name(tokens[start]):
        end = min(end, start + _LONGEST)
    return " ".join(text[tokens[start].start : tokens[end - 1].end].split())


def _to_verb(tokens: Sequence[Token], phrase: Range) -> Range:
    """The phrase with what stands between it and its verb: "the right to return was", "relations with Ansel are"."""
    if phrase[1] >= len(tokens) or tokens[phrase[1]].lower not in PREPOSITIONS:
        return phrase
    for index in range(phrase[1], min(phrase[0] + _LONGEST, len(tokens))):
        if not tokens[index].is_word or tokens[index].lower in SUBORDINATORS:
            break
        if tokens[index].lower in FINITE_AUXILIARIES:
            return phrase[0], index
    if tokens[phrase[1]].lower in _OF_RELATION and len(tokens) - phrase[0] <= _LONGEST:
        return phrase[0], len(tokens)
    return phrase


def _without_verb(tokens: Sequence[Token], phrase: Range) -> Range:
    """The phrase without a verb that its closed classes do not know: "Ansel considers the offer"."""
    for index in range(phrase[0] + 1, phrase[1]):
        token, before = tokens[index], tokens[index - 1]
        if not token.text[0].islower() or not (is_name(before) or before.lower.endswith("s")):
            continue
        rows = cue_forms().get(token.lower, ())
        for verb, names, particle in rows:
            is_verb = ("third" in names and is_name(before)) or (verb.takes("clause") and not is_name(before))
            if is_verb and particle is None and not verb.takes("nounlike"):
                return phrase[0], index
    return phrase


def _name_start(tokens: Sequence[Token], start: int, end: int) -> int:
    """Where the name begins in "neighbouring Ansel", "chairman Ann Poe"."""
    first = end
    while first > start and is_name(tokens[first - 1]):
        first -= 1
    plain = all(
        token.is_word and token.text[0].islower() and token.lower not in _LINKS for token in tokens[start:first]
    )
    return first if start < first < end and plain else start
