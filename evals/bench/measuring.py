"""One command as a process of its own: seconds, processor time and memory, as the operating system accounts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
# Nothing of the settings of the person who runs the bench, and bytecode as an installation has it.
_NOT_OURS = ("CLAIMX_", "OPENAI_", "PYTHONDONTWRITEBYTECODE")
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)} | {
    "XDG_CONFIG_HOME": str(ROOT / "build" / "nobody"),
    "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bytecode"),
}


class CommandFailed(RuntimeError):
    """A command of the bench ended with an error; the message holds its last words."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took: seconds by the clock, seconds of processor time, and its peak resident size."""

    wall_s: float
    cpu_s: float
    rss_mb: float
    output: str


def run(command: Sequence[str | Path], *, may_fail: bool = False) -> Run:
    """Run a command in the repository's folder to its end.

    Raises:
        CommandFailed: If it ends with an error and may not.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - started
    if process.returncode and not may_fail:
        raise CommandFailed(f"{' '.join(map(str, command))}: {output[-2000:]}")
    # Linux counts in KiB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, output)


class Serving:
    """A model server that is running."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"

    def stats(self) -> dict[str, Any]:
        """What it has seen so far."""
        with urlopen(f"{self.url}/stats") as reply:
            stats: dict[str, Any] = json.load(reply)
        return stats


@contextmanager
def serving(latency_s: Sequence[float], *, keeps_prompts: bool = False) -> Iterator[Serving]:
    """The bench's own model server, in a process of its own."""
    command = [sys.executable, "-m", "evals.bench.server", "--latency", *map(str, latency_s)]
    with subprocess.Popen(
        [*command, "--keep-prompts"] if keeps_prompts else command,
        cwd=ROOT,
        env=_ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Serving(int(process.stdout.readline()))
        finally:
            process.kill()
