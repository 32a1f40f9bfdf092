"""Where claims go: a terminal, a pipe, or a file that is whole or not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from claimx.errors import UsageError
from claimx.report.tables import claim_line, csv_lines, write_table
from claimx.schema import Claim, Extraction

_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".txt": "table"}


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
        getattr(self, f"_write_{self._format}")(extraction, claims, title)
        self._count += 1
        self._stream.flush()

    def close(self) -> None:
        """Write what has to stand at the end."""
        if self._format == "json":
            self._stream.write("]\n" if self._count else "[]\n")
            self._stream.flush()

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

    Raises:
        UsageError: If the file cannot be written.
    """
    if path is None or str(path) == "-":
        out = Output(sys.stdout, format_ or ("table" if sys.stdout.isatty() else "jsonl"), with_facts=with_facts)
        yield out
        out.close()
        return
    chosen = format_ or _BY_SUFFIX.get(path.suffix.lower(), "jsonl")
    partial = path.with_name(path.name + ".part")
    try:
        stream = partial.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    with stream:
        out = Output(stream, chosen, with_facts=with_facts)
        yield out
        out.close()
    partial.replace(path)
