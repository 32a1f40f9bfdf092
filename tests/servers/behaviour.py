"""One server's habits, as data: what it accepts, what it ignores, how it complains, what its model is like."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Error = Callable[[int, str, str], Any]
"""The body of an error, from its status, type and message."""


def openai_error(status: int, kind: str, message: str) -> Any:
    """As OpenAI writes it."""
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


def numbered_error(status: int, kind: str, message: str) -> Any:
    """As llama.cpp and vLLM do: the code is the status."""
    return {"error": {"message": message, "type": kind, "param": None, "code": status}}


def flat_error(status: int, kind: str, message: str) -> Any:
    """As SGLang does: the body itself is the error."""
    return {"object": "error", "message": message, "type": kind, "param": None, "code": status}


def bare_error(status: int, kind: str, message: str) -> Any:
    """As LM Studio does: a string."""
    return {"error": message}


def detail_error(status: int, kind: str, message: str) -> Any:
    """As FastAPI, and so transformers serve, does."""
    return {"detail": message}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A server's habits; the defaults are those of one that does all that is asked of it.

    `json_schema` and `json_object`: whether that response format constrains the answer, is accepted and ignored, or
    is refused. `named_choice` and `required`: the same for `tool_choice` as an object and as that string; a server
    whose tools are ignored never calls one. `strict_arguments`: whether a tool's arguments keep to its schema.
    `style`: how the model dresses up its answer, for servers whose grammar does not keep it from that. Sizes are in tokens, as
    `claimx.article.chunks.count_tokens` counts them, times in seconds. `loading_for` is a number of requests; `body`, with
    `status`, `content_type` and `location`, takes the place of whatever was asked for.
    """

    title: str
    models: tuple[str, ...] = ("toy",)
    owned_by: str = "double"
    # --- identity
    models_status: int = 200
    tells_window: Literal["models", "props", "ps", "v0", "nowhere"] = "nowhere"
    # --- requests
    key: str | None = None
    is_fussy_about_models: bool = False
    most_at_once: int | None = None
    retry_after_s: float = 0.05
    latency_s: float = 0.0
    loading_for: int = 0
    # --- the window
    window: int = 32_768
    overflow: Literal["refuse", "truncate", "take"] = "refuse"
    overflow_message: str = "The input ({tokens} tokens) does not fit the context of {window} tokens."
    overflow_type: str = "context_length_exceeded"
    max_tokens: int | None = None
    # --- forms
    json_schema: Literal["constrain", "ignore", "refuse"] = "constrain"
    json_object: Literal["constrain", "ignore", "refuse"] = "constrain"
    named_choice: Literal["honour", "auto", "refuse"] = "honour"
    required: Literal["honour", "auto"] = "honour"
    has_tools: bool = True
    strict_arguments: Literal["always", "if strict", "never"] = "always"
    # --- replies
    error: Error = openai_error
    has_usage: bool = True
    reasoning_field: Literal["reasoning", "reasoning_content"] | None = None
    style: Literal[
        "bare", "fenced", "thinking", "only thinking", "answer among thoughts", "tool as text", "extra keys"
    ] = "bare"
    bad_output_every: int | None = None
    choices: Literal["one", "none", "missing"] = "one"
    body: bytes | None = None
    status: int = 200
    content_type: str = "application/json"
    location: str | None = None


def encode(value: Any) -> bytes:
    """JSON as a server sends it."""
    return json.dumps(value, ensure_ascii=False).encode()
