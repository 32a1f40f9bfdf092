"""One claim once, as the body has it."""

from __future__ import annotations

from claimx.claims.merging import claim_id, merge_claims
from claimx.schema import Claim, Span, Speaker

TEXT = """Ferries 'will never sail on time'

Ada Thorn said the ferries will never sail on time. She was angry.

Thorn repeated that the ferries will never sail on time. "No," she said. "No," she said."""


def made(words: str, occurrence: int = 0, speaker: str = "Ada Thorn", kind: str = "claim") -> Claim:
    start = -1
    for _ in range(occurrence + 1):
        start = TEXT.index(words, start + 1)
    span = Span.of(TEXT, start, start + len(words))
    person = Speaker(name=speaker) if kind == "claim" else None
    return Claim.model_validate(
        {
            "id": claim_id("a", kind, [span], speaker),
            "article_id": "a",
            "kind": kind,
            "text": words,
            "content": [span],
            "speaker": person,
        }
    )


def test_the_same_span_twice_is_one_claim() -> None:
    assert len(merge_claims(TEXT, [made("the ferries will"), made("the ferries will")])) == 1


def test_a_heading_gives_way_to_the_body() -> None:
    heading, body = made("will never sail on time"), made("the ferries will never sail on time")
    assert merge_claims(TEXT, [heading, body]) == (body,)


def test_the_same_sentence_repeated_is_one_claim() -> None:
    first, again = made("the ferries will never sail on time"), made("the ferries will never sail on time", 1)
    assert merge_claims(TEXT, [again, first]) == (first,)


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
