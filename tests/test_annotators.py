"""What people change in Label Studio and brat, and what comes of it: nothing is lost without a word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from claimx.errors import UsageError
from claimx.evaluation.datasets import check_labels
from claimx.evaluation.gold import Label
from claimx.report import brat, labelstudio
from claimx.report.corrections import Corrected, read_corrections, write_gold
from claimx.report.exports import write_export
from claimx.report.ledger import Ledger
from claimx.schema import Article, Claim
from tests.ledgers import ARTICLE, SAFE, TRAP
from tests.test_exports import annotated


def corrected(task: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The labels of one task, and what belongs to none."""
    found = labelstudio.from_task("export.json", task)
    assert found is not None
    return found[1], [str(stray) for stray in found[2]]


def task_of(*claims: Claim) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The pier's task as somebody accepted it, and its results, to be changed."""
    [task] = annotated([labelstudio.to_task(ARTICLE, claims)])
    return task, task["annotations"][0]["result"]


def place(words: str) -> dict[str, Any]:
    start = ARTICLE.text.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def test_a_region_that_was_moved_in_label_studio_is_a_span_that_was_moved() -> None:
    task, results = task_of(TRAP)
    for item in results:
        if item.get("id") == TRAP.id:
            item["value"] |= place("“a trap for small boats”") if item["type"] == "labels" else {}
    [label], strays = corrected(task)
    assert ([span["text"] for span in label["content"]], strays) == (["“a trap for small boats”"], [])
    assert label["speaker"]["name"] == "Paul Strand"


def test_choices_and_words_that_were_changed_in_label_studio_are_changed() -> None:
    task, results = task_of(TRAP)
    for item in results:
        if item.get("from_name") == "stance":
            item["value"]["choices"] = ["neutral"]
        if item.get("from_name") == "speaker":
            item["value"]["text"] = ["P. Strand"]
    results[:] = [item for item in results if item.get("from_name") != "target"]
    [label], _ = corrected(task)
    assert (label["stance"], label["speaker"]["name"], label["target"]) == ("neutral", "P. Strand", None)


def test_a_claim_that_was_deleted_in_label_studio_leaves_strays_until_its_parts_are_deleted_too() -> None:
    task, results = task_of(SAFE, TRAP)
    results[:] = [item for item in results if item.get("id") != SAFE.id]
    labels, strays = corrected(task)
    assert [label["text"] for label in labels] == [TRAP.text]
    assert [re.findall(r"the (\w+) '", stray) for stray in strays] == [["piece"], ["cue"], ["mention"], ["date"]]
    results[:] = [item for item in results if not str(item.get("id")).startswith(SAFE.id)]
    assert corrected(task) == (labels, [])


def test_a_claim_that_was_added_in_label_studio_takes_relations_of_either_direction() -> None:
    task, results = task_of()
    results += [
        {"id": "aa", "type": "labels", "from_name": "evidence", "to_name": "text", "value": {**place("The pier cost"), "labels": ["claim"]}},
        {"id": "bb", "type": "labels", "from_name": "evidence", "to_name": "text", "value": {**place("called"), "labels": ["cue"]}},
        {"id": "cc", "type": "labels", "from_name": "evidence", "to_name": "text", "value": {**place("He"), "labels": ["mention"]}},
        {"type": "relation", "from_id": "aa", "to_id": "bb", "direction": "right"},
        {"type": "relation", "from_id": "cc", "to_id": "aa", "direction": "left", "labels": []},
        {"type": "relation", "from_id": "aa", "to_id": "deleted", "direction": "right"},
    ]  # fmt: skip
    [label], strays = corrected(task)
    assert (label["cue"]["text"], label["speaker"]["mention"]["text"], strays) == ("called", "He", [])
    Label.model_validate(label)


def test_a_claim_that_becomes_a_fact_loses_what_only_claims_have(tmp_path: Path) -> None:
    task, results = task_of(TRAP)
    results[0]["value"]["labels"] = ["fact"]
    (tmp_path / "export.json").write_text(json.dumps([task]), encoding="utf-8")
    [item] = read_corrections("labelstudio", tmp_path / "export.json")
    assert item.labels[0]["kind"] == "fact"
    assert {item.labels[0][key] for key in ("stance", "cue", "speaker", "target", "quotation")} == {None}
    write_gold([item], tmp_path / "gold")
    assert list(check_labels(tmp_path / "gold")) == []


