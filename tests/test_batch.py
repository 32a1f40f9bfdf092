"""`claimx batch`: out in files, back in files, and the claims of `claimx extract`."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from pydantic import BaseModel, ConfigDict
from typer.testing import CliRunner, Result

from claimx.article.sources import read_articles
from claimx.cli import app
from claimx.model.client import Endpoint
from claimx.model.offline.app import app as offline
from claimx.model.prompts import load_prompt
from claimx.pipeline import extract_article
from claimx.schema import Answer
from claimx.settings import Settings
from tests.conftest import ROOT
from tests.doubles import Server, answer, claim, completion

Line = dict[str, Any]
Form = Literal["openai", "vllm"]
# What answers one request body: an answer, a whole completion, or a status with what was told.
Say = Callable[[Line], Any]

TEXT = "The weir was opened at noon, Warden Quill said. Nobody was hurt."
RIGHT = answer(
    claim("The weir was opened at noon", cue="said", mention="Warden Quill"), speakers=(("Warden Quill", None),)
)
WRONG = answer(claim("The weir was never opened", cue="said", mention="Warden Quill"), speakers=(("Quill", None),))


def claimx(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def read_lines(path: Path) -> list[Line]:
    # Only \n ends a line.
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


class VllmRequest(BaseModel):
    """What `vllm run-batch` reads of a line (`BatchRequestInput` in its run_batch.py)."""

    model_config = ConfigDict(strict=True)

    class Body(BaseModel):
        """What the chat endpoint must have; it streams nothing into a file."""

        model_config = ConfigDict(strict=True)

        model: str
        messages: list[dict[str, str]]
        response_format: dict[str, Any] | None = None
        stream: Literal[False] | None = None

    custom_id: str
    method: Literal["POST"]
    url: Literal["/v1/chat/completions"]
    body: Body


def answer_line(custom_id: str, said: Any, form: Form) -> Line:
    """One answer line as the service writes it: OpenAI tells a failure in the body, vLLM beside it."""
    status, told = said if isinstance(said, tuple) else (200, said)
    response: Line | None = {"status_code": status, "request_id": "r", "body": told if status == 200 else None}
    if status == 200:
        return {"id": "batch_1", "custom_id": custom_id, "response": response, "error": None}
    error = {"error": {"message": told, "type": "t", "param": None, "code": status}}
    if form == "vllm":
        return {"id": "vllm-1", "custom_id": custom_id, "response": response, "error": error}
    return {
        "id": "batch_1", "custom_id": custom_id, "response": {**(response or {}), "body": error}, "error": None,
    }  # fmt: skip


def serve(requests: Path, say: Say, answers: Path, form: Form = "openai") -> list[Line]:
    """A batch service: answers every line, in any order; the bodies that it was asked."""
    lines = read_lines(requests)
    assert len({line["custom_id"] for line in lines}) == len(lines)
    said = []
    for line in lines:
        VllmRequest.model_validate(line)
        reply = say(line["body"])
        if isinstance(reply, Answer):
            reply = completion(reply.model_dump_json(), line["body"])
        said.append(answer_line(line["custom_id"], reply, form))
    random.Random(len(lines)).shuffle(said)
    answers.write_text("".join(json.dumps(line) + "\n" for line in said))
    return [line["body"] for line in lines]


def ask_offline(body: Line) -> Line:
    """The completion of the offline model."""

    async def ask() -> Line:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=offline)) as client:
            reply = await client.post("http://offline/v1/chat/completions", json=body)
        assert reply.status_code == 200
        completed: Line = reply.json()
        return completed

    return asyncio.run(ask())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands of one test run, with one article and the options they share in `story.md` and `OPTIONS`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.txt").write_text(TEXT)
    return tmp_path


OPTIONS = ("-m", "m", "--store", "runs.sqlite")


def write(*sources: str | Path, output: str = "requests.jsonl", options: tuple[str, ...] = OPTIONS) -> Result:
    return claimx("batch", "write", *(sources or ("story.txt",)), "-o", output, *options)


def read(*answers: str, articles: str = "story.txt", options: tuple[str, ...] = OPTIONS) -> Result:
    return claimx("batch", "read", *answers, "--articles", articles, "-f", "jsonl", *options)


def contents(output: str) -> list[str]:
    return [json.loads(line)["content"][0]["text"] for line in output.splitlines()]


# --- the way there and back ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["openai", "vllm"])
@pytest.mark.parametrize("options", [(), ("--chunk-tokens", "300"), ("--mode", "tools")])
def test_the_offline_model_in_batch_form_gives_the_claims_of_extract(
    folder: Path, form: Form, options: tuple[str, ...]
) -> None:
    articles = ROOT / "seeds" / "articles"
    written = write(articles, options=("--reasks", "0", *options))
    assert (written.exit_code, len(read_lines(folder / "requests.jsonl")) >= 13) == (0, True)
    serve(folder / "requests.jsonl", ask_offline, folder / "answers.jsonl", form)
    common = ("-f", "csv" if form == "vllm" else "jsonl", "--reasks", "0", *options)
    came = claimx("batch", "read", "answers.jsonl", "--articles", articles, *common)
    assert came.exit_code == 0
    # Extract writes each article as it is done.
    assert sorted(came.stdout.splitlines()) == sorted(claimx("extract", articles, *common).stdout.splitlines())
    assert "0 failed" in came.stderr


def test_the_json_of_an_extraction_is_that_of_extract_but_for_the_seconds(folder: Path) -> None:
    write(options=())
    serve(folder / "requests.jsonl", ask_offline, folder / "answers.jsonl")
    (came,) = json.loads(claimx("batch", "read", "answers.jsonl", "-a", "story.txt", "-f", "json").stdout)
    (asked,) = json.loads(claimx("extract", "story.txt", "-f", "json").stdout)
    assert came["usage"] == {"calls": 1} | {
        name: asked["usage"][name] for name in ("prompt_tokens", "completion_tokens")
    }
    assert came | {"seconds": 0} == asked | {"seconds": 0}


@pytest.mark.parametrize("options", [(), ("--temperature", "0.5", "--seed", "7", "--max-output-tokens", "900")])
@pytest.mark.parametrize("mode", ["json_schema", "tools", "md_json"])
def test_a_line_holds_the_body_that_extract_sends(folder: Path, mode: str, options: tuple[str, ...]) -> None:
    write(options=("-m", "m", "--mode", mode, *options))
    values = {
        name[2:].replace("-", "_"): json.loads(value) for name, value in zip(options[::2], options[1::2], strict=True)
    }
    settings = Settings(model="m", base_url="http://double/v1", mode=mode, **values)
    server = Server(lambda body, n: RIGHT)

    async def extract() -> None:
        async with Endpoint(settings, transport=server.transport) as ask:
            for article in read_articles("story.txt"):
                await extract_article(article, ask, load_prompt("extract"), settings)

    asyncio.run(extract())
    assert [line["body"] for line in read_lines(folder / "requests.jsonl")] == server.bodies


def test_two_articles_with_one_text_are_one_request(folder: Path) -> None:
    (folder / "again.txt").write_text(TEXT)
    told = write("story.txt", "again.txt").stderr
    assert "1 request of 2 articles" in told
    serve(folder / "requests.jsonl", lambda body: RIGHT, folder / "answers.jsonl")
    came = claimx("batch", "read", "answers.jsonl", "-a", "story.txt", "-a", "again.txt", "-f", "jsonl", *OPTIONS)
    assert (came.exit_code, contents(came.stdout)) == (0, ["The weir was opened at noon"] * 2)


def test_no_key_is_asked_for_and_none_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert write().exit_code == 0
    monkeypatch.setenv("OPENAI_API_KEY", "sk-open-sesame-12345")
    assert write(output="more.jsonl").exit_code == 0
    assert (folder / "more.jsonl").read_bytes() == (folder / "requests.jsonl").read_bytes()
    assert all(b"sesame" not in path.read_bytes() for path in folder.iterdir())


def test_the_store_answers_extract_and_a_replay_afterwards(folder: Path) -> None:
    write()
    serve(folder / "requests.jsonl", lambda body: RIGHT, folder / "answers.jsonl")
    came = claimx("batch", "read", "answers.jsonl", *OPTIONS)
    assert (came.exit_code, came.stdout) == (0, "")
    assert "kept in runs.sqlite" in came.stderr
    again = claimx("extract", "story.txt", "-f", "jsonl", "--replay", *OPTIONS, "--mode", "json_schema")
    assert (again.exit_code, contents(again.stdout)) == (0, ["The weir was opened at noon"])
    listed = claimx("runs", "list", "runs.sqlite").stdout
    assert "done" in listed


# --- what is missing -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["openai", "vllm"])
def test_what_failed_is_listed_and_is_all_that_is_written_again(folder: Path, form: Form) -> None:
    (folder / "other.txt").write_text("Nothing was said.")
    write("story.txt", "other.txt")
    serve(
        folder / "requests.jsonl",
        lambda body: (500, "engine died") if "weir" in str(body) else answer(),
        folder / "answers.jsonl",
        form,
    )
    came = claimx("batch", "read", "answers.jsonl", "-a", "story.txt", "-a", "other.txt", "-f", "jsonl", *OPTIONS)
    assert (came.exit_code, came.stdout) == (3, "")
    assert "2 answer lines, 1 good, 1 failed" in came.stderr
    assert "story: characters 0 to 64 could not be read: its answer line failed (answers.jsonl: line " in came.stderr
    assert "500: engine died" in came.stderr
    assert "claimx batch write with the same options writes the requests for what is missing" in came.stderr
    again = write("story.txt", "other.txt", output="more.jsonl")
    assert "1 request of 2 articles" in again.stderr
    assert "1 article answered by the store" in again.stderr
    serve(folder / "more.jsonl", lambda body: RIGHT, folder / "more-answers.jsonl", form)
    came = claimx("batch", "read", "more-answers.jsonl", "-a", "story.txt", "-a", "other.txt", "-f", "jsonl", *OPTIONS)
    assert (came.exit_code, contents(came.stdout)) == (0, ["The weir was opened at noon"])
    done = write("story.txt", "other.txt", output="none.jsonl")
    assert (done.exit_code, (folder / "none.jsonl").exists()) == (0, False)
    assert "nothing to write: the store answers all 2 articles" in done.stderr


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ('{"id": "b", "custom_id": "ID", "response": null, "error": {"code": "batch_expired", "message": "too late"}}', "too late"),
        ('{"id": "b", "custom_id": "ID", "response": {"status_code": 200', "line 1 is cut off; fetch the file again"),
        ('{"id": "b", "custom_id": "mine-7", "response": null, "error": null}', "'mine-7' is no request of claimx"),
    ],
)  # fmt: skip
def test_a_line_without_an_answer_leaves_its_request_open(folder: Path, raw: str, told: str) -> None:
    write()
    (line,) = read_lines(folder / "requests.jsonl")
    good_line = answer_line("0" * 64, completion("{}"), "openai")
    (folder / "answers.jsonl").write_text(raw.replace("ID", line["custom_id"]))
    (folder / "others.jsonl").write_text(json.dumps(good_line))
    came = claimx("batch", "read", "answers.jsonl", "others.jsonl", "--store", "s", "-m", "m")
    if "cut off" in told:
        # Nothing else is in that file, so it is refused as a whole.
        assert (came.exit_code, told in came.stderr) == (1, True)
        return
    came = read("answers.jsonl")
    assert came.exit_code == 3
    assert told in came.stderr
    assert "1 request of 1 article" in write(output="more.jsonl").stderr


def test_an_empty_error_file_is_nothing_to_worry_about(folder: Path) -> None:
    write()
    serve(folder / "requests.jsonl", lambda body: RIGHT, folder / "answers.jsonl")
    (folder / "errors.jsonl").write_text("")
    came = read("answers.jsonl", "errors.jsonl")
    assert (came.exit_code, len(came.stdout.splitlines())) == (0, 1)
    assert "errors.jsonl: is empty" in came.stderr


def test_a_correction_that_grounding_asks_for_is_the_next_batch(folder: Path) -> None:
    write()
    serve(folder / "requests.jsonl", lambda body: WRONG, folder / "answers.jsonl")
    came = read("answers.jsonl")
    assert (came.exit_code, came.stdout) == (3, "")
    assert "a correction of its answer is yet to be asked" in came.stderr
    write(output="more.jsonl")
    (asked,) = serve(folder / "more.jsonl", lambda body: RIGHT, folder / "more-answers.jsonl")
    assert [message["role"] for message in asked["messages"]][-2:] == ["assistant", "user"]
    came = read("more-answers.jsonl")
    assert (came.exit_code, contents(came.stdout)) == (0, ["The weir was opened at noon"])
    assert "2 calls" in came.stderr


def test_without_reasks_one_round_is_enough(folder: Path) -> None:
    options = (*OPTIONS, "--reasks", "0")
    write(options=options)
    serve(folder / "requests.jsonl", lambda body: WRONG, folder / "answers.jsonl")
    came = read("answers.jsonl", options=options)
    assert came.exit_code == 0
    assert "1 rejected" in came.stderr


def test_an_answer_that_stays_useless_is_asked_for_from_the_start(folder: Path) -> None:
    write()
    first = read_lines(folder / "requests.jsonl")
    for name in ("answers", "again"):
        serve(folder / "requests.jsonl", lambda body: completion("no JSON", body), folder / f"{name}.jsonl")
        assert read(f"{name}.jsonl").exit_code == 3
        write()
    assert "does not fit the schema" in read("again.jsonl").stderr or read_lines(folder / "requests.jsonl") == first
    assert read_lines(folder / "requests.jsonl") == first
    serve(folder / "requests.jsonl", lambda body: RIGHT, folder / "good.jsonl")
    assert read("answers.jsonl", "again.jsonl", "good.jsonl").exit_code == 0


def test_useless_answers_stop_nothing(folder: Path) -> None:
    for number in range(8):
        (folder / f"a{number}.txt").write_text(f"{TEXT} That was day {number}.")
    options = (*OPTIONS, "--reasks", "0")
    write(".", options=options)
    serve(
        folder / "requests.jsonl",
        lambda body: RIGHT if "day 7" in str(body) else completion("no JSON", body),
        folder / "answers.jsonl",
    )
    came = claimx(
        "batch", "read", "answers.jsonl", "-f", "jsonl", *options, *(f"--articles=a{n}.txt" for n in range(8))
    )
    assert (came.exit_code, len(came.stdout.splitlines())) == (3, 1)
    assert came.stderr.count("could not be read") == 7 + 1


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["openai", "vllm"])
@pytest.mark.parametrize("cut", [True, False])
def test_what_does_not_fit_is_written_again_in_halves(folder: Path, form: Form, cut: bool) -> None:
    (folder / "story.txt").write_text(f"{TEXT}\n\n" * 60)
    write()
    too_long = (400, "This model's maximum context length is 4096 tokens.")
    unfinished = completion('{"speakers": [', None)
    unfinished["choices"][0]["finish_reason"] = "length"
    serve(folder / "requests.jsonl", lambda body: unfinished if cut else too_long, folder / "answers.jsonl", form)
    assert read("answers.jsonl").exit_code == 3
    write(output="more.jsonl")
    bodies = serve(folder / "more.jsonl", lambda body: RIGHT, folder / "more-answers.jsonl", form)
    assert len(bodies) == 2
    assert read("more-answers.jsonl").exit_code == 0


def test_an_option_that_the_model_does_not_take_is_left_out_the_next_time(folder: Path) -> None:
    write()
    error = {"message": "no temperature", "type": "t", "param": "temperature", "code": "unsupported_value"}
    (line,) = read_lines(folder / "requests.jsonl")
    refused = {"status_code": 400, "request_id": "r", "body": {"error": error}}
    (folder / "answers.jsonl").write_text(
        json.dumps({"id": "b", "custom_id": line["custom_id"], "response": refused, "error": None})
    )
    assert read("answers.jsonl").exit_code == 3
    write(output="more.jsonl")
    (asked,) = serve(folder / "more.jsonl", lambda body: RIGHT, folder / "more-answers.jsonl")
    assert "temperature" in line["body"]
    assert "temperature" not in asked
    assert read("more-answers.jsonl").exit_code == 0


@pytest.mark.parametrize("with_articles", [True, False])
def test_another_refusal_is_written_again_as_it_was(folder: Path, with_articles: bool) -> None:
    write()
    serve(folder / "requests.jsonl", lambda body: (400, "not today"), folder / "answers.jsonl")
    came = read("answers.jsonl") if with_articles else claimx("batch", "read", "answers.jsonl", *OPTIONS)
    assert came.exit_code == 3
    assert "1 failed" in came.stderr
    assert "not today" in came.stderr
    write(output="more.jsonl")
    assert read_lines(folder / "more.jsonl") == read_lines(folder / "requests.jsonl")


# --- misuse --------------------------------------------------------------------------------------


def test_answers_to_other_options_are_told_from_missing_ones(folder: Path) -> None:
    write()
    serve(folder / "requests.jsonl", lambda body: RIGHT, folder / "answers.jsonl")
    came = read("answers.jsonl", options=("-m", "another", "--store", "runs.sqlite"))
    assert came.exit_code == 1
    assert "none of these lines answers a request for these articles" in came.stderr
    assert read("answers.jsonl").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("read", "none.jsonl", "-a", "story.txt"), 1, "none.jsonl: cannot be read (No such file or directory)"),
        (("read", "story.txt", "-a", "story.txt"), 1, "story.txt: is no answer file of a batch: line 1 is not JSON"),
        (("read", "story.txt"), 2, "pass --articles to make claims of the answers, or --store to keep them"),
        (("read", "story.txt", "-a", "story.txt", "-o", "story.txt"), 2, "is one of the sources"),
        (("write", "story.txt", "-o", "story.txt"), 2, "is one of the sources"),
        (("write", "story.txt", "-o", "-"), 2, "name a file with -o"),
        (("write", "story.txt", "-o", "no/where.jsonl"), 2, "there is no folder no"),
        (("write", "none.txt", "-o", "r.jsonl"), 1, "none.txt: no such file"),
        (("write", "story.txt", "-o", "r.jsonl", "--max-requests", "5"), 2, "No such option: --max-requests"),
        (("write", "story.txt", "-o", "r.jsonl", "--store", "s", "--fresh"), 2, "No such option: --fresh"),
        (("write", "story.txt", "-o", "r.jsonl", "--base-url", "http://127.0.0.1:9/v1"), 2, "pass --model"),
    ],
)
def test_misuse_is_one_line_that_says_what_to_do(
    folder: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = claimx("batch", *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "r.jsonl").exists()


def test_a_source_that_cannot_be_read_costs_itself(folder: Path) -> None:
    assert write("story.txt", "none.txt").exit_code == 3
    assert len(read_lines(folder / "requests.jsonl")) == 1


def test_answers_come_on_standard_input_too(folder: Path) -> None:
    write()
    serve(folder / "requests.jsonl", lambda body: RIGHT, folder / "answers.jsonl")
    came = claimx(
        "batch", "read", "-", "-a", "story.txt", "-f", "jsonl", *OPTIONS, stdin=(folder / "answers.jsonl").read_bytes()
    )
    assert (came.exit_code, len(came.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize("command", ["write", "read"])
def test_help_shows_the_whole_way(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told = " ".join(claimx("batch", command, "--help").stdout.split())
    assert all(step in told for step in ("claimx batch write", "claimx batch read", "--articles"))
    if command == "write":
        assert all(step in told for step in ("/v1/files", "/v1/batches", "output_file_id", "vllm run-batch"))
