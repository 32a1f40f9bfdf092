"""`claimx gold import`: labels that people corrected in an annotation tool, as gold."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """Where labels come from."""

    labelstudio = "labelstudio"
    brat = "brat"


def import_labels(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="Label Studio's JSON export, or a brat folder.")],
    from_: Annotated[Form, typer.Option("--from", help="The tool that SOURCE comes from.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make, with articles/ and labels/.")],
) -> None:
    """Bring corrected labels back as gold; exit with 1 if something is left to mend.

    That is a label that is not as the guide wants it, or a mark that belongs to no claim: each is named, one on a line.
    What somebody wrote for others to read (comments) is left behind.

    Examples:
        claimx gold import export.json --from labelstudio -o gold/

        claimx gold import brat/ --from brat -o gold/
    """
    from claimx.cli.shell import FAILED, errors_to_stderr, note

    with errors_to_stderr():
        from claimx.errors import InputError
        from claimx.evaluation.datasets import check_labels
        from claimx.report.corrections import read_corrections, write_gold
        from claimx.report.tables import count, printable

        corrected = list(read_corrections(from_.value, source))
        if not corrected:
            raise InputError(str(source), "has no task that anybody annotated")
        write_gold(corrected, output)
        labels = sum(len(item.labels) for item in corrected)
        note(f"{output}: {count(len(corrected), 'article')}, {count(labels, 'label')}")
        problems = [stray for item in corrected for stray in item.strays] + list(check_labels(output))
        for problem in problems:
            typer.echo(printable(str(problem)))
        if problems:
            note(f"{count(len(problems), 'problem')} to mend before these labels are scored against")
            raise typer.Exit(FAILED)
