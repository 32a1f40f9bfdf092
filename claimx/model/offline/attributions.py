"""The reports of one sentence: source, cue and content together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claimx.article.names import titles
from claimx.model.offline.according import find_according
from claimx.model.offline.content_ends import trim
from claimx.model.offline.contents import content_after, content_before
from claimx.model.offline.cues import Cue, find_cues
from claimx.model.offline.lexicon import cue_forms, report_words
from claimx.model.offline.noun_cues import find_noun_reports
from claimx.model.offline.noun_phrases import (
    Range,
    has_finite_verb,
    is_adverb,
    is_name,
    noun_phrase_ending,
    noun_phrase_starting,
)
from claimx.model.offline.placements import complement_after, content_around, object_before, quotation_start
from claimx.model.offline.sources import (
    BEFORE_GERUND,
    find_source,
    inverted_source,
    quotation_ends_before,
    relative_pronoun,
)
from claimx.model.offline.subjects import first_subject, subject_of
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
_LONGEST_REPORT = 25
_AFTER_ADDRESSEE = frozenset(["in", "on", "at", "after", "during", "when", "as", "by", "from"])
_POSSIBLE = frozenset(["can", "could", "may", "might"])
_HYPOTHETICAL = frozenset(["if", "unless", "whether", "how", "do", "does", "did", "lest"])
_ADVERBIAL = frozenset(["in", "on", "at", "after", "during", "following", "when", "as", "before"])


class Attribution(NamedTuple):
    """Somebody's claim by character offsets.

    `mention` stands beside the cue ("who"); `referent` tells who that is ("Poe"),
    and is the mention itself unless that is a relative pronoun. `tokens` are those of
    the sentence with the cue.
    """

    content: tuple[Span, ...]
    cue: Span | None
    mention: Span
    referent: Span
    verb: Cue | None
    polarity: Stance = "neutral"
    tokens: Sequence[Token] = ()

    def with_content(self, content: tuple[Span, ...]) -> Attribution:
        """The same report of another content; mostly it is the same content, and a copy takes a microsecond."""
        return self if content == self.content else self._replace(content=content)


def attributions_of_sentence(tokens: list[Token]) -> list[Attribution]:
    """Every report in a sentence."""
    words = report_words()
    # Half of the sentences have no such place, and the three searches below need not go through them.
    places = [index for index, token in enumerate(tokens) if token.lower in words and token.quotation < 0]
    if not places:
        return _introduced(tokens)
    cues = find_cues(tokens, places)
    found: list[Attribution] = []
    subject: Range | None = None
    for number, cue in enumerate(cues):
        if cue.form == "infinitive" or (cue.form == "ing" and not _is_participle(tokens, cue)):
            continue
        if number + 1 < len(cues) and cues[number + 1].group <= cue.first:
            # "Declined to say": the verb that it governs reports for both.
            continue
        source = inverted_source(tokens, cue) if not _is_taken(tokens, cue.first, cues[:number]) else None
        content: list[Range] = []
        if source is not None:
            content = content_around(tokens, cue.group, source[1], cues[:number], cues[number + 1 :])
        else:
            source = find_source(tokens, cue, subject)
            if source is None:
                continue
            if cue.form == "finite" and not cue.passive and not _is_within(tokens, source, found):
                subject = source
            content = _contents(tokens, cue, cues, number, source)
        if content and _is_asserted(tokens, cue, source):
            found.append(_attribution(tokens, content, (cue.first, cue.last + 1), source, cue))
    found += [
        _attribution(tokens, [report.content], (report.noun, report.noun + 1), report.source, None, report.polarity)
        for report in find_noun_reports(tokens, places)
    ]
    found = [item for item in found if not _is_inner_attitude(item, found, tokens)] + [
        _attribution(tokens, item.content, item.cue, item.source, None) for item in find_according(tokens, places)
    ]
    return found or _introduced(tokens)


def _introduced(tokens: list[Token]) -> list[Attribution]:
    """A quotation after a colon, where no verb reports: "The mayor issued this statement: “…”"."""
    colon = next((index for index, token in enumerate(tokens) if token.text == ":" and token.quotation < 0), None)
    if colon is None or not _is_quoted(tokens, colon + 1) or tokens[-1].quotation != tokens[colon + 1].quotation:
        return []
    announced = _inverted_introduction(tokens, colon) or introduction(tokens[: colon + 1])
    if announced is None or (announced.cue and announced.cue[0] != tokens[0].start):
        return []
    return [announced._replace(content=((tokens[colon + 1].start, tokens[-1].end),))]


def _inverted_introduction(tokens: list[Token], colon: int) -> Attribution | None:
    """Who speaks in "Added Poe: “…”"."""
    if not any(names & {"past"} and verb.takes("quote") for verb, names, _ in cue_forms().get(tokens[0].lower, ())):
        return None
    source = noun_phrase_starting(tokens, 1, colon)
    return _attribution(tokens, [], (0, 1), source, None) if source and source[1] == colon else None


def _is_within(tokens: list[Token], source: Range, found: list[Attribution]) -> bool:
    """Whether a source stands in what another is said to say: "and added" then goes with the other."""
    at = tokens[source[0]].start
    return any(start <= at < end for item in found if item.verb for start, end in item.content)


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
        before.text == ","
        or (cue.verb.takes("quote") and before.lower not in BEFORE_GERUND)
        or (before.lower == "by" and cue.verb.takes("quote") and cue.verb.takes("clause"))
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
    for cue in find_cues(tokens, range(len(tokens)))[:1]:
        source = find_source(tokens, cue, None)
        if (
            source
            and cue.verb.takes("quote")
            and cue.form == "finite"
            and len(tokens) <= _LONGEST_REPORT
            and _says_no_more(tokens, cue, source)
        ):
            return _attribution(tokens, [], (cue.first, cue.last + 1), source, cue)
    return None


def _says_no_more(tokens: list[Token], cue: Cue, source: Range) -> bool:
    """Whether what follows the cue is no content of its own: "Poe said.", "Poe said of the council in May."."""
    at = cue.last + 1
    opens = source[0] == 0 and source[1] == cue.group
    if opens and at < len(tokens) and tokens[at].lower in ("of", "about"):
        return True
    told = noun_phrase_starting(tokens, at, len(tokens)) if opens and cue.verb.takes("addressee") else None
    if told and told[1] < len(tokens) and tokens[told[1]].lower in _AFTER_ADDRESSEE:
        return True
    return not content_after(tokens, cue, [cue])


def introduction(tokens: list[Token]) -> Attribution | None:
    """Who speaks after a sentence that ends in a colon: what it announces stands in the next paragraph."""
    for cue in reversed(find_cues(tokens, range(len(tokens)))):
        source = find_source(tokens, cue, None)
        if source and cue.form == "finite":
            return _attribution(tokens, [], (cue.first, cue.last + 1), source, cue)
    source = subject_of(tokens) or first_subject(tokens, len(tokens))
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
        tuple(map(span, content)), span(cue) if cue else None, span(mention), span(source), verb, polarity, tokens
    )


def _contents(tokens: list[Token], cue: Cue, cues: list[Cue], number: int, source: Range) -> list[Range]:
    if cue.passive:
        part = noun_phrase_ending(tokens, cue.group - 1, 0)
        return [part] if part and tokens[part[0]].lower not in LONE_PRONOUNS else []
    first = source[0]
    if cue.form == "finite" and first > 1 and source[1] <= cue.group and cue.verb.takes("clause", "quote"):
        if quotation_ends_before(tokens, first) and not _is_taken(tokens, first, cues[:number]):
            return content_around(tokens, first, cue.last + 1, cues[:number], cues[number + 1 :])
        if tokens[first - 1].text in (",", "—", "–") and _trails(tokens, cue, cues, first):
            return content_around(tokens, first, cue.last + 1, cues[:number], cues[number + 1 :])
    if cue.form == "finite" and (content := _after_as(tokens, cue, first)):
        return [content]
    content = content_after(tokens, cue, cues)
    if cue.form == "finite" and (cue.verb.takes("noun") or cue.verb.companions):
        thing = object_before(tokens, source)
        if thing and content and tokens[content[0]].quotation >= 0:
            return [thing, content]
        if thing and content is None:
            rest = complement_after(tokens, cue)
            return [thing, rest] if rest else [thing]
    return [content] if content else []


def _after_as(tokens: list[Token], cue: Cue, first: int) -> Range | None:
    """The content of "As Poe put it, it rained"."""
    before = [token.lower for token in tokens[:first] if token.is_word]
    if not before or before[-1] != "as" or len(before) > 2 or not cue.verb.takes("clause", "quote"):
        return None
    comma = cue.last + 1
    if comma + 1 >= len(tokens) or tokens[comma].text not in (",", ":"):
        return None
    return comma + 1, trim(tokens, len(tokens))


def _is_taken(tokens: list[Token], limit: int, earlier: list[Cue]) -> bool:
    """Whether the quotation that ends before `limit` is what an earlier verb named."""
    start = quotation_start(tokens, limit) if earlier else 0
    return any(cue.last + 1 == start for cue in earlier)


def _is_quoted(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].quotation >= 0


def _trails(tokens: list[Token], cue: Cue, cues: list[Cue], first: int) -> bool:
    """Whether "she said", which begins at `first`, follows its content or stands within it."""
    before = content_before(tokens, first)
    if before is None:
        return False
    after = tokens[cue.last + 1] if cue.last + 1 < len(tokens) else None
    parenthesis = after is not None and after.text == ","
    first_word = _after_adverb(tokens, before[0])
    opening = tokens[first_word].lower
    if parenthesis and _is_quoted(tokens, cue.last + 2) and not has_finite_verb(tokens, *before):
        # "On Tuesday, after the vote, Poe said, “…”": what stands before only tells when.
        goes_on = _quoted_word(tokens, cue.last + 2).islower()
        return goes_on and opening not in _ADVERBIAL_OPENERS and opening not in TIME_WORDS
    if opening in _ADVERBIAL_OPENERS or opening in ("asked", "speaking", "pressed"):
        commas = [index for index in range(first_word, before[1]) if tokens[index].text == ","]
        if not commas or not has_finite_verb(tokens, commas[-1], before[1]):
            sentence = _is_quoted(tokens, cue.last + 2) and not _quoted_word(tokens, cue.last + 2).islower()
            return parenthesis and not sentence and not any(other.first < first for other in cues)
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


def _quoted_word(tokens: list[Token], index: int) -> str:
    """The first word of the quotation that opens at `index`."""
    return next((token.text for token in tokens[index : index + 3] if token.is_word), "")


def _after_adverb(tokens: list[Token], index: int) -> int:
    """What follows the "Later," of "Later, when it rained": that tells how the sentence opens."""
    word = tokens[index]
    alone = is_adverb(word) or word.lower in TIME_WORDS
    return index + 2 if alone and index + 2 < len(tokens) and tokens[index + 1].text == "," else index
