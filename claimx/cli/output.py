"""Where claims go: a terminal, a pipe, or a file that is whole or not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from claimx.cli.shell import note
from claimx.errors import OutputError, UsageError
from claimx.report.tables import claim_line, csv_lines, write_table
from claimx.schema import Claim, Extraction

_BY_SUFFIX = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".txt": "table",
    ".parquet": "parquet",
}


class Output:
    """Writes extractions in one format as they come; whole lines at a time."""

    def __init__(self, stream: TextIO, format_: str, *, with_facts: bool) -> None:
        self._stream = stream
        self._format = format_
        self._with_facts = with_facts
        self._count = 0

    def write(self, extraction: Extraction, title: str | None = None) -> None:
        """Write one article's claims; `title` is shown above a table."""
        claims = tuple(claim for claim in extraction.claims if self._with_facts or claim.kind == "claim")
        with self._named_errors():
            getattr(self, f"_write_{self._format}")(extraction, claims, title)
            self._stream.flush()
        self._count += 1

    def close(self) -> None:
        """Write what has to stand at the end."""
        if self._format == "json":
            with self._named_errors():
                self._stream.write("]\n" if self._count else "[]\n")
                self._stream.flush()

    @property
    def is_empty(self) -> bool:
        """Whether no article has been written."""
        return not self._count

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(self._stream.name, error.strerror or str(error)) from None

    def _write_jsonl(self, _: Extraction, claims: tuple[Claim, ...], __: str | None) -> None:
        self._stream.write("".join(claim_line(claim) + "\n" for claim in claims))

    def _write_json(self, extraction: Extraction, claims: tuple[Claim, ...], _: str | None) -> None:
        whole = Extraction.model_validate({**dict(extraction), "claims": claims})
        self._stream.write(("," if self._count else "[") + "\n" + claim_line(whole) + "\n")

    def _write_csv(self, _: Extraction, claims: tuple[Claim, ...], __: str | None) -> None:
        self._stream.write(csv_lines(claims, header=not self._count))

    def _write_table(self, extraction: Extraction, claims: tuple[Claim, ...], title: str | None) -> None:
        from rich.console import Console

        console = Console(file=self._stream, highlight=False, markup=False)
        if self._count:
            console.print()
        write_table(console, Extraction.model_validate({**dict(extraction), "claims": claims}), title=title)


@contextmanager
def open_output(path: Path | None, format_: str | None, *, with_facts: bool) -> Iterator[Output]:
    """Standard output, or a file that takes its name only when it is complete.

    What was written by the time of an exception is closed in order and, of a file, kept under another name.

    Raises:
        UsageError: If the file cannot be written.
    """
    if path is None or str(path) == "-":
        out = Output(sys.stdout, format_ or ("table" if sys.stdout.isatty() else "jsonl"), with_facts=with_facts)
        with _closed_in_order(out):
            yield out
        return
    chosen = format_ or _BY_SUFFIX.get(path.suffix.lower())
    if chosen is None:
        raise UsageError(f"{path}: say which format with -f, or end the name in {', '.join(_BY_SUFFIX)}")
    if chosen == "parquet":
        from claimx.cli.parquet import open_parquet

        with open_parquet(path, with_facts=with_facts) as rows:
            yield rows
        return
    # A link leads to what is meant; a pipe or device is written to, never replaced.
    path = path.resolve()
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    is_regular = path.is_file() or not path.exists()
    unfinished = path.with_name(path.name + ".part") if is_regular else path
    try:
        stream = unfinished.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    out = Output(stream, chosen, with_facts=with_facts)
    try:
        with stream, _closed_in_order(out):
            yield out
    except BaseException as raised:
        if is_regular and out.is_empty:
            unfinished.unlink()
        elif is_regular:
            note(f"what was done is in {unfinished}")
        if isinstance(raised, OSError) and not isinstance(raised, BrokenPipeError):
            # Closing writes what was held back, and meets the full disk once more.
            raise OutputError(str(path), raised.strerror or str(raised)) from None
        raise
    if is_regular:
        unfinished.replace(path)


@contextmanager
def _closed_in_order(out: Output) -> Iterator[None]:
    """Close after an exception, too, unless closing is what fails."""
    try:
        yield
    except BaseException:
        with suppress(OSError, OutputError):
            out.close()
        raise
    out.close()
