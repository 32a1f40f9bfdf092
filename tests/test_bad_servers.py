"""Servers that misbehave: that the doubles do what their rows say, over the wire, and what claimx makes of them."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from claimx.article.chunks import count_tokens
from claimx.errors import ModelError, ModelRefused, ModelUnreachable
from claimx.model.client import Endpoint
from claimx.model.offline.rules import draft_answer
from claimx.model.prompts import load_prompt, render
from claimx.pipeline import extract_article
from claimx.schema import Answer, Article, Chunk, Extraction
from claimx.settings import Mode, Settings
from tests.servers.app import Double
from tests.servers.doubles import serve
from tests.servers.kinds import KINDS
from tests.servers.recital import ARTICLE

# Made once: reading the authorities' certificates takes longer than all the rest of a request.
TLS = ssl.create_default_context()
NONCE = "4b1d9c"
CANARY = {
    "type": "object",
    "properties": {"word": {"const": NONCE}},
    "required": ["word"],
    "additionalProperties": False,
}


def post(server: Double, content: str | list[dict[str, str]] = "Say hello.", **more: Any) -> httpx2.Response:
    """A call for a completion, as the plainest client makes it."""
    messages = [{"role": "user", "content": content}] if isinstance(content, str) else content
    body = {"model": server.behaviour.models[0], "messages": messages, **more}
    return httpx2.post(f"{server.base_url}/chat/completions", json=body, timeout=10, verify=TLS)


def get(server: Double, path: str) -> httpx2.Response:
    return httpx2.get(server.base_url.removesuffix("/v1") + path, timeout=10, verify=TLS)


def message(reply: httpx2.Response) -> dict[str, Any]:
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["choices"][0]["message"]
    return found


def by_schema(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}


def tools(*names: str, strict: bool = False) -> list[dict[str, Any]]:
    return [
        {"type": "function", "function": {"name": name, "parameters": CANARY, **({"strict": True} if strict else {})}}
        for name in names
    ]


def production() -> list[dict[str, str]]:
    """The messages that claimx sends for an article."""
    chunk = Chunk(article_id=ARTICLE.id, index=0, start=0, end=len(ARTICLE.text), text=ARTICLE.text)
    return render(load_prompt("extract"), ARTICLE, chunk)


# --- what a double says --------------------------------------------------------------------------


def test_the_good_server_answers_an_article_with_its_claims() -> None:
    with serve("good") as server:
        said = message(post(server, production(), response_format=by_schema(Answer.model_json_schema())))
    answer = Answer.model_validate_json(said["content"])
    assert answer == draft_answer(ARTICLE.text)
    assert [claim.content for claim in answer.claims] == [["We will plant again"], ["the soil is tired"]]


def test_a_server_remembers_what_it_was_sent() -> None:
    with serve("good") as server:
        post(server, "One?", temperature=0)
        get(server, "/v1/models")
        post(server, "Two?")
    assert [body["messages"][0]["content"] for body in server.requests] == ["One?", "Two?"]
    assert server.requests[0]["temperature"] == 0
    assert server.paths == ["/v1/chat/completions", "/v1/models", "/v1/chat/completions"]


CONSTRAINING = [kind for kind, row in KINDS.items() if row.json_schema == "constrain"]
FREE = [kind for kind, row in KINDS.items() if row.json_schema == "ignore"]
_SILENT = ("only thinking", "answer among thoughts")
SPEAKING = {
    kind
    for kind, row in KINDS.items()
    if row.choices == "one" and row.style not in _SILENT and row.body is None and not (row.loading_for or row.key)
}


@pytest.mark.parametrize("kind", sorted(SPEAKING & set(CONSTRAINING)))
def test_a_nonce_comes_back_from_a_server_that_constrains(kind: str) -> None:
    with serve(kind, latency_s=0.0) as server:
        said = message(post(server, response_format=by_schema(CANARY)))
    assert said["content"] == f'{{"word": "{NONCE}"}}'


@pytest.mark.parametrize("kind", FREE)
def test_no_nonce_comes_back_from_a_server_that_ignores_the_format(kind: str) -> None:
    with serve(kind) as server:
        said = message(post(server, response_format=by_schema(CANARY)))
    assert NONCE not in said["content"]
    assert "Hello" in said["content"]


@pytest.mark.parametrize("kind", FREE)
def test_a_server_without_grammar_still_has_a_model_that_can_read(kind: str) -> None:
    """Extraction must be able to work with it: the whole answer is somewhere in what it says."""
    with serve(kind, max_tokens=4096) as server:
        said = message(post(server, production()))
    expected = draft_answer(ARTICLE.text)
    assert all(claim.content[0] in said["content"] for claim in expected.claims)


# --- row by row ----------------------------------------------------------------------------------


def test_ollama_cuts_the_beginning_of_a_long_prompt_and_says_200() -> None:
    long = "The first word is heron. " + "Water ran over the old stones. " * 900
    with serve("ollama", window=2048) as server:
        reply = post(server, long + "Give me JSON.")
        told = get(server, "/api/ps").json()["models"][0]["context_length"]
    assert count_tokens(long) > 2048
    assert reply.status_code == 200
    assert reply.json()["usage"]["prompt_tokens"] == 1026
    assert told == 2048


def test_ollama_answers_about_the_end_of_a_prompt_alone() -> None:
    article = ARTICLE.model_copy(update={"text": f"{ARTICLE.text}\n\n" + "Rain fell on the hills. " * 400})
    late = '"The well is dry," Ida Marsh said.'
    text = f"{article.text}\n\n{late}"
    chunk = Chunk(article_id="x", index=0, start=0, end=len(text), text=text)
    with serve("ollama", window=1024) as server:
        said = message(post(server, render(load_prompt("extract"), article, chunk)))
    assert "The well is dry" in said["content"]
    assert "We will plant again" not in said["content"]


def test_ollama_tells_its_version_and_knows_its_models_by_name() -> None:
    with serve("ollama") as server:
        assert get(server, "/api/version").json()["version"]
        assert get(server, "/v1/models").json()["data"][0]["id"] == "qwen3:8b"
        assert post(server, model="llama9").status_code == 404


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "two"}}])
def test_ollama_takes_a_tool_choice_for_a_suggestion(choice: Any) -> None:
    with serve("ollama") as server:
        said = message(post(server, tools=tools("one", "two"), tool_choice=choice))
    assert "tool_calls" not in said


def test_transformers_serve_has_no_list_of_models_and_complains_with_a_detail() -> None:
    with serve("transformers serve") as server:
        reply = get(server, "/v1/models")
    assert (reply.status_code, reply.json()) == (500, {"detail": "Internal Server Error"})


def test_lm_studio_refuses_what_others_take_with_a_bare_string() -> None:
    with serve("lm studio") as server:
        named = post(server, tools=tools("one"), tool_choice={"type": "function", "function": {"name": "one"}})
        as_json = post(server, response_format={"type": "json_object"})
        required = message(post(server, tools=tools("one"), tool_choice="required"))
    assert (named.status_code, as_json.status_code) == (400, 400)
    assert named.json()["error"].startswith("Invalid tool_choice type: 'object'")
    assert as_json.json()["error"].startswith("'response_format.type' must be")
    assert NONCE in required["tool_calls"][0]["function"]["arguments"]


def test_llama_cpp_ignores_a_named_tool_but_not_the_word_required() -> None:
    named = {"type": "function", "function": {"name": "two"}}
    with serve("llama.cpp") as server:
        assert "tool_calls" not in message(post(server, tools=tools("one", "two"), tool_choice=named))
        assert message(post(server, tools=tools("one", "two"), tool_choice="required"))["tool_calls"]
        assert get(server, "/props").json()["default_generation_settings"]["n_ctx"] == 8192


def test_llama_cpp_fails_to_parse_one_reply_in_fifty() -> None:
    with serve("llama.cpp") as server:
        replies = [post(server) for _ in range(50)]
    assert [reply.status_code for reply in replies] == [200] * 49 + [500]
    assert "peg-native" in replies[-1].json()["error"]["message"]


@pytest.mark.parametrize(
    ("kind", "words", "kind_of_error"),
    [
        ("llama.cpp", "exceeds the available context size (8192 tokens)", "exceed_context_size_error"),
        ("vllm", "maximum context length is 8192 tokens", "BadRequestError"),
        ("sglang", "longer than the model's context length (8192 tokens)", "BadRequestError"),
    ],
)
def test_a_prompt_that_is_too_long_is_refused_in_the_servers_own_words(
    kind: str, words: str, kind_of_error: str
) -> None:
    with serve(kind) as server:
        reply = post(server, "Water ran over the old stones. " * 2000)
    assert reply.status_code == 400
    body = reply.json()
    error = body if body.get("object") == "error" else body["error"]
    assert words in error["message"]
    assert error["type"] == kind_of_error
    assert (kind == "sglang") == ("error" not in body)


@pytest.mark.parametrize(("strict", "is_kept"), [(True, True), (False, False)])
def test_vllm_keeps_to_a_tools_schema_only_if_it_is_strict(strict: bool, is_kept: bool) -> None:
    named = {"type": "function", "function": {"name": "one"}}
    with serve("vllm") as server:
        said = message(post(server, tools=tools("one", strict=strict), tool_choice=named))
        models = get(server, "/v1/models").json()["data"]
    assert (NONCE in said["tool_calls"][0]["function"]["arguments"]) == is_kept
    assert (models[0]["owned_by"], models[0]["max_model_len"]) == ("vllm", 8192)


@pytest.mark.parametrize(("kind", "field"), [("vllm", "reasoning"), ("sglang", "reasoning_content")])
def test_what_a_model_thinks_has_a_field_of_its_own(kind: str, field: str) -> None:
    with serve(kind) as server:
        assert message(post(server))[field]


def test_mlx_ends_at_512_tokens_unless_it_is_told_otherwise() -> None:
    """Its model would say more: an article of forty claims takes more than 512 tokens to answer."""
    text = "\n\n".join(f'"The lock at mile {number} is open," Ida Marsh said.' for number in range(40))
    chunk = Chunk(article_id="x", index=0, start=0, end=len(text), text=text)
    messages = render(load_prompt("extract"), ARTICLE, chunk)
    with serve("mlx") as server:
        short, long = (post(server, messages, **more).json()["choices"][0] for more in ({}, {"max_tokens": 9000}))
    assert (short["finish_reason"], long["finish_reason"]) == ("length", "stop")
    assert count_tokens(short["message"]["content"]) == 512
    assert len(Answer.model_validate_json(long["message"]["content"]).claims) == 40


def test_a_gateway_may_say_nothing_of_usage() -> None:
    with serve("no usage") as server:
        assert "usage" not in post(server).json()


def test_a_gateway_may_have_no_choices() -> None:
    with serve("no choices") as empty, serve("missing choices") as missing:
        assert post(empty).json()["choices"] == []
        assert "choices" not in post(missing).json()


def test_a_model_that_only_thinks_says_nothing() -> None:
    with serve("only thinking") as server:
        reply = post(server, production(), response_format=by_schema(Answer.model_json_schema()))
    assert (message(reply)["content"], reply.json()["choices"][0]["finish_reason"]) == ("", "length")
    assert message(reply)["reasoning_content"]


def test_an_answer_can_land_among_the_thoughts() -> None:
    with serve("answer among thoughts") as server:
        said = message(post(server, production(), response_format=by_schema(Answer.model_json_schema())))
    assert said["content"] is None
    assert Answer.model_validate_json(said["reasoning"]).claims


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [("thinking aloud", "<think>", "</think>"), ("fenced", "Sure! Here is the JSON", "```json")],
)
def test_an_answer_can_come_dressed_up(kind: str, before: str, after: str) -> None:
    with serve(kind) as server:
        said = message(post(server, production()))["content"]
    assert said.startswith(before)
    with pytest.raises(ValueError, match="Invalid JSON"):
        Answer.model_validate_json(said)
    whole = said.split(after, 1)[1]
    assert Answer.model_validate_json(whole[whole.index("{") : whole.rindex("}") + 1]).claims


def test_a_tool_call_can_come_as_text() -> None:
    with serve("tool calls as text") as server:
        said = message(post(server, production(), tools=tools("Answer"), tool_choice="required"))
    assert said["content"].startswith('<tool_call>\n{"name": "Answer", "arguments": ')
    assert "tool_calls" not in said


def test_an_answer_can_hold_keys_that_nobody_asked_for() -> None:
    with serve("extra keys") as server:
        said = message(post(server, production()))["content"]
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Answer.model_validate_json(said)


def test_a_third_request_at_once_is_told_when_to_come_again() -> None:
    with serve("rate limited", latency_s=0.3) as server, ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: post(server), range(3)))
    assert sorted(reply.status_code for reply in replies) == [200, 200, 429]
    assert next(reply.headers["retry-after"] for reply in replies if reply.status_code == 429) == "0.05"
    assert server.most_in_flight == 3


def test_a_key_is_asked_for_everywhere() -> None:
    with serve("key required") as server:
        assert [post(server).status_code, get(server, "/v1/models").status_code] == [401, 401]
        held = {"Authorization": f"Bearer {server.behaviour.key}"}
        assert httpx2.get(f"{server.base_url}/models", headers=held).status_code == 200
    assert server.requests == []


def test_an_unknown_model_is_not_found() -> None:
    with serve("fussy") as server:
        assert [post(server, model=name).status_code for name in ("one", "another", "third")] == [200, 200, 404]


def test_a_login_page_comes_with_200() -> None:
    with serve("login page") as server:
        reply = post(server)
    assert (reply.status_code, reply.headers["content-type"].split(";")[0]) == (200, "text/html")


def test_a_gateway_can_point_elsewhere_or_be_alone() -> None:
    with serve("redirect") as redirecting, serve("bad gateway") as alone:
        replies = [post(redirecting), post(alone)]
    assert [reply.status_code for reply in replies] == [302, 502]
    assert replies[0].headers["location"] == "/sign-in"
    assert "502 Bad Gateway" in replies[1].text


def test_a_server_can_still_be_loading() -> None:
    with serve("loading") as server:
        assert [post(server).status_code for _ in range(3)] == [503, 503, 200]


def test_a_body_may_be_no_utf_8() -> None:
    with serve("not utf-8") as server:
        raw = post(server).content
    with pytest.raises(UnicodeDecodeError):
        raw.decode()


def test_a_slow_server_takes_its_time() -> None:
    with serve("slow") as server, pytest.raises(httpx2.ReadTimeout):
        httpx2.post(
            f"{server.base_url}/chat/completions", json={"messages": [{"role": "user", "content": "Hi"}]}, timeout=0.1
        )


def test_nothing_listens_where_a_connection_is_refused() -> None:
    with serve("refused") as server, pytest.raises(httpx2.ConnectError):
        post(server)


def test_a_certificate_that_nobody_knows_is_refused() -> None:
    with serve("tls") as server, pytest.raises(httpx2.ConnectError) as caught:
        post(server)
    causes = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert any(isinstance(cause, ssl.SSLError) or "CERTIFICATE" in str(cause) for cause in causes)


def test_every_row_says_what_it_stands_for() -> None:
    assert all(row.title.endswith(".") and len(row.title) > 30 for row in KINDS.values())


# --- extraction through them ---------------------------------------------------------------------

MODES: list[Mode] = ["json_schema", "tools", "json", "md_json"]
REFUSED = {("lm studio", "json"), ("without json_schema", "json_schema")}


def extract(server: Double, article: Article = ARTICLE, **changes: Any) -> Extraction:
    """What claimx makes of an article with this server."""
    settings = Settings.model_validate(
        {"model": server.behaviour.models[0], "base_url": server.base_url, "timeout_s": 10, "max_attempts": 2} | changes
    )

    async def go() -> Extraction:
        async with Endpoint(settings) as ask:
            return await extract_article(article, ask, load_prompt("extract"), settings)

    return asyncio.run(go())


def contents(extraction: Extraction) -> list[str]:
    return [claim.content[0].text for claim in extraction.claims if claim.kind == "claim"]


@pytest.mark.parametrize("kind", sorted(SPEAKING))
def test_every_mode_that_is_not_refused_finds_the_claims(kind: str) -> None:
    """A model that can read is enough: what is ignored, dressed up or put elsewhere is dealt with."""
    with serve(kind, latency_s=0.0) as server:
        for mode in MODES:
            if (kind, mode) not in REFUSED:
                assert contents(extract(server, mode=mode)) == ["We will plant again", "the soil is tired"], mode


@pytest.mark.parametrize(("kind", "mode"), sorted(REFUSED))
def test_a_mode_that_the_server_refuses_is_told_in_its_words(kind: str, mode: str) -> None:
    with serve(kind) as server:
        (failure,) = extract(server, mode=mode).failures
    assert "answered 400" in failure.error
    assert "response_format" in failure.error


LONG = Article(id="long", text="\n\n".join([ARTICLE.text, *("Rain fell on the hills. " * 40 for _ in range(12))]))


@pytest.mark.parametrize("kind", ["llama.cpp", "vllm", "sglang", "ollama"])
def test_an_article_longer_than_the_window_is_sent_in_pieces(kind: str) -> None:
    """Whether the server refuses it or cuts it without a word: nothing of the article is lost."""
    with serve(kind, window=3500) as server:
        extraction = extract(server, LONG, chunk_tokens=4000, mode="json_schema")
    assert extraction.failures == ()
    assert contents(extraction) == ["We will plant again", "the soil is tired"]
    assert len(server.requests) > 2


def test_an_answer_that_ends_at_512_tokens_is_asked_for_in_full() -> None:
    said = "\n\n".join(f'"The lock at mile {number} is open," Ida Marsh said.' for number in range(40))
    with serve("mlx") as server:
        extraction = extract(server, Article(id="locks", text=said), mode="md_json")
    assert extraction.failures == ()
    assert len(contents(extraction)) == 40


def test_what_it_cost_is_unknown_where_nobody_says() -> None:
    with serve("no usage") as server:
        usage = extract(server, mode="json_schema").usage
    assert (usage.calls, usage.prompt_tokens, usage.completion_tokens) == (1, None, None)


@pytest.mark.parametrize(
    "kind", ["no choices", "missing choices", "only thinking", "login page", "redirect", "bad gateway", "not utf-8"]
)
def test_a_server_of_which_nothing_can_be_had_costs_its_chunk_and_no_traceback(kind: str) -> None:
    with serve(kind) as server:
        try:
            told = extract(server, mode="json_schema").failures[0].error
        except ModelError as error:
            told = str(error)
    assert told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("key required", ModelRefused, "CLAIMX_API_KEY"),
        ("refused", ModelUnreachable, "Start it"),
        ("tls", ModelUnreachable, "certificate"),
    ],
)
def test_what_no_other_request_would_mend_ends_the_run_with_advice(
    kind: str, error: type[ModelError], words: str
) -> None:
    with serve(kind) as server, pytest.raises(error, match=words) as caught:
        extract(server, mode="json_schema", max_attempts=1)
    assert caught.value.is_final


def test_a_server_that_is_still_loading_is_waited_for() -> None:
    with serve("loading") as server:
        found = contents(extract(server, mode="json_schema", max_attempts=4))
    assert found == ["We will plant again", "the soil is tired"]
    assert len(server.requests) == 3


def test_a_key_opens_the_door() -> None:
    with serve("key required") as server:
        found = contents(extract(server, mode="json_schema", api_key=server.behaviour.key))
    assert found == ["We will plant again", "the soil is tired"]


def test_many_chunks_get_past_a_limit_of_two_at_once() -> None:
    text = "\n\n".join(f'"The lock at mile {number} is open," Ida Marsh said.' for number in range(60))
    with serve("rate limited") as server:
        extraction = extract(
            server, Article(id="locks", text=text), mode="json_schema", chunk_tokens=100, max_attempts=8
        )
    assert extraction.failures == ()
    assert len(contents(extraction)) == 60
    assert server.most_in_flight > 2
