"""A real llama.cpp server in a process of its own, on a model that the tests wrote."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]
ALIAS = "tiny"
_START_S = 60
# What no answer of the toy model comes near: the server's own stop for one that does not end.
_LONGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class Options:
    """How a server is started. `n_ctx` is for all slots together: each request has `n_ctx / n_parallel` tokens."""

    n_ctx: int = 32_768
    n_parallel: int = 2
    api_key: str | None = None
    reasoning_format: str = "auto"
    n_predict: int = _LONGEST_ANSWER


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A server that runs."""

    url: str

    @property
    def base_url(self) -> str:
        """Where the OpenAI protocol is spoken."""
        return f"{self.url}/v1"


@contextmanager
def llama_server(model: Path, options: Options | None = None) -> Iterator[LlamaServer]:
    """Serve the model file on a free port of this machine until the block ends, or this process does.

    Raises:
        RuntimeError: If the server does not start, with what it said.
    """
    told = json.dumps({"model": str(model), **asdict(options or Options())})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers.llama", told],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout
            # A server that cannot start says nothing here and closes.
            if not (line := process.stdout.readline()):
                raise RuntimeError(f"llama.cpp did not start: {process.communicate()[1].decode()[-600:]}")
            url = json.loads(line)["url"]
            _wait_until_healthy(url)
            yield LlamaServer(url)
        finally:
            process.kill()
            process.communicate()


def _wait_until_healthy(url: str) -> None:
    give_up = time.monotonic() + _START_S
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > give_up:
                raise RuntimeError(f"llama.cpp at {url} is not healthy after {_START_S} s") from None
            time.sleep(0.02)


def _serve(told: str) -> None:
    """Serve until standard input ends, which it does however the parent goes."""
    import os

    import xllamacpp  # type: ignore[import-untyped]

    options = json.loads(told)
    params = xllamacpp.CommonParams()
    params.model.path = options["model"]
    params.model_alias = {ALIAS}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = options["n_ctx"]
    params.n_parallel = options["n_parallel"]
    params.n_predict = options["n_predict"]
    params.reasoning_format = getattr(
        xllamacpp.common_reasoning_format, f"COMMON_REASONING_FORMAT_{options['reasoning_format'].upper()}"
    )
    if options["api_key"]:
        params.api_keys = [options["api_key"]]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_threads_http = 4
    params.n_batch = params.n_ubatch = 512
    params.cache_ram_mib = 0
    params.use_jinja = params.endpoint_props = params.endpoint_metrics = True
    params.warmup = params.fit_params = params.ui = False
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(json.dumps({"url": server.listening_address}), flush=True)
    sys.stdin.read()
    # The server's threads would keep an orderly exit waiting.
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
