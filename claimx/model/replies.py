"""What a completion holds: the text, what it cost, and an answer wherever a server put it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from claimx.schema import Answer, Usage

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
# Braces that open no JSON are soon told; a text that holds more of them is not worth reading on.
_MOST_TRIES = 64
_LONGEST_PERIOD, _REPEATS, _SHORTEST_LOOP = 240, 8, 160


def reply_text(completion: ChatCompletion | None) -> str:
    """What the model wrote last, as text, whatever the mode."""
    try:
        message: Any = completion.choices[0].message  # type: ignore[union-attr]
        for call in message.tool_calls or []:
            if call.type == "function":
                return str(call.function.arguments)
        content = message.content
    except (LookupError, TypeError, AttributeError):
        # The client passes on whatever came with status 200, a proxy's login page included.
        return ""
    return content if isinstance(content, str) else ""


def thoughts(completion: ChatCompletion | None) -> str:
    """What a reasoning model thought, where a server tells it apart: `reasoning_content`, or `reasoning`."""
    try:
        message = completion.choices[0].message  # type: ignore[union-attr]
    except (LookupError, TypeError, AttributeError):
        return ""
    told = (getattr(message, name, None) for name in ("reasoning_content", "reasoning"))
    return next((text for text in told if isinstance(text, str) and text), "")


def spent(completion: ChatCompletion | None) -> Usage:
    """One call and its tokens; unknown if the server did not say."""
    usage = getattr(completion, "usage", None)

    def told(name: str) -> int | None:
        tokens = getattr(usage, name, None)
        return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0 else None

    return Usage(calls=1, prompt_tokens=told("prompt_tokens"), completion_tokens=told("completion_tokens"))


def salvage(completion: ChatCompletion | None) -> Answer | None:
    """The answer in a whole reply that does not stand where the mode wants it.

    Servers put it into a code fence, behind `<think>`, between sentences, into a tool call that nobody asked for or the
    text of one, and models into an object of their own or with more fields than were asked for.
    """
    try:
        is_whole = completion.choices[0].finish_reason in ("stop", "tool_calls", None)  # type: ignore[union-attr]
    except (LookupError, TypeError, AttributeError):
        return None
    if not is_whole:
        return None
    return find_answer(reply_text(completion)) or find_answer(thoughts(completion))


def find_answer(text: str) -> Answer | None:
    """The last JSON object in a text that is an answer, fields that nobody asked for left out.

    >>> find_answer('Sure! {"answer": {"speakers": [], "claims": [], "facts": [], "note": "none"}} Bye.')
    Answer(speakers=[], claims=[], facts=[])
    """
    found = None
    for value in _objects(_THOUGHT.sub("", text) if "</think>" in text else text):
        for candidate in _within(value):
            try:
                # By way of JSON, where half a character (a lone surrogate), which nothing can write, is refused.
                found = Answer.model_validate_json(json.dumps(_pruned(candidate, Answer.model_json_schema())))
            except ValidationError:
                continue
    return found


def is_loop(text: str) -> bool:
    """Whether a text ends in the same few words over and over, as a model does that cannot get out.

    >>> is_loop("and so " * 40), is_loop("and so on")
    (True, False)
    """
    for period in range(1, _LONGEST_PERIOD + 1):
        tail = text[-max(period * _REPEATS, _SHORTEST_LOOP) :]
        if len(tail) < max(period * _REPEATS, _SHORTEST_LOOP):
            return False
        if tail[period:] == tail[:-period]:
            return True
    return False


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand one behind the other in a text."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield value
        at = text.find("{", end)


def _within(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The object, or the ones it wraps: {"name": "Answer", "arguments": {…}}."""
    if Answer.model_fields.keys() <= value.keys():
        yield value
        return
    yield from (inner for inner in value.values() if isinstance(inner, dict))


def _pruned(value: Any, schema: dict[str, Any]) -> Any:
    if isinstance(value, dict) and "properties" in schema:
        return {name: _pruned(value[name], inner) for name, inner in schema["properties"].items() if name in value}
    if isinstance(value, list) and "items" in schema:
        return [_pruned(item, schema["items"]) for item in value]
    return value
