"""One article from Python: what `claimx extract` does, without files and terminal."""

from __future__ import annotations

import asyncio

from claimx.schema import Article, Extraction
from claimx.settings import Settings


async def aextract(article: Article, settings: Settings | None = None) -> Extraction:
    """Extract the claims of one article.

    Args:
        article: From `read_article`, or made by hand: `Article(id="a", text="…", published="2026-05-04")`.
        settings: Which model to ask and how; by default the offline model. With `store="runs.sqlite"` every reply is
            kept in that file, and one that is in it is not paid for again. A server of your own is tried out once a
            day unless `mode` is chosen: both as on the command line.

    Raises:
        ModelError: If the endpoint refuses, or nothing answers there.
        PromptError: If `settings.prompt` names no usable prompt.
        StoreError: If `settings.store` cannot be used.
        UsageError: If `settings` ask for a replay without a store.
    """
    from claimx.model.client import Endpoint
    from claimx.model.probe import suit, user_cache
    from claimx.model.prompts import load_prompt
    from claimx.runs.journal import noted_run, open_journal
    from claimx.runs.runner import extract_all

    settings, _ = await suit(settings or Settings(), user_cache())
    prompt = load_prompt(settings.prompt)
    with open_journal(settings) as store, noted_run(store, settings, str(prompt)):
        async with Endpoint(settings, journal=store) as ask:
            extraction = await anext(extract_all([article], ask, prompt, settings))
        if store:
            store.note_article(extraction)
            store.end_run("partial" if extraction.is_partial else "done")
    return extraction


def extract(article: Article, settings: Settings | None = None) -> Extraction:
    """The same outside async code; within a running event loop (a notebook) write `await aextract(article)`."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(aextract(article, settings))
    raise RuntimeError("extract() cannot run within an event loop; write `await aextract(article)` there")
