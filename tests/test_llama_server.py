"""A real llama.cpp server behind the same door as every model: the wire, the grammar, the window, the usage.

The model recites one text, so this says nothing about quality.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claimx.errors import BadAnswer, ChunkTooLarge, ModelRefused
from claimx.model.client import Endpoint, Reply
from claimx.model.prompts import load_prompt, render
from claimx.pipeline import extract_article
from claimx.schema import Article, Chunk, Extraction
from claimx.settings import Mode, Settings
from tests.conftest import ROOT
from tests.servers.fixtures import NO_LLAMA
from tests.servers.litellm import litellm_proxy, needs_litellm
from tests.servers.llama import LlamaServer, Options, llama_server
from tests.servers.recital import ANSWER, ARTICLE
from tests.servers.toy_model import write_toy_model

if NO_LLAMA:
    pytest.skip(NO_LLAMA, allow_module_level=True)

MODES: list[Mode] = ["json_schema", "tools", "json", "md_json"]
OTHER = Article(id="ferry", text='"The ferry sails at noon," the harbour office said. Nobody bought a ticket.')
THINKING = f"<think>\nWho says what here? Two growers, I believe.\n</think>\n\n{ANSWER.model_dump_json()}"
WEATHER = "I would rather talk about the weather today."
NONCE = {
    "type": "object",
    "properties": {"word": {"const": "4b1d9c"}},
    "required": ["word"],
    "additionalProperties": False,
}


def settings_for(server: LlamaServer, **changes: Any) -> Settings:
    return Settings.model_validate({"model": "tiny", "base_url": server.base_url, "timeout_s": 60, **changes})


def ask(server: LlamaServer, article: Article = ARTICLE, **changes: Any) -> Reply:
    """What the server answers to the production prompt about a whole article in one chunk."""
    chunk = Chunk(article_id=article.id, index=0, start=0, end=len(article.text), text=article.text)

    async def go() -> Reply:
        async with Endpoint(settings_for(server, **changes)) as endpoint:
            return await endpoint(render(load_prompt("extract"), article, chunk))

    return asyncio.run(go())


def extract(server: LlamaServer, article: Article, **changes: Any) -> Extraction:
    settings = settings_for(server, **changes)

    async def go() -> Extraction:
        async with Endpoint(settings) as endpoint:
            return await extract_article(article, endpoint, load_prompt("extract"), settings)

    return asyncio.run(go())


def post(server: LlamaServer, **body: Any) -> httpx2.Response:
    asked = {"messages": [{"role": "user", "content": "Say hello."}], "temperature": 0, **body}
    return httpx2.post(f"{server.base_url}/chat/completions", json=asked, timeout=30)


@contextmanager
def reciting(
    folder: Path, says: str, *, over_and_over: str = "", options: Options | None = None
) -> Iterator[LlamaServer]:
    """A server of its own whose model says something else."""
    with llama_server(write_toy_model(folder / "toy.gguf", says, over_and_over=over_and_over), options) as server:
        yield server


def claimx(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "claimx", *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT
    )


# --- the four modes ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_brings_the_answer_home(llama: LlamaServer, mode: Mode) -> None:
    assert ask(llama, mode=mode).answer == ANSWER


def test_what_the_server_says_it_cost_is_kept(llama: LlamaServer) -> None:
    reply = ask(llama)
    said = post(llama, messages=[{"role": "user", "content": reply.text}], max_tokens=1).json()["usage"]
    assert reply.usage.calls == 1
    assert (reply.usage.prompt_tokens or 0) > 1000
    assert 50 < (reply.usage.completion_tokens or 0) <= said["prompt_tokens"]


def test_a_right_answer_becomes_claims(llama: LlamaServer) -> None:
    extraction = extract(llama, ARTICLE)
    found = [(claim.speaker.name, claim.content[0].text) for claim in extraction.claims if claim.speaker]
    assert found == [("Ida Marsh", "We will plant again"), ("Piet Lund", "the soil is tired")]
    assert (extraction.rejected, extraction.failures) == ((), ())


@pytest.mark.parametrize("mode", MODES)
def test_nonsense_is_rejected_with_reasons(llama: LlamaServer, mode: Mode) -> None:
    """To the model every article is the one it knows; not one word of its answer stands in this one."""
    extraction = extract(llama, OTHER, mode=mode)
    assert extraction.claims == ()
    assert len(extraction.rejected) == 3
    assert all(rejected.reason for rejected in extraction.rejected)
    assert not extraction.is_partial


@pytest.mark.parametrize("mode", MODES)
def test_a_model_that_talks_of_something_else_gives_an_answer_or_a_clean_error(tmp_path: Path, mode: Mode) -> None:
    """Where the grammar holds it, it must fill the schema; where nothing does, the answer is refused."""
    with reciting(tmp_path, WEATHER) as server:
        if mode in ("json_schema", "tools"):
            assert ask(server, mode=mode).answer.claims[0].content
        else:
            with pytest.raises(BadAnswer) as caught:
                ask(server, mode=mode)
            assert caught.value.usage.calls == 2


@pytest.mark.parametrize("mode", MODES)
def test_a_model_that_never_ends_is_an_error_and_no_hang(tmp_path: Path, mode: Mode) -> None:
    """The first of its claims leads it back to the first of its claims, and the grammar has nothing against it."""
    claim = f"{ANSWER.claims[0].model_dump_json()},"
    options = Options(n_predict=600)
    with (
        reciting(tmp_path, ANSWER.model_dump_json(), over_and_over=claim, options=options) as server,
        pytest.raises((BadAnswer, ChunkTooLarge)) as caught,
    ):
        ask(server, mode=mode)
    assert caught.value.usage.completion_tokens in (600, 1200)


@pytest.mark.parametrize(
    ("mode", "reasoning_format"),
    # With `none`, json_object forbids the model to think, and then it knows no answer.
    [*((mode, "auto") for mode in MODES), ("json_schema", "none"), ("tools", "none"), ("md_json", "none")],
)
def test_a_model_that_thinks_first_is_understood(tmp_path: Path, mode: Mode, reasoning_format: str) -> None:
    """The server parts the thoughts from the answer, or leaves them in front of it."""
    with reciting(tmp_path, THINKING, options=Options(reasoning_format=reasoning_format)) as server:
        assert ask(server, mode=mode).answer.claims


def test_prose_and_a_fence_around_the_answer_are_passed_over(tmp_path: Path) -> None:
    says = f"Here is what I found:\n\n```json\n{ANSWER.model_dump_json()}\n```\n\nI hope this helps."
    with reciting(tmp_path, says) as server:
        assert ask(server, mode="md_json").answer == ANSWER


# --- the window ----------------------------------------------------------------------------------

LONG = Article(id="long", text="\n\n".join([ARTICLE.text, *("Rain fell on the hills. " * 40 for _ in range(12))]))


def test_what_does_not_fit_the_window_is_sent_in_smaller_pieces(toy_model: Path) -> None:
    with llama_server(toy_model, Options(n_ctx=4096, n_parallel=1)) as server:
        with pytest.raises(ChunkTooLarge, match="4096"):
            ask(server, LONG)
        extraction = extract(server, LONG, chunk_tokens=4000)
    assert extraction.failures == ()
    assert "We will plant again" in [claim.content[0].text for claim in extraction.claims]
    assert extraction.usage.calls > 2


def test_a_window_is_shared_by_the_slots(toy_model: Path) -> None:
    with llama_server(toy_model, Options(n_ctx=8192, n_parallel=2)) as server:
        props = httpx2.get(f"{server.url}/props").json()
        refused = post(server, messages=[{"role": "user", "content": "rain " * 9000}])
    assert props["total_slots"] == 2
    assert props["default_generation_settings"]["n_ctx"] == 4096
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "exceed_context_size_error"


def test_more_requests_than_slots_are_all_answered(llama: LlamaServer) -> None:
    async def go() -> list[Reply]:
        chunk = Chunk(article_id=ARTICLE.id, index=0, start=0, end=len(ARTICLE.text), text=ARTICLE.text)
        async with Endpoint(settings_for(llama)) as endpoint:
            return await asyncio.gather(*(endpoint(render(load_prompt("extract"), ARTICLE, chunk)) for _ in range(8)))

    assert [reply.answer for reply in asyncio.run(go())] == [ANSWER] * 8


# --- what llama.cpp does and does not do -----------------------------------------------------------


def test_a_nonce_that_only_the_schema_holds_comes_back(llama: LlamaServer) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": NONCE}}
    assert post(llama, response_format=wanted).json()["choices"][0]["message"]["content"] == '{"word":"4b1d9c"}'


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "one"}}])
def test_a_tool_is_called_with_arguments_that_fit_but_none_by_name(llama: LlamaServer, choice: Any) -> None:
    """The object form is taken for `auto`: of two tools the model's favourite is called, not the named one."""
    tools = [{"type": "function", "function": {"name": name, "parameters": NONCE}} for name in ("one", "two")]
    (call,) = post(llama, tools=tools, tool_choice=choice).json()["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] == "two"
    assert json.loads(call["function"]["arguments"]) == {"word": "4b1d9c"}


def test_a_key_that_the_server_wants_is_sent(toy_model: Path) -> None:
    with llama_server(toy_model, Options(api_key="sk-for-this-test")) as server:
        with pytest.raises(ModelRefused, match="401"):
            ask(server)
        assert ask(server, api_key="sk-for-this-test").answer == ANSWER


# --- the command line ------------------------------------------------------------------------------


def test_the_command_prints_claims_and_ends_with_0(llama: LlamaServer, tmp_path: Path) -> None:
    path = tmp_path / "orchard.txt"
    path.write_text(ARTICLE.text, encoding="utf-8")
    done = claimx("extract", str(path), "--base-url", llama.base_url, "-m", "tiny", "--mode", "json_schema")
    assert done.returncode == 0, done.stderr
    texts = [record["content"][0]["text"] for record in map(json.loads, done.stdout.splitlines())]
    assert texts[1:] == ["We will plant again", "the soil is tired"]


def test_the_command_prints_no_nonsense_and_ends_with_0(llama: LlamaServer, tmp_path: Path) -> None:
    path = tmp_path / "ferry.txt"
    path.write_text(OTHER.text, encoding="utf-8")
    done = claimx("extract", str(path), "--base-url", llama.base_url, "-m", "tiny", "--mode", "json_schema")
    assert (done.returncode, done.stdout) == (0, "")
    assert "3 rejected" in done.stderr


# --- through a proxy -------------------------------------------------------------------------------


@pytest.mark.slow
@needs_litellm
def test_a_litellm_proxy_in_front_of_it_changes_nothing(llama: LlamaServer, toy_model: Path, tmp_path: Path) -> None:
    """Modes, thoughts and the refusal of what is too long all come through."""
    with (
        llama_server(toy_model, Options(n_ctx=4096, n_parallel=1)) as small,
        reciting(tmp_path, THINKING) as thinking,
        litellm_proxy({"tiny": llama.base_url, "small": small.base_url, "thinking": thinking.base_url}, tmp_path) as (
            url,
            key,
        ),
    ):
        proxy = replace(llama, url=url.removesuffix("/v1"))
        assert [ask(proxy, mode=mode, api_key=key).answer for mode in MODES] == [ANSWER] * 4
        asked = {"model": "thinking", "messages": [{"role": "user", "content": "Who says what?"}]}
        held = {"Authorization": f"Bearer {key}"}
        reply = httpx2.post(f"{url}/chat/completions", json=asked, headers=held, timeout=60).json()
        assert "Two growers" in reply["choices"][0]["message"]["reasoning_content"]
        extraction = extract(proxy, LONG, model="small", api_key=key, mode="json_schema", chunk_tokens=4000)
        assert extraction.failures == ()
        assert "We will plant again" in [claim.content[0].text for claim in extraction.claims]
        with pytest.raises(ModelRefused):
            ask(proxy, mode="json_schema", api_key="sk-another")


# --- the server and its model ----------------------------------------------------------------------


def test_the_model_is_the_same_file_every_time(toy_model: Path, tmp_path: Path) -> None:
    again = write_toy_model(tmp_path / "again.gguf", ANSWER.model_dump_json())
    assert again.read_bytes() == toy_model.read_bytes()
    assert len(again.read_bytes()) < 1_000_000


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    path = tmp_path / "not.gguf"
    path.write_bytes(b"this is no model")
    with pytest.raises(RuntimeError, match="did not start"), llama_server(path):
        pass


def test_a_server_dies_with_whoever_started_it(toy_model: Path) -> None:
    """However that was ended: nothing is left running after a test run that was killed."""
    starter = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.servers.llama import llama_server\n"
        "with llama_server(Path(sys.argv[1])) as server:\n    print(server.url, flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", starter, str(toy_model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout
        url = parent.stdout.readline().strip()
        assert is_there(url)
        parent.kill()
    give_up = time.monotonic() + 20
    while is_there(url) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not is_there(url)


def is_there(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False
