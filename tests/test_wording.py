"""What the characters tell: sentence, quotation type, nesting."""

from __future__ import annotations

import pytest

from claimx.claims.wording import Marks, Nesting, write_out
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
        ("Nothing of the content …zebra", ("it was late",), "Nothing of the content… zebra."),
        ("A full sentence needs nothing.", ("whatever",), "A full sentence needs nothing."),
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


def test_a_claim_within_a_claim_is_nested() -> None:
    text = "the clerk had told police that the door was open"
    outer, inner = spans(text, text), spans(text, "the door was open")
    nesting = Nesting([outer, inner])
    assert nesting.holds(inner)
    assert not nesting.holds(outer)
    assert not nesting.holds(spans(text, "the clerk had told police that the door was open"))


def test_one_claim_may_begin_where_the_claim_around_it_begins() -> None:
    text = "the door was open, the clerk said"
    outer, inner = spans(text, text), spans(text, "the door was open")
    assert Nesting([inner, outer]).holds(inner)
