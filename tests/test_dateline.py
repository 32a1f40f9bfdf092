"""The line that dates a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.dateline import find_date_line

BODY = "\n\nThe ferry to Sandholm was cancelled, the harbour master said on 2 January 2019.\n" * 30


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("25 October 2023", "2023-10-25"),
        ("Wednesday 25 October 2023", "2023-10-25"),
        ("Wednesday, October 25th, 2023 11:02 BST", "2023-10-25"),
        ("Oct. 5, 2023", "2023-10-05"),
        ("Sept 5 2023, 4:10 p.m. EDT", "2023-09-05"),
        ("2023-10-25", "2023-10-25"),
        ("2023-10-25T11:02:00+01:00", "2023-10-25"),
        ("Published 25 October 2023", "2023-10-25"),
        ("Published: 25 October 2023, 11:02", "2023-10-25"),
        ("First published on 25 October 2023 at 11:02", "2023-10-25"),
        ("POSTED 25 OCTOBER 2023", "2023-10-25"),
        ("Date: 2023-10-25", "2023-10-25"),
        ("Last updated 25 October 2023", "2023-10-25"),
        ("By Ann Poe | 25 October 2023 | 3 min read", "2023-10-25"),
        ("Updated 26 October 2023 | Published 25 October 2023", "2023-10-25"),
        ("SANDHOLM, 25 October 2023 (NWA) - The ferry sank.", "2023-10-25"),
        ("ST. OLVE-ON-SEA, Norrland, Oct. 25, 2023 /NewsDesk/ -- The ferry sank.", "2023-10-25"),
        ("ST. OLVE-ON-SEA, Norrland, Oct. 25, 2023 – The ferry sank.", "2023-10-25"),
        ("ÅRSVIK, 25 October 2023 (NWA) — The ferry sank.", "2023-10-25"),
        ("25 October", None),
        ("October 2023", None),
        ("25/10/2023", None),
        ("31 June 2023", None),
        ("On 25 October 2023 the ferry sank.", None),
        ("Friday, 27 October 2023 – a day to remember.", None),
        ("Published weekly since 25 October 1923 in Sandholm", None),
        ("By Ann Poe", None),
    ],
)
def test_only_a_full_date_that_stands_alone_dates_a_text(line: str, day: str | None) -> None:
    found = find_date_line(f"Ferry sinks\n{line}{BODY}")
    assert (found and found.day.isoformat()) == day


def test_the_words_that_tell_are_quoted_from_the_text() -> None:
    found = find_date_line("By Ann Poe | Published 25 October 2023 | 3 min read")
    assert found is not None
    assert found.words == "Published 25 October 2023"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Updated 4 May 2021\nPosted 3 May 2021", "2021-05-03"),
        ("4 May 2021\nPosted 3 May 2021", "2021-05-03"),
        ("Updated 4 May 2021\n3 May 2021", "2021-05-03"),
        ("Updated 4 May 2021\nOLVE, 3 May 2021 (NWA) - The ferry sank.", "2021-05-03"),
    ],
)
def test_publication_wins_over_a_dateline_a_bare_date_and_an_update(text: str, day: str) -> None:
    found = find_date_line(text + BODY)
    assert found is not None
    assert found.day.isoformat() == day


def test_bare_dates_that_differ_date_nothing() -> None:
    """They head the entries of a chronicle."""
    assert find_date_line("3 May 2019\nThe bridge is ordered.\n4 May 2020\nThe bridge falls.") is None


def test_the_last_lines_count_and_the_middle_does_not() -> None:
    end = find_date_line(f"Ferry sinks{BODY}\nPublished 25 October 2023\n")
    assert end is not None
    assert end.day.isoformat() == "2023-10-25"
    assert find_date_line(f"Ferry sinks{BODY}Published 25 October 2023{BODY}") is None


@given(st.text(alphabet="APubl may5 ,.:|-/()\n2021Z\x1b", max_size=300))
def test_the_words_are_always_in_the_text_and_harmless_to_print(text: str) -> None:
    found = find_date_line(text)
    assert found is None or (found.words in text and found.words.isprintable())
