"""Intervals that hold what they promise, and comparisons that do not see what is not there."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from claimx.errors import GoldError, UsageError
from claimx.evaluation.bootstrap import bootstrap_intervals, percentile_interval, resample
from claimx.evaluation.compare import compare_results
from claimx.evaluation.counting import Counts
from claimx.evaluation.figures import FIGURES, total
from claimx.evaluation.layout import notes
from claimx.evaluation.result import Result, read_result, to_json
from tests.labelled import dataset, evaluated, item, predicted

F1 = FIGURES["attribution_f1"]
TEXT = "The ferry is safe, Ann Poe said. Bo Lind denied that the harbour was closed."
SAFE = item(TEXT, "The ferry is safe", speaker={"name": "Ann Poe"})
CLOSED = item(TEXT, "the harbour was closed", speaker={"name": "Bo Lind"})


def corpus(articles: int, chance: random.Random) -> list[Counts]:
    """Articles of very different length, on which a system does very differently."""
    rows = []
    for _ in range(articles):
        gold = 1 + int(chance.expovariate(1 / 15))
        skill = chance.betavariate(4, 4)
        found = sum(chance.random() < skill for _ in range(gold))
        spurious = sum(chance.random() > skill for _ in range(gold // 2 + 1))
        rows.append({"attribution.gold": gold, "attribution.found": found, "attribution.predicted": found + spurious})
    return rows


def f1_interval(systems: list[list[Counts]], seed: int) -> tuple[float, float]:
    """Of the F1 of one system, or the difference of two."""
    draws = [[F1(counts) or 0 for counts in drawn] for drawn in resample(systems, 300, seed)]
    interval = percentile_interval([values[-1] - (values[0] if len(values) > 1 else 0) for values in draws], 50)
    assert interval is not None
    return interval


def result(found: list[int], articles: int = 2, text: str = TEXT) -> Result:
    """A system that finds so many of the two claims of each article."""
    gold = dataset(*[(text, [SAFE, CLOSED])] * articles)
    return evaluated(gold, predicted(*[[SAFE, CLOSED][:number] for number in found]))[0]


def test_the_interval_of_fifty_articles_holds_the_truth_nineteen_times_in_twenty() -> None:
    chance = random.Random(2024)
    truth = F1(total(corpus(100_000, chance)))
    assert truth is not None
    held = sum(low <= truth <= high for low, high in (f1_interval([corpus(50, chance)], seed) for seed in range(1000)))
    assert 0.92 <= held / 1000 <= 0.98


def test_a_difference_that_is_not_there_is_seen_once_in_twenty_times() -> None:
    """Two systems of the same skill on 50 articles, many times over."""
    chance = random.Random(2025)
    intervals = (f1_interval([corpus(50, chance), corpus(50, chance)], seed) for seed in range(500))
    seen = sum(not low <= 0 <= high for low, high in intervals)
    assert 0.02 <= seen / 500 <= 0.08


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = corpus(30, random.Random(3))
    first = bootstrap_intervals(rows, resamples=100, seed=5)
    assert first == bootstrap_intervals(rows, resamples=100, seed=5)
    assert first["attribution_f1"] != bootstrap_intervals(rows, resamples=100, seed=6)["attribution_f1"]


def test_systems_are_resampled_on_the_same_articles() -> None:
    rows = [{"x": 2**number} for number in range(10)]
    assert all(first == second for first, second in resample([rows, rows], 50, 1))


def test_one_article_has_no_interval() -> None:
    assert set(bootstrap_intervals(corpus(1, random.Random(1)), resamples=20).values()) == {None}


@pytest.mark.parametrize(("articles", "rough"), [(19, True), (20, False)])
def test_fewer_than_twenty_articles_are_said_to_be_rough(articles: int, rough: bool) -> None:
    assert any("rough" in note for note in notes(result([1] * articles, articles))) == rough


def test_a_result_compared_with_itself_is_no_evidence_of_a_difference() -> None:
    same = result([2, 1, 0, 2], 4)
    differences = compare_results(same, same, resamples=50)
    assert {(item.difference, item.verdict) for item in differences} == {(0, "no evidence of a difference")}


def test_a_system_that_finds_more_everywhere_is_better() -> None:
    articles = 30
    differences = compare_results(result([1] * articles, articles), result([2] * articles, articles), resamples=50)
    verdicts = {item.name: item.verdict for item in differences}
    assert verdicts["attribution_recall"] == "better"
    assert verdicts["attribution_precision"] == "no evidence of a difference"
    back = compare_results(result([2] * articles, articles), result([1] * articles, articles), resamples=50)
    assert {item.name: item.verdict for item in back}["attribution_recall"] == "worse"


def test_the_difference_is_that_of_the_figures() -> None:
    [recall] = [
        item
        for item in compare_results(result([2, 1]), result([1, 0]), resamples=50)
        if item.name == "attribution_recall"
    ]
    assert (recall.first, recall.second, recall.difference) == (0.75, 0.25, -0.5)


def test_what_one_system_lacks_is_not_compared() -> None:
    gold = dataset(*[(TEXT, [SAFE | {"stance": "favor"}, CLOSED | {"stance": "against"}])] * 2)
    with_stance = evaluated(gold, predicted(*[[SAFE | {"stance": "favor"}]] * 2))[0]
    without = evaluated(gold, predicted(*[[SAFE]] * 2))[0]
    verdicts = {item.name: item.verdict for item in compare_results(with_stance, without, resamples=20)}
    assert verdicts["stance_accuracy"] == "not scored"
    assert "date_accuracy" not in verdicts


def test_results_on_different_gold_are_not_compared() -> None:
    with pytest.raises(UsageError, match="different gold"):
        compare_results(result([1, 1]), result([1, 1], text=TEXT + " "))


def test_a_result_survives_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(to_json(result([2, 1])), encoding="utf-8")
    assert read_result(path) == result([2, 1])
    assert to_json(read_result(path)) == path.read_text(encoding="utf-8")


def test_a_result_of_another_scorer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(to_json(result([2, 1])).replace('"scorer": "1"', '"scorer": "0"'), encoding="utf-8")
    with pytest.raises(UsageError, match="run claimx eval again"):
        read_result(path)


@pytest.mark.parametrize("content", ["{}", "[", '{"scorer": 1}'])
def test_a_file_that_is_no_result_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match="not a result of claimx eval --json"):
        read_result(path)
