"""A run that is walked away from: killed, interrupted, shared; nothing is lost and nothing is paid for twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faulty_server import FaultyServer, articles


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(latency_s=0.1).running() as running:
        yield running


def source(folder: Path, count: int) -> Path:
    path = folder / "articles.jsonl"
    path.write_text(
        "".join(article.model_dump_json(exclude_none=True) + "\n" for article in articles(count, sentences=5))
    )
    return path


def start(server: FaultyServer, *arguments: str | Path, output: Path | None = None) -> subprocess.Popen[str]:
    """A run in a process of its own; its output goes to a file, since nobody reads a pipe while it runs."""
    command = [
        "extract",
        "--base-url",
        server.url,
        "--mode",
        "json_schema",
        "-m",
        "m",
        "-f",
        "jsonl",
        "--concurrency",
        "4",
        *map(str, arguments),
    ]
    with (output or Path(os.devnull)).open("w") as stdout:
        return subprocess.Popen(
            [sys.executable, "-m", "claimx", *command], stdout=stdout, stderr=subprocess.PIPE, text=True
        )


def after(server: FaultyServer, requests: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many requests have come, or the process is done."""
    ends_at = time.monotonic() + 30
    while len(server.received) < requests and process.poll() is None:
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def stored(path: Path) -> set[bytes]:
    if not path.exists():
        return set()
    connection = sqlite3.connect(path)
    try:
        return {key for (key,) in connection.execute("SELECT key FROM replies")}
    except sqlite3.OperationalError:
        return set()
    finally:
        connection.close()


def lines(path: Path) -> list[str]:
    """The lines of a file in one order: an article is written as soon as it is done."""
    return sorted(path.read_text().splitlines())


def claims_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_like_one_that_is_not(server: FaultyServer, tmp_path: Path) -> None:
    path, store = source(tmp_path, 60), tmp_path / "s"
    dice = random.Random(4)
    paid_for: set[bytes] = set()
    with FaultyServer(latency_s=0.1).running() as apart:
        uninterrupted = start(apart, path, output=tmp_path / "uninterrupted")
        for _ in range(3):
            before = len(server.received)
            process = start(server, path, "--store", store)
            after(server, before + dice.randint(5, 15), process)
            time.sleep(dice.random() * 0.1)
            process.kill()
            process.communicate(timeout=20)
            assert not paid_for & set(server.received[before:])
            paid_for = stored(store)
        before = len(server.received)
        _, told = start(server, path, "--store", store, output=tmp_path / "resumed").communicate(timeout=60)
        uninterrupted.communicate(timeout=60)
    assert len(paid_for) > 10
    assert not paid_for & set(server.received[before:])
    assert len(server.received) - before == 60 - len(paid_for)
    assert f"{len(paid_for)} from the store" in told
    assert lines(tmp_path / "resumed") == lines(tmp_path / "uninterrupted")
    assert len(claims_of((tmp_path / "resumed").read_text())) == 300


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_in_order(server: FaultyServer, tmp_path: Path, number: int) -> None:
    path, store, out = source(tmp_path, 100), tmp_path / "s", tmp_path / "claims.jsonl"
    process = start(server, path, "--store", store, "-o", out)
    after(server, 20, process)
    at = time.monotonic()
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert time.monotonic() - at < 5
    assert process.returncode == 130
    assert f"interrupted; the same command goes on from what is in {store}" in told
    assert f"what was done is in {out}.part" in told
    assert "Traceback" not in told
    assert len(server.received) < 40
    assert set(server.received) == stored(store)
    assert not out.exists()
    found = {record["article_id"] for record in claims_of((tmp_path / "claims.jsonl.part").read_text())}
    assert found == {f"a{n:05}" for n in range(len(server.received))}


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    with FaultyServer(latency_s=30).running() as server:
        process = start(server, source(tmp_path, 3))
        after(server, 3, process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "Traceback" not in told


def test_requests_that_outlast_the_grace_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMX_GRACE_S", "0.3")
    with FaultyServer(latency_s=30).running() as server:
        process = start(server, source(tmp_path, 3), output=tmp_path / "out")
        after(server, 3, process)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=5)
    assert (process.returncode, (tmp_path / "out").read_text()) == (130, "")
    assert "with --store FILE" in told


def test_a_run_that_waits_for_standard_input_is_interrupted_too(server: FaultyServer) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "claimx", "extract", "-", "--base-url", server.url, "-m", "m"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    process.communicate()


def test_two_runs_on_one_store_do_not_harm_each_other(server: FaultyServer, tmp_path: Path) -> None:
    path, store = source(tmp_path, 20), tmp_path / "s"
    both = [start(server, path, "--store", store, output=tmp_path / name) for name in ("a", "b")]
    for process in both:
        process.communicate(timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    assert len(stored(store)) == 20
    connection = sqlite3.connect(store)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*), min(status), max(status) FROM runs").fetchone() == (2, "done", "done")
    connection.close()


def test_no_key_is_in_store_output_or_remarks(server: FaultyServer, tmp_path: Path) -> None:
    environment = {"CLAIMX_API_KEY": "sesame-open-12345"}
    done = subprocess.run(
        [sys.executable, "-m", "claimx", "extract", source(tmp_path, 2), "--base-url", server.url, "-m", "m",
         "--store", tmp_path / "s"],
        env={**os.environ, **environment}, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert server.keys == {"Bearer sesame-open-12345"}
    assert b"sesame" not in done.stdout + done.stderr
    assert all(b"sesame" not in path.read_bytes() for path in tmp_path.iterdir())
