"""`claimx show`: one claim in its paragraph, the evidence underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimx.cli import ledger as options

if TYPE_CHECKING:
    from claimx.report.ledger import Ledger
    from claimx.schema import Claim

# How many ids an error names.
_LISTED = 5


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
            gone = ", ".join(f"{span.part} {span.span.start}:{span.span.end}" for span in proof.spans if not span.found)
            note(f"not in this text any more: {gone}; shown as the record has it, without the text")
        shown = proof.updated or claim
        write_claim(Console(highlight=False, markup=False), shown, article.text if article and proof.updated else None)


def _find(ledger: Ledger, wanted: str) -> Claim:
    """The claim with this id, or the only one whose id begins so."""
    from claimx.errors import UsageError

    found = {claim.id: claim for claim in ledger.claims if claim.id.startswith(wanted)}
    if wanted in found:
        return found[wanted]
    if not found:
        raise UsageError(f"no claim has an id that begins with {wanted!r}{_nearest(ledger, wanted)}")
    if len(found) > 1:
        listed = ", ".join([*list(found)[:_LISTED], *(["…"] if len(found) > _LISTED else [])])
        raise UsageError(f"{len(found):,} claims have an id that begins with {wanted!r}: {listed}; give more of it")
    return next(iter(found.values()))


def _nearest(ledger: Ledger, wanted: str) -> str:
    """The ids that look most like the one that is not there, as the end of a sentence."""
    from rapidfuzz import fuzz, process

    ids = dict.fromkeys(claim.id for claim in ledger.claims)
    near = process.extract(wanted, list(ids), scorer=fuzz.ratio, limit=3, score_cutoff=50)
    return f"; the nearest are {', '.join(name for name, _, _ in near)}" if near else ""
