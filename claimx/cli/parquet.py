"""Claims into a Parquet file as they come: the columns of `claimx export --to parquet`, without holding them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from claimx.cli.output import Output
from claimx.errors import OutputError, UsageError
from claimx.report.columns import claims_table
from claimx.report.ledger import Ledger
from claimx.schema import Claim, Extraction

# Claims of a row group.
_TOGETHER = 10_000


class ParquetOutput(Output):
    """Writes claims as rows."""

    def __init__(self, path: Path, *, with_facts: bool) -> None:
        from pyarrow import parquet  # type: ignore[import-untyped]

        self._with_facts = with_facts
        self._waiting: list[Claim] = []
        self._writer: Any = parquet.ParquetWriter(path, claims_table(Ledger(())).schema)

    def write(self, extraction: Extraction, title: str | None = None) -> None:
        """Write one article's claims, with those of others."""
        self._waiting += [claim for claim in extraction.claims if self._with_facts or claim.kind == "claim"]
        if len(self._waiting) >= _TOGETHER:
            self._write_waiting()

    def close(self) -> None:
        """Write what waits, and what makes the file readable."""
        self._write_waiting()
        self._writer.close()

    def _write_waiting(self) -> None:
        if self._waiting:
            self._writer.write_table(claims_table(Ledger(tuple(self._waiting))))
            self._waiting = []


@contextmanager
def open_parquet(path: Path, *, with_facts: bool) -> Iterator[ParquetOutput]:
    """A file that takes its name when it is complete; after an exception what was done keeps the name NAME.part.

    Raises:
        UsageError: If pyarrow is not installed, or the file cannot be written.
        OutputError: If the disk takes no more.
    """
    path = path.resolve()
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    unfinished = path.with_name(path.name + ".part")
    try:
        out = ParquetOutput(unfinished, with_facts=with_facts)
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'claimx[tables]'") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
    try:
        try:
            yield out
        finally:
            out.close()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputError(str(path), error.strerror or str(error)) from None
    unfinished.replace(path)
