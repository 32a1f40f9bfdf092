"""A double's wire: a request and a server's habits in, a reply out."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from claimx.article.chunks import count_tokens
from tests.servers.behaviour import Behaviour, encode
from tests.servers.saying import say_freely, say_within

_THOUGHT = 'The user wants JSON. Maybe {"speakers": []} is enough? No, I had better look for claims.'


class Refused(Exception):
    """A request that the server turns down."""

    def __init__(self, status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.headers = status, kind, message, headers


class Double:
    """A server that behaves as told and remembers what it was sent.

    `requests` are the bodies of the calls for a completion, `paths` all that was asked for, `keys` what was sent
    as `Authorization`.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.base_url = ""
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: set[str | None] = set()
        self.in_flight = self.most_in_flight = 0
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.paths.append(path)
        self.keys.add(request.headers.get("authorization"))
        behaviour = self.behaviour
        try:
            self._check_key(request)
            if behaviour.body is not None and path.startswith("/v1/"):
                await request.body()
                headers = {"Location": behaviour.location} if behaviour.location else None
                return Response(behaviour.body, behaviour.status, headers, media_type=behaviour.content_type)
            if path == "/v1/chat/completions":
                return await self._chat(json.loads(await request.body()))
            return _json(identity(behaviour, path))
        except Refused as refused:
            body = behaviour.error(refused.status, refused.kind, refused.message)
            return _json(body, refused.status, refused.headers)

    async def _chat(self, body: dict[str, Any]) -> Response:
        self.requests.append(body)
        number = len(self.requests)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            limit = self.behaviour.most_at_once
            if limit is not None and self.in_flight > limit:
                wait = {"Retry-After": f"{self.behaviour.retry_after_s:g}"}
                raise Refused(429, "rate_limit_exceeded", f"At most {limit} requests at once.", wait)
            # A model takes its time, in which other requests arrive.
            await asyncio.sleep(max(self.behaviour.latency_s, 0.02 if limit else 0.0))
            completion = await run_in_threadpool(complete, self.behaviour, body, number)
        finally:
            self.in_flight -= 1
        return _json(completion)

    def _check_key(self, request: Request) -> None:
        key = self.behaviour.key
        if key is not None and request.headers.get("authorization") != f"Bearer {key}":
            raise Refused(401, "invalid_api_key", "Incorrect API key provided.")


def identity(behaviour: Behaviour, path: str) -> dict[str, Any]:
    """What a server says of itself on its side paths.

    Raises:
        Refused: If it has no such path.
    """
    window, told = behaviour.window, behaviour.tells_window
    if path == "/v1/models":
        if behaviour.models_status != 200:
            raise Refused(behaviour.models_status, "server_error", "Internal Server Error")
        extra = {"max_model_len": window} if told == "models" else {}
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": behaviour.owned_by, **extra}
            for name in behaviour.models
        ]
        return {"object": "list", "data": models}
    if path == "/props" and told == "props":
        settings = {"n_ctx": window}
        return {"default_generation_settings": settings, "total_slots": 1, "model_alias": behaviour.models[0]}
    if path == "/api/version" and told == "ps":
        return {"version": "0.40.12"}
    if path == "/api/ps" and told == "ps":
        return {"models": [{"name": name, "model": name, "context_length": window} for name in behaviour.models]}
    if path == "/api/v0/models" and told == "v0":
        return {"data": [{"id": name, "loaded_context_length": window} for name in behaviour.models]}
    if path == "/version" and behaviour.owned_by == "vllm":
        return {"version": "0.32.0"}
    raise Refused(404, "not_found", "Not Found")


def complete(behaviour: Behaviour, body: dict[str, Any], number: int) -> dict[str, Any]:
    """The completion for the `number`-th request, counted from 1.

    Raises:
        Refused: If the server turns the request down.
    """
    if number <= behaviour.loading_for:
        raise Refused(503, "unavailable_error", "Loading model")
    _check_model(behaviour, body)
    _check_form(behaviour, body)
    prompt, prompt_tokens = _read(behaviour, body)
    if behaviour.bad_output_every and number % behaviour.bad_output_every == 0:
        message = "The model produced output that does not match the expected peg-native format"
        raise Refused(500, "server_error", message)
    reply, finish = _message(behaviour, body, prompt)
    completion: dict[str, Any] = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": reply, "finish_reason": finish}],
    }
    if behaviour.choices == "none":
        completion["choices"] = []
    elif behaviour.choices == "missing":
        del completion["choices"]
    if behaviour.has_usage:
        tokens = count_tokens(_written(reply))
        completion["usage"] = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": tokens,
            "total_tokens": prompt_tokens + tokens,
        }
    return completion


def _check_model(behaviour: Behaviour, body: dict[str, Any]) -> None:
    if behaviour.is_fussy_about_models and body.get("model") not in behaviour.models:
        raise Refused(404, "model_not_found", f"The model {body.get('model')!r} does not exist.")


