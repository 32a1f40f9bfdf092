"""Many articles on a Ray cluster: the same pipeline in actors on its machines, the store and the limits on this one.

Articles go out in blocks, and each block is one Ray task: when a worker is lost, its blocks are asked again by
another. What comes back holds the extractions and the replies they cost; only the driver writes them to the store.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import signal
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from queue import Empty, Queue
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2

from claimx.errors import BudgetSpent, ClaimxError, ClusterFailed, UsageError
from claimx.model.client import Endpoint, open_transport
from claimx.model.prompts import Prompt
from claimx.model.recording import Recorded
from claimx.model.traffic import Traffic
from claimx.pipeline import extract_article
from claimx.runs.runner import Limited
from claimx.runs.stopping import Stop
from claimx.runs.store import Store, open_store
from claimx.schema import Article, Extraction
from claimx.settings import Settings

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]

# Articles of a task: all of them are asked again if their worker is lost, and each task costs Ray some milliseconds.
_BLOCK = 8
# Articles in work for each request in flight, as on one machine: a slow one must not leave the others idle.
_AHEAD = 2
# A block that takes down its worker so often is itself the reason.
_RETRIES = 3
_POLL_S = 0.2
_REACH_S = 5
# Results that wait to be written.
_ARRIVED = 64


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


# --- on the driver's machine, one for all workers --------------------------------------------------------------------


class Desk:
    """Finds replies in the store, which it only reads, and says whether one more request may be sent.

    Args:
        store: The file; None if no reply in it may be used.
        max_requests: As in `Settings`; holds for all workers together.
        max_tokens: As in `Settings`; what is in flight anywhere when it is reached is still paid for.
    """

    def __init__(self, store: str | None, max_requests: int | None, max_tokens: int | None) -> None:
        self._path = store
        self._store: Store | None = None
        self._opened = ExitStack()
        self._traffic = Traffic(max_requests, max_tokens)
        self._reason: ClaimxError | None = None

    # Coroutines, so that Ray calls all of them in one thread: a connection to SQLite belongs to one.
    async def find(self, key: bytes) -> Recorded | ClaimxError | None:
        """The reply in the store, if it may be used; or why the store cannot be read."""
        if self._path is None:
            return None
        try:
            if self._store is None:
                self._store = self._opened.enter_context(open_store(Path(self._path)))
            return self._store.find(key)
        except ClaimxError as error:
            return error

    async def admit(self, tokens: int) -> ClaimxError | None:
        """Count tokens that were spent, and one more request; the reason if it may not be sent."""
        self._traffic.tokens += tokens
        if self._reason is None:
            try:
                self._traffic.admit()
            except BudgetSpent as error:
                self._reason = error
        return self._reason

    async def stop(self, reason: ClaimxError) -> None:
        """Admit nothing more."""
        self._reason = self._reason or reason


# --- in the workers --------------------------------------------------------------------------------------------------


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
        yield _table("done", [pickle.dumps(done) for done in await asyncio.gather(*map(self._extract, articles))])

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


# --- the driver ------------------------------------------------------------------------------------------------------


async def extract_on_ray(
    articles: Iterable[Article],
    prompt: Prompt,
    settings: Settings,
    *,
    store: Store | None,
    traffic: Traffic,
    stop: Stop,
    address: str | None = None,
) -> AsyncIterator[Extraction]:
    """Extract the claims of many articles on a Ray cluster, as `runs.runner.extract_all` does in this process.

    All articles are read, into Ray's object store, before the first request goes out. `settings.concurrency` is shared
    out to the workers; limits on requests hold for all of them together.

    Args:
        articles: Read to the end, unless the run is stopped.
        prompt: As for `extract_all`.
        settings: As for `extract_all`; they go to the workers, key included.
        store: Where replies are kept, if anywhere; the run in it must have begun.
        traffic: Where to count what all workers send.
        stop: Ends the run.
        address: Of the cluster, as `ray.init` takes it; None for one on this machine alone.

    Yields:
        One extraction per article, in the order in which their blocks are done.

    Raises:
        UsageError: If Ray is not installed, or there is no cluster at the address.
        ClusterFailed: If Ray loses a block for good.
        ClaimxError: Whatever `extract_all` raises when a run is stopped.
    """
    ray = await _start(address)
    deadline = None
    try:
        blocks = [ray.put(block) for block in _blocks(articles, stop)]
        if blocks and stop.reason is None:
            desk = _open_desk(ray, settings)
            if settings.deadline_s:
                reason = BudgetSpent(f"{settings.deadline_s:g} seconds (--deadline)")
                deadline = asyncio.get_running_loop().call_later(settings.deadline_s, stop, reason)
            sent: dict[str, Traffic] = {}
            rows = iter(_dataset(ray, blocks, prompt, settings, desk).iter_rows())
            async for done in _received(rows, desk, stop, settings.grace_s):
                sent[done.worker] = done.traffic
                traffic.take_sum(sent.values())
                if store:
                    _commit(store, done)
                if done.reason:
                    stop(done.reason)
                if done.extraction is not None:
                    yield done.extraction
    except ray.exceptions.RayTaskError:
        # A bug of ours in a worker, with its traceback.
        raise
    except ray.exceptions.RayError as error:
        raise ClusterFailed(_first_line(error)) from None
    finally:
        if deadline:
            deadline.cancel()
        ray.shutdown()
    if stop.reason:
        raise stop.reason


async def _start(address: str | None) -> Any:
    try:
        import pyarrow  # noqa: F401
        import ray  # type: ignore[import-not-found,unused-ignore]
        import ray.data  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise UsageError("--engine ray needs Ray: pip install 'claimx[ray]'") from None
    if address and address.startswith("ray://"):
        raise UsageError(
            f"--ray-address {address}: a Ray client is not on the cluster; run claimx on one of its machines, "
            "with --ray-address auto"
        )
    earlier = signal.getsignal(signal.SIGTERM)
    try:
        await _reach(address)
        ray.init(
            address=address or "local",
            include_dashboard=False if address is None else None,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"--ray-address {address}: no cluster to join ({_first_line(error)}); start one with `ray start --head`"
        ) from None
    finally:
        # Ray would end the process at once.
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, earlier)
    return ray


async def _reach(address: str | None) -> None:
    """Try the address, for Ray itself waits minutes for one where nothing is.

    Raises:
        OSError: If nothing answers there; a `TimeoutError` is one.
    """
    host, _, port = (address or "").rpartition(":")
    if host and port.isdigit():
        async with asyncio.timeout(_REACH_S):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
        await writer.wait_closed()


def _blocks(articles: Iterable[Article], stop: Stop) -> Iterator[pyarrow.Table]:
    reading = iter(articles)
    while stop.reason is None and (several := list(islice(reading, _BLOCK))):
        yield _table("article", [article.model_dump_json().encode() for article in several])


def _table(name: str, values: list[bytes]) -> pyarrow.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(values, pa.large_binary())})


def _open_desk(ray: Any, settings: Settings) -> Any:
    from ray.util.scheduling_strategies import (  # type: ignore[import-not-found,unused-ignore]
        NodeAffinitySchedulingStrategy,
    )

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    path = str(Path(settings.store).absolute()) if settings.store and not settings.fresh else None
    options = {"num_cpus": 0, "scheduling_strategy": here}
    return ray.remote(**options)(Desk).remote(path, settings.max_requests, settings.max_tokens_total)


def _dataset(ray: Any, blocks: Sequence[Any], prompt: Prompt, settings: Settings, desk: Any) -> Any:
    """The lazy dataset whose rows are pickled `Done`s."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    cores = max(1, int(ray.available_resources().get("CPU", 1)))
    workers = min(cores, settings.concurrency, len(blocks))
    # Each gets the same, so that all of them together have no more requests in flight than was said.
    share = settings.model_copy(update={"concurrency": settings.concurrency // workers})
    # One more than that takes, so that the end of one block is the middle of another.
    at_once = -(-_AHEAD * share.concurrency // _BLOCK) + 1
    pool = ray.data.ActorPoolStrategy(
        size=workers, max_tasks_in_flight_per_actor=at_once + 1, max_concurrent_calls_per_actor=at_once
    )
    with warnings.catch_warnings():
        # Ray 2.60 deprecates the one way to bound retries, and has no other yet.
        warnings.simplefilter("ignore")
        return ray.data.from_arrow_refs(list(blocks)).map_batches(
            Worker,
            fn_constructor_args=(share, prompt, desk),
            batch_size=None,
            batch_format="pyarrow",
            compute=pool,
            num_cpus=1,
            max_task_retries=_RETRIES,
        )


async def _received(rows: Iterator[dict[str, Any]], desk: Any, stop: Stop, grace_s: float) -> AsyncIterator[Done]:
    """What comes back, until all of it has or the grace after a stop has ended."""
    arrived: Queue[dict[str, Any] | BaseException | None] = Queue(_ARRIVED)
    # A daemon, since nothing but an end of the process ends a wait within Ray.
    Thread(target=_pass_on, args=(rows, arrived), daemon=True, name="claimx-ray").start()
    loop = asyncio.get_running_loop()
    give_up_at: float | None = None
    while give_up_at is None or loop.time() < give_up_at:
        if stop.reason is not None and give_up_at is None:
            desk.stop.remote(stop.reason)
            give_up_at = loop.time() + grace_s + 1
        try:
            row = await asyncio.to_thread(arrived.get, True, _POLL_S)
        except Empty:
            continue
        if row is None:
            return
        if isinstance(row, BaseException):
            raise row
        yield pickle.loads(row["done"])


def _pass_on(rows: Iterator[dict[str, Any]], arrived: Queue[dict[str, Any] | BaseException | None]) -> None:
    try:
        for row in rows:
            arrived.put(row)
    except BaseException as error:
        arrived.put(error)
    else:
        arrived.put(None)


def _commit(store: Store, done: Done) -> None:
    for key, reply, is_usable in done.paid:
        store.keep(key, reply, is_usable=is_usable)
    # Finding them once more notes that this run uses them.
    for key in done.found:
        store.find(key)
    store.discard(done.discarded)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
