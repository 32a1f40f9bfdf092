"""Invented articles, each of its own words, as many and as long as a measurement wants."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

_FIRST = ("Ada", "Bram", "Cleo", "Dario", "Edda", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Lorenz")
_LAST = ("Abbot", "Brandt", "Castell", "Dorval", "Engel", "Fenwick", "Garnier", "Holm", "Ivers", "Jansson", "Keller")
_THINGS = ("ferry", "tram line", "water tower", "school roof", "night market", "quay wall", "bus depot", "library")
_DOINGS = ("would reopen", "cost too much", "needed repair", "had been sold", "was safe", "stood empty", "ran late")
_DAYS = ("on Monday", "on Tuesday", "last week", "in March", "a year ago", "on Friday")
_REPORTED = "{name} said that the {thing} {doing} {day} for the sum of {number} crowns."
_WARNED = "{name} warned that the {thing} {doing} and that {number} people waited {day}."
_QUOTED = '"The {thing} {doing}, and {number} letters say so," {name} told the council {day}.'
_PLAIN = "The {thing} {doing} {day}, when {number} of the town's old lamps went out along the river."


def texts(count: int, *, characters: int) -> Iterator[str]:
    """So many articles of about so many characters; the n-th is the same in every run."""
    for number in range(count):
        dice = random.Random(number)
        names = [f"{dice.choice(_FIRST)} {dice.choice(_LAST)}" for _ in range(5)]
        paragraphs: list[str] = []
        while sum(map(len, paragraphs)) < characters:
            paragraphs.append(" ".join(_sentence(dice, names) for _ in range(3)))
        yield "\n\n".join(paragraphs)


def _sentence(dice: random.Random, names: list[str]) -> str:
    return dice.choice((_REPORTED, _WARNED, _QUOTED, _PLAIN)).format(
        name=dice.choice(names),
        thing=dice.choice(_THINGS),
        doing=dice.choice(_DOINGS),
        day=dice.choice(_DAYS),
        number=dice.randrange(10, 10_000),
    )


def write_articles(path: Path, count: int, *, characters: int) -> Path:
    """The same as JSON Lines, which claimx and every script of this bench read."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts(count, characters=characters)):
            file.write(json.dumps({"id": f"b{number:06}", "text": text, "published": "2026-05-04"}) + "\n")
    return path
