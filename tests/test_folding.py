"""Folding forgives typography, and every match leads back to the article's own characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claimx.claims.folding import fold, fold_text


@given(st.text())
def test_every_folded_character_knows_where_it_comes_from(text: str) -> None:
    folded = fold(text)
    places = [folded.original(at) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.text(max_size=40), st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_what_is_found_folds_to_what_was_sought(before: str, words: str, after: str) -> None:
    text = f"{before} {words} {after}"
    for start, end in fold(text).find(words):
        assert fold(text[start:end]).text.strip() == fold(words).text.strip()


@given(st.text(alphabet="ab1 \n\t'\"-–…“”\u00ad\u0301é\u1100\u1161", max_size=30))
def test_the_text_alone_is_the_same(text: str) -> None:
    assert fold_text(text) == fold(text).text


def test_a_match_does_not_end_within_an_ellipsis() -> None:
    assert fold("so… it goes").find("so.") == []
