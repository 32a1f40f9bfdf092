"""From an article's fields, whatever carried them, to an `Article`; from JSON to such fields."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from claimx.article.dateline import find_date_line
from claimx.article.origin import Origin
from claimx.errors import InputError
from claimx.schema import Article

_ISO_8601 = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\S+)?", re.ASCII)


def is_publication_date(value: str) -> bool:
    """Whether this is an ISO 8601 date, or date and time with or without a zone, that begins with YYYY-MM-DD."""
    try:
        datetime.fromisoformat(re.sub(r"[Zz]\Z", "+00:00", value))
    except ValueError:
        return False
    return _ISO_8601.fullmatch(value) is not None


def build_article(fields: Mapping[str, Any], text: str, origin: Origin) -> Article:
    """Make an article of its fields and its text.

    Known fields are id, title, published (or date), source, author, language and url; others are ignored. An article
    without a date takes the one the user gave, else that of a date line in its text (with a remark), else none.

    Raises:
        InputError: If the text is blank or no text, or a field has the wrong type.
    """
    return Article(
        id=_identifier(fields, origin) or origin.default_id,
        text=_checked(text, "the text", origin),
        title=_words(fields, "title", origin),
        published=_stated_date(fields, origin) or origin.published or _date_from_text(text, origin),
        source=_words(fields, "source", origin),
        author=_words(fields, "author", origin),
        language=_words(fields, "language", origin),
        url=_words(fields, "url", origin),
    )


def parse_json(text: str, origin: Origin) -> Iterator[tuple[Origin, Article]]:
    """Read one JSON object, or a list of them, as articles, each with where it was found.

    Raises:
        InputError: If it is not JSON, or an object is no article.
    """
    value = _load(text, origin)
    if not isinstance(value, list):
        yield origin, _article_of(value, origin)
        return
    for number, item in enumerate(value, start=1):
        place = replace(origin, place=f"item {number}", default_id=f"{origin.default_id}-{number}")
        try:
            article = _article_of(item, place)
        except InputError as error:
            origin.skip(error)
        else:
            yield place, article


def parse_json_lines(text: str, origin: Origin) -> Iterator[tuple[Origin, Article]]:
    """Read one JSON object per line as articles, each with where it was found; blank lines are skipped.

    Raises:
        InputError: If a line is not JSON, or no article.
    """
    for number, line in enumerate(_lines(text), start=1):
        if line and not line.isspace():
            place = replace(origin, place=f"line {number}", default_id=f"{origin.default_id}-{number}")
            try:
                article = _article_of(_load(line, place), place)
            except InputError as error:
                origin.skip(error)
            else:
                yield place, article


def _lines(text: str) -> Iterator[str]:
    """The lines of a text one by one: a run that takes hours need not hold all of them twice."""
    start = 0
    while start < len(text):
        # Only \n ends a line: str.splitlines would cut a JSON string at U+2028.
        end = text.find("\n", start)
        end = end if end >= 0 else len(text)
        yield text[start:end]
        start = end + 1


def _article_of(value: object, origin: Origin) -> Article:
    if not isinstance(value, dict):
        raise origin.error(f'expected an object with a "text", found {_json_type(value)}')
    if "text" not in value:
        raise origin.error('no "text"')
    if not isinstance(value["text"], str):
        raise origin.error(f'"text" must be a string, not {_json_type(value["text"])}')
    return build_article(value, value["text"], origin)


def _load(text: str, origin: Origin) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if origin.place else f"line {error.lineno}, column {error.colno}"
        raise origin.error(f"not valid JSON ({error.msg}, {where})") from None
    except RecursionError:
        raise origin.error("not usable JSON (nested too deeply)") from None
    except ValueError as error:
        raise origin.error(f"not usable JSON ({error})") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        [(repeated, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {repeated[:80]!r} is repeated")
    return value


def _json_type(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _checked(text: str, what: str, origin: Origin) -> str:
    if not text or text.isspace():
        raise origin.error(f"{what} is empty")
    if "\0" in text:
        raise origin.error(f"{what} has NUL characters: is it a binary file, or UTF-16 (--encoding utf-16)?")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise origin.error(f"{what} has half a character (a lone surrogate) at offset {error.start}") from None
    return text


def _words(fields: Mapping[str, Any], key: str, origin: Origin) -> str | None:
    """The field as a stripped string; a list of strings is joined with commas; blank is None."""
    value = fields.get(key)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value) and key == "author":
        value = ", ".join(item.strip() for item in value)
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise origin.error(f'"{key}" must be a string, not {_json_type(value)}')
    return _checked(value.strip(), f'"{key}"', origin)


def _identifier(fields: Mapping[str, Any], origin: Origin) -> str | None:
    # Data sets number their articles: a whole number is as good a name as any.
    number = fields.get("id")
    return str(number) if type(number) is int else _words(fields, "id", origin)


def _stated_date(fields: Mapping[str, Any], origin: Origin) -> str | None:
    value = fields.get("published") or fields.get("date")
    if not value:
        return None
    stated = value.strip() if isinstance(value, str) else json.dumps(value)
    if is_publication_date(stated):
        return stated
    origin.remark(f"the date {stated[:40]!r} is not ISO 8601 (YYYY-MM-DD) and is left out")
    return None


def _date_from_text(text: str, origin: Origin) -> str | None:
    found = find_date_line(text)
    if found is None:
        return None
    origin.remark(f"dated {found.day.isoformat()} by the line {found.words!r}")
    return found.day.isoformat()
