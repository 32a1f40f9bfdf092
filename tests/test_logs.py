"""Events on stderr: one a line, whatever is in them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from claimx.cli.logs import EventFormatter


def record(event: str, **facts: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": event, "levelname": "INFO", "created": 0.0, **facts})


def test_an_event_is_text_for_people() -> None:
    told = EventFormatter(as_json=False).format(record("retry", cause="429", wait_s=0.5123, why="try again"))
    assert told == '00:00:00 info retry cause=429 wait_s=0.512 why="try again"'


def test_an_event_is_json_for_machines() -> None:
    told = json.loads(EventFormatter(as_json=True).format(record("retry", cause="429", wait_s=0.5)))
    assert told == {
        "time": "1970-01-01T00:00:00.000+00:00", "level": "info", "event": "retry", "cause": "429", "wait_s": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize("as_json", [False, True])
def test_what_an_event_says_is_one_line_and_harmless(as_json: bool) -> None:
    told = EventFormatter(as_json=as_json).format(record("note", text="a\nb\x1b[31m\x9bc\u2028d"))
    assert not {"\n", "\x1b", "\x9b"} & set(told)


def test_a_run_tells_its_counts_as_json_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "claimx", "extract", "-", "--log-json"],
        input="Warden Quill said the sluice lay open.\n", capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["note", "article", "run"]
    assert (events[-1]["requests"], events[-1]["claims"], events[-1]["retries"]) == (1, 1, {})
