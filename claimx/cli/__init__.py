"""The command line: one file per command; the only place that prints, exits or reads the environment.

Command modules import typer and the standard library at the top and everything else inside the
function, so that `claimx --help` starts without the model stack.
"""

from __future__ import annotations

import typer

app = typer.Typer(
    name="claimx",
    help="Turn news articles into a ledger of who said what, each line tied to the exact characters that prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Keep the commands named even while there is only one."""


def main() -> None:
    """Run the command line."""
    app()
