"""A claim in its paragraph, on terminals of all kinds."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from claimx.claims.verifying import evidence
from claimx.report.paragraph import lay_out, write_claim
from claimx.schema import Article, Claim, Span
from tests.ledgers import LEDGER, SAFE, STORY, TRAP, jsonl, made
from tests.test_cli import run


def shown(claim: Claim, width: int = 80, *, color: bool = False, text: str | None = STORY) -> str:
    out = io.StringIO()
    write_claim(Console(file=out, width=width, force_terminal=color, highlight=False, markup=False), claim, text)
    return out.getvalue()


def test_marks_stand_below_the_words_that_they_mark() -> None:
    lines = shown(TRAP).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Fishers’ leader"))
    text, marks = lines[at], lines[at + 1]
    assert text[marks.index("^") : marks.rindex("^") + 1] == "called"
    assert text[marks.index("~") : marks.rindex("~") + 1] == "He"
    assert text[marks.index("─") :].startswith("the pier “a trap for")


def test_marks_stand_right_below_wide_characters_too() -> None:
    article = Article(id="w", text="東京都知事は「安全だ」と述べた。")
    lines = shown(made("安全だ", article=article, cue="述べた", speaker="知事"), text=article.text).splitlines()
    at = lines.index(article.text)
    assert cell_len(article.text[:7]) == lines[at + 1].index("─")
    assert lines[at + 1].count("─") == 6


def test_all_pieces_and_paragraphs_of_a_claim_are_shown_and_no_other() -> None:
    out = shown(SAFE)
    assert "We tested every bolt" in out
    assert "4 million" not in out
    assert "Harbour Board" not in out


@given(st.text(alphabet="ab 東\n\t\u202e\x1b🚤", min_size=1, max_size=120), st.data(), st.integers(8, 40))
def test_no_line_is_wider_than_the_terminal_and_no_evidence_is_lost(text: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span.of(text, start, data.draw(st.integers(start + 1, len(text))))
    lines = lay_out(text, [("content", span)], width)
    assert all(sum(cell_len(cell.shown) for cell in line) <= width for line in lines)
    marked = [cell for line in lines for cell in line if cell.part and cell.shown != " "]
    assert len(marked) == sum(not char.isspace() for char in span.text)


def test_a_paragraph_without_end_is_cut_around_the_evidence() -> None:
    text = "word " * 20_000 + "the quay is shut" + " word" * 20_000
    out = shown(made("the quay is shut", article=Article(id="l", text=text)), text=text)
    assert "the quay is shut" in out
    assert len(out) < 4000


def test_what_steers_a_terminal_is_shown_as_its_code_point() -> None:
    article = Article(id="h", text="Ann Poe said \x1b[31mno \u202eway.")
    out = shown(made("\x1b[31mno \u202eway", article=article, text="\x1b]0;x\x07"), text=article.text)
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "<1b>[31mno" in out


def test_colour_underlines_what_the_marks_show_without_it() -> None:
    assert "\x1b[4m" in shown(SAFE, color=True)
    assert "\x1b" not in shown(SAFE)


def test_evidence_comes_in_the_order_of_its_kinds() -> None:
    assert [part for part, _ in evidence(SAFE)] == ["content", "content", "cue", "mention", "date"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pier.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "claims.jsonl").write_text(jsonl(LEDGER.claims), encoding="utf-8")
    return tmp_path


def test_the_command_takes_the_beginning_of_an_id(folder: Path) -> None:
    done = run("show", folder / "claims.jsonl", TRAP.id[:6], "--articles", folder / "pier.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Fishers’ leader Paul Strand disagreed." in done.stdout
    assert f"id        {TRAP.id}" in done.stdout


def test_the_command_shows_the_evidence_without_the_article_too(folder: Path) -> None:
    done = run("show", folder / "claims.jsonl", TRAP.id)
    assert done.returncode == 0
    assert "Fishers" not in done.stdout.split("id  ")[1]
    assert f"{TRAP.start}:{TRAP.end}" in done.stdout


def test_the_command_shows_where_the_words_stand_now(folder: Path) -> None:
    (folder / "pier.txt").write_text("Corrected.\n\n" + STORY, encoding="utf-8")
    done = run("show", folder / "claims.jsonl", TRAP.id, "-a", folder / "pier.txt")
    assert "shown where the words stand now" in done.stderr
    assert f"{TRAP.start + 12}:{TRAP.end + 12}" in done.stdout


def test_an_id_that_several_claims_begin_with_is_answered_with_theirs(folder: Path) -> None:
    done = run("show", folder / "claims.jsonl", "c-")
    listed = ", ".join(claim.id for claim in LEDGER.claims)
    assert done.returncode == 2
    assert done.stderr == f"claimx: 3 claims have an id that begins with 'c-': {listed}; give more of it\n"


def test_an_id_that_is_not_there_is_answered_with_the_nearest(folder: Path) -> None:
    wanted = TRAP.id[:-1] + ("0" if TRAP.id[-1] != "0" else "1")
    done = run("show", folder / "claims.jsonl", wanted)
    assert done.returncode == 2
    assert f"no claim has an id that begins with '{wanted}'; the nearest are {TRAP.id}" in done.stderr
    assert run("show", folder / "claims.jsonl", "nothing").stderr.endswith("begins with 'nothing'\n")


def test_the_command_says_which_evidence_is_gone(folder: Path) -> None:
    (folder / "pier.txt").write_text(STORY.replace("He called", "He names"), encoding="utf-8")
    done = run("show", folder / "claims.jsonl", TRAP.id, "-a", folder / "pier.txt")
    assert TRAP.cue is not None
    assert f"not in this text any more: cue {TRAP.cue.start}:{TRAP.cue.end}" in done.stderr
    assert TRAP.content[0].text in done.stdout


@pytest.mark.parametrize("width", [12, 20, 40])
def test_a_narrow_terminal_shows_every_word(width: int) -> None:
    words = "".join("".join(cell.shown for cell in line) for line in lay_out(STORY, list(evidence(SAFE)), width))
    assert "".join(SAFE.content[1].text.split()) in words.replace(" ", "")
