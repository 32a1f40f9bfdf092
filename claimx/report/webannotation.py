"""Claims as W3C Web Annotations: each span found again by its words and by its position.

One annotation per claim. Its targets are the spans that prove it, each with a TextQuoteSelector (its words, and what
stands before and after them) and a TextPositionSelector (half-open offsets in Unicode code points, as the standard
demands); `styleClass` tells content, cue, mention and date apart. Its bodies are the claim as a sentence, and one tag
`name: value` for each of its fields.

Source: https://www.w3.org/TR/annotation-model/ (Recommendation, 2017), § 4.2.4 and § 4.2.5, and § 5 on collections.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from claimx.claims.verifying import evidence
from claimx.report.ledger import Ledger, place_claims
from claimx.report.tables import claim_row
from claimx.schema import Article, Claim, Span

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
# Enough to tell the occurrences of a word apart; the standard gives no number.
_AROUND = 32
_TAGS = (
    "kind", "speaker", "role", "stance", "target", "date", "quotation", "grounding", "article_id", "article_digest",
)  # fmt: skip


def to_web_annotations(ledger: Ledger, articles: Mapping[str, Article]) -> str:
    """An AnnotationCollection with all claims on its one page, as JSON-LD.

    Without its article a span has no prefix and suffix.
    """
    items = [
        _annotation(claim, articles.get(claim.article_id), is_held=is_held)
        for claim, is_held in place_claims(ledger, articles)
    ]
    # Collection and page must have names of their own; the same claims make the same ones.
    name = f"urn:claimx:claims:{_digest(item['id'] for item in items)}"
    page = {"id": f"{name}:1", "type": "AnnotationPage", "partOf": name, "startIndex": 0, "items": items}
    collection = {
        "@context": CONTEXT,
        "id": name,
        "type": "AnnotationCollection",
        "label": "claims",
        "total": len(items),
        "first": page,
        "last": page["id"],
    }
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def claim_iri(claim: Claim) -> str:
    """The claim's name as a URN; the same claim has the same name in every export."""
    return f"urn:claimx:{quote(claim.id, safe='')}"


def article_iri(article_id: str, article: Article | None) -> str:
    """The article's address if it is known, else a URN made of its id.

    >>> article_iri("2026/fog", None)
    'urn:claimx:article:2026%2Ffog'
    """
    if article and article.url and article.url.startswith(("http://", "https://")):
        return quote(article.url, safe="%/:?#[]@!$&'()*+,;=~")
    return f"urn:claimx:article:{quote(article_id, safe='')}"


def _annotation(claim: Claim, article: Article | None, *, is_held: bool) -> dict[str, Any]:
    row = claim_row(claim)
    tags = [f"{name}: {row[name]}" for name in _TAGS if row[name]] + (["nested"] if claim.nested else [])
    sentence = {"type": "TextualBody", "purpose": "describing", "format": "text/plain", "value": claim.text}
    source = article_iri(claim.article_id, article)
    text = article.text if article and is_held else None
    return {
        "id": claim_iri(claim),
        "type": "Annotation",
        "motivation": "describing",
        "body": [sentence, *({"type": "TextualBody", "purpose": "tagging", "value": tag} for tag in tags)],
        "target": [
            {"type": "SpecificResource", "source": source, "styleClass": part, "selector": _selectors(span, text)}
            for part, span in evidence(claim)
        ],
    }


def _selectors(span: Span, text: str | None) -> list[dict[str, Any]]:
    words: dict[str, Any] = {"type": "TextQuoteSelector", "exact": span.text}
    if text is not None:
        words["prefix"] = text[max(0, span.start - _AROUND) : span.start]
        words["suffix"] = text[span.end : span.end + _AROUND]
    return [words, {"type": "TextPositionSelector", "start": span.start, "end": span.end}]
