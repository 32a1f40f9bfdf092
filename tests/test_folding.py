"""Folding forgives typography, and every match leads back to the article's own characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claimx.claims.folding import fold


@given(st.text())
def test_every_folded_character_knows_where_it_comes_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert folded.starts == sorted(folded.starts)


@given(st.text(max_size=40), st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_what_is_found_folds_to_what_was_sought(before: str, words: str, after: str) -> None:
    text = f"{before} {words} {after}"
    for start, end in fold(text).find(words):
        assert fold(text[start:end]).text.strip() == fold(words).text.strip()


def test_a_match_does_not_end_within_an_ellipsis() -> None:
    assert fold("so… it goes").find("so.") == []
