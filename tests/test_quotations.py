import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.quotations import find_quotations

MARKED = st.text(alphabet="ab s.,\n\"“”„‟'‘’‚«»‹›「」`", max_size=120)


def inner(text: str) -> list[str]:
    return [text[q.inner_start : q.inner_end] for q in find_quotations(text)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('"Rain," she said, "and wind."', ["Rain,", "and wind."]),
        ("“Rain,” she said, “and wind.”", ["Rain,", "and wind."]),
        ("'Rain,' she said, 'and wind.'", ["Rain,", "and wind."]),
        ("‘Rain,’ she said, ‘and wind.’", ["Rain,", "and wind."]),
        ("« De la pluie », dit-elle.", ["De la pluie"]),
        ("»Regen«, sagte sie. «Regen», sagte er.", ["Regen", "Regen"]),
        ("„Regen“, sagte sie. „Wind”, odpowiedział.", ["Regen", "Wind"]),
        ("”Regn”, sade hon.", ["Regn"]),
        ("「雨」と言った。", ["雨"]),
        ("``Rain,'' she said.", ["Rain,"]),
        ("''Rain,'' she said, ''and 'wind'.''", ["Rain,", "and 'wind'."]),
        ("The harbour (“closed”) was open.", ["closed"]),
        ("“Rain,“ she said.", ["Rain,"]),
    ],
)
def test_every_style_of_marks_is_known(text: str, quoted: list[str]) -> None:
    assert inner(text) == quoted


@pytest.mark.parametrize(
    "text",
    [
        "Don't, it's the boats' fault.",
        "In the '90s, rock 'n' roll.",
        "He’s six feet, 6' 2\" tall.",
        "Tell 'em it ain't so.",
        "The Joneses’ dog.",
    ],
)
def test_an_apostrophe_is_not_a_mark(text: str) -> None:
    assert inner(text) == []


def test_a_plural_possessive_does_not_end_a_british_quotation() -> None:
    assert inner("He called it 'the sailors' own fault' and left.") == ["the sailors' own fault"]


def test_a_quotation_within_a_quotation_belongs_to_it() -> None:
    assert inner("“She said ‘never’ to me,” he said.") == ["She said ‘never’ to me,"]


def test_a_quotation_over_paragraphs_has_one_span_each_and_says_that_it_continues() -> None:
    text = "“It rained.\n\n“It poured,” she said.\n\n“Enough.”"
    assert inner(text) == ["It rained.", "It poured,", "Enough."]
    assert [q.continues for q in find_quotations(text)] == [True, False, False]


def test_a_british_quotation_may_run_over_paragraphs_too() -> None:
    assert inner("‘It rained.\n\n‘It poured,’ she said.") == ["It rained.", "It poured,"]


@pytest.mark.parametrize("mark", ['"', "“", "«", "「", "``"])
def test_a_mark_left_open_ends_with_its_paragraph(mark: str) -> None:
    text = f"She said {mark}never again.\n\nThe rest of the article is long.\n\nAnd longer."
    assert inner(text) == ["never again."]


def test_a_second_opening_ends_a_quotation_that_was_left_open() -> None:
    assert inner("“It rained, she said. “It poured.”") == ["It rained, she said.", "It poured."]


@given(MARKED)
def test_quotations_lie_in_order_within_the_text_and_hold_their_inner_span(text: str) -> None:
    quotations = find_quotations(text)
    assert all(0 <= q.start < q.inner_start <= q.inner_end <= q.end <= len(text) for q in quotations)
    assert all(a.end <= b.start for a, b in pairwise(quotations))


@given(MARKED)
def test_no_quotation_crosses_a_blank_line(text: str) -> None:
    assert not any("\n\n" in text[q.start : q.end] for q in find_quotations(text))


@pytest.mark.parametrize("unit", ["'a ", "“a ", '"a ', "a' ", '‘a " ', "« ", "``a ''"])
def test_many_marks_take_time_in_proportion(unit: str) -> None:
    started = time.perf_counter()
    find_quotations(unit * 100_000)
    assert time.perf_counter() - started < 5
