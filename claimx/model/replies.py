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
_MOST_DIGITS = 12
_TEXT_PARTS = frozenset({"text", "output_text"})
_LONGEST_PERIOD, _REPEATS, _SHORTEST_LOOP = 240, 8, 160


def reply_text(completion: ChatCompletion | None) -> str:
    """What the model wrote last, as text, whatever the mode."""
    try:
        message: Any = completion.choices[0].message  # type: ignore[union-attr]
        for call in message.tool_calls or []:
            if call.type == "function":
                return arguments_of(call.function.arguments)
        content = text_of(message.content)
    except (LookupError, TypeError, AttributeError):
        # The client passes on whatever came with status 200, a proxy's login page included.
        return ""
    return content


def text_of(content: Any) -> str:
    """The text of a message, whether the server writes it as one or as a list of parts; what is neither, is none.

    >>> text_of([{"type": "reasoning", "text": "Hm."}, {"type": "text", "text": "Yes."}])
    'Yes.'
    """
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    parts = [part for part in content if isinstance(part, dict) and part.get("type") in _TEXT_PARTS]
    return "".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def arguments_of(given: Any) -> str:
    """The arguments of a tool call as JSON text; some servers send the object itself."""
    if isinstance(given, dict):
        return json.dumps(given)
    return given if isinstance(given, str) else ""


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
    prompt, answer = (tokens_of(getattr(usage, name, None)) for name in ("prompt_tokens", "completion_tokens"))
    return Usage(calls=1, prompt_tokens=prompt, completion_tokens=answer)


def counted(completion: ChatCompletion) -> ChatCompletion:
    """The same, its usage in numbers where the server writes "12": what adds them up later puts 0 in place of text."""
    usage: Any = getattr(completion, "usage", None)
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        if (tokens := tokens_of(getattr(usage, name, None))) is not None:
            setattr(usage, name, tokens)
    return completion


def tokens_of(told: Any) -> int | None:
    """A number of tokens, whether the server writes it as one, as 12.0 or as "12"; None for what is none.

    >>> tokens_of(12), tokens_of("12"), tokens_of(12.0), tokens_of(True), tokens_of("many")
    (12, 12, 12, None, None)
    """
    if isinstance(told, bool):
        return None
    if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) < _MOST_DIGITS:
        return int(told)
    is_whole = isinstance(told, int) or (isinstance(told, float) and told.is_integer())
    return int(told) if is_whole and told >= 0 else None


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
