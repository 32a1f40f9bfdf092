"""Many articles, a server that fails in every way: nothing is lost, and nothing passes for whole that is not."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from claimx.errors import BudgetSpent, ClaimxError, EndpointFailing, Interrupted, ModelRefused
from claimx.model.client import Endpoint
from claimx.model.prompts import load_prompt
from claimx.runs.runner import extract_all
from claimx.runs.stopping import Stop
from claimx.schema import Article, Claim, Extraction
from claimx.settings import Settings
from tests.faulty_server import FAULTS, FaultyServer, articles, once_each


def run(
    server: FaultyServer, given: Iterator[Article], *, stop: Stop | None = None, **changes: Any
) -> tuple[list[Extraction], ClaimxError | None]:
    """All extractions of a run, and what stopped it."""
    settings = Settings(model="m", base_url=server.url, **changes)
    done: list[Extraction] = []

    async def go() -> None:
        async with Endpoint(settings) as ask:
            run: AsyncIterator[Extraction] = extract_all(given, ask, load_prompt("extract"), settings, stop=stop)
            async for extraction in run:
                done.append(extraction)

    try:
        asyncio.run(go())
    except ClaimxError as error:
        return done, error
    return done, None


def claims(extractions: list[Extraction]) -> dict[str, tuple[Claim, ...]]:
    return {extraction.article_id: extraction.claims for extraction in extractions}


@pytest.mark.slow
def test_a_run_with_a_fifth_of_the_replies_faulty_equals_one_without() -> None:
    with FaultyServer().running() as sound:
        expected, _ = run(sound, articles(200, sentences=5), concurrency=16)
    assert len(sound.received) == 200
    with FaultyServer(once_each(4), hang_s=3).running() as faulty:
        done, error = run(faulty, articles(200, sentences=5), concurrency=16, timeout_s=1.5)
    assert error is None
    assert set(faulty.faults) == set(FAULTS)
    assert sum(faulty.faults.values()) / len(faulty.received) >= 0.19
    assert sorted(extraction.article_id for extraction in done) == [article.id for article in articles(200)]
    assert not any(extraction.is_partial for extraction in done)
    assert claims(done) == claims(expected)
    assert sum(len(found) for found in claims(done).values()) == 1000


@pytest.mark.parametrize("fault", ["400", "500", "drop", "malformed", "refusal"])
def test_a_poison_article_costs_itself_alone(fault: str) -> None:
    def poisoned(article: int, number: int) -> str | None:
        return fault if article == 7 else None

    with FaultyServer(poisoned).running() as server:
        done, error = run(server, articles(30, sentences=3), max_attempts=2)
    assert error is None
    assert [extraction.article_id for extraction in done if extraction.is_partial] == ["a00007"]
    assert all(len(extraction.claims) == 3 for extraction in done if not extraction.is_partial)
    (failure,) = next(extraction.failures for extraction in done if extraction.is_partial)
    assert (failure.start, failure.end) == (0, len(list(articles(8, sentences=3))[7].text))


@pytest.mark.slow
def test_a_poison_article_makes_the_command_partial_and_is_all_that_a_second_run_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(article.model_dump_json() + "\n" for article in articles(200, sentences=2)))
    is_cured = False

    def poisoned(article: int, number: int) -> str | None:
        return "500" if article == 7 and not is_cured else None

    with FaultyServer(poisoned).running() as server:
        command = [
            sys.executable, "-m", "claimx", "extract", str(path), "--base-url", server.url, "-m", "m", "-f", "json",
            "--store", str(tmp_path / "s"), "--max-attempts", "2",
        ]  # fmt: skip
        first = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert first.returncode == 3
        partial = [record["article_id"] for record in json.loads(first.stdout) if record["failures"]]
        assert (partial, len(json.loads(first.stdout))) == (["a00007"], 200)
        before, is_cured = len(server.received), True
        second = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert second.returncode == 0
    assert len(server.received) - before == 1
    assert not any(record["failures"] for record in json.loads(second.stdout))


def test_an_endpoint_that_fails_everything_stops_the_run() -> None:
    with FaultyServer(lambda article, number: "500").running() as server:
        done, error = run(server, articles(500, sentences=2), max_attempts=1)
    assert isinstance(error, EndpointFailing)
    assert "Check the server" in str(error)
    assert not any(extraction.claims for extraction in done)
    assert len(server.received) < 30


def test_an_endpoint_that_begins_to_refuse_keeps_what_was_done() -> None:
    with FaultyServer(lambda article, number: "401" if number >= 20 else None).running() as server:
        done, error = run(server, articles(500, sentences=2), concurrency=2)
    assert isinstance(error, ModelRefused)
    assert len(done) == 20
    assert not any(extraction.is_partial for extraction in done)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"max_requests": 12}, "12 requests (--max-requests)"),
        ({"max_tokens_total": 12 * 110}, "1,320 tokens (--max-tokens-total)"),
    ],
)
def test_a_budget_is_kept(limits: dict[str, Any], told: str) -> None:
    with FaultyServer().running() as server:
        done, error = run(server, articles(100, sentences=2), concurrency=2, **limits)
    assert isinstance(error, BudgetSpent)
    assert told in str(error)
    assert 12 <= len(server.received) <= 14
    assert len(done) == len(server.received)


def test_requests_that_are_sent_again_count() -> None:
    with FaultyServer(lambda article, number: "429").running() as server:
        _, error = run(server, articles(9, sentences=2), max_requests=6, max_attempts=9)
    assert isinstance(error, BudgetSpent)
    assert len(server.received) == 6


def test_a_deadline_is_kept() -> None:
    with FaultyServer(latency_s=0.2).running() as server:
        started = time.monotonic()
        done, error = run(server, articles(500, sentences=2), concurrency=2, deadline_s=1)
    assert isinstance(error, BudgetSpent)
    assert time.monotonic() - started < 8
    assert 0 < len(done) == len(server.received) < 40


def test_a_stop_keeps_the_chunks_that_were_read_and_marks_the_others() -> None:
    stop = Stop(grace_s=5)
    (article,) = articles(1)

    def interrupted_while_reading() -> Iterator[Article]:
        asyncio.get_running_loop().call_later(0.5, stop, Interrupted())
        yield article

    with FaultyServer(latency_s=0.2).running() as server:
        done, error = run(server, interrupted_while_reading(), stop=stop, chunk_tokens=100, concurrency=1)
    assert isinstance(error, Interrupted)
    (extraction,) = done
    assert extraction.claims
    assert extraction.failures[-1].end == len(article.text)
    assert all("stopped" in failure.error for failure in extraction.failures)
    assert max(claim.end for claim in extraction.claims) <= extraction.failures[0].start


def test_an_article_is_out_as_soon_as_it_is_done() -> None:
    """The first one hangs; with as many slots as it takes, nothing else waits for it."""

    def slow_first(article: int, number: int) -> str | None:
        return "hang" if article == 0 else None

    with FaultyServer(slow_first, hang_s=6).running() as server:
        done, error = run(server, articles(12, sentences=2), concurrency=2, timeout_s=60)
    assert error is None
    assert done[-1].article_id == "a00000"
    assert sorted(extraction.article_id for extraction in done) == [article.id for article in articles(12)]


def test_no_more_articles_are_read_than_two_for_each_slot_and_those_that_were_taken() -> None:
    """However slowly they are taken, so that a run needs no more memory the longer it is."""
    read: list[int] = []

    def watched() -> Iterator[Article]:
        for number, article in enumerate(articles(60, sentences=2)):
            read.append(number)
            yield article

    async def take(url: str) -> list[int]:
        settings = Settings(model="m", base_url=url, concurrency=3)
        ahead = []
        async with Endpoint(settings) as ask:
            taken = 0
            async for _ in extract_all(watched(), ask, load_prompt("extract"), settings):
                taken += 1
                ahead.append(len(read) - taken)
                await asyncio.sleep(0.02)
        return ahead

    with FaultyServer().running() as server:
        ahead = asyncio.run(take(server.url))
    assert len(ahead) == 60
    assert max(ahead) <= 6


def test_long_articles_are_read_while_others_are_asked_for() -> None:
    """Their chunks are cut and their claims put together in a thread, and nothing of them is lost on the way."""
    (long,) = articles(1, sentences=300)
    assert len(long.text) > 40_000
    with FaultyServer().running() as server:
        done, error = run(server, iter([long, *list(articles(12, sentences=2))[1:]]), concurrency=4)
    assert (error, len(done)) == (None, 12)
    found = claims(done)["a00000"]
    assert {claim.start for claim in found} == {
        match.start() for match in re.finditer(r"the sluice \d+ lay open all night", long.text)
    }


def test_fewer_requests_are_in_flight_while_the_server_is_busy() -> None:
    in_flight: list[int] = []

    def busy_at_first(article: int, number: int) -> str | None:
        in_flight.append(server.in_flight)
        return "429" if number < 8 else None

    server = FaultyServer(busy_at_first, latency_s=0.2)
    with server.running():
        done, error = run(server, articles(24, sentences=2), concurrency=8, max_attempts=9)
    assert (error, len(done)) == (None, 24)
    assert max(in_flight[:8]) == 7
    assert max(in_flight[8:12]) <= 4
