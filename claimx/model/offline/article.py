"""Every attribution of an article: reports sentence by sentence, quotations that run on across sentences and paragraphs."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from claimx.article.quotations import Quotation, find_quotations
from claimx.article.sentences import split_paragraphs, split_sentences
from claimx.model.offline.attributions import Attribution, attributions_of_sentence, quotation_cue
from claimx.model.offline.tokens import Token, tokenize

Span = tuple[int, int]


def attributions_of_article(text: str) -> list[Attribution]:
    """Every attribution of `text`, in order of its content."""
    quotations = find_quotations(text)
    starts = [quotation.start for quotation in quotations]
    sentences = iter(split_sentences(text))
    sentence = next(sentences, None)
    found: list[Attribution] = []
    speaking: Attribution | None = None
    for start, end in split_paragraphs(text):
        rows = []
        while sentence is not None and sentence[0] < end:
            rows.append(tokenize(text, *sentence, quotations, starts))
            sentence = next(sentences, None)
        reports, speaking = _paragraph(rows, quotations, speaking, found)
        found += reports
    return [_without_marks(text, item, quotations, starts) for item in found]


def _paragraph(
    rows: list[list[Token]], quotations: list[Quotation], speaking: Attribution | None, earlier: list[Attribution]
) -> tuple[list[Attribution], Attribution | None]:
    found: list[Attribution] = []
    pending: list[Span] = []
    current: Attribution | None = None
    for tokens in rows:
        if tokens and all(token.quotation >= 0 for token in tokens if token.is_word):
            pieces = _pieces(tokens)
            if current is not None:
                found[found.index(current)] = current = replace(current, content=(*current.content, *pieces))
            else:
                pending += pieces
            continue
        reports = attributions_of_sentence(tokens)
        if pending:
            answer = quotation_cue(tokens)
            if answer is not None:
                current = replace(answer, content=tuple(pending))
                reports = [current, *(r for r in reports if r.cue != answer.cue)]
                pending = []
        found += reports
        quoted = [r for r in reports if any(_has_quotation(tokens, piece) for piece in r.content)]
        current = quoted[-1] if quoted else (current if pending or current in reports else None)
    if pending:
        if speaking is not None:
            if speaking in earlier:
                earlier[earlier.index(speaking)] = speaking = replace(speaking, content=(*speaking.content, *pending))
            return found, speaking
        return found, None
    return found, current


def _pieces(tokens: list[Token]) -> list[Span]:
    pieces: dict[int, Span] = {}
    for token in tokens:
        if token.quotation >= 0:
            begin = pieces.get(token.quotation, (token.start, 0))[0]
            pieces[token.quotation] = (begin, token.end)
    return list(pieces.values())


def _has_quotation(tokens: list[Token], piece: Span) -> bool:
    return any(token.quotation >= 0 and piece[0] <= token.start < piece[1] for token in tokens)


def _without_marks(text: str, item: Attribution, quotations: list[Quotation], starts: list[int]) -> Attribution:
    """Take the outer marks off pieces that are quotations, and stops off the end of all."""
    pieces = []
    for start, end in item.content:
        index = bisect_right(starts, start) - 1
        if (
            index >= 0
            and start < quotations[index].inner_start
            and end >= quotations[index].inner_end
            and end <= quotations[index].end
        ):
            start, end = quotations[index].inner_start, quotations[index].inner_end
        while end > start and (text[end - 1] in ".,;:" or text[end - 1].isspace()):
            end -= 1
        if end > start:
            pieces.append((start, end))
    return replace(item, content=tuple(pieces))
