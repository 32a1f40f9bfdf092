"""Every reply that was paid for, in one SQLite file: committed before it is used, found again by what was asked.

The file is in WAL mode, so several processes may use it at once and a process that is killed loses at most what
was in flight. It holds addresses, models, messages' digests and replies; never a key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from claimx.errors import StoreError
from claimx.model.recording import Recorded
from claimx.runs.database import (
    ADVICE,
    VERSION,
    check_file,
    check_owner,
    connect,
    connect_to_read,
    errors_named,
    migrate,
)
from claimx.schema import Extraction

Reuse = Literal["usable", "own", "all"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the store remembers it; times are ISO 8601 in UTC, `ended` is None if it was killed or goes on."""

    id: int
    started: str
    ended: str | None
    status: str
    model: str
    endpoint: str
    prompt: str
    articles: int
    partial: int
    claims: int
    paid: int


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """What came of one article in one run; `problem` is the first error of those that are not whole."""

    id: str
    digest: str
    claims: int
    rejected: int
    failures: int
    problem: str | None


class Store:
    """An open store; made by `open_store`.

    Args:
        path: Where the file is, for messages.
        connection: To a file of the current version.
        reuse: Which replies answer a request: `usable` ones, those of this run (`own`), or `all`, poor ones included.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, reuse: Reuse) -> None:
        self._path = path
        self._connection = connection
        self._reuse = reuse
        self._run = 0

    def begin_run(self, *, model: str, endpoint: str, prompt: str) -> int:
        """Note that a run begins; what is kept from here on belongs to it."""
        if self._reuse != "all":
            cursor = self._execute(
                "INSERT INTO runs (started, model, endpoint, prompt) VALUES (?, ?, ?, ?)",
                (_now(), model, endpoint, prompt),
            )
            self._run = int(cursor.lastrowid or 0)
        return self._run

    def end_run(self, status: str) -> None:
        """Note how the run ended: `done`, `partial`, `interrupted`, `stopped` or `failed`."""
        if self._run:
            self._execute("UPDATE runs SET ended = ?, status = ? WHERE id = ?", (_now(), status, self._run))

    def note_article(self, extraction: Extraction) -> None:
        """Note what came of one article."""
        if self._run:
            problem = extraction.failures[0].error if extraction.failures else None
            counts = len(extraction.claims), len(extraction.rejected), len(extraction.failures)
            self._execute(
                "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self._run, extraction.article_id, extraction.article_digest, *counts, problem),
            )

    def find(self, key: bytes) -> Recorded | None:
        """The reply that is kept under `key`, if it may be used."""
        condition = {"usable": "is_usable", "own": "is_usable AND paid_by = ?2", "all": "1"}[self._reuse]
        values = (key, self._run) if self._reuse == "own" else (key,)
        rows = self._rows(
            f"SELECT status, content_type, body, used_by FROM replies WHERE key = ?1 AND {condition}", values
        )
        if not rows:
            return None
        ((status, content_type, body, used_by),) = rows
        if not (isinstance(status, int) and isinstance(content_type, str) and isinstance(body, bytes)):
            raise StoreError(str(self._path), ADVICE[sqlite3.SQLITE_CORRUPT])
        if self._run and used_by != self._run:
            self._execute("UPDATE replies SET used_by = ? WHERE key = ?", (self._run, key))
        return Recorded(status, content_type, body)

    def keep(self, key: bytes, reply: Recorded, *, is_usable: bool) -> None:
        """Commit a reply; when this returns, it survives the process and the machine."""
        self._execute(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (key, self._run, self._run, _now(), reply.status, reply.content_type, reply.body, is_usable),
        )

    def keep_all(self, replies: Iterable[tuple[bytes, Recorded]]) -> None:
        """Commit many usable replies at once, as a batch brings them: all of them, or none if an exception comes."""
        with self._transaction():
            for key, reply in replies:
                self.keep(key, reply, is_usable=True)

    def is_known_as_unusable(self, key: bytes, reply: Recorded) -> bool:
        """Whether this very reply is kept and was discarded."""
        return bool(self._rows("SELECT 1 FROM replies WHERE key = ? AND NOT is_usable AND body = ?", (key, reply.body)))

    def discard(self, keys: Sequence[bytes]) -> None:
        """Let these replies answer nothing but a replay: nothing came of them, so a later run asks again."""
        if self._reuse != "all":
            for key in keys:
                self._execute("UPDATE replies SET is_usable = 0 WHERE key = ?", (key,))

    def runs(self) -> list[RunRecord]:
        """All runs, oldest first."""
        rows = self._rows(
            """SELECT id, started, ended, status, model, endpoint, prompt,
                      (SELECT count(*) FROM articles WHERE run = runs.id),
                      (SELECT count(*) FROM articles WHERE run = runs.id AND failures),
                      (SELECT coalesce(sum(claims), 0) FROM articles WHERE run = runs.id),
                      (SELECT count(*) FROM replies WHERE paid_by = runs.id)
               FROM runs ORDER BY id"""
        )
        return [RunRecord(*row) for row in rows]

    def articles(self, run: int) -> list[ArticleRecord]:
        """The articles of one run, those that are not whole first."""
        rows = self._rows(
            """SELECT id, digest, claims, rejected, failures, problem FROM articles
               WHERE run = ? ORDER BY failures = 0, id""",
            (run,),
        )
        return [ArticleRecord(*row) for row in rows]

    def prune(self, keep: int) -> tuple[int, int]:
        """Forget all but the last `keep` runs, and every reply that none of these used.

        Returns:
            How many runs and how many replies were forgotten.
        """
        with self._transaction():
            kept = [run for (run,) in self._rows("SELECT id FROM runs ORDER BY id DESC LIMIT ?", (keep,))]
            oldest = min(kept, default=2**62)
            replies = self._execute("DELETE FROM replies WHERE used_by < ?", (oldest,)).rowcount
            runs = self._execute("DELETE FROM runs WHERE id < ?", (oldest,)).rowcount
        self._execute("VACUUM")
        return runs, replies

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with errors_named(self._path):
            return self._connection.execute(statement, values)

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with errors_named(self._path):
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._execute("COMMIT")


@contextmanager
def open_store(path: Path, reuse: Reuse = "usable", *, must_exist: bool = False) -> Iterator[Store]:
    """Open a store, making it if there is none; with `reuse="all"` it is only read.

    Raises:
        StoreError: If the file is not a claimx store, is damaged, of a newer version, read-only, or full.
    """
    reads_only = reuse == "all"
    check_file(path, must_exist=reads_only or must_exist)
    with errors_named(path):
        connection = connect_to_read(path) if reads_only else connect(path)
    try:
        with errors_named(path):
            version = check_owner(path, connection)
            if not reads_only:
                migrate(connection)
            elif version < VERSION:
                raise StoreError(str(path), "is of an older version; use it once without --replay")
        yield Store(path, connection, reuse)
    finally:
        connection.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
