"""A worker: the pipeline in an actor, which gives back extractions and the replies that were paid for them."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import AsyncIterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2

from claimx.errors import ClaimxError
from claimx.model.client import Endpoint
from claimx.model.connection import open_transport
from claimx.model.prompts import Prompt
from claimx.model.recording import Recorded
from claimx.model.traffic import Traffic
from claimx.pipeline import extract_article
from claimx.runs.runner import Limited
from claimx.runs.stopping import Stop
from claimx.schema import Article, Extraction
from claimx.settings import Settings

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker gives back for one article.

    Attributes:
        extraction: None if the run was stopped before anything came of the article.
        paid: Replies with their keys, and whether they are usable.
        discarded: Keys of replies in the store that were of no use.
        found: Keys of replies in the store that were used.
        worker: Which worker it was; one that is started again has another name.
        traffic: All that this worker has sent so far.
        reason: Why the worker stopped, if it did.
    """

    extraction: Extraction | None
    paid: tuple[tuple[bytes, Recorded, bool], ...]
    discarded: tuple[bytes, ...]
    found: tuple[bytes, ...]
    worker: str
    traffic: Traffic
    reason: ClaimxError | None


@dataclass(slots=True)
class _Notes:
    """What happens to the replies of one article."""

    paid: dict[bytes, tuple[Recorded, bool]] = field(default_factory=dict)
    discarded: list[bytes] = field(default_factory=list)
    found: list[bytes] = field(default_factory=list)


_notes: ContextVar[_Notes] = ContextVar("notes")


class WorkerJournal:
    """A journal that looks replies up at the desk and notes new ones with the article they were paid for."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    async def find(self, key: bytes) -> Recorded | None:
        """The reply to an earlier request of this article, or what the store has."""
        notes = _notes.get()
        if key in notes.paid:
            reply, is_usable = notes.paid[key]
            return reply if is_usable else None
        kept: Recorded | ClaimxError | None = await self._desk.find.remote(key)
        if isinstance(kept, ClaimxError):
            raise kept
        if kept is not None:
            notes.found.append(key)
        return kept

    def keep(self, key: bytes, reply: Recorded, *, is_usable: bool) -> None:
        """Note a reply, to be committed by the driver."""
        _notes.get().paid[key] = reply, is_usable

    def discard(self, keys: Sequence[bytes]) -> None:
        """Note that these replies are of no use."""
        _notes.get().discarded.extend(keys)


class AdmittedTransport(httpx2.AsyncBaseTransport):
    """Asks the desk before each request, retries included.

    Raises what the desk says; the tokens of earlier replies are told on the way.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, desk: Any, traffic: Traffic) -> None:
        self._inner = inner
        self._desk = desk
        self._traffic = traffic
        self._told = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The reply of what really sends."""
        tokens, self._told = self._traffic.tokens - self._told, self._traffic.tokens
        if (reason := await self._desk.admit.remote(tokens)) is not None:
            raise reason
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what sends."""
        await self._inner.aclose()


class Worker:
    """Extracts blocks of articles; Ray makes one per actor.

    Args:
        settings: As for a run; `concurrency` is this worker's share.
        prompt: What to ask.
        desk: The handle of the desk.
    """

    def __init__(self, settings: Settings, prompt: Prompt, desk: Any) -> None:
        # A library that is imported late logs as it likes.
        logging.getLogger("claimx").addHandler(logging.NullHandler())
        self._name = uuid4().hex
        self._settings = settings
        self._prompt = prompt
        self._traffic = Traffic()
        self._stop = Stop(settings.grace_s)
        transport = AdmittedTransport(open_transport(settings), desk, self._traffic)
        journal = WorkerJournal(desk) if settings.store else None
        self._endpoint = Endpoint(settings, transport=transport, journal=journal, traffic=self._traffic)
        self._limited = Limited(self._endpoint, settings.concurrency, self._stop)

    async def __call__(self, block: pyarrow.Table) -> AsyncIterator[pyarrow.Table]:
        """The articles of a block, extracted."""
        articles = [Article.model_validate_json(raw) for raw in block.column("article").to_pylist()]
        yield one_column("done", [pickle.dumps(done) for done in await asyncio.gather(*map(self._extract, articles))])

    async def aclose(self) -> None:
        """Close the connections; in an actor they end with its process."""
        await self._endpoint.__aexit__(None, None, None)

    async def _extract(self, article: Article) -> Done:
        # A coroutine under `gather` is a task with a context of its own.
        notes = _Notes()
        _notes.set(notes)
        asked = partial(self._limited, article.id)
        extraction = await extract_article(article, asked, self._prompt, self._settings)
        tells_nothing = extraction.is_partial and not (extraction.claims or extraction.rejected)
        return Done(
            extraction=None if self._stop.reason and tells_nothing else extraction,
            paid=tuple((key, reply, is_usable) for key, (reply, is_usable) in notes.paid.items()),
            discarded=tuple(notes.discarded),
            found=tuple(notes.found),
            worker=self._name,
            traffic=self._traffic,
            reason=self._stop.reason,
        )


def one_column(name: str, values: list[bytes]) -> pyarrow.Table:
    """A table of one column of bytes, which is how articles and results travel."""
    import pyarrow as pa

    return pa.table({name: pa.array(values, pa.large_binary())})
