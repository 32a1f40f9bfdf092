"""The whole way for one article: chunks, drafts, spans, dates, speakers, one claim once."""

from __future__ import annotations

import asyncio
import re
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from rapidfuzz import fuzz

from claimx.article.chunks import count_tokens, split_article, split_stretch
from claimx.article.sentences import split_sentences
from claimx.claims.dating import resolve_date
from claimx.claims.grounding import Grounded, Ungrounded, ground
from claimx.claims.merging import digest_claim, merge_claims
from claimx.claims.roster import Roster
from claimx.claims.speakers import name_speakers
from claimx.claims.wording import Marks, write_out
from claimx.errors import BadAnswer, ChunkTooLarge, ModelError, ModelRefused
from claimx.model.client import Ask
from claimx.model.prompts import Message, Prompt, render, render_again
from claimx.schema import (
    Answer,
    Article,
    Chunk,
    ChunkFailure,
    Claim,
    ClaimDate,
    ClaimDraft,
    Extraction,
    FactDraft,
    Rejected,
    Speaker,
    SpeakerDraft,
    Target,
    Usage,
)
from claimx.settings import Settings

# Two drafts this alike are the same statement, before and after it was corrected.
_SAME_DRAFT = 70
_SMALLEST_CHUNK_TOKENS = 100
_CALENDAR = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
# Work on shorter texts takes less time than a thread and the event loop wait for each other (5 ms).
_LARGE_CHARS = 20_000
# One: more would only wait for each other, and the event loop for all of them.
_THREAD = ThreadPoolExecutor(1, "claimx-text")
_P = ParamSpec("_P")
_T = TypeVar("_T")
_BRIEFLY: Message = {
    "role": "user",
    "content": "The answer did not fit into one reply. Answer again with the whole JSON object, each statement once.",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A grounded draft and the speakers of the answer it came in."""

    grounded: Grounded
    speakers: Sequence[SpeakerDraft]

    @property
    def speaker(self) -> SpeakerDraft | None:
        draft = self.grounded.draft
        if isinstance(draft, FactDraft) or not 1 <= draft.speaker <= len(self.speakers):
            return None
        return self.speakers[draft.speaker - 1]


@dataclass(frozen=True, slots=True)
class _Read:
    """All that came of one chunk, or of the smaller ones it was cut into."""

    found: tuple[_Found, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    failures: tuple[ChunkFailure, ...] = ()
    usage: Usage = field(default_factory=Usage)

    def __add__(self, other: _Read) -> _Read:
        return _Read(
            self.found + other.found,
            self.rejected + other.rejected,
            self.failures + other.failures,
            self.usage + other.usage,
        )


async def extract_article(article: Article, ask: Ask, prompt: Prompt, settings: Settings) -> Extraction:
    """Extract the claims of one article.

    A chunk that cannot be read costs that chunk: it is in `failures`, and the extraction is partial.

    Raises:
        ModelRefused, ModelUnreachable: If the endpoint would refuse every chunk alike.
    """
    started = time.monotonic()
    chunks = await _apart(len(article.text), split_article, article, settings.chunk_tokens)
    reads = await asyncio.gather(
        *(_read_chunk(article, chunk, ask, prompt, settings) for chunk in chunks if chunk.text.strip())
    )
    read = sum(reads, _Read())
    return Extraction(
        article_id=article.id,
        article_digest=article.digest,
        model=settings.model,
        prompt=str(prompt),
        claims=await _apart(len(article.text), _vouch, article, read.found),
        rejected=read.rejected,
        failures=read.failures,
        usage=read.usage,
        seconds=round(time.monotonic() - started, 3),
    )


async def _read_chunk(
    article: Article, chunk: Chunk, ask: Ask, prompt: Prompt, settings: Settings, remarks: Sequence[Message] = ()
) -> _Read:
    """Ask for a chunk; cut it in half when the answer does not fit into one reply, or ask for less if it is small."""
    messages = [*render(prompt, article, chunk), *remarks]
    try:
        reply = await ask(messages)
    except ChunkTooLarge as error:
        # A little over half, so that two parts do for a whole that does not divide evenly.
        tokens = count_tokens(chunk.text) * 3 // 5
        spent = _Read(usage=error.usage or Usage())
        if tokens < _SMALLEST_CHUNK_TOKENS:
            if remarks or not settings.reasks:
                return _failed(chunk, error)
            # A model that repeats itself up to the limit is brought off it by other words, not by the same ones.
            return spent + await _read_chunk(article, chunk, ask, prompt, settings, [_BRIEFLY])
        halves = split_stretch(article, chunk.start, chunk.end, tokens, index=chunk.index)
        reads = await asyncio.gather(*(_read_chunk(article, half, ask, prompt, settings) for half in halves))
        return sum(reads, spent)
    except ModelError as error:
        if error.is_final:
            raise
        return _failed(chunk, error)
    found, missed = await _apart(len(chunk.text), _ground, chunk, reply.answer)
    if not missed or not settings.reasks:
        return _Read(found, _rejected(chunk, missed), usage=reply.usage)
    return await _read_again(chunk, ask, prompt, messages, _Read(found, usage=reply.usage), reply.answer, missed)


async def _read_again(
    chunk: Chunk,
    ask: Ask,
    prompt: Prompt,
    messages: list[Message],
    first: _Read,
    answer: Answer,
    missed: Sequence[Ungrounded],
) -> _Read:
    """Send back once what was not found, with the reasons; keep what is found now, reject the rest."""
    drafts = [miss.draft for miss in missed]
    said = Answer(
        speakers=answer.speakers,
        claims=[draft for draft in drafts if isinstance(draft, ClaimDraft)],
        facts=[draft for draft in drafts if isinstance(draft, FactDraft)],
    )
    again = render_again(prompt, messages, said.model_dump_json(), [miss.reason for miss in missed])
    try:
        reply = await ask(again)
    except (BadAnswer, ChunkTooLarge, ModelRefused) as error:
        if error.is_final:
            raise
        return first + _Read(rejected=_rejected(chunk, missed), usage=error.usage or Usage())
    except ModelError as error:
        # The model never had its say: what is missing may yet come, so the chunk does not pass for whole.
        if error.is_final:
            raise
        return first + _failed(chunk, error)
    found, still = await _apart(len(chunk.text), _ground, chunk, reply.answer)
    corrected = [_words(item.grounded.draft) for item in found]
    unsolved = [miss for miss in missed if not any(_is_alike(_words(miss.draft), words) for words in corrected)]
    known = [_words(miss.draft) for miss in unsolved]
    unsolved += [miss for miss in still if not any(_is_alike(_words(miss.draft), words) for words in known)]
    return first + _Read(found, _rejected(chunk, unsolved), usage=reply.usage)


async def _apart(chars: int, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What comes of work on so many characters; in a thread if it would keep other articles' replies waiting."""
    if chars < _LARGE_CHARS:
        return work(*args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_THREAD, partial(work, *args, **kwargs))


def _ground(chunk: Chunk, answer: Answer) -> tuple[tuple[_Found, ...], tuple[Ungrounded, ...]]:
    results = [*ground(chunk, answer.claims), *ground(chunk, answer.facts)]
    return (
        tuple(_Found(result, answer.speakers) for result in results if isinstance(result, Grounded)),
        tuple(result for result in results if isinstance(result, Ungrounded)),
    )


def _failed(chunk: Chunk, error: ModelError) -> _Read:
    failure = ChunkFailure(chunk=chunk.index, start=chunk.start, end=chunk.end, error=str(error))
    return _Read(failures=(failure,), usage=error.usage or Usage())


def _rejected(chunk: Chunk, missed: Sequence[Ungrounded]) -> tuple[Rejected, ...]:
    return tuple(Rejected(chunk=chunk.index, draft=miss.draft, reason=miss.reason) for miss in missed)


def _words(draft: ClaimDraft | FactDraft) -> str:
    return " ".join(draft.content) if isinstance(draft, ClaimDraft) else draft.content


def _is_alike(words: str, others: str) -> bool:
    return fuzz.ratio(words, others) >= _SAME_DRAFT


def _vouch(article: Article, found: Sequence[_Found]) -> tuple[Claim, ...]:
    """Make claims of what was grounded: names, dates, types and nesting, by code."""
    sentences = split_sentences(article.text)
    digest = article.digest
    speakers = name_speakers(
        Roster(article),
        [
            (
                item.speaker.name if item.speaker else None,
                item.speaker.role if item.speaker else None,
                item.grounded.mention,
                item.grounded.content[0].start,
            )
            for item in found
        ],
    )
    marks = Marks(article.text)
    claims = [
        _claim(article, digest, item.grounded, speaker, _date(article, item.grounded, sentences), marks)
        for item, speaker in zip(found, speakers, strict=True)
    ]
    return merge_claims(article.text, claims)


def _claim(
    article: Article,
    article_digest: str,
    grounded: Grounded,
    speaker: Speaker | None,
    date: ClaimDate | None,
    marks: Marks,
) -> Claim:
    draft, content = grounded.draft, grounded.content
    text = write_out(draft.text, content, cue=grounded.cue.text if grounded.cue else None, known=article.text)
    if isinstance(draft, FactDraft):
        return Claim(
            id=digest_claim(article.id, "fact", content, None),
            article_id=article.id,
            article_digest=article_digest,
            kind="fact",
            text=text,
            content=content,
            date=date,
            grounding=grounded.grounding,
        )
    return Claim(
        id=digest_claim(article.id, "claim", content, grounded.cue),
        article_id=article.id,
        article_digest=article_digest,
        kind="claim",
        text=text,
        content=content,
        quotation=marks.quotation_type(content, grounded.cue),
        cue=grounded.cue,
        speaker=speaker,
        stance=draft.stance,
        target=Target(name=" ".join(draft.target.split())) if draft.target.strip() else None,
        date=date,
        grounding=grounded.grounding,
    )


def _date(article: Article, grounded: Grounded, sentences: Sequence[tuple[int, int]]) -> ClaimDate | None:
    if (expression := grounded.date) is None:
        return None
    at = bisect_right(sentences, (expression.start, len(article.text))) - 1
    start, end = sentences[at] if at >= 0 else (expression.start, expression.end)
    resolution = resolve_date(
        expression.text,
        article.published,
        before=article.text[start : expression.start],
        after=article.text[expression.end : max(end, expression.end)],
    )
    if isinstance(grounded.draft, ClaimDraft) and _is_after(resolution.value, article.published):
        # What has been said was not said on a day to come: the words are about something else.
        return None
    return ClaimDate(text=expression, value=resolution.value)


def _is_after(value: str | None, published: str | None) -> bool:
    """Whether a day, month or year is later than that of publication."""
    first = (value or "").partition("/")[0][:10]
    return bool(published and _CALENDAR.fullmatch(first)) and first > str(published)[: len(first)]
