"""The front matter and the text below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.front_matter import MAX_FRONT_MATTER_CHARS, split_front_matter
from claimx.article.origin import Origin
from claimx.errors import ClaimxError, InputError

ORIGIN = Origin(source="x.md", default_id="x")


@given(text=st.text(), newline=st.sampled_from(["\n", "\r\n"]))
def test_the_text_below_the_closing_line_is_exactly_what_was_written(text: str, newline: str) -> None:
    written = newline.join(["---", "title: Harbour reopens", "---", ""]) + text
    assert split_front_matter(written, ORIGIN) == ({"title": "Harbour reopens"}, text)


@given(text=st.text().filter(lambda text: not text.startswith("---")))
def test_a_text_without_an_opening_line_is_returned_whole(text: str) -> None:
    assert split_front_matter(text, ORIGIN) == ({}, text)


@given(block=st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@`,? \n\t\\xU01"), max_size=80))
def test_any_block_is_fields_or_text_or_an_input_error(block: str) -> None:
    written = f"---\na: b\n{block}\n---\nBody"
    try:
        text = split_front_matter(written, ORIGIN)[1]
    except ClaimxError as error:
        text = str(error)
    assert text in (written, "Body") or text.endswith("---\nBody") or text.startswith("x.md: line ")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: never closed\n\nBody",
        "---\n---\nBody",
        "---\nJust a rule on top of a paragraph.\n---\nBody",
        "---\n- a\n- b\n---\nBody",
        '---\n"Quoted," she said, \'and not closed.\n---\nBody',
        " ---\ntitle: indented\n---\nBody",
        "----\ntitle: four\n----\nBody",
        "---\ntitle: x\n--- \nBody",
    ],
)
def test_what_is_not_a_closed_mapping_is_ordinary_text(text: str) -> None:
    assert split_front_matter(text, ORIGIN) == ({}, text)


def test_a_block_is_not_looked_for_beyond_its_largest_size() -> None:
    text = "---\na: b\n" + "# filler\n" * (MAX_FRONT_MATTER_CHARS // 9 + 1) + "---\nBody"
    assert split_front_matter(text, ORIGIN) == ({}, text)


def test_the_last_line_of_a_file_closes_a_block_without_a_line_break() -> None:
    assert split_front_matter("---\na: b\n---", ORIGIN) == ({"a": "b"}, "")


def test_scalars_stay_strings_and_null_is_none() -> None:
    text = "---\npublished: 2021-02-05\nid: 0012\nflag: yes\nauthor: ~\ntitle:\nsource: 'null'\n---\n"
    fields, _ = split_front_matter(text, ORIGIN)
    assert fields == {
        "published": "2021-02-05",
        "id": "0012",
        "flag": "yes",
        "author": None,
        "title": None,
        "source": "null",
    }


def test_tags_build_nothing() -> None:
    fields, _ = split_front_matter("---\ntitle: !!python/object/apply:os.getcwd []\n---\n", ORIGIN)
    assert fields == {"title": []}


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("title: Dam: the sequel", "line 2"),
        ("title: x\nauthor: [Ann Poe", "line 4"),
        ("title: x\ntitle: y", "a key is repeated"),
        ("a: &a [x, x]\nb: [*a, *a]", "aliases are not supported"),
        ('title: "\\UFFFFFFFF"', "characters that YAML does not allow"),
        ("title: \x07", "characters that YAML does not allow"),
        ("title: " + "[" * 5000, "nested too deeply"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_named_with_its_line(block: str, told: str) -> None:
    with pytest.raises(InputError, match=r"x\.md: line \d+: the front matter") as caught:
        split_front_matter(f"---\n{block}\n---\nBody", ORIGIN)
    assert told in str(caught.value)
