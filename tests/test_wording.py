"""What the characters tell: sentence, quotation type, nesting."""

from __future__ import annotations

import pytest

from claimx.claims.wording import Marks, write_out
from claimx.schema import Span


def spans(text: str, *pieces: str) -> tuple[Span, ...]:
    return tuple(Span.of(text, text.index(piece), text.index(piece) + len(piece)) for piece in pieces)


def content(*pieces: str) -> tuple[Span, ...]:
    return tuple(Span(start=0, end=len(piece), text=piece) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "pieces", "written"),
    [
        ("…", ("the ferry was late",), "The ferry was late."),
        ("Ann Poe …again", ("she would test it again",), "Ann Poe would test it again."),
        (
            "The ferry company lost …",
            ("it lost 4 million crowns in May",),
            "The ferry company lost 4 million crowns in May.",
        ),
        (
            "The new harbour bridge …to cross",
            ('the new bridge was "safe to cross"',),
            "The new harbour bridge was safe to cross.",
        ),
        (
            "The ferry …in May, and …in June",
            ("it was late in May, and it sank in June",),
            "The ferry was late in May, and it sank in June.",
        ),
        ("Words of another kind …zebra", ("the ferry sank",), "Words of another kind… zebra."),
        ("A full sentence is kept.", ("whatever",), "A full sentence is kept."),
        ("The ministry promised …", ("no new taxes will come",), "The ministry promised no new taxes will come."),
        ("Ann Poe …", ("never took a bribe",), "Ann Poe never took a bribe."),
        ("…", ("It isn’t the steel", "It’s the water"), "It isn’t the steel. It’s the water."),
        ("…", ("The work was late", "and over budget"), "The work was late and over budget."),
    ],
)
def test_an_ellipsis_stands_for_words_of_the_content(text: str, pieces: tuple[str, ...], written: str) -> None:
    assert write_out(text, content(*pieces)) == written


@pytest.mark.parametrize(
    ("text", "pieces", "cue", "expected"),
    [
        ('"It is safe," she said.', ("It is safe",), "said", "direct"),
        ("She said it was safe.", ("it was safe",), "said", "indirect"),
        ('She said it was "quite safe" now.', ('it was "quite safe" now',), "said", "mixed"),
        ("«C’est sûr», dit-elle.", ("C’est sûr",), "dit", "direct"),
        ('"My doctor said it was nothing," he said.', ("it was nothing",), "doctor said", "indirect"),
        ("Q: Why?\n\nA: We were late. It rained.", ("We were late. It rained",), None, "direct"),
        ('"One,\n\n"and two," he said.', ("One", "and two"), "said", "direct"),
    ],
)
def test_the_quotation_type_is_the_one_that_the_characters_show(
    text: str, pieces: tuple[str, ...], cue: str | None, expected: str
) -> None:
    cue_span = Span.of(text, text.index(cue), text.index(cue) + len(cue)) if cue else None
    assert Marks(text).quotation_type(spans(text, *pieces), cue_span) == expected


@pytest.mark.parametrize(
    ("text", "piece", "cue"),
    [
        ("The bridge is not safe.", "the bridge is safe", "said"),
        ("The bridge is safe.", "the bridge is not safe", "said"),
        ("The bridge is unsafe.", "the bridge is safe", "said"),
        ("Five of 500 boats are late.", "some boats are late", "said"),
        ("", "the boats are late", "said"),
    ],
)
def test_a_sentence_that_says_something_else_is_not_trusted(text: str, piece: str, cue: str) -> None:
    """Nobody proves the model's sentence, so where it departs from the evidence the evidence is shown."""
    assert write_out(text, content(piece), cue=cue) == piece[0].upper() + piece[1:] + "."


@pytest.mark.parametrize(
    ("text", "piece", "cue", "known"),
    [
        ("The boats were not late.", "that the boats were late", "denied", ""),
        ("Nobody wants the damp back.", "does anybody want the damp back?", "asked", ""),
        ("The 14 boats are late.", "the boats are late", "said", "The 14 boats left."),
    ],
)
def test_a_denial_a_question_and_a_number_of_the_article_may_be_written_out(
    text: str, piece: str, cue: str, known: str
) -> None:
    assert write_out(text, content(piece), cue=cue, known=known) == text


def test_a_sentence_of_blanks_costs_no_time() -> None:
    assert write_out("a" + " " * 200_000 + "b", content("x")) == "A b."


def test_many_claims_over_the_same_marks_cost_no_time() -> None:
    text = '"It is safe." ' * 3000
    whole = (Span.of(text, 0, len(text)),)
    assert {Marks(text).quotation_type(whole, None)} == {"direct"}
