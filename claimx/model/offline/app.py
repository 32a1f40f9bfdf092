"""The offline model behind OpenAI's wire: an ASGI app, reached in process or served by `claimx serve`.

It is honest about itself: its id is `offline`, it fills claimx's own schema and no other, and it says so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from claimx.article.chunks import count_tokens
from claimx.model.offline.rules import draft_answer
from claimx.schema import Answer

MODEL_ID = "offline"
CONTEXT_CHARS = 400_000
"""The longest conversation that is read: prose of this length takes half a second, the worst that we know of eight."""

# Twelve bytes are the most that JSON needs for a character; a tool's schema comes on top.
_BODY_BYTES = 12 * CONTEXT_CHARS + 1_000_000
_MODEL = {"id": MODEL_ID, "object": "model", "created": 0, "owned_by": "claimx"}
_FIELDS = set(Answer.model_fields)
_CONTEXT_TAG = re.compile(r"^<(context(?:-[0-9a-f]{8})?)>\n", re.MULTILINE)
_CLOSING_TAG = re.compile(r"</(chunk(?:-[0-9a-f]{8})?)>\s*(?:Return the correct JSON[^<]*)?$")


class _Wire(BaseModel):
    """What is read of a request; the fields that rules have no use for ("temperature") are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)


class _Part(_Wire):
    text: str | None = None


class _Message(_Wire):
    role: str
    content: str | list[_Part] | None = None

    @property
    def said(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content)
        return self.content or ""


class _Function(_Wire):
    name: Annotated[str, Field(min_length=1)]
    parameters: dict[str, Any] | None = None


class _Tool(_Wire):
    function: _Function


class _Named(_Wire):
    name: str


class _Choice(_Wire):
    function: _Named


class _Schema(_Wire):
    content: dict[str, Any] | None = Field(default=None, alias="schema")


class _Format(_Wire):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: _Schema | None = None


class _StreamOptions(_Wire):
    include_usage: bool | None = None


class _Body(_Wire):
    model: str
    messages: Annotated[list[_Message], Field(min_length=1)]
    tools: list[_Tool] | None = None
    tool_choice: Literal["none", "auto", "required"] | _Choice | None = None
    response_format: _Format | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    max_completion_tokens: Annotated[int, Field(gt=0)] | None = None


_STEPS = {*_Body.model_fields, "role", "content", "text", "function", "name", "parameters", "type", "schema"}


class _Rejected(Exception):
    """A request that the offline model cannot serve."""

    def __init__(self, status: int, message: str, code: str | None, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param


def _error(status: int, kind: str, message: str, code: str | None, param: str | None = None) -> JSONResponse:
    """An error as OpenAI writes it."""
    return JSONResponse({"error": {"message": message, "type": kind, "param": param, "code": code}}, status_code=status)


async def _on_rejected(_: Request, error: Exception) -> Response:
    assert isinstance(error, _Rejected)
    return _error(error.status, "invalid_request_error", error.message, error.code, error.param)


async def _on_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    where = f"{request.method} {request.url.path[:80]}"
    message = f"Invalid URL ({where})" if error.status_code == 404 else f"{error.detail} ({where})"
    response = _error(error.status_code, "invalid_request_error", message, None)
    response.headers.update(error.headers or {})
    return response


async def _on_bug(_: Request, __: Exception) -> Response:
    """No details over a socket; Starlette then raises the exception again, for the log or the caller in process."""
    return _error(500, "server_error", "The offline model failed; its log says why.", None)


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_MODEL]})


async def _model(request: Request) -> Response:
    if (name := request.path_params["name"]) != MODEL_ID:
        raise _unknown_model(name)
    return JSONResponse(_MODEL)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _chat(request: Request) -> Response:
    body = _parse(await _read(request))
    form = _form(body)
    answer = await run_in_threadpool(draft_answer, *_text_of(body.messages))
    completion = _completion(body, form, answer)
    if body.stream:
        return StreamingResponse(_events(body, completion), media_type="text/event-stream")
    return JSONResponse(completion)


async def _read(request: Request) -> bytes:
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > _BODY_BYTES:
            raise _Rejected(413, f"The body is longer than {_BODY_BYTES:,} bytes.", "context_length_exceeded")
    return bytes(raw)


def _parse(raw: bytes) -> _Body:
    try:
        body = _Body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise _Rejected(400, first["msg"], "invalid_json") from None
        # Pydantic counts the branches of a union as steps: "str", "list[…]", the name of a class.
        param = ".".join(str(step) for step in first["loc"] if step in _STEPS or isinstance(step, int)) or None
        code = f"invalid_{first['loc'][0]}" if first["loc"] else "invalid_body"
        raise _Rejected(400, f"{param or 'The body'}: {first['msg']}", code, param) from None
    if body.model != MODEL_ID:
        raise _unknown_model(body.model)
    if (length := sum(len(message.said) for message in body.messages)) > CONTEXT_CHARS:
        raise _Rejected(
            400,
            f"This model's maximum context length is {CONTEXT_CHARS} characters. However, your messages resulted in "
            f"{length} characters. Please reduce the length of the messages.",
            "context_length_exceeded",
            "messages",
        )
    return body


