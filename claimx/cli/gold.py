"""`claimx gold`: labels that people made, checked before they are scored against."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimx.cli.gold_import import import_labels

gold = typer.Typer(help="Check gold labels of your own, and bring corrected ones in.", no_args_is_help=True)
gold.command("import")(import_labels)


@gold.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder with articles/ and labels/.")],
) -> None:
    """Print everything that is wrong with a folder of labels, one line each; exit with 1 if anything is."""
    from claimx.cli.shell import FAILED, errors_to_stderr, note

    with errors_to_stderr():
        from claimx.evaluation.datasets import check_labels, read_dataset
        from claimx.report.tables import count, printable

        problems = list(check_labels(folder))
        for problem in problems:
            typer.echo(printable(str(problem)))
        if problems:
            note(f"{count(len(problems), 'problem')}; what each field means is in the labelling guide")
            raise typer.Exit(FAILED)
        dataset = read_dataset(folder)
        labels = sum(len(item.labels) for item in dataset.articles)
        note(f"{count(len(dataset.articles), 'article')}, {count(labels, 'label')}: nothing wrong")


@gold.command()
def schema() -> None:
    """Print the JSON Schema of a label file, for editors and validators."""
    import json

    from claimx.evaluation.gold import label_schema

    typer.echo(json.dumps(label_schema(), indent=2, ensure_ascii=False))
