"""The commands and recipes of docs/outputs.md run, in the order in which they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(sh|python)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [body for language, body in BLOCKS if language == "sh" and body.startswith("claimx ")]

SPRING = """---
title: The council hears a plan
published: 2026-03-06
---
"I support the tram line," Mayor Ilse Brandt said on Friday.

Councillor Jon Vale opposed the tram line on Thursday. The plan costs 40 million crowns.
"""
SUMMER = """---
title: The plan is late
published: 2026-06-12
---
"I oppose the tram line," Mayor Ilse Brandt said on Friday.
"""


def execute(folder: Path, *command: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, env={**os.environ, "PATH": path}, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles, and what the commands of the document make of them."""
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("outputs")
    (folder / "articles").mkdir()
    (folder / "articles" / "spring.md").write_text(SPRING, encoding="utf-8")
    (folder / "articles" / "summer.md").write_text(SUMMER, encoding="utf-8")
    for body in COMMANDS:
        if " ID " not in body:
            execute(folder, "bash", "-ec", body)
    return folder


def recipe(tool: str) -> str:
    [body] = [body for language, body in BLOCKS if f"import {tool}" in body or body.startswith(f"{tool} ")]
    return body


def test_the_commands_write_what_they_say(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "articles", "claims.json", "claims.jsonl", "report.html", "claims.parquet", "claims.articles.parquet",
        "claims.duckdb",
    }  # fmt: skip


def test_show_takes_an_id_of_the_file(folder: Path) -> None:
    [command] = [body for body in COMMANDS if " ID " in body]
    claim = re.search(r'"id":"(c-\w+)"', (folder / "claims.jsonl").read_text(encoding="utf-8"))
    assert claim
    assert "────" in execute(folder, "bash", "-ec", command.replace("ID", claim[1]))


def test_duckdb_finds_the_mayor_who_changed_her_stance(folder: Path) -> None:
    out = execute(folder, sys.executable, "-c", recipe("duckdb"))
    assert re.search(r"Ilse Brandt .*\[favor, against\]", out)
    assert "Vale" not in out


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
def test_jq_lists_who_is_against_what(folder: Path) -> None:
    rows = [line.split("\t")[:2] for line in execute(folder, "bash", "-ec", recipe("jq")).splitlines()]
    assert sorted(rows) == [["Ilse Brandt", "tram line"], ["Jon Vale", "tram line"]]


def test_pandas_counts_stances(folder: Path) -> None:
    pytest.importorskip("pandas")
    rows = execute(folder, sys.executable, "-c", recipe("pandas")).splitlines()
    assert [row.split() for row in rows if row.startswith("Ilse")] == [["Ilse", "Brandt", "1", "1"]]


def test_the_picture_is_there() -> None:
    assert (ROOT / "docs" / "report.png").stat().st_size > 10_000
