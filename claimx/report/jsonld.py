"""Claims as schema.org JSON-LD: `Claim`, the `Quotation` it appears as, and the `NewsArticle` that this is part of.

Who said it is the `creator` and the `spokenByCharacter` of the quotation; a fact is the article's own, and has neither.
schema.org has no word for stance, quotation type and the like: they are `keywords`. The `version` of a quotation is the
SHA-256 of the text that it stands in. There is never a `ClaimReview` or a rating:
claimx tells what is said, not what is true.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from claimx.claims.verifying import evidence
from claimx.report.ledger import Ledger, place_claims
from claimx.report.webannotation import article_iri, claim_iri
from claimx.schema import Article, Claim

_CONTEXT = "https://schema.org"


def to_json_ld(ledger: Ledger, articles: Mapping[str, Article]) -> str:
    """A graph of articles and claims.

    Offsets of a quotation are its `position`, `start:end` in code points of the article's text; pieces of an
    interrupted one are parts of their own.
    """
    graph = [_article(name, articles.get(name)) for name in ledger.article_ids]
    graph += [_claim(claim, articles.get(claim.article_id)) for claim, _ in place_claims(ledger, articles)]
    return json.dumps({"@context": _CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _article(name: str, article: Article | None) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": article_iri(name, article), "@type": "NewsArticle", "identifier": name}
    if article:
        fields = {
            "headline": article.title,
            "datePublished": article.published,
            "inLanguage": article.language,
            "author": article.author and {"name": article.author},
            "publisher": article.source and {"name": article.source},
        }
        node |= {key: value for key, value in fields.items() if value}
    return node


def _claim(claim: Claim, article: Article | None) -> dict[str, Any]:
    fields = {
        "@id": claim_iri(claim),
        "@type": "Claim",
        "identifier": claim.id,
        "text": claim.text,
        "creator": _speaker(claim),
        "about": claim.target and {"@type": "Thing", "name": claim.target.name},
        "dateCreated": claim.date and claim.date.value,
        "keywords": _keywords(claim),
        "appearance": _appearance(claim, article),
    }
    return {key: value for key, value in fields.items() if value}


def _appearance(claim: Claim, article: Article | None) -> dict[str, Any]:
    pieces = [
        {"@type": "CreativeWork", "name": part, "text": span.text, "position": f"{span.start}:{span.end}"}
        for part, span in evidence(claim)
    ]
    fields = {
        "@type": "Quotation" if claim.quotation else "CreativeWork",
        "text": " … ".join(span.text for span in claim.content),
        "version": claim.article_digest and f"sha256:{claim.article_digest}",
        "creator": _speaker(claim),
        "spokenByCharacter": _speaker(claim),
        "isPartOf": {"@id": article_iri(claim.article_id, article)},
        "hasPart": pieces,
    }
    return {key: value for key, value in fields.items() if value}


def _keywords(claim: Claim) -> list[dict[str, str]]:
    terms = {
        "kind": claim.kind,
        "stance": claim.stance,
        "quotation": claim.quotation,
        "nested": "true" if claim.nested else None,
        "grounding": claim.grounding,
    }
    return [{"@type": "DefinedTerm", "inDefinedTermSet": name, "name": value} for name, value in terms.items() if value]


def _speaker(claim: Claim) -> dict[str, str] | None:
    """Name and role; no type, because a record does not tell persons from organisations."""
    if not claim.speaker:
        return None
    role = {"description": claim.speaker.role} if claim.speaker.role else {}
    return {"name": claim.speaker.name, **role}
