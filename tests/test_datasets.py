"""Labelled articles in every form they come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claimx.errors import GoldError, UsageError
from claimx.evaluation.datasets import read_agreement, read_dataset
from claimx.evaluation.gold import Dataset, Label

SEEDS = Path(__file__).parents[1] / "seeds"
TEXT = "“It sails,” Ann Poe said. The mayor warned that “big” waves come."
ANN = "\n".join(
    [
        "T1\tSource 12 19\tAnn Poe",
        "T2\tCue 20 24\tsaid",
        "T3\tContent 0 11\t“It sails,”",
        "T4\tAttribution 20 24\tsaid",
        "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1",
        "T5\tContent 43 53;54 64\tthat “big” waves come",
        "T6\tCue 36 42\twarned",
        "T7\tAttribution 36 42\twarned",
        "E2\tAttribution:T7 Cue:T6 Content:T5",
        "#1\tAnnotatorNotes E2\twho warned?",
        "",
    ]
)


def contents(dataset: Dataset) -> list[list[str]]:
    return [[span.text for span in label.content] for one in dataset.articles for label in one.labels]


def labels(dataset: Dataset) -> tuple[Label, ...]:
    return dataset.articles[0].labels


def polnear(path: Path, annotation: str = ANN, name: str = "ferry_4b22") -> Path:
    (path / "text").mkdir()
    (path / "attributions").mkdir()
    (path / "text" / "ferry.txt").write_text(TEXT, encoding="utf-8")
    (path / "attributions" / f"{name}.ann").write_text(annotation, encoding="utf-8")
    return path


def test_the_seeds_are_read_with_the_agreement_of_their_readers() -> None:
    gold = read_dataset(SEEDS)
    assert len(gold.articles) == len(list((SEEDS / "labels").glob("*.json")))
    assert gold.labelled == {"quotation", "cue", "stance", "target", "date", "nested", "fact"}
    assert (gold.human["detection_f1"], gold.human["facts_f1"]) == (0.969, 0.88)


def test_polnear_folders_are_read_with_their_annotators_code(tmp_path: Path) -> None:
    gold = read_dataset(polnear(tmp_path))
    assert gold.articles[0].article.id == "ferry"
    assert contents(gold) == [["“It sails,”"], ["that “big”", "waves come"]]
    assert gold.labelled == {"cue", "quotation"}


def test_plain_brat_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "ferry.ann").write_text(ANN, encoding="utf-8")
    first, second = labels(read_dataset(tmp_path))
    assert first.speaker is not None
    assert first.speaker.mention is not None
    assert (first.speaker.name, first.speaker.mention.text) == (None, "Ann Poe")
    assert first.cue is not None
    assert (first.cue.text, second.speaker) == ("said", None)


def test_quotation_types_are_told_by_the_marks(tmp_path: Path) -> None:
    assert [label.quotation for label in labels(read_dataset(polnear(tmp_path)))] == ["direct", "mixed"]


def test_the_stretches_of_a_content_are_put_in_order(tmp_path: Path) -> None:
    annotation = "T1\tContent 43 47\tthat\nT2\tContent 0 11\t“It sails,”\nE1\tContent:T1 Content2:T2\n"
    assert contents(read_dataset(polnear(tmp_path, annotation))) == [["“It sails,”", "that"]]


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ("T1\tContent 0 x\tIt", "line 1: 'Content 0 x' is not a type and offsets"),
        ("T1\tContent\tIt", "line 1: 'Content' is not a type and offsets"),
        ("E1\tAttribution:T4 Content:T9", "E1: Content refers to T9, which is not there"),
        ("T1\tContent 0 900\tIt\nE1\tContent:T1", "E1: span 0:900 is not within the article"),
        ("T1\tContent 4 4\t\nE1\tContent:T1", "E1: span 4:4 is not within the article"),
    ],
)
def test_a_malformed_annotation_is_named(annotation: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(GoldError) as raised:
        read_dataset(polnear(tmp_path, annotation))
    assert str(raised.value).endswith(f"ferry_4b22.ann: {reason}")


def test_two_annotators_of_one_article_are_not_mixed(tmp_path: Path) -> None:
    path = polnear(tmp_path)
    (path / "attributions" / "ferry_5fec.ann").write_text(ANN, encoding="utf-8")
    with pytest.raises(GoldError, match="labels the same article"):
        read_dataset(path)


def test_an_annotation_without_its_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"there is no boat_4b22.txt"):
        read_dataset(polnear(tmp_path, name="boat_4b22"))


def json_line(**change: Any) -> str:
    attribution = {"source_spans": [[12, 19]], "cue_spans": [[20, 24]], "content_spans": [[0, 11]]}
    record = {"id": "ferry", "text": TEXT, "publication_date": "2024-05-03", "attributions": [attribution]}
    return json.dumps(record | change)


def test_json_lines_are_read_with_their_publication_date(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json_line() + "\n\n" + json_line(id="second", attributions=[]) + "\n", encoding="utf-8")
    gold = read_dataset(path)
    assert [(one.article.id, one.article.published, len(one.labels)) for one in gold.articles] == [
        ("ferry", "2024-05-03", 1),
        ("second", "2024-05-03", 0),
    ]
    assert contents(gold) == [["“It sails,”"]]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "7",
        "[]",
        json_line(attributions=None),
        json_line(attributions=[{"source_spans": []}]),
        json_line(attributions=[{"source_spans": [], "cue_spans": [], "content_spans": [[0, "x"]]}]),
        json_line(attributions=[{"source_spans": [], "cue_spans": [], "content_spans": [[0, 1, 2]]}]),
    ],
)
def test_a_line_that_is_no_labelled_article_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json_line() + "\n" + line, encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl: line 2: is not an object"):
        read_dataset(path)


def test_two_articles_of_one_id_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json_line() + "\n" + json_line(), encoding="utf-8")
    with pytest.raises(GoldError, match="two articles have this id"):
        read_dataset(path)


def test_the_three_forms_of_one_article_give_the_same_labels(tmp_path: Path) -> None:
    only_first = "\n".join(ANN.split("\n")[:5])
    (tmp_path / "folder").mkdir()
    native = read_dataset(polnear(tmp_path / "folder", only_first))
    (tmp_path / "gold.jsonl").write_text(json_line(), encoding="utf-8")
    assert labels(native) == labels(read_dataset(tmp_path / "gold.jsonl"))


def test_a_folder_with_nothing_labelled_in_it_is_a_misuse(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no labelled articles"):
        read_dataset(tmp_path)


def test_the_digest_tells_gold_apart_by_text_and_label(tmp_path: Path) -> None:
    digests = set()
    changes: list[dict[str, Any]] = [{}, {"text": TEXT + " "}, {"attributions": []}, {"id": "other"}]
    for number, change in enumerate(changes):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json_line(**change), encoding="utf-8")
        digests |= {read_dataset(path).digest, read_dataset(path).digest}
    assert len(digests) == 4


def test_agreement_is_read_from_the_first_column_of_figures(tmp_path: Path) -> None:
    path = tmp_path / "AGREEMENT.md"
    path.write_text(
        "| | here | there |\n|---|---|---|\n| claim detection F1 | 91.5 | 80 |\n| identical content; other | .9 ; x |\n"
        "| speaker (pooled) | 88 % | 1 |\n| unknown | 5 |\n| cue |\n",
        encoding="utf-8",
    )
    assert read_agreement(path) == {"detection_f1": 0.915, "exact_content": 0.009, "speaker_accuracy": 0.88}
    assert read_agreement(tmp_path / "none.md") == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"text": True}, "is not an object"), ({"text": ["a"]}, "is not an object"), ({}, "no content")],
)
def test_a_line_without_text_or_content_is_said(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    attributions = [{"source_spans": [[0, 3]], "cue_spans": [], "content_spans": []}]
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"id": "w", "text": "Ann said it.", "attributions": attributions} | change))
    with pytest.raises(GoldError, match=reason):
        read_dataset(path)


def test_an_agreement_that_is_not_utf_8_is_said(tmp_path: Path) -> None:
    (tmp_path / "AGREEMENT.md").write_bytes(b"| speaker | \xff |")
    with pytest.raises(GoldError, match="cannot be read"):
        read_agreement(tmp_path / "AGREEMENT.md")
