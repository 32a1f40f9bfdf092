"""What is measured: claimx, the bare loop and LangExtract, each as a command of its own over the same articles."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimx.article.chunks import split_article
from claimx.article.sources import read_articles
from claimx.model.prompts import load_prompt, render
from claimx.model.wire import by_schema
from evals.bench.measuring import ROOT, Run, run, serving

PEER = "langextract==1.7.1"
# LangExtract's own default is 1,000 characters a request.
CHUNK_TOKENS, BUFFER_CHARS = 250, 1000
_BENCH = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    """The same work for every system: articles, and a server with its latency."""

    articles: Path
    requests: Path
    latency_s: tuple[float, ...]
    concurrency: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one system took for one case; `ideal_s` is the sum of all latencies over the concurrency."""

    run: Run
    requests: int
    connections: int
    ideal_s: float

    @property
    def wall_over_ideal(self) -> float:
        """1 if no slot was ever empty and nothing but the server took time."""
        return self.run.wall_s / self.ideal_s

    @property
    def cpu_s_per_1000(self) -> float:
        """Processor seconds of the whole process, its start included, for 1,000 requests."""
        return 1000 * self.run.cpu_s / self.requests


System = Callable[[Case, str], list[str | Path]]


def claimx(case: Case, url: str) -> list[str | Path]:
    """The command that people use. The mode is named, since trying out what a server can do takes requests, too."""
    return [
        sys.executable, "-m", "claimx", "extract", case.articles, "--base-url", url, "-m", "bench",
        "--mode", "json_schema", "--chunk-tokens", str(CHUNK_TOKENS), "--concurrency", str(case.concurrency),
        "-f", "jsonl", "-o", case.articles.with_suffix(".claims.jsonl"),
    ]  # fmt: skip


def bare(case: Case, url: str) -> list[str | Path]:
    """AsyncOpenAI over the requests that claimx would send, made beforehand."""
    return [sys.executable, _BENCH / "bare.py", url, str(case.concurrency), case.requests]


def langextract(python: Path, *, is_tuned: bool) -> System:
    """LangExtract with as many workers; tuned, its batches are as long as there are workers, which is best for it."""

    def command(case: Case, url: str) -> list[str | Path]:
        batch_length = str(case.concurrency if is_tuned else 0)
        return [python, _BENCH / "peer.py", url, str(case.concurrency), batch_length, str(BUFFER_CHARS), case.articles]

    return command


def measure(system: System, case: Case) -> Outcome:
    """Run a system once, on a server of its own."""
    with serving(case.latency_s) as server:
        done = run(system(case, server.url))
        seen = server.stats()
    return Outcome(done, seen["requests"], seen["connections"], seen["waited_s"] / case.concurrency)


def compare(systems: dict[str, System], case: Case, rounds: int) -> dict[str, list[Outcome]]:
    """All systems in turn, round by round, so that what else the machine does hits them alike."""
    outcomes: dict[str, list[Outcome]] = {name: [] for name in systems}
    for _ in range(rounds):
        for name, system in systems.items():
            outcomes[name].append(measure(system, case))
    return outcomes


def median(outcomes: Sequence[Outcome], figure: Callable[[Outcome], float]) -> float:
    """The median of one figure over the rounds."""
    return statistics.median(map(figure, outcomes))


def prompts_of(system: System, case: Case) -> list[list[dict[str, Any]]]:
    """The messages of all requests that a system sends."""
    with serving((0.0,), keeps_prompts=True) as server:
        run(system(case, server.url))
        prompts: list[list[dict[str, Any]]] = server.stats()["prompts"]
    return prompts


def write_requests(path: Path, articles: Path, chunk_tokens: int = CHUNK_TOKENS) -> Path:
    """The bodies of the requests that claimx sends for some articles, one a line."""
    prompt = load_prompt("extract")
    with path.open("w", encoding="utf-8") as file:
        for article in read_articles(str(articles)):
            for chunk in split_article(article, chunk_tokens):
                if chunk.text.strip():
                    body = {"model": "bench", "messages": render(prompt, article, chunk), "temperature": 0}
                    file.write(json.dumps(body | by_schema()) + "\n")
    return path


def peer_python(folder: Path | None) -> Path | None:
    """The interpreter of an environment with LangExtract, made if there is none; None if nobody asked for it."""
    if folder is None:
        return None
    python = (ROOT / folder).absolute() / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER, "openai"], check=True)
    return python
