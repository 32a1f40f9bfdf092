"""What faults cost: the same articles against a model server that fails in every way, run by run.

    python -m evals.bench_faults [--articles 200] [--kills 20] [--memory]

The server is on this machine and answers at once, so the seconds are claimx's own and those of its waiting. `whole`
counts articles with every chunk read, `equal` those whose claims are the ones of the run without faults, `most` is the
number of faults that one article met at most. It is held to three, which three re-asks can bear: at a fifth of all
replies one article in 625 would meet four poor answers in a row, and a chunk that is never answered is rightly given
up. What an article meets depends on the number of its request alone, not on which thread comes first. `--kills` runs
`claimx extract --store` in processes that are killed at random moments, then once to the end, and counts requests whose
reply was in the store already. `--memory` compares the peak resident size of runs of 1,000 and of 10,000 articles, each
in a process of its own, which the server shares. `--articles 0` leaves the table out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from claimx.model.client import Endpoint
from claimx.model.prompts import load_prompt
from claimx.model.traffic import Traffic
from claimx.runs.runner import extract_all
from claimx.schema import Claim
from claimx.settings import Settings
from tests.faulty_server import FAULTS, Fault, FaultyServer, articles, never

_MOST_FAULTS = 3
Found = dict[str, tuple[Claim, ...] | None]


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    options.add_argument("--articles", type=int, default=200)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--memory", action="store_true")
    options.add_argument("--rss-of", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.rss_of:
        run(given.rss_of, never, sentences=2, keep=False)
        print(peak_kib())
        return
    if given.articles:
        print_faults(given.articles)
    if given.kills:
        print_kills(given.kills)
    if given.memory:
        print_memory()


def print_faults(count: int) -> None:
    """One line per kind of fault, at a fifth of all requests, and one for all kinds together."""
    expected, _, seconds = run(count, never)
    titles = ("most", 5), ("requests", 9), ("retries", 8), ("re-asks", 8), ("seconds", 8)
    print(f"{'fault':<14} {'whole':>6} {'equal':>6}", *(f"{title:>{width}}" for title, width in titles))
    print(f"{'none':<14} {count:>6} {count:>6} {0:>5} {count:>9} {0:>8} {0:>8} {seconds:>8.1f}")
    for name, kinds in [*((fault, (fault,)) for fault in FAULTS), ("all kinds", FAULTS)]:
        dice = Dice(kinds, share=0.2)
        found, traffic, seconds = run(count, dice)
        whole = sum(claims is not None for claims in found.values())
        equal = sum(claims == expected[name] for name, claims in found.items())
        numbers = f"{traffic.requests:>9} {traffic.retries.total():>8} {traffic.reasks:>8} {seconds:>8.1f}"
        print(f"{name:<14} {whole:>6} {equal:>6} {dice.most:>5} {numbers}", flush=True)


class Dice:
    """A fault for this share of all requests, whichever they are, until an article has met its three."""

    def __init__(self, kinds: tuple[str, ...], share: float) -> None:
        self._kinds, self._share = kinds, share
        self._requests: Counter[int] = Counter()
        self._faults: Counter[int] = Counter()

    @property
    def most(self) -> int:
        """How many faults one article has met at most."""
        return max(self._faults.values(), default=0)

    def __call__(self, article: int, number: int) -> str | None:
        """What befalls the next request about an article."""
        dice = random.Random(f"{article} {self._requests[article]}")
        self._requests[article] += 1
        if dice.random() >= self._share or self._faults[article] == _MOST_FAULTS:
            return None
        self._faults[article] += 1
        return dice.choice(self._kinds)


def run(count: int, fault: Fault, *, sentences: int = 20, keep: bool = True) -> tuple[Found, Traffic, float]:
    """The claims of each article (None of those that are not whole), what went over the wire, and seconds."""
    found: Found = {}
    traffic = Traffic()

    async def go(settings: Settings) -> None:
        async with Endpoint(settings, traffic=traffic) as ask:
            prompt = load_prompt("extract")
            async for extraction in extract_all(articles(count, sentences=sentences), ask, prompt, settings):
                if keep:
                    found[extraction.article_id] = None if extraction.is_partial else extraction.claims

    with FaultyServer(fault, hang_s=3).running() as server:
        started = time.monotonic()
        asyncio.run(go(Settings(model="m", base_url=server.url, concurrency=16, timeout_s=1.5, reasks=3)))
        return found, traffic, time.monotonic() - started


def print_kills(kills: int) -> None:
    """Kill a run of 100 articles at random moments and resume it each time; then compare with a run left alone."""
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as name, FaultyServer(latency_s=0.2).running() as server:
        folder = Path(name)
        path, store = folder / "articles.jsonl", folder / "runs.sqlite"
        path.write_text("".join(article.model_dump_json() + "\n" for article in articles(100)))

        def extract(output: str, *more: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "claimx", "extract", str(path), "--base-url", server.url, "-m", "m"]
            with (folder / output).open("wb") as stdout:
                return subprocess.Popen(
                    [*command, "-f", "jsonl", "--concurrency", "4", *more], stdout=stdout, stderr=subprocess.DEVNULL
                )

        seen: set[str] = set()
        paid_twice = 0
        for _ in range(kills):
            before, known = len(server.received), stored(store)
            process = extract("killed", "--store", str(store))
            wait_until(lambda before=before: len(server.received) > before + dice.randint(0, 5), process)  # type: ignore[misc]
            time.sleep(dice.random() * 0.3)
            process.kill()
            process.wait()
            seen |= whole_lines(folder / "killed")
            paid_twice += len(known & set(server.received[before:]))
        before, known = len(server.received), stored(store)
        to_the_end(extract("resumed", "--store", str(store)))
        paid_twice += len(known & set(server.received[before:]))
        sent = len(server.received)
        to_the_end(extract("alone"))
        alone, resumed = (sorted((folder / output).read_text().splitlines()) for output in ("alone", "resumed"))
        print(f"\n{kills} times killed: {sent} requests for 100 articles, {paid_twice} of them for a stored reply;")
        print(f"the lines of the resumed output are {'' if resumed == alone else 'NOT '}those of a run left alone,")
        are_known = seen <= whole_lines(folder / "alone")
        print(f"and the claims of all killed runs are {'among' if are_known else 'NOT'} its own")


def stored(path: Path) -> set[bytes]:
    """The keys of all replies in a store; none before it is made."""
    if not path.exists():
        return set()
    connection = sqlite3.connect(path)
    try:
        return {key for (key,) in connection.execute("SELECT key FROM replies")}
    except sqlite3.OperationalError:
        return set()
    finally:
        connection.close()


def whole_lines(path: Path) -> set[str]:
    """The ids of the claims in a file whose last line may be cut."""
    lines = path.read_text().split("\n")[:-1]
    return {json.loads(line)["id"] for line in lines}


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait for something, but not longer than the process lives."""
    while not is_so() and process.poll() is None:
        time.sleep(0.01)


def to_the_end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a run that must come to its end."""
    if process.wait() != 0:
        raise SystemExit(f"claimx extract exited with {process.returncode}")


def peak_kib() -> int:
    """The peak resident size of this process; by `getrusage` it would be no less than that of its parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:"))


def print_memory() -> None:
    """Peak resident size of a small and a large run; the server's own is in both."""
    sizes = {}
    for count in (1_000, 10_000):
        command = [sys.executable, "-m", "evals.bench_faults", "--rss-of", str(count)]
        sizes[count] = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024
    (small, large) = sizes.values()
    print(
        f"\npeak resident size: {small:.0f} MiB at 1,000 articles, {large:.0f} MiB at 10,000: {large / small - 1:+.0%}"
    )


if __name__ == "__main__":
    main()
