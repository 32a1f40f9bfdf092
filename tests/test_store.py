"""The store: what it keeps, what it finds again, and what it will not touch."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from claimx import Article, extract
from claimx.errors import StoreError, UsageError
from claimx.model.recording import Recorded
from claimx.runs.database import APPLICATION_ID, VERSION
from claimx.runs.journal import noted_run, open_journal
from claimx.runs.store import open_store
from claimx.schema import ChunkFailure, Extraction
from claimx.settings import Settings

KEY, OTHER = b"k" * 32, b"o" * 32
REPLY = Recorded(200, "application/json", b'{"said": "\xc3\xa4"}')


def begin(store: object) -> None:
    store.begin_run(model="m", endpoint="http://double/v1", prompt="extract@1")  # type: ignore[attr-defined]


def test_what_is_kept_is_found_by_the_next_run(tmp_path: Path) -> None:
    for expected in (None, REPLY):
        with open_store(tmp_path / "s") as store:
            begin(store)
            assert store.find(KEY) == expected
            store.keep(KEY, REPLY, is_usable=True)
            assert store.find(OTHER) is None


def test_a_fresh_run_finds_only_what_it_paid_for_itself(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        begin(store)
        store.keep(KEY, REPLY, is_usable=True)
    with open_store(tmp_path / "s", "own") as store:
        begin(store)
        assert store.find(KEY) is None
        store.keep(KEY, REPLY, is_usable=True)
        assert store.find(KEY) == REPLY


def test_a_poor_reply_answers_nothing_but_a_replay(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        begin(store)
        store.keep(KEY, REPLY, is_usable=True)
        store.keep(OTHER, REPLY, is_usable=False)
        store.discard([KEY])
        assert (store.find(KEY), store.find(OTHER)) == (None, None)
    with open_store(tmp_path / "s", "all") as store:
        assert (store.find(KEY), store.find(OTHER)) == (REPLY, REPLY)


def test_a_replay_writes_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        begin(store)
        store.keep(KEY, REPLY, is_usable=True)
    before = (tmp_path / "s").read_bytes()
    with open_store(tmp_path / "s", "all") as store:
        begin(store)
        store.discard([KEY])
        store.end_run("done")
        assert len(store.runs()) == 1
        with pytest.raises(StoreError, match="read-only"):
            store.keep(OTHER, REPLY, is_usable=True)
    assert (tmp_path / "s").read_bytes() == before


def test_runs_and_what_is_missing_of_them_are_remembered(tmp_path: Path) -> None:
    whole = Extraction(article_id="a", article_digest="d", model="m", prompt="p")
    failure = ChunkFailure(chunk=0, start=0, end=9, error="it broke")
    with open_store(tmp_path / "s") as store:
        begin(store)
        store.note_article(whole)
        store.note_article(Extraction(article_id="b", article_digest="d", model="m", prompt="p", failures=(failure,)))
        store.end_run("partial")
        (run,) = store.runs()
        assert (run.status, run.articles, run.partial, run.model) == ("partial", 2, 1, "m")
        assert [(article.id, article.problem) for article in store.articles(run.id)] == [("b", "it broke"), ("a", None)]


def test_a_run_that_ends_with_an_exception_has_failed(tmp_path: Path) -> None:
    chosen = Settings(store=str(tmp_path / "s"))
    with pytest.raises(ZeroDivisionError), open_journal(chosen) as store, noted_run(store, chosen, "p"):
        raise ZeroDivisionError
    with open_store(tmp_path / "s") as store:
        assert [run.status for run in store.runs()] == ["failed"]


def test_pruning_keeps_what_the_last_runs_used(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        begin(store)
        for key in (KEY, OTHER):
            store.keep(key, REPLY, is_usable=True)
    with open_store(tmp_path / "s") as store:
        begin(store)
        assert store.find(KEY)
        assert store.prune(keep=1) == (1, 1)
        assert (store.find(KEY), store.find(OTHER)) == (REPLY, None)
        assert [run.id for run in store.runs()] == [2]
        assert store.prune(keep=0) == (1, 1)


def test_neither_key_nor_password_comes_into_the_store(tmp_path: Path) -> None:
    chosen = Settings(
        model="m",
        base_url="https://ann:sesame-1@models.example/v1?token=sesame-2",
        api_key="sesame-3",  # type: ignore[arg-type]
        store=str(tmp_path / "s"),
    )
    with open_journal(chosen) as store, noted_run(store, chosen, "p"):
        assert store is not None
        assert [run.endpoint for run in store.runs()] == ["https://models.example/v1"]
    assert all(b"sesame" not in path.read_bytes() for path in tmp_path.iterdir())


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")
    connection.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def damaged(path: Path) -> None:
    with open_store(path) as store:
        begin(store)
        for number in range(200):
            store.keep(number.to_bytes(32, "big"), REPLY, is_usable=True)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_text("Dear diary, " * 9), "not a claimx store"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 500), "damaged or not a database"),
        (lambda path: path.mkdir(), "is a folder"),
        (foreign, "another program's"),
        (newer, f"of version {VERSION + 1}"),
        (damaged, "damaged"),
    ],
)
@pytest.mark.parametrize("reuse", ["usable", "all"])
def test_what_is_no_store_is_left_as_it_is(tmp_path: Path, make: object, told: str, reuse: str) -> None:
    path = tmp_path / "s"
    make(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=told), open_store(path, reuse) as store:  # type: ignore[arg-type]
        store.runs()
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_replay_needs_a_store_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"), open_store(tmp_path / "s", "all"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder exists"), open_store(tmp_path / "no" / "s"):
        pass


def test_a_store_that_another_process_may_only_read_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with open_store(path) as store:
        begin(store)
        store.keep(KEY, REPLY, is_usable=True)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with open_store(path, "all") as store:
            assert store.find(KEY) == REPLY
    finally:
        tmp_path.chmod(0o755)


FILLS_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from claimx.model.recording import Recorded
from claimx.errors import StoreError
from claimx.runs.store import open_store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
kept = 0
try:
    with open_store(Path(sys.argv[1])) as store:
        store.begin_run(model="m", endpoint="e", prompt="p")
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        for kept in range(1000):
            store.keep(kept.to_bytes(32, "big"), Recorded(200, "", bytes(20_000)), is_usable=True)
except StoreError as error:
    print(kept, error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on the size of files")
def test_a_full_disk_is_said_and_what_was_stored_is_safe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLS_THE_DISK, str(tmp_path / "s")], capture_output=True, text=True, check=True
    )
    kept, told = done.stdout.split(" ", 1)
    assert "what was stored before is safe" in told
    assert "Traceback" not in done.stderr
    with open_store(tmp_path / "s") as store:
        assert all(store.find(number.to_bytes(32, "big")) for number in range(int(kept)))
        assert int(kept) > 3


WRITES = """
import sys
from pathlib import Path
from claimx.model.recording import Recorded
from claimx.runs.store import open_store

