"""The journal at the wire: nothing is paid for twice, and a replay sends nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from claimx.errors import BadAnswer, ChunkTooLarge, ModelBusy, ModelRefused, ReplyMissing
from claimx.model.client import Endpoint, Reply
from claimx.model.recording import request_digest
from claimx.runs.journal import noted_run, open_journal
from claimx.settings import Settings
from tests.doubles import Say, Server, answer, claim, completion, error

GOOD = answer(claim("it rained", cue="said", mention="Ann"), speakers=(("Ann", None),))
MESSAGES = [{"role": "user", "content": "Ann said it rained."}]


def ask(path: Path, say: Say, *, times: int = 1, **changes: Any) -> tuple[list[Reply], Server]:
    """Ask the same in one run, `times` times at once."""
    settings = Settings(
        model="m",
        base_url="http://double/v1",
        store=str(path / "s"),
        **({"max_attempts": 2, "retry_after_cap_s": 0} | changes),
    )
    server = Server(say)

    async def run() -> list[Reply]:
        with open_journal(settings) as store, noted_run(store, settings, "p"):
            async with Endpoint(settings, transport=server.transport, journal=store) as endpoint:
                return await asyncio.gather(*(endpoint(MESSAGES) for _ in range(times)))

    return asyncio.run(run()), server


def test_a_second_run_pays_for_nothing_and_gets_the_same(tmp_path: Path) -> None:
    first, _ = ask(tmp_path, lambda body, n: GOOD)
    second, server = ask(tmp_path, lambda body, n: GOOD)
    assert server.bodies == []
    assert second == first


@pytest.mark.parametrize(
    "changes",
    [{"model": "n"}, {"base_url": "http://double.example/v1"}, {"temperature": 1}, {"seed": 7}, {"mode": "json"}],
)
def test_another_question_is_another_reply(tmp_path: Path, changes: dict[str, Any]) -> None:
    digests = set()
    for options in ({}, changes):
        chosen = Settings(**({"model": "m", "base_url": "http://double/v1"} | options))
        server = Server(lambda body, n: GOOD)

        async def run(chosen: Settings = chosen, server: Server = server) -> None:
            async with Endpoint(chosen, transport=server.transport) as endpoint:
                await endpoint(MESSAGES)

        asyncio.run(run())
        digests.add(request_digest(chosen.endpoint, repr(server.bodies[0]).encode()))
    assert len(digests) == 2


def test_a_password_in_the_address_is_no_part_of_the_question() -> None:
    assert request_digest("http://ann:1@x.example/v1", b"{}") == request_digest("http://bob:2@x.example/v1", b"{}")


def test_the_same_question_at_the_same_time_is_sent_once(tmp_path: Path) -> None:
    replies, server = ask(tmp_path, lambda body, n: GOOD, times=5)
    assert len(server.bodies) == 1
    assert replies == [replies[0]] * 5


def test_fresh_asks_anew_but_no_question_twice(tmp_path: Path) -> None:
    ask(tmp_path, lambda body, n: GOOD)
    _, server = ask(tmp_path, lambda body, n: GOOD, times=2, fresh=True)
    assert len(server.bodies) == 1


def test_a_replay_sends_nothing_and_says_what_is_missing(tmp_path: Path) -> None:
    first, _ = ask(tmp_path, lambda body, n: GOOD)
    again, server = ask(tmp_path, lambda body, n: GOOD, replay=True)
    assert (again, server.bodies) == (first, [])
    with pytest.raises(ReplyMissing, match="no reply is stored"):
        ask(tmp_path, lambda body, n: GOOD, replay=True, seed=5)


def test_a_failure_of_the_server_is_not_a_reply(tmp_path: Path) -> None:
    with pytest.raises(ModelBusy):
        ask(tmp_path, lambda body, n: error(503, headers={"retry-after": "0"}))
    _, server = ask(tmp_path, lambda body, n: GOOD)
    assert len(server.bodies) == 1


def test_a_poor_answer_that_was_mended_is_paid_for_once(tmp_path: Path) -> None:
    first, _ = ask(tmp_path, lambda body, n: GOOD if n else "not JSON")
    again, server = ask(tmp_path, lambda body, n: GOOD)
    assert (again, server.bodies) == (first, [])
    assert again[0].usage.calls == 2


def test_answers_that_stayed_poor_are_asked_for_again_but_replayed_as_they_were(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer):
        ask(tmp_path, lambda body, n: "not JSON", reasks=2)
    with pytest.raises(BadAnswer):
        ask(tmp_path, lambda body, n: GOOD, reasks=2, replay=True)
    replies, server = ask(tmp_path, lambda body, n: GOOD, reasks=2)
    assert (replies[0].answer, len(server.bodies)) == (GOOD, 1)


def test_asking_again_in_the_same_words_gets_another_reply(tmp_path: Path) -> None:
    """Two poor answers alike make two corrections alike; the second must not be answered by the first."""
    replies, server = ask(tmp_path, lambda body, n: GOOD if n == 2 else "not JSON", reasks=2)
    assert server.bodies[1] == server.bodies[2]
    again, unasked = ask(tmp_path, lambda body, n: GOOD, reasks=2)
    assert (again, unasked.bodies) == (replies, [])


def test_an_answer_that_was_cut_is_kept_and_a_refusal_replayed(tmp_path: Path) -> None:
    cut = completion("{")
    cut["choices"][0]["finish_reason"] = "length"
    for say, changes, sent in (
        (lambda body, n: JSONResponse(cut), {}, 1),
        (lambda body, n: JSONResponse(cut), {}, 0),
        (lambda body, n: error(413), {"seed": 1}, 1),
        (lambda body, n: error(413), {"seed": 1, "replay": True}, 0),
        (lambda body, n: error(413), {"seed": 1}, 1),
    ):
        bodies: list[Any] = []

        def counted(body: dict[str, Any], n: int, say: Say = say, bodies: list[Any] = bodies) -> Any:
            bodies.append(body)
            return say(body, n)

        with pytest.raises(ChunkTooLarge):
            ask(tmp_path, counted, **changes)
        assert len(bodies) == sent


def test_a_key_that_a_server_repeats_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused):
        ask(tmp_path, lambda body, n: error(422, "sesame-open-1 may not"), api_key="sesame-open-1")
    with pytest.raises(ModelRefused, match=r"\[key\] may not"):
        ask(tmp_path, lambda body, n: GOOD, replay=True)
    assert all(b"sesame" not in path.read_bytes() for path in tmp_path.iterdir())
