"""The driver: blocks of articles out, results in, and what was paid for into the store.

Articles go out in blocks, and each block is one Ray task: when a worker is lost, its blocks are asked again by
another. What comes back holds the extractions and the replies they cost; only the driver writes them to the store.
"""

from __future__ import annotations

import asyncio
import pickle
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from claimx.errors import BudgetSpent, ClusterFailed
from claimx.model.prompts import Prompt
from claimx.model.traffic import Traffic
from claimx.runs.ray.cluster import first_line, start
from claimx.runs.ray.desk import Desk
from claimx.runs.ray.worker import Done, Worker, one_column
from claimx.runs.stopping import Stop
from claimx.runs.store import Store
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
# Results that wait to be written.
_ARRIVED = 64


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
    ray = await start(address)
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
        raise ClusterFailed(first_line(error)) from None
    finally:
        if deadline:
            deadline.cancel()
        ray.shutdown()
    if stop.reason:
        raise stop.reason


def _blocks(articles: Iterable[Article], stop: Stop) -> Iterator[pyarrow.Table]:
    reading = iter(articles)
    while stop.reason is None and (several := list(islice(reading, _BLOCK))):
        yield one_column("article", [article.model_dump_json().encode() for article in several])


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
