"""Request files as OpenAI's Batch API and `vllm run-batch` take them: one JSON object a line, several files if need be.

Source:
    OpenAI API reference, "Create batch": 50,000 lines and 200 MB a file at most. 64 characters a `custom_id`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from claimx.errors import OutputError, UsageError
from claimx.model.prompts import Prompt
from claimx.model.recording import Journal
from claimx.runs.batch.pending import answered_from
from claimx.schema import Article
from claimx.settings import Settings

MOST_LINES = 50_000
MOST_BYTES = 200_000_000

_PENDING = "written to the batch"
# They end a line for some readers, and stand in JSON only within strings.
_LINE_ENDS = [(end.encode(), f"\\u{ord(end):04x}".encode()) for end in "\x85\u2028\u2029"]


def custom_id(key: bytes) -> str:
    """The name of a request in a batch: the 64 hexadecimal digits of the key of its reply."""
    return key.hex()


def request_line(key: bytes, body: bytes) -> bytes:
    r"""One request as a line of UTF-8; `body` is JSON on one line, as it would go over the wire.

    >>> request_line(bytes(32), b'{"model":"m"}')[78:]
    b'","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}\n'
    """
    for end, escaped in _LINE_ENDS:
        body = body.replace(end, escaped)
    head = f'{{"custom_id":"{custom_id(key)}","method":"POST","url":"/v1/chat/completions","body":'
    return head.encode() + body + b"}\n"


class RequestFiles:
    """Files of request lines that take their names when all are complete; use it as a context manager.

    One file is called `path`; several are numbered from 001 before the suffix: `requests-001.jsonl`.

    Args:
        path: What to call it.
        most_lines: Lines in one file.
        most_bytes: Bytes in one file.
    """

    def __init__(self, path: Path, *, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most_lines, self._most_bytes = most_lines, most_bytes
        self._unfinished: list[Path] = []
        self._file: BinaryIO | None = None
        self._lines_in_file = self._bytes_in_file = 0
        self.lines = self.bytes = 0
        self.paths: list[Path] = []
        self.earlier: list[Path] = []

    def __enter__(self) -> RequestFiles:
        try:
            is_folder, has_folder = self._path.is_dir(), self._path.parent.is_dir()
        except OSError as error:
            raise UsageError(f"{self._path} cannot be written: {error.strerror}") from None
        if is_folder:
            raise UsageError(f"{self._path} is a folder; name a file in it")
        if not has_folder:
            raise UsageError(f"{self._path} cannot be written: there is no folder {self._path.parent}")
        return self

    def write(self, key: bytes, body: bytes) -> None:
        """Write one request, in the next file if this one is full.

        Raises:
            OutputError: If the disk does not take it.
        """
        line = request_line(key, body)
        try:
            if (
                self._file is None
                or self._lines_in_file >= self._most_lines
                or self._bytes_in_file + len(line) > self._most_bytes
            ):
                self._file = self._next_file()
            self._file.write(line)
        except OSError as error:
            raise OutputError(str(self._path), error.strerror or str(error)) from None
        self._lines_in_file, self._bytes_in_file = self._lines_in_file + 1, self._bytes_in_file + len(line)
        self.lines, self.bytes = self.lines + 1, self.bytes + len(line)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._file:
                self._file.close()
            if error is None:
                self._name_files()
        except OSError as raised:
            raise OutputError(str(self._path), raised.strerror or str(raised)) from None
        finally:
            for path in self._unfinished:
                path.unlink(missing_ok=True)

    def _next_file(self) -> BinaryIO:
        if self._file:
            self._file.close()
        self._lines_in_file = self._bytes_in_file = 0
        path = self._path.with_name(f"{self._path.name}.{len(self._unfinished) + 1:03}.part")
        file = path.open("wb")
        self._unfinished.append(path)
        return file

    def _name_files(self) -> None:
        """Give the files their names, and note in `earlier` what lies there under such a name from another time."""
        stem, suffix = self._path.stem, self._path.suffix
        count = len(self._unfinished)
        names = [self._path.name] if count == 1 else [f"{stem}-{number:03}{suffix}" for number in range(1, count + 1)]
        self.paths = [self._path.with_name(name) for name in names]
        for unfinished, path in zip(self._unfinished, self.paths, strict=True):
            unfinished.replace(path)
        own_name = re.compile(re.escape(stem) + r"(-\d{3,})?" + re.escape(suffix))
        self.earlier = sorted(
            path
            for path in self._path.parent.iterdir()
            if own_name.fullmatch(path.name) and path.name not in names and path.is_file()
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_requests` wrote, and of how many articles; `answered` ones needed nothing."""

    requests: int
    articles: int
    answered: int


async def write_requests(
    articles: Iterable[Article], files: RequestFiles, journal: Journal, prompt: Prompt, settings: Settings
) -> Written:
    """Write every request that the articles need and the journal does not answer, each once."""
    written: set[bytes] = set()
    read = answered = 0

    def take(key: bytes, body: bytes) -> str:
        if key not in written:
            written.add(key)
            files.write(key, body)
        return _PENDING

    async with answered_from(journal, take, prompt, settings) as extract:
        for article in articles:
            extraction = await extract(article)
            if any(failure.error != _PENDING for failure in extraction.failures):
                # Replies that are of no use were discarded at this look; at another they are asked for.
                extraction = await extract(article)
            read += 1
            answered += not extraction.is_partial
    return Written(len(written), read, answered)
