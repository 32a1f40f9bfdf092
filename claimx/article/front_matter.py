"""The YAML block on top of an article, and the text below it."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from claimx.article.origin import Origin

MAX_FRONT_MATTER_CHARS = 64 * 1024

_OPENING = re.compile(r"---\r?\n")
_CLOSING = re.compile(r"^---(?:\r?\n|\Z)", re.MULTILINE)
_FIRST_KEY = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[\w\"'-][^\n:]{0,80}:(?:\s|\Z)")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def split_front_matter(text: str, origin: Origin) -> tuple[dict[str, Any], str]:
    """Split a text into the fields of its front matter and the text below.

    Front matter begins on the very first line with `---` and ends at the next line that is exactly `---`, at most 64 Ki
    characters further down. A text without a closing line, or whose block is not a mapping, has no front
    matter: it is returned whole. What is below the closing line is returned unaltered.

    Returns:
        The fields, every scalar a string (or None where YAML says null), and the text.

    Raises:
        InputError: If the block sets out to be a mapping and is not YAML, repeats a key, or uses aliases.
    """
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if not (opening and closing) or closing.start() - opening.end() > MAX_FRONT_MATTER_CHARS:
        return {}, text
    block = text[opening.end() : closing.start()]
    try:
        # A BaseLoader builds nothing but strings, lists and dictionaries, whatever tags the block has.
        fields = yaml.load(block, Loader=_FrontMatterLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        if not _FIRST_KEY.match(block):
            return {}, text
        raise origin.error(_explain(error)) from None
    return (fields, text[closing.end() :]) if isinstance(fields, dict) else ({}, text)


class _FrontMatterLoader(yaml.BaseLoader):
    """Reads scalars as strings and refuses what lets a small block grow or contradict itself."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not supported: write the value out", mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: yaml.ScalarNode) -> str | None:  # type: ignore[override]
        return None if node.style is None and node.value in _NULLS else super().construct_scalar(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is repeated in this block", node.start_mark)
        return mapping


def _explain(error: Exception) -> str:
    """What is wrong with the block, and on which line of the file."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 2
        return f"line {line}: the front matter is not valid YAML ({error.problem}); mend it or remove the --- lines"
    reason = "nested too deeply" if isinstance(error, RecursionError) else "it has characters that YAML does not allow"
    return f"line 1: the front matter is not valid YAML ({reason}); mend it or remove the --- lines"
