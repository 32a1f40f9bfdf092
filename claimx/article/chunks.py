"""Article → Chunks: stretches that fit a token budget and end where a reader would pause."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from claimx.article.quotations import find_quotations
from claimx.article.sentences import split_paragraphs, split_sentences
from claimx.schema import Article, Chunk

CONTEXT_TOKENS = 150

_PARAGRAPH_END = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)\s*")
# Who spoke is told in a few words behind a quotation: “…?” Ann Poe asked. “…” the minister of works told reporters.
_STOP = re.compile(r"[,.;:!?…–—。、，！？\r\n\"“”„«»「」]")
_CLAUSE_WORDS = 8
# Scripts written without spaces cost about one token a character, the others about one for four.
_WIDE = re.compile(
    r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\U00020000-\U0003FFFF]"
)


def count_tokens(text: str) -> int:
    """An estimate of the tokens a model sees, without knowing its tokenizer: rounded up, never 0 for a text.

    >>> count_tokens("Prices rose in May."), count_tokens("東京"), count_tokens("")
    (5, 2, 0)
    """
    wide = len(_WIDE.findall(text))
    return wide + -(-(len(text) - wide) // 4)


def split_article(article: Article, chunk_tokens: int) -> list[Chunk]:
    """Cut an article into chunks of at most `chunk_tokens`, which tile it: `"".join(c.text) == article.text`.

    A cut is made after a paragraph where one ends in the last half of the budget, else after a sentence that
    ends outside quotation marks, else after any sentence, else between words, else anywhere. A quotation is
    split only if it does not fit in a chunk of its own, and parted from a clause behind it ("…?" Ann Poe asked.)
    only if there is no better place.
    """
    return split_stretch(article, 0, len(article.text), chunk_tokens)


def split_stretch(
    article: Article, start: int, end: int, chunk_tokens: int, *, index: int | None = None
) -> list[Chunk]:
    """The same for one stretch of the article, as when a chunk proved too large; its parts keep its `index`."""
    cuts = _cut(article.text[start:end], chunk_tokens)
    bounds = [start, *(start + cut for cut in cuts), end]
    return [
        Chunk(
            article_id=article.id,
            index=number if index is None else index,
            start=a,
            end=b,
            text=article.text[a:b],
            context=_preceding(article.text, a),
        )
        for number, (a, b) in enumerate(pairwise(bounds))
        if b > a
    ]


def _cut(text: str, budget: int) -> list[int]:
    if count_tokens(text) <= budget:
        return []
    paragraphs = split_paragraphs(text)
    paragraph_cuts = [match.end() for match in _PARAGRAPH_END.finditer(text)]
    sentence_ends = [end for _, end in split_sentences(text, paragraphs)]
    sentence_cuts = [_skip_space(text, end) for end in sentence_ends]
    quotations = [(quotation.start, quotation.end) for quotation in find_quotations(text, paragraphs)]
    starts = [start for start, _ in quotations]
    closings = {end for _, end in quotations} - {end for _, end in paragraphs}

    def is_outside(cut: int) -> bool:
        at = bisect_right(starts, cut - 1) - 1
        return at < 0 or cut >= quotations[at][1]

    outside = [cut for cut in sentence_cuts if is_outside(cut)]
    before_clauses = {
        cut
        for cut, end in zip(sentence_cuts, sentence_ends, strict=True)
        if end in closings and _is_clause(text[cut : cut + 200])
    }
    levels = [paragraph_cuts, [cut for cut in outside if cut not in before_clauses]]
    words = [match.end() for match in re.finditer(r"\s+", text)]
    before_quotations = [start for start in starts if start]
    fallbacks = [before_quotations, outside, sentence_cuts, words]

    cuts: list[int] = []
    position = 0
    # Anything longer than four characters a token is over the budget, so no need to look further.
    while count_tokens(text[position : position + 4 * budget + 1]) > budget:
        limit = _reach(text, position, budget)
        half = position + (limit - position) // 2
        cut = (
            _last(levels[0], half, limit)
            or _last(levels[1], half, limit)
            or next((found for level in [*levels, *fallbacks] if (found := _last(level, position, limit))), None)
            or limit
        )
        cuts.append(cut)
        position = cut
    return cuts


def _reach(text: str, position: int, budget: int) -> int:
    """The furthest offset that keeps `text[position:offset]` within the budget; always some progress."""
    low, high = position + 1, min(len(text), position + 4 * budget)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_tokens(text[position:middle]) <= budget else (low, middle - 1)
    # A carriage return and its line feed stay together.
    return low - 1 if low - 1 > position and text[low - 1 : low + 1] == "\r\n" else low


def _last(cuts: list[int], after: int, upto: int) -> int | None:
    at = bisect_right(cuts, upto) - 1
    return cuts[at] if at >= 0 and cuts[at] > after else None


def _is_clause(text: str) -> bool:
    """Whether what follows a quotation may say who spoke: it goes on in lower case, or soon comes to a stop."""
    return text[:1].islower() or 0 < len(_STOP.split(text, maxsplit=1)[0].split()) <= _CLAUSE_WORDS


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _preceding(text: str, start: int) -> str:
    """Up to `CONTEXT_TOKENS` of whole sentences before a chunk, so that its pronouns can be resolved."""
    window = text[max(0, start - 4 * CONTEXT_TOKENS) : start]
    if len(window) < start:
        sentences = split_sentences(window)
        window = window[sentences[1][0] :] if len(sentences) > 1 else ""
    return window.strip()
