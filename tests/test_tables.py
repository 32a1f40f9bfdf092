"""CSV that no spreadsheet calculates, and text that hides nothing on a terminal."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from claimx.report.tables import claim_line, csv_lines, printable, write_table
from claimx.schema import Claim, Extraction, Span, Speaker
from tests.ledgers import LEDGER

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


def drawn(width: int, *, color: bool = False) -> list[str]:
    """The table of the small ledger at a width, without the blanks at the ends of lines."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, highlight=False, markup=False)
    made = Extraction(article_id="pier", article_digest="", model="m", prompt="p", claims=LEDGER.claims)
    write_table(console, made, title="A pier and its bolts")
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_table_of_80_columns_stacks_what_belongs_together_and_parts_the_claims() -> None:
    assert drawn(80) == [
        "A pier and its bolts",
        "Speaker            Stance",
        "Date               Target             Claim",
        "",
        "Mina Oduya         + favor            The new pier is safe and every bolt was",
        "2026-03-03         new pier           tested.",
        "                                      35:55, 102:122 “The new pier is safe … We",
        "                                      tested every bolt”",
        "",
        "Paul Strand        − against          the pier “a trap for small boats”.",
        "                   new pier           175:208",
        "",
        "Date  Fact",
        "–     The pier cost 4 million crowns.",
        "      233:263",
    ]


def test_a_table_of_200_columns_has_a_line_for_a_claim_and_one_for_its_evidence() -> None:
    lines = drawn(200)
    assert lines[1].split() == ["Speaker", "Stance", "Target", "Date", "Claim"]
    assert re.split(r"  +", lines[2]) == [
        "Mina Oduya", "+ favor", "new pier", "2026-03-03", "The new pier is safe and every bolt was tested.",
    ]  # fmt: skip
    assert lines[3].strip() == "35:55, 102:122 “The new pier is safe … We tested every bolt”"
    assert max(map(len, lines)) <= 200


@pytest.mark.parametrize("width", [20, 40, 80, 109, 110, 200])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(cell_len, drawn(width))) <= width


def test_colour_adds_nothing_but_colour() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(drawn(80, color=True)))
    assert [line.rstrip() for line in plain.splitlines()] == drawn(80)
