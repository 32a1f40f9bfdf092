"""`claimx extract --engine ray` on a real cluster of two workers on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faulty_server import Fault, FaultyServer, articles, never

pytest.importorskip("ray", reason="Ray is not installed: pip install 'claimx[ray]'")
pytestmark = pytest.mark.slow

# Joined by every run of these tests, since a cluster takes many seconds to start.
CLUSTER = """
import ray, sys
address = ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False).address_info["address"]
print(address, flush=True)
sys.stdin.read()
"""
ENVIRONMENT = {**os.environ, "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
GIVE_UP_S = 240


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, int]]:
    """Its address, and the process that all others descend from."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=ENVIRONMENT,
    )
    try:
        assert process.stdout
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.communicate(timeout=60)


def source(folder: Path, count: int) -> Path:
    path = folder / "articles.jsonl"
    path.write_text(
        "".join(article.model_dump_json(exclude_none=True) + "\n" for article in articles(count, sentences=5))
    )
    return path


def start(server: FaultyServer, *arguments: str | Path, **options: bool) -> subprocess.Popen[str]:
    command = ["extract", "--base-url", server.url, "-m", "m", "--mode", "json_schema", "-f", "jsonl"]
    return subprocess.Popen(
        [sys.executable, "-m", "claimx", *command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        **options,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, list[str], str]:
    """The exit code, the claims in an order of their own, and the remarks."""
    claims, told = process.communicate(timeout=GIVE_UP_S)
    return process.returncode, sorted(claims.splitlines()), told


def after(server: FaultyServer, requests: int) -> None:
    ends_at = time.monotonic() + GIVE_UP_S
    while len(server.received) < requests:
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def workers(ancestor: int) -> list[int]:
    """The processes of the cluster's actors, none of another cluster's."""
    parents, names = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                names[int(folder.name)] = (folder / "cmdline").read_text()
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue

    def descends(process: int) -> bool:
        while process not in (0, ancestor):
            process = parents.get(process, 0)
        return process == ancestor

    return [process for process, name in names.items() if "MapWorker" in name and descends(process)]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[FaultyServer]:
    fault: Fault = getattr(request, "param", never)
    with FaultyServer(fault, latency_s=0.2).running() as running:
        yield running


def test_the_claims_are_those_of_the_local_engine_and_nothing_is_asked_twice(
    cluster: tuple[str, int], server: FaultyServer, tmp_path: Path
) -> None:
    path, store = source(tmp_path, 60), tmp_path / "s"
    on_ray = ("--engine", "ray", "--ray-address", cluster[0], "--store", store, "--concurrency", "8")
    expected = finish(start(server, path))
    server.received.clear()
    code, claims, told = finish(start(server, path, *on_ray))
    assert (code, claims) == expected[:2]
    assert len(claims) == 300
    assert len(server.received) == 60
    assert server.most_in_flight <= 8
    # Two lines at the end sum the run up; none of Ray's is among what is said.
    assert [line for line in told.splitlines() if "articles" not in line] == []
    again = finish(start(server, path, *on_ray))
    assert again[:2] == expected[:2]
    assert "60 from the store" in again[2]
    assert len(server.received) == 60


def test_a_worker_that_is_killed_costs_a_retry_and_no_claim(
    cluster: tuple[str, int], server: FaultyServer, tmp_path: Path
) -> None:
    path = source(tmp_path, 100)
    process = start(server, path, "--engine", "ray", "--ray-address", cluster[0], "--concurrency", "4")
    after(server, 20)
    victims = workers(cluster[1])
    os.kill(victims[0], signal.SIGKILL)
    code, claims, _ = finish(process)
    assert code == 0
    assert len({json.loads(line)["id"] for line in claims}) == len(claims) == 500
    assert 100 <= len(server.received) < 150


@pytest.mark.parametrize("server", [lambda article, number: "400" if article == 3 else None], indirect=True)
def test_an_article_that_fails_is_told_and_the_rest_is_there(
    cluster: tuple[str, int], server: FaultyServer, tmp_path: Path
) -> None:
    path = source(tmp_path, 10)
    code, claims, told = finish(start(server, path, "--engine", "ray", "--ray-address", cluster[0]))
    assert (code, len(claims)) == (3, 45)
    assert "a00003: characters 0 to" in told
    assert "answered 400" in told


def test_a_limit_on_requests_holds_for_all_workers_and_the_next_run_goes_on(
    cluster: tuple[str, int], server: FaultyServer, tmp_path: Path
) -> None:
    path, store = source(tmp_path, 30), tmp_path / "s"
    on_ray = ("--engine", "ray", "--ray-address", cluster[0], "--store", store)
    code, claims, told = finish(start(server, path, *on_ray, "--max-requests", "11"))
    assert (code, len(server.received), len(claims)) == (3, 11, 55)
    assert (
        f"stopped at the limit of 11 requests (--max-requests); the same command goes on from what is in {store}"
        in told
    )
    code, claims, told = finish(start(server, path, *on_ray))
    assert (code, len(server.received), len(claims)) == (0, 30, 150)
    assert "11 from the store" in told


def test_an_interrupted_run_keeps_what_it_paid_for(
    cluster: tuple[str, int], server: FaultyServer, tmp_path: Path
) -> None:
    path, store = source(tmp_path, 200), tmp_path / "s"
    on_ray = ("--engine", "ray", "--ray-address", cluster[0], "--store", store, "--concurrency", "4")
    process = start(server, path, *on_ray, start_new_session=True)
    after(server, 20)
    at = time.monotonic()
    # To the whole group, as a terminal does.
    os.killpg(process.pid, signal.SIGINT)
    code, claims, told = finish(process)
    assert code == 130
    assert f"interrupted; the same command goes on from what is in {store}" in told
    assert "Traceback" not in told
    sent = len(server.received)
    assert sent < 200
    assert len(claims) == 5 * sent
    assert time.monotonic() - at < 60
    code, claims, _ = finish(start(server, path, *on_ray))
    assert (code, len(claims), len(server.received)) == (0, 1000, 200)


def test_a_cluster_on_this_machine_is_started_and_ended_from_parquet_to_parquet(
    server: FaultyServer, tmp_path: Path
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(
        pa.Table.from_pylist([article.model_dump() for article in articles(20, sentences=5)]), tmp_path / "a.parquet"
    )
    command = ["extract", tmp_path / "a.parquet", "-o", tmp_path / "c.parquet", "--engine", "ray"]
    options = ["--base-url", server.url, "-m", "m", "--mode", "json_schema"]
    subprocess.run([sys.executable, "-m", "claimx", *command, *options], env=ENVIRONMENT, check=True, timeout=GIVE_UP_S)
    assert parquet.read_table(tmp_path / "c.parquet").num_rows == 100


def test_a_cluster_that_is_not_there_is_one_sentence(server: FaultyServer, tmp_path: Path) -> None:
    code, _, told = finish(start(server, source(tmp_path, 1), "--engine", "ray", "--ray-address", "ray://127.0.0.1:9"))
    assert (code, "a Ray client is not on the cluster" in told) == (2, True)
    code, _, told = finish(start(server, source(tmp_path, 1), "--engine", "ray", "--ray-address", "127.0.0.1:9"))
    assert (code, "no cluster to join" in told, "Traceback" in told) == (2, True, False)
