"""A suite: one gold, several systems, and the figures they must reach, as a small TOML file.

    gold = "../seeds"

    [gates]
    attribution_f1 = 0.30

    [[systems]]
    name = "offline"
    model = "offline"

A system has the settings of `claimx extract`, or `predictions = "FILE"`. Paths are relative to the suite.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimx.errors import UsageError
from claimx.evaluation.gates import Gate, parse_gate


@dataclass(frozen=True)
class SuiteSystem:
    """A system to evaluate: predictions in a file, or settings to run a model with."""

    name: str | None
    predictions: Path | None
    settings: dict[str, Any]


@dataclass(frozen=True)
class Suite:
    """What to evaluate on what."""

    gold: Path
    gates: tuple[Gate, ...]
    systems: tuple[SuiteSystem, ...]


def read_suite(path: Path) -> Suite:
    """Read a suite.

    Raises:
        UsageError: If it is not TOML, or lacks its gold or systems, or has something unknown.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not TOML ({error})") from None
    if unknown := sorted(document.keys() - {"gold", "gates", "systems"}):
        raise UsageError(f"{path}: unknown key {unknown[0]!r}; a suite has gold, gates and systems")
    gold, gates, systems = document.get("gold"), document.get("gates", {}), document.get("systems")
    if not isinstance(gold, str):
        raise UsageError(f'{path}: name the labelled articles: gold = "FOLDER"')
    if not isinstance(gates, dict):
        raise UsageError(f"{path}: gates is a table: [gates], then NAME = VALUE")
    if not isinstance(systems, list) or not systems or not all(isinstance(item, dict) for item in systems):
        raise UsageError(f'{path}: name at least one system: [[systems]], then model = "offline"')
    return Suite(
        gold=path.parent / gold,
        gates=tuple(parse_gate(f"{name}={value}") for name, value in gates.items()),
        systems=tuple(_system(path, item) for item in systems),
    )


def _system(path: Path, item: dict[str, Any]) -> SuiteSystem:
    settings = {key: value for key, value in item.items() if key not in ("name", "predictions")}
    name, predictions = item.get("name"), item.get("predictions")
    if not isinstance(name, str | None) or not isinstance(predictions, str | None):
        raise UsageError(f"{path}: a system's name and predictions are strings")
    if predictions and settings:
        raise UsageError(f"{path}: a system has predictions or settings, not both ({', '.join(sorted(settings))})")
    return SuiteSystem(name, path.parent / predictions if predictions else None, settings)
