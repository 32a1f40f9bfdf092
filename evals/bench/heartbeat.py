"""How long the event loop is kept from its other work.

    python -m evals.bench.heartbeat claimx URL CONCURRENCY ARTICLES.jsonl
    python -m evals.bench.heartbeat bare URL CONCURRENCY REQUESTS.jsonl

Prints a JSON object: `step` is the processor time of one callback on the event loop, `late` by how much a task that
wants to wake every 5 ms does so too late, both in milliseconds, as 99th percentile and maximum. On a busy machine a
process that does nothing is late as well, so the bare loop is the yardstick there.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

_EVERY_S = 0.005


async def beats(work: Coroutine[Any, Any, Any]) -> dict[str, float]:
    """Do the work, and tell how long the steps were and how late the beats that came meanwhile."""
    loop = asyncio.get_running_loop()
    late: list[float] = []
    steps: list[float] = []

    async def beat() -> None:
        while True:
            due = loop.time() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            late.append(max(0.0, loop.time() - due))

    # Not in the types: what the event loop calls for each callback.
    handles: Any = asyncio.Handle
    run_step = handles._run

    def timed(handle: asyncio.Handle) -> None:
        before = time.thread_time()
        run_step(handle)
        steps.append(time.thread_time() - before)

    handles._run = timed
    beating = asyncio.create_task(beat())
    try:
        await work
    finally:
        handles._run = run_step
        beating.cancel()
    return _shares("step", steps) | _shares("late", late)


def _shares(name: str, seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    shares = {"p99": ordered[len(ordered) * 99 // 100], "max": ordered[-1]}
    return {f"{name}_{share}_ms": round(1000 * value, 2) for share, value in shares.items()}


async def run_claimx(url: str, concurrency: int, path: str) -> None:
    """Extract all articles and let go of them."""
    from claimx.article.sources import read_articles
    from claimx.model.client import Endpoint
    from claimx.model.prompts import load_prompt
    from claimx.runs.runner import extract_all
    from claimx.settings import Settings

    settings = Settings(model="bench", base_url=url, concurrency=concurrency, mode="json_schema")
    articles = list(read_articles(path))
    async with Endpoint(settings) as ask:
        prompt = load_prompt(settings.prompt)
        # The first article imports what the later ones find.
        await _exhaust(extract_all(articles[:1], ask, prompt, settings))
        # As the command line does it, so that a collection does not look through all that is loaded.
        gc.set_threshold(20_000, 10, 10)
        gc.freeze()
        print(json.dumps(await beats(_exhaust(extract_all(articles, ask, prompt, settings)))))


async def _exhaust(extractions: AsyncIterator[Any]) -> None:
    async for _ in extractions:
        pass


async def run_bare(url: str, concurrency: int, path: str) -> None:
    """The floor, over the same requests."""
    from evals.bench.bare import ask_all, read_bodies

    bodies = read_bodies(path)
    await ask_all(url, 1, bodies[:1])
    print(json.dumps(await beats(ask_all(url, concurrency, bodies))))


if __name__ == "__main__":
    kind, url, concurrency, path = sys.argv[1:]
    run = {"claimx": run_claimx, "bare": run_bare}[kind]
    asyncio.run(run(url, int(concurrency), path))
