"""How much a server takes: its window, what it reads of a long prompt, how many requests at once."""

from __future__ import annotations

import time

import anyio

from claimx.article.chunks import CONTEXT_TOKENS, count_tokens
from claimx.model.probe.door import Door, Heard
from claimx.model.probe.findings import Finding
from claimx.model.probe.identity import Identity
from claimx.model.prompts import load_prompt

# An answer comes to about twice the text, so text, answer and the instructions share the window like this.
_ANSWER_PER_TEXT = 2
_HEADINGS_TOKENS = 60
SMALLEST_CHUNK = 100
_BURST = 4
# Filling a longer one would cost more than it tells.
LONGEST_FILLED_WINDOW = 20_000
_WHOLE = 0.85
_LARGER_WINDOW = {
    "Ollama": "set OLLAMA_CONTEXT_LENGTH=16384 and restart it",
    "llama.cpp": "start it with -c 16384 (all slots share it)",
    "vLLM": "start it with --max-model-len 16384",
    "LM Studio": "load the model with a context length of 16384",
    "SGLang": "start it with --context-length 16384",
}


def largest_chunk(window: int | None, rate: float) -> int | None:
    """Estimated tokens of text that fit a window together with the instructions and a full answer; None if unknown.

    >>> largest_chunk(None, 1.0) is None, largest_chunk(1000, 1.0)
    (True, 0)
    """
    if window is None:
        return None
    fixed = rate * (count_tokens(load_prompt("extract").system) + CONTEXT_TOKENS + _HEADINGS_TOKENS)
    return max(0, int((window - fixed) / (rate * (1 + _ANSWER_PER_TEXT))))


def larger_window(identity: Identity) -> str:
    """What to do on the server's side about a window that is too small."""
    return _LARGER_WINDOW.get(identity.server or "", "give it a larger context window")


def judge_window(identity: Identity, window: int | None, where: str, chunk: int | None, wanted: int) -> Finding:
    """Whether the window that the server tells is large enough for chunks of the wanted size."""
    if window is None or chunk is None:
        return Finding(name="window", verdict="ok", evidence="the server does not tell its context window")
    evidence = f"{window:,} tokens a request ({where}): chunks of up to {chunk:,} tokens"
    advice = f"For chunks of {wanted:,} tokens, {larger_window(identity)}."
    if chunk < SMALLEST_CHUNK:
        evidence = f"{window:,} tokens a request ({where}): too few for the instructions and an answer"
        return Finding(name="window", verdict="problem", evidence=evidence, advice=advice)
    if chunk < wanted:
        return Finding(name="window", verdict="lacking", evidence=evidence, advice=advice)
    return Finding(name="window", verdict="ok", evidence=evidence)


def _filler(tokens: int) -> str:
    """Plain English of about this many estimated tokens, no two lines alike."""
    line = "the harbour office noted the tide, the wind and the ships that came in."
    return "\n".join(f"Entry {number}: {line}" for number in range(1, 2 + tokens * 4 // (len(line) + 12)))


async def measure_rate(door: Door) -> float | None:
    """The server's tokens for one that is estimated, in English, from two small prompts."""
    short, long = _filler(60), _filler(360)
    counts = [(await door.chat(text, max_tokens=1, temperature=0)).prompt_tokens for text in (short, long)]
    if counts[0] is None or counts[1] is None or counts[1] <= counts[0]:
        return None
    return (counts[1] - counts[0]) / (count_tokens(long) - count_tokens(short))


async def try_long_prompt(door: Door, identity: Identity, rate: float | None, chunk_tokens: float) -> Finding:
    """Whether a prompt of the length that extraction needs is read to the end, or cut without a word."""
    name = "long prompt"
    text = load_prompt("extract").system + "\n\n" + _filler(int(chunk_tokens) + CONTEXT_TOKENS)
    heard = await door.chat(text, max_tokens=1, temperature=0)
    sent = f"{count_tokens(text):,} estimated tokens"
    change = larger_window(identity)
    if not heard.is_ok:
        advice = f"{change[0].upper()}{change[1:]}, or pass a smaller --chunk-tokens."
        return Finding(name=name, verdict="problem", evidence=f"{sent}: {heard.told}", advice=advice)
    if rate is None or heard.prompt_tokens is None:
        evidence = f"{sent} were taken; whether they were read cannot be told"
        return Finding(name=name, verdict="lacking", evidence=evidence)
    if cut := _cut(heard, rate, text):
        return Finding(name=name, verdict="problem", evidence=cut, advice=f"It cuts prompts without a word: {change}.")
    return Finding(name=name, verdict="ok", evidence=f"read all of {heard.prompt_tokens:,} tokens")


async def try_overflow(door: Door, identity: Identity, rate: float | None, window: int, *, is_roomy: bool) -> Finding:
    """What the server does with a prompt that is longer than its window: refuse it, or cut it without a word."""
    name = "too long prompt"
    text = _filler(int(window / (rate or 1) * 1.2))
    heard = await door.chat(text, max_tokens=1, temperature=0)
    if not heard.is_ok:
        return Finding(name=name, verdict="ok", evidence=f"is refused: {heard.told}")
    if rate is None or not (cut := _cut(heard, rate, text)):
        return Finding(name=name, verdict="ok", evidence="is taken")
    advice = f"{identity.server or 'The server'} cuts prompts at {window:,} tokens: {larger_window(identity)}."
    return Finding(name=name, verdict="lacking" if is_roomy else "problem", evidence=cut, advice=advice)


def _cut(heard: Heard, rate: float, text: str) -> str | None:
    """How much of a prompt is missing by the server's own count, in words."""
    expected = round(rate * count_tokens(text))
    if heard.prompt_tokens is None or heard.prompt_tokens >= _WHOLE * expected:
        return None
    return f"read {heard.prompt_tokens:,} of about {expected:,} tokens, and did not say so"


async def try_burst(door: Door) -> tuple[Finding, int]:
    """How many of a few requests at once are taken."""
    heard: list[Heard] = []

    async def ask() -> None:
        heard.append(await door.chat("Say hello.", is_patient=False, max_tokens=1, temperature=0))

    started = time.monotonic()
    async with anyio.create_task_group() as group:
        for _ in range(_BURST):
            group.start_soon(ask)
    seconds = time.monotonic() - started
    taken = sum(reply.is_ok for reply in heard)
    evidence = f"{taken} of {_BURST} at once were taken, in {seconds:.1f} s"
    if taken == _BURST:
        return Finding(name="burst", verdict="ok", evidence=evidence), taken
    refused = next(reply for reply in heard if not reply.is_ok)
    advice = f"Pass --concurrency {max(taken, 1)}; with more, requests wait and are tried again."
    return Finding(name="burst", verdict="lacking", evidence=f"{evidence}; {refused.told}", advice=advice), taken
