"""One article from Python: what `claimx extract` does, without files and terminal."""

from __future__ import annotations

import asyncio

from claimx.schema import Article, Extraction
from claimx.settings import Settings


async def aextract(article: Article, settings: Settings | None = None) -> Extraction:
    """Extract the claims of one article.

    Args:
        article: From `read_article`, or made by hand: `Article(id="a", text="…", published="2026-05-04")`.
        settings: Which model to ask and how; by default the offline model.

    Raises:
        ModelError: If the endpoint refuses, or nothing answers there.
        PromptError: If `settings.prompt` names no usable prompt.
    """
    from claimx.model.client import Endpoint
    from claimx.model.prompts import load_prompt
    from claimx.runs.runner import extract_all

    settings = settings or Settings()
    async with Endpoint(settings) as ask:
        return await anext(extract_all([article], ask, load_prompt(settings.prompt), settings))


def extract(article: Article, settings: Settings | None = None) -> Extraction:
    """The same outside async code; within a running event loop (a notebook) write `await aextract(article)`."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(aextract(article, settings))
    raise RuntimeError("extract() cannot run within an event loop; write `await aextract(article)` there")
