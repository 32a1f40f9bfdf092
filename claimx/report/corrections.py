"""What annotators made of exported claims, as a folder of gold: `articles/` and `labels/`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from claimx.errors import GoldError, InputError, UsageError
from claimx.report.brat import from_standoff
from claimx.report.exports import distinct_names
from claimx.report.labelstudio import from_task
from claimx.schema import Article

# In the tools a claim that is made a fact keeps the stance, cue and speaker that it had.
_AS_FACT = {"quotation": None, "cue": None, "speaker": None, "stance": None, "target": None, "nested": False}


@dataclass(frozen=True)
class Corrected:
    """What annotators made of one article.

    Attributes:
        article: As the tool has it.
        labels: Gold labels in JSON form.
        strays: What they marked, and what belongs to no label.
    """

    article: Article
    labels: list[dict[str, Any]]
    strays: list[GoldError] = field(default_factory=list)


def read_corrections(form: str, path: Path) -> Iterator[Corrected]:
    """Articles with their labels, from Label Studio's JSON export or a folder of brat files.

    Tasks that nobody has annotated are left out.

    Raises:
        GoldError: If it is not in that form.
        InputError: If it cannot be read.
    """
    for item in _read_tasks(path) if form == "labelstudio" else _read_brat(path):
        labels = [label | _AS_FACT if label["kind"] == "fact" else label for label in item.labels]
        yield Corrected(item.article, labels, item.strays)


def write_gold(corrected: list[Corrected], folder: Path) -> None:
    """Write a folder that `claimx eval` and `claimx gold check` read.

    Articles are JSON files, so that their text stays as it is to the character.

    Raises:
        UsageError: If two are of one article, or the folder has labels already, or cannot be written.
    """
    if (folder / "labels").exists():
        raise UsageError(f"{folder} has labels already: give another folder")
    ids = Counter(item.article.id for item in corrected)
    if twice := [name for name, times in ids.items() if times > 1]:
        raise UsageError(f"{ids[twice[0]]} tasks are of the article {twice[0]!r}: keep one of them")
    names = distinct_names(ids)
    try:
        for name in ("articles", "labels"):
            (folder / name).mkdir(parents=True)
        for item in corrected:
            name = names[item.article.id]
            about = item.article.model_dump(exclude_none=True) | {"id": name}
            _write_json(folder / "articles" / f"{name}.json", about)
            _write_json(folder / "labels" / f"{name}.json", {"id": name, "labels": item.labels})
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror})") from None


def _write_json(path: Path, value: object) -> None:
    path.write_bytes((json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def _read_tasks(path: Path) -> Iterator[Corrected]:
    try:
        # Unlike that of the standard library, this reader takes no half characters.
        tasks = from_json(_read(path))
    except ValueError as error:
        raise GoldError(str(path), "file", f"not JSON ({error})") from None
    if not isinstance(tasks, list):
        raise GoldError(str(path), "file", "is not a list of tasks: export as JSON, not as JSON-MIN")
    for task in tasks:
        if corrected := from_task(str(path), task):
            yield Corrected(*corrected)


def _read_brat(folder: Path) -> Iterator[Corrected]:
    files = sorted(folder.glob("*.ann"))
    if not files:
        raise InputError(str(folder), "holds no .ann files")
    for file in files:
        article = _brat_article(file)
        yield Corrected(article, *from_standoff(str(file), article, _read(file)))


def _brat_article(ann: Path) -> Article:
    """The text beside an `.ann`, and what `claimx export` wrote down of its article."""
    # brat counts a byte order mark as a character.
    text = _read(ann.with_suffix(".txt"), encoding="utf-8")
    known = ann.with_suffix(".json")
    if not known.exists():
        return Article(id=ann.stem, text=text)
    try:
        return Article.model_validate({**from_json(_read(known)), "text": text})
    except (ValueError, TypeError):
        raise GoldError(str(known), "file", "does not say what the article is: id, title, published …") from None


def _read(path: Path, encoding: str = "utf-8-sig") -> str:
    try:
        return path.read_bytes().decode(encoding)
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(str(path), "is not UTF-8") from None
