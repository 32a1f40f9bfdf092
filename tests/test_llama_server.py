"""A real llama.cpp server behind the same door as every model: the wire, the grammar, the window, the usage.

The model recites, so this says nothing about quality.
"""

from __future__ import annotations

import asyncio

import pytest

from claimx.model.client import Endpoint, Reply
from claimx.model.prompts import load_prompt, render
from claimx.schema import Article, Chunk
from claimx.settings import Mode, Settings
from tests.servers.fixtures import needs_llama
from tests.servers.llama import LlamaServer
from tests.servers.recital import ANSWER, ARTICLE

pytestmark = needs_llama
MODES: list[Mode] = ["json_schema", "tools", "json", "md_json"]


def ask(server: LlamaServer, article: Article = ARTICLE, **changes: object) -> Reply:
    """What the server answers to the production prompt about a whole article in one chunk."""
    settings = Settings.model_validate({"model": "tiny", "base_url": server.base_url, **changes})
    chunk = Chunk(article_id=article.id, index=0, start=0, end=len(article.text), text=article.text)

    async def go() -> Reply:
        async with Endpoint(settings) as endpoint:
            return await endpoint(render(load_prompt("extract"), article, chunk))

    return asyncio.run(go())


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_brings_the_answer_home(llama: LlamaServer, mode: Mode) -> None:
    assert ask(llama, mode=mode).answer == ANSWER
