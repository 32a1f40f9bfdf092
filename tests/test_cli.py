"""The command line as people use it: what goes where, and which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from claimx.article.sources import read_article
from tests.doubles import answer, claim, completion

OFFLINE = "offline model: rules, no language model"


def run(*arguments: str | Path, stdin: str | bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m claimx` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "claimx", *map(str, arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "80", **environment},
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def records(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


@contextmanager
def served() -> Iterator[str]:
    """`claimx serve` in a process of its own; yields its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "claimx", "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        match = re.search(r"http://\S+/v1", said)
        assert match, said
        yield match[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def real_output() -> subprocess.CompletedProcess[str]:
    article = Path(__file__).parents[1] / "seeds" / "articles" / "00-borrell-lavrov.md"
    return run("extract", article, "-f", "jsonl")


def test_every_span_of_the_real_article_is_its_slice(
    real_output: subprocess.CompletedProcess[str], real_article: Path
) -> None:
    text = read_article(str(real_article)).text
    spans: list[dict[str, object]] = []

    def collect(node: object) -> None:
        if isinstance(node, dict):
            if {"start", "end", "text"} <= node.keys():
                spans.append(node)
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            for child in node:
                collect(child)

    collect(records(real_output.stdout))
    assert len(spans) > 100
    assert [span for span in spans if text[span["start"] : span["end"]] != span["text"]] == []  # type: ignore[misc]


def test_the_speakers_of_the_real_article_have_their_full_names(real_output: subprocess.CompletedProcess[str]) -> None:
    names = {record["speaker"]["name"] for record in records(real_output.stdout) if record["speaker"]}  # type: ignore[index]
    assert {"Josep Borrell", "Sergey Lavrov", "Alexey Navalny", "Dmitry Peskov", "Joe Biden"} <= names


def test_on_friday_is_the_friday_of_the_real_article(real_output: subprocess.CompletedProcess[str]) -> None:
    dates = [record["date"] for record in records(real_output.stdout) if record["date"]]
    fridays = [date["value"] for date in dates if date["text"] and date["text"]["text"] in ("on Friday", "Friday")]  # type: ignore[index]
    assert fridays
    assert set(fridays) == {"2021-02-05"}


def test_data_goes_to_stdout_and_the_rest_to_stderr(real_output: subprocess.CompletedProcess[str]) -> None:
    assert real_output.returncode == 0
    assert all(line.startswith("{") for line in real_output.stdout.splitlines())
    assert real_output.stderr.count(OFFLINE) == 1
    assert re.search(
        r"\d+ claims, \d+ facts?, \d+ rejected from 1 article · \d+ calls? · [\d,]+ \+ [\d,]+ tokens · [\d.]+ s",
        real_output.stderr,
    )


def test_the_same_claims_come_through_a_real_socket(
    real_output: subprocess.CompletedProcess[str], real_article: Path
) -> None:
    with served() as url:
        for mode in ("json_schema", "md_json", "json", "tools"):
            there = run("extract", real_article, "-f", "jsonl", "--base-url", url, "--model", "offline", "--mode", mode)
            assert there.returncode == 0, there.stderr
            assert there.stdout == real_output.stdout
        without_model = run("extract", real_article, "-f", "jsonl", "--base-url", url)
        assert without_model.stdout == real_output.stdout
        assert "model: offline" in without_model.stderr


def test_the_plain_openai_client_talks_to_the_server() -> None:
    from openai import OpenAI

    with served() as url, OpenAI(base_url=url, api_key="none") as client:
        messages = [{"role": "user", "content": "Ada Thorn said the ferries were late."}]
        whole = client.chat.completions.create(model="offline", messages=messages)  # type: ignore[call-overload]
        stream = client.chat.completions.create(model="offline", messages=messages, stream=True)  # type: ignore[call-overload]
        pieces = "".join(event.choices[0].delta.content or "" for event in stream if event.choices)
        assert pieces == whole.choices[0].message.content
        assert "the ferries were late" in pieces
        assert [model.id for model in client.models.list().data] == ["offline"]


STORY = 'Harbour Minister Ada Thorn said the ferries were late. "We are sorry," she told reporters.\n'


@pytest.mark.parametrize("format_", ["table", "jsonl", "json", "csv"])
def test_every_format_names_speaker_and_claim(format_: str) -> None:
    done = run("extract", "-", "-f", format_, stdin=STORY)
    assert done.returncode == 0
    assert "Ada Thorn" in done.stdout
    assert "ferries were late" in " ".join(done.stdout.split())


def test_the_table_fits_80_columns(real_article: Path) -> None:
    done = run("extract", real_article, "-f", "table")
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 80
    assert "Josep Borrell" in done.stdout


def test_json_is_one_list_with_what_was_rejected() -> None:
    (extraction,) = json.loads(run("extract", "-", "-f", "json", stdin=STORY).stdout)
    assert {"article_digest", "claims", "rejected", "failures", "usage"} <= extraction.keys()


def test_facts_can_be_left_out(real_article: Path) -> None:
    kinds = {record["kind"] for record in records(run("extract", real_article, "--no-facts").stdout)}
    assert kinds == {"claim"}


def test_a_cell_of_the_csv_is_never_a_formula() -> None:
    story = 'Ada Thorn said: "=HYPERLINK(1) is a formula that nobody should run." Thorn said +1 was enough.\n'
    rows = list(csv.reader(io.StringIO(run("extract", "-", "-f", "csv", stdin=story).stdout)))
    assert len(rows) > 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    story = "Ada Thorn said the \x1b[31mred\x1b[0m ferries\x07 were \x9b31m late.\n"
    for format_ in ("table", "jsonl", "json", "csv"):
        assert not re.search(r"[\x1b\x07\x9b]", run("extract", "-", "-f", format_, stdin=story).stdout)


def test_an_output_file_is_complete_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    assert run("extract", "-", "-o", path, stdin=STORY).stdout == ""
    assert records(path.read_text(encoding="utf-8"))
    assert list(tmp_path.iterdir()) == [path]


def test_an_output_that_cannot_be_written_is_said_before_anything_is_paid_for(tmp_path: Path) -> None:
    done = run("extract", "-", "-o", tmp_path / "no" / "claims.csv", stdin=STORY)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_an_output_that_is_a_folder_a_link_or_a_source_is_treated_with_care(tmp_path: Path) -> None:
    story, link = tmp_path / "story.txt", tmp_path / "link.jsonl"
    story.write_text(STORY, encoding="utf-8")
    assert run("extract", story, "-o", tmp_path).returncode == 2
    assert run("extract", story, "-o", ".").returncode == 2
    assert run("extract", story, "-o", story).returncode == 2
    assert story.read_text(encoding="utf-8") == STORY
    (tmp_path / "real.jsonl").write_text("old", encoding="utf-8")
    link.symlink_to(tmp_path / "real.jsonl")
    assert run("extract", story, "-o", link).returncode == 0
    assert link.is_symlink()
    assert records((tmp_path / "real.jsonl").read_text(encoding="utf-8"))


def test_a_full_disk_is_one_clear_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = run("extract", "-", "-f", "jsonl", "-o", "/dev/full", stdin=STORY)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_is_utf_8_in_a_plain_locale() -> None:
    story = "Ada Thörn said the ferries were “läte” 🚢.\n"
    for format_ in ("table", "jsonl", "csv"):
        done = run("extract", "-", "-f", format_, stdin=story, PYTHONIOENCODING="ascii", LC_ALL="C")
        assert done.returncode == 0, done.stderr
        assert "Thörn" in done.stdout


def test_help_tells_the_variables() -> None:
    assert "CLAIMX_MODEL" in run("extract", "--help").stdout


def test_a_dry_run_calls_nothing(real_article: Path) -> None:
    done = run("extract", real_article, "--dry-run", "--base-url", "http://127.0.0.1:9/v1", "-m", "m")
    assert done.returncode == 0
    assert "1 request" in done.stdout
    assert OFFLINE not in done.stderr


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"", ".txt"),
        (b" \n", ".md"),
        (b"%PDF-1.7\n", ".txt"),
        (b"\x00\x01\x02" * 99, ".txt"),
        (b"caf\xe9", ".txt"),
        (b"{", ".json"),
        (b"{}", ".jsonl"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    done = run("extract", path)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if OFFLINE not in line]
    assert lines
    assert all(path.name in line for line in lines)


