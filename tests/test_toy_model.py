"""The model that the tests write for llama.cpp: what must hold for it to recite a text to its end."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import example, given

from tests.servers.recital import ANSWER
from tests.servers.toy_model import cut_once_each, learn_merges

TEXTS = st.text(alphabet='ab{}[]",: \n', min_size=3)


@given(TEXTS)
@example(ANSWER.model_dump_json())
@example("a a a a a a a")
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(cut_once_each(text)) == text


@given(TEXTS)
@example(ANSWER.model_dump_json())
@example('{"a": 1}{"a": 1}{"a": 1}')
def test_no_piece_occurs_twice(text: str) -> None:
    """Each piece is a state of the chain: one that occurred twice would lead back to its first successor."""
    pieces = cut_once_each(text)
    assert len(set(pieces)) == len(pieces)


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_no_piece_is_one_of_those_before(text: str, earlier: list[str]) -> None:
    pieces = cut_once_each(text, earlier)
    assert not set(pieces[:-1]) & set(earlier)


def test_what_occurs_most_is_joined_first() -> None:
    assert learn_merges("the then there heat", 3) == (("h", "e"), ("t", "he"), (" ", "the"))