def _check_form(behaviour: Behaviour, body: dict[str, Any]) -> None:
    wanted = (body.get("response_format") or {}).get("type")
    if wanted == "json_object" and behaviour.json_object == "refuse":
        raise Refused(400, "invalid_request_error", "'response_format.type' must be 'json_schema' or 'text'")
    if wanted == "json_schema" and behaviour.json_schema == "refuse":
        raise Refused(400, "invalid_request_error", "response_format of type json_schema is not supported")
    if isinstance(body.get("tool_choice"), dict) and behaviour.named_choice == "refuse":
        message = "Invalid tool_choice type: 'object'. Supported string values: none, auto, required"
        raise Refused(400, "invalid_request_error", message)


def _read(behaviour: Behaviour, body: dict[str, Any]) -> tuple[str, int]:
    """The prompt as the model gets to see it, and its tokens as the server counts them."""
    prompt = "\n".join(message.get("content") or "" for message in body["messages"])
    tools = json.dumps(body["tools"]) if body.get("tools") and behaviour.has_tools else ""
    tokens = count_tokens(prompt) + count_tokens(tools)
    if tokens <= behaviour.window or behaviour.overflow == "take":
        return prompt, tokens
    if behaviour.overflow == "truncate":
        kept = behaviour.window // 2
        return prompt[-4 * kept :], kept + 2
    message = behaviour.overflow_message.format(tokens=tokens, window=behaviour.window)
    raise Refused(400, behaviour.overflow_type, message)


def _message(behaviour: Behaviour, body: dict[str, Any], prompt: str) -> tuple[dict[str, Any], str]:
    """The message and why it ends."""
    thoughts = behaviour.reasoning_field or "reasoning_content"
    if behaviour.style == "only thinking":
        return {"role": "assistant", "content": "", thoughts: _THOUGHT}, "length"
    function = _called(behaviour, body, prompt)
    text = _dressed(behaviour.style, _said(behaviour, body, prompt, function), function)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or behaviour.max_tokens
    if is_cut := limit is not None and count_tokens(text) > limit:
        text = text[: 4 * (limit or 0)]
    if behaviour.style == "answer among thoughts":
        return {"role": "assistant", "content": None, thoughts: text}, "length" if is_cut else "stop"
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if behaviour.reasoning_field:
        message[behaviour.reasoning_field] = _THOUGHT
    if function is None or behaviour.style == "tool as text":
        return message, "length" if is_cut else "stop"
    call = {"id": "call_1", "type": "function", "function": {"name": function["name"], "arguments": text}}
    return message | {"content": None, "tool_calls": [call]}, "length" if is_cut else "tool_calls"


def _said(behaviour: Behaviour, body: dict[str, Any], prompt: str, function: dict[str, Any] | None) -> str:
    """What the model writes: an answer, or the arguments of a function."""
    if function is not None:
        is_kept = behaviour.strict_arguments == "always" or (
            behaviour.strict_arguments == "if strict" and function.get("strict") is True
        )
        return say_within(function["parameters"], prompt) if is_kept else say_freely(prompt, as_json=True)
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema" and behaviour.json_schema == "constrain":
        return say_within(wanted["json_schema"]["schema"], prompt)
    return say_freely(prompt, as_json=wanted.get("type") == "json_object" and behaviour.json_object == "constrain")


def _called(behaviour: Behaviour, body: dict[str, Any], prompt: str) -> dict[str, Any] | None:
    """The function that the model calls: the one it must, or else the first if that may help, or none."""
    tools, choice = body.get("tools"), body.get("tool_choice", "auto")
    if not tools or not behaviour.has_tools or choice == "none":
        return None
    functions: list[dict[str, Any]] = [tool["function"] for tool in tools]
    if isinstance(choice, dict) and behaviour.named_choice == "honour":
        return next(function for function in functions if function["name"] == choice["function"]["name"])
    if choice == "required" and behaviour.required == "honour":
        return functions[0]
    # Left to itself, a model reaches for a tool when there is work to do, not to be polite.
    return functions[0] if re.search(r"</chunk[\w-]*>", prompt) else None


def _dressed(style: str, text: str, function: dict[str, Any] | None) -> str:
    """The same answer, as a talkative model gives it."""
    if style == "tool as text" and function is not None:
        return f'<tool_call>\n{{"name": "{function["name"]}", "arguments": {text}}}\n</tool_call>'
    if not text.startswith("{"):
        return text
    match style:
        case "fenced":
            return f"Sure! Here is the JSON {{as asked}}:\n\n```json\n{text}\n```\n\nLet me know if you need more."
        case "thinking":
            return f"<think>\n{_THOUGHT}\n</think>\n\n{text}"
        case "extra keys":
            value = json.loads(text)
            value["notes"] = "as requested"
            for claim in value.get("claims", []):
                claim["confidence"] = 0.9
            return json.dumps(value, ensure_ascii=False)
        case _:
            return text


def _written(message: dict[str, Any]) -> str:
    """All that the model wrote, wherever the server has put it."""
    calls = [call["function"]["arguments"] for call in message.get("tool_calls", [])]
    return "".join([message[name] or "" for name in message if name not in ("role", "tool_calls")] + calls)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(encode(value), status, headers, media_type="application/json")
