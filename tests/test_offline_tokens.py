"""The words and marks of a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.quotations import find_quotations
from claimx.model.offline.tokens import Token, _words, tokenize

PIECES = [
    "Mr.",
    "J.",
    "U.S.",
    "Poe",
    "non-U.S.",
    "Poe’s",
    "didn’t",
    "3.5%",
    "$40",
    "said,",
    "well-known",
    "",
    "\n",
    "A",
]


def _tokens(text: str) -> list[Token]:
    quotations = find_quotations(text)
    return tokenize(text, 0, len(text), quotations, [quotation.start for quotation in quotations])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann J. Poe left.", ["Ann", "J.", "Poe", "left", "."]),
        ("It is plan J. nobody left.", ["It", "is", "plan", "J", ".", "nobody", "left", "."]),
        ("The U.S. Navy’s 3.5% rise", ["The", "U.S.", "Navy", "’s", "3.5%", "rise"]),
        ("Mr. Poe  didn’t\nask", ["Mr.", "Poe", "didn’t", "ask"]),
    ],
)
def test_stops_of_abbreviations_and_initials_belong_to_their_words(text: str, words: list[str]) -> None:
    assert [token.text for token in _tokens(text)] == words


@given(st.lists(st.sampled_from(PIECES) | st.text("aAz.’'sS-–,%$5&“” \n", max_size=4), max_size=12).map(" ".join))
def test_a_sentence_read_piece_by_piece_has_the_tokens_that_it_has_as_a_whole(text: str) -> None:
    """What is remembered of a piece must hold wherever it stands."""
    whole = [(start, end, word, lower, is_word) for start, end, word, lower, is_word in _words(text)]
    assert [(token.start, token.end, token.text, token.lower, token.is_word) for token in _tokens(text)] == whole


@given(st.text('aA.’s-,“”" \n', max_size=60))
def test_a_token_knows_the_quotation_that_it_begins_in(text: str) -> None:
    quotations = find_quotations(text)
    for token in _tokens(text):
        within = [
            number for number, quotation in enumerate(quotations) if quotation.start <= token.start < quotation.end
        ]
        assert [token.quotation] == (within or [-1])
        assert text[token.start : token.end] == token.text
