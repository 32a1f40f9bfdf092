"""Chunks tile the article and end where a reader would pause."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimx.article.chunks import count_tokens, split_article
from claimx.article.quotations import find_quotations
from claimx.schema import Article

PIECES = st.sampled_from(
    [
        "Ann Poe said it rained. ",
        "“A long day,” he said. ",
        "\n\n",
        "\r\n\r\n",
        "No! ",
        '"Stop',
        '" she said.',
        "東京は雨だった。",
        "x" * 90,
        " ",
        "Dr. Rae left; ",
    ]
)


def article(text: str) -> Article:
    return Article(id="a", text=text)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=600), st.lists(PIECES, max_size=80).map("".join)), st.integers(10, 120))
def test_chunks_tile_the_article(text: str, budget: int) -> None:
    chunks = split_article(article(text), budget)
    assert "".join(chunk.text for chunk in chunks) == text
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert count_tokens(chunk.text) <= budget


def test_most_articles_are_one_chunk() -> None:
    assert len(split_article(article("A short story. " * 300), 1800)) == 1


def test_a_cut_is_made_after_a_paragraph_where_one_ends() -> None:
    text = "\n\n".join("One sentence follows another here. " * 6 for _ in range(4))
    for chunk in split_article(article(text), 130)[:-1]:
        assert chunk.text.endswith("\n\n")


def test_a_quotation_that_fits_is_never_split() -> None:
    quotation = "“We waited. We waited again. Then we waited some more. Nobody came.”"
    text = " ".join(f"Resident number {n} spoke. {quotation} The meeting went on." for n in range(40))
    cuts = [chunk.end for chunk in split_article(article(text), 60)[:-1]]
    for found in find_quotations(text):
        assert not any(found.start < cut < found.end for cut in cuts)


@pytest.mark.parametrize(
    "clause",
    ["Ann Poe asked.", "asked the harbour master of the town, who had come.", "Dr. Rae said, and left the hall."],
)
def test_who_spoke_stays_with_the_quotation(clause: str) -> None:
    asked = f"“Who pays for the wall?” {clause}"
    text = " ".join(f"{asked} The rain of the night had by then reached the lower streets of town." for _ in range(30))
    for budget in range(40, 90):
        chunks = split_article(article(text), budget)
        assert sum(chunk.text.count(asked) for chunk in chunks) == 30


def test_after_a_quotation_that_ends_a_matter_a_cut_is_made() -> None:
    text = "“Who pays for the wall?” The rain of the night had by then reached the lower streets of town. " * 30
    assert any(chunk.text.rstrip().endswith("”") for chunk in split_article(article(text), 40)[:-1])


def test_a_clause_that_does_not_fit_beside_its_quotation_is_cut_off_rather_than_the_quotation_split() -> None:
    quotation = "“We waited. We waited again. Then we waited some more. Nobody came.”"
    text = f"{quotation} Ann Poe said. " * 10
    for chunk in split_article(article(text), 18):
        assert chunk.text.count("“") == chunk.text.count("”")


def test_a_quotation_of_several_paragraphs_that_fits_is_kept_whole() -> None:
    speech = "“First we built the wall. It took a year.\n\n“Then we built the gate. It took a week.”"
    text = "\n\n".join(["Before it all began. " * 12, speech, "After it all ended. " * 12])
    chunks = split_article(article(text), 90)
    assert any(speech in chunk.text for chunk in chunks)


def test_what_precedes_a_chunk_is_its_context() -> None:
    text = "\n\n".join(f"Paragraph {n} speaks of the harbour. " * 5 for n in range(12))
    chunks = split_article(article(text), 120)
    assert chunks[0].context == ""
    for chunk in chunks[1:]:
        assert chunk.context
        assert text[: chunk.start].rstrip().endswith(chunk.context)


@pytest.mark.parametrize("text", ["", "\n\n", "x" * 30_000, "\r\n" * 5_000, "a " * 20_000])
def test_texts_without_pauses_are_cut_all_the_same(text: str) -> None:
    chunks = split_article(article(text), 50)
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(not (a.text.endswith("\r") and b.text.startswith("\n")) for a, b in pairwise(chunks))
