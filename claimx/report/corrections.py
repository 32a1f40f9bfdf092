"""What annotators made of exported claims, as a folder of gold: `articles/` and `labels/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claimx.errors import GoldError, InputError, UsageError
from claimx.report.brat import from_standoff
from claimx.report.exports import distinct_names
from claimx.report.labelstudio import from_task
from claimx.schema import Article

FORMS = ("labelstudio", "brat")
Corrected = tuple[Article, list[dict[str, Any]]]


def read_corrections(form: str, path: Path) -> Iterator[Corrected]:
    """Articles with their labels in JSON form, from Label Studio's JSON export or a folder of brat files.

    Tasks that nobody has annotated are left out.

    Raises:
        GoldError: If it is not in that form.
        InputError: If it cannot be read.
    """
    return _read_tasks(path) if form == "labelstudio" else _read_brat(path)


def write_gold(corrected: list[Corrected], folder: Path) -> None:
    """Write a folder that `claimx eval` and `claimx gold check` read.

    Articles are JSON files, so that their text stays as it is to the character.

    Raises:
        UsageError: If the folder has labels already, or cannot be written.
    """
    if (folder / "labels").exists():
        raise UsageError(f"{folder} has labels already: give another folder")
    names = distinct_names(article.id for article, _ in corrected)
    try:
        for name in ("articles", "labels"):
            (folder / name).mkdir(parents=True)
        for article, labels in corrected:
            name = names[article.id]
            about = article.model_dump(exclude_none=True) | {"id": name}
            _write_json(folder / "articles" / f"{name}.json", about)
            _write_json(folder / "labels" / f"{name}.json", {"id": name, "labels": labels})
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror})") from None


def _write_json(path: Path, value: object) -> None:
    path.write_bytes((json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def _read_tasks(path: Path) -> Iterator[Corrected]:
    try:
        tasks = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise GoldError(str(path), "file", f"not JSON ({error})") from None
    if not isinstance(tasks, list):
        raise GoldError(str(path), "file", "is not a list of tasks: export as JSON, not as JSON-MIN")
    for task in tasks:
        if corrected := from_task(str(path), task):
            yield corrected


def _read_brat(folder: Path) -> Iterator[Corrected]:
    files = sorted(folder.glob("*.ann"))
    if not files:
        raise InputError(str(folder), "holds no .ann files")
    for file in files:
        text = file.with_suffix(".txt")
        article = Article(id=file.stem, text=_read(text))
        yield article, from_standoff(str(file), article, _read(file))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(str(path), "is not UTF-8") from None
