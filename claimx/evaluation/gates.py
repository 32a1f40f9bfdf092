"""Gates: figures that a result must reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from claimx.errors import UsageError
from claimx.evaluation.figures import FIGURES
from claimx.evaluation.result import Result


@dataclass(frozen=True)
class Gate:
    """A figure and the least value, from 0 to 1, that it must have."""

    name: str
    least: float


@dataclass(frozen=True)
class GateOutcome:
    """A gate and what the figure was; an unscored figure fails its gate."""

    gate: Gate
    value: float | None

    @property
    def is_passed(self) -> bool:
        """Whether the figure is high enough."""
        return self.value is not None and self.value >= self.gate.least

    def __str__(self) -> str:
        shown = "not scored" if self.value is None else f"{self.value:.4f}"
        return f"{self.gate.name} is {shown}, at least {self.gate.least:g} is asked for"


EVIDENCE = Gate("evidence", 1.0)
"""Always in force where evidence is scored: a span that is not in the article is a defect, not a matter of degree."""


def parse_gate(text: str) -> Gate:
    """Read `attribution_f1=0.50`.

    Raises:
        UsageError: If there is no such figure, or the value is not between 0 and 1.

    >>> parse_gate("attribution_f1=0.50")
    Gate(name='attribution_f1', least=0.5)
    """
    name, _, value = text.partition("=")
    if name not in FIGURES:
        near = ", ".join(get_close_matches(name, FIGURES, n=3)) or "attribution_f1, the headline"
        raise UsageError(f"--fail-under {text}: no figure is called {name!r}; did you mean {near}?")
    try:
        least = float(value)
    except ValueError:
        least = -1
    if not 0 <= least <= 1:
        raise UsageError(f"--fail-under {text}: write {name}=VALUE with a value from 0 to 1, such as {name}=0.50")
    return Gate(name, least)


def apply_gates(result: Result, gates: Iterable[Gate]) -> list[GateOutcome]:
    """What each gate says, that of the evidence first where evidence is scored."""
    standing = (EVIDENCE,) if result.value("evidence") is not None else ()
    return [GateOutcome(gate, result.value(gate.name)) for gate in (*standing, *gates)]
