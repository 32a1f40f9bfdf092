"""Imports point one way, from the command line back to the schema."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.conftest import ROOT

# Each room imports only from those before it (and from itself).
ORDER = [
    "errors",
    "schema",
    "settings",
    "article",
    "model",
    "claims",
    "pipeline",
    "runs",
    "report",
    "evaluation",
    "api",
    "cli",
]
# The only places that touch the network, the disk, the environment or the terminal.
ALLOWED_IO = {"os": {"cli", "article"}, "sys": {"cli", "article"}, "socket": {"cli", "article"}, "subprocess": set()}

FILES = sorted((ROOT / "claimx").rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT / "claimx").parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def test_every_room_has_its_place_in_the_order() -> None:
    assert {room(path) for path in FILES} - {"__init__", "__main__"} == set(ORDER)


def test_imports_point_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in FILES
        if room(path) in ORDER
        for name in imports(path)
        if name.startswith("claimx.")
        and (there := name.split(".")[1]) in ORDER
        and ORDER.index(there) > ORDER.index(room(path))
    ]
    assert wrong == []


def test_the_core_does_no_io() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in FILES
        if room(path) in ORDER
        for name in imports(path)
        if name.split(".")[0] in ALLOWED_IO and room(path) not in ALLOWED_IO[name.split(".")[0]]
    ]
    assert wrong == []


def test_the_readme_draws_the_rooms_that_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    drawing = readme[readme.index("## Architecture") :].split("```")[1]
    drawn = set(re.findall(r"[a-z]+", drawing))
    assert set(ORDER) <= drawn
