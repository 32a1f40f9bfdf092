"""`claimx show`: one claim in its paragraph, the evidence underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimx.cli import ledger as options

if TYPE_CHECKING:
    from claimx.report.ledger import Ledger
    from claimx.schema import Claim


def show(
    claims: options.Claims,
    id_: Annotated[str, typer.Argument(metavar="ID", help="The claim's id, or enough of its beginning.")],
    articles: options.Articles = None,
) -> None:
    """Print a claim in its paragraph, with the evidence underlined.

    Examples:
        claimx show claims.jsonl c-3f2a --articles articles/
    """
    from claimx.cli.shell import errors_to_stderr, note

    with errors_to_stderr():
        from rich.console import Console

        from claimx.claims.verifying import ArticleText, verify_claim
        from claimx.report.paragraph import write_claim

        ledger = options.read_claims(claims)
        claim = _find(ledger, id_)
        article = options.read_texts(ledger, articles).get(claim.article_id)
        proof = verify_claim(claim, ArticleText(article) if article else None)
        if proof.updated and proof.status == "moved":
            note("the text has changed; shown where the words stand now")
        elif proof.status == "gone":
            note("not all of the evidence is in this text any more; shown without it")
        shown = proof.updated or claim
        write_claim(Console(highlight=False, markup=False), shown, article.text if article and proof.updated else None)


def _find(ledger: Ledger, wanted: str) -> Claim:
    """The claim with this id, or the only one whose id begins so."""
    from claimx.errors import UsageError
    from claimx.report.tables import count

    found = {claim.id: claim for claim in ledger.claims if claim.id.startswith(wanted)}
    if wanted in found:
        return found[wanted]
    if len(found) != 1:
        raise UsageError(f"{count(len(found), 'claim')} with an id that begins with {wanted!r}; one is expected")
    return next(iter(found.values()))