def test_a_missing_file_among_others_costs_itself_alone(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text(STORY, encoding="utf-8")
    done = run("extract", tmp_path / "missing.txt", good)
    assert done.returncode == 3
    assert records(done.stdout)
    assert "missing.txt: no such file" in done.stderr


def test_two_articles_with_one_id_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "story.txt").write_text(STORY, encoding="utf-8")
    done = run("extract", tmp_path / "a" / "story.txt", tmp_path / "b" / "story.txt")
    assert {record["article_id"] for record in records(done.stdout)} == {"story", "story~2"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["extract"], "Missing argument"),
        (["extract", "-", "--concurrency", "0"], "concurrency"),
        (["extract", "-", "--published", "yesterday"], "published"),
        (["extract", "-", "--mode", "xml"], "mode"),
        (["extract", "-", "--prompt", "nope"], "nope"),
        (["nonsense"], "nonsense"),
    ],
)
def test_misuse_says_what_is_wrong(arguments: list[str], told: str) -> None:
    done = run(*arguments, stdin=STORY)
    assert done.returncode in (1, 2)
    assert told.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_private_address_is_not_fetched() -> None:
    done = run("extract", "http://127.0.0.1:9/story")
    assert done.returncode == 1
    assert "--allow-private" in done.stderr


def test_no_server_is_one_clear_line() -> None:
    done = run("extract", "-", "--base-url", "http://127.0.0.1:9/v1", "-m", "m", "--max-attempts", "1", stdin=STORY)
    assert done.returncode == 1
    assert "No model server at http://127.0.0.1:9/v1" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_key_for_openai_is_said_before_anything_is_sent() -> None:
    done = run("extract", "-", "-m", "gpt-5-mini", stdin=STORY)
    assert done.returncode == 2
    assert "set OPENAI_API_KEY" in done.stderr


