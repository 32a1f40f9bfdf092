"""What is built is whole: prompts and templates ship in the wheel, and it runs outside the source tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = out.glob("claimx-*.whl")
    return built


@pytest.mark.slow
def test_every_file_that_the_package_reads_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = [path for path in (ROOT / "claimx").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {str(path.relative_to(ROOT)) for path in data} <= names
    assert "claimx/prompts/extract.md" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_the_wheel_extracts_claims_outside_the_source_tree(wheel: Path, tmp_path: Path) -> None:
    """Unpacked into an empty folder, with this environment's dependencies but not this checkout."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "import claimx; assert 'site' in claimx.__file__, claimx.__file__\n"
        "from claimx.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(site), "extract", "-", "-f", "jsonl"],
        input=b"Ada Thorn said the ferries were late.\n",
        capture_output=True,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"the ferries were late" in done.stdout
