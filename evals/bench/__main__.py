"""What claimx costs, beside a bare AsyncOpenAI loop and beside LangExtract, on one server and the same articles.

    python -m evals.bench [--quick] [--peers [FOLDER]] [--json FILE]

Every figure is a ratio or a size, since seconds belong to a machine; where there are several rounds, systems take turns
and the median counts. `--quick` shows in half a minute that all of it works, with fewer and shorter requests: its
ratios hold the start of the process, too, and are none to quote. `--peers` makes an environment for LangExtract.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from claimx.article.sources import read_article
from evals.bench.answer_size import bytes_per_label
from evals.bench.articles import write_articles
from evals.bench.measuring import ROOT, run, serving
from evals.bench.systems import (
    Case,
    Outcome,
    System,
    bare,
    claimx,
    compare,
    langextract,
    measure,
    median,
    peer_python,
    prompts_of,
    write_requests,
)
from evals.bench.tokens import Tokenizer, tokenizer

SEED = ROOT / "seeds" / "articles" / "00-borrell-lavrov.md"
_ONE_REQUEST_CHARS = 600
CLAIMX, BARE, PEER, TUNED = "claimx", "bare loop", "LangExtract", "LangExtract, tuned"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    articles: int
    article_chars: int
    latency_s: float
    concurrency: int
    spread_articles: int
    spread_s: tuple[float, float]
    rounds: int
    many_articles: int
    starts: int


FULL = Plan(200, 5600, 0.2, 64, 60, (0.05, 0.95), 3, 10_000, 5)
QUICK = Plan(6, 4000, 0.05, 8, 2, (0.01, 0.09), 1, 12, 1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: claimx's value, what the others have, and the most that it is to be."""

    name: str
    value: float
    others: dict[str, float | None]
    aim: float | None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is reached; None without one."""
        return None if self.aim is None else self.value <= self.aim


class Bench:
    """The measurements of one plan, in a folder for articles and requests."""

    def __init__(self, plan: Plan, folder: Path, peer: Path | None) -> None:
        self._plan = plan
        self._folder = folder
        self._peers: dict[str, System] = {}
        if peer:
            self._peers = {PEER: langextract(peer, is_tuned=False), TUNED: langextract(peer, is_tuned=True)}

    def case(
        self, name: str, count: int, latency_s: tuple[float, ...], concurrency: int, characters: int | None = None
    ) -> Case:
        """So many articles, and the requests that claimx makes of them."""
        characters = characters or self._plan.article_chars
        articles = write_articles(self._folder / f"{name}.jsonl", count, characters=characters)
        requests = write_requests(self._folder / f"{name}.requests.jsonl", articles)
        return Case(articles, requests, latency_s, concurrency)

    def throughput(self) -> list[Figure]:
        """Wall time, processor time and memory of many requests with a fixed latency."""
        plan = self._plan
        case = self.case("fixed", plan.articles, (plan.latency_s,), plan.concurrency)
        outcomes = compare({CLAIMX: claimx, BARE: bare, **self._peers}, case, plan.rounds)
        one = self.case("one", 1, (0.0,), plan.concurrency)
        starts = {name: measure(system, one).run.cpu_s for name, system in ((CLAIMX, claimx), (BARE, bare))}
        wall = {name: median(each, lambda outcome: outcome.wall_over_ideal) for name, each in outcomes.items()}
        cpu = {name: median(each, lambda outcome: outcome.cpu_s_per_1000) for name, each in outcomes.items()}
        memory = {name: median(each, lambda outcome: outcome.run.rss_mb) for name, each in outcomes.items()}
        few, many = (
            measure(claimx, self.case(f"{count}", count, (0.0,), plan.concurrency, _ONE_REQUEST_CHARS)).run.rss_mb
            for count in (plan.articles, plan.many_articles)
        )
        requests = outcomes[CLAIMX][0].requests
        what = f"{requests:,} requests, {1000 * plan.latency_s:g} ms, {plan.concurrency} at a time"
        net = {
            name: median(outcomes[name], lambda outcome, name=name: _net_cpu(outcome, starts[name]))  # type: ignore[misc]
            for name in starts
        }
        return [
            self._figure("wall ÷ ideal", wall, 1.25 * wall[BARE], what),
            self._figure("processor seconds per 1,000 requests", cpu, 1.5 * cpu[BARE], "start included"),
            self._figure("the same, start left out", net, 1.5 * net[BARE], "less the run of one article"),
            self._figure("connections", _connections(outcomes), 2 * plan.concurrency, "idle ones are closed after 5 s"),
            self._figure(f"peak memory at {plan.articles:,} articles, MiB", memory, 150),
            Figure(
                f"peak memory, {plan.many_articles:,} ÷ {plan.articles:,} articles",
                many / few,
                {},
                1.2,
                f"{many:.0f} and {few:.0f} MiB; one request each",
            ),
        ]

    def spread(self) -> Figure:
        """Wall time where some replies take many times as long as others."""
        plan = self._plan
        case = self.case("spread", plan.spread_articles, plan.spread_s, 10)
        outcomes = compare({CLAIMX: claimx, BARE: bare, **self._peers}, case, plan.rounds)
        wall = {name: median(each, lambda outcome: outcome.wall_over_ideal) for name, each in outcomes.items()}
        low, high = (f"{1000 * seconds:g}" for seconds in plan.spread_s)
        return self._figure("wall ÷ ideal", wall, 1.15, f"{low} to {high} ms, 10 at a time")

    def event_loop(self) -> list[Figure]:
        """How long one step on the event loop takes of the processor."""
        plan = self._plan
        usual = self.case("usual", max(plan.articles // 2, 4), (0.02,), 16)
        long = self._folder / "long.jsonl"
        longest = 50 * plan.article_chars
        write_articles(long, 2, characters=longest)
        steps = {CLAIMX: self._steps("claimx", usual.articles), BARE: self._steps("bare", usual.requests)}
        slowest = self._steps("claimx", long)
        return [
            self._figure("longest step on the event loop, ms", {k: v["step_max_ms"] for k, v in steps.items()}, None),
            self._figure("the same, 99th percentile", {k: v["step_p99_ms"] for k, v in steps.items()}, 10),
            Figure("longest step, long articles, ms", slowest["step_max_ms"], {}, 20, f"{longest:,} characters"),
        ]

    def _steps(self, kind: str, path: Path) -> dict[str, float]:
        with serving((0.02,)) as server:
            command: list[str | Path] = [sys.executable, "-m", "evals.bench.heartbeat", kind, server.url, "16", path]
            steps: dict[str, float] = json.loads(run(command).output.splitlines()[-1])
        return steps

    def start(self) -> list[Figure]:
        """What a command takes that asks no model, beside the import of the library it is written with."""
        article = write_articles(self._folder / "start.jsonl", 1, characters=2000)
        claims = self._folder / "start.claims.jsonl"
        run([sys.executable, "-m", "claimx", "extract", article, "-o", claims])
        commands: dict[str, list[str | Path]] = {
            "typer": [sys.executable, "-c", "import typer"],
            "claimx --help": [sys.executable, "-m", "claimx", "--help"],
            "claimx verify": [sys.executable, "-m", "claimx", "verify", claims, "--articles", article],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(self._plan.starts + 1):
            for name, command in commands.items():
                seconds[name].append(run(command).cpu_s)
        # The first round only warms up the disk.
        medians = {name: statistics.median(each[1:]) for name, each in seconds.items()}
        return [
            Figure(f"{name} ÷ import typer", medians[name] / medians["typer"], {}, 3, "processor seconds")
            for name in ("claimx --help", "claimx verify")
        ]

    def tokens(self) -> list[Figure]:
        """What the real article costs in prompt, and how much of that is the same in every request."""
        count = tokenizer()
        article = read_article(str(SEED))
        source = self._folder / "seed.jsonl"
        source.write_text(json.dumps({"id": article.id, "text": article.text}) + "\n", encoding="utf-8")
        case = Case(source, source, (0.0,), 4)
        prompts = prompts_of(_by_default, case)
        own, sent = count.count(article.text), _sent(count, prompts)
        fixed = (sent - own) / len(prompts)
        peers: dict[str, float | None] = {PEER: None}
        if self._peers:
            peers = {PEER: _sent(count, prompts_of(self._peers[PEER], case))}
        schema = count.count(json.dumps(_schema_sent(), separators=(",", ":")))
        naive, wire = bytes_per_label(ROOT / "seeds")
        unit = f"tokens of {count.name}"
        return [
            Figure("prompt of the real article", sent, peers, 1.5 * own + 1200, f"{unit}; its own are {own:,}"),
            Figure("the same in every request", fixed, {}, 1200, f"{unit}; the schema, where it counts, {schema} more"),
            Figure("answer, bytes per claim or fact", wire, {"spelt out": naive}, None, "perfect answers for seeds/"),
        ]

    def _figure(self, name: str, values: dict[str, float], aim: float | None, note: str = "") -> Figure:
        others: dict[str, float | None] = {other: value for other, value in values.items() if other != CLAIMX}
        return Figure(name, values[CLAIMX], others if self._peers else others | {PEER: None}, aim, note)


def _by_default(case: Case, url: str) -> list[str | Path]:
    """Claimx as it comes: its own size of chunks."""
    return [
        sys.executable, "-m", "claimx", "extract", case.articles, "--base-url", url, "-m", "bench",
        "--mode", "json_schema",
    ]  # fmt: skip


def _schema_sent() -> object:
    from claimx.schema import Answer

    return Answer.model_json_schema()


def _sent(count: Tokenizer, prompts: list[list[dict[str, str]]]) -> int:
    return sum(count.count(message["content"]) for messages in prompts for message in messages)


def _net_cpu(outcome: Outcome, start_s: float) -> float:
    return 1000 * (outcome.run.cpu_s - start_s) / outcome.requests


def _connections(outcomes: dict[str, list[Outcome]]) -> dict[str, float]:
    return {name: median(each, lambda outcome: outcome.connections) for name, each in outcomes.items()}


def table(figures: list[Figure]) -> str:
    """The figures for people, one a line."""
    lines = [f"{'':<44}{CLAIMX:>9}{'aim ≤':>9}  others"]
    for figure in figures:
        aim = "" if figure.aim is None else _shown(figure.aim)
        verdict = {True: "", False: "  MISSED", None: ""}[figure.is_met]
        others = ", ".join(
            f"{name} {'not installed' if value is None else _shown(value)}" for name, value in figure.others.items()
        )
        lines.append(f"{figure.name:<44}{_shown(figure.value):>9}{aim:>9}  {others}{verdict}".rstrip())
        if figure.note:
            lines.append(f"  ({figure.note})")
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def main() -> None:
    """Measure, print the table, write the JSON."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    options.add_argument("--quick", action="store_true", help="a small run that shows that everything works")
    options.add_argument(
        "--peers", nargs="?", const=Path("build/peers"), type=Path, metavar="FOLDER",
        help="measure LangExtract, too, in an environment in this folder (build/peers), made if there is none",
    )  # fmt: skip
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(QUICK if given.quick else FULL, Path(name), peer_python(given.peers))
        figures = [*bench.throughput(), bench.spread(), *bench.event_loop(), *bench.start(), *bench.tokens()]
    print(table(figures))
    if given.json:
        record = [asdict(figure) | {"is_met": figure.is_met} for figure in figures]
        given.json.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
