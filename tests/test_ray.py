"""What a run on Ray consists of, each part by itself; tests/test_ray_cluster.py puts them on a cluster."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimx.cli import app
from claimx.errors import BudgetSpent, Interrupted, StoreError
from claimx.model.prompts import load_prompt
from claimx.model.recording import Recorded
from claimx.runs.ray.desk import Desk
from claimx.runs.ray.worker import Done, Worker
from claimx.runs.store import open_store
from claimx.schema import Article
from claimx.settings import Settings
from tests.faulty_server import FaultyServer, articles

KEY = b"k" * 32
REPLY = Recorded(200, "application/json", b"{}")


class Handle:
    """A desk as a worker holds it: every method has a `remote`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        class Method:
            remote: Callable[..., Awaitable[Any]] = staticmethod(getattr(self._desk, name))

        return Method


def block(*several: Article) -> Any:
    import pyarrow as pa

    return pa.table({"article": [article.model_dump_json().encode() for article in several]})


def work(settings: Settings, desk: Desk, *blocks: Any) -> list[Done]:
    """What one worker gives back for these blocks, which come to it at the same time."""

    async def run() -> list[Done]:
        worker = Worker(settings, load_prompt("extract"), Handle(desk))

        async def take(one: Any) -> list[Done]:
            return [pickle.loads(raw) async for table in worker(one) for raw in table.column("done").to_pylist()]

        try:
            return [done for several in await asyncio.gather(*map(take, blocks)) for done in several]
        finally:
            await worker.aclose()

    return asyncio.run(run())


# --- the desk ------------------------------------------------------------------------------------


def test_the_desk_admits_as_many_requests_as_all_workers_may_send() -> None:
    async def ask() -> list[Any]:
        desk = Desk(None, 3, None)
        return [await desk.admit(0) for _ in range(5)]

    admitted = asyncio.run(ask())
    assert admitted[:3] == [None] * 3
    assert [str(reason) for reason in admitted[3:]] == ["stopped at the limit of 3 requests (--max-requests)"] * 2


def test_the_desk_counts_the_tokens_that_workers_tell_of() -> None:
    async def ask() -> list[Any]:
        desk = Desk(None, None, 100)
        return [await desk.admit(tokens) for tokens in (0, 60, 40)]

    assert [reason and reason.args for reason in asyncio.run(ask())] == [
        None,
        None,
        ("100 tokens (--max-tokens-total)",),
    ]


def test_after_a_stop_the_desk_admits_nothing_and_the_first_reason_counts() -> None:
    async def ask() -> Any:
        desk = Desk(None, None, None)
        await desk.stop(Interrupted())
        await desk.stop(BudgetSpent("later"))
        return await desk.admit(0)

    assert isinstance(asyncio.run(ask()), Interrupted)


def test_the_desk_finds_what_the_store_has_and_writes_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        store.begin_run(model="m", endpoint="e", prompt="p")
        store.keep(KEY, REPLY, is_usable=True)

    async def find(path: str | None) -> Any:
        desk = Desk(path, None, None)
        try:
            return await desk.find(KEY)
        finally:
            await desk.close()

    before = (tmp_path / "s").read_bytes()
    assert asyncio.run(find(str(tmp_path / "s"))) == REPLY
    assert asyncio.run(find(None)) is None
    assert (tmp_path / "s").read_bytes() == before


def test_a_store_that_cannot_be_read_is_an_answer_too(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("no store")
    assert isinstance(asyncio.run(Desk(str(tmp_path / "s"), None, None).find(KEY)), StoreError)


# --- a worker ------------------------------------------------------------------------------------


def test_a_worker_gives_back_the_claims_and_what_they_cost() -> None:
    with FaultyServer().running() as server:
        settings = Settings(model="m", base_url=server.url, mode="json_schema", store="s", concurrency=3)
        done = work(settings, Desk(None, None, None), *(block(article) for article in articles(6, sentences=5)))
    assert [item.extraction and len(item.extraction.claims) for item in done] == [5] * 6
    assert sorted(key for item in done for key, _, _ in item.paid) == sorted(server.received)
    assert {item.worker for item in done} == {done[0].worker}
    assert done[-1].traffic.requests == 6
    assert server.most_in_flight <= 3


def test_a_worker_asks_for_nothing_that_the_store_has(tmp_path: Path) -> None:
    with FaultyServer().running() as server:
        settings = Settings(model="m", base_url=server.url, mode="json_schema", store=str(tmp_path / "s"))
        (first,) = work(settings, Desk(None, None, None), block(*articles(1)))
        with open_store(tmp_path / "s") as store:
            store.begin_run(model="m", endpoint="e", prompt="p")
            store.keep_all((key, reply) for key, reply, _ in first.paid)
        desk = Desk(settings.store, None, None)
        (again,) = work(settings, desk, block(*articles(1)))
        asyncio.run(desk.close())
    assert len(server.received) == 1
    assert (again.paid, again.found, again.traffic.requests) == ((), (first.paid[0][0],), 0)
    assert again.extraction
    assert first.extraction
    assert again.extraction.claims == first.extraction.claims


def test_a_worker_that_may_not_go_on_says_why_and_keeps_what_it_has() -> None:
    with FaultyServer().running() as server:
        settings = Settings(model="m", base_url=server.url, mode="json_schema", store="s", concurrency=1)
        done = work(settings, Desk(None, 2, None), block(*articles(5)))
    assert len(server.received) == 2
    assert [item.extraction is not None for item in done] == [True, True, False, False, False]
    assert isinstance(done[-1].reason, BudgetSpent)
    assert sum(len(item.paid) for item in done) == 2


def test_a_useless_answer_is_paid_for_and_discarded() -> None:
    with FaultyServer(lambda article, number: "malformed").running() as server:
        settings = Settings(model="m", base_url=server.url, mode="json_schema", store="s", reasks=0)
        (done,) = work(settings, Desk(None, None, None), block(*articles(1)))
    assert done.extraction
    assert done.extraction.is_partial
    assert done.discarded == tuple(key for key, _, _ in done.paid)


# --- what Ray says -------------------------------------------------------------------------------

LOUD = """
import os, sys
from claimx.cli.logs import LogLevel, log_to_stderr
from claimx.cli.quiet import ray_apart
from claimx.cli.shell import note
import logging
log_to_stderr(LogLevel.info, as_json=False)
data = sys.stdout
with ray_apart():
    print("(raylet) a worker died")
    os.write(2, b"core_worker.cc: so it did\\n")
    data.write("claim\\n")
    note("remark")
    logging.getLogger("claimx").info("event")
    sys.stderr.write("")
print("after")
note("at the end")
"""


def test_what_ray_says_is_kept_from_data_and_remarks() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOUD], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "claim\nafter\n"
    first, event, last = done.stderr.splitlines()
    assert (first, event.split(" ", 1)[1], last) == ("remark", "info event", "at the end")


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--ray-address", "auto"), "--ray-address names a cluster for --engine ray: add that"),
        (("--engine", "ray", "--store", "s", "--replay", "-m", "m"), "leave out --engine ray"),
    ],
)
def test_options_that_contradict_each_other_are_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "a.txt").write_text("Rain fell.")
    done = CliRunner().invoke(app, ["extract", str(tmp_path / "a.txt"), *arguments])
    assert (done.exit_code, told in done.stderr) == (2, True)


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Rain fell."}))
    done = CliRunner().invoke(app, ["extract", str(tmp_path / "a.jsonl"), "--engine", "ray"])
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == "claimx: --engine ray needs Ray: pip install 'claimx[ray]'"
