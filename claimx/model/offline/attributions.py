"""The reports of one sentence: source, cue and content together."""

from __future__ import annotations

from typing import NamedTuple

from claimx.article.names import titles
from claimx.model.offline.content_ends import trim
from claimx.model.offline.contents import content_after, content_before
from claimx.model.offline.cues import Cue, find_cues
from claimx.model.offline.noun_cues import find_noun_reports
from claimx.model.offline.noun_phrases import Range, has_finite_verb, is_name, noun_phrase_ending, noun_phrase_starting
from claimx.model.offline.placements import complement_after, content_around, object_before
from claimx.model.offline.sources import (
    BEFORE_GERUND,
    find_source,
    first_subject,
    inverted_source,
    quotation_ends_before,
    relative_pronoun,
)
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import (
    BODY_NOUNS,
    DOCUMENTS,
    LONE_PRONOUNS,
    PERSON_NOUNS,
    PREPOSITIONS,
    SUBORDINATORS,
    TIME_WORDS,
)
from claimx.schema import Stance

Span = tuple[int, int]
_NUMBERS = frozenset(
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "half", "third", "quarter"]
)
_PLURALS = _NUMBERS | frozenset(
    ["people", "police", "men", "women", "children", "media", "data", "research", "polling", "management"]
)
_SPEAKING_NOUNS = BODY_NOUNS | PERSON_NOUNS | DOCUMENTS | _PLURALS
_ADVERBIAL_OPENERS = SUBORDINATORS | PREPOSITIONS
_LABEL_WORDS = 4
_POSSIBLE = frozenset(["can", "could", "may", "might"])
_HYPOTHETICAL = frozenset(["if", "unless", "whether", "how", "do", "does", "did", "lest"])
_ADVERBIAL = frozenset(["in", "on", "at", "after", "during", "following", "when", "as", "before"])


class Attribution(NamedTuple):
    """Somebody's claim by character offsets.

    `mention` stands beside the cue ("who"); `referent` tells who that is ("Poe"),
    and is the mention itself unless that is a relative pronoun.
    """

    content: tuple[Span, ...]
    cue: Span | None
    mention: Span
    referent: Span
    verb: Cue | None
    polarity: Stance = "neutral"


def attributions_of_sentence(tokens: list[Token]) -> list[Attribution]:
    """Every report in a sentence."""
    cues = find_cues(tokens)
    found = []
    subject: Range | None = None
    for number, cue in enumerate(cues):
        if cue.form == "infinitive" or (cue.form == "ing" and not _is_participle(tokens, cue)):
            continue
        if number + 1 < len(cues) and cues[number + 1].group <= cue.first:
            # "Declined to say": the verb that it governs reports for both.
            continue
        source = inverted_source(tokens, cue)
        content: list[Range] = []
        if source is not None:
            content = content_around(tokens, cue.group, source[1], cues[:number], cues[number + 1 :])
        else:
            source = find_source(tokens, cue, subject)
            if source is None:
                continue
            if cue.form == "finite" and not cue.passive:
                subject = source
            content = _contents(tokens, cue, cues, number, source)
        if content and _is_asserted(tokens, cue, source):
            found.append(_attribution(tokens, content, (cue.first, cue.last + 1), source, cue))
    found += [
        _attribution(tokens, [report.content], (report.noun, report.noun + 1), report.source, None, report.polarity)
        for report in find_noun_reports(tokens)
    ]
    return [item for item in found if not _is_inner_attitude(item, found, tokens)] + _according(tokens)


def _is_asserted(tokens: list[Token], cue: Cue, source: Range) -> bool:
    """Whether the article says that it was said: not "if he says", "should she say", "whether they want"."""
    modals = {token.lower for token in tokens[cue.group : cue.first]}
    speech = cue.verb.takes("quote")
    if "should" in modals or (not speech and modals & _POSSIBLE):
        return False
    before = tokens[source[0] - 1].lower if 0 < source[0] < cue.first else ""
    if tokens[source[0]].lower == "you" or not _can_speak(tokens, source):
        return False
    return before not in _HYPOTHETICAL and (speech or before not in ("that", "what", "said", "say", "says"))


def _can_speak(tokens: list[Token], source: Range) -> bool:
    """Whether a source of one word is one: a stray word before a verb is mostly a verb or an adjective itself."""
    word = tokens[source[0]]
    if source[1] - source[0] > 1 or word.lower in LONE_PRONOUNS:
        return word.lower not in ("that", "no")
    known = word.lower in titles() or word.lower in _SPEAKING_NOUNS
    return is_name(word) or known or (word.lower.endswith("s") and not word.lower.endswith("ss"))


def _is_participle(tokens: list[Token], cue: Cue) -> bool:
    """Whether an -ing form reports by itself: ", saying that" rather than "of criticising"."""
    before = tokens[cue.group - 1] if cue.group else None
    return before is not None and (
        before.text == "," or (cue.verb.takes("quote") and before.lower not in BEFORE_GERUND)
    )


def _is_inner_attitude(item: Attribution, found: list[Attribution], tokens: list[Token]) -> bool:
    """Whether a report within the content of another is no speech of its own: "she said she hoped"."""
    if item.cue is None:
        return False
    speech = item.verb is not None and item.verb.verb.takes("quote")
    for other in found:
        if other is item or (other.verb is None or not other.verb.verb.takes("clause", "quote")):
            continue
        for start, end in other.content:
            if start <= item.cue[0] < end:
                return not speech or (item.mention[0] - start < 3 and item.mention[1] - item.mention[0] < 5)
    return False


