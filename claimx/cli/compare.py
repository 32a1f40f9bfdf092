"""`claimx compare`: two evaluations on the same gold, figure by figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A result of claimx eval --json.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another, on the same gold.")],
) -> None:
    """Show by how much B differs from A, with 95 % intervals, and where there is no evidence of a difference."""
    from claimx.cli.shell import errors_to_stderr

    with errors_to_stderr():
        from claimx.evaluation.compare import compare_results
        from claimx.evaluation.result import read_result
        from claimx.evaluation.terminal import make_console, write_differences

        results = read_result(first), read_result(second)
        write_differences(make_console(), *results, compare_results(*results))
