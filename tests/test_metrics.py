"""Figures worked out by hand, each case small enough to check by eye."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.errors import GoldError
from claimx.evaluation.anatomy import CLASSES
from claimx.evaluation.datasets import read_dataset
from claimx.evaluation.figures import FIGURES, compute_figures, stance_macro_f1
from claimx.evaluation.junit import to_junit
from claimx.evaluation.names import normalise_name
from claimx.evaluation.predictions import of_claims
from claimx.evaluation.result import Run, Spent, build_result
from claimx.evaluation.scoring import score_dataset
from claimx.schema import ChunkFailure, Claim, ClaimDate, Extraction, Span, Speaker, Target, Usage
from tests.labelled import (
    as_predictions,
    dataset,
    evaluated,
    figures,
    item,
    outcomes,
    predicted,
    predictions_of,
    span,
)

SEEDS = Path(__file__).parents[1] / "seeds"
Record = dict[str, Any]

FERRY = "The ferry is safe, Ann Poe said. Bo Lind denied that the harbour was closed."
ANN, BO = {"name": "Ann Poe"}, {"name": "Bo Lind"}
SAFE = item(FERRY, "The ferry is safe", speaker=ANN)
CLOSED = item(FERRY, "the harbour was closed", speaker=BO)
FULL = {"quotation": "indirect", "stance": "favor", "target": {"name": "ferry"}, "date": {"value": "2024-05"}}


def prf(found: dict[str, float], name: str) -> tuple[float | None, float | None, float | None]:
    return found.get(f"{name}_precision"), found.get(f"{name}_recall"), found.get(f"{name}_f1")


# --- by hand -------------------------------------------------------------------------------------


def test_one_of_two_claims_found_and_nothing_else() -> None:
    found = figures(dataset((FERRY, [SAFE, CLOSED])), predicted([SAFE]))
    assert prf(found, "detection") == (1, 0.5, 0.6667)
    assert prf(found, "attribution") == (1, 0.5, 0.6667)


def test_the_right_words_and_the_wrong_speaker_are_detected_but_not_attributed() -> None:
    found = figures(dataset((FERRY, [SAFE])), predicted([SAFE | {"speaker": BO}]))
    assert prf(found, "detection") == (1, 1, 1)
    assert prf(found, "attribution") == (0, 0, 0)
    assert found["speaker_accuracy"] == 0


def test_an_interrupted_quotation_is_one_claim_and_half_of_it_is_a_match() -> None:
    text = '"The old ferry is safe," Ann Poe said, "and it will sail."'
    gold = dataset((text, [item(text, "The old ferry is safe", "and it will sail", speaker=ANN)]))
    first = item(text, "The old ferry is safe", speaker=ANN)
    second = item(text, "and it will sail", speaker=ANN)
    assert prf(figures(gold, predicted([first])), "detection") == (1, 1, 1)  # 5 of 9 words
    assert prf(figures(gold, predicted([second])), "detection") == (0, 0, 0)  # 4 of 9 words
    assert prf(figures(gold, predicted([first, second])), "detection") == (0.5, 1, 0.6667)
    assert outcomes(gold, predicted([first, second])) == ["correct", "split"]


def test_one_prediction_covering_two_claims_is_at_most_one_of_them() -> None:
    text = "Ann Poe said the ferry is safe and added that the harbour is closed today."
    gold = dataset(
        (
            text,
            [
                item(text, "the ferry is safe", speaker=ANN),
                item(text, "the harbour is closed today", speaker=ANN),
            ],
        )
    )
    both = item(text, "the ferry is safe and added that the harbour is closed today", speaker=ANN)
    assert prf(figures(gold, predicted([both])), "detection") == (0, 0, 0)  # 4 of 12 and 5 of 12 words
    assert outcomes(gold, predicted([both])) == ["merged", "merged", "merged"]


def test_one_claim_in_two_halves_is_split() -> None:
    text = "Ann Poe said the ferry is safe, the harbour closed."
    gold = dataset((text, [item(text, "the ferry is safe, the harbour closed", speaker=ANN)]))
    halves = [item(text, "the ferry is", speaker=ANN), item(text, "the harbour closed", speaker=ANN)]
    assert prf(figures(gold, predicted(halves)), "detection") == (0, 0, 0)  # 3 of 7 words each
    assert outcomes(gold, predicted(halves)) == ["split", "split", "split"]


def test_too_little_of_a_claim_is_the_wrong_extent() -> None:
    gold = dataset((FERRY, [CLOSED]))
    assert outcomes(gold, predicted([item(FERRY, "harbour", speaker=BO)])) == ["wrong extent", "wrong extent"]


def test_a_word_in_common_is_not_yet_the_wrong_extent() -> None:
    gold = dataset((FERRY, [item(FERRY, "The ferry is safe", speaker=ANN)]))
    assert outcomes(gold, predicted([item(FERRY, "safe, Ann Poe said", speaker=ANN)])) == ["missed", "spurious"]


def test_optional_gold_that_is_missed_is_uncounted() -> None:
    assert outcomes(dataset((FERRY, [SAFE, CLOSED | {"optional": True}])), predicted([SAFE])) == [
        "correct",
        "uncounted",
    ]


def test_optional_gold_counts_neither_when_it_is_found_nor_when_it_is_missed() -> None:
    gold = dataset((FERRY, [SAFE, CLOSED | {"optional": True}]))
    for predictions in (predicted([SAFE]), predicted([SAFE, CLOSED])):
        assert prf(figures(gold, predictions), "attribution") == (1, 1, 1)


def test_a_prediction_that_touches_only_optional_gold_is_no_error() -> None:
    gold = dataset((FERRY, [SAFE, CLOSED | {"optional": True}]))
    found = figures(gold, predicted([SAFE, item(FERRY, "closed", speaker=ANN)]))
    assert prf(found, "detection") == (1, 1, 1)


def test_a_prediction_that_touches_required_gold_too_is_an_error() -> None:
    gold = dataset((FERRY, [SAFE, CLOSED | {"optional": True}]))
    found = figures(gold, predicted([SAFE, item(FERRY, "safe, Ann Poe said. Bo Lind denied that the harbour")]))
    assert prf(found, "detection") == (0.5, 1, 0.6667)


def test_a_prediction_beside_all_gold_is_an_error() -> None:
    gold = dataset((FERRY, [SAFE, CLOSED | {"optional": True}]))
    found = figures(gold, predicted([SAFE, item(FERRY, "Bo Lind denied", speaker=ANN)]))
    assert prf(found, "detection") == (0.5, 1, 0.6667)


def test_nested_gold_has_a_recall_of_its_own() -> None:
    text = "The prosecutor said the witness told police that Bo Lind left early."
    outer = item(text, "the witness told police that Bo Lind left early", speaker={"name": "The prosecutor"})
    inner = item(text, "Bo Lind left early", speaker={"name": "the witness"}, nested=True)
    gold = dataset((text, [outer | {"nested": False}, inner]))
    both, alone = figures(gold, predicted([outer, inner])), figures(gold, predicted([outer]))
    assert (both["nested_recall"], alone["nested_recall"]) == (1, 0)
    assert prf(both, "attribution") == prf(alone, "attribution") == (1, 1, 1)


def test_nested_gold_that_is_optional_counts_nowhere() -> None:
    gold = dataset((FERRY, [SAFE, CLOSED | {"nested": True, "optional": True}]))
    assert "nested_recall" not in figures(gold, predicted([SAFE]))


def test_an_accepted_stance_is_right_and_another_is_not() -> None:
    gold = dataset((FERRY, [SAFE | {"stance": "favor", "stance_alternatives": ["neutral"]}]))
    right, wrong = predicted([SAFE | {"stance": "neutral"}]), predicted([SAFE | {"stance": "against"}])
    assert figures(gold, right)["stance_accuracy"] == figures(gold, right)["stance_macro_f1"] == 1
    assert figures(gold, wrong)["stance_accuracy"] == figures(gold, wrong)["stance_macro_f1"] == 0


def test_a_date_that_may_be_missing_is_right_in_both_ways() -> None:
    gold = dataset((FERRY, [SAFE | {"date": {"value": "2024-05-03"}, "date_alternatives": [None]}]))
    given = [{"value": "2024-05-03"}, None, {"value": "2024-05"}]
    found = [figures(gold, predicted([SAFE | {"date": date}]))["date_accuracy"] for date in given]
    assert found == [1, 1, 0]


def test_gold_without_a_speaker_pairs_only_with_none() -> None:
    gold = dataset((FERRY, [SAFE | {"speaker": None}]))
    assert figures(gold, predicted([SAFE | {"speaker": None}]))["attribution_f1"] == 1
    assert figures(gold, predicted([SAFE]))["attribution_f1"] == 0


def test_a_prediction_without_a_speaker_is_not_attributed() -> None:
    assert figures(dataset((FERRY, [SAFE])), predicted([SAFE | {"speaker": None}]))["attribution_f1"] == 0


def test_where_gold_has_only_a_mention_the_mentions_share_a_word() -> None:
    text = "The ferry is safe, the harbour master said. The master of the ferry agreed."
    gold = dataset((text, [item(text, "The ferry is safe", speaker={"mention": "the harbour master"})]))

    def attributed(speaker: Record) -> float:
        return figures(gold, predicted([item(text, "The ferry is safe", speaker=speaker)]))["attribution_f1"]

    assert attributed({"name": "X", "mention": "master said"}) == 1
    assert attributed({"name": "the harbour master", "mention": "The master of the ferry"}) == 0
    assert attributed({"name": "Master Mariner"}) == 1
    assert attributed({"name": "the ferryman"}) == 0


@pytest.mark.parametrize(
    ("name", "is_right"),
    [("Ann Poe", 1), ("Mayor Ann Poe", 1), ("POE", 1), ("the mayor's", 1), ("Ann", 0), ("Bo Lind", 0), ("", 0)],
)
def test_a_speaker_is_right_by_name_or_alias(name: str, is_right: int) -> None:
    gold = dataset((FERRY, [SAFE | {"speaker": {"name": "Ann Poe", "aliases": ["Poe", "mayor"]}}]))
    assert figures(gold, predicted([SAFE | {"speaker": {"name": name}}]))["speaker_accuracy"] == is_right


def test_a_predicted_mention_stands_in_for_a_name() -> None:
    speaker = {"mention": span(FERRY, "Ann Poe")}
    assert figures(dataset((FERRY, [SAFE])), predicted([SAFE | {"speaker": speaker}]))["speaker_accuracy"] == 1


def test_identical_claims_at_two_places_are_two_claims() -> None:
    text = "It is safe, Ann Poe said. It is safe, Bo Lind said."
    first, second = item(text, "It is safe", speaker=ANN), item(text, "It is safe", nth=1, speaker=BO)
    gold = dataset((text, [first, second]))
    assert prf(figures(gold, predicted([second, first])), "attribution") == (1, 1, 1)
    assert prf(figures(gold, predicted([first, first])), "attribution") == (0.5, 0.5, 0.5)


def test_identical_claims_at_one_place_are_told_apart_by_their_speakers() -> None:
    text = "It is safe, Ann Poe and Bo Lind said."
    gold = dataset((text, [item(text, "It is safe", speaker=ANN), item(text, "It is safe", speaker=BO)]))
    swapped = [item(text, "It is safe", speaker=BO), item(text, "It is safe", speaker=ANN)]
    assert figures(gold, predicted(swapped))["attribution_f1"] == 1


def test_a_claim_that_is_predicted_twice_is_once_spurious() -> None:
    gold = dataset((FERRY, [SAFE]))
    assert prf(figures(gold, predicted([SAFE, SAFE])), "detection") == (0.5, 1, 0.6667)
    assert outcomes(gold, predicted([SAFE, SAFE])) == ["correct", "spurious"]


def test_facts_are_scored_apart_from_claims() -> None:
    text = "The ferry sank on Monday. Ann Poe said it was safe."
    fact = item(text, "The ferry sank on Monday") | {"kind": "fact", "date": {"value": "2024-05-06"}}
    claim = item(text, "it was safe", speaker=ANN) | {"date": None}
    gold = dataset((text, [fact, claim]))
    found = figures(gold, predicted([claim, fact | {"date": {"value": "2024-05"}}]))
    assert prf(found, "facts") == prf(found, "detection") == (1, 1, 1)
    assert (found["fact_date_accuracy"], found["date_accuracy"]) == (0, 1)
    taken_for_a_claim = predicted([claim, fact | {"kind": "claim"}, fact | {"content": [span(text, "sank")]}])
    assert prf(figures(gold, taken_for_a_claim), "detection") == (0.5, 1, 0.6667)


def test_a_tuple_needs_speaker_stance_target_and_date() -> None:
    gold = dataset((FERRY, [SAFE | FULL, CLOSED | FULL]))
    wrong_target = CLOSED | FULL | {"target": {"name": "ships"}}
    found = figures(gold, predicted([SAFE | FULL, wrong_target]))
    assert prf(found, "tuple") == (0.5, 0.5, 0.5)
    assert prf(found, "attribution") == (1, 1, 1)
    assert (found["target_accuracy"], found["stance_accuracy"], found["date_accuracy"]) == (0.5, 1, 1)


def test_a_target_is_right_by_name_or_alias() -> None:
    gold = dataset((FERRY, [SAFE | {"target": {"name": "ferry", "aliases": ["ferry service"]}}]))
    names = ["the ferry", "Ferry Service", "the harbour"]
    found = [figures(gold, predicted([SAFE | {"target": name}]))["target_accuracy"] for name in names]
    assert found == [1, 1, 0]


def test_recall_goes_by_the_golds_quotation_type_and_precision_by_the_predictions() -> None:
    gold = dataset((FERRY, [SAFE | {"quotation": "direct"}, CLOSED | {"quotation": "indirect"}]))
    found = figures(gold, predicted([SAFE | {"quotation": "indirect"}, CLOSED | {"quotation": "indirect"}]))
    assert found["quotation_accuracy"] == 0.5
    assert prf(found, "detection_direct") == (None, 1, 0)
    assert prf(found, "detection_indirect") == (1, 1, 1)


def test_cues_are_right_when_they_share_a_word() -> None:
    text = "Ann Poe has said: it is safe."
    gold = dataset((text, [item(text, "it is safe", speaker=ANN, cue="said")]))
    cues = ["has said", "has", None]
    found = [figures(gold, predicted([item(text, "it is safe", speaker=ANN, cue=cue)]))["cue_accuracy"] for cue in cues]
    assert found == [1, 0, 0]
    colon = dataset((text, [item(text, "it is safe", speaker=ANN, cue=":")]))
    assert figures(colon, predicted([item(text, "it is safe", speaker=ANN, cue="said:")]))["cue_accuracy"] == 1


def test_content_is_exact_when_the_words_are_the_same() -> None:
    gold = dataset((FERRY, [SAFE, CLOSED]))
    longer = item(FERRY, "The ferry is safe,", speaker=ANN), item(FERRY, "the harbour was", speaker=BO)
    assert figures(gold, predicted([*longer]))["exact_content"] == 0.5


def test_content_that_lacks_one_word_of_twelve_is_not_exact() -> None:
    text = "One two three four five six seven eight nine ten eleven twelve."
    gold = dataset((text, [item(text, text)]))
    found = figures(gold, predicted([item(text, text.removesuffix(" twelve."))]))
    assert (found["detection_f1"], found["exact_content"]) == (1, 0)


def test_a_span_that_is_not_in_the_article_is_counted_as_evidence_that_fails() -> None:
    forged = SAFE | {"content": [{**SAFE["content"][0], "text": "The ferry is unsafe"}]}
    beyond = CLOSED | {"cue": {"start": 900, "end": 904, "text": "said"}}
    assert figures(dataset((FERRY, [SAFE, CLOSED])), predicted([forged, beyond]))["evidence"] == round(1 / 3, 4)


def test_macro_f1_is_the_mean_over_stances_that_occur() -> None:
    # favor: 2 of 3 gold found, 2 predicted: F1 .8; against: 1 of 1 found, 2 predicted: F1 2/3; neutral does not occur.
    counts = {"stance:favor>favor": 2, "stance:favor>against": 1, "stance:against>against": 1}
    assert stance_macro_f1(counts) == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_stance_that_is_not_given_is_wrong() -> None:
    gold = dataset((FERRY, [SAFE | FULL, CLOSED | FULL]))
    result, _ = evaluated(gold, predicted([SAFE | FULL, CLOSED | FULL | {"stance": None}]))
    assert result.value("stance_accuracy") == 0.5
    assert result.confusion["favor"] == {"favor": 1, "against": 0, "neutral": 0, "None": 1}


def test_a_span_that_ends_behind_the_article_is_no_evidence() -> None:
    """A slice would forgive it."""
    tail = {"start": FERRY.index("closed."), "end": len(FERRY) + 5, "text": "closed."}
    assert figures(dataset((FERRY, [SAFE])), predicted([SAFE | {"content": [tail]}]))["evidence"] == 0


def test_predictions_made_on_another_text_of_the_article_are_refused() -> None:
    gold = dataset((FERRY, [SAFE]))
    digest = gold.articles[0].article.digest
    assert figures(gold, predicted([SAFE | {"article_digest": digest}]))["detection_f1"] == 1
    with pytest.raises(GoldError, match="another text"):
        figures(gold, predicted([SAFE, CLOSED | {"article_digest": digest[::-1]}]))


# --- unscored is not zero ------------------------------------------------------------------------


def test_what_predictions_do_not_have_is_not_scored() -> None:
    found = figures(dataset((FERRY, [SAFE | FULL])), predicted([SAFE]))
    assert found["attribution_f1"] == 1
    assert not found.keys() & {"stance_accuracy", "target_accuracy", "date_accuracy", "tuple_f1", "quotation_accuracy"}
    assert prf(found, "detection_indirect") == (None, 1, None)


def test_what_gold_does_not_label_is_not_scored() -> None:
    fact = item(FERRY, "Bo Lind") | {"kind": "fact"}
    found = figures(dataset((FERRY, [SAFE])), predicted([SAFE | FULL, fact]))
    assert found["detection_f1"] == 1
    assert not found.keys() & {"facts_f1", "stance_accuracy", "tuple_f1", "nested_recall", "detection_indirect_recall"}


def test_no_predictions_at_all_are_a_recall_of_zero_and_no_precision() -> None:
    found = figures(dataset((FERRY, [SAFE, CLOSED])), predicted([]))
    assert prf(found, "attribution") == (None, 0, 0)
    assert outcomes(dataset((FERRY, [SAFE])), predicted([])) == ["missed"]


def test_an_article_without_labels_makes_every_prediction_spurious() -> None:
    found = figures(dataset((FERRY, [])), predicted([SAFE]))
    assert prf(found, "attribution") == (0, None, 0)


def test_spans_without_text_are_no_evidence_for_or_against() -> None:
    bare = SAFE | {"content": [{"start": 0, "end": 17}]}
    assert "evidence" not in figures(dataset((FERRY, [SAFE])), predicted([bare]))


# --- whatever comes ---

WORDS = "one two three four five six seven eight nine ten"
stretches = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda pair: WORDS.split()[pair[0] : sum(pair)])
records = st.builds(
    lambda words, speaker, optional, nested: (
        item(WORDS, " ".join(words), speaker={"name": speaker}) | {"optional": optional, "nested": nested}
    ),
    stretches,
    st.sampled_from(["Ann Poe", "Bo Lind"]),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(records, max_size=6), st.lists(records, max_size=6))
def test_counts_keep_their_bounds_whatever_is_predicted(gold: list[Record], found: list[Record]) -> None:
    result, scores = evaluated(dataset((WORDS, gold)), predicted(found))
    counts = result.counts
    assert counts["attribution.found"] <= counts["detection.found"] <= counts["detection.gold"]
    assert counts["detection.found"] <= counts["detection.predicted"] <= len(found)
    assert sum(outcome.gold is not None for outcome in scores[0].outcomes) == len(gold)
    assert sum(outcome.predicted is not None for outcome in scores[0].outcomes) == len(found)


@given(st.lists(records, max_size=6), st.lists(records, max_size=6))
def test_optional_and_nested_gold_only_ever_excuses_predictions(gold: list[Record], found: list[Record]) -> None:
    required = [record for record in gold if not record["optional"] and not record["nested"]]
    whole = evaluated(dataset((WORDS, gold)), predicted(found))[0].counts
    without = evaluated(dataset((WORDS, required)), predicted(found))[0].counts
    assert (whole["detection.gold"], whole["detection.found"]) == (len(required), without["detection.found"])
    assert whole["detection.predicted"] <= without["detection.predicted"]


@given(st.lists(records, max_size=6, unique_by=str))
def test_any_gold_against_itself_is_perfect(gold: list[Record]) -> None:
    assert set(figures(dataset((WORDS, gold)), predicted(gold)).values()) <= {1}


# --- what became of each -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, "correct"),
        ({"speaker": BO, "stance": "against"}, "wrong speaker"),
        ({"stance": "against", "date": None}, "wrong stance"),
        ({"target": {"name": "ships"}, "date": None}, "wrong target"),
        ({"date": None}, "wrong date"),
        ({"quotation": "direct"}, "correct"),
    ],
)
def test_a_pair_has_the_class_of_its_first_wrong_field(change: Record, outcome: str) -> None:
    assert outcomes(dataset((FERRY, [SAFE | FULL])), predicted([SAFE | FULL | change])) == [outcome]


def test_every_gold_and_predicted_claim_ends_in_one_class_and_the_classes_add_up() -> None:
    gold = read_dataset(SEEDS)
    records = degraded(as_predictions(gold), drop_some, swap_speakers, trim_content)
    result, scores = evaluated(gold, predictions_of(records))
    in_gold = [outcome.gold for score in scores for outcome in score.outcomes if outcome.gold]
    in_predicted = [outcome.predicted for score in scores for outcome in score.outcomes if outcome.predicted]
    assert len(in_gold) == result.gold.labels
    assert len(in_predicted) == len(records)
    counts = result.counts
    paired = sum(result.outcomes[name] for name in CLASSES if name == "correct" or name.startswith("wrong"))
    assert paired - result.outcomes["wrong extent"] == counts["detection.found"] + counts["facts.found"]


# --- the seeds -----------------------------------------------------------------------------------


def test_gold_against_itself_is_a_hundred_everywhere() -> None:
    gold = read_dataset(SEEDS)
    assert set(figures(gold, predictions_of(as_predictions(gold))).values()) == {1}
    assert len(figures(gold, predictions_of(as_predictions(gold)))) == len(FIGURES)


def test_claims_as_claimx_writes_them_score_like_any_prediction() -> None:
    claim = Claim(
        id="c-1",
        article_id="a0",
        kind="claim",
        text="The ferry is safe.",
        content=(Span.model_validate(SAFE["content"][0]),),
        quotation="indirect",
        speaker=Speaker(name="Ann Poe"),
        stance="favor",
        target=Target(name="the ferry"),
        date=ClaimDate(value="2024-05"),
    )
    assert figures(dataset((FERRY, [SAFE | FULL])), of_claims([claim]))["tuple_f1"] == 1


def test_what_a_run_took_is_summed_over_articles() -> None:
    gold = dataset((FERRY, [SAFE]), (FERRY, [SAFE]))
    extractions = tuple(
        Extraction(
            article_id=f"a{number}",
            article_digest="",
            model="m",
            prompt="p",
            failures=(ChunkFailure(chunk=0, start=0, end=9, error="busy"),) * number,
            usage=Usage(calls=2, prompt_tokens=10, completion_tokens=[5, None][number]),
            seconds=1.5,
        )
        for number in range(2)
    )
    run = Run("m", extractions=extractions, retries=3, seconds=2.0)
    result = build_result(gold, predicted(), score_dataset(gold, predicted()), run, resamples=10)
    assert result.spent == Spent(
        calls=4, retries=3, prompt_tokens=20, completion_tokens=None, rejected=0, failed_chunks=1, seconds=2.0
    )
    assert result.articles[1].spent.seconds == 1.5
    junit = ElementTree.fromstring(to_junit(result, []))[0]
    assert [case.find("error") is not None for case in junit] == [False, True]


def drop_some(record: Record, chance: random.Random) -> None:
    record["dropped"] = chance.random() < 0.2


def swap_speakers(record: Record, chance: random.Random) -> None:
    if record["speaker"] and chance.random() < 0.1:
        record["speaker"] = {"name": "Somebody Else"}


def shift_dates(record: Record, chance: random.Random) -> None:
    if record["date"] and chance.random() < 0.5:
        record["date"] = {"value": "1999-12-31"}


def flip_stance(record: Record, chance: random.Random) -> None:
    flipped = {"favor": "against", "against": "favor", "neutral": "favor", None: None}
    if chance.random() < 0.5:
        record["stance"] = flipped[record["stance"]]


def trim_content(record: Record, chance: random.Random) -> None:
    """Drop the last word of long contents: still a match, no longer exact."""
    last = record["content"][-1]
    words = last["text"].split(" ")
    if len(words) > 4 and any(character.isalnum() for character in words[-1]):
        text = " ".join(words[:-1])
        record["content"][-1] = {"start": last["start"], "end": last["start"] + len(text), "text": text}


def degraded(records: list[Record], *changes: Callable[[Record, random.Random], None]) -> list[Record]:
    chance = random.Random(7)
    changed = deepcopy(records)
    for record in changed:
        for change in changes:
            change(record, chance)
    return [record for record in changed if not record.pop("dropped", False)]


@pytest.mark.parametrize(
    ("change", "fallen"),
    [
        (swap_speakers, {"attribution", "tuple", "speaker_accuracy"}),
        (shift_dates, {"tuple", "date_accuracy", "fact_date_accuracy"}),
        (flip_stance, {"tuple", "stance_accuracy", "stance_macro_f1"}),
        (trim_content, {"exact_content"}),
    ],
    ids=["swapped speakers", "shifted dates", "flipped stances", "trimmed content"],
)
def test_a_planted_fault_moves_the_right_figures_and_only_those(
    change: Callable[[Record, random.Random], None], fallen: set[str]
) -> None:
    gold = read_dataset(SEEDS)
    found = figures(gold, predictions_of(degraded(as_predictions(gold), change)))
    moved = {name for name, value in found.items() if value < 1}
    assert {name for name in FIGURES if name.startswith(tuple(fallen))} == moved


def test_article_counts_add_up_to_the_whole() -> None:
    gold = read_dataset(SEEDS)
    result, _ = evaluated(gold, predictions_of(degraded(as_predictions(gold), drop_some)))
    again = compute_figures(result.counts)
    assert {name: figure.value for name, figure in result.figures.items()} == {
        name: None if value is None else round(value, 6) for name, value in again.items()
    }


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dr. Ann Poe", "ann poe"),
        ("The Ministry of Works", "ministry of works"),
        ("Ann Poe’s lawyer", "Ann Poe's lawyer"),
        ("U.N.", "UN"),
        ("Ｐｏｅ", "Poe"),
        ("Rail-Users Union", "Rail Users’ Union"),
    ],
)
def test_names_that_differ_in_dress_are_the_same(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Poe", "Bo Poe"),
        ("Ann Poe's lawyer", "Ann Poe"),
        ("the president", "the prime minister"),
        ("Prime Minister's Office", "Office"),
        ("Sánchez", "Sanchez"),
        ("Officer C", "Detective C"),
    ],
)
def test_names_of_others_stay_apart(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


def test_no_two_speakers_of_a_seed_become_one_by_normalisation() -> None:
    """Titles are taken off names; two people must not become one by that."""
    for one in read_dataset(SEEDS).articles:
        names = {label.speaker.name for label in one.labels if label.speaker and label.speaker.name}
        bare = {name.casefold().replace("-", " ").removeprefix("the ") for name in names}
        assert len({normalise_name(name) for name in names}) == len(bare)
