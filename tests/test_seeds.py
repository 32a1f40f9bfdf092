"""The gold labels: every span is the article's own characters, every value has its form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest

from claimx.article.sources import read_article, read_articles
from claimx.schema import Kind, Quotation, Stance

SEEDS = Path(__file__).parents[1] / "seeds"
LABELS = sorted((SEEDS / "labels").glob("*.json"))
CLAIM_ONLY = ("quotation", "cue", "speaker", "stance", "target")
FIELDS = {"kind", "text", "content", "date", "nested", "optional", *CLAIM_ONLY}
ALTERNATIVES = {"stance_alternatives", "date_alternatives"}

labelled = pytest.mark.parametrize("path", LABELS, ids=[path.stem for path in LABELS])


def items(path: Path) -> list[dict[str, Any]]:
    labels: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["labels"]
    return labels


def text_of(path: Path) -> str:
    return read_article(str(SEEDS / "articles" / f"{path.stem}.md")).text


def spans(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from item["content"]
    speaker, when = item["speaker"] or {}, item["date"] or {}
    yield from filter(None, (item["cue"], speaker.get("mention"), when.get("text")))


def is_date(value: str) -> bool:
    """YYYY, YYYY-MM or YYYY-MM-DD, and a day that exists."""
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", value, re.ASCII) is None:
        return False
    year, month, day = (*map(int, value.split("-")), 1, 1)[:3]
    return date(year, month, day).year == year


def test_every_article_has_labels_and_a_row_in_the_readme() -> None:
    names = [path.stem for path in LABELS]
    assert names == [article.id for article in read_articles(str(SEEDS))]
    assert names == re.findall(
        r"^\| \[([\w-]+)\]\(articles/\1\.md\) \|", (SEEDS / "README.md").read_text(), re.MULTILINE
    )


@labelled
def test_a_label_file_names_its_article_and_is_not_empty(path: Path) -> None:
    gold = json.loads(path.read_text(encoding="utf-8"))
    assert set(gold) == {"id", "labels"}
    assert gold["id"] == path.stem
    assert gold["labels"]


@labelled
def test_every_span_is_the_articles_own_characters(path: Path) -> None:
    text = text_of(path)
    found = [span for item in items(path) for span in spans(item)]
    assert [text[span["start"] : span["end"]] for span in found] == [span["text"] for span in found]
    assert all(0 <= span["start"] < span["end"] <= len(text) for span in found)


@labelled
def test_contents_are_in_order_do_not_overlap_and_do_not_begin_or_end_in_white_space(path: Path) -> None:
    for item in items(path):
        ends = [(span["start"], span["end"]) for span in item["content"]]
        assert ends
        assert all(end <= start for (_, end), (start, _) in pairwise(ends))
        assert all(span["text"] == span["text"].strip() for span in item["content"])


@labelled
def test_items_have_the_fields_and_values_of_the_guide(path: Path) -> None:
    for item in items(path):
        assert FIELDS <= set(item) <= FIELDS | ALTERNATIVES
        assert item["kind"] in get_args(Kind)
        assert item["text"].strip()
        assert isinstance(item["nested"], bool)
        assert isinstance(item["optional"], bool)


@labelled
def test_a_fact_is_nobodys_and_a_claim_is_somebodys(path: Path) -> None:
    for item in items(path):
        if item["kind"] == "fact":
            assert [item[field] for field in CLAIM_ONLY] == [None] * len(CLAIM_ONLY)
            assert not item["nested"]
            continue
        assert item["quotation"] in get_args(Quotation)
        assert {item["stance"], *item.get("stance_alternatives", ())} <= set(get_args(Stance))
        assert item["speaker"]["name"].strip()
        assert item["target"]["name"].strip()
        assert all(alias.strip() for whom in (item["speaker"], item["target"]) for alias in whom.get("aliases", ()))


@labelled
def test_dates_are_as_precise_as_they_are_and_exist(path: Path) -> None:
    for item in items(path):
        assert item["date"] is None or set(item["date"]) == {"text", "value"}
        stated = [(item["date"] or {}).get("value"), *item.get("date_alternatives", ())]
        assert all(is_date(value) for value in stated if value is not None)


@labelled
def test_an_article_is_dated_and_names_its_source(path: Path) -> None:
    article = read_article(str(SEEDS / "articles" / f"{path.stem}.md"))
    assert article.published_on is not None
    assert article.source
    assert article.language == "en"
