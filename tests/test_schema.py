"""The wire schema is one that every known server compiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claimx.schema import Answer, Usage


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


SCHEMA = Answer.model_json_schema()
OBJECTS = [node for node in nodes(SCHEMA) if node.get("type") == "object"]


def test_every_object_is_closed_and_requires_all_its_fields() -> None:
    assert len(OBJECTS) == 4
    for node in OBJECTS:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


def test_nothing_that_a_server_stumbles_over_is_in_it() -> None:
    for node in nodes(SCHEMA):
        assert not {"$ref", "$defs", "default", "uniqueItems", "pattern", "format"} & node.keys()
    assert [node for node in nodes(SCHEMA) if isinstance(node.get("title"), str)] == [SCHEMA]


def test_evidence_comes_before_judgement() -> None:
    fields = list(SCHEMA["properties"]["claims"]["items"]["properties"])
    assert fields.index("content") < fields.index("cue") < fields.index("text") < fields.index("stance")


def test_usage_that_one_server_does_not_tell_is_unknown_in_the_sum() -> None:
    assert (Usage(calls=1, prompt_tokens=5) + Usage(calls=2, prompt_tokens=None)) == Usage(calls=3, prompt_tokens=None)
