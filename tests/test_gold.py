"""Gold labels: what is wrong with one is said with file, label and reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claimx.errors import GoldError
from claimx.evaluation.datasets import check_labels, read_dataset
from claimx.evaluation.gold import is_date_value, label_schema, parse_labels
from claimx.evaluation.predictions import read_predictions
from claimx.schema import Article
from tests.labelled import item, span

ROOT = Path(__file__).parents[1]
TEXT = "The ferry is safe, Ann Poe said on Friday. Ferries run daily."
ARTICLE = Article(id="ferry", text=TEXT)
LABEL = item(
    TEXT,
    "The ferry is safe",
    text="The ferry is safe.",
    quotation="indirect",
    cue="said",
    speaker={"name": "Ann Poe", "mention": "Ann Poe", "role": None, "aliases": []},
    stance="favor",
    target={"name": "ferry", "aliases": []},
    date={"text": span(TEXT, "on Friday"), "value": "2024-05-03"},
)
FACT = item(TEXT, "Ferries run daily") | {"kind": "fact"}


def problems(*labels: dict[str, Any]) -> list[str]:
    _, found = parse_labels("ferry.json", {"id": "ferry", "labels": list(labels)}, ARTICLE)
    return [str(problem) for problem in found]


def folder(path: Path, document: object) -> Path:
    (path / "articles").mkdir()
    (path / "labels").mkdir()
    (path / "articles" / "ferry.md").write_text(f"---\npublished: 2024-05-03\n---\n{TEXT}", encoding="utf-8")
    text = document if isinstance(document, str) else json.dumps(document)
    (path / "labels" / "ferry.json").write_text(text, encoding="utf-8")
    return path


def test_a_good_label_has_no_problems() -> None:
    assert problems(LABEL, FACT) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"content": [{"start": 0, "end": 17, "text": "The ferry is sunk"}]}, "is 'The ferry is safe' in the article"),
        ({"content": [{"start": 0, "end": 900, "text": TEXT}]}, "ends behind the article, which has 61 characters"),
        ({"cue": {"start": 5, "end": 5, "text": ""}}, "cue 5:5 is empty"),
        ({"content": [{"start": 17, "end": 19, "text": ", "}]}, "content has no word"),
        ({"content": [span(TEXT, "is safe"), span(TEXT, "The ferry")]}, "overlap or are out of order"),
        ({"content": [span(TEXT, "ferry is"), span(TEXT, "is safe")]}, "overlap or are out of order"),
        ({"content": []}, "content: Tuple should have at least 1 item"),
        ({"cue": {"start": 0, "end": 4, "text": "said"}}, "cue 0:4 is 'The ' in the article, not 'said'"),
        ({"stance": "pro"}, "stance: Input should be 'favor', 'against' or 'neutral', not 'pro'"),
        ({"quotation": "Direct"}, "quotation: Input should be"),
        ({"kind": "opinion"}, "kind: Input should be 'claim' or 'fact'"),
        ({"date": {"value": "2024-02-30"}}, "date '2024-02-30' is not YYYY-MM-DD"),
        ({"date_alternatives": ["May"]}, "date 'May' is not YYYY-MM-DD"),
        ({"date": {"value": None, "text": None}}, "date is empty: write null"),
        ({"speaker": {"name": None, "mention": None}}, "speaker has neither name nor mention"),
        ({"kind": "fact"}, "a fact has no speaker, cue"),
        ({"sentiment": "good"}, "sentiment: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_with_a_label_is_named(change: dict[str, Any], reason: str) -> None:
    [problem] = problems(LABEL | change)
    assert problem.startswith("ferry.json: label 1: ")
    assert reason in problem


def test_a_repeated_label_is_a_problem() -> None:
    assert problems(LABEL, FACT, LABEL) == ["ferry.json: label 3: is the same as label 1"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], 'is not an object with "id" and a list of "labels"'),
        ({"id": "ferry"}, 'is not an object with "id" and a list of "labels"'),
        ({"id": "boat", "labels": []}, "\"id\" is 'boat', the article is 'ferry'"),
        ({"id": "ferry", "labels": [], "by": "me"}, "unknown field 'by'"),
        ({"id": "ferry", "labels": [7]}, "label 1: label: Input should be a valid dictionary"),
        ('{"id": ', "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
    ids=str,
)
def test_a_file_that_is_no_label_file_is_refused(document: object, reason: str, tmp_path: Path) -> None:
    path = folder(tmp_path, document)
    with pytest.raises(GoldError) as raised:
        read_dataset(path)
    assert reason in str(raised.value)
    assert [str(problem) for problem in check_labels(path)] == [str(raised.value)]


def test_all_problems_of_a_folder_are_listed(tmp_path: Path) -> None:
    path = folder(tmp_path, {"id": "ferry", "labels": [LABEL | {"stance": "pro"}, FACT | {"cue": span(TEXT, "said")}]})
    (path / "labels" / "boat.json").write_text("{}", encoding="utf-8")
    (path / "articles" / "tram.md").write_text("A tram.", encoding="utf-8")
    found = [(Path(problem.path).name, problem.where) for problem in check_labels(path)]
    assert found == [("labels", "tram"), ("boat.json", "file"), ("ferry.json", "label 1"), ("ferry.json", "label 2")]


def test_the_seeds_have_no_problems() -> None:
    assert list(check_labels(ROOT / "seeds")) == []


def test_the_schema_beside_the_seeds_is_that_of_the_models() -> None:
    """Regenerate it with `claimx gold schema > seeds/labels.schema.json`."""
    assert json.loads((ROOT / "seeds" / "labels.schema.json").read_text(encoding="utf-8")) == label_schema()


def test_offsets_count_code_points(tmp_path: Path) -> None:
    text = "🚢 “Sûr,” dit Zoë."
    path = folder(tmp_path, {"id": "ferry", "labels": [item(text, "Sûr", speaker={"name": "Zoë"})]})
    (path / "articles" / "ferry.md").write_text(text, encoding="utf-8")
    [one] = read_dataset(path).articles
    assert (one.labels[0].content[0].start, one.article.text[3:6]) == (3, "Sûr")


@pytest.mark.parametrize("value", ["2024-13", "2024-00-01", "24", "2024-5-3", "2024-05-03T10:00", "٢٠٢٤", ""])
def test_only_calendar_dates_are_dates(value: str) -> None:
    assert not is_date_value(value)


# --- predictions ---------------------------------------------------------------------------------


def test_a_prediction_needs_only_article_kind_content_and_speaker(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(
        '{"article_id": "a", "kind": "claim", "content": [{"start": 0, "end": 5}], "speaker": "Ann Poe", "x": 1}\n\n'
        '{"article_id": "a", "kind": "claim", "content": [{"start": 9, "end": 12}], "speaker": null}\n',
        encoding="utf-8",
    )
    predictions = read_predictions(path)
    first, second = predictions.by_article["a"]
    assert first.speaker is not None
    assert (first.speaker.name, second.speaker, predictions.fields) == ("Ann Poe", None, frozenset())


def test_a_target_and_a_date_may_be_bare_strings(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    line = {"article_id": "a", "kind": "fact", "content": [{"start": 0, "end": 5}], "speaker": None}
    path.write_text(json.dumps(line | {"target": "the ferry", "date": "2024-05"}), encoding="utf-8")
    [only] = read_predictions(path).by_article["a"]
    assert (only.target and only.target.name, only.date and only.date.value) == ("the ferry", "2024-05")
    assert read_predictions(path).fields == {"target", "date", "fact"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "label: Input should be a valid dictionary"),
        ('{"article_id": "a", "kind": "claim", "content": [{"start": 0, "end": 5}]}', "speaker: Field required"),
        (
            '{"article_id": "a", "kind": "claim", "speaker": null, "content": ["The ferry"]}',
            "content.0: Input should",
        ),
        ('{"article_id": "a", "kind": "claim", "speaker": null, "content": [{"start": 5, "end": 2}]}', "ends before"),
        (
            '{"article_id": "a", "kind": "claim", "speaker": null, "content": [{"start": -1, "end": 2}]}',
            "content.0.start",
        ),
        ("[" * 100_000, "not JSON"),
    ],
    ids=lambda value: value[:40],
)
def test_a_malformed_prediction_is_named_by_its_line(line: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldError) as raised:
        read_predictions(path)
    assert f"{path}: line 2: " in str(raised.value)
    assert reason in str(raised.value)


def test_a_file_of_predictions_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="cannot be read"):
        read_predictions(tmp_path / "none.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldError, match="not UTF-8"):
        read_predictions(tmp_path / "binary.jsonl")
