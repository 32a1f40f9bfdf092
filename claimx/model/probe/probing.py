"""Try out what an endpoint can do, in the order that costs least, and decide how to ask it."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from claimx.errors import ModelBusy, ModelRefused
from claimx.model.probe import canaries
from claimx.model.probe.canaries import Budget
from claimx.model.probe.door import NO_REPLY, TRIES, Door, Heard
from claimx.model.probe.findings import Finding, Findings
from claimx.model.probe.identity import Identity, identify, window_of_ollama
from claimx.model.probe.limits import (
    LONGEST_FILLED_WINDOW,
    SMALLEST_CHUNK,
    judge_window,
    largest_chunk,
    measure_rate,
    try_burst,
    try_long_prompt,
    try_overflow,
)
from claimx.settings import Mode, Settings

if TYPE_CHECKING:
    import httpx2


async def probe(
    settings: Settings, *, is_thorough: bool = False, transport: httpx2.AsyncBaseTransport | None = None
) -> Findings:
    """Find out what there is to know about an endpoint and its model.

    Args:
        settings: Which endpoint and model, and the key.
        is_thorough: Try everything, as `claimx doctor` does, rather than what decides how to ask.
        transport: What really sends; by default a socket.

    Raises:
        ModelUnreachable: If nothing answers.
        ModelRefused: If the server does not want to answer: a wrong key, an unknown model.
        ModelBusy: If it has no time.
    """
    async with Door(settings, transport=transport) as door:
        identity, hello = await asyncio.gather(identify(door), _say_hello(door))
        place, _ = hello.thoughts
        budget = Budget.of(is_thinking=bool(place), is_thorough=is_thorough)
        checks = [
            Finding(name="server", verdict="ok", evidence=_introduction(identity)),
            Finding(name="model", verdict="ok", evidence=f"answers: {hello.told}"),
        ]
        (mode, why, tried), rate = await asyncio.gather(
            _choose(door, identity, budget, is_thorough=is_thorough),
            measure_rate(door) if hello.prompt_tokens else _nothing(),
        )
        checks.append(_usage(hello, rate))
        if place:
            checks.append(_thinking(place))
        checks += tried
        window, where = identity.window, identity.window_from
        if identity.server == "Ollama":
            window, where = await window_of_ollama(door), "/api/ps"
        chunk = largest_chunk(window, rate or 1)
        checks.append(judge_window(identity, window, where, chunk, settings.chunk_tokens))
        taken = None
        if is_thorough:
            checks.append(await try_long_prompt(door, identity, rate, min(settings.chunk_tokens, chunk or math.inf)))
            if window and window <= LONGEST_FILLED_WINDOW:
                is_roomy = chunk is not None and chunk >= settings.chunk_tokens
                checks.append(await try_overflow(door, identity, rate, window, is_roomy=is_roomy))
            finding, taken = await try_burst(door)
            checks.append(finding)
        return Findings(
            endpoint=settings.endpoint,
            model=settings.model,
            server=identity.name if identity.server else None,
            window=window,
            tokens_per_estimate=round(rate or 1, 3),
            mode=mode,
            why=why,
            largest_chunk=chunk,
            concurrency=taken,
            checks=tuple(checks),
        )


def fit(settings: Settings, findings: Findings) -> Settings:
    """The settings that suit the endpoint: its mode, and chunks that fit its window. What the user set, stays."""
    changes: dict[str, object] = {"tokens_per_estimate": findings.tokens_per_estimate}
    if settings.mode == "auto":
        changes["mode"] = findings.mode
    chunk = findings.largest_chunk
    if "chunk_tokens" not in settings.model_fields_set and chunk and chunk < settings.chunk_tokens:
        changes["chunk_tokens"] = max(chunk, SMALLEST_CHUNK)
    return Settings.model_validate({**settings.model_dump(exclude_unset=True), **changes})


_WEB_PAGE = "a web page, no completion. Is the address right (most end in /v1)? Does a proxy want a login?"


async def _nothing() -> None:
    return None


async def _say_hello(door: Door) -> Heard:
    """A first answer, or the reason why there will be none."""
    heard = await door.chat("Say hello.", max_tokens=8, temperature=0)
    if heard.is_ok:
        return heard
    endpoint = door.settings.endpoint
    message = heard.complaint
    if heard.status == NO_REPLY:
        raise ModelBusy(endpoint, TRIES if heard.may_pass else 1, heard.text)
    if heard.status in (429, 503):
        raise ModelBusy(endpoint, TRIES, f"last with {heard.status}: {message}")
    if heard.status == 200:
        is_page = "html" in heard.content_type
        what = "the reply holds no choices" if isinstance(heard.body, dict) else "the reply is no JSON in UTF-8"
        message = _WEB_PAGE if is_page else f"{what} ({' '.join(heard.text.split())[:80]})"
    elif heard.status == 404 and (models := (await identify(door)).models):
        message = f"{message} (it has {', '.join(models[:10])})"
    raise ModelRefused(endpoint, heard.status, message)


async def _choose(
    door: Door, identity: Identity, budget: Budget, *, is_thorough: bool
) -> tuple[Mode, str, list[Finding]]:
    """The best mode that works, why, and what was tried to find it."""
    if identity.server == "claimx offline model":
        return await _own_modes(door)
    schema = await canaries.try_schema(door, budget)
    own = await canaries.try_answer_schema(door, budget) if schema.verdict == "ok" else None
    tried = [schema, own] if own else [schema]
    is_constrained = own is not None and own.verdict == "ok"
    if is_constrained and not is_thorough:
        return "json_schema", "the schema constrains every word of the answer", tried
    tools, as_json = await asyncio.gather(canaries.try_tool(door, budget), canaries.try_json_object(door, budget))
    by_name = [await canaries.try_named_tool(door, budget)] if is_thorough else []
    tried += [tools, *by_name, as_json]
    if is_constrained:
        return "json_schema", "the schema constrains every word of the answer", tried
    reason = "json_schema is not heeded" if schema.verdict != "ok" else "the answer's schema is not taken"
    if tools.verdict == "ok":
        return "tools", f"{reason}; a tool's arguments are constrained", tried
    text = await canaries.try_text(door, budget)
    tried.append(text)
    if as_json.verdict == "ok":
        return "json", f"{reason}, nor are tools; json_object gives JSON, which is checked", tried
    return "md_json", f"{reason}, nor are tools and json_object; the prompt asks for JSON, which is checked", tried


async def _own_modes(door: Door) -> tuple[Mode, str, list[Finding]]:
    budget = Budget.of(is_thinking=False, is_thorough=True)
    schema = await canaries.try_answer_schema(door, budget)
    tried = [
        Finding(name="json_schema", verdict=schema.verdict, evidence=schema.evidence),
        await canaries.try_own_tool(door, budget),
        await canaries.try_json_object(door, budget),
        await canaries.try_text(door, budget),
    ]
    return "json_schema", "it fills this schema and no other", tried


def _introduction(identity: Identity) -> str:
    names = ", ".join((identity.models or ())[:5])
    slots = f", {identity.slots} slots" if identity.slots else ""
    return f"{identity.name}{slots}; " + (f"has {names}" if names else "lists no models")


def _usage(hello: Heard, rate: float | None) -> Finding:
    if rate is not None:
        return Finding(name="usage", verdict="ok", evidence="tells how many tokens it read")
    evidence = "does not tell how many tokens it read"
    if hello.prompt_tokens:
        evidence = f"makes its numbers up: {hello.prompt_tokens:,} tokens read, however long the prompt"
    return Finding(
        name="usage",
        verdict="lacking",
        evidence=evidence,
        advice="A prompt that the server cuts cannot be noticed: make sure yourself that its window is large enough.",
    )


def _thinking(place: str) -> Finding:
    return Finding(
        name="reasoning",
        verdict="ok",
        evidence=f"thinks before it answers, in {place}",
        advice="Thinking takes most of the time and tokens here; switch it off if the server lets you "
        '(vLLM, llama.cpp: --extra-body \'{"chat_template_kwargs": {"enable_thinking": false}}\').',
    )
