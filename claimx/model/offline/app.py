"""The offline model behind OpenAI's wire: an ASGI app, reached in process or served by `claimx serve`.

It is honest about itself: its id is `offline`, it fills claimx's own schema and no other, and it says so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from claimx.article.chunks import count_tokens
from claimx.model.offline.rules import draft_answer
from claimx.schema import Answer

MODEL_ID = "offline"

_MODEL = {"id": MODEL_ID, "object": "model", "created": 0, "owned_by": "claimx"}
_FIELDS = set(Answer.model_fields)
_CLOSING_TAG = re.compile(r"</(chunk(?:-[0-9a-f]{8})?)>\s*(?:Return the correct JSON[^<]*)?$")


class _Rejected(Exception):
    """A request that the offline model cannot serve, as OpenAI would say it."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code

    def response(self) -> JSONResponse:
        kind = "invalid_request_error"
        body = {"error": {"message": self.message, "type": kind, "param": None, "code": self.code}}
        return JSONResponse(body, status_code=self.status)


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_MODEL]})


async def _model(request: Request) -> Response:
    name = request.path_params["name"]
    return JSONResponse(_MODEL) if name == MODEL_ID else _unknown_model(name).response()


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _chat(request: Request) -> Response:
    try:
        body = _read_body(await request.body())
        form = _form(body)
        text = _text_of(body["messages"])
        answer = await run_in_threadpool(draft_answer, text)
    except _Rejected as rejected:
        return rejected.response()
    completion = _completion(body, form, answer)
    if body.get("stream"):
        return StreamingResponse(_events(body, completion), media_type="text/event-stream")
    return JSONResponse(completion)


def _read_body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _Rejected(400, "The body is not JSON.", "invalid_json") from None
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages) or not messages:
        raise _Rejected(400, "`messages` must be a list of at least one message.", "invalid_messages")
    if body.get("model") != MODEL_ID:
        raise _unknown_model(body.get("model"))
    return dict(body)


def _unknown_model(name: object) -> _Rejected:
    return _Rejected(
        404, f"The model {str(name)[:80]!r} does not exist; this server has {MODEL_ID!r}.", "model_not_found"
    )


def _form(body: dict[str, Any]) -> str:
    """How the answer is to be given: the name of a tool, `json`, or `text`."""
    tools, choice = body.get("tools"), body.get("tool_choice", "auto")
    if tools and choice != "none":
        functions = [tool.get("function") or {} for tool in tools if isinstance(tool, dict)]
        for function in functions:
            named = not isinstance(choice, dict) or (choice.get("function") or {}).get("name") == function.get("name")
            if named and _is_ours(function.get("parameters")):
                return f"tool {function['name']}"
        raise _Rejected(400, _OTHER_SCHEMA, "unsupported_schema")
    wanted = body.get("response_format") or {}
    kind = wanted.get("type", "text") if isinstance(wanted, dict) else None
    if kind == "json_schema" and not _is_ours((wanted.get("json_schema") or {}).get("schema")):
        raise _Rejected(400, _OTHER_SCHEMA, "unsupported_schema")
    if kind not in ("json_schema", "json_object", "text"):
        raise _Rejected(
            400, "`response_format.type` must be json_schema, json_object or text.", "invalid_response_format"
        )
    return "text" if kind == "text" else "json"


_OTHER_SCHEMA = "The offline model is a set of rules: it fills the schema of claimx and no other."


def _is_ours(schema: object) -> bool:
    return isinstance(schema, dict) and set(schema.get("properties") or ()) == _FIELDS


def _text_of(messages: list[dict[str, Any]]) -> str:
    """The chunk in the last thing the user said, else all of it.

    When a chunk stands further up, its answer has been sent back for correction. Rules would say the same
    again, so there is nothing more to say.
    """
    said = [_content(message) for message in messages if message.get("role") == "user"]
    chunks = [_chunk_in(content) for content in said]
    if not any(chunk is not None for chunk in chunks):
        return said[-1] if said else ""
    return chunks[-1] or ""


def _chunk_in(content: str) -> str | None:
    """What stands between the tags at the end of a message, as `prompts.render` writes them."""
    closing = _CLOSING_TAG.search(content)
    opening = content.find(f"<{closing[1]}>\n") if closing else -1
    if closing is None or opening < 0:
        return None
    return content[opening + len(closing[1]) + 3 : closing.start()].removesuffix("\n")


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _completion(body: dict[str, Any], form: str, answer: Answer) -> dict[str, Any]:
    text = answer.model_dump_json()
    prompt_tokens = sum(count_tokens(_content(message)) for message in body["messages"])
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    is_cut = False
    if isinstance(limit, int) and count_tokens(text) > limit:
        is_cut, text = True, text[: 4 * limit]
    if form == "text":
        text = f"```json\n{text}\n```" if not is_cut else f"```json\n{text}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
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


async def _events(body: dict[str, Any], completion: dict[str, Any]) -> AsyncIterator[str]:
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
    if (body.get("stream_options") or {}).get("include_usage"):
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
    ]
)