def quotation_cue(tokens: list[Token]) -> Attribution | None:
    """The cue of a sentence that only says who spoke: "Poe said." after a quotation."""
    for cue in find_cues(tokens)[:1]:
        source = find_source(tokens, cue, None)
        if (
            source
            and cue.verb.takes("quote")
            and cue.form == "finite"
            and len(tokens) <= 14
            and not content_after(tokens, cue, [cue])
        ):
            return _attribution(tokens, [], (cue.first, cue.last + 1), source, cue)
    return None


def introduction(tokens: list[Token]) -> Attribution | None:
    """Who speaks after a sentence that ends in a colon: what it announces stands in the next paragraph."""
    for cue in reversed(find_cues(tokens)):
        source = find_source(tokens, cue, None)
        if source and cue.form == "finite":
            return _attribution(tokens, [], (cue.first, cue.last + 1), source, cue)
    source = first_subject(tokens, len(tokens))
    return _attribution(tokens, [], None, source, None) if source and len(tokens) > _LABEL_WORDS else None


def _attribution(
    tokens: list[Token],
    content: list[Range],
    cue: Range | None,
    source: Range,
    verb: Cue | None,
    polarity: Stance = "neutral",
) -> Attribution:
    def span(part: Range) -> Span:
        return tokens[part[0]].start, tokens[part[1] - 1].end

    mention = (relative_pronoun(tokens, verb) if verb else None) or source
    return Attribution(
        tuple(map(span, content)), span(cue) if cue else None, span(mention), span(source), verb, polarity
    )


def _contents(tokens: list[Token], cue: Cue, cues: list[Cue], number: int, source: Range) -> list[Range]:
    if cue.passive:
        part = noun_phrase_ending(tokens, cue.group - 1, 0)
        return [part] if part and tokens[part[0]].lower not in LONE_PRONOUNS else []
    first = source[0]
    if cue.form == "finite" and first > 1 and source[1] <= cue.group and cue.verb.takes("clause", "quote"):
        if quotation_ends_before(tokens, first):
            return content_around(tokens, first, cue.last + 1, cues[:number], cues[number + 1 :])
        if tokens[first - 1].text in (",", "—", "–") and _trails(tokens, cue, cues, first):
            return content_around(tokens, first, cue.last + 1, cues[:number], cues[number + 1 :])
    content = content_after(tokens, cue, cues)
    if cue.form == "finite" and (cue.verb.takes("noun") or cue.verb.companions):
        thing = object_before(tokens, source)
        if thing and content and tokens[content[0]].quotation >= 0:
            return [thing, content]
        if thing and content is None:
            rest = complement_after(tokens, cue)
            return [thing, rest] if rest else [thing]
    return [content] if content else []


def _is_quoted(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].quotation >= 0


def _trails(tokens: list[Token], cue: Cue, cues: list[Cue], first: int) -> bool:
    """Whether "she said", which begins at `first`, follows its content or stands within it."""
    before = content_before(tokens, first)
    if before is None:
        return False
    after = tokens[cue.last + 1] if cue.last + 1 < len(tokens) else None
    parenthesis = after is not None and after.text == ","
    if parenthesis and _is_quoted(tokens, cue.last + 2) and not has_finite_verb(tokens, *before):
        # "On Tuesday, after the vote, Poe said, “…”": what stands before only tells when.
        return False
    opening = tokens[before[0]].lower
    if opening in _ADVERBIAL_OPENERS or opening in ("asked", "speaking", "pressed"):
        commas = [index for index in range(*before) if tokens[index].text == ","]
        if not commas or not has_finite_verb(tokens, commas[-1], before[1]):
            return parenthesis and not any(other.first < first for other in cues)
    if parenthesis:
        return True
    if not has_finite_verb(tokens, *before):
        return False
    if after is None or after.text in (".", "!", "?", ";"):
        return True
    content = content_after(tokens, cue, cues)
    if content is None or not has_finite_verb(tokens, *content):
        return not (content and cue.verb.takes("noun"))
    return tokens[content[0] - 1].lower != "that" and (after.lower in _ADVERBIAL or after.lower in TIME_WORDS)


def _according(tokens: list[Token]) -> list[Attribution]:
    """What is "according to" somebody: the clause before it or, where it opens the sentence, after its comma."""
    found = []
    for index in range(len(tokens) - 2):
        if tokens[index].lower != "according" or tokens[index + 1].lower != "to" or tokens[index].quotation >= 0:
            continue
        source = noun_phrase_starting(tokens, index + 2, len(tokens))
        if source is None:
            continue
        comma = next(
            (at for at in range(source[1], len(tokens)) if tokens[at].text == "," and tokens[at].quotation < 0), None
        )
        rest = (comma + 1, trim(tokens, len(tokens))) if comma is not None else None
        if index <= 1 or tokens[index - 1].text == ";":
            content = [rest] if rest else []
        else:
            before = content_before(tokens, index)
            content = [before] if before else []
            if rest and comma == source[1] and before and not has_finite_verb(tokens, *before):
                content.append(rest)
        content = [part for part in content if part[1] > part[0]]
        if content:
            found.append(_attribution(tokens, content, (index, index + 2), source, None))
    return found
