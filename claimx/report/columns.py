"""Claims and articles as typed columns: Parquet files and DuckDB databases, by way of Apache Arrow.

pyarrow and duckdb are imported when they are needed: they are an extra.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimx.errors import UsageError
from claimx.report.ledger import Ledger, digests_of
from claimx.report.tables import claim_row
from claimx.schema import Article, Claim, Span

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]

_INSTALL = "pip install 'claimx[tables]'"


def write_parquet(ledger: Ledger, articles: Mapping[str, Article], path: Path) -> Path:
    """Write the claims to `path` and the articles beside it; returns where these are.

    Raises:
        UsageError: If pyarrow is not installed.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        raise UsageError(f"Parquet needs pyarrow: {_INSTALL}") from None
    beside = path.with_name(f"{path.stem}.articles{path.suffix}")
    for table, target in ((claims_table(ledger), path), (articles_table(ledger, articles), beside)):
        partial = target.with_name(target.name + ".part")
        try:
            parquet.write_table(table, partial)
            partial.replace(target)
        finally:
            with suppress(OSError):
                partial.unlink()
    return beside


def write_duckdb(ledger: Ledger, articles: Mapping[str, Article], path: Path) -> None:
    """Write a new database with the tables `claims` and `articles`, in place of what is at `path`.

    Raises:
        UsageError: If duckdb or pyarrow is not installed, or the file cannot be written.
    """
    try:
        import duckdb
        import pyarrow  # noqa: F401
    except ImportError:
        raise UsageError(f"DuckDB needs duckdb and pyarrow: {_INSTALL}") from None
    partial = path.with_name(path.name + ".part")
    with suppress(FileNotFoundError):
        partial.unlink()
    try:
        with duckdb.connect(str(partial)) as database:
            for name, table in (("claims", claims_table(ledger)), ("articles", articles_table(ledger, articles))):
                database.register("arriving", table)
                database.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
                database.unregister("arriving")
        partial.replace(path)
    except duckdb.IOException as error:
        raise UsageError(f"{path} cannot be written ({error})") from None
    finally:
        with suppress(OSError):
            partial.unlink()


def claims_table(ledger: Ledger) -> pyarrow.Table:
    """One row per claim, the columns of the CSV and more.

    Spans are structs of start, end (half-open, code points) and text; `spans` are the pieces of the content. `date` is
    as precise as the article; `date_from` and `date_to` are the first and the last day of it.
    """
    import pyarrow as pa

    span = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("text", pa.string())])
    strings = ("id", "article_id", "article_digest", "kind", "text", "content", "speaker", "role", "stance", "target")
    schema = pa.schema(
        [(name, pa.string()) for name in (*strings, "quotation", "date", "grounding")]
        + [("date_from", pa.date32()), ("date_to", pa.date32()), ("nested", pa.bool_())]
        + [("start", pa.int64()), ("end", pa.int64()), ("spans", pa.list_(span))]
        + [(f"{name}_span", span) for name in ("cue", "mention", "date")]
    )
    return pa.Table.from_pylist([_row(claim) for claim in ledger.claims], schema=schema)


def articles_table(ledger: Ledger, articles: Mapping[str, Article]) -> pyarrow.Table:
    """One row per article of the ledger; what is not known of it is null."""
    import pyarrow as pa

    digests = digests_of(ledger)
    names = ("article_id", "article_digest", "title", "published", "source", "author", "language", "url", "text")
    rows: list[dict[str, Any]] = []
    for name in ledger.article_ids:
        known = articles[name].model_dump() if name in articles else {}
        rows.append({**known, "article_id": name, "article_digest": digests.get(name)})
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in names]))


def _row(claim: Claim) -> dict[str, Any]:
    first, last = days_of(claim.date.value) if claim.date and claim.date.value else (None, None)
    return claim_row(claim) | {
        "date_from": first,
        "date_to": last,
        "spans": [span.model_dump() for span in claim.content],
        "cue_span": _struct(claim.cue),
        "mention_span": _struct(claim.speaker.mention if claim.speaker else None),
        "date_span": _struct(claim.date.text if claim.date else None),
    }


def _struct(span: Span | None) -> dict[str, Any] | None:
    return span.model_dump() if span else None


def days_of(value: str) -> tuple[date, date] | tuple[None, None]:
    """The first and the last day of a date as precise as YYYY-MM-DD, YYYY-MM or YYYY; Nones if it is none.

    >>> [str(day) for day in days_of("2024-02")]
    ['2024-02-01', '2024-02-29']
    """
    parts = value.split("-")
    try:
        first = date(int(parts[0]), *(int(part) for part in (*parts[1:], "1", "1")[:2]))
    except ValueError:
        return None, None
    if len(parts) == 1:
        return first, first.replace(month=12, day=31)
    if len(parts) == 2:
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    return (first, first) if len(parts) == 3 else (None, None)
