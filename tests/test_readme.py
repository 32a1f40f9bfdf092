"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHOWN = [body for language, body in BLOCKS if language == "console"]
COMMANDS = [
    line.split("  #")[0].strip()
    for language, body in BLOCKS
    if language == "sh"
    for line in body.splitlines()
    if line.startswith("claimx ")
]


def claimx(command: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "claimx", *shlex.split(command)[1:], *more],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )


@pytest.mark.parametrize("shown", SHOWN)
def test_the_output_shown_is_the_real_output(shown: str) -> None:
    """Line for line and in order; a line of … stands for lines left out."""
    command, *lines = shown.splitlines()
    done = claimx(command.removeprefix("$ "), ROOT)
    assert done.returncode == 0, done.stderr
    real = iter(line.rstrip() for line in (done.stderr + done.stdout).splitlines())
    for line in lines:
        assert line == "…" or line.rstrip() in real, line


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("claimx extract") and "seeds" not in c])
def test_every_extract_command_is_one_that_claimx_takes(command: str, tmp_path: Path) -> None:
    """Without calling anything: models and servers are not everywhere."""
    (tmp_path / "articles").mkdir()
    for name in ("story.md", "story.txt", "articles/one.md"):
        (tmp_path / name).write_text("Ada Thorn said the ferries were late.\n", encoding="utf-8")
    table = pyarrow.table({"id": ["one"], "text": ["Ada Thorn said the ferries were late."]})
    pyarrow.parquet.write_table(table, tmp_path / "articles.parquet")
    done = claimx(command, tmp_path, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "1 request" in done.stdout


@pytest.mark.slow
def test_the_evaluation_commands_run(tmp_path: Path) -> None:
    commands = [command for command in COMMANDS if command.startswith(("claimx eval", "claimx compare"))]
    assert len(commands) == 3
    done = claimx(commands[0], ROOT)
    assert done.returncode == 0, done.stderr
    done = claimx(
        commands[1].replace("-m gpt-5-mini", "-m offline").replace("new.json", str(tmp_path / "new.json")), ROOT
    )
    assert done.returncode == 0, done.stderr
    done = claimx(commands[2].replace("new.json", str(tmp_path / "new.json")), ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_ledger_commands_run(tmp_path: Path) -> None:
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    elsewhere = ("--store", "--engine")
    commands = [
        command for command in COMMANDS if "claims.jsonl" in command and not any(word in command for word in elsewhere)
    ]
    assert len(commands) == 5
    for command in commands:
        done = claimx(command, tmp_path)
        assert done.returncode == 0, (command, done.stderr)


def test_the_python_code_runs() -> None:
    (code,) = [body for language, body in BLOCKS if language == "python"]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_picture_shows_the_offsets_of_the_article() -> None:
    from claimx import read_article

    text = read_article(str(ROOT / "seeds" / "articles" / "00-borrell-lavrov.md")).text
    picture = next(body for language, body in BLOCKS if "└" in body)
    spans = {name: text[int(a) : int(b)] for name, a, b in re.findall(r"(content|cue|mention) (\d+):(\d+)", picture)}
    assert spans == {"content": "For Russia, the EU is an unreliable partner", "cue": "said", "mention": "Lavrov"}


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_two_commands_of_the_first_minute_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
