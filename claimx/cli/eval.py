"""`claimx eval`: how good a model is on labelled articles, with intervals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimx.cli import options

if TYPE_CHECKING:
    from claimx.evaluation.gates import Gate, GateOutcome
    from claimx.evaluation.gold import Dataset
    from claimx.evaluation.predictions import Predictions
    from claimx.evaluation.result import Result, Run
    from claimx.evaluation.scoring import ArticleScore
    from claimx.evaluation.suite import Suite, SuiteSystem
    from claimx.runs.store import Store
    from claimx.schema import Extraction

_REPORTS = "Reports"
# What may change the figures. Neither keys nor addresses: results are published.
_RECORDED_SETTINGS = {
    "model", "mode", "prompt", "chunk_tokens", "reasks", "temperature", "top_p", "seed", "max_output_tokens",
}  # fmt: skip


class Show(StrEnum):
    """What to print besides the figures."""

    errors = "errors"


@options.asks_model
def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(
            metavar="GOLD",
            help="A folder with articles/ and labels/, a PolNeAR or brat folder, PolNeAR JSON Lines, or a .toml suite.",
        ),
    ],
    flags: options.Flags,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help="Score these claims (JSON Lines of article_id, kind, content, speaker and more) and run no model."
        ),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Exit with 4 if a figure, from 0 to 1, is lower. May be repeated."),
    ] = None,
    show: Annotated[Show | None, typer.Option(help="Also print every error, article by article.")] = None,
    json_: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Write the whole result, for claimx compare; - prints it instead of the table.",
            rich_help_panel=_REPORTS,
            allow_dash=True,
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="Write JUnit XML: a case per article and gate.", rich_help_panel=_REPORTS)
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page that shows every error in its article.", rich_help_panel=_REPORTS),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write Markdown, for a pull request.", rich_help_panel=_REPORTS)
    ] = None,
) -> None:
    """Score a model, or anybody's predictions, against labelled articles.

    Examples:
        claimx eval seeds/

        claimx eval seeds/ -m gpt-5 --json gpt-5.json --fail-under attribution_f1=0.50

        claimx eval seeds/ --predictions claims.jsonl --show errors
    """
    from claimx.cli.shell import GATE_FAILED, PARTIAL, errors_to_stderr

    with errors_to_stderr():
        from claimx.evaluation.datasets import read_dataset
        from claimx.evaluation.gates import parse_gate

        suite = _suite(gold, predictions, flags)
        gates = (*suite.gates, *(parse_gate(text) for text in fail_under or ()))
        reports = Reports(json_, junit, html, markdown, show is not None, several=len(suite.systems) > 1)
        reports.check()
        dataset = read_dataset(suite.gold)
        exit_codes = {_evaluate(dataset, system, flags, gates, reports) for system in suite.systems}
        for code in (GATE_FAILED, PARTIAL):
            if code in exit_codes:
                raise typer.Exit(code)


@dataclass(frozen=True)
class Reports:
    """Where results go: the terminal, and files whose names carry the system's name if there are several."""

    json: Path | None
    junit: Path | None
    html: Path | None
    markdown: Path | None
    with_errors: bool
    several: bool

    def check(self) -> None:
        """Refuse what could not be written, before a model is paid for it."""
        from claimx.errors import UsageError

        paths = [path for path in (self.json, self.junit, self.html, self.markdown) if path and path != Path("-")]
        for path in paths:
            if path.is_dir() or not path.absolute().parent.is_dir():
                raise UsageError(f"{path} cannot be written: {'a folder' if path.is_dir() else 'no such folder'}")
        if len({path.absolute() for path in paths}) < len(paths):
            raise UsageError("two reports would be written to the same file")

    def write(self, result: Result, scores: Sequence[ArticleScore], gates: Sequence[GateOutcome]) -> None:
        """Write one system's result everywhere it is wanted."""
        from claimx.evaluation.html import to_html
        from claimx.evaluation.junit import to_junit
        from claimx.evaluation.markdown import to_markdown
        from claimx.evaluation.result import to_json
        from claimx.evaluation.terminal import make_console, write_errors, write_result

        to_stdout = self.json == Path("-")
        self._write(None if to_stdout else self.json, result, lambda: to_json(result))
        self._write(self.junit, result, lambda: to_junit(result, gates))
        self._write(self.html, result, lambda: to_html(result, scores, gates))
        self._write(self.markdown, result, lambda: to_markdown(result, gates))
        if to_stdout:
            typer.echo(to_json(result), nl=False)
            return
        console = make_console()
        write_result(console, result)
        if self.with_errors:
            write_errors(console, scores)

    def _write(self, path: Path | None, result: Result, make: Callable[[], str]) -> None:
        from claimx.errors import UsageError

        if path is None:
            return
        if self.several:
            name = re.sub(r"[^\w.-]+", "-", result.system.name).strip("-.")
            path = path.with_name(f"{path.stem}-{name}{path.suffix}")
        try:
            path.write_text(make(), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path} cannot be written ({error.strerror})") from None


