"""The command line: one file per command; the only place that prints, exits or reads the environment.

Command modules import typer and the standard library at the top and everything else inside the
function, so that `claimx --help` starts without the model stack.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from claimx.cli.batch import batch
from claimx.cli.compare import compare
from claimx.cli.config import config
from claimx.cli.doctor import doctor
from claimx.cli.eval import evaluate
from claimx.cli.export import export
from claimx.cli.extract import extract
from claimx.cli.gold import gold
from claimx.cli.report import report
from claimx.cli.runs import runs
from claimx.cli.serve import serve
from claimx.cli.show import show
from claimx.cli.verify import verify

app = typer.Typer(
    name="claimx",
    help="Turn news articles into a ledger of who said what, each line tied to the exact characters that prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


app.command()(extract)
app.command("eval")(evaluate)
app.command()(compare)
app.command()(doctor)
app.command()(serve)
app.command()(export)
app.command()(report)
app.command()(show)
app.command()(verify)
app.add_typer(batch, name="batch")
app.add_typer(config, name="config")
app.add_typer(gold, name="gold")
app.add_typer(runs, name="runs")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from claimx import __version__

        typer.echo(f"claimx {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    # Python looks for cycles after every 700 new objects, which takes a tenth of a run.
    gc.set_threshold(20_000, 10, 10)
    # Libraries log what went wrong in pages and replies; what of it matters comes as an error of ours.
    logging.getLogger().addHandler(logging.NullHandler())
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Data is UTF-8 wherever it goes; only a terminal knows better what it can show.
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="backslashreplace")
    elif sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the process
    app()
