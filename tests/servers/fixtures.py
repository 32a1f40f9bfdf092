"""The real llama.cpp server as a fixture: one for the whole run, where its wheels install."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers.llama import LlamaServer, llama_server
from tests.servers.recital import ANSWER
from tests.servers.toy_model import write_toy_model

_LACKING = [name for name in ("xllamacpp", "gguf") if find_spec(name) is None]
NO_LLAMA = (
    f"no llama.cpp here: {' and '.join(_LACKING)} not installed (no wheel for this platform?)" if _LACKING else ""
)
"""Why there is no llama.cpp server; empty if there is one."""


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file whose model gives the right answer to `recital.ARTICLE`, whatever it is asked."""
    if NO_LLAMA:
        pytest.skip(NO_LLAMA)
    return write_toy_model(tmp_path_factory.mktemp("toy") / "toy.gguf", ANSWER.model_dump_json())


@pytest.fixture(scope="session")
def llama(toy_model: Path) -> Iterator[LlamaServer]:
    """A llama.cpp server with the toy model, two slots of 16,384 tokens each, model name `tiny`."""
    with llama_server(toy_model) as server:
        yield server