def edited(ann: str, *changes: tuple[str, str]) -> tuple[list[dict[str, Any]], list[str]]:
    for old, new in changes:
        assert old in ann
        ann = ann.replace(old, new, 1)
    labels, strays = brat.from_standoff("pier.ann", ARTICLE, ann)
    return labels, [str(stray) for stray in strays]


def test_what_annotators_change_in_brat_is_changed() -> None:
    """The content is moved, the stance turned, the note corrected, and comments are left on an event and a mark."""
    ann = brat.to_standoff([TRAP])
    [span], whole = TRAP.content, place("“a trap for small boats”")
    [label], strays = edited(
        ann + "#2\tAnnotatorNotes T1\tis this the whole of it?\n#3\tAnnotatorNotes E1\tsee the guide, page 3\n",
        (f"Content {span.start} {span.end}\t{span.text}", f"Content {whole['start']} {whole['end']}\t{whole['text']}"),
        ("Stance E1 against", "Stance E1 neutral"),
        ('"Paul Strand"', '"P. Strand"'),
        ('"new pier"}', '"new pier"} sic!'),
    )
    assert ([item["text"] for item in label["content"]], strays) == ([whole["text"]], [])
    assert (label["stance"], label["speaker"]["name"], label["target"]["name"]) == ("neutral", "P. Strand", "new pier")


def test_an_event_that_was_deleted_in_brat_is_no_label_and_its_marks_are_told() -> None:
    ann = "\n".join(line for line in brat.to_standoff([TRAP]).split("\n") if not re.match(r"E1|A\d|#1", line))
    labels, strays = edited(ann)
    assert labels == []
    assert [re.findall(r"the (\w+) '", stray) for stray in strays] == [["Content"], ["Cue"], ["Source"]]
    assert edited("") == ([], [])


def test_an_event_without_content_and_one_of_another_type_are_told() -> None:
    labels, strays = edited("T1\tAttribution 0 3\tThe\nT2\tRumour 0 3\tThe\nE1\tAttribution:T1\nE2\tRumour:T2\n")
    assert labels == []
    assert "line 3: E1, the Attribution, has no Content: draw an arc to it" in strays[0]
    assert "line 4: E2 is a 'Rumour', which is neither Attribution nor Fact" in strays[1]


def test_words_that_were_marked_across_a_line_in_brat_are_one_span() -> None:
    """brat leaves out the line break and the blanks around it."""
    article = Article(id="v", text="Ann Poe wrote: the lock holds  \n  and the quay sinks.")
    ann = "T1\tContent 15 29;34 52\tthe lock holds and the quay sinks\nT2\tFact 0 3\tAnn\nE1\tFact:T2 Content:T1\n"
    [label], _ = brat.from_standoff("v.ann", article, ann)
    assert [span["text"] for span in label["content"]] == ["the lock holds  \n  and the quay sinks"]


def test_two_tasks_of_one_article_are_refused() -> None:
    task, _ = task_of(TRAP)
    article, labels, _ = labelstudio.from_task("x", task) or pytest.fail("not annotated")
    with pytest.raises(UsageError, match="2 tasks are of the article 'pier'"):
        write_gold([Corrected(article, labels)] * 2, Path("gold"))


def test_annotations_that_may_have_been_corrected_are_not_overwritten(tmp_path: Path) -> None:
    write_export(Ledger((TRAP,)), {"pier": ARTICLE}, "brat", tmp_path)
    with pytest.raises(UsageError, match="has annotations already"):
        write_export(Ledger((TRAP,)), {"pier": ARTICLE}, "brat", tmp_path)


def test_the_interface_never_takes_the_place_of_the_tasks(tmp_path: Path) -> None:
    tasks, interface = write_export(Ledger((TRAP,)), {"pier": ARTICLE}, "labelstudio", tmp_path / "tasks.xml")
    assert tasks != interface
    assert json.loads(tasks.read_text(encoding="utf-8"))[0]["data"]["article_id"] == "pier"
