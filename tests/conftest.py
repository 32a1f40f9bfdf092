"""What every test shares: no network beyond this machine, no settings of the person who runs it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.servers.fixtures import llama, toy_model

__all__ = ["llama", "toy_model"]

# Machines are shared and slow at times: a property that holds late holds all the same.
settings.register_profile("claimx", deadline=None)
settings.load_profile("claimx")

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that leaves this machine is a bug, not a dependency."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "unix"
        if host not in ("127.0.0.1", "::1", "localhost", "unix"):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither keys nor a config file of the person who runs the tests, nor what was found out about servers."""
    for name in os.environ:
        if name.startswith(("CLAIMX_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def real_article() -> Path:
    return ROOT / "seeds" / "articles" / "00-borrell-lavrov.md"
