"""What the model of a double says: the offline rules' claims, and a plain word to everything else."""

from __future__ import annotations

import json
import re
from typing import Any

from claimx.model.offline.rules import draft_answer
from claimx.schema import Answer

_CHUNK = re.compile(r"<(chunk[\w-]*)>\n?(.*)</\1>", re.DOTALL)
_TAIL = re.compile(r"(.*)\n</chunk[\w-]*>\s*$", re.DOTALL)
_OURS = set(Answer.model_fields)
_HELLO = "Hello! How can I help you today?"


def say_within(schema: dict[str, Any], prompt: str) -> str:
    """JSON that keeps to a schema, as a constrained decoder writes it: our own filled with claims, others minimal."""
    if set(schema.get("properties", {})) == _OURS:
        return (_claims(prompt) or Answer(speakers=[], claims=[], facts=[])).model_dump_json()
    return json.dumps(fill(schema))


def say_freely(prompt: str, *, as_json: bool = False) -> str:
    """What a willing model answers when no schema constrains it: claims, what a schema in the prompt asks for, or hello."""
    if (answer := _claims(prompt)) is not None:
        return answer.model_dump_json()
    if (schema := _schema_in(prompt)) is not None:
        return say_within(schema, prompt)
    return '{"message": "Hello!"}' if as_json else _HELLO


def fill(schema: dict[str, Any]) -> Any:
    """The shortest value of a schema, of the kinds that models are asked for."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return fill(options[0])
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            properties = schema.get("properties", {})
            return {name: fill(properties[name]) for name in schema.get("required", properties)}
        case "array":
            return [fill(schema.get("items", {"type": "string"})) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "hello".ljust(schema.get("minLength", 0), "o")


def _claims(prompt: str) -> Answer | None:
    """The claims of the last chunk in a prompt, or of what a truncation has left of it; None if there is none."""
    found = list(_CHUNK.finditer(prompt))
    text = found[-1][2] if found else (tail[1] if (tail := _TAIL.match(prompt)) else None)
    return None if text is None else draft_answer(text.strip())


def _schema_in(prompt: str) -> dict[str, Any] | None:
    """The first JSON schema that is written out in a prompt."""
    decoder = json.JSONDecoder()
    # A schema that is nested in another comes later than it.
    for opening in re.finditer(r"\{\s*\"", prompt):
        try:
            value, _ = decoder.raw_decode(prompt, opening.start())
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("properties"), dict):
            return value
    return None
