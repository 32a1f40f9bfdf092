"""What is sent beside model and messages: the form of the answer in each mode, and sampling."""

from __future__ import annotations

from typing import Any

from claimx.schema import Answer
from claimx.settings import Settings


def mode_of(settings: Settings) -> str:
    """The mode that requests go out in; `auto` is decided before, by a probe, where a server has to be tried out."""
    return "json_schema" if settings.mode == "auto" else settings.mode


def request_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of a request; nothing for what is not set. What the user wants put in overrules the rest."""
    body = {**_FORMS.get(mode_of(settings), _free)(), **settings.extra_body}
    options = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "seed": settings.seed,
        "max_tokens": settings.max_output_tokens,
        "extra_body": body or None,
        "extra_headers": {name: value.get_secret_value() for name, value in settings.headers.items()} or None,
    }
    return {name: value for name, value in options.items() if value is not None}


def by_schema() -> dict[str, Any]:
    """The response format with `strict`, which instructor leaves out and OpenAI needs to constrain the decoder."""
    wanted = {"name": "Answer", "strict": True, "schema": Answer.model_json_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


def by_tool() -> dict[str, Any]:
    """One tool that must be called.

    Llama.cpp ignores the object that names the tool and LM Studio refuses it, but both know "required"; vLLM constrains
    the arguments only with `strict`.
    """
    function = {
        "name": "Answer",
        "description": "Hand in the answer.",
        "parameters": Answer.model_json_schema(),
        "strict": True,
    }
    return {"tools": [{"type": "function", "function": function}], "tool_choice": "required"}


def _free() -> dict[str, Any]:
    return {}


_FORMS = {"json_schema": by_schema, "tools": by_tool}
