"""`claimx extract`: articles in, claims out."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimx.cli import options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from claimx.cli.output import Output
    from claimx.runs.store import Store
    from claimx.schema import Article, Extraction
    from claimx.settings import Settings


class Format(StrEnum):
    """How claims are written."""

    table = "table"
    jsonl = "jsonl"
    json = "json"
    csv = "csv"


class Engine(StrEnum):
    """What runs the pipeline."""

    local = "local"
    ray = "ray"


@options.asks_model
def extract(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Article files (.txt .md .html .json .jsonl .parquet), folders, URLs, or - for standard input.",
        ),
    ],
    flags: options.Flags,
    log_level: options.LogLevel = None,
    log_json: options.LogJson = False,
    published: options.Published = None,
    encoding: options.Encoding = "utf-8",
    allow_private: options.AllowPrivate = False,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            "-f",
            help="table (default on a terminal), jsonl (default in a pipe), json (with what was rejected), csv.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
    no_facts: Annotated[
        bool, typer.Option("--no-facts", help="Leave out the facts that the article states itself.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show chunks, requests and estimated tokens; call nothing.")
    ] = False,
    engine: Annotated[
        Engine,
        typer.Option(
            help="What runs it: local, this process; ray, workers on a Ray cluster (pip install 'claimx\\[ray]').",
            rich_help_panel="Engine",
        ),
    ] = Engine.local,
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Ray cluster to join, of which this is a machine: auto, or HOST:PORT.",
            show_default="one of this machine alone",
            rich_help_panel="Engine",
        ),
    ] = None,
) -> None:
    """Extract who said what, each claim tied to the characters that prove it.

    Examples:
        claimx extract article.md

        claimx extract https://example.org/story -m gpt-5

        claimx extract articles/ --base-url http://127.0.0.1:11434/v1 -m qwen3:8b -o claims.jsonl
    """
    from claimx.cli.shell import PARTIAL, errors_to_stderr, note, settings_for

    with errors_to_stderr():
        from claimx.cli.logs import log_to_stderr
        from claimx.cli.reading import Reading

        log_to_stderr(log_level, as_json=log_json)

        reading = Reading(sources, published=published, encoding=encoding, allow_private=allow_private, note=note)
        if dry_run:
            _show_plan(reading.articles(), flags)
            if reading.failed:
                raise typer.Exit(PARTIAL)
            return
        settings = settings_for(flags)
        from claimx.cli.output import open_output

        _check_output(output, sources)
        _check_engine(engine, ray_address, settings)
        articles = reading.articles()
        with (
            open_output(output, format_.value if format_ else None, with_facts=not no_facts) as out,
            _apart(engine),
        ):
            is_whole = _run(articles, settings, out, engine, ray_address, reading.expected())
        if reading.failed or not is_whole:
            raise typer.Exit(PARTIAL)


def _check_output(output: Path | None, sources: list[str]) -> None:
    from claimx.errors import UsageError

    if output and any(source != "-" and Path(source).resolve() == output.resolve() for source in sources):
        raise UsageError(f"{output} is one of the sources; write the claims somewhere else")


def _check_engine(engine: Engine, ray_address: str | None, settings: Settings) -> None:
    from claimx.errors import UsageError

    if ray_address and engine is not Engine.ray:
        raise UsageError("--ray-address names a cluster for --engine ray: add that")
    if engine is Engine.ray and settings.replay:
        raise UsageError("--replay sends nothing, so there is nothing to spread: leave out --engine ray")


def _apart(engine: Engine) -> AbstractContextManager[None]:
    """Keep what Ray says from our output and remarks; entered when these are open."""
    if engine is Engine.local:
        return nullcontext()
    from claimx.cli.quiet import ray_apart

    return ray_apart()


def _run(
    articles: Iterator[Article],
    settings: Settings,
    out: Output,
    engine: Engine,
    ray_address: str | None,
    expected: int | None,
) -> bool:
    """Extract, write as articles end, and sum up on stderr; whether nothing is missing.

    Raises:
        typer.Exit: If the run was stopped before its end, after saying how to go on.
    """
    import asyncio
    import gc

    from claimx.cli.interruption import Interruption
    from claimx.cli.shell import INTERRUPTED, PARTIAL, note
    from claimx.errors import BudgetSpent, Interrupted
    from claimx.runs.stopping import Stop

    stop = Stop(settings.grace_s)
    with Interruption(stop) as interruption:
        from claimx.cli.progress import Progress
        from claimx.model.client import Endpoint
        from claimx.model.prompts import load_prompt
        from claimx.model.traffic import Traffic
        from claimx.runs.journal import noted_run, open_journal
        from claimx.runs.runner import extract_all

        prompt = load_prompt(settings.prompt)
        progress = Progress(expected)
        traffic = Traffic(settings.max_requests, settings.max_tokens_total)

        async def run(store: Store | None) -> None:
            interruption.attend()
            reading = progress.watch(interruption.reading(articles))
            async for extraction in extractions(reading, store):
                if store:
                    store.note_article(extraction)
                out.write(extraction, progress.title_of(extraction.article_id))
                progress.finished(extraction)

        async def extractions(reading: Iterator[Article], store: Store | None) -> AsyncIterator[Extraction]:
            if engine is Engine.ray:
                from claimx.runs.ray import extract_on_ray

                async for extraction in extract_on_ray(
                    reading, prompt, settings, store=store, traffic=traffic, stop=stop, address=ray_address
                ):
                    yield extraction
                return
            async with Endpoint(settings, journal=store, traffic=traffic) as ask:
                # What is loaded by now stays: the garbage collector would hold up all replies to look through it.
                gc.freeze()
                done = extract_all(reading, ask, prompt, settings, on_reply=progress.replied, stop=stop)
                async for extraction in done:
                    yield extraction

        try:
            with progress, open_journal(settings) as store, noted_run(store, settings, str(prompt)):
                asyncio.run(run(store))
                if store:
                    store.end_run("partial" if progress.failures else "done")
        except (BudgetSpent, Interrupted) as error:
            note(f"claimx: {error}; {_how_to_go_on(settings)}")
            raise typer.Exit(INTERRUPTED if isinstance(error, Interrupted) else PARTIAL) from None
        finally:
            if progress.articles:
                progress.sum_up(traffic.retries.total(), traffic)
    return not progress.failures


def _how_to_go_on(settings: Settings) -> str:
    if settings.store:
        return f"the same command goes on from what is in {settings.store}"
    return "replies were not kept: with --store FILE the same command would go on from there"


def _show_plan(articles: Iterator[Article], flags: Mapping[str, Any]) -> None:
    """Chunks, requests and tokens of a run, without any call."""
    from claimx.article.chunks import count_tokens, split_article
    from claimx.cli.shell import settings_from
    from claimx.model.prompts import load_prompt, render
    from claimx.report.tables import count, printable

    settings = settings_from(flags)
    prompt = load_prompt(settings.prompt)
    articles_read = requests = prompt_tokens = text_tokens = 0
    for article in articles:
        chunks = [chunk for chunk in split_article(article, settings.chunk_tokens) if chunk.text.strip()]
        tokens = sum(count_tokens(message["content"]) for chunk in chunks for message in render(prompt, article, chunk))
        text = count_tokens(article.text)
        typer.echo(
            printable(
                f"{article.id}: {count(len(chunks), 'request')}, about {text:,} tokens of text, {tokens:,} of prompt"
            )
        )
        articles_read, requests = articles_read + 1, requests + len(chunks)
        prompt_tokens, text_tokens = prompt_tokens + tokens, text_tokens + text
    typer.echo(
        f"{count(articles_read, 'article')}, {count(requests, 'request')} to {settings.model}: "
        f"about {prompt_tokens:,} prompt tokens ({count_tokens(prompt.system):,} of each request are the same), "
        f"answers about {2 * text_tokens:,} tokens"
    )
