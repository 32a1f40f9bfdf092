"""An answer is found wherever a server put it, and a loop is told from an answer that is merely long."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.model.replies import arguments_of, find_answer, is_loop, text_of
from tests.doubles import answer, claim

ANSWER = answer(claim("it {rained}", cue="said", mention="Ann"), speakers=(("Ann", None),))
TEXT = ANSWER.model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"```json\n{TEXT}\n```",
        f"Here is {{the}} answer:\n{TEXT}\nI hope {{that}} helps.",
        f"<think>maybe {json.dumps({'speakers': [], 'claims': [], 'facts': []})}?</think>{TEXT}",
        f"maybe it is short…</think>\n{TEXT}",
        f'<tool_call>\n{{"name": "Answer", "arguments": {TEXT}}}\n</tool_call>',
        f'{{"answer": {TEXT}}}',
        json.dumps({"thoughts": "none", **json.loads(TEXT)}),
        json.dumps({**json.loads(TEXT), "claims": [{**c, "confidence": 0.9} for c in json.loads(TEXT)["claims"]]}),
        f'{{"speakers": [], "claims": [], "facts": []}} No, rather: {TEXT}',
    ],
)
def test_an_answer_is_found_whatever_stands_around_it(text: str) -> None:
    assert find_answer(text) == ANSWER


@pytest.mark.parametrize(
    "text", ["", "No claims.", "{}", "[1]", TEXT[:-1], '{"speakers": [], "claims": []}', "{" * 50_000]
)
def test_what_is_no_answer_or_not_all_of_one_is_not_made_into_one(text: str) -> None:
    assert find_answer(text) is None


# More braces than these are not all tried.
AROUND = st.text(max_size=300).filter(lambda text: text.count("{") < 60)


@given(AROUND, AROUND)
def test_an_answer_is_found_between_any_texts(before: str, after: str) -> None:
    assert find_answer(f"{before}{TEXT}{after}") == ANSWER


@given(st.text(min_size=1, max_size=12), st.text(max_size=30))
def test_a_text_that_goes_round_in_circles_is_a_loop(words: str, before: str) -> None:
    assert is_loop(before + words * (200 // len(words) + 9))


def test_a_long_answer_is_no_loop() -> None:
    assert not is_loop(", ".join(f'{{"content": "statement {number}"}}' for number in range(400)))


def test_an_answer_in_parts_is_read_without_the_thoughts_among_them() -> None:
    parts = [{"type": "reasoning", "text": "{"}, {"type": "text", "text": TEXT[:9]}, {"type": "text", "text": TEXT[9:]}]
    assert find_answer(text_of(parts)) == ANSWER


def test_arguments_that_are_an_object_are_read_as_their_json() -> None:
    assert find_answer(arguments_of(json.loads(TEXT))) == ANSWER


@pytest.mark.parametrize("content", [None, 5, {"type": "text"}, ["it rained"], [{"type": "text", "text": 5}], [None]])
def test_content_that_is_no_text_is_none(content: object) -> None:
    assert text_of(content) == ""
