"""`claimx serve` and the plain OpenAI client: at once, in a stream, in async code, with tools, with its errors."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from claimx.model.offline.app import CONTEXT_CHARS
from claimx.model.offline.rules import draft_answer
from claimx.model.prompts import load_prompt, render
from claimx.schema import Answer, Chunk
from tests.servers.recital import ARTICLE

MODEL = "offline"
SCHEMA = {"name": "Answer", "strict": True, "schema": Answer.model_json_schema()}
OTHER = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
EXPECTED = draft_answer(ARTICLE.text)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The base URL of a `claimx serve` in a process of its own."""
    command = [sys.executable, "-m", "claimx", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        match = re.search(r"http://\S+/v1", said)
        assert match, said
        yield match[0]
        process.send_signal(signal.SIGINT)


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key="none", max_retries=0) as opened:
        yield opened


def messages() -> Any:
    chunk = Chunk(article_id=ARTICLE.id, index=0, start=0, end=len(ARTICLE.text), text=ARTICLE.text)
    return render(load_prompt("extract"), ARTICLE, chunk)


def body(**more: Any) -> Any:
    return {"model": MODEL, "messages": messages(), "temperature": 0, **more}


TOOLS = {
    "tools": [{"type": "function", "function": {"name": "Answer", "parameters": SCHEMA["schema"]}}],
    "tool_choice": {"type": "function", "function": {"name": "Answer"}},
}


def test_the_client_gets_the_whole_answer_by_schema(client: OpenAI) -> None:
    completion = client.chat.completions.create(**body(response_format={"type": "json_schema", "json_schema": SCHEMA}))
    assert Answer.model_validate_json(completion.choices[0].message.content or "") == EXPECTED
    assert completion.usage
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_the_client_parses_the_answer_into_our_type(client: OpenAI) -> None:
    """`parse` sends the type's own JSON schema, and reads what comes with the type."""
    completion = client.chat.completions.parse(model=MODEL, messages=messages(), response_format=Answer)
    assert completion.choices[0].message.parsed == EXPECTED


def test_a_stream_adds_up_to_the_same_answer(client: OpenAI) -> None:
    stream: Any = client.chat.completions.create(**body(stream=True, stream_options={"include_usage": True}))
    events = list(stream)
    text = "".join(event.choices[0].delta.content or "" for event in events if event.choices)
    whole = client.chat.completions.create(**body())
    assert text == whole.choices[0].message.content
    assert [event.choices[0].finish_reason for event in events if event.choices][-1] == "stop"
    assert events[-1].usage == whole.usage


def test_a_stream_of_a_tool_call_adds_up_as_well(client: OpenAI) -> None:
    arguments = ""
    stream: Any = client.chat.completions.create(**body(stream=True, **TOOLS))
    for event in stream:
        for call in event.choices[0].delta.tool_calls or []:
            arguments += call.function.arguments or ""
    assert Answer.model_validate_json(arguments) == EXPECTED


def test_the_streaming_helper_of_the_client_works_too(client: OpenAI) -> None:
    with client.chat.completions.stream(model=MODEL, messages=messages(), response_format=Answer) as stream:
        kinds = {event.type for event in stream}
        parsed = stream.get_final_completion().choices[0].message.parsed
    assert parsed == EXPECTED
    assert "content.delta" in kinds


def test_the_client_in_async_code_asks_many_at_once(url: str) -> None:
    async def go() -> list[str | None]:
        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            asked = [client.chat.completions.create(**body(**TOOLS)) for _ in range(6)]
            answers = await asyncio.gather(*asked)
        return [completion.choices[0].message.tool_calls[0].function.arguments for completion in answers]

    assert [Answer.model_validate_json(text or "") for text in asyncio.run(go())] == [EXPECTED] * 6


def test_a_stream_in_async_code_adds_up_as_well(url: str) -> None:
    async def go() -> str:
        text = ""
        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            stream: Any = await client.chat.completions.create(**body(stream=True))
            async for event in stream:
                text += event.choices[0].delta.content or ""
        return text

    text = asyncio.run(go())
    assert Answer.model_validate_json(text.removeprefix("```json\n").removesuffix("\n```")) == EXPECTED


def test_the_client_lists_the_model(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).owned_by == "claimx"


def test_what_is_wrong_comes_as_the_clients_own_errors(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="gpt-9"):
        client.chat.completions.create(**{**body(), "model": "gpt-9"})
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            **body(response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": OTHER}})
        )
    assert caught.value.code == "unsupported_schema"
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "rain " * CONTEXT_CHARS}])
    assert caught.value.code == "context_length_exceeded"


def test_an_answer_that_is_longer_than_allowed_is_cut_and_says_so(client: OpenAI) -> None:
    choice = client.chat.completions.create(**body(max_tokens=10)).choices[0]
    assert choice.finish_reason == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(choice.message.content or "")
