"""What a web page tells about its article: author, publisher, language, and when it appeared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from claimx.article.dateline import find_date_line
from claimx.article.origin import Origin
from claimx.article.records import is_publication_date

# Names under which publishers' systems declare when an article appeared, most specific first.
_META_DATES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dcterms.issued",
    "dc.date.issued",
    "citation_publication_date",
    "publish-date",
    "pubdate",
    "dc.date",
    "date",
)
_LINKED_DATA = XPath("//script[@type='application/ld+json' or @type='application/settings+json']")

# Where pages show the date: in a `<time>`, or in what their style sheets call a date or a byline.
_DATE_WORDS = ("date", "publish", "posted", "byline", "timestamp")
_DATE_ELEMENTS = XPath(f"//time|//body//*[{' or '.join(f'contains(@class, {word!r})' for word in _DATE_WORDS)}]")
_DATE_ELEMENTS_READ = 40
_DATE_LINE_CHARS = 200
_FIELD_CHARS = 500


def take_linked_data(tree: HtmlElement) -> list[dict[str, object]]:
    """Take the JSON-LD out of a page, and return what it says about articles, in the page's order.

    It is taken out because trafilatura reads it with regular expressions that take quadratic time and more.
    """
    queue: list[object] = []
    for script in _LINKED_DATA(tree):
        with suppress(ValueError, RecursionError):
            queue.append(json.loads(script.text or "null", strict=False))
        script.drop_tree()
    articles = []
    for item in queue:
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            queue.extend(item.values())
            if _is_article(item):
                articles.append(item)
    return articles


def shorten_meta(tree: HtmlElement) -> None:
    """Cut the `<meta>` elements of a page to a length that no parser of names chokes on."""
    for meta in tree.iterfind(".//meta[@content]"):
        meta.set("content", meta.get("content", "")[:_FIELD_CHARS])


def linked_names(articles: list[dict[str, object]], key: str) -> str | None:
    """The names that the first article with a `key` (author, publisher) has there, joined with commas."""
    return next((names for article in articles if (names := ", ".join(_names(article.get(key))))), None)


def declared_date(tree: HtmlElement, articles: list[dict[str, object]]) -> str | None:
    """The ISO 8601 time at which the page says that its article was published, or None if it does not say."""
    stated = chain((str(article.get("datePublished")) for article in articles), _meta_dates(tree), _time_elements(tree))
    return next(filter(is_publication_date, map(str.strip, stated)), None)


def date_shown(tree: HtmlElement, origin: Origin) -> str | None:
    """The day on the page's own date line, which is often no part of the main text; with a remark.

    htmldate, which trafilatura asks, would in the end take any ISO date in the running text for the date of the text.
    """
    elements = islice(_DATE_ELEMENTS(tree), _DATE_ELEMENTS_READ)
    lines = (" ".join(element.text_content()[:_DATE_LINE_CHARS].split()) for element in elements)
    found = find_date_line("\n".join(lines))
    if found is None:
        return None
    origin.remark(f"dated {found.day.isoformat()} by the line {found.words!r}")
    return found.day.isoformat()


def page_language(tree: HtmlElement) -> str | None:
    """The primary language that the root element declares: `en` for `en-GB`."""
    root = tree.getroottree().getroot()
    declared = re.match(r"([a-z]{2,3})(?:[-_]|\Z)", root.get("lang", "").strip().lower())
    return declared[1] if declared else None


def _is_article(item: dict[str, object]) -> bool:
    """Whether this is one of schema.org's articles: readers' comments and lists have authors and dates too."""
    kinds = item.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and name.endswith(("Article", "Posting")) for name in names)


def _names(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and (short := " ".join(name[:_FIELD_CHARS].split())):
            yield short


def _meta_dates(tree: HtmlElement) -> Iterable[str]:
    declared = {
        name.strip().lower(): meta.get("content", "")
        for meta in tree.iterfind(".//meta[@content]")
        if (name := meta.get("property") or meta.get("name") or meta.get("itemprop"))
    }
    return [declared[name] for name in _META_DATES if name in declared]


def _time_elements(tree: HtmlElement) -> Iterator[str]:
    for time in tree.iterfind(".//time[@datetime]"):
        if time.get("itemprop") == "datePublished" or "pubdate" in time.attrib:
            yield time.get("datetime", "")
