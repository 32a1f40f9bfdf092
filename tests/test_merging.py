"""One claim once, as the body has it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.claims.merging import digest_claim, merge_claims
from claimx.schema import Claim, Span, Speaker

TEXT = """Ferries 'will never sail on time'

Ada Thorn said the ferries will never sail on time. She was angry.

Thorn repeated that the ferries will never sail on time. "No," she said. "No," she said."""


def span(text: str, words: str, occurrence: int = 0) -> Span:
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(words, start + 1)
    return Span.of(text, start, start + len(words))


def made(
    words: str,
    occurrence: int = 0,
    *,
    text: str = TEXT,
    speaker: str = "Ada Thorn",
    cue: Span | None = None,
    **fields: Any,
) -> Claim:
    content = (span(text, words, occurrence),)
    return Claim(
        id=digest_claim("a", "claim", content, cue),
        article_id="a",
        kind="claim",
        text=words,
        content=content,
        cue=cue,
        speaker=Speaker(name=speaker),
        **fields,
    )


def fact(words: str, text: str, occurrence: int = 0) -> Claim:
    content = (span(text, words, occurrence),)
    return Claim(id=digest_claim("a", "fact", content, None), article_id="a", kind="fact", text=words, content=content)


def words_of(claims: Sequence[Claim]) -> list[str]:
    return [claim.content[0].text for claim in claims]


def test_the_same_span_twice_is_one_claim() -> None:
    assert len(merge_claims(TEXT, [made("the ferries will"), made("the ferries will")])) == 1


def test_a_heading_gives_way_to_the_body() -> None:
    heading, body = made("will never sail on time"), made("the ferries will never sail on time")
    assert merge_claims(TEXT, [heading, body]) == (body,)


def test_a_sentence_repeated_without_a_cue_is_one_claim() -> None:
    first, again = made("the ferries will never sail on time"), made("the ferries will never sail on time", 1)
    assert merge_claims(TEXT, [again, first]) == (first,)


def test_the_same_words_under_two_cues_of_the_body_are_two_claims() -> None:
    words = "the ferries will never sail on time"
    claims = [made(words, cue=span(TEXT, "said")), made(words, 1, cue=span(TEXT, "repeated"))]
    assert len(merge_claims(TEXT, claims)) == 2


def test_two_cues_over_one_content_are_two_claims() -> None:
    text = "Ada Thorn praised and condemned the plan."
    praised = made("the plan", text=text, cue=span(text, "praised"), stance="favor")
    condemned = made("the plan", text=text, cue=span(text, "condemned"), stance="against")
    merged = merge_claims(text, [praised, condemned])
    assert sorted(claim.stance or "" for claim in merged) == ["against", "favor"]
    assert len({claim.id for claim in merged}) == 2


def test_a_heading_of_the_opposite_stance_is_another_claim() -> None:
    text = "Thorn rejects the new plan\n\nAda Thorn hailed the new plan on Monday."
    heading = made("the new plan", text=text, cue=span(text, "rejects"), stance="against")
    body = made("the new plan", 1, text=text, cue=span(text, "hailed"), stance="favor")
    assert len(merge_claims(text, [heading, body])) == 2


def test_one_cue_over_two_overlapping_contents_is_the_longer() -> None:
    text = "Ada Thorn said in fact the old bridge is closed."
    cue = span(text, "said")
    longer, shorter = (made(words, text=text, cue=cue) for words in ("in fact the old bridge", "the old bridge"))
    assert words_of(merge_claims(text, [shorter, longer])) == ["in fact the old bridge"]


def test_a_duplicate_under_the_same_cue_makes_nothing_nested() -> None:
    text = "Ada Thorn said in fact the old bridge is closed."
    cue = span(text, "said")
    drafts = [made(words, text=text, cue=cue) for words in ("in fact the old bridge is closed", "bridge is closed")]
    assert [claim.nested for claim in merge_claims(text, drafts)] == [False]


def test_a_content_inside_that_of_another_cue_is_nested() -> None:
    text = "Ada Thorn said the clerk had told her the boats were late."
    outer = made("the clerk had told her the boats were late", text=text, cue=span(text, "said"))
    inner = made("the boats were late", text=text, cue=span(text, "told"), speaker="the clerk")
    assert [claim.nested for claim in merge_claims(text, [inner, outer])] == [False, True]


def test_two_speakers_of_one_cue_are_not_nested_in_each_other() -> None:
    text = "Ada Thorn and Mo Vale said the boats were late."
    cue = span(text, "said")
    claims = [
        made("the boats were late", text=text, cue=cue),
        made("boats were late", text=text, cue=cue, speaker="Mo Vale"),
    ]
    assert [claim.nested for claim in merge_claims(text, claims)] == [False, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norway beat Iceland 2-1", "Iceland beat Norway 2-1"),
        ("The harbour froze at -5 degrees", "The harbour froze at 5 degrees"),
        ("The pier cost 1.5 million crowns", "The pier cost 5.1 million crowns"),
        ("The vote was 52 to 48 for the pier", "The vote was 48 to 52 for the pier"),
    ],
)
def test_the_same_words_in_another_order_or_with_another_sign_are_another_fact(one: str, other: str) -> None:
    text = f"{one}. {other}."
    assert len(merge_claims(text, [fact(one, text), fact(other, text)])) == 2


def test_a_fact_repeated_with_other_quotation_marks_and_blanks_is_one_fact() -> None:
    text = "The “old” pier was closed in May. It rained. The 'old'  pier was closed in May."
    facts = [fact("The “old” pier was closed in May", text), fact("The 'old'  pier was closed in May", text)]
    assert words_of(merge_claims(text, facts)) == ["The 'old'  pier was closed in May"]


def test_the_items_of_a_list_are_as_many_facts() -> None:
    items = [f"{name} voted to close the old harbour pier in May" for name in ("Ada Thorn", "Mo Vale", "Lin Dahl")]
    text = "\n".join(f"- {item}" for item in items)
    assert words_of(merge_claims(text, [fact(item, text) for item in items])) == items


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("The old harbour pier is safe", "The old harbour pier is unsafe"),
        ("The old harbour pier is safe", "The old harbour pier is not safe"),
        ("The old harbour pier is closed", "The old harbour pier isn't closed"),
        ("Mo Vale warned Ada Thorn about ferries", "Ada Thorn warned Mo Vale about ferries"),
        ("The pier cost 4 million crowns", "The pier cost 5 million crowns"),
        ("The pier was sold to Norway", "The pier was sold to Iceland"),
        ("Clerks voted for the plan", "Clerks voted against the plan"),
    ],
)
def test_a_heading_that_says_something_else_is_another_fact(heading: str, body: str) -> None:
    text = f"{heading}\n\n{body}."
    assert len(merge_claims(text, [fact(heading, text), fact(body, text, body == heading)])) == 2


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("Old harbour pier closed", "The old harbour pier has been closed"),
        ("Old Harbour Pier Closed", "The old harbour pier was suddenly closed"),
        ("Pier cost 4 million crowns", "The pier cost 4 million crowns"),
    ],
)
def test_a_heading_that_leaves_out_small_words_is_the_bodys_fact(heading: str, body: str) -> None:
    text = f"{heading}\n\n{body}."
    assert words_of(merge_claims(text, [fact(heading, text), fact(body, text)])) == [body]


def test_a_short_answer_given_twice_is_two_claims() -> None:
    assert len(merge_claims(TEXT, [made("No"), made("No", 1)])) == 2


def test_two_speakers_are_two_claims() -> None:
    words = "the ferries will never sail on time"
    assert len(merge_claims(TEXT, [made(words), made(words, 1, speaker="Mo Vale")])) == 2


def test_claims_come_in_the_order_of_the_article_with_distinct_ids() -> None:
    claims = merge_claims(TEXT, [made("No", 1), made("the ferries will never sail on time"), made("No")])
    assert [claim.start for claim in claims] == sorted(claim.start for claim in claims)
    assert len({claim.id for claim in claims}) == 3


def test_an_id_is_the_same_in_every_run() -> None:
    assert made("No").id == made("No").id == "c-" + made("No").id[2:]
    assert made("No").id != made("No", 1).id


def test_an_id_does_not_depend_on_what_the_speaker_is_called() -> None:
    assert made("No", speaker="Thorn").id == made("No", speaker="Ada Thorn").id


def test_two_speakers_of_one_content_and_cue_have_two_ids_whatever_their_order() -> None:
    thorn, vale = made("the ferries will"), made("the ferries will", speaker="Mo Vale")
    merged = merge_claims(TEXT, [thorn, vale])
    assert [claim.id for claim in merged] == [thorn.id, f"{thorn.id}-2"]
    assert merged == merge_claims(TEXT, [vale, thorn])


@given(st.lists(st.tuples(st.integers(0, len(TEXT) - 2), st.integers(1, 60), st.integers(0, 3)), max_size=12))
def test_merging_is_the_same_in_any_order_and_once_done_stays(drafts: list[tuple[int, int, int]]) -> None:
    claims = []
    for start, length, cue_at in drafts:
        content = (Span.of(TEXT, start, min(start + length, len(TEXT))),)
        cue = Span.of(TEXT, 40 + 4 * cue_at, 44 + 4 * cue_at) if cue_at else None
        claims.append(
            Claim(
                id=digest_claim("a", "claim", content, cue),
                article_id="a",
                kind="claim",
                text="…",
                content=content,
                cue=cue,
                speaker=Speaker(name="Ada Thorn"),
            )
        )
    merged = merge_claims(TEXT, claims)
    assert merge_claims(TEXT, claims[::-1]) == merged
    assert merge_claims(TEXT, merged) == merged
    assert len({claim.id for claim in merged}) == len(merged)


def test_thousands_of_facts_are_merged_in_seconds() -> None:
    lines = [f"Boat {number} left the harbour with {number * 7} crates of herring on deck" for number in range(3000)]
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    facts = []
    for start, line in zip(starts, lines, strict=False):
        content = (Span(start=start, end=start + len(line), text=line),)
        facts.append(Claim(id="c-", article_id="a", kind="fact", text=line, content=content))
    began = time.perf_counter()
    assert len(merge_claims(text, facts)) == 3000
    assert time.perf_counter() - began < 5
