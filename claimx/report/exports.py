"""A ledger in the forms that other tools read: which there are, and how each is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from claimx.errors import UsageError
from claimx.report import brat, labelstudio
from claimx.report.columns import write_duckdb, write_parquet
from claimx.report.jsonld import to_json_ld
from claimx.report.ledger import Ledger, place_claims
from claimx.report.tables import csv_lines
from claimx.report.webannotation import to_web_annotations
from claimx.schema import Article, Claim

# These write files of their own; the others are one text.
FILE_FORMS = ("parquet", "duckdb", "brat")
# In these a claim stands in its text; without the text there is nothing to show.
NEED_ARTICLES = ("labelstudio", "brat")


def export_text(ledger: Ledger, articles: Mapping[str, Article], form: str) -> str:
    """The ledger as csv, jsonld, webannotation or labelstudio, to be written in UTF-8."""
    if form == "csv":
        return csv_lines(ledger.claims, header=True)
    if form == "jsonld":
        return to_json_ld(ledger, articles)
    if form == "webannotation":
        return to_web_annotations(ledger, articles)
    tasks = [labelstudio.to_task(article, claims) for article, claims in _by_article(ledger, articles)]
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def write_export(ledger: Ledger, articles: Mapping[str, Article], form: str, path: Path) -> list[Path]:
    """Write the ledger in any form to a file, or for brat to a folder; returns what was written.

    Beside Label Studio's tasks it writes the labelling interface that they are made for.

    Raises:
        UsageError: If a package for it is not installed, it cannot be written, or the folder has annotations already.
    """
    try:
        if form == "parquet":
            return [path, write_parquet(ledger, articles, path)]
        if form == "duckdb":
            write_duckdb(ledger, articles, path)
            return [path]
        if form == "brat":
            return _write_brat(ledger, articles, path)
        text = export_text(ledger, articles, form)
        if form != "labelstudio":
            return [_write(path, text)]
        interface = path.with_name(f"{path.stem}.xml" if path.suffix.lower() != ".xml" else f"{path.name}.xml")
        return [_write(path, text), _write(interface, labelstudio.CONFIG)]
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror or error})") from None


def file_name(article_id: str) -> str:
    """An article's id as the name of a file, without a suffix: nothing in it leads to another folder.

    >>> file_name("../2026/fog"), file_name("02-tram-vote")
    ('2026-fog', '02-tram-vote')
    """
    return re.sub(r"[^\w.-]+", "-", article_id).strip("-.")[:120] or "article"


def distinct_names(article_ids: Iterable[str]) -> dict[str, str]:
    """A file name for each id, no two alike, not even where a file system ignores case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for article_id in article_ids:
        name, number = file_name(article_id), 1
        while name.casefold() in taken:
            number += 1
            name = f"{file_name(article_id)}-{number}"
        taken.add(name.casefold())
        names[article_id] = name
    return names


def _write(path: Path, text: str) -> Path:
    """Write a file that is whole or not there."""
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(text.encode())
        return partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()


def _write_brat(ledger: Ledger, articles: Mapping[str, Article], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.ann")):
        raise UsageError(f"{folder} has annotations already, perhaps corrected ones: give another folder")
    names = distinct_names(ledger.article_ids)
    written = [_write(folder / "annotation.conf", brat.CONFIG)]
    for article, claims in _by_article(ledger, articles):
        name = names[article.id]
        written.append(_write(folder / f"{name}.txt", article.text))
        # brat does not look at it; with it the way back knows the article's id, title and date.
        about = article.model_dump(exclude={"text"}, exclude_none=True)
        _write(folder / f"{name}.json", json.dumps(about, ensure_ascii=False) + "\n")
        _write(folder / f"{name}.ann", brat.to_standoff(claims))
    return written


def _by_article(ledger: Ledger, articles: Mapping[str, Article]) -> Iterator[tuple[Article, list[Claim]]]:
    """Each article that is at hand under the id that the claims use, with the claims that stand in its text."""
    held: dict[str, list[Claim]] = {name: [] for name in ledger.article_ids if name in articles}
    for claim, is_held in place_claims(ledger, articles):
        if is_held:
            held[claim.article_id].append(claim)
    for name, claims in held.items():
        yield Article.model_validate({**articles[name].model_dump(), "id": name}), claims
