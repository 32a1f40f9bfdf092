"""A ledger as one self-contained page: articles with their claims marked, a table to filter, pictures.

The page loads nothing and runs only the script that is in it: its Content-Security-Policy names the hash of that script
and of its style, and forbids everything else. The data is JSON in an element that no browser executes, with every `<`
escaped, and the script puts it on the page as text nodes only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from claimx.report.ledger import Ledger, digests_of, place_claims
from claimx.report.tables import count
from claimx.schema import Article, Claim, ClaimDraft, Extraction, Rejected, Span

# In this order they are one script.
_SCRIPTS = ("model.js", "dom.js", "articles.js", "ledger.js", "pictures.js", "main.js")
_FIELDS = (
    "article", "id", "kind", "text", "content", "quotation", "cue", "speaker", "role", "mention", "stance", "target",
    "date", "date_span", "nested", "grounding", "held",
)  # fmt: skip
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")


def to_page(ledger: Ledger, articles: Mapping[str, Article], *, title: str | None = None) -> str:
    """The page, to be written in UTF-8.

    Claims of a text that has changed are marked where their words stand now; those whose words are gone are listed, and
    not marked.

    Args:
        ledger: Extractions in it also show what was rejected and what could not be read.
        articles: By `article_id`, as `match_articles` finds them; of a missing one the claims are listed.
        title: By default the title of the only article, or how many there are.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    folder = files("claimx.report") / "templates" / "report"
    style = (folder / "page.css").read_text(encoding="utf-8")
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    environment = Environment(
        loader=PackageLoader("claimx.report", "templates/report"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("page.html.j2").render(
        title=title or _title(ledger, articles),
        summary=_summary(ledger),
        style=Markup(style),
        style_hash=_csp_hash(style),
        script=Markup(script),
        script_hash=_csp_hash(script),
        data=Markup(embed_json(page_data(ledger, articles))),
    )
    return _HALF_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", page)


def page_data(ledger: Ledger, articles: Mapping[str, Article]) -> dict[str, Any]:
    """What the script of the page reads: articles, and claims as rows of `fields`.

    A span is `[start, end]`, in code points of the article's text, with its words as a third item only where the text
    does not tell them.
    """
    extractions = {item.article_id: item for item in ledger.extractions}
    places = {name: at for at, name in enumerate(ledger.article_ids)}
    gone: Counter[str] = Counter()
    rows = []
    for claim, is_held in place_claims(ledger, articles):
        gone[claim.article_id] += not is_held
        rows.append(_row(claim, places[claim.article_id], is_held=is_held))
    digests = digests_of(ledger)
    return {
        "articles": [
            _article(name, articles.get(name), extractions.get(name))
            | {"note": _note(articles.get(name), digests.get(name), gone[name])}
            for name in places
        ],
        "fields": _FIELDS,
        "claims": rows,
    }


def embed_json(value: object) -> str:
    r"""JSON that no HTML parser takes for markup, whatever element it stands in.

    >>> embed_json({"title": "</script><!--&"})
    '{"title":"\\u003c/script\\u003e\\u003c!--\\u0026"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return _HALF_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _row(claim: Claim, place: int, *, is_held: bool) -> list[Any]:
    def spot(span: Span | None) -> list[Any] | None:
        return [span.start, span.end, *([] if is_held else [span.text])] if span else None

    speaker, date = claim.speaker, claim.date
    return [
        place,
        claim.id,
        claim.kind,
        claim.text,
        [spot(span) for span in claim.content],
        claim.quotation,
        spot(claim.cue),
        speaker.name if speaker else None,
        speaker.role if speaker else None,
        spot(speaker.mention) if speaker else None,
        claim.stance,
        claim.target.name if claim.target else None,
        date.value if date else None,
        spot(date.text) if date else None,
        int(claim.nested),
        claim.grounding,
        int(is_held),
    ]


def _article(name: str, article: Article | None, extraction: Extraction | None) -> dict[str, Any]:
    return {
        "id": name,
        "title": article.title if article else None,
        "published": article.published if article else None,
        "source": article.source if article else None,
        "url": article.url if article else None,
        "language": article.language if article else None,
        "text": article.text if article else None,
        "failures": [[item.start, item.end, item.error] for item in extraction.failures] if extraction else [],
        "rejected": [_rejected(item) for item in extraction.rejected] if extraction else [],
    }


def _rejected(item: Rejected) -> list[str]:
    draft = item.draft
    return [" … ".join(draft.content) if isinstance(draft, ClaimDraft) else draft.content, item.reason]


def _note(article: Article | None, digest: str | None, gone: int) -> str | None:
    if article is None:
        return "The text of this article was not given: its claims are listed with the words that prove them."
    if not gone and digest in (None, article.digest):
        return None
    return (
        "This text is not the one that was read. Claims are marked where their words stand now; "
        f"{count(gone, 'claim')} of which something is gone are listed only."
    )


def _title(ledger: Ledger, articles: Mapping[str, Article]) -> str:
    names = ledger.article_ids
    if len(names) == 1:
        article = articles.get(names[0])
        return (article.title if article else None) or names[0]
    return f"Claims of {count(len(names), 'article')}"


def _summary(ledger: Ledger) -> str:
    kinds = Counter(claim.kind for claim in ledger.claims)
    parts = [count(kinds["claim"], "claim"), count(kinds["fact"], "fact"), count(len(ledger.article_ids), "article")]
    if rejected := sum(len(item.rejected) for item in ledger.extractions):
        parts.append(count(rejected, "rejected draft"))
    if partial := sum(item.is_partial for item in ledger.extractions):
        parts.append(f"{count(partial, 'article')} read in part")
    models = sorted({item.model for item in ledger.extractions})
    return " · ".join([*parts, *_few(models)])


def _few(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return [*listed[:3], *(["…"] if len(listed) > 3 else [])]


def _csp_hash(source: str) -> str:
    """The source expression that allows just this inline script or style (CSP Level 3, § 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
