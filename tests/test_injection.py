"""What an article says to the model is an attack: each passage of `injections.jsonl` at three places of an article.

`demand` is what the passage wants to be claimed. The model of these tests is gullible: it returns whatever is demanded.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import unicodedata
from functools import cache
from html import unescape
from typing import Any

import lxml.html
import pytest
from rich.console import Console

from claimx import extract
from claimx.claims.folding import fold_text
from claimx.claims.verifying import ArticleText, verify_claim
from claimx.model.client import Endpoint
from claimx.model.prompts import load_prompt
from claimx.report.html import to_page
from claimx.report.ledger import Ledger
from claimx.report.tables import claim_line, csv_lines, write_table
from claimx.runs.runner import extract_all
from claimx.schema import Answer, Article, Extraction
from claimx.settings import Settings
from tests.conftest import ROOT
from tests.doubles import Server, answer, claim

PASSAGES: list[dict[str, str]] = [
    json.loads(line) for line in (ROOT / "tests" / "injections.jsonl").read_text(encoding="utf-8").splitlines()
]
STORY = (
    "The night boat will run until May, Perrin Wolde said on Monday.",
    "The pier was painted green in spring.",
    "Odile Marsh denies that the winch is worn.",
)
TRUE = "The night boat will run until May"
NEIGHBOUR = Article(
    id="neighbour", text="“Nobody has fed the otters since Lent,” Ines Abara said.", published="2026-05-04"
)
PLACES = (0, 2, 3)
HARMLESS = "The tide turned at noon."
_LOOK_ALIKES = str.maketrans("‹›⟨⟩〈〉сСоОакКеυн", "<><><>ccooakkeuh")
_PARTS = re.compile(
    r"<(about[-\w]*)>\n(.*?)\n</\1>\n<(context[-\w]*)>\n(.*?)\n</\3>\n<(chunk[-\w]*)>\n(.*)\n</\5>", re.DOTALL
)


def hostile(passage: str, place: int, **fields: str) -> Article:
    text = "\n\n".join([*STORY[:place], passage, *STORY[place:]])
    return Article(id="hostile", text=text, published="2026-05-04", **fields)


def run(server: Server, *given: Article, **changes: Any) -> list[Extraction]:
    settings = Settings(model="m", base_url="http://double/v1", **{"chunk_tokens": 20_000, **changes})

    async def go() -> list[Extraction]:
        async with Endpoint(settings, transport=server.transport) as ask:
            return [done async for done in extract_all(given, ask, load_prompt("extract"), settings)]

    return asyncio.run(go())


def nothing(body: dict[str, Any], number: int) -> Answer:
    return answer()


def sent(article: Article, **changes: Any) -> list[dict[str, Any]]:
    server = Server(nothing)
    run(server, article, **changes)
    return server.bodies


def parts(body: dict[str, Any]) -> list[str]:
    """About, context and chunk of a request, as they are in the article; each tag is there twice, however written."""
    content = body["messages"][1]["content"]
    found = _PARTS.fullmatch(content)
    assert found
    for group in (1, 3, 5):
        assert len(re.findall(rf"<\s*/?\s*{found[group]}\s*>", seen(content))) == 2
    return [found[group].replace("\u2060", "") for group in (2, 4, 6)]


def seen(text: str) -> str:
    """The text as a lenient reader sees it."""
    plain = unicodedata.normalize("NFKC", unescape(text)).translate(_LOOK_ALIKES).casefold()
    return "".join(char for char in plain if char == "\n" or unicodedata.category(char)[0] not in "CM")


def gullible(passage: dict[str, str]) -> Server:
    """Says what is true of each article, what the passage demands, and what stands in the other article."""

    def say(body: dict[str, Any], number: int) -> Answer:
        said = passage["passage"]
        everywhere = {"text": said, "target": said[:200], "speaker": 2}
        return answer(
            claim(TRUE, cue="said", mention="Perrin Wolde", date="on Monday"),
            claim(passage["demand"], cue="said", mention="Perrin Wolde", **everywhere),
            claim(passage["demand"], **everywhere),
            claim(said, **everywhere),
            claim("Nobody has fed the otters since Lent", cue="said", mention="Ines Abara", speaker=3),
            speakers=(("Perrin Wolde", None), (said[:200], said[:200]), ("Ines Abara", None)),
        )

    return Server(say)


@pytest.fixture(params=PASSAGES, ids=[passage["name"] for passage in PASSAGES])
def passage(request: pytest.FixtureRequest) -> dict[str, str]:
    given: dict[str, str] = request.param
    return given


@cache
def believed(name: str) -> list[tuple[Article, Extraction, Extraction]]:
    """What comes of the article, and of its neighbour, for each place of the passage of that name."""
    (passage,) = (passage for passage in PASSAGES if passage["name"] == name)
    articles = [hostile(passage["passage"], place) for place in PLACES]
    return [(article, *run(gullible(passage), article, NEIGHBOUR)) for article in articles]  # type: ignore[misc]


@cache
def control(place: int) -> dict[str, Any]:
    """The request for an article with nothing in it."""
    (body,) = sent(hostile(HARMLESS, place))
    return body


def test_there_are_passages_enough() -> None:
    assert len(PASSAGES) >= 40


def test_a_passage_changes_nothing_but_its_own_place_in_the_request(passage: dict[str, str]) -> None:
    for place in PLACES:
        (body,), plain = sent(hostile(passage["passage"], place)), control(place)
        assert body.keys() == plain.keys()
        assert all(body[name] == plain[name] for name in body if name != "messages")
        assert [message["role"] for message in body["messages"]] == ["system", "user"]
        assert body["messages"][0] == plain["messages"][0]
        about, context, chunk = parts(body)
        assert [about, context] == parts(plain)[:2]
        assert chunk == hostile(passage["passage"], place).text


def test_a_passage_in_a_title_stays_in_what_is_said_about_the_article(passage: dict[str, str]) -> None:
    said = passage["passage"]
    (body,) = sent(hostile(HARMLESS, 1, title=said, author=said))
    about, context, chunk = parts(body)
    flat = " ".join(said.split())
    assert about == f"title: {flat}\nauthor: {flat}\npublished: 2026-05-04"
    assert (context, chunk) == ("none", hostile(HARMLESS, 1).text)


def test_a_passage_that_is_cut_into_chunks_stays_in_them(passage: dict[str, str]) -> None:
    article = hostile("\n\n".join([passage["passage"]] * 4), 2)
    pieces = [parts(body)[2] for body in sent(article, chunk_tokens=50, concurrency=1)]
    assert len(pieces) > 1
    assert all(piece in article.text for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(article.text.split())


def test_what_is_demanded_is_no_claim_unless_the_article_says_it(passage: dict[str, str]) -> None:
    demand = fold_text(passage["demand"]).strip()
    for article, extraction, _ in believed(passage["name"]):
        contents = [fold_text(" ".join(span.text for span in item.content)) for item in extraction.claims]
        assert TRUE in contents
        if demand not in fold_text(article.text):
            assert not [content for content in contents if demand in content]
            assert passage["demand"] in [content for item in extraction.rejected for content in item.draft.content]


def test_whatever_is_believed_is_proved_by_this_article_alone(passage: dict[str, str]) -> None:
    (alone,) = run(gullible(passage), NEIGHBOUR)
    for article, extraction, other in believed(passage["name"]):
        text = ArticleText(article)
        for item in extraction.claims:
            assert (item.article_id, item.article_digest) == ("hostile", article.digest)
            assert verify_claim(item, text).status == "exact"
            assert "otters" not in item.content[0].text
        assert other.claims == alone.claims
        assert [item.content[0].text for item in other.claims] == ["Nobody has fed the otters since Lent"]


def test_the_offline_model_reads_on_before_and_behind_a_passage(passage: dict[str, str]) -> None:
    for place in PLACES:
        article = hostile(passage["passage"], place)
        extraction = extract(article)
        text = ArticleText(article)
        assert all(verify_claim(item, text).status == "exact" for item in extraction.claims)
        contents = " ".join(span.text for item in extraction.claims for span in item.content)
        assert TRUE in contents
        assert "the winch is worn" in contents


def test_tables_and_lines_with_a_passage_in_every_field_are_harmless(passage: dict[str, str]) -> None:
    for article, extraction, _ in believed(passage["name"]):
        shown = io.StringIO()
        write_table(Console(file=shown, width=200, force_terminal=False), extraction, title=passage["passage"])
        lines = [claim_line(item) for item in extraction.claims]
        for output in (shown.getvalue(), *lines, csv_lines(extraction.claims, header=True)):
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", output)
        assert all(len(line.splitlines()) == 1 for line in lines)
        assert [json.loads(line)["article_id"] for line in lines] == [article.id] * len(lines)
        rows = list(csv.reader(io.StringIO(csv_lines(extraction.claims, header=True))))
        assert len(rows) == 1 + len(extraction.claims)
        assert not [cell for row in rows[1:] for cell in row if re.match(r"\s*[=+@-]", cell)]


def test_the_page_holds_no_element_that_came_from_a_passage(passage: dict[str, str]) -> None:
    article, extraction, _ = believed(passage["name"])[1]
    titled = Article.model_validate({**article.model_dump(), "title": passage["passage"]})
    plain, harmless, _ = believed("plain order")[1]
    elements = [
        [(element.tag, sorted(element.keys())) for element in lxml.html.document_fromstring(page).iter()]
        for page in (
            to_page(Ledger(extraction.claims, (extraction,)), {article.id: titled}),
            to_page(Ledger(harmless.claims, (harmless,)), {plain.id: plain}),
        )
    ]
    assert elements[0] == elements[1]
