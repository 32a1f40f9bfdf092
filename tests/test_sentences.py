import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.sentences import split_paragraphs, split_sentences

PROSE = st.text(alphabet="aB.!? \n\r\t\"“”'😀é,", max_size=200)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It poured.", ["It rained.", "It poured."]),
        (
            "Dr. Poe of the U.S. Senate came at 5 p.m. on Jan. 5. She agreed.",
            ["Dr. Poe of the U.S. Senate came at 5 p.m. on Jan. 5.", "She agreed."],
        ),
        ("It rained when Ms. Poe left. She ran.", ["It rained when Ms. Poe left.", "She ran."]),
        ("“We won. At last!” he said. She left.", ["“We won. At last!” he said.", "She left."]),
        ("Costs rose 3.5 per cent. Why?\r\nNobody knows.", ["Costs rose 3.5 per cent.", "Why?", "Nobody knows."]),
        ("😀 It rained. 🏳️‍🌈 It poured.", ["😀 It rained.", "🏳️‍🌈 It poured."]),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_heading_without_a_full_stop_is_a_sentence_of_its_own() -> None:
    assert sentences("A heading\nThe first sentence.") == ["A heading", "The first sentence."]


def test_lines_wrapped_to_a_width_are_one_paragraph() -> None:
    line = "the harbour was closed for most of the day because of the fog and"
    text = f"{line}\n{line}\nreopened at dusk."
    assert split_paragraphs(text) == [(0, len(text))]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_blank_line_ends_a_sentence_whatever_the_line_ending(newline: str) -> None:
    assert sentences(f"No stop here{newline}{newline}and none here") == ["No stop here", "and none here"]


@given(PROSE)
def test_sentences_hold_every_character_but_white_space_once_and_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[s:e] for s, e in spans).split()) == "".join(text.split())


@given(PROSE)
def test_a_sentence_neither_begins_nor_ends_with_white_space(text: str) -> None:
    assert all(piece and piece == piece.strip() for piece in sentences(text))


def test_a_long_text_takes_time_in_proportion() -> None:
    text = "A word “and another. " * 40_000
    started = time.perf_counter()
    assert split_sentences(text)
    assert time.perf_counter() - started < 5
