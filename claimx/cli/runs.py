"""`claimx runs`: what a store holds of the runs that wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from claimx.runs.store import RunRecord

runs = typer.Typer(help="List, show and forget the runs in a store.", no_args_is_help=True)

StoreFile = Annotated[
    Path, typer.Argument(metavar="STORE", help="The file that --store named.", envvar="CLAIMX_STORE", show_envvar=True)
]


@runs.command("list")
def list_(store: StoreFile) -> None:
    """List all runs, the latest last."""
    from claimx.cli.shell import errors_to_stderr

    with errors_to_stderr():
        from claimx.report.tables import printable
        from claimx.runs.store import open_store

        with open_store(store, "all") as opened:
            rows = [_cells(run) for run in opened.runs()]
        titles = ["run", "started (UTC)", "status", "articles", "partial", "claims", "paid", "model"]
        widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
        for row in (titles, *rows):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            typer.echo(printable(line.rstrip()))


@runs.command()
def show(
    store: StoreFile, run: Annotated[int | None, typer.Argument(help="Its number; by default the last.")] = None
) -> None:
    """Show one run and its articles, those that are not whole first."""
    from claimx.cli.shell import errors_to_stderr

    with errors_to_stderr():
        from claimx.errors import UsageError
        from claimx.report.tables import count, printable
        from claimx.runs.store import open_store

        with open_store(store, "all") as opened:
            known = {record.id: record for record in opened.runs()}
            record = known.get(max(known, default=0) if run is None else run)
            if record is None:
                raise UsageError(f"{store} holds no run {'at all' if run is None else run}")
            for name, value in (
                ("run", f"{record.id}, {_status(record)}"),
                ("started", record.started),
                ("ended", record.ended or "no"),
                ("model", f"{record.model} at {record.endpoint}"),
                ("prompt", record.prompt),
                ("paid", count(record.paid, "reply", "replies")),
                ("articles", f"{record.articles:,}, {record.partial:,} of them partial"),
            ):
                typer.echo(printable(f"{name + ':':<10}{value}"))
            for article in opened.articles(record.id):
                lack = f", {count(article.failures, 'chunk')} missing: {article.problem}" if article.failures else ""
                counts = f"{count(article.claims, 'claim or fact', 'claims and facts')}, {article.rejected} rejected"
                typer.echo(printable(" ".join(f"  {article.id}: {counts}{lack}".split("\n"))))


@runs.command()
def prune(
    store: StoreFile,
    keep: Annotated[int, typer.Option(min=0, help="How many of the latest runs to keep.")],
) -> None:
    """Forget old runs, and the replies that none of the others used."""
    from claimx.cli.shell import errors_to_stderr, note

    with errors_to_stderr():
        from claimx.report.tables import count
        from claimx.runs.store import open_store

        before = store.stat().st_size if store.exists() else 0
        with open_store(store, must_exist=True) as opened:
            forgotten, replies = opened.prune(keep)
        freed = max(0, before - store.stat().st_size)
        note(f"{count(forgotten, 'run')} and {count(replies, 'reply', 'replies')} forgotten, {freed:,} bytes freed")


def _cells(run: RunRecord) -> list[str]:
    counts = (run.articles, run.partial, run.claims, run.paid)
    return [str(run.id), run.started[:19].replace("T", " "), _status(run), *map(str, counts), run.model]


def _status(run: RunRecord) -> str:
    return run.status if run.ended else "not ended"
