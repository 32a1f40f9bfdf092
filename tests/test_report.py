"""The page that `claimx report` writes: what is in it, and what is not. A browser's view is in test_report_browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.report.html import embed_json, page_data, to_page
from claimx.report.ledger import Ledger
from claimx.schema import Article, ChunkFailure, Extraction, FactDraft, Rejected
from tests.ledgers import ARTICLE, COST, LEDGER, SAFE, STORY, TRAP, jsonl, seeds
from tests.probes import PROBES
from tests.test_cli import run


class Elements(HTMLParser):
    """The elements of a page in order, and the raw text of its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.raw.append("")

    def handle_data(self, data: str) -> None:
        # Within these two, the parser takes nothing for markup, as browsers do not.
        if self.cdata_elem:
            self.raw[-1] += data


def data_of(page: str) -> dict[str, Any]:
    style, data, script = Elements(page).raw
    assert style
    assert script
    parsed: dict[str, Any] = json.loads(data)
    return parsed


def claims_of(page: str) -> list[dict[str, Any]]:
    data = data_of(page)
    return [dict(zip(data["fields"], row, strict=True)) for row in data["claims"]]


def policy_of(page: str) -> str:
    [policy] = [
        attributes["content"]
        for tag, attributes in Elements(page).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    return policy


PAGE = to_page(LEDGER, {"pier": ARTICLE})


def test_the_policy_allows_just_the_script_and_the_style_that_are_in_the_page() -> None:
    style, _, script = Elements(PAGE).raw
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (script, style)]
    assert policy_of(PAGE).startswith(
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
    )
    assert "unsafe" not in policy_of(PAGE)


def test_the_page_refers_to_nothing_outside_itself() -> None:
    loading = {"src", "srcset", "action", "data", "poster", "style"}
    for tag, attributes in Elements(PAGE).tags:
        assert not loading & attributes.keys(), tag
        assert (attributes.get("href") or "#").startswith("#")
    style, _, script = Elements(PAGE).raw
    assert "url(" not in style
    assert "@import" not in style
    assert re.findall(r"https?://[^\"\s]+", script) == ["http://www.w3.org/2000/svg"]


def test_the_script_makes_elements_by_hand_only() -> None:
    _, _, script = Elements(PAGE).raw
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "DOMParser"):
        assert sink not in script


def test_spans_are_offsets_into_the_text_and_carry_no_words_of_their_own() -> None:
    first = claims_of(PAGE)[0]
    assert [STORY[start:end] for start, end in first["content"]] == [span.text for span in SAFE.content]
    assert (first["cue"], first["date_span"], first["held"]) == (
        [SAFE.cue and SAFE.cue.start, SAFE.cue and SAFE.cue.end],
        [SAFE.date and SAFE.date.text and SAFE.date.text.start, SAFE.date and SAFE.date.text and SAFE.date.text.end],
        1,
    )


def test_without_the_article_the_words_come_along() -> None:
    page = to_page(LEDGER, {})
    assert claims_of(page)[2]["content"] == [[COST.start, COST.end, "The pier cost 4 million crowns"]]
    assert "was not given" in data_of(page)["articles"][0]["note"]


def test_a_text_that_has_changed_is_marked_where_the_words_stand_now() -> None:
    now = Article(id="pier", text="Corrected.\n\n" + STORY.replace("4 million", "5 million"))
    page = to_page(LEDGER, {"pier": now})
    safe, trap, cost = claims_of(page)
    assert [now.text[start:end] for start, end in trap["content"]] == [TRAP.content[0].text]
    assert (safe["held"], cost["held"]) == (1, 0)
    assert "1 claim of which something is gone" in data_of(page)["articles"][0]["note"]


def test_what_was_rejected_and_what_could_not_be_read_is_told() -> None:
    extraction = Extraction(
        article_id="pier",
        article_digest=ARTICLE.digest,
        model="some-model",
        prompt="extract",
        claims=(SAFE,),
        rejected=(
            Rejected(chunk=0, draft=FactDraft(content="The pier sank.", text="…", date=None), reason="not there"),
        ),
        failures=(ChunkFailure(chunk=1, start=5, end=9, error="the server was busy"),),
    )
    page = to_page(Ledger((SAFE,), (extraction,)), {"pier": ARTICLE})
    [article] = data_of(page)["articles"]
    assert article["rejected"] == [["The pier sank.", "not there"]]
    assert article["failures"] == [[5, 9, "the server was busy"]]
    assert "1 rejected draft · 1 article read in part · some-model" in page


def test_an_article_without_claims_and_a_ledger_without_articles_make_a_page() -> None:
    empty = Extraction(article_id="pier", article_digest=ARTICLE.digest, model="m", prompt="p")
    assert data_of(to_page(Ledger((), (empty,)), {"pier": ARTICLE}))["articles"][0]["text"] == STORY
    assert data_of(to_page(Ledger(()), {}))["articles"] == []


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_embedded_json_is_the_same_value_and_no_markup(value: object) -> None:
    embedded = embed_json(value)
    assert json.loads(embedded) == value
    assert not set("<>&") & set(embedded)
    embedded.encode()


@pytest.mark.parametrize("probe", PROBES)
def test_no_probe_adds_an_element(probe: str) -> None:
    article = Article(id=probe, text=f"Ann Poe said no. {probe}", title=probe, source=probe, url=probe, language=probe)
    claim = SAFE.model_copy(update={"article_id": probe, "text": probe, "id": probe})
    page = to_page(Ledger((claim,)), {probe: article}, title=probe)
    assert [tag for tag, _ in Elements(page).tags] == [tag for tag, _ in Elements(PAGE).tags]
    assert data_of(page)["articles"][0]["title"] == probe


def test_half_a_character_in_a_heading_does_not_stop_the_page() -> None:
    assert "half \ufffd" in to_page(LEDGER, {"pier": ARTICLE}, title="half \ud83d").encode().decode()


def test_the_page_of_the_seeds_holds_every_claim_and_is_smaller_than_the_ledger() -> None:
    ledger, articles = seeds()
    page = to_page(ledger, articles)
    assert [row["id"] for row in claims_of(page)] == [claim.id for claim in ledger.claims]
    assert len(page.encode()) < 3 * len(jsonl(ledger.claims).encode())


def test_the_names_of_the_fields_fit_the_rows() -> None:
    data = page_data(LEDGER, {"pier": ARTICLE})
    assert {len(row) for row in data["claims"]} == {len(data["fields"])}


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    (tmp_path / "pier.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "claims.jsonl").write_text(jsonl(LEDGER.claims), encoding="utf-8")
    page = tmp_path / "report.html"
    done = run("report", tmp_path / "claims.jsonl", "--articles", tmp_path / "pier.txt", "-o", page, "--title", "Piers")
    assert (done.returncode, done.stderr) == (0, f"{page}: 3 records of 1 article\n")
    assert "<title>Piers</title>" in page.read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.part"))


def test_the_command_says_what_it_cannot_read_or_write(tmp_path: Path) -> None:
    missing = run("report", tmp_path / "none.jsonl", "-o", tmp_path / "r.html")
    assert (missing.returncode, "cannot be read" in missing.stderr) == (1, True)
    (tmp_path / "claims.jsonl").write_text(jsonl(LEDGER.claims), encoding="utf-8")
    nowhere = run("report", tmp_path / "claims.jsonl", "-o", tmp_path / "no" / "r.html")
    assert (nowhere.returncode, "cannot be written" in nowhere.stderr) == (2, True)
