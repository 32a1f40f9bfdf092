"""Claims against the text of their article, years later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.claims.verifying import ArticleText, verify_claim
from claimx.errors import InputError
from claimx.report.ledger import Ledger, match_articles, parse_ledger
from claimx.report.proofs import advise, proof_line
from claimx.schema import Article, Claim, Span
from tests.ledgers import ARTICLE, COST, LEDGER, SAFE, STORY, TRAP, as_json, jsonl, made, seeds
from tests.test_cli import run

CLAIMS = [SAFE, TRAP, COST]


def statuses(text: str) -> list[str]:
    now = ArticleText(Article(id="pier", text=text))
    return [verify_claim(claim, now).status for claim in CLAIMS]


def test_claims_of_the_same_text_are_exact() -> None:
    assert statuses(STORY) == ["exact", "exact", "exact"]


def test_other_quote_marks_and_white_space_of_the_same_length_are_normalized() -> None:
    text = STORY.replace("“a trap", '"a trap').replace("boats”", 'boats"').replace("new pier", "new\npier")
    assert statuses(text) == ["normalized", "normalized", "exact"]


@given(st.text(alphabet="ab .\n🚤“’", min_size=1, max_size=60))
def test_what_is_put_before_a_text_moves_its_claims_and_proves_them_again(before: str) -> None:
    text = f"{before}\n\n{STORY}"
    now = ArticleText(Article(id="pier", text=text))
    for claim in CLAIMS:
        proof = verify_claim(claim, now)
        assert proof.status == "moved"
        assert proof.updated is not None
        assert [item.start - old.start for item, old in zip(proof.updated.content, claim.content, strict=True)] == [
            len(before) + 2
        ] * len(claim.content)
        assert verify_claim(proof.updated, now).status == "exact"


def test_a_cue_moves_with_its_content_and_not_to_the_same_word_nearer_by() -> None:
    """The old place of the cue now holds another "said"."""
    claim = made("The new pier is safe", speaker="Mina Oduya", cue="said")
    assert claim.cue is not None
    opening = "A" * (claim.cue.start - 1) + " said so.\n\n"
    proof = verify_claim(claim, ArticleText(Article(id="pier", text=opening + STORY)))
    assert [item.found and item.found.start - item.span.start for item in proof.spans] == [len(opening)] * 2


@pytest.mark.parametrize(
    "change",
    [
        ("is safe", "is not safe"),
        ("is safe", "is unsafe"),
        ("We tested", "They tested"),
        (" said on", " whispered on"),
    ],
)
def test_words_that_were_changed_are_gone(change: tuple[str, str]) -> None:
    assert statuses(STORY.replace(*change))[0] == "gone"


def test_words_that_now_stand_behind_a_negation_are_gone() -> None:
    text = STORY.replace("The pier cost 4 million crowns.", "It is not true. Never The pier cost 4 million crowns.")
    assert statuses(text)[2] == "gone"


def test_words_that_stand_verbatim_in_the_wrong_place_may_have_moved_with_other_marks() -> None:
    claim = made("“We tested every bolt", speaker="Mina Oduya")
    text = 'It is not “We tested every bolt. And yet "We tested every bolt was said.'
    proof = verify_claim(claim, ArticleText(Article(id="pier", text=text)))
    assert proof.spans[0].found is not None
    assert (proof.status, proof.spans[0].found.start) == ("moved", text.index('"'))


@given(st.text(max_size=3), st.integers(0, 400), st.integers(0, 400), st.sampled_from(["", " ", "x", STORY]))
def test_no_span_of_a_record_is_believed_or_breaks_anything(words: str, start: int, end: int, text: str) -> None:
    """Records come from anywhere: offsets behind the text, the wrong way round, words that are none."""
    claim = Claim(id="c", article_id="pier", kind="claim", text="", content=(Span(start=start, end=end, text=words),))
    proof = verify_claim(claim, ArticleText(Article(id="pier", text=text)))
    if proof.status == "exact":
        assert text[start:end] == words != ""
        assert end <= len(text)
    if proof.updated:
        assert all(text[span.start : span.end] == span.text != "" for span in proof.updated.content)


def test_pieces_of_a_content_keep_their_order() -> None:
    text = "“We tested every bolt,” Mina Oduya said on Tuesday. “The new pier is safe.”"
    assert statuses(text)[0] == "gone"


def test_a_claim_without_its_article_is_unread() -> None:
    proof = verify_claim(SAFE, None)
    assert (proof.status, proof.holds, proof.updated) == ("unread", False, None)


def test_the_updated_claim_has_the_new_digest_and_an_id_that_follows_from_its_offsets() -> None:
    now = ArticleText(Article(id="pier", text=STORY + "\n"))
    same = verify_claim(SAFE, now).updated
    moved = verify_claim(SAFE, ArticleText(Article(id="pier", text="\n" + STORY))).updated
    assert same is not None
    assert moved is not None
    assert (same.id, same.article_digest) == (SAFE.id, now.digest)
    assert moved.id != SAFE.id


def test_hundreds_of_claims_on_a_long_text_of_one_word_take_linear_time() -> None:
    text = ArticleText(Article(id="pier", text="said " * 100_000))
    assert {verify_claim(claim, text).status for claim in CLAIMS * 100} == {"gone"}


def test_every_claim_of_the_seeds_is_exact() -> None:
    ledger, articles = seeds()
    assert {verify_claim(claim, ArticleText(articles[claim.article_id])).status for claim in ledger.claims} == {"exact"}


def test_a_ledger_is_read_from_lines_and_from_a_list_of_extractions() -> None:
    ledger, _ = seeds()
    from_list = parse_ledger("x", as_json(ledger.extractions).encode())
    assert from_list == ledger
    assert parse_ledger("x", b"\xef\xbb\xbf\n" + jsonl(ledger.claims).encode()) == Ledger(ledger.claims)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"id": "x"}', "line 1: article_id: Field required"),
        (b"\n\nnonsense", "line 3: not a claim"),
        (b'[{"article_id": 1}]', "0.article_id"),
        (b"[", "not a claim"),
        (b"\xff\xfe", "line 1"),
    ],
)
def test_what_is_no_ledger_is_refused_with_its_place(raw: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_ledger("claims.jsonl", raw)


def test_an_article_under_another_name_is_known_by_its_digest() -> None:
    renamed = Article(id="2026/pier", text=STORY)
    assert match_articles(LEDGER, [renamed]) == {"pier": renamed}
    assert match_articles(LEDGER, [Article(id="other", text="Else.")]) == {}


def test_the_text_that_was_read_goes_before_another_articles_that_took_its_name() -> None:
    namesake, renamed = Article(id="pier", text="Another story."), Article(id="pier~2", text=STORY)
    assert match_articles(LEDGER, [namesake, renamed]) == {"pier": renamed}
    assert match_articles(LEDGER, [namesake]) == {"pier": namesake}


def test_of_several_articles_with_one_text_the_one_of_the_same_name_is_meant() -> None:
    twins = [Article(id="copy", text=STORY), ARTICLE, Article(id="zcopy", text=STORY)]
    assert match_articles(LEDGER, twins) == {"pier": ARTICLE}


def test_claims_without_a_digest_are_matched_by_name_alone() -> None:
    """Other tools write none; an empty one is no article's."""
    foreign = Ledger(tuple(claim.model_copy(update={"article_digest": ""}) for claim in CLAIMS))
    assert match_articles(foreign, [ARTICLE, Article(id="x", text="")]) == {"pier": ARTICLE}
    assert match_articles(foreign, [Article(id="x", text=STORY)]) == {}
    assert verify_claim(foreign.claims[0], ArticleText(ARTICLE)).is_same_text is None


