"""Parquet at both ends of `claimx extract`: articles in, claims out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner, Result

from claimx.article.sources import read_articles
from claimx.cli import app
from claimx.errors import InputError

TEXT = "The weir was opened at noon, Warden Quill said."


def written(path: Path, **columns: list[Any]) -> str:
    parquet.write_table(pa.table(columns), path)
    return str(path)


def claimx(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_rows_are_articles(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.parquet",
        id=["x", None],
        text=[TEXT, "Two."],
        title=["One", None],
        views=[1, 2],
        author=["Ann", ""],
    )
    first, second = read_articles(path)
    assert (first.id, first.text, first.title, first.author) == ("x", TEXT, "One", "Ann")
    assert (second.id, second.title, second.author) == ("a-2", None, None)


@pytest.mark.parametrize(
    ("value", "published"),
    [
        ("2026-05-04", "2026-05-04"),
        (date(2026, 5, 4), "2026-05-04"),
        (datetime(2026, 5, 4, 12, 30), "2026-05-04T12:30:00"),
        (datetime(2026, 5, 4, 12, 30, tzinfo=UTC), "2026-05-04T12:30:00+00:00"),
        (None, "2020-01-01"),
    ],
)
def test_dates_come_in_any_type(tmp_path: Path, value: Any, published: str) -> None:
    path = written(tmp_path / "a.parquet", text=pa.array([TEXT]), date=pa.array([value]))
    (article,) = read_articles(path, published="2020-01-01")
    assert article.published == published


def test_a_row_that_is_no_article_costs_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", id=["x", "y", "x", "z"], text=[TEXT, None, "Again.", " "])
    skipped: list[InputError] = []
    assert [article.id for article in read_articles(path, skip=skipped.append)] == ["x"]
    assert [error.reason for error in skipped] == [
        'row 2: no "text"',
        "row 3: has the id 'x', as row 1 has; rename one",
        "row 4: the text is empty",
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "not a Parquet file"), (b"PAR1 nonsense PAR1", "not a Parquet file"), (None, "no such file")],
)
def test_what_is_no_parquet_file_is_refused(tmp_path: Path, raw: bytes | None, reason: str) -> None:
    if raw is not None:
        (tmp_path / "a.parquet").write_bytes(raw)
    with pytest.raises(InputError, match=reason):
        list(read_articles(str(tmp_path / "a.parquet")))


def test_a_file_without_rows_holds_no_articles(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no articles"):
        list(read_articles(written(tmp_path / "a.parquet", text=pa.array([], pa.string()))))


def test_claims_are_the_same_from_parquet_to_parquet(tmp_path: Path) -> None:
    """The columns are those of an export, whatever way the claims came."""
    source = written(tmp_path / "a.parquet", id=["x", "y"], text=[TEXT, TEXT.replace("noon", "dawn")])
    assert claimx("extract", source, "-o", tmp_path / "direct.parquet").exit_code == 0
    assert claimx("extract", source, "-o", tmp_path / "claims.jsonl").exit_code == 0
    exported = claimx("export", tmp_path / "claims.jsonl", "--to", "parquet", "-o", tmp_path / "exported.parquet")
    assert exported.exit_code == 0
    direct, by_export = (parquet.read_table(tmp_path / f"{name}.parquet") for name in ("direct", "exported"))
    assert direct.schema == by_export.schema
    assert direct.num_rows >= 2
    assert direct.sort_by("id").to_pylist() == by_export.sort_by("id").to_pylist()


def test_claims_without_facts(tmp_path: Path) -> None:
    source = written(tmp_path / "a.parquet", text=[f"{TEXT} Production rose by 3 percent in 2025."])
    claimx("extract", source, "--no-facts", "-o", tmp_path / "c.parquet")
    assert set(parquet.read_table(tmp_path / "c.parquet").column("kind").to_pylist()) == {"claim"}


def test_an_output_that_cannot_be_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "a.parquet", text=[TEXT])
    done = claimx("extract", source, "-o", tmp_path / "no" / "c.parquet")
    assert (done.exit_code, "cannot be written" in done.stderr) == (2, True)
    (tmp_path / "d.parquet").mkdir()
    assert claimx("extract", source, "-o", tmp_path / "d.parquet").exit_code == 2


def test_a_folder_is_read_with_its_parquet_files(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    written(tmp_path / "two.parquet", text=[TEXT])
    assert [article.id for article in read_articles(str(tmp_path))] == ["one", "two-1"]
