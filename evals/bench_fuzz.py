"""Inputs made to break what reads them: how many were read, how many refused, and what came that was neither.

    python -m evals.bench_fuzz [--inputs 10000] [--only NAME] [--seed 7]
    python -m evals.bench_fuzz --coverage-guided SECONDS --only NAME     (needs atheris; ends at the first finding)

`read` counts inputs that could be used, `refused` those that met an error of ours, `unhandled` everything else: each
kind is then printed with the input that caused it first. `slowest` is the processor's time, in seconds, for the
slowest input. The exit code is 1 if anything was unhandled.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from claimx.errors import ClaimxError

if TYPE_CHECKING:
    from tests.fuzzing import Target

_NAMES = ("sources", "front matter", "HTML", "replies", "labels", "stores")
_EVERYTHING = list(HealthCheck)


@dataclass
class Tally:
    """What came of the inputs of one target."""

    read: int = 0
    refused: int = 0
    unhandled: int = 0
    slowest_s: float = 0.0
    findings: dict[str, str] = field(default_factory=dict)

    def count(self, target: Target, value: Any) -> None:
        """Use one input."""
        started = time.process_time()
        try:
            target.use(value)
        except ClaimxError:
            self.refused += 1
        except Exception as error:
            self.unhandled += 1
            self.findings.setdefault(_place(error), f"{error!r:.200}\n  first by {value!r:.400}")
        else:
            self.read += 1
        # The first one pays for imports, too.
        if self.read + self.refused + self.unhandled > 1:
            self.slowest_s = max(self.slowest_s, time.process_time() - started)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    options.add_argument("--inputs", type=int, default=10_000)
    options.add_argument("--only", choices=_NAMES)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--coverage-guided", type=int, metavar="SECONDS")
    options_given = options.parse_args()
    # What coverage is to guide has to be instrumented as it is imported.
    with _instrumented() if options_given.coverage_guided else nullcontext():
        from tests.fuzzing import TARGETS
    names = [options_given.only] if options_given.only else _NAMES
    if options_given.coverage_guided:
        guide(TARGETS[names[0]], options_given.coverage_guided)
        return
    print(f"{'target':<14} {'inputs':>8} {'read':>8} {'refused':>8} {'unhandled':>10} {'seconds':>8} {'slowest':>8}")
    tallies = []
    for name in names:
        started = time.monotonic()
        tally = survey(TARGETS[name], options_given.inputs, options_given.seed)
        inputs = tally.read + tally.refused + tally.unhandled
        counts = f"{inputs:>8,} {tally.read:>8,} {tally.refused:>8,} {tally.unhandled:>10,}"
        print(f"{name:<14} {counts} {time.monotonic() - started:>8.0f} {tally.slowest_s:>8.2f}", flush=True)
        tallies.append(tally)
    for tally in tallies:
        for place, finding in tally.findings.items():
            print(f"\n{place}: {finding}")
    sys.exit(any(tally.unhandled for tally in tallies))


def survey(target: Target, inputs: int, number: int) -> Tally:
    """Use so many inputs, and go on whatever happens."""
    tally = Tally()

    @seed(number)
    @settings(
        max_examples=inputs, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=_EVERYTHING
    )
    @given(target.inputs)
    def use(value: Any) -> None:
        tally.count(target, value)

    use()
    return tally


def _instrumented() -> AbstractContextManager[None]:
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    instrumenting: AbstractContextManager[None] = atheris.instrument_imports(include=["claimx", "yaml", "trafilatura"])
    return instrumenting


def guide(target: Target, seconds: int) -> None:
    """Let atheris look for inputs that reach code which no earlier one reached."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    @settings(deadline=None, database=None, suppress_health_check=_EVERYTHING)
    @given(target.inputs)
    def use(value: Any) -> None:
        try:
            target.use(value)
        except ClaimxError:
            return

    fuzz_one_input = use.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=4096"], fuzz_one_input)
    atheris.Fuzz()


def _place(error: Exception) -> str:
    """The kind of exception, and the line of claimx that it passed last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "claimx/" in frame.filename]
    where = f"{frames[-1].filename.rpartition('claimx/')[2]}:{frames[-1].lineno}" if frames else "elsewhere"
    return f"{type(error).__name__} at {where}"


if __name__ == "__main__":
    main()
