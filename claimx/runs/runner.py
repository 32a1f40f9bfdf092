"""Many articles at once: requests share one limit, and each article comes out as soon as it is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial

from claimx.errors import BudgetSpent, ChunkTooLarge, ClaimxError, EndpointFailing, ModelError, ReplyMissing, Stopped
from claimx.model.client import Ask, Reply
from claimx.model.prompts import Message, Prompt
from claimx.pipeline import extract_article
from claimx.runs.stopping import Stop
from claimx.schema import Article, Extraction
from claimx.settings import Settings

# Articles in work at a time per request in flight: the next ones are cut and ready when a slot is free.
_AHEAD = 2
# One article may be poison, and so may its neighbour; five in a row without one answer are the endpoint's fault.
_FAILING_ARTICLES = 5

OnReply = Callable[[int, int], None]


class Limited:
    """`ask` with at most `concurrency` requests in flight.

    When one has ended, `on_reply` is told how many were wanted so far, and how many have ended. An error that every
    other request would meet as well stops the run.
    """

    def __init__(self, ask: Ask, concurrency: int, stop: Stop, on_reply: OnReply | None = None) -> None:
        self._ask = ask
        self._slots = asyncio.Semaphore(concurrency)
        self._stop = stop
        self._on_reply = on_reply
        self._failing: set[str] = set()
        self._wanted = self._ended = 0

    async def __call__(self, article_id: str, messages: list[Message]) -> Reply:
        """Ask when there is a free slot; raises `Stopped` once the run is."""
        self._wanted += 1
        async with self._slots, self._stop.watch():
            try:
                reply = await self._ask(messages)
            except ClaimxError as error:
                self._note(article_id, error)
                if isinstance(error, ModelError) and not error.is_final:
                    raise
                stopped = Stopped(error)
                stopped.usage = getattr(error, "usage", None)
                raise stopped from None
            finally:
                self._ended += 1
                if self._on_reply:
                    self._on_reply(self._wanted, self._ended)
            self._failing.clear()
            return reply

    def _note(self, article_id: str, error: ClaimxError) -> None:
        """Stop the run if this error means that going on is useless."""
        if not isinstance(error, ModelError) or error.is_final:
            self._stop(error)
        if isinstance(error, ChunkTooLarge | ReplyMissing):
            return
        self._failing.add(article_id)
        if len(self._failing) >= _FAILING_ARTICLES:
            self._stop(EndpointFailing(len(self._failing), str(error)))


async def extract_all(
    articles: Iterable[Article],
    ask: Ask,
    prompt: Prompt,
    settings: Settings,
    *,
    on_reply: OnReply | None = None,
    stop: Stop | None = None,
) -> AsyncIterator[Extraction]:
    """Extract the claims of many articles, reading no further ahead than the work that is going on.

    There are no rounds: a slot that falls free goes to the next chunk that waits, of whichever article. An article that
    is slow holds back nothing but itself. At most two articles for each slot are in memory, those included that are
    done and not yet taken.

    When the run is stopped, by `stop`, by a limit of `settings` or by an error that would meet every request, what is
    in flight is waited for, what came of it is yielded (partial where some is missing), and the reason is raised.

    Yields:
        One extraction per article, in the order in which they are done; who needs that of `articles` sorts them.

    Raises:
        ModelRefused, ModelUnreachable: If the endpoint would refuse every chunk alike.
        EndpointFailing: If article after article fails.
        BudgetSpent: If a limit on requests, tokens or time is reached.
        Interrupted: If that was the reason of `stop`.
    """
    stop = stop or Stop(settings.grace_s)
    limited = Limited(ask, settings.concurrency, stop, on_reply)
    reading = _until_stopped(articles, stop)
    in_work: set[asyncio.Task[Extraction]] = set()
    done: asyncio.Queue[asyncio.Task[Extraction]] = asyncio.Queue()
    deadline = _set_deadline(settings.deadline_s, stop)
    has_more = True
    try:
        while has_more or in_work:
            if has_more and len(in_work) < _AHEAD * settings.concurrency:
                if (article := next(reading, None)) is None:
                    has_more = False
                    continue
                asked = partial(limited, article.id)
                task = asyncio.create_task(extract_article(article, asked, prompt, settings))
                in_work.add(task)
                task.add_done_callback(done.put_nowait)
                # Its requests go out while the next one is read.
                await asyncio.sleep(0)
                if done.empty():
                    continue
            task = await done.get()
            in_work.remove(task)
            extraction = await task
            if _tells_something(extraction, stop):
                yield extraction
    finally:
        if deadline:
            deadline.cancel()
        for task in in_work:
            task.cancel()
        await asyncio.gather(*in_work, return_exceptions=True)
    if stop.reason:
        raise stop.reason


def _until_stopped(articles: Iterable[Article], stop: Stop) -> Iterator[Article]:
    """The same articles, but the next is not read (which may take long, or cost) once the run is stopped."""
    reading = iter(articles)
    while stop.reason is None and (article := next(reading, None)) is not None:
        yield article


def _set_deadline(seconds: float | None, stop: Stop) -> asyncio.TimerHandle | None:
    if seconds is None:
        return None
    return asyncio.get_running_loop().call_later(seconds, stop, BudgetSpent(f"{seconds:g} seconds (--deadline)"))


def _tells_something(extraction: Extraction, stop: Stop) -> bool:
    """Whether anything came of it; an article that was given up before its first answer is not worth a record."""
    return stop.reason is None or not extraction.is_partial or bool(extraction.claims or extraction.rejected)
