"""From a web page to its article: the main text without the page around it."""

from __future__ import annotations

import trafilatura
from trafilatura.settings import Document
from trafilatura.utils import load_html

from claimx.article.origin import Origin
from claimx.article.records import build_article
from claimx.schema import Article


def read_page(page: str, origin: Origin, *, url: str | None = None) -> Article:
    """Extract the article of an HTML page."""
    found = trafilatura.bare_extraction(load_html(page), url=url, with_metadata=True, include_comments=False)
    if not isinstance(found, Document) or not found.text:
        raise origin.error("no article text found in the page; save its text as .txt")
    return build_article({"title": found.title}, found.text, origin)
