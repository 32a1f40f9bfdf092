"""Many articles at once: requests share one limit, results come in the order of the articles."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

from claimx.model.client import Ask, Reply
from claimx.model.prompts import Message, Prompt
from claimx.pipeline import extract_article
from claimx.schema import Article, Extraction
from claimx.settings import Settings

# Articles in work at a time per request in flight: enough that a slow one in front does not stop the others.
_AHEAD = 2


class Limited:
    """`ask` with at most `concurrency` requests in flight; tells `on_reply` of each that ended."""

    def __init__(self, ask: Ask, concurrency: int, on_reply: Callable[[], None] | None = None) -> None:
        self._ask = ask
        self._slots = asyncio.Semaphore(concurrency)
        self._on_reply = on_reply

    async def __call__(self, messages: list[Message]) -> Reply:
        """Ask when there is a free slot."""
        async with self._slots:
            try:
                return await self._ask(messages)
            finally:
                if self._on_reply:
                    self._on_reply()


async def extract_all(
    articles: Iterable[Article],
    ask: Ask,
    prompt: Prompt,
    settings: Settings,
    *,
    on_reply: Callable[[], None] | None = None,
) -> AsyncIterator[Extraction]:
    """Extract the claims of many articles, reading no further ahead than the work that is going on.

    Yields:
        One extraction per article, in the order of `articles`.

    Raises:
        ModelRefused, ModelUnreachable: If the endpoint would refuse every chunk alike; what came before was yielded.
    """
    limited = Limited(ask, settings.concurrency, on_reply)
    window: deque[asyncio.Task[Extraction]] = deque()
    try:
        for article in articles:
            window.append(asyncio.create_task(extract_article(article, limited, prompt, settings)))
            if len(window) >= _AHEAD * settings.concurrency:
                yield await window.popleft()
        while window:
            yield await window.popleft()
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)
