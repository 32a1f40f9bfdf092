"""Every attribution of an article: sentence by sentence, and speech that runs on across sentences and paragraphs."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from claimx.article.quotations import Quotation, find_quotations
from claimx.article.sentences import split_paragraphs, split_sentences
from claimx.model.offline.attributions import Attribution, attributions_of_sentence, introduction, quotation_cue
from claimx.model.offline.boilerplate import after_dateline, is_boilerplate
from claimx.model.offline.foreign import find_foreign
from claimx.model.offline.languages import language_of
from claimx.model.offline.lexicon import may_report
from claimx.model.offline.subjects import subject_of
from claimx.model.offline.tokens import Token, tokenize
from claimx.model.offline.turns import Turn, find_turns

Span = tuple[int, int]
_LONGEST_SENTENCE = 200
_SPEECH_WORDS = 4
_LONGEST_CLAUSE = 22
_LONGEST_GAP = 160
_EDGES = " \t\r\n\u00a0.,;:!?…–—-\"'“”„‘’«»‹›()"
_SENTENCE_BREAK = re.compile(r"\w{4}[.!?]['’”\"]?\s|\n\s*\n|[\"“”«»]")
# As much of a sentence that reports nothing as tells what it is about.
_OPENING = 100


@dataclass(slots=True)
class Reading:
    """What was found in an article: its attributions, and who or what each sentence is about.

    In a language that the rules cannot read there are no sentences, and attributions where marks tell them.
    """

    attributions: list[Attribution] = field(default_factory=list)
    sentences: list[Span] = field(default_factory=list)
    subjects: list[Span] = field(default_factory=list)
    is_english: bool = True


def read_article(text: str) -> Reading:
    """Find the attributions of `text` and the subjects of its sentences, in order."""
    paragraphs = split_paragraphs(text)
    quotations = find_quotations(text, paragraphs)
    starts = [quotation.start for quotation in quotations]
    turns = {turn.start: turn for turn in find_turns(text, paragraphs)}
    if (language := language_of(text)) != "en":
        return _read_foreign(text, language, quotations, [turn for turn in turns.values() if turn.is_answer])
    sentences = split_sentences(text, paragraphs)
    position = 0
    reading = Reading(sentences=sentences)
    speech = _Speech(quotations, starts)
    for start, end in paragraphs:
        first = position
        while position < len(sentences) and sentences[position][0] < end:
            position += 1
        if is_boilerplate(text[start : min(end, start + 40)]):
            continue
        turn = turns.get(start)
        if turn is not None and turn.is_answer:
            speech.add(_of_turn(turn), turn.pieces)
            continue
        begin = turn.label_end if turn is not None else after_dateline(text, start, end)
        rows = []
        for sentence_start, sentence_end in sentences[first:position]:
            if sentence_end <= begin:
                continue
            span = max(sentence_start, begin), sentence_end
            tokens = _tokens(text, span, quotations, starts)
            if subject := subject_of(tokens):
                reading.subjects.append((tokens[subject[0]].start, tokens[subject[1] - 1].end))
            rows += _pieces(tokens)
        speech.read_paragraph(rows)
    reading.attributions = [
        statement
        for item in speech.finish()
        for statement in _statements(text, _without_marks(text, item, quotations, starts))
    ]
    return reading


def _read_foreign(text: str, language: str, quotations: list[Quotation], turns: list[Turn]) -> Reading:
    """Labelled turns, and the quotations outside them that a verb of saying gives to somebody."""
    starts = [turn.start for turn in turns]
    found = [_of_turn(turn) for turn in turns]
    for item in find_foreign(text, language, quotations):
        index = bisect_right(starts, item.content[0][0]) - 1
        if index < 0 or turns[index].pieces[-1][1] < item.content[0][0]:
            found.append(item)
    marks = [quotation.start for quotation in quotations]
    found = [_without_marks(text, item, quotations, marks) for item in found]
    return Reading(attributions=[item for item in found if item.content], is_english=False)


def _tokens(text: str, span: Span, quotations: list[Quotation], starts: list[int]) -> list[Token]:
    """The tokens of a sentence, as far as they matter: reading every word of every sentence takes most of the time."""
    start, end = span
    index = bisect_left(starts, end) - 1
    quoting = index >= 0 and quotations[index].end > start
    if quoting and starts[index] <= start and end <= quotations[index].end:
        return [Token(start, end, text[start:end], "", True, index)]
    if not quoting and not may_report(text, start, end):
        end = min(end, start + _OPENING)
    return tokenize(text, start, end, quotations, starts)


def _pieces(tokens: list[Token]) -> list[list[Token]]:
    """Cut what is too long for a sentence: the time that the rules take grows with the square of its length."""
    if len(tokens) <= _LONGEST_SENTENCE:
        return [tokens]
    return [tokens[at : at + _LONGEST_SENTENCE] for at in range(0, len(tokens), _LONGEST_SENTENCE)]


def _of_turn(turn: Turn) -> Attribution:
    label = (turn.start, turn.name_end)
    return Attribution(turn.pieces, None, label, label, None)


class _Speech:
    """Who is speaking as the paragraphs go by: quotations without a cue go to them."""

    def __init__(self, quotations: list[Quotation], starts: list[int]) -> None:
        self.found: list[Attribution] = []
        self.contents: list[list[Span]] = []
        self.quotations = quotations
        self.starts = starts
        self.speaking: int | None = None
        self.is_open = False
        self.waiting: list[Span] = []
        self.announced: Attribution | None = None

    def read_paragraph(self, rows: list[list[Token]]) -> None:
        """Take in the sentences of one paragraph."""
        # A quotation that was left open goes on: what its next paragraph says needs no other cue.
        current = self.speaking if self.is_open else None
        pending = self.waiting
        self.waiting = []
        for tokens in rows:
            if not tokens:
                continue
            if _is_quoted(tokens):
                pieces = _quoted_pieces(tokens)
                if self.announced is not None:
                    current = self.add(self.announced, ())
                    self._extend(self.contents[current], pieces)
                    self.announced = None
                elif current is not None:
                    self._extend(self.contents[current], pieces)
                else:
                    self._extend(pending, pieces)
                continue
            self.announced = None
            reports = attributions_of_sentence(tokens)
            if pending and tokens[0].quotation < 0 and (answer := quotation_cue(tokens)):
                reports = [answer._replace(content=()), *(item for item in reports if item.cue != answer.cue)]
            quoting: int | None = None
            speaking: int | None = None
            quoted = [token.start for token in tokens if token.quotation >= 0] if reports else []
            for number, item in enumerate(reports):
                content = list(item.content)
                if pending and number == 0 and (not content or tokens[0].quotation >= 0):
                    self._extend(pending, content)
                    content, pending = pending, []
                if not content:
                    continue
                index = self.add(item, content)
                if _has_quotation(quoted, content) or content[0][0] < tokens[0].start:
                    quoting = index
                elif _is_speech(item):
                    speaking = index
            if not reports and current is not None:
                self._extend(
                    self.contents[current], [piece for piece in _quoted_pieces(tokens) if _is_long(tokens, piece)]
                )
            current = next((index for index in (quoting, speaking) if index is not None), current)
            if tokens[-1].text == ":":
                self.announced = introduction(tokens)
        if pending and self._continues(pending[-1]):
            self.waiting = pending
        elif pending and self.speaking is not None and all(_is_quoted(tokens) for tokens in rows) and _ends(rows[-1]):
            self._extend(self.contents[self.speaking], pending)
            current = self.speaking
        self.speaking = current
        self.is_open = bool(rows and rows[-1]) and self._continues((rows[-1][-1].start, rows[-1][-1].end))

    def finish(self) -> list[Attribution]:
        """What was found, with all that was said."""
        return [item.with_content(tuple(content)) for item, content in zip(self.found, self.contents, strict=True)]

    def add(self, item: Attribution, content: Iterable[Span]) -> int:
        """Take in an attribution; its number, for what may be added to it later."""
        self.found.append(item)
        self.contents.append(list(content))
        return len(self.found) - 1

    def _extend(self, content: list[Span], pieces: Iterable[Span]) -> None:
        """Add pieces to a content; sentences of one quotation are one piece."""
        for piece in pieces:
            if content and (quotation := self._quotation(piece[0])) and quotation.start <= content[-1][0]:
                content[-1] = content[-1][0], max(content[-1][1], piece[1])
            else:
                content.append(piece)

    def _quotation(self, at: int) -> Quotation | None:
        index = bisect_right(self.starts, at) - 1
        return self.quotations[index] if index >= 0 and at < self.quotations[index].end else None

    def _continues(self, piece: Span) -> bool:
        quotation = self._quotation(piece[0])
        return quotation is not None and quotation.continues


def _ends(tokens: list[Token]) -> bool:
    """Whether a quotation ends as a sentence does: a heading in quotation marks does not."""
    return any(token.text.rstrip("\"'”’»").endswith((".", "!", "?", "…")) for token in tokens[-2:])


def _is_speech(item: Attribution) -> bool:
    """Whether a quotation that stands alone may go on with this report."""
    verb = item.verb
    return verb is not None and verb.verb.takes("quote") and verb.form == "finite"


def _is_quoted(tokens: list[Token]) -> bool:
    """Whether all words of a sentence are inside quotation marks."""
    return all(token.quotation >= 0 for token in tokens if token.is_word)


def _quoted_pieces(tokens: list[Token]) -> list[Span]:
    pieces: dict[int, Span] = {}
    for token in tokens:
        if token.quotation >= 0:
            pieces[token.quotation] = (pieces.get(token.quotation, (token.start, 0))[0], token.end)
    return list(pieces.values())


def _is_long(tokens: list[Token], piece: Span) -> bool:
    """Whether a quotation is speech rather than a word held at arm's length."""
    return sum(piece[0] <= token.start < piece[1] and token.is_word for token in tokens) >= _SPEECH_WORDS


