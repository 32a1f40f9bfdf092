"""The SQLite file under a store: made, brought up to date, or refused with a reason; never overwritten."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from claimx.errors import StoreError

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
# By SQLite's primary result code.
ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full; what was stored before is safe. Make room and run the command again",
    sqlite3.SQLITE_IOERR: "the disk failed, or is full; what was stored before is safe. Make room and try again",
    sqlite3.SQLITE_READONLY: "is read-only; name a file that can be written, or pass --replay to only read it",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that the folder exists and can be written (or pass --replay)",
    sqlite3.SQLITE_PERM: "cannot be opened for want of permission",
    sqlite3.SQLITE_CORRUPT: "is damaged; nothing was overwritten. Restore a copy, or name another file",
    sqlite3.SQLITE_NOTADB: "is damaged or not a database; nothing was overwritten. Name another file",
    sqlite3.SQLITE_BUSY: f"another process holds it for more than {_BUSY_S:.0f} s; try again when that has ended",
}


def check_file(path: Path, *, must_exist: bool) -> None:
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


def check_owner(path: Path, connection: sqlite3.Connection) -> int:
    """The version of the store; 0 for a new one."""
    # In one transaction: another process may just be making the tables.
    connection.execute("BEGIN")
    try:
        ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master")
        ((owner,),) = connection.execute("PRAGMA application_id")
        ((version,),) = connection.execute("PRAGMA user_version")
    finally:
        connection.execute("COMMIT")
    if owner != APPLICATION_ID and (owner or tables):
        raise StoreError(str(path), "is another program's database; nothing was changed. Name another file")
    if version > VERSION:
        raise StoreError(
            str(path), f"is of version {version}, and this claimx knows {VERSION}; update claimx, or name another file"
        )
    return int(version)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that reads and writes; the file is made if there is none."""
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # A power cut must not lose what was paid for; a commit takes less than a millisecond, a reply seconds.
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also where nothing can be written beside the file."""
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


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a store up to date; of several processes that come to a new file one does it and the others wait."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    _begin_wal(connection)
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


def _begin_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait here by itself while another process does the same."""
    give_up = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def errors_named(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into an error that says what happened and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        raise StoreError(str(path), f"{ADVICE.get(code, 'cannot be used')} ({error})") from None
    except UnicodeDecodeError:
        # Python's binding raises it for damaged text, in place of an error of its own.
        raise StoreError(str(path), ADVICE[sqlite3.SQLITE_CORRUPT]) from None
