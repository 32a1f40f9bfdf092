"""`claimx verify`: every span proved against the text, with no model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimx.cli import ledger as options

if TYPE_CHECKING:
    from claimx.claims.verifying import ClaimProof


class Format(StrEnum):
    """How proofs are written."""

    table = "table"
    jsonl = "jsonl"


def verify(
    claims: options.Claims,
    articles: Annotated[
        list[str],
        typer.Option("--articles", "-a", help="The articles as they are now: file, folder or URL. May be repeated."),
    ],
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format", "-f", help="table of what does not hold (on a terminal), or jsonl of every claim (in a pipe)."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the claims that are still there here, at their new offsets."),
    ] = None,
) -> None:
    """Prove every span of every claim against the articles; exit with 1 unless all hold.

    A claim is exact, normalized (only white space, quote marks or dashes differ), moved (the words stand elsewhere
    now), gone, or unread (its article was not found). The first two hold. A claim is as good as its worst span.

    Examples:
        claimx verify claims.jsonl --articles articles/

        claimx verify old.jsonl --articles articles/ -o updated.jsonl
    """
    from claimx.cli.shell import FAILED, errors_to_stderr, note

    with errors_to_stderr():
        from claimx.claims.verifying import ArticleText, verify_claim
        from claimx.report.proofs import advise, proof_line, summarise
        from claimx.report.tables import claim_line

        ledger = options.read_claims(claims)
        texts = {name: ArticleText(article) for name, article in options.read_texts(ledger, articles).items()}
        proofs = [verify_claim(claim, texts.get(claim.article_id)) for claim in ledger.claims]
        if (format_ or (Format.table if sys.stdout.isatty() else Format.jsonl)) is Format.jsonl:
            for proof in proofs:
                typer.echo(proof_line(proof))
        else:
            _print_table(proofs)
        if output:
            options.write_file(output, "".join(claim_line(proof.updated) + "\n" for proof in proofs if proof.updated))
        note(summarise(proofs))
        for sentence in advise(proofs):
            note(sentence)
        if not all(proof.holds for proof in proofs):
            raise typer.Exit(FAILED)


def _print_table(proofs: Sequence[ClaimProof]) -> None:
    from rich.console import Console

    from claimx.report.proofs import write_proofs

    if broken := [proof for proof in proofs if proof.status != "exact"]:
        write_proofs(Console(highlight=False, markup=False), broken)