def _suite(gold: Path, predictions: Path | None, flags: dict[str, Any]) -> Suite:
    from claimx.errors import UsageError
    from claimx.evaluation.suite import Suite, SuiteSystem, read_suite

    if predictions and flags:
        raise UsageError(
            f"--predictions runs no model: leave out --{next(iter(flags)).removesuffix('_s').replace('_', '-')}"
        )
    if gold.suffix != ".toml":
        return Suite(gold, (), (SuiteSystem(None, predictions, {}),))
    if predictions:
        raise UsageError("a suite names its systems: leave out --predictions")
    return read_suite(gold)


def _evaluate(
    dataset: Dataset, system: SuiteSystem, flags: dict[str, Any], gates: Sequence[Gate], reports: Reports
) -> int:
    """Evaluate one system, report it, and return its exit code."""
    from claimx.cli.shell import GATE_FAILED, PARTIAL, note
    from claimx.evaluation.gates import apply_gates
    from claimx.evaluation.predictions import of_claims, read_predictions
    from claimx.evaluation.result import Run, build_result
    from claimx.evaluation.scoring import score_dataset

    if system.predictions:
        predictions = read_predictions(system.predictions)
        run = Run(name=system.name or system.predictions.name)
        _note_strays(dataset, predictions, str(system.predictions))
    else:
        run = _run_model(dataset, {**system.settings, **flags}, system.name)
        predictions = of_claims(claim for extraction in run.extractions for claim in extraction.claims)
    scores = score_dataset(dataset, predictions)
    result = build_result(dataset, predictions, scores, run)
    verdicts = apply_gates(result, gates)
    reports.write(result, scores, verdicts)
    failed = [verdict for verdict in verdicts if not verdict.is_passed]
    for verdict in failed:
        note(f"gate failed: {verdict}")
    if failed:
        return GATE_FAILED
    return PARTIAL if any(extraction.is_partial for extraction in run.extractions) else 0


def _note_strays(dataset: Dataset, predictions: Predictions, source: str) -> None:
    """Say so when predictions are about other articles; refuse when all are."""
    from claimx.cli.shell import note
    from claimx.errors import GoldError
    from claimx.report.tables import count

    known = {item.article.id for item in dataset.articles}
    strays = sorted(predictions.by_article.keys() - known)
    if strays and len(strays) == len(predictions.by_article):
        raise GoldError(source, "file", f"no article_id is one of {dataset.name}: {strays[0]!r} is not")
    lengths = {item.article.id: len(item.article.text) for item in dataset.articles}
    for article_id, items in predictions.by_article.items():
        for span in (span for item in items for span in item.spans if span.end > lengths.get(article_id, span.end)):
            raise GoldError(
                source,
                f"article {article_id}",
                f"{span.start}:{span.end} ends past its {lengths[article_id]:,} characters; offsets are those of the "
                "text below the front matter, in Unicode code points",
            )
    if strays:
        note(f"{source}: {count(len(strays), 'article')} not in {dataset.name} left out, {strays[0]!r} among them")


def _run_model(dataset: Dataset, flags: Mapping[str, Any], name: str | None) -> Run:
    """Extract the claims of all articles, with progress on stderr."""
    import asyncio
    import time

    from claimx.cli.progress import Progress
    from claimx.cli.shell import settings_for
    from claimx.evaluation.result import Run
    from claimx.model.client import Endpoint
    from claimx.model.prompts import load_prompt
    from claimx.runs.journal import open_journal
    from claimx.runs.runner import extract_all

    settings = settings_for(flags)
    prompt = load_prompt(settings.prompt)
    progress = Progress()
    articles = progress.watch(item.article for item in dataset.articles)
    extractions: list[Extraction] = []

    async def run(journal: Store | None) -> int:
        async with Endpoint(settings, journal=journal) as ask:
            async for extraction in extract_all(articles, ask, prompt, settings, on_reply=progress.replied):
                extractions.append(extraction)
                progress.finished(extraction)
            return ask.retries

    started = time.monotonic()
    with progress, open_journal(settings) as journal:
        retries = asyncio.run(run(journal))
    seconds = time.monotonic() - started
    progress.sum_up(retries)
    # They come as they are done, which is another order every time.
    order = {item.article.id: number for number, item in enumerate(dataset.articles)}
    extractions.sort(key=lambda extraction: order[extraction.article_id])
    kept = settings.model_dump(mode="json", include=_RECORDED_SETTINGS)
    return Run(name or settings.model, str(prompt), kept, tuple(extractions), retries, seconds)
