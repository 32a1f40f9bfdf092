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
from urllib.parse import quote

from claimx.errors import ClaimxError
from claimx.model.recording import Recorded
from claimx.schema import Extraction

# "clmx": tells a claimx store from anybody else's database.
APPLICATION_ID = 0x636C6D78
# Each step brings a store from the version that is its index to the next.
MIGRATIONS = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, status TEXT NOT NULL DEFAULT 'running',
        model TEXT NOT NULL, endpoint TEXT NOT NULL, prompt TEXT NOT NULL);
    CREATE TABLE articles (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, id TEXT NOT NULL, digest TEXT NOT NULL,
        claims INTEGER NOT NULL, rejected INTEGER NOT NULL, failures INTEGER NOT NULL, problem TEXT,
        PRIMARY KEY (run, id)) WITHOUT ROWID;
    CREATE TABLE replies (
        key BLOB PRIMARY KEY, paid_by INTEGER NOT NULL, used_by INTEGER NOT NULL, received TEXT NOT NULL,
        status INTEGER NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL, is_usable INTEGER NOT NULL);
    CREATE INDEX replies_used_by ON replies (used_by);
    """,
)
VERSION = len(MIGRATIONS)

_BUSY_S = 30.0
_MAGIC = b"SQLite format 3\0"
Reuse = Literal["usable", "own", "all"]


class StoreError(ClaimxError):
    """A store that cannot be opened, read or written; nothing in it was overwritten."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"store {self.path}: {self.reason}"


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
        row = self._execute(
            f"SELECT status, content_type, body, used_by FROM replies WHERE key = ?1 AND {condition}", values
        ).fetchone()
        if row is None:
            return None
        if self._run and row[3] != self._run:
            self._execute("UPDATE replies SET used_by = ? WHERE key = ?", (self._run, key))
        return Recorded(status=row[0], content_type=row[1], body=row[2])

    def keep(self, key: bytes, reply: Recorded, *, is_usable: bool) -> None:
        """Commit a reply; when this returns, it survives the process and the machine."""
        self._execute(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (key, self._run, self._run, _now(), reply.status, reply.content_type, reply.body, is_usable),
        )

    def discard(self, keys: Sequence[bytes]) -> None:
        """Let these replies answer nothing but a replay: nothing came of them, so a later run asks again."""
        if self._reuse != "all":
            for key in keys:
                self._execute("UPDATE replies SET is_usable = 0 WHERE key = ?", (key,))

    def runs(self) -> list[RunRecord]:
        """All runs, oldest first."""
        rows = self._execute(
            """SELECT id, started, ended, status, model, endpoint, prompt,
                      (SELECT count(*) FROM articles WHERE run = runs.id),
                      (SELECT count(*) FROM articles WHERE run = runs.id AND failures),
                      (SELECT coalesce(sum(claims), 0) FROM articles WHERE run = runs.id),
                      (SELECT count(*) FROM replies WHERE paid_by = runs.id)
               FROM runs ORDER BY id"""
        )
        return [RunRecord(*row) for row in rows]

    def articles(self, run: int) -> Iterator[ArticleRecord]:
        """The articles of one run, those that are not whole first."""
        rows = self._execute(
            """SELECT id, digest, claims, rejected, failures, problem FROM articles
               WHERE run = ? ORDER BY failures = 0, id""",
            (run,),
        )
        return (ArticleRecord(*row) for row in rows)

    def prune(self, keep: int) -> tuple[int, int]:
        """Forget all but the last `keep` runs, and every reply that none of these used.

        Returns:
            How many runs and how many replies were forgotten.
        """
        with self._transaction():
            kept = [run for (run,) in self._execute("SELECT id FROM runs ORDER BY id DESC LIMIT ?", (keep,))]
            oldest = min(kept, default=2**62)
            replies = self._execute("DELETE FROM replies WHERE used_by < ?", (oldest,)).rowcount
            runs = self._execute("DELETE FROM runs WHERE id < ?", (oldest,)).rowcount
        self._execute("VACUUM")
        return runs, replies

    def _execute(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, tuple(values))
        except sqlite3.Error as error:
            raise StoreError(str(self._path), _reason(error)) from None

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
    _check_file(path, must_exist=reads_only or must_exist)
    try:
        connection = _connect_to_read(path) if reads_only else _connect(path)
    except sqlite3.Error as error:
        raise StoreError(str(path), _reason(error)) from None
    try:
        try:
            version = _check_owner(path, connection)
            if not reads_only:
                _migrate(connection)
            elif version < VERSION:
                raise StoreError(str(path), "is of an older version; use it once without --replay")
        except sqlite3.Error as error:
            raise StoreError(str(path), _reason(error)) from None
        yield Store(path, connection, reuse)
    finally:
        connection.close()


def _check_file(path: Path, *, must_exist: bool) -> None:
    """Refuse what is not a database before SQLite touches it."""
    try:
        if not path.exists():
            if must_exist:
                raise StoreError(str(path), "there is no such file")
            return
        if path.is_dir():
            raise StoreError(str(path), "is a folder; name a file")
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise StoreError(str(path), f"cannot be read ({error.strerror})") from None
    if head != _MAGIC and (head or must_exist):
        raise StoreError(str(path), "is not a claimx store; nothing was changed. Name another file")


def _check_owner(path: Path, connection: sqlite3.Connection) -> int:
    """The version of the store; 0 for a new one."""
    ((owner,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master")
    if owner != APPLICATION_ID and (owner or tables):
        raise StoreError(str(path), "is another program's database; nothing was changed. Name another file")
    if version > VERSION:
        raise StoreError(
            str(path), f"is of version {version}, and this claimx knows {VERSION}; update claimx, or name another file"
        )
    return int(version)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # A power cut must not lose what was paid for; a commit takes less than a millisecond, a reply seconds.
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        # In WAL mode a reader needs a file beside the store; on a read-only medium nobody writes, so it may do without.
        return sqlite3.connect(address + "&immutable=1", uri=True, isolation_level=None)
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring a store up to date; of several processes that come to a new file one does it and the others wait."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for migration in MIGRATIONS[version:]:
            for statement in migration.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _reason(error: sqlite3.Error) -> str:
    """What happened and what to do, from SQLite's primary error code."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    told = {
        sqlite3.SQLITE_FULL: "the disk is full; what was stored before is safe. Make room and run the command again",
        sqlite3.SQLITE_IOERR: "the disk failed, or is full; what was stored before is safe. Make room and try again",
        sqlite3.SQLITE_READONLY: "is read-only; name a file that can be written, or pass --replay to only read it",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that the folder exists and can be written",
        sqlite3.SQLITE_PERM: "cannot be opened for want of permission",
        sqlite3.SQLITE_CORRUPT: "is damaged; nothing was overwritten. Restore a copy, or name another file",
        sqlite3.SQLITE_NOTADB: "is damaged or not a database; nothing was overwritten. Name another file",
        sqlite3.SQLITE_BUSY: f"another process holds it for more than {_BUSY_S:.0f} s; try again when that has ended",
    }
    return f"{told[code]} ({error})" if code in told else f"cannot be used ({error})"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