def _unknown_model(name: str) -> _Rejected:
    message = f"The model {name[:80]!r} does not exist; this server has {MODEL_ID!r}."
    return _Rejected(404, message, "model_not_found", "model")


def _form(body: _Body) -> str:
    """How the answer is to be given: the name of a tool, `json`, or `text`."""
    choice = body.tool_choice
    if body.tools and choice != "none":
        for function in (tool.function for tool in body.tools):
            is_meant = not isinstance(choice, _Choice) or choice.function.name == function.name
            if is_meant and _is_ours(function.parameters):
                return f"tool {function.name}"
        raise _Rejected(400, _OTHER_SCHEMA, "unsupported_schema", "tools")
    wanted = body.response_format or _Format()
    if wanted.type == "json_schema" and not _is_ours(wanted.json_schema.content if wanted.json_schema else None):
        raise _Rejected(400, _OTHER_SCHEMA, "unsupported_schema", "response_format")
    return "text" if wanted.type == "text" else "json"


_OTHER_SCHEMA = "The offline model is a set of rules: it fills the schema of claimx and no other."


def _is_ours(schema: dict[str, Any] | None) -> bool:
    properties = (schema or {}).get("properties")
    return isinstance(properties, dict) and set(properties) == _FIELDS


def _text_of(messages: list[_Message]) -> tuple[str, str]:
    """The chunk in the last thing the user said, else all of it; and what stands before the chunk in the article.

    When a chunk stands further up, its answer has been sent back for correction. Rules would say the same
    again, so there is nothing more to say.
    """
    said = [message.said for message in messages if message.role == "user"]
    chunks = [_chunk_in(content) for content in said]
    if not any(chunk is not None for chunk in chunks):
        return (said[-1] if said else ""), ""
    return (chunks[-1], _context_in(said[-1])) if chunks[-1] else ("", "")


def _chunk_in(content: str) -> str | None:
    """What stands between the tags at the end of a message, as `prompts.render` writes them."""
    closing = _CLOSING_TAG.search(content)
    opening = content.find(f"<{closing[1]}>\n") if closing else -1
    if closing is None or opening < 0:
        return None
    return content[opening + len(closing[1]) + 3 : closing.start()].removesuffix("\n")


def _context_in(content: str) -> str:
    """What stands between the context tags that precede the chunk, or nothing."""
    opening = _CONTEXT_TAG.search(content)
    if opening is None:
        return ""
    end = content.find(f"\n</{opening[1]}>", opening.end())
    context = content[opening.end() : end] if end >= 0 else ""
    return "" if context == "none" else context


def _completion(body: _Body, form: str, answer: Answer) -> dict[str, Any]:
    text = answer.model_dump_json()
    prompt_tokens = sum(count_tokens(message.said) for message in body.messages)
    limit = body.max_completion_tokens or body.max_tokens
    is_cut = limit is not None and count_tokens(text) > limit
    if limit is not None and is_cut:
        text = text[: 4 * limit]
    if form == "text":
        text = f"```json\n{text}\n```" if not is_cut else f"```json\n{text}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    finish = "length" if is_cut else "stop"
    if form.startswith("tool "):
        call = {"id": f"call_{digest}", "type": "function", "function": {"name": form[5:], "arguments": text}}
        message |= {"content": None, "tool_calls": [call]}
        finish = "length" if is_cut else "tool_calls"
    completion_tokens = count_tokens(text)
    return {
        "id": f"chatcmpl-{digest}",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL_ID,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


async def _events(body: _Body, completion: dict[str, Any]) -> AsyncIterator[str]:
    """The same completion as server-sent events."""
    base = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choice = completion["choices"][0]
    message = choice["message"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "" if message["content"] is not None else None}]
    if message["content"] is not None:
        deltas += [{"content": piece} for piece in re.findall(r".{1,512}", message["content"], re.DOTALL)]
    for index, call in enumerate(message.get("tool_calls", [])):
        deltas.append({"tool_calls": [call | {"index": index}]})
    finishes = [None] * len(deltas) + [choice["finish_reason"]]
    for delta, finish in zip([*deltas, {}], finishes, strict=True):
        yield _event(base | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]})
    if body.stream_options and body.stream_options.include_usage:
        yield _event(base | {"choices": [], "usage": completion["usage"]})
    yield "data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


app = Starlette(
    routes=[
        Route("/v1/models", _models),
        Route("/v1/models/{name:path}", _model),
        Route("/v1/chat/completions", _chat, methods=["POST"]),
        Route("/health", _health),
    ],
    exception_handlers={_Rejected: _on_rejected, HTTPException: _on_route, Exception: _on_bug},
)
