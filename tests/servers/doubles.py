"""Servers that misbehave in one way each, on a real socket: `with serve("ollama", window=2048) as server: …`."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from tests.servers.app import Double
from tests.servers.kinds import KINDS

_START_S = 10


@contextmanager
def serve(kind: str, **changes: Any) -> Iterator[Double]:
    """A server of one of `KINDS` on a free port of this machine.

    Args:
        kind: Which row; or `refused`, where nothing listens, or `tls`, whose certificate nobody knows.
        changes: Fields of `Behaviour` that differ from the row.
    """
    double = Double(replace(KINDS.get(kind, KINDS["good"]), **changes))
    with socket.socket() as listening:
        # A port that is bound but not listened to refuses connections, and nobody else can take it.
        listening.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listening.getsockname()[1]}/v1"
        double.base_url = f"{'https' if kind == 'tls' else 'http'}://{address}"
        if kind == "refused":
            yield double
            return
        with (
            TemporaryDirectory() as folder,
            _running(double, listening, _certificate(folder) if kind == "tls" else None),
        ):
            yield double


@contextmanager
def _running(double: Double, listening: socket.socket, certificate: Path | None) -> Iterator[None]:
    config = uvicorn.Config(
        double.app, log_config=None, access_log=False, lifespan="off", ws="none", ssl_certfile=certificate
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    give_up = time.monotonic() + _START_S
    while not server.started:
        if time.monotonic() > give_up or not thread.is_alive():
            raise RuntimeError("the double did not start")
        time.sleep(0.002)
    try:
        yield
    finally:
        server.should_exit = True
        # Clients that wait for a slow reply need not be waited for.
        server.force_exit = True
        thread.join(_START_S)


def _certificate(folder: str) -> Path:
    """A certificate for this machine by an authority that nobody knows, and its key, in one file."""
    import trustme

    path = Path(folder) / "both.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path
