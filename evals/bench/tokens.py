"""Tokens, counted with OpenAI's o200k_base where a package holds its table, else estimated at four characters each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claimx.article.chunks import count_tokens


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """How tokens are counted, and what that is called."""

    name: str
    count: Callable[[str], int]


def tokenizer() -> Tokenizer:
    """The exact one if `bpe-openai` is installed, whose wheel holds the table; tiktoken would download it."""
    try:
        import bpe_openai
    except ModuleNotFoundError:
        return Tokenizer("an estimate, 4 characters each", count_tokens)
    encoding = bpe_openai.get_encoding("o200k_base")
    return Tokenizer("o200k_base", lambda text: len(encoding.encode(text)))
