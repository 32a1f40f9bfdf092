"""A LiteLLM proxy in front of another server, where its command is on the path.

Its requirements are many and pinned, so it lives in an environment of its own: `uv tool install 'litellm[proxy]'`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

COMMAND = shutil.which("litellm")
needs_litellm = pytest.mark.skipif(COMMAND is None, reason="no litellm command on the path")
_START_S = 180


@contextmanager
def litellm_proxy(models: Mapping[str, str], folder: Path) -> Iterator[tuple[str, str]]:
    """The proxy's base URL and the key it wants; `models` are names and the base URLs that they are asked at.

    Raises:
        RuntimeError: If it does not start, with what it said.
    """
    assert COMMAND
    # It refuses to start with a key that is easy to guess.
    key = f"sk-{secrets.token_hex(24)}"
    config, log = folder / "litellm.yaml", folder / "litellm.log"
    # JSON is YAML.
    settings = {
        "model_list": [
            {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_base": url, "api_key": "none"}}
            for name, url in models.items()
        ],
        "general_settings": {"master_key": key},
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [COMMAND, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    # Without this it downloads a list of prices when it starts.
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process,
    ):
        try:
            _wait_until_alive(f"http://127.0.0.1:{port}/health/liveliness", process, log)
            yield f"http://127.0.0.1:{port}/v1", key
        finally:
            process.kill()


def _wait_until_alive(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"litellm did not start: {log.read_text(encoding='utf-8', errors='replace')[-600:]}")
