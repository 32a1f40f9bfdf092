"""The pipeline over what a journal holds: what is not answered is told instead of sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2

from claimx.errors import ReplyPending
from claimx.model.client import Endpoint
from claimx.model.prompts import Prompt
from claimx.model.recording import KEY, Journal
from claimx.model.traffic import Traffic
from claimx.pipeline import extract_article
from claimx.schema import Article, Extraction
from claimx.settings import Settings

Explain = Callable[[bytes, bytes], str]
"""Takes the key and the body of a request that has no reply, and says why it has none."""


class PendingTransport(httpx2.AsyncBaseTransport):
    """Sends nothing: hands each request to `explain`, and fails with the reason it gives."""

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises `ReplyPending`, always."""
        raise ReplyPending(self._explain(request.extensions[KEY], await request.aread()))


@asynccontextmanager
async def answered_from(
    journal: Journal, explain: Explain, prompt: Prompt, settings: Settings
) -> AsyncIterator[Callable[[Article], Awaitable[Extraction]]]:
    """A function that extracts an article from the replies in the journal; a chunk that waits for one has failed.

    Requests are those that a run sends, to the byte. Use it on one article at a time: there is no network to wait for.
    A run's rule of five failing articles does not hold, since here nothing is saved by stopping.

    Args:
        journal: Where replies are.
        explain: Told of each request without one; its reason is the error of the chunk.
        prompt: As for a run.
        settings: As for a run; its limits, on what is sent, do not apply.
    """
    transport = PendingTransport(explain)
    async with Endpoint(settings, transport=transport, journal=journal, traffic=Traffic()) as ask:

        async def extract(article: Article) -> Extraction:
            return await extract_article(article, ask, prompt, settings)

        yield extract
