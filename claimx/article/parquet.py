"""Articles in a Parquet file: one a row, in columns named like the fields of JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from claimx.article.origin import Origin
from claimx.article.records import build_article
from claimx.errors import InputError
from claimx.schema import Article

# Rows that are in memory at a time.
_ROWS = 1024


def read_parquet(path: Path, origin: Origin) -> Iterator[tuple[Origin, Article]]:
    """Read the articles of a Parquet file, row by row, each with where it stood.

    A row needs a `text`; the columns `id` (or `article_id`), `title`, `published` (or `date`; a string, date or time
    stamp), `source`, `author`, `language` and `url` are read where they are, and no others.

    Raises:
        InputError: If it is not there, no Parquet file, or has no articles, or if pyarrow is not installed.
    """
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ImportError:
        raise origin.error("Parquet needs pyarrow: pip install 'claimx[tables]'") from None
    places: dict[str, str] = {}
    try:
        with parquet.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name in _COLUMNS]
            for number, row in enumerate(_rows(file, columns), start=1):
                place = replace(origin, place=f"row {number}", default_id=f"{origin.default_id or path.stem}-{number}")
                try:
                    article = _article(row, place)
                    if (other := places.setdefault(article.id, place.place)) != place.place:
                        raise place.error(f"has the id {article.id!r}, as {other} has; rename one")
                except InputError as error:
                    origin.skip(error)
                else:
                    yield place, article
    except FileNotFoundError:
        raise origin.error("no such file; check the path") from None
    except (pyarrow.ArrowException, OSError) as error:
        raise origin.error(f"not a Parquet file that can be read ({str(error).splitlines()[0][:200]})") from None
    if not places:
        raise origin.error("holds no articles")


_COLUMNS = frozenset({"id", "article_id", "text", "title", "published", "date", "source", "author", "language", "url"})


def _rows(file: Any, columns: list[str]) -> Iterator[dict[str, Any]]:
    for batch in file.iter_batches(_ROWS, columns=columns):
        yield from batch.to_pylist()


def _article(row: dict[str, Any], place: Origin) -> Article:
    text = row.pop("text", None)
    if not isinstance(text, str):
        raise place.error('no "text"')
    # As claimx export writes it.
    row.setdefault("id", row.pop("article_id", None))
    for name in ("published", "date"):
        if isinstance(row.get(name), date | datetime):
            row[name] = row[name].isoformat()
    return build_article(row, text, place)
