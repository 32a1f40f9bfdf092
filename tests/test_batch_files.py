"""Batch files by themselves: what a request line is, where a file ends, and what an answer line may look like."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.errors import InputError, OutputError, UsageError
from claimx.model.recording import Recorded
from claimx.runs.batch.answers import BatchAnswer, read_answers
from claimx.runs.batch.intake import Intake
from claimx.runs.batch.requests import RequestFiles, request_line
from claimx.runs.store import open_store
from tests.doubles import completion

KEY, OTHER = b"k" * 32, b"o" * 32
GOOD = completion("{}")


def openai_line(key: bytes | str, **changes: Any) -> dict[str, Any]:
    response = {"status_code": 200, "request_id": "r", "body": GOOD}
    name = key if isinstance(key, str) else key.hex()
    return {"id": "batch_req_1", "custom_id": name, "response": response, "error": None, **changes}


def failed(key: bytes, status: int, message: str = "no") -> dict[str, Any]:
    """As OpenAI writes it in an error file."""
    body = {"error": {"message": message, "type": "t", "code": "c"}}
    return openai_line(key, response={"status_code": status, "request_id": "r", "body": body})


def of_vllm(key: bytes, status: int, error: Any) -> dict[str, Any]:
    """As vLLM writes a line that failed: no body, and an error that may be anything."""
    return openai_line(key, response={"status_code": status, "request_id": "r", "body": None}, error=error)


def parsed(*lines: dict[str, Any] | bytes) -> list[BatchAnswer | str]:
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(read_answers("answers", io.BytesIO(raw)))


def only(*lines: dict[str, Any] | bytes) -> BatchAnswer:
    (answer,) = parsed(*lines)
    assert isinstance(answer, BatchAnswer)
    return answer


# --- requests ------------------------------------------------------------------------------------


@given(st.text())
def test_a_request_is_one_line_for_every_reader_and_holds_the_body_unchanged(said: str) -> None:
    body = json.dumps({"messages": [{"content": said.encode("utf-8", "replace").decode()}]}, ensure_ascii=False)
    line = request_line(KEY, body.encode()).decode()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["body"] == json.loads(body)


def test_a_custom_id_is_as_long_as_openai_allows() -> None:
    assert len(json.loads(request_line(b"\xff" * 32, b"{}"))["custom_id"]) == 64


def test_a_file_is_full_at_the_number_of_lines(tmp_path: Path) -> None:
    with RequestFiles(tmp_path / "r.jsonl", most_lines=2) as files:
        for number in range(5):
            files.write(bytes([number]) * 32, b"{}")
    assert [path.name for path in files.paths] == ["r-001.jsonl", "r-002.jsonl", "r-003.jsonl"]
    assert [len(path.read_bytes().splitlines()) for path in files.paths] == [2, 2, 1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r-001.jsonl", "r-002.jsonl", "r-003.jsonl"]


@pytest.mark.parametrize(("room", "sizes"), [(0, [2, 1]), (-1, [1, 1, 1])])
def test_a_file_is_full_at_the_number_of_bytes_in_utf_8(tmp_path: Path, room: int, sizes: list[int]) -> None:
    body = '{"said":"日本 é"}'.encode()
    size = len(request_line(KEY, body))
    with RequestFiles(tmp_path / "r.jsonl", most_bytes=2 * size + room) as files:
        for number in range(3):
            files.write(bytes([number]) * 32, body)
    assert [path.stat().st_size // size for path in files.paths] == sizes
    assert files.bytes == 3 * size


def test_one_file_keeps_its_name(tmp_path: Path) -> None:
    with RequestFiles(tmp_path / "r.jsonl") as files:
        files.write(KEY, b"{}")
    assert files.paths == [tmp_path / "r.jsonl"]


def test_nothing_is_left_of_files_that_were_not_completed(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("earlier")
    with suppress(KeyboardInterrupt), RequestFiles(tmp_path / "r.jsonl", most_lines=1) as files:
        files.write(KEY, b"{}")
        files.write(OTHER, b"{}")
        raise KeyboardInterrupt
    assert [path.read_text() for path in tmp_path.iterdir()] == ["earlier"]


def test_without_a_request_there_is_no_file(tmp_path: Path) -> None:
    with RequestFiles(tmp_path / "r.jsonl") as files:
        pass
    assert (files.paths, list(tmp_path.iterdir())) == ([], [])


def test_files_of_an_earlier_write_are_told_apart(tmp_path: Path) -> None:
    for name in ("r.jsonl", "r-001.jsonl", "r-007.jsonl", "r-answers.jsonl", "s-001.jsonl"):
        (tmp_path / name).write_text("earlier")
    with RequestFiles(tmp_path / "r.jsonl", most_lines=1) as files:
        files.write(KEY, b"{}")
        files.write(OTHER, b"{}")
    assert [path.name for path in files.earlier] == ["r-007.jsonl", "r.jsonl"]


def test_a_place_that_takes_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"), RequestFiles(tmp_path / "there" / "r.jsonl"):
        pass
    with pytest.raises(UsageError, match="is a folder"), RequestFiles(tmp_path):
        pass
    with pytest.raises(UsageError, match="too long"), RequestFiles(tmp_path / ("r" * 300)):
        pass


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl.001.part").mkdir()
    with pytest.raises(OutputError, match="directory"), RequestFiles(tmp_path / "r.jsonl") as files:
        files.write(KEY, b"{}")


# --- answers -------------------------------------------------------------------------------------


def test_a_good_line_is_a_reply_with_its_usage() -> None:
    answer = only(openai_line(KEY))
    assert (answer.key, answer.problem) == (KEY, None)
    assert answer.reply is not None
    assert json.loads(answer.reply.body)["usage"] == GOOD["usage"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (failed(KEY, 500, "the engine died"), "500: the engine died"),
        (failed(KEY, 429, "slow down"), "429: slow down"),
        (of_vllm(KEY, 500, {"error": {"message": "out of\nmemory", "code": 500}}), "500: out of memory"),
        (of_vllm(KEY, 500, {"object": "error", "message": "flat", "code": 500}), "500: flat"),
        (of_vllm(KEY, 503, "a bare text"), "503: a bare text"),
        (openai_line(KEY, response=None, error={"code": "batch_expired", "message": "too late"}), "too late"),
        (openai_line(KEY, response=None, error={"code": "batch_cancelled"}), "batch_cancelled"),
        (openai_line(KEY, response=None), "the line holds no response"),
        (openai_line(KEY, response={"status_code": 200, "body": None}), "its body is no completion"),
        (openai_line(KEY, response={"status_code": 200, "body": {"choices": []}}), "its body is no completion"),
        (openai_line(KEY, response={"status_code": "200", "body": GOOD}), "its status is no whole number"),
        (openai_line(KEY, response={"status_code": [], "body": GOOD}), "its status is no whole number"),
        (openai_line(KEY, error="told beside a reply"), "200: told beside a reply"),
    ],
)
def test_a_failed_line_says_why_and_is_no_reply(line: dict[str, Any], problem: str) -> None:
    answer = only(line)
    assert (answer.reply, answer.problem) == (None, problem)


@pytest.mark.parametrize(
    "line",
    [
        failed(KEY, 400, "too long"),
        of_vllm(KEY, 400, {"error": {"message": "too long", "type": "t", "code": 400}}),
        of_vllm(KEY, 400, {"message": "too long", "type": "t", "code": 400}),
        of_vllm(KEY, 400, "too long"),
    ],
)
def test_a_refusal_is_kept_in_the_form_that_comes_over_the_wire(line: dict[str, Any]) -> None:
    answer = only(line)
    assert (answer.reply and answer.reply.status, answer.problem) == (400, "400: too long")
    assert json.loads(answer.reply.body)["error"]["message"] == "too long"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "remark"),
    [
        (b'{"custom_id": "k", "respo', "is cut off; fetch the file again"),
        (b"<html>", "is not JSON"),
        (b'"' + b"\xff" * 9 + b'"', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1]", "has no custom_id"),
        (b'{"custom_id": 7, "response": {}}', "has no custom_id"),
        (b'{"custom_id": "k", "method": "POST", "body": {}}', "is a request; give the answers"),
        (b'{"custom_id": "k"}', "has neither response nor error"),
        (b'{"object": "batch", "output_file_id": "f"}', "is a batch itself; fetch its output_file_id"),
    ],
)
def test_a_line_that_is_no_answer_costs_itself(line: bytes, remark: str) -> None:
    answers = parsed(openai_line(KEY), line)
    assert [answer for answer in answers if isinstance(answer, str)] == [f"answers: line 2 {remark}"]
    assert len(answers) == 2


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n \n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_byte_order_mark_and_line_ends_are_passed_over(bom: bytes, end: bytes) -> None:
    assert only(bom + json.dumps(openai_line(KEY)).encode() + end).key == KEY


def test_a_file_of_something_else_is_refused_with_what_it_is() -> None:
    for raw, reason in (
        (b'{"id": "c-1", "text": "x"}\n' * 3, "line 1 has no custom_id"),
        (json.dumps(openai_line(KEY)).encode("utf-16"), "line 1 is UTF-16"),
        (bytes(range(256)) * 1000, "line 1 is not JSON"),
    ):
        with pytest.raises(InputError, match=f"no answer file of a batch: {reason}"):
            list(read_answers("answers", io.BytesIO(raw)))


def test_a_large_file_of_something_else_is_not_read_to_its_end() -> None:
    stream = io.BytesIO(b'{"id": 1}\n' * 100_000)
    with pytest.raises(InputError):
        list(read_answers("answers", stream))
    assert stream.tell() < 2000


def test_an_empty_file_has_no_answers() -> None:
    assert parsed() == parsed(b"\n\n") == []


@pytest.mark.parametrize("name", ["a", "K" * 64, "ab" * 31, "g" * 64, "request-1", "0" * 65, "é" * 64])
def test_a_custom_id_of_another_program_has_no_key(name: str) -> None:
    assert only(openai_line(name)).key is None


NAMES = st.sampled_from(["error", "message", "code", "detail", "body", "status_code", "choices"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    max_leaves=8,
)


@given(JSON, st.text())
def test_no_answer_is_more_than_a_reply_or_a_problem(response: Any, name: str) -> None:
    for line in (openai_line(name, response=response), openai_line(name, error=response), of_vllm(KEY, 400, response)):
        answer = only(line)
        assert (answer.reply is None or answer.reply.status != 200) == (answer.problem is not None)
        assert "\n" not in (answer.problem or "")


# --- into the store ------------------------------------------------------------------------------


def taken(path: Path, *lines: dict[str, Any]) -> Intake:
    """What a run makes of these lines; its store is at `path`."""
    with open_store(path) as store:
        store.begin_run(model="m", endpoint="e", prompt="p")
        intake = Intake(store)
        intake.take(answer for answer in parsed(*lines) if isinstance(answer, BatchAnswer))
        intake.take_refusals()
    return intake


def kept(path: Path, key: bytes = KEY) -> str | None:
    with open_store(path) as store:
        reply = store.find(key)
        return reply and f"{reply.status} {json.loads(reply.body).get('id')}"


def good(name: str, key: bytes = KEY) -> dict[str, Any]:
    return openai_line(key, response={"status_code": 200, "body": {**GOOD, "id": name}})


def test_the_first_good_answer_counts_wherever_the_others_stand(tmp_path: Path) -> None:
    intake = taken(tmp_path / "s", failed(KEY, 500), good("first"), failed(KEY, 400), good("second"))
    assert kept(tmp_path / "s") == "200 first"
    assert (intake.lines, intake.good, intake.failed, intake.repeated) == (4, 2, 2, 3)


def test_what_the_store_has_is_not_replaced(tmp_path: Path) -> None:
    taken(tmp_path / "s", good("first"))
    taken(tmp_path / "s", good("second"), failed(KEY, 400))
    assert kept(tmp_path / "s") == "200 first"


def test_a_refusal_counts_until_there_is_an_answer(tmp_path: Path) -> None:
    taken(tmp_path / "s", failed(KEY, 400))
    assert kept(tmp_path / "s") == "400 None"
    taken(tmp_path / "s", good("later"))
    assert kept(tmp_path / "s") == "200 later"


def test_a_discarded_answer_that_is_read_again_does_not_come_back(tmp_path: Path) -> None:
    taken(tmp_path / "s", good("useless"))
    with open_store(tmp_path / "s") as store:
        store.discard([KEY])
    taken(tmp_path / "s", good("useless"))
    assert kept(tmp_path / "s") is None
    taken(tmp_path / "s", good("useless"), good("better"))
    assert kept(tmp_path / "s") == "200 better"


def test_many_answers_are_committed_together(tmp_path: Path) -> None:
    keys = [number.to_bytes(32, "big") for number in range(2500)]
    taken(tmp_path / "s", *(good("x", key) for key in keys))
    assert {kept(tmp_path / "s", key) for key in (keys[0], keys[999], keys[1000], keys[-1])} == {"200 x"}


def test_lines_of_others_are_listed_and_left_out(tmp_path: Path) -> None:
    intake = taken(tmp_path / "s", openai_line("request-1"), good("ours"))
    assert intake.foreign == ["answers: line 1: 'request-1'"]
    assert kept(tmp_path / "s") == "200 ours"


def test_answers_that_a_run_did_not_ask_for_are_told(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        store.begin_run(model="m", endpoint="e", prompt="p")
        intake = Intake(store)
        intake.take(answer for answer in parsed(good("a"), good("b", OTHER)) if isinstance(answer, BatchAnswer))
        assert intake.is_of_another_run
        assert isinstance(intake.find(KEY), Recorded)
    assert (intake.is_of_another_run, intake.unasked) == (False, ["answers: line 2"])


def test_the_reason_is_that_of_the_line_that_failed(tmp_path: Path) -> None:
    intake = taken(tmp_path / "s", failed(KEY, 500, "no luck"))
    asked = json.dumps({"messages": [{"role": "user", "content": "x"}]}).encode()
    again = json.dumps({"messages": [{"role": "assistant", "content": "x"}]}).encode()
    assert intake.reason(KEY, asked) == "its answer line failed (answers: line 1: 500: no luck)"
    assert intake.reason(OTHER, asked) == "no answer line"
    assert intake.reason(OTHER, again) == "a correction of its answer is yet to be asked"
