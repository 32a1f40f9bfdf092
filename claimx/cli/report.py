"""`claimx report`: a ledger as a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimx.cli import ledger as options


def report(
    claims: options.Claims,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write; - prints it.", allow_dash=True)],
    articles: options.Articles = None,
    title: Annotated[str | None, typer.Option(help="Heading of the page.")] = None,
) -> None:
    """Write one self-contained page: articles with their claims marked, a ledger to filter, pictures.

    Without --articles the claims are listed with the words that prove them, but not marked in their texts.

    Examples:
        claimx report claims.jsonl --articles articles/ -o report.html
    """
    from claimx.cli.shell import errors_to_stderr, note

    with errors_to_stderr():
        from claimx.report.html import to_page
        from claimx.report.tables import count

        ledger = options.read_claims(claims)
        page = to_page(ledger, options.read_texts(ledger, articles), title=title)
        if str(output) == "-":
            typer.echo(page, nl=False)
            return
        options.write_file(output, page)
        note(f"{output}: {count(len(ledger.claims), 'record')} of {count(len(ledger.article_ids), 'article')}")
