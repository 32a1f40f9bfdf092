"""The whole way for one article, against a server that plants what a test is about."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import JSONResponse

from claimx.errors import ModelRefused
from claimx.model.client import Endpoint
from claimx.model.prompts import load_prompt
from claimx.pipeline import extract_article
from claimx.schema import Article, Claim, Extraction
from claimx.settings import Settings
from tests.doubles import Say, Server, answer, claim, completion, error, fact

TEXT = """Harbour Minister Ada Thorn said on Tuesday that 14 ferries were late. "We are sorry," she told reporters.

Mo Vale, who runs the riders' union, called the delay a scandal. The first ferry sailed in March."""
STORY = Article(id="ferries", text=TEXT, published="2026-05-07")
SPEAKERS = (("Ada Thorn", "Harbour Minister"), ("Mo Vale", None))
LATE = claim(
    "14 ferries were late",
    cue="said",
    mention="Harbour Minister Ada Thorn",
    text="…",
    stance="against",
    target="ferries",
    date="on Tuesday",
)
SORRY = claim(
    "We are sorry", cue="told", mention="she", text="The ministry is sorry.", stance="favor", target="apology"
)
SCANDAL = claim(
    "the delay a scandal",
    cue="called",
    mention="Mo Vale",
    speaker=2,
    text="The delay is a scandal.",
    stance="against",
    target="delay",
)
SAILED = fact("The first ferry sailed in March", date="in March")


def run(say: Say, article: Article = STORY, **changes: Any) -> tuple[Extraction, Server]:
    settings = Settings(model="m", base_url="http://double/v1", max_attempts=1, **changes)
    server = Server(say)

    async def go() -> Extraction:
        async with Endpoint(settings, transport=server.transport) as ask:
            return await extract_article(article, ask, load_prompt("extract"), settings)

    return asyncio.run(go()), server


def only(extraction: Extraction) -> Claim:
    (single,) = extraction.claims
    return single


def test_a_draft_becomes_a_claim_tied_to_its_characters() -> None:
    found = only(run(lambda body, n: answer(LATE, speakers=SPEAKERS))[0])
    assert TEXT[found.start : found.end] == "14 ferries were late"
    assert found.speaker is not None
    assert (found.speaker.name, found.speaker.role) == ("Ada Thorn", "Harbour Minister")
    assert found.date is not None
    assert (found.date.value, found.date.text and found.date.text.text) == ("2026-05-05", "on Tuesday")
    assert (found.quotation, found.stance, found.text) == ("indirect", "against", "14 ferries were late.")


def test_a_fact_has_neither_speaker_nor_stance() -> None:
    found = only(run(lambda body, n: answer(SAILED))[0])
    assert (found.kind, found.speaker, found.stance, found.quotation) == ("fact", None, None, None)
    assert found.date is not None
    assert found.date.value == "2026-03"


def test_what_is_not_found_is_sent_back_once_with_the_reason() -> None:
    wrong = claim("15 ferries were late", cue="said", mention="Ada Thorn")

    def say(body: dict[str, Any], n: int) -> Any:
        return answer(LATE if n else wrong, SORRY, speakers=SPEAKERS)

    extraction, server = run(say)
    assert len(server.bodies) == 2
    assert "“15 ferries were late” does not stand in the text" in server.bodies[1]["messages"][-1]["content"]
    assert "We are sorry" not in server.bodies[1]["messages"][-2]["content"]
    assert [c.content[0].text for c in extraction.claims] == ["14 ferries were late", "We are sorry"]
    assert extraction.rejected == ()
    assert extraction.usage.calls == 2


def test_what_still_fails_is_rejected_with_its_reason_and_never_a_claim() -> None:
    wrong = claim("15 ferries were late", cue="said", mention="Ada Thorn")
    extraction, server = run(lambda body, n: answer(wrong, SORRY, speakers=SPEAKERS))
    assert len(server.bodies) == 2
    assert [c.content[0].text for c in extraction.claims] == ["We are sorry"]
    (rejected,) = extraction.rejected
    assert rejected.draft == wrong
    assert "15 ferries" in rejected.reason


def test_a_draft_that_the_model_withdraws_is_counted_as_rejected() -> None:
    wrong = claim("15 ferries were late", cue="said", mention="Ada Thorn")
    extraction, _ = run(lambda body, n: answer() if n else answer(wrong, SORRY, speakers=SPEAKERS))
    assert len(extraction.rejected) == 1
    assert len(extraction.claims) == 1


def test_without_reasks_nothing_is_sent_back() -> None:
    extraction, server = run(lambda body, n: answer(claim("15 ferries were late")), reasks=0)
    assert (len(server.bodies), len(extraction.rejected)) == (1, 1)