def _has_quotation(quoted: list[int], content: list[Span]) -> bool:
    """Whether some piece has a token in it that is quoted; `quoted` are where those begin."""
    return any(start <= at < end for at in quoted for start, end in content)


def _statements(text: str, item: Attribution) -> Iterator[Attribution]:
    """One statement is parted by its own cue alone; what comes after another sentence is a statement without a cue."""
    pieces: list[Span] = []
    for piece in item.content:
        if pieces and not _is_interrupted(text[pieces[-1][1] : piece[0]], item, pieces[-1][1], piece[0]):
            yield item._replace(content=tuple(pieces))
            item = item._replace(cue=None, verb=None)
            pieces = []
        pieces.append(piece)
    if pieces:
        yield item.with_content(tuple(pieces))


def _is_interrupted(gap: str, item: Attribution, start: int, end: int) -> bool:
    """Whether what stands between two pieces is no more than the reporting clause, or nothing."""
    if not any(character.isalnum() for character in gap):
        return True
    own = any(start <= span[0] < end for span in (item.cue, item.mention) if span)
    return (
        own
        and len(gap.split()) <= _LONGEST_CLAUSE
        and len(gap) <= _LONGEST_GAP
        and not _SENTENCE_BREAK.search(gap.strip(_EDGES))
    )


def _without_marks(text: str, item: Attribution, quotations: list[Quotation], starts: list[int]) -> Attribution:
    """Take the outer marks off pieces that are quotations, and stops off the end of all."""
    pieces = []
    for start, end in item.content:
        index = bisect_right(starts, start) - 1
        if index >= 0:
            quotation = quotations[index]
            if start < quotation.inner_start <= end and quotation.inner_end <= end <= quotation.end:
                start, end = quotation.inner_start, quotation.inner_end
        while end > start and (text[end - 1] in ".,;:" or text[end - 1].isspace()):
            end -= 1
        if end > start:
            pieces.append((start, end))
    return item.with_content(tuple(pieces))
