"""Turn news articles into a ledger of who said what, each line tied to the characters that prove it.

from claimx import Settings, extract, read_article

extraction = extract(read_article("article.md"))                        # the offline model
extraction = extract(read_article("article.md"), Settings(model="gpt-5"))
extraction = await aextract(read_article("article.md"))                 # the same within async code
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claimx.api import aextract as aextract
    from claimx.api import extract as extract
    from claimx.article.sources import read_article as read_article
    from claimx.article.sources import read_articles as read_articles
    from claimx.schema import Article as Article
    from claimx.schema import Claim as Claim
    from claimx.schema import Extraction as Extraction
    from claimx.settings import Settings as Settings

__version__ = "0.1.0"
__all__ = ["Article", "Claim", "Extraction", "Settings", "aextract", "extract", "read_article", "read_articles"]

_HOMES = {
    "aextract": "claimx.api",
    "extract": "claimx.api",
    "read_article": "claimx.article.sources",
    "read_articles": "claimx.article.sources",
    "Article": "claimx.schema",
    "Claim": "claimx.schema",
    "Extraction": "claimx.schema",
    "Settings": "claimx.settings",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `claimx --help` does not wait for the model stack."""
    if name not in _HOMES:
        raise AttributeError(f"module 'claimx' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
