import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.names import PRONOUNS, find_names, strip_titles


def names(text: str) -> list[str]:
    return [text[start:end] for start, end in find_names(text)]


@pytest.mark.parametrize(
    "name",
    [
        "Ilse Marrant",
        "d'Aubrac",
        "O'Neill",
        "Jan van der Berg",
        "Żelechniak",
        "Ministry of Public Works",
        "Department of Food and Forestry",
        "University of the Highlands",
        "Marsh & Lowe",
        "J. B. Okafor",
        "McAllister",
        "Mr. Okafor",
        "UNHCR",
        "Harbour Pilots' Association",
        "Okafor Shipping Corp.",
    ],
)
def test_a_name_is_found_whole(name: str) -> None:
    assert names(f"We saw {name} yesterday.") == [name]


@pytest.mark.parametrize(
    "text", ["The harbour closed.", "Yesterday it rained.", "Police came. However, they left.", "So I went in May."]
)
def test_a_capital_that_only_opens_a_sentence_names_nobody(text: str) -> None:
    assert names(text) == []


def test_the_first_word_of_a_sentence_counts_if_it_is_a_name_elsewhere() -> None:
    assert names("Teachers welcomed it. Marrant left; teachers saw Marrant go.") == ["Marrant", "Marrant"]


def test_a_possessive_ends_a_name_and_is_no_part_of_it() -> None:
    assert names("They read Marrant's Budget Review.") == ["Marrant", "Budget Review"]


def test_a_weekday_is_no_part_of_a_name() -> None:
    assert names("He met the Harbour Agency on Friday and Ilse Marrant Monday.") == ["Harbour Agency", "Ilse Marrant"]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Finance Minister Ilse Marrant", "Ilse Marrant"),
        ("Mr Okafor", "Okafor"),
        ("Dr. Okafor", "Okafor"),
        ("Secretary of State Ilse Marrant", "Ilse Marrant"),
        ("the council's leader, Ilse Marrant", "Ilse Marrant"),
        ("Justice Department", "Justice Department"),
        ("the mayor", "the mayor"),
        ("Ilse Marrant", "Ilse Marrant"),
        ("", ""),
    ],
)
def test_titles_are_taken_off_the_front_if_a_name_remains(name: str, bare: str) -> None:
    assert strip_titles(name) == bare


def test_a_pronoun_tells_gender_and_number() -> None:
    assert (PRONOUNS["she"].gender, PRONOUNS["she"].is_plural, PRONOUNS["they"].gender) == ("female", False, None)


@given(st.text(alphabet="Aab O'.-&é\n“Ż", max_size=120))
def test_names_lie_in_order_within_the_text_and_hold_a_capital(text: str) -> None:
    spans = find_names(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(any(c.isupper() for c in text[start:end]) for start, end in spans)


@pytest.mark.parametrize("unit", ["A ", "van ", "A.", "Bank of ", "d'", "Aa-", "A, B and "])
def test_hostile_text_takes_time_in_proportion(unit: str) -> None:
    started = time.perf_counter()
    find_names(unit * 50_000)
    assert time.perf_counter() - started < 5
