"""One door for every model: modes, re-asks, what it cost, what went wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from claimx.errors import BadAnswer, ChunkTooLarge, ModelBusy, ModelError, ModelRefused, ModelUnreachable
from claimx.model.client import Endpoint, Reply
from claimx.model.connection import open_client
from claimx.schema import Answer
from claimx.settings import Settings
from tests.doubles import Server, answer, claim, completion, error

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{7*7}} {% if x %} said Ann."}]
GOOD = answer(claim("it rained", cue="said", mention="Ann"), speakers=(("Ann", None),))


def ask(server: Server, **changes: Any) -> Reply:
    settings = Settings(
        model="m", base_url="http://double/v1", **({"max_attempts": 2, "retry_after_cap_s": 0} | changes)
    )

    async def run() -> Reply:
        async with Endpoint(settings, transport=server.transport) as endpoint:
            return await endpoint(MESSAGES)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["json_schema", "md_json", "json", "tools"])
def test_every_mode_brings_the_same_answer(mode: str) -> None:
    assert ask(Server(lambda body, n: GOOD), mode=mode).answer == GOOD


def test_article_text_is_never_rendered_as_a_template() -> None:
    server = Server(lambda body, n: GOOD)
    for mode in ("json_schema", "md_json", "json", "tools"):
        ask(server, mode=mode)
    for body in server.bodies:
        assert "{{7*7}} {% if x %} said Ann." in json.dumps(body["messages"], ensure_ascii=False)


def test_the_schema_goes_out_strict() -> None:
    server = Server(lambda body, n: GOOD)
    ask(server)
    wanted = server.bodies[0]["response_format"]["json_schema"]
    assert wanted["strict"] is True
    assert wanted["schema"] == Answer.model_json_schema()


@pytest.mark.parametrize("mode", ["json_schema", "md_json", "json", "tools"])
def test_a_request_says_all_in_the_order_of_openais_own_client(mode: str) -> None:
    """Replies are kept under a digest of the body, so a store must know requests whichever way they were written."""
    server = Server(lambda body, n: GOOD)
    ask(server, mode=mode, temperature=0.2, seed=7, max_output_tokens=90, top_p=0.5, extra_body={"top_k": 3})
    (sent,) = server.bodies
    known = {name: value for name, value in sent.items() if name != "top_k"}

    async def send_again() -> None:
        settings = Settings(model="m", base_url="http://double/v1")
        async with open_client(settings, server.transport) as client:
            await client.chat.completions.create(**known, extra_body={"top_k": 3})

    asyncio.run(send_again())
    assert json.dumps(server.bodies[1]) == json.dumps(sent)


def test_a_poor_answer_is_sent_back_with_what_is_wrong_and_paid_for_twice() -> None:
    server = Server(lambda body, n: GOOD if n else '{"speakers": [], "claims": "none"}')
    reply = ask(server)
    assert reply.answer == GOOD
    assert (reply.usage.calls, reply.usage.prompt_tokens) == (2, 200)
    back = server.bodies[1]["messages"][-1]["content"]
    assert "claims" in back
    assert "facts" in back


@pytest.mark.parametrize(
    "poor",
    [
        "not JSON at all",
        '{"speakers": [], "claims": [], ',
        {**completion(""), "choices": []},
        completion(
            "",
            None,
            choices=[
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": None, "refusal": "I would rather not"},
                }
            ],
        ),
        error(500, "the output does not match the expected peg-native format"),
    ],
)
def test_an_answer_that_cannot_be_read_is_asked_for_again(poor: Any) -> None:
    from starlette.responses import JSONResponse

    said = JSONResponse(poor) if isinstance(poor, dict) else poor
    assert ask(Server(lambda body, n: GOOD if n else said)).answer == GOOD


def test_an_answer_that_stays_poor_is_an_error_that_says_what_it_cost() -> None:
    with pytest.raises(BadAnswer, match="schema") as raised:
        ask(Server(lambda body, n: "{}"))
    assert raised.value.usage.calls == 2


def test_an_answer_cut_at_the_limit_asks_for_a_smaller_chunk() -> None:
    from starlette.responses import JSONResponse

    cut = completion('{"speakers": [')
    cut["choices"][0]["finish_reason"] = "length"
    with pytest.raises(ChunkTooLarge):
        ask(Server(lambda body, n: JSONResponse(cut)))


@pytest.mark.parametrize(
    "said",
    [
        error(400, "no", "context_length_exceeded"),
        error(400, "the request exceeds the available context size", "exceed_context_size_error"),
        error(400, "This model's maximum context length is 4096 tokens"),
        error(413),
    ],
)
def test_a_request_that_does_not_fit_asks_for_a_smaller_chunk(said: Any) -> None:
    with pytest.raises(ChunkTooLarge):
        ask(Server(lambda body, n: said))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_final_and_says_what_the_server_said(status: int) -> None:
    server = Server(lambda body, n: error(status, "no such thing"))
    with pytest.raises(ModelRefused, match=f"{status}: no such thing"):
        ask(server)
    assert len(server.bodies) == 1


def test_an_option_that_the_model_does_not_take_is_left_out_from_then_on() -> None:
    """Reasoning models refuse a temperature, and want `max_completion_tokens` for `max_tokens`."""
    from starlette.responses import JSONResponse

    def say(body: dict[str, Any], n: int) -> Any:
        for param in ("temperature", "max_tokens"):
            if param in body:
                error_body = {"message": f"Unsupported: {param}", "param": param, "code": "unsupported_parameter"}
                return JSONResponse({"error": error_body}, status_code=400)
        return GOOD

    server = Server(say)
    assert ask(server, max_output_tokens=500).answer == GOOD
    assert len(server.bodies) == 3
    assert server.bodies[-1]["max_completion_tokens"] == 500


def test_a_used_up_quota_is_final() -> None:
    server = Server(lambda body, n: error(429, "you ran out", "insufficient_quota"))
    with pytest.raises(ModelRefused):
        ask(server)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    server = Server(lambda body, n: GOOD if n else error(status, headers={"retry-after": "0"}))
    assert ask(server).answer == GOOD
    assert len(server.bodies) == 2


def test_a_failure_that_stays_is_reported_after_all_attempts() -> None:
    server = Server(lambda body, n: error(503, "overloaded", headers={"retry-after": "0"}))
    with pytest.raises(ModelBusy, match="503: overloaded"):
        ask(server, max_attempts=3)
    assert len(server.bodies) == 3


def test_nothing_there_is_said_in_one_line() -> None:
    async def run() -> None:
        settings = Settings(model="m", base_url="http://127.0.0.1:9/v1", max_attempts=1)
        async with Endpoint(settings) as endpoint:
            await endpoint(MESSAGES)

    with pytest.raises(ModelUnreachable, match=r"No model server at http://127\.0\.0\.1:9/v1"):
        asyncio.run(run())


def test_a_server_that_tells_no_usage_leaves_it_unknown() -> None:
    from starlette.responses import JSONResponse

    silent = completion(GOOD.model_dump_json())
    del silent["usage"]
    assert ask(Server(lambda body, n: JSONResponse(silent))).usage.prompt_tokens is None


@pytest.mark.parametrize(
    "body",
    [
        {"error": "plain words"},
        {"object": "error", "message": "plain words"},
        {"detail": "plain words"},
        {"error": {"message": "plain words"}},
    ],
)
def test_errors_are_read_in_every_shape(body: dict[str, Any]) -> None:
    from starlette.responses import JSONResponse

    with pytest.raises(ModelRefused, match="plain words"):
        ask(Server(lambda _, n: JSONResponse(body, status_code=400)))


def test_no_openai_setting_of_the_environment_goes_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "sk-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-team: sk-secret")
    server = Server(lambda body, n: GOOD)
    ask(server)
    assert "sk-secret" not in json.dumps(server.headers)


@pytest.mark.parametrize("status", [401, 500])
def test_a_key_is_in_no_error(status: int) -> None:
    with pytest.raises(ModelError) as raised:
        ask(Server(lambda body, n: error(status)), api_key="sk-secret")
    assert "sk-secret" not in repr(raised.value) + str(raised.value)


@pytest.mark.parametrize(
    "body", ["<html>Please log in</html>", "null", "[1, 2]", '{"choices": "abc"}', '{"choices": [{"message": null}]}']
)
def test_a_reply_that_is_no_completion_is_a_bad_answer(body: str) -> None:
    """A proxy's login page comes with status 200, too."""
    from starlette.responses import Response

    kind = "text/html" if body.startswith("<") else "application/json"
    with pytest.raises(BadAnswer):
        ask(Server(lambda _, n: Response(body, media_type=kind)))


