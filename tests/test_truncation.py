"""A server that reads less than was sent is found out; one with another tokenizer is not accused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from claimx.article.chunks import count_tokens
from claimx.errors import ChunkTooLarge, PromptCut, WindowTooSmall
from claimx.model.client import Endpoint, Reply
from claimx.settings import Settings
from tests.doubles import Server, answer, completion, error
from tests.servers.doubles import serve

SYSTEM = "Read the article and write down who said what. " * 90
USER = "".join(f"On day {number} the ferry was late again, the harbour master said. " for number in range(200))
MESSAGES = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}]


def ask(server: Server, messages: list[dict[str, str]] = MESSAGES, **changes: Any) -> Reply:
    settings = Settings(model="m", base_url="http://double/v1", mode="json_schema", max_attempts=1, **changes)

    async def run() -> Reply:
        async with Endpoint(settings, transport=server.transport) as endpoint:
            return await endpoint(messages)

    return asyncio.run(run())


def counting(count: Any, fails: int | None = None) -> Server:
    """A server that says it read `count(estimate)` tokens; the request with the number `fails` it refuses."""

    def say(body: dict[str, Any], n: int) -> Any:
        if n == fails:
            return error(400, "not now")
        estimate = sum(count_tokens(message["content"]) for message in body["messages"])
        usage = {"prompt_tokens": count(estimate), "completion_tokens": 5, "total_tokens": 0}
        from starlette.responses import JSONResponse

        return JSONResponse(completion(answer().model_dump_json(), usage=usage))

    return Server(say)


@pytest.mark.parametrize("rate", [0.6, 0.8, 1.0, 1.7, 3.0])
def test_no_tokenizer_is_mistaken_for_a_cut(rate: float) -> None:
    assert ask(counting(lambda estimate: round(estimate * rate) + 20)).answer == answer()


@pytest.mark.parametrize("rate", [0.8, 1.0, 1.25])
def test_a_prompt_cut_to_half_the_window_is_an_error_that_names_the_fix(rate: float) -> None:
    server = counting(lambda estimate: min(round(estimate * rate) + 20, 1026))
    with pytest.raises(PromptCut, match=r"1,026 of about [\d,]+ tokens.*OLLAMA_CONTEXT_LENGTH"):
        ask(server)


def test_a_greedy_tokenizer_is_known_from_the_probe() -> None:
    cut = counting(lambda estimate: min(round(estimate * 2.5) + 20, 4098))
    with pytest.raises(PromptCut):
        ask(cut, tokens_per_estimate=2.5)


@pytest.mark.parametrize("count", [lambda estimate: 100, lambda estimate: 2000, lambda estimate: 0])
def test_numbers_that_a_server_makes_up_prove_nothing(count: Any) -> None:
    assert ask(counting(count)).answer == answer()


def test_an_honest_server_is_not_asked_twice() -> None:
    server = counting(lambda estimate: estimate)
    ask(server)
    assert len(server.bodies) == 1


def test_a_cut_prompt_is_never_a_quiet_loss() -> None:
    """Asked about a text of which the server reads only the end, claimx halves it until all of it is read."""
    assert issubclass(PromptCut, ChunkTooLarge)


def test_a_window_that_does_not_hold_the_instructions_is_said_at_once() -> None:
    with serve("llama.cpp", window=512) as double:
        settings = Settings(model="toy", base_url=double.base_url, mode="json_schema")

        async def run() -> None:
            async with Endpoint(settings) as endpoint:
                await endpoint(MESSAGES)

        with pytest.raises(WindowTooSmall, match="512 tokens, and the instructions alone take about") as raised:
            asyncio.run(run())
        assert len(double.requests) == 1
    assert raised.value.is_final


def test_a_prompt_that_a_window_cuts_by_a_few_tokens_is_noticed() -> None:
    """No rate tells 3 % from another tokenizer; a longer prompt that counts for no more does."""
    estimate = sum(count_tokens(message["content"]) for message in MESSAGES)
    window = estimate // 512 * 512
    assert window > 0.85 * estimate
    with pytest.raises(PromptCut, match=f"read {window:,} of"):
        ask(counting(lambda estimate: min(estimate, window)))


def test_an_honest_count_that_looks_like_a_window_is_no_cut() -> None:
    estimate = sum(count_tokens(message["content"]) for message in MESSAGES)
    window = estimate // 512 * 512
    assert ask(counting(lambda sent: sent + window - estimate)).answer == answer()


def test_a_long_prompt_cut_to_a_tenth_is_no_made_up_number() -> None:
    messages = [MESSAGES[0], {"role": "user", "content": USER * 4}]
    with pytest.raises(PromptCut):
        ask(counting(lambda estimate: min(estimate, 1026)), messages)


def test_one_failed_measurement_does_not_switch_the_meter_off() -> None:
    """Once a server has failed to count a piece, the next cut prompt is found out all the same."""
    server = counting(lambda estimate: min(estimate, 1100), fails=1)

    async def run() -> None:
        settings = Settings(model="m", base_url="http://double/v1", mode="json_schema", max_attempts=1)
        async with Endpoint(settings, transport=server.transport) as endpoint:
            await endpoint(MESSAGES)
            await endpoint(MESSAGES)

    with pytest.raises(PromptCut):
        asyncio.run(run())
    assert len(server.bodies) == 5


def test_counts_that_a_server_writes_as_text_are_counts() -> None:
    with pytest.raises(PromptCut):
        ask(counting(lambda estimate: str(min(estimate, 1026))))


def test_a_silent_window_that_holds_no_instructions_is_said_at_once() -> None:
    with pytest.raises(WindowTooSmall, match="the instructions alone take"):
        ask(counting(lambda estimate: min(estimate + 20, 300)))
