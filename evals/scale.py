"""The arithmetic of docs/scale.md: what a number of articles takes, and what it costs, each way.

    python -m evals.scale [--measure ARTICLES] [--articles 10000 1000000] [--price-in 0.25 …]

Every assumption is an option; the defaults are those of the document, whose table is this one. `--measure` takes what
depends on articles from a folder of yours instead: requests, tokens, bytes of a batch line and CPU seconds an article.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
import time
from dataclasses import dataclass, fields
from pathlib import Path

import httpx2

from claimx.article.sources import read_articles
from claimx.model.client import Endpoint
from claimx.model.offline.app import app
from claimx.model.prompts import load_prompt
from claimx.model.traffic import Traffic
from claimx.pipeline import extract_article
from claimx.runs.batch.requests import MOST_BYTES, MOST_LINES, RequestFiles, write_requests
from claimx.runs.store import open_store
from claimx.schema import Article
from claimx.settings import Settings


@dataclass(frozen=True)
class Assumptions:
    """What the reader may know better. Tokens are those of `claimx extract --dry-run`, about four characters each."""

    requests: float = 1.08
    """Requests an article."""
    tokens_in: float = 2560
    """Prompt tokens an article."""
    tokens_out: float = 2140
    """Answer tokens an article."""
    line_bytes: float = 10_700
    """Bytes of a request line in a batch file."""
    cpu_s: float = 0.04
    """Seconds of one core an article, for all that claimx does itself."""
    reasked: float = 0.07
    """Share of requests that are followed by another, for a correction or a retry."""
    reply_s: float = 20
    """Seconds to a reply of a hosted model."""
    concurrency: float = 64
    """Requests in flight to a hosted model."""
    gpu_out: float = 2500
    """Answer tokens a second of one GPU under vLLM, prompts included."""
    gpus: float = 16
    """GPUs behind the servers of a cluster."""
    queue_tokens: float = 1e9
    """Prompt tokens that a batch service lets an account have waiting, and answers within a day."""
    price_in: float = 1
    """Price of a million prompt tokens of a hosted model."""
    price_out: float = 4
    """Price of a million answer tokens of a hosted model."""
    batch_share: float = 0.5
    """Price of the batch service, as a share of that."""
    gpu_hour: float = 2
    """Price of an hour of one GPU."""


@dataclass(frozen=True)
class Plan:
    """What `articles` take; times in hours, prices in the currency of the assumptions."""

    articles: int
    tokens_in: float
    tokens_out: float
    hosted_h: float
    vllm_h: float
    cluster_h: float
    cores: int
    files: int
    batch_h: float
    hosted_price: float
    batch_price: float
    gpu_price: float


def plan(articles: int, a: Assumptions) -> Plan:
    """The arithmetic."""
    asked = articles * (1 + a.reasked)
    tokens_in, tokens_out = asked * a.tokens_in, asked * a.tokens_out
    # One process is one core: whichever is slower, the model or that.
    core_h = articles * a.cpu_s / 3600
    gpu_h = tokens_out / a.gpu_out / 3600
    hosted_price = (tokens_in * a.price_in + tokens_out * a.price_out) / 1e6
    return Plan(
        articles=articles,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        hosted_h=max(core_h, asked * a.requests * a.reply_s / a.concurrency / 3600),
        vllm_h=max(core_h, gpu_h),
        cluster_h=gpu_h / a.gpus,
        cores=math.ceil(core_h / (gpu_h / a.gpus)),
        files=math.ceil(articles * a.requests / min(MOST_LINES, MOST_BYTES // a.line_bytes)),
        batch_h=24 * math.ceil(tokens_in / a.queue_tokens),
        hosted_price=hosted_price,
        batch_price=hosted_price * a.batch_share,
        gpu_price=gpu_h * a.gpu_hour,
    )


def table(numbers: list[int], a: Assumptions) -> str:
    """The plans as a table in Markdown."""
    plans = [plan(number, a) for number in numbers]
    rows = [
        ("articles", [f"{p.articles:,}" for p in plans]),
        ("prompt tokens", [_millions(p.tokens_in) for p in plans]),
        ("answer tokens", [_millions(p.tokens_out) for p in plans]),
        (f"hosted model, {a.concurrency:.0f} requests in flight", [_time(p.hosted_h) for p in plans]),
        ("one vLLM server, one GPU", [_time(p.vllm_h) for p in plans]),
        (f"Ray, {a.gpus:.0f} GPUs; cores for claimx", [f"{_time(p.cluster_h)}; {p.cores}" for p in plans]),
        ("Batch API: files; days", [f"{p.files:,}; {p.batch_h / 24:,.0f}" for p in plans]),
        ("price, hosted", [f"{p.hosted_price:,.0f}" for p in plans]),
        ("price, Batch API", [f"{p.batch_price:,.0f}" for p in plans]),
        ("price, GPU hours", [f"{p.gpu_price:,.0f}" for p in plans]),
    ]
    head, *body = [f"| {name} | {' | '.join(cells)} |" for name, cells in rows]
    return "\n".join([head, "|---|" + "---:|" * len(numbers), *body])


def measure(source: str) -> dict[str, float]:
    """What depends on articles, as a batch measures it: requests are written, answered by rules, and read."""
    return asyncio.run(_measure(list(read_articles(source))))


async def _measure(articles: list[Article]) -> dict[str, float]:
    settings, prompt, traffic = Settings(mode="json_schema"), load_prompt("extract"), Traffic()
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder, "store")) as store:
        with RequestFiles(Path(folder, "once.jsonl")) as files:
            # What is imported at the first use is paid for once, whatever the number of articles.
            await write_requests(articles[:1], files, store, prompt, settings)
        with RequestFiles(Path(folder, "requests.jsonl")) as files:
            began = time.process_time()
            await write_requests(articles, files, store, prompt, settings)
            writing_s = time.process_time() - began
        store.begin_run(model="offline", endpoint="", prompt="")
        async with Endpoint(settings, transport=httpx2.ASGITransport(app=app), journal=store, traffic=traffic) as ask:
            for article in articles:
                await extract_article(article, ask, prompt, settings)
        async with Endpoint(settings, transport=httpx2.ASGITransport(app=app), journal=store) as ask:
            began = time.process_time()
            found = [await extract_article(article, ask, prompt, settings) for article in articles]
            reading_s = time.process_time() - began
    count = len(articles)
    return {
        "requests": files.lines / count,
        "tokens_in": sum(item.usage.prompt_tokens or 0 for item in found) / count,
        "tokens_out": sum(item.usage.completion_tokens or 0 for item in found) / count,
        "line_bytes": files.bytes / files.lines,
        "cpu_s": max(writing_s, reading_s) / count,
        "reasked": traffic.requests / files.lines - 1,
    }


def _millions(tokens: float) -> str:
    return f"{tokens / 1e6:,.0f} M" if tokens < 1e10 else f"{tokens / 1e9:,.0f} G"


def _time(hours: float) -> str:
    if hours < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:,.0f} days"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", metavar="ARTICLES")
    parser.add_argument("--articles", type=int, nargs="+", default=[10**4, 10**6, 10**8])
    for field in fields(Assumptions):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=float)
    given = vars(parser.parse_args())
    numbers, source = given.pop("articles"), given.pop("measure")
    measured = measure(source) if source else {}
    for name, value in measured.items():
        print(f"{name}: {value:,.3g}" if value < 100 else f"{name}: {value:,.0f}")
    print(table(numbers, Assumptions(**measured | {name: value for name, value in given.items() if value is not None})))


if __name__ == "__main__":
    main()
