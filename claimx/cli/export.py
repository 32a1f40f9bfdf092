"""`claimx export`: a ledger in the forms that other tools read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from claimx.cli import ledger as options


class Form(StrEnum):
    """What a ledger can be written as."""

    csv = "csv"
    parquet = "parquet"
    duckdb = "duckdb"
    jsonld = "jsonld"
    webannotation = "webannotation"
    labelstudio = "labelstudio"
    brat = "brat"


def export(
    claims: options.Claims,
    to: Annotated[Form, typer.Option("--to", "-t", help="The form to write.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write, for brat a folder; by default standard output."),
    ] = None,
    articles: options.Articles = None,
) -> None:
    """Write claims as a spreadsheet, a database, linked data, or tasks for annotators.

    labelstudio and brat need --articles; parquet and duckdb take them into a table of their own, webannotation for what
    stands around a quotation, jsonld for what is known of an article.

    Examples:
        claimx export claims.jsonl --to duckdb --articles articles/ -o claims.duckdb

        claimx export claims.jsonl --to labelstudio --articles articles/ -o tasks.json
    """
    from claimx.cli.shell import errors_to_stderr, note

    with errors_to_stderr():
        from claimx.errors import UsageError
        from claimx.report.exports import FILE_FORMS, NEED_ARTICLES, export_text, write_export
        from claimx.report.tables import count

        path = None if output is None or str(output) == "-" else output
        if to.value in NEED_ARTICLES and not articles:
            raise UsageError(f"--to {to.value} shows claims in their texts: pass --articles")
        if to.value in FILE_FORMS and path is None:
            raise UsageError(f"--to {to.value} writes files: pass --output")
        ledger = options.read_claims(claims)
        texts = options.read_texts(ledger, articles)
        if path is None:
            typer.echo(export_text(ledger, texts, to.value), nl=False)
            return
        written = write_export(ledger, texts, to.value, path)
        note(f"{', '.join(map(str, written[:3]))}: {count(len(ledger.claims), 'record')}")
