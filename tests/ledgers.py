"""Small ledgers written by the words that count, and the ledger of `seeds/` as the offline model makes it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from claimx.api import extract
from claimx.article.sources import read_articles
from claimx.claims.merging import digest_claim
from claimx.report.ledger import Ledger, parse_ledger
from claimx.report.tables import claim_line
from claimx.schema import Article, Claim, ClaimDate, Extraction, Span, Speaker, Target
from tests.conftest import ROOT

STORY = (
    "The Harbour Board met on Monday.\n\n"
    "“The new pier is safe,” Mina Oduya, its engineer, said on Tuesday. “We tested every bolt.”\n\n"
    "Fishers’ leader Paul Strand disagreed. He called the pier “a trap for small boats” 🚤 and wants it closed.\n\n"
    "The pier cost 4 million crowns."
)
ARTICLE = Article(id="pier", text=STORY, title="A pier and its bolts", published="2026-03-04")


def span(words: str, text: str = STORY) -> Span:
    start = text.index(words)
    return Span.of(text, start, start + len(words))


def made(*content: str, article: Article = ARTICLE, **fields: Any) -> Claim:
    """A claim of these words; a cue, mention or date expression given as words is looked up."""
    spans = tuple(span(words, article.text) for words in content)
    speaker = fields.get("speaker")
    kind = fields.get("kind", "claim")
    expression = fields.get("expression")
    cue = span(fields["cue"], article.text) if fields.get("cue") else None
    return Claim(
        id=digest_claim(article.id, kind, spans, cue),
        article_id=article.id,
        article_digest=article.digest,
        kind=kind,
        text=fields.get("text", content[0] + "."),
        content=spans,
        quotation=fields.get("quotation"),
        cue=cue,
        speaker=Speaker(
            name=speaker,
            mention=span(fields["mention"], article.text) if fields.get("mention") else None,
            role=fields.get("role"),
        )
        if speaker
        else None,
        stance=fields.get("stance"),
        target=Target(name=fields["target"]) if fields.get("target") else None,
        date=ClaimDate(text=span(expression, article.text) if expression else None, value=fields["date"])
        if fields.get("date")
        else None,
        nested=fields.get("nested", False),
    )


SAFE = made(
    "The new pier is safe",
    "We tested every bolt",
    text="The new pier is safe and every bolt was tested.",
    speaker="Mina Oduya",
    role="engineer",
    mention="Mina Oduya",
    cue="said",
    stance="favor",
    target="new pier",
    quotation="direct",
    expression="on Tuesday",
    date="2026-03-03",
)
TRAP = made(
    "the pier “a trap for small boats”",
    speaker="Paul Strand",
    role="fishers’ leader",
    mention="He",
    cue="called",
    stance="against",
    target="new pier",
    quotation="mixed",
)
COST = made("The pier cost 4 million crowns", kind="fact")
LEDGER = Ledger((SAFE, TRAP, COST))


@cache
def seeds() -> tuple[Ledger, dict[str, Article]]:
    """The ledger of `seeds/` with its extractions, and its articles by id."""
    articles = {article.id: article for article in read_articles(str(ROOT / "seeds"))}
    made = tuple(extract(article) for article in articles.values())
    return Ledger(tuple(claim for item in made for claim in item.claims), made), articles


def jsonl(claims: tuple[Claim, ...]) -> str:
    return "".join(claim_line(claim) + "\n" for claim in claims)


def as_json(extractions: tuple[Extraction, ...]) -> str:
    return json.dumps([item.model_dump(mode="json") for item in extractions])


def reread(claims: tuple[Claim, ...]) -> Ledger:
    return parse_ledger("claims.jsonl", jsonl(claims).encode())
