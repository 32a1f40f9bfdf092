"""A model server that says what a test tells it to, over the real wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from claimx.schema import Answer, ClaimDraft, FactDraft, SpeakerDraft

Say = Callable[[dict[str, Any], int], Any]


class Server:
    """Answers the n-th request (from 0) with `say(body, n)`: an Answer, a text, or a whole Response."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._chat, methods=["POST"])])

    @property
    def transport(self) -> httpx2.AsyncBaseTransport:
        """Reaches the server in this process."""
        return httpx2.ASGITransport(app=self.app)

    async def _chat(self, request: Request) -> Response:
        body = json.loads(await request.body())
        number = len(self.bodies)
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        said = self._say(body, number)
        if isinstance(said, Response):
            return said
        return JSONResponse(completion(said.model_dump_json() if isinstance(said, Answer) else said, body))


def completion(text: str, body: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A completion as OpenAI's servers write it; a tool call if the request asked for one."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if body and body.get("tools"):
        function = {"name": body["tools"][0]["function"]["name"], "arguments": text}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": function}],
        }
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "double",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
        **changes,
    }


def error(status: int, message: str = "no", code: str = "some_code", headers: dict[str, str] | None = None) -> Response:
    """An error as OpenAI's servers write it."""
    return JSONResponse(
        {"error": {"message": message, "type": code, "code": code}}, status_code=status, headers=headers
    )


def claim(*content: str, **fields: Any) -> ClaimDraft:
    """A claim draft with just what a test is about."""
    defaults: dict[str, Any] = {
        "cue": None,
        "mention": None,
        "speaker": 1,
        "text": "…",
        "stance": "neutral",
        "target": "the matter",
        "date": None,
    }
    return ClaimDraft(content=list(content), **(defaults | fields))


def fact(content: str, **fields: Any) -> FactDraft:
    """A fact draft with just what a test is about."""
    return FactDraft(content=content, **({"text": "…", "date": None} | fields))


def answer(*drafts: ClaimDraft | FactDraft, speakers: tuple[tuple[str, str | None], ...] = ()) -> Answer:
    """An answer that holds these drafts."""
    return Answer(
        speakers=[SpeakerDraft(name=name, role=role) for name, role in speakers],
        claims=[draft for draft in drafts if isinstance(draft, ClaimDraft)],
        facts=[draft for draft in drafts if isinstance(draft, FactDraft)],
    )