class Planted(BaseHTTPRequestHandler):
    """A model that tells one truth and one lie, and fails on a chunk that names the poison."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        told = answer(
            claim("the ferries were late", cue="said", mention="Ada Thorn"),
            claim("the ferries were not late", cue="said", mention="Ada Thorn"),
            speakers=(("Ada Thorn", None),),
        )
        status, reply = 200, json.dumps(completion(told.model_dump_json()))
        if "poison" in body["messages"][-1]["content"]:
            status, reply = 400, '{"error": {"message": "cannot take this"}}'
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def planted() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Planted)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_a_lie_is_rejected_counted_and_never_printed(planted: str) -> None:
    done = run("extract", "-", "-f", "jsonl", "--base-url", planted, "-m", "m", stdin=STORY)
    assert done.returncode == 0
    assert [record["content"][0]["text"] for record in records(done.stdout)] == ["the ferries were late"]  # type: ignore[index]
    assert "1 claim, 0 facts, 1 rejected" in done.stderr


def test_a_chunk_that_fails_makes_the_run_partial(planted: str, tmp_path: Path) -> None:
    for name, text in (("good.txt", STORY), ("bad.txt", STORY + "It held poison.\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("extract", tmp_path, "-f", "jsonl", "--base-url", planted, "-m", "m")
    assert done.returncode == 3
    assert {record["article_id"] for record in records(done.stdout)} == {"good"}
    assert "bad: characters 0 to" in done.stderr
    assert "cannot take this" in done.stderr


def test_help_starts_without_the_model_stack() -> None:
    code = (
        "import sys, claimx.cli\n"
        "try: claimx.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print('HEAVY', sorted({'openai', 'instructor', 'trafilatura', 'pydantic', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "HEAVY []" in done.stdout


def test_no_color_and_no_animation_off_a_terminal(real_article: Path) -> None:
    done = run("extract", real_article, "-f", "table", FORCE_COLOR="", NO_COLOR="1")
    assert "\x1b" not in done.stdout + done.stderr