def test_usage_that_is_no_number_is_unknown() -> None:
    from starlette.responses import JSONResponse

    odd = completion(
        GOOD.model_dump_json(), usage={"prompt_tokens": 1.5, "completion_tokens": "many", "total_tokens": None}
    )
    assert ask(Server(lambda body, n: JSONResponse(odd))).usage.prompt_tokens is None


def test_a_redirect_is_not_followed_with_the_article() -> None:
    from starlette.responses import RedirectResponse

    server = Server(lambda body, n: RedirectResponse("http://elsewhere.example/v1/chat/completions", 307))
    with pytest.raises(ModelRefused, match="307"):
        ask(server)
    assert len(server.bodies) == 1


def test_a_key_that_a_server_echoes_is_not_shown() -> None:
    with pytest.raises(ModelRefused) as raised:
        ask(Server(lambda body, n: error(400, "bad header: Bearer sk-secret")), api_key="sk-secret")
    assert "sk-secret" not in str(raised.value)


def test_a_reply_without_end_is_cut_off() -> None:
    from starlette.responses import Response

    with pytest.raises(BadAnswer, match="larger than 16 MB"):
        ask(Server(lambda body, n: Response(b" " * (17 << 20), media_type="application/json")))


def test_one_forbidden_request_among_answered_ones_is_its_own_fault() -> None:
    settings = Settings(model="m", base_url="http://double/v1", max_attempts=1)
    server = Server(lambda body, n: error(403, "moderated") if n else GOOD)

    async def run() -> None:
        async with Endpoint(settings, transport=server.transport) as endpoint:
            await endpoint(MESSAGES)
            await endpoint(MESSAGES)

    with pytest.raises(ModelRefused, match="moderated") as raised:
        asyncio.run(run())
    assert not raised.value.is_final