def test_a_second_answer_that_fails_does_not_lose_the_first() -> None:
    def say(body: dict[str, Any], n: int) -> Any:
        return error(400) if n else answer(SORRY, claim("15 ferries were late"), speakers=SPEAKERS)

    extraction, _ = run(say)
    assert (len(extraction.claims), len(extraction.rejected), extraction.is_partial) == (1, 1, False)


def test_a_chunk_that_fails_costs_that_chunk() -> None:
    article = Article(
        id="long", text=TEXT + "\n\n" + "The council met again. " * 40 + "\n\n" + TEXT, published="2026-05-07"
    )

    def say(body: dict[str, Any], n: int) -> Any:
        chunk = body["messages"][-1]["content"].rsplit("<chunk>", 1)[1]
        return answer(SORRY, speakers=SPEAKERS) if "We are sorry" in chunk else error(400, "cannot")

    extraction, _ = run(say, article, chunk_tokens=90)
    assert extraction.is_partial
    assert all("cannot" in failure.error for failure in extraction.failures)
    failed = [article.text[failure.start : failure.end] for failure in extraction.failures]
    assert all("We are sorry" not in text for text in failed)
    assert {claim.content[0].text for claim in extraction.claims} == {"We are sorry"}


def test_an_answer_that_is_cut_is_asked_for_in_halves() -> None:
    article = Article(id="long", text=TEXT + "\n\n" + "The council met again. " * 60 + "\n\n" + TEXT)

    def say(body: dict[str, Any], n: int) -> Any:
        if n:
            return answer()
        cut = completion("{")
        cut["choices"][0]["finish_reason"] = "length"
        return JSONResponse(cut)

    extraction, server = run(say, article)
    assert len(server.bodies) == 3
    assert extraction.usage.calls == 3
    assert not extraction.is_partial


def test_an_answer_to_a_small_chunk_that_is_cut_is_asked_for_again_in_other_words() -> None:
    cut = completion("{")
    cut["choices"][0]["finish_reason"] = "length"
    extraction, server = run(lambda body, n: answer(SORRY, speakers=SPEAKERS) if n else JSONResponse(cut))
    assert "did not fit" in server.bodies[1]["messages"][-1]["content"]
    assert (len(server.bodies), extraction.usage.calls, extraction.is_partial) == (2, 2, False)
    assert only(extraction).content[0].text == "We are sorry"
    extraction, server = run(lambda body, n: JSONResponse(cut))
    assert (len(server.bodies), extraction.usage.calls, extraction.is_partial) == (2, 2, True)


def test_a_wrong_key_stops_the_run() -> None:
    with pytest.raises(ModelRefused, match="API key"):
        run(lambda body, n: error(401, "bad key"))


def test_a_date_that_the_article_does_not_have_is_no_date() -> None:
    found = only(run(lambda body, n: answer(claim("We are sorry", date="the 45th of May"), speakers=SPEAKERS))[0])
    assert found.date is None


def test_a_speaker_number_that_is_off_falls_back_on_the_mention() -> None:
    found = only(
        run(lambda body, n: answer(claim("the delay a scandal", cue="called", mention="Mo Vale", speaker=9)))[0]
    )
    assert found.speaker is not None
    assert found.speaker.name == "Mo Vale"


def test_nested_claims_are_told_from_the_spans() -> None:
    text = "Ada Thorn said the clerk had told her the boats were late."
    outer = claim("the clerk had told her the boats were late", cue="said", mention="Ada Thorn")
    inner = claim("the boats were late", cue="told", mention="the clerk", speaker=2)
    extraction, _ = run(
        lambda body, n: answer(outer, inner, speakers=(("Ada Thorn", None), ("the clerk", None))),
        Article(id="n", text=text),
    )
    assert [(c.content[0].text, c.nested) for c in extraction.claims] == [
        ("the clerk had told her the boats were late", False),
        ("the boats were late", True),
    ]


def test_the_record_has_the_shape_of_a_gold_label() -> None:
    found = only(run(lambda body, n: answer(LATE, speakers=SPEAKERS))[0])
    assert list(found.model_dump()) == [
        "id", "article_id", "article_digest", "kind", "text", "content", "quotation", "cue", "speaker", "stance", "target", "date", "nested", "grounding",
    ]  # fmt: skip


def test_nobody_has_said_anything_on_a_day_to_come() -> None:
    """The words are in the article, but about something else: better no date than one that cannot be."""
    text = "“The pier is sound,” Ann Poe said. Bo Lind will open it on Friday."
    article = Article(id="pier", text=text, published="2026-05-04")
    said = claim("The pier is sound", cue="said", mention="Ann Poe", date="on Friday")
    opened = fact("Bo Lind will open it on Friday", date="on Friday")
    extraction, _ = run(lambda body, n: answer(said, opened, speakers=(("Ann Poe", None),)), article)
    dates = {each.kind: each.date and each.date.value for each in extraction.claims}
    assert dates == {"claim": None, "fact": "2026-05-08"}
