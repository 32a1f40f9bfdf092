"""Labelled articles on disk, in the forms that `claimx eval` reads.

- a folder in the seeds' form: `articles/` and `labels/NAME.json` (and perhaps `AGREEMENT.md`)
- PolNeAR as published: `text/*.txt` and `attributions/NAME_ANNOTATOR.ann`; plain brat: `NAME.txt` beside `NAME.ann`
- PolNeAR as JSON Lines: `{"id", "text", "attributions": [{"source_spans", "cue_spans", "content_spans"}]}`
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from claimx.article.origin import Origin
from claimx.article.records import build_article
from claimx.article.sources import read_articles
from claimx.errors import GoldError, UsageError
from claimx.evaluation.brat import Attribution, Offsets, label_attributions, parse_standoff
from claimx.evaluation.gold import Dataset, LabelledArticle, labelled_fields, parse_labels

_FIRST_NUMBER = re.compile(r"\d*\.\d+|\d+")
_AGREEMENT_ROWS = {
    "claim detection F1": "detection_f1",
    "identical content": "exact_content",
    "speaker": "speaker_accuracy",
    "stance accuracy": "stance_accuracy",
    "quotation accuracy": "quotation_accuracy",
    "target": "target_accuracy",
    "date value": "date_accuracy",
    "cue": "cue_accuracy",
    "fact detection F1": "facts_f1",
}


def read_dataset(path: Path) -> Dataset:
    """Read labelled articles in whichever form they are.

    Raises:
        UsageError: If there is nothing there that looks like labelled articles.
        GoldError: If a label is malformed, naming file, label and reason.
        InputError: If an article cannot be read.
    """
    if path.is_file() and path.suffix.lower() in (".jsonl", ".ndjson"):
        return _dataset(path, _read_json_lines(path))
    if (path / "labels").is_dir() and (path / "articles").is_dir():
        dataset = _dataset(path, _read_labels_folder(path))
        return replace(dataset, human=read_agreement(path / "AGREEMENT.md"))
    if (path / "text").is_dir() and (path / "attributions").is_dir():
        return _dataset(path, _read_standoff(path / "text", path / "attributions"))
    if path.is_dir() and any(path.glob("*.ann")):
        return _dataset(path, _read_standoff(path, path))
    raise UsageError(
        f"{path} holds no labelled articles: give a folder with articles/ and labels/, a PolNeAR or brat folder, "
        "or JSON Lines with attributions"
    )


def check_labels(path: Path) -> Iterator[GoldError]:
    """Everything that is wrong with a folder of labels, file by file.

    Raises:
        InputError: If an article cannot be read.
    """
    articles = {article.id: article for article in read_articles(str(path / "articles"))}
    files = _label_files(path)
    for name in sorted(articles.keys() - files.keys()):
        yield GoldError(str(path / "labels"), name, "the article has no label file")
    for name, file in files.items():
        if name not in articles:
            yield GoldError(str(file), "file", f"there is no article {name!r} in {path / 'articles'}")
            continue
        try:
            yield from parse_labels(str(file), _load_json(file), articles[name])[1]
        except GoldError as error:
            yield error


def read_agreement(path: Path) -> dict[str, float]:
    """Take the first column of figures of the table in an `AGREEMENT.md`, as shares from 0 to 1; {} without one.

    Raises:
        GoldError: If the file is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return {}
    except UnicodeDecodeError as error:
        raise GoldError(str(path), "file", f"cannot be read ({error})") from None
    figures = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        # "mean IoU of matched content; identical content | .993; 97.8 %" holds two figures.
        names, values = cells[0].split(";"), cells[1].split(";") if len(cells) > 1 else []
        for name, value in zip(names, values, strict=False):
            figure = _AGREEMENT_ROWS.get(name.split("(")[0].strip())
            if figure and (number := _FIRST_NUMBER.search(value)):
                figures[figure] = round(float(number[0]) / 100, 6)
    return figures


def _dataset(path: Path, items: Iterator[LabelledArticle]) -> Dataset:
    articles = tuple(sorted(items, key=lambda item: item.article.id))
    for left, right in pairwise(articles):
        if left.article.id == right.article.id:
            raise GoldError(str(path), left.article.id, "two articles have this id")
    labels = [label for item in articles for label in item.labels]
    return Dataset(path.resolve().name, articles, labelled_fields(labels), human={})


def _read_labels_folder(path: Path) -> Iterator[LabelledArticle]:
    files = _label_files(path)
    articles = {article.id: article for article in read_articles(str(path / "articles"))}
    if strays := sorted(files.keys() - articles.keys()):
        raise GoldError(str(files[strays[0]]), "file", f"there is no article {strays[0]!r} in {path / 'articles'}")
    for name, file in files.items():
        labels, problems = parse_labels(str(file), _load_json(file), articles[name])
        if problems:
            raise problems[0]
        yield LabelledArticle(articles[name], labels)


def _label_files(path: Path) -> dict[str, Path]:
    files = {file.stem: file for file in sorted((path / "labels").glob("*.json"))}
    if not files:
        raise UsageError(f"{path / 'labels'} has no label files (*.json)")
    return files


def _load_json(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise GoldError(str(file), "file", f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise GoldError(str(file), "file", f"not JSON ({error})") from None


def _read_standoff(texts: Path, annotations: Path) -> Iterator[LabelledArticle]:
    """Pair each `.ann` with its text: of the same name, or of the name before the annotator's code."""
    articles = {article.id: article for article in read_articles(str(texts))}
    taken: dict[str, Path] = {}
    for file in sorted(annotations.glob("*.ann")):
        name = file.stem if file.stem in articles else file.stem.rpartition("_")[0]
        if name not in articles:
            raise GoldError(str(file), "file", f"there is no {file.stem}.txt in {texts}")
        if name in taken:
            raise GoldError(str(file), "file", f"{taken[name].name} labels the same article; keep one annotator's file")
        taken[name] = file
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise GoldError(str(file), "file", f"cannot be read ({error})") from None
        labels = label_attributions(str(file), articles[name], parse_standoff(str(file), text))
        yield LabelledArticle(articles[name], labels)


def _read_json_lines(path: Path) -> Iterator[LabelledArticle]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(str(path), "file", f"cannot be read ({error})") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            origin = Origin(str(path), default_id=f"{path.stem}-{number}", place=f"line {number}")
            yield _parse_json_line(line, origin)


def _parse_json_line(line: str, origin: Origin) -> LabelledArticle:
    try:
        record = json.loads(line)
        text = record["text"]
        if not isinstance(text, str):
            raise TypeError("text is no string")
        attributions = [
            Attribution(
                f"{origin.place}, attribution {position}",
                *(_offsets(item[field]) for field in ("source_spans", "cue_spans", "content_spans")),
            )
            for position, item in enumerate(record["attributions"], start=1)
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        reason = 'is not an object with "text" and "attributions" of source_spans, cue_spans and content_spans'
        raise GoldError(origin.source, origin.place, reason) from None
    article = build_article({"published": record.get("publication_date"), **record}, text, origin)
    return LabelledArticle(article, label_attributions(origin.source, article, attributions))


def _offsets(spans: list[list[int]]) -> Offsets:
    pairs = tuple((start, end) for start, end in spans)
    if not all(type(offset) is int for pair in pairs for offset in pair):
        raise TypeError("offsets are not integers")
    return pairs