@pytest.mark.parametrize("content", [["it rained"], 5, {"a": 1}, True])
def test_content_that_is_no_text_is_a_bad_answer(content: object) -> None:
    server = Server(lambda body, number: JSONResponse(completion(content, body)))  # type: ignore[arg-type]
    with pytest.raises(BadAnswer):
        ask(server)


@pytest.mark.parametrize("choices", [{"a": 1}, [], [None], "x", 7, None, [{}], [{"message": None}], [{"message": []}]])
@pytest.mark.parametrize("mode", ["json_schema", "md_json", "tools"])
def test_choices_that_are_none_are_a_bad_answer(choices: object, mode: str) -> None:
    server = Server(lambda body, number: JSONResponse(completion("", body, choices=choices)))
    with pytest.raises(BadAnswer):
        ask(server, mode=mode)


@pytest.mark.parametrize("mode", ["json_schema", "md_json", "json", "tools"])
@pytest.mark.parametrize("half", ["\ud800", "\\ud800"])
def test_half_a_character_in_an_answer_makes_it_a_bad_one(mode: str, half: str) -> None:
    """It could be written to no file."""
    said = answer(claim("it rained", text="HALF"), speakers=(("Ann", None),)).model_dump_json().replace("HALF", half)
    server = Server(
        lambda body, number: Response(json.dumps(completion(f"Sure: {said}")), media_type="application/json")
    )
    with pytest.raises(BadAnswer):
        ask(server, mode=mode)