def test_a_text_that_changed_elsewhere_is_told_though_all_spans_hold() -> None:
    proof = verify_claim(SAFE, ArticleText(Article(id="pier", text=STORY + " Updated.")))
    assert (proof.status, proof.is_same_text) == ("exact", False)
    assert json.loads(proof_line(proof))["same_text"] is False
    assert verify_claim(SAFE, ArticleText(ARTICLE)).is_same_text is True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pier.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "claims.jsonl").write_text(jsonl(LEDGER.claims), encoding="utf-8")
    return tmp_path


def test_the_command_exits_with_0_only_if_all_claims_hold(folder: Path) -> None:
    done = run("verify", folder / "claims.jsonl", "--articles", folder / "pier.txt")
    assert (done.returncode, done.stderr) == (0, "3 claims: 3 exact\n")
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == ["exact"] * 3


def test_the_command_offers_new_offsets_that_hold(folder: Path) -> None:
    (folder / "pier.txt").write_text("Corrected.\n\n" + STORY.replace("4 million", "5 million"), encoding="utf-8")
    updated = folder / "updated.jsonl"
    done = run("verify", folder / "claims.jsonl", "-a", folder / "pier.txt", "-f", "table", "-o", updated)
    assert done.returncode == 1
    assert "1 article changed" in done.stderr
    assert "3 claims: 2 moved, 1 gone\nmoved: the words stand elsewhere" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("gone: ")
    assert f"{TRAP.start}:{TRAP.end} → {TRAP.start + 12}:{TRAP.end + 12}" in " ".join(done.stdout.split())
    again = run("verify", updated, "-a", folder / "pier.txt")
    assert (again.returncode, again.stderr) == (0, "2 claims: 2 exact\n")


def test_each_status_that_does_not_hold_has_its_advice() -> None:
    unread = verify_claim(SAFE, None)
    exact = verify_claim(SAFE, ArticleText(ARTICLE))
    assert [line.split(":")[0] for line in advise([unread, exact])] == ["unread"]
    assert advise([exact]) == []


def test_the_command_fails_if_an_article_is_missing(folder: Path) -> None:
    (folder / "pier.txt").rename(folder / "quay.txt")
    found = run("verify", folder / "claims.jsonl", "-a", folder / "quay.txt")
    assert (found.returncode, "'pier' is 'quay' there" in found.stderr) == (0, True)
    (folder / "quay.txt").write_text("Something else.", encoding="utf-8")
    done = run("verify", folder / "claims.jsonl", "-a", folder / "quay.txt")
    assert done.returncode == 1
    assert "none of the articles is there; the first is 'pier'" in done.stderr


def test_the_command_imports_no_model_stack(folder: Path) -> None:
    code = (
        "import sys; from claimx.cli import app\n"
        "app(['verify', *sys.argv[1:]], standalone_mode=False)\n"
        "assert not {'instructor', 'openai', 'claimx.model', 'lxml'} & sys.modules.keys()"
    )
    command = [sys.executable, "-c", code, str(folder / "claims.jsonl"), "-a", str(folder / "pier.txt")]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_article_is_what_the_claims_are_of() -> None:
    assert {claim.article_digest for claim in CLAIMS} == {ARTICLE.digest}