with open_store(Path(sys.argv[1])) as store:
    store.begin_run(model="m", endpoint="e", prompt="p")
    for number in range(int(sys.argv[2]), int(sys.argv[2]) + 100):
        store.keep(number.to_bytes(32, "big"), Recorded(200, "", b"x" * 2000), is_usable=True)
"""


def test_processes_that_open_a_new_store_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITES, str(path), str(first)], stderr=subprocess.PIPE)
        for first in (0, 50, 100, 150)
    ]
    assert [writer.communicate(timeout=60)[1] for writer in writers] == [b""] * 4
    with open_store(path) as store:
        assert len(store.runs()) == 4
        assert all(store.find(number.to_bytes(32, "big")) for number in range(250))
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def _open_and_close(path: Path) -> None:
    with open_store(path, "usable"):
        pass


def test_a_new_store_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """One makes the tables, the others wait for it and take them for what they are."""
    with ThreadPoolExecutor(4) as pool:
        for number in range(12):
            assert list(pool.map(_open_and_close, [tmp_path / f"s{number}"] * 4)) == [None] * 4


def test_from_python_a_reply_is_kept_and_replayed_as_on_the_command_line(tmp_path: Path) -> None:
    article = Article(id="a", text="Warden Quill said the sluice lay open.")
    kept = Settings(store=str(tmp_path / "s"))
    first, second = extract(article, kept), extract(article, kept)
    replayed = extract(article, Settings(store=str(tmp_path / "s"), replay=True))
    assert first.claims
    assert first.claims == second.claims == replayed.claims
    with open_store(tmp_path / "s", "all") as store:
        assert [(run.status, run.articles, run.paid) for run in store.runs()] == [("done", 1, 1), ("done", 1, 0)]


def test_a_replay_of_nothing_is_misuse_from_python_too() -> None:
    with pytest.raises(UsageError, match="store"):
        extract(Article(id="a", text="x"), Settings(replay=True))
