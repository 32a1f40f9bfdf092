"""What became of claims in the text as it is now: a table, JSON Lines, and a sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from claimx.claims.verifying import STATUSES, ClaimProof, SpanProof, Status
from claimx.report.tables import count, printable

if TYPE_CHECKING:
    from rich.console import Console

_STYLE = {"exact": "green", "normalized": "green", "moved": "yellow", "gone": "red", "unread": "dim"}


def proof_line(proof: ClaimProof) -> str:
    """A proof as one line of JSON: the claim's id and status, and each span with where it was and where it is.

    `same_text` tells whether the whole text is the one that was read; null if the record or the article is silent.
    """
    record = {
        "id": proof.claim.id,
        "article_id": proof.claim.article_id,
        "status": proof.status,
        "same_text": proof.is_same_text,
        "spans": [_span_record(span) for span in proof.spans],
    }
    if proof.updated and proof.updated.id != proof.claim.id:
        record["new_id"] = proof.updated.id
    # ASCII: nothing in it can steer a terminal.
    return json.dumps(record)


def _span_record(proof: SpanProof) -> dict[str, Any]:
    record = {"part": proof.part, "status": proof.status, **proof.span.model_dump()}
    if proof.found and proof.found != proof.span:
        record["found"] = proof.found.model_dump()
    return record


def summarise(proofs: Sequence[ClaimProof]) -> str:
    """How many claims have which status, in one line.

    >>> summarise([])
    '0 claims'
    """
    statuses = Counter(proof.status for proof in proofs)
    parts = [f"{statuses[status]:,} {status}" for status in STATUSES if statuses[status]]
    return f"{count(len(proofs), 'claim')}: {', '.join(parts)}" if parts else "0 claims"


def advise(proofs: Sequence[ClaimProof]) -> list[str]:
    """What to do about the claims that do not hold, one sentence for each status."""
    statuses = Counter(proof.status for proof in proofs)
    advice: dict[Status, str] = {
        "moved": "the words stand elsewhere in the text now; -o FILE writes these claims at their new offsets",
        "gone": "the words, or words beside them, were changed or taken out: read the article before you quote these",
        "unread": "the article was not found: pass it with --articles as well",
    }
    return [f"{status}: {sentence}" for status, sentence in advice.items() if statuses[status]]


def write_proofs(console: Console, proofs: Iterable[ClaimProof]) -> None:
    """Print one row per claim, with each of its spans that does not stand where it stood."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Claim", no_wrap=True)
    table.add_column("Article", overflow="fold")
    table.add_column("Status", no_wrap=True)
    table.add_column("Span", overflow="fold", ratio=1)
    for proof in proofs:
        spans = [_describe(span) for span in proof.spans if span.status != "exact"]
        table.add_row(
            Text(printable(proof.claim.id)),
            Text(printable(proof.claim.article_id)),
            Text(proof.status, style=_STYLE[proof.status]),
            Text("\n".join(spans)),
        )
    console.print(table)


def _describe(proof: SpanProof) -> str:
    words = " ".join(proof.span.text.split())
    shown = printable(words if len(words) <= 80 else f"{words[:79]}…")
    now = f" → {proof.found.start}:{proof.found.end}" if proof.found else ""
    return f"{proof.part} {proof.span.start}:{proof.span.end}{now} “{shown}” {proof.status}"
