"""From a web page to its article: the main text without the page around it."""

from __future__ import annotations

import logging
from typing import Any

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document
from trafilatura.utils import load_html

from claimx.article.origin import Origin
from claimx.article.page_fields import (
    date_shown,
    declared_date,
    linked_names,
    page_language,
    shorten_meta,
    take_linked_data,
)
from claimx.article.records import build_article
from claimx.errors import InputError
from claimx.schema import Article

# Python prints on stderr what libraries log and nobody handles; our own words are remarks and errors.
for _library in ("trafilatura", "htmldate"):
    logging.getLogger(_library).addHandler(logging.NullHandler())

# Trafilatura takes quadratic time for many elements in one paragraph: seconds for this many, hours for a few more
# zeros. News pages have a tenth.
MAX_ELEMENTS = 50_000


def read_page(page: str, origin: Origin, *, url: str | None = None) -> Article:
    """Extract the article of an HTML page; nothing is fetched, and readers' comments are left out.

    The date is the one that the page declares (JSON-LD, `<meta>`, `<time>`), else that of the user, else that of a date
    line on the page, with a remark.

    Args:
        page: The page's markup.
        origin: Where it was found.
        url: The address it was fetched from; without one, the page's own word for its address is taken.

    Raises:
        InputError: If there is no article in the page.
    """
    try:
        tree = load_html(page)
        if tree is None:
            raise origin.error("not an HTML page; if it is text, save it as .txt")
        if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
            raise origin.error(f"a page of more than {MAX_ELEMENTS:,} elements; save the article's text as .txt")
        fields, text = _take_apart(tree, origin, url)
    except InputError:
        raise
    except Exception as error:
        # Whatever a hostile page breaks in the parsers is that page's fault, and a line is all the user needs.
        raise origin.error(f"the page cannot be taken apart ({type(error).__name__}); save its text as .txt") from error
    if text is None or not text.strip():
        raise origin.error("no article text found in the page; save its text as .txt")
    return build_article(fields, text, origin)


def _take_apart(tree: HtmlElement, origin: Origin, url: str | None) -> tuple[dict[str, Any], str | None]:
    """The fields and the main text of a page; the tree is used up."""
    articles = take_linked_data(tree)
    shorten_meta(tree)
    published = declared_date(tree, articles) or (None if origin.published else date_shown(tree, origin))
    found = trafilatura.bare_extraction(tree, url=url, with_metadata=True, include_comments=False)
    if not isinstance(found, Document):
        return {}, None
    fields = {
        "title": found.title,
        "published": published,
        "source": linked_names(articles, "publisher") or found.sitename,
        "author": linked_names(articles, "author") or (found.author and found.author.replace(";", ",")),
        "language": page_language(tree),
        "url": url or found.url,
    }
    return fields, found.text
