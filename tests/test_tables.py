"""CSV that no spreadsheet calculates, and text that hides nothing on a terminal."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.report.tables import claim_line, csv_lines, printable
from claimx.schema import Claim, Span, Speaker

# Format characters that have a shape of their own: Unicode's prepended concatenation marks.
SHAPED = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
NEEDED = {0xAD, 0x200C, 0x200D}


def claim(name: str) -> Claim:
    return Claim(
        id="c-1",
        article_id="a",
        kind="claim",
        text="The quay is closed.",
        content=(Span(start=0, end=4, text="quay"),),
        speaker=Speaker(name=name),
    )


def cell(name: str) -> str:
    (row,) = csv.DictReader(io.StringIO(csv_lines([claim(name)], header=True), newline=""))
    return row["speaker"]


@pytest.mark.parametrize("sign", "=+-@＝＋－＠﹦﹢﹣﹫")
@pytest.mark.parametrize(
    "lead", ["", " ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "\u200b", "\ufeff", "\u200d", "\xad"]
)
def test_a_formula_is_text_whatever_stands_before_it(lead: str, sign: str) -> None:
    assert cell(f"{lead}{sign}1+1").startswith("'")


@pytest.mark.parametrize("name", ["Ann Poe", "1-1", "a=b", "“-”", "–", "", "\n", "é@x", "’tis"])
def test_what_is_no_formula_is_left_as_it_is(name: str) -> None:
    assert cell(name) == name


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_cell_begins_with_a_sign(name: str) -> None:
    assert not cell(name).lstrip().startswith(("=", "+", "-", "@"))


def test_every_format_character_without_a_shape_is_shown() -> None:
    hidden = {code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"} - SHAPED - NEEDED
    assert [hex(code) for code in hidden if printable(chr(code)) != f"<{code:02x}>"] == []


@pytest.mark.parametrize("code", [*range(0xE0000, 0xE0080), 0x61C, 0x2028, 0x2029, 0x2065, 0x1B, 0x9B, 0x7F])
def test_tags_marks_and_controls_are_shown(code: int) -> None:
    assert printable(f"a{chr(code)}b") == f"a<{code:02x}>b"


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🚒", "har\xadbour", "\u06dd١", "two\nlines\tand é"]
)
def test_what_scripts_need_is_kept(text: str) -> None:
    assert printable(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_line_of_json_reads_back_as_it_was(name: str) -> None:
    line = claim_line(claim(name))
    assert json.loads(line)["speaker"]["name"] == name
    assert len(line.splitlines()) == 1
    assert line == printable(line)


def test_a_tag_character_is_escaped_as_the_pair_that_json_wants() -> None:
    assert r"a\udb40\udc41b" in claim_line(claim("a\U000e0041b"))
