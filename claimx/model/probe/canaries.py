"""Small requests that only a server which really does what it promises can answer as asked.

Each asks for something that the words of the prompt do not: a random word that stands in the schema alone, or JSON
where prose is asked for. A server that takes the option and ignores it is found out.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from claimx.article.chunks import split_article
from claimx.model.probe.door import Door, Heard
from claimx.model.probe.findings import Finding
from claimx.model.prompts import load_prompt, render
from claimx.model.replies import find_answer
from claimx.model.wire import by_schema, by_tool
from claimx.schema import Answer, Article

_HELLO = "Say hello."
_TEXT = (
    'Harbour master Ida Brandt said on Tuesday that the east quay was "open to every ship again". '
    "The quay had been closed for repairs since March.\n"
)
# A model's answer may be poor once; failures of the server are tried again by `Door`.
_TRIES = 2
# What the answer about the small text comes to, and half as much again.
_WHOLE_ANSWER = 700


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens that an answer may take; a reasoning model thinks before it writes."""

    short: int
    answer: int

    @classmethod
    def of(cls, *, is_thinking: bool, is_thorough: bool) -> Budget:
        """What is enough for this model; whether a schema compiles is told by a few words of an answer."""
        return cls(2048 if is_thinking else 96, (4096 if is_thinking else _WHOLE_ANSWER) if is_thorough else 64)


async def try_schema(door: Door, budget: Budget) -> Finding:
    """Whether `json_schema` constrains the answer."""
    nonce, schema = _nonce_schema()
    wanted = {"type": "json_schema", "json_schema": {"name": "greeting", "strict": True, "schema": schema}}
    heard = await _try(door, _HELLO, lambda heard: nonce in heard.said, budget.short, response_format=wanted)
    if nonce in heard.said:
        evidence = f"a word that only the schema holds came back{_misplaced(heard, nonce in heard.content)}"
        return Finding(name="json_schema", verdict="ok", evidence=evidence)
    return Finding(name="json_schema", verdict="lacking", evidence=_instead(heard))


async def try_answer_schema(door: Door, budget: Budget) -> Finding:
    """Whether claimx's own schema compiles, and what comes back for a small text."""
    name = "answer schema"
    heard = await _try(door, _messages(), lambda heard: heard.is_ok, budget.answer, **by_schema())
    if not heard.is_ok:
        advice = "The server takes json_schema, but not this schema: report it with the text beside."
        return Finding(name=name, verdict="lacking", evidence=heard.told, advice=advice)
    return Finding(name=name, verdict="ok", evidence=_judged(heard))


async def try_tool(door: Door, budget: Budget) -> Finding:
    """Whether a required tool is called, with arguments that its schema constrains: as claimx asks in this mode."""
    nonce, schema = _nonce_schema()
    tools = [_tool("greet", schema)]
    heard = await _try(
        door,
        _HELLO,
        lambda heard: nonce in heard.said,
        budget.short,
        tools=tools,
        tool_choice="required",
    )
    if nonce in heard.said:
        evidence = (
            f"a required tool was called with a word from its schema{_misplaced(heard, bool(heard.arguments[0]))}"
        )
        return Finding(name="tools", verdict="ok", evidence=evidence)
    return Finding(name="tools", verdict="lacking", evidence=_instead(heard))


async def try_named_tool(door: Door, budget: Budget) -> Finding:
    """Whether an object that names one of two tools is obeyed; claimx does without, other programs may not."""
    name = "tool by name"
    _, schema = _nonce_schema()
    heard = await _try(
        door,
        "Say goodbye.",
        lambda heard: bool(heard.said),
        budget.short,
        tools=[_tool("say_goodbye", schema), _tool("greet", schema)],
        tool_choice={"type": "function", "function": {"name": "greet"}},
    )
    if heard.arguments[0] == "greet":
        return Finding(name=name, verdict="ok", evidence="the named one of two tools was called")
    called = f"called {heard.arguments[0]!r} instead" if heard.arguments[0] else _instead(heard)
    return Finding(name=name, verdict="lacking", evidence=called)


async def try_json_object(door: Door, budget: Budget) -> Finding:
    """Whether `json_object` makes the answer JSON even where prose is asked for."""
    heard = await _try(
        door,
        "Say hello in plain words. Do not write JSON.",
        lambda heard: bool(heard.said),
        budget.short,
        response_format={"type": "json_object"},
    )
    if heard.is_ok and _is_json_so_far(heard):
        return Finding(name="json_object", verdict="ok", evidence="JSON came although prose was asked for")
    return Finding(name="json_object", verdict="lacking", evidence=_instead(heard))


async def try_text(door: Door, budget: Budget) -> Finding:
    """Whether the model writes a usable answer when nothing but the prompt asks for JSON: the last thing to rely on."""
    system, user = _messages()
    asked = {**user, "content": f"{user['content']}\n\nReturn the answer in a ```json code block."}
    heard = await _try(door, [system, asked], lambda heard: bool(_answer(heard)), max(budget.answer, _WHOLE_ANSWER))
    if _answer(heard):
        return Finding(name="JSON by prompt", verdict="ok", evidence=_judged(heard))
    advice = (
        "This server constrains no answer, and the model writes no usable JSON by itself: choose another of the two."
    )
    if heard.is_ok and heard.content.lstrip().startswith(("{", "```")) and _is_cut(heard):
        return Finding(
            name="JSON by prompt", verdict="ok", evidence="begins as JSON; the answer was longer than it may be"
        )
    if heard.is_ok and heard.thoughts[1] and not heard.content:
        advice = "The model thinks and gives no answer: switch its thinking off, or let it write more."
    return Finding(name="JSON by prompt", verdict="problem", evidence=_instead(heard), advice=advice)


async def try_own_tool(door: Door, budget: Budget) -> Finding:
    """The same as `try_answer_schema` by a tool, for a server that fills this schema and no other."""
    heard = await door.chat(_messages(), max_tokens=budget.answer, temperature=0, **by_tool())
    is_ok = find_answer(heard.arguments[1]) is not None
    return Finding(name="tools", verdict="ok" if is_ok else "lacking", evidence=_judged(heard))


async def _try(door: Door, messages: Any, is_good: Any, max_tokens: int, **body: Any) -> Heard:
    heard = await door.chat(messages, max_tokens=max_tokens, temperature=0, **body)
    for _ in range(_TRIES - 1):
        if is_good(heard) or heard.status != 200:
            break
        heard = await door.chat(messages, max_tokens=max_tokens, temperature=0, **body)
    return heard


def _nonce_schema() -> tuple[str, dict[str, Any]]:
    nonce = f"k{secrets.token_hex(4)}"
    word = {"type": "string", "const": nonce}
    return nonce, {
        "type": "object",
        "properties": {"word": word},
        "required": ["word"],
        "additionalProperties": False,
    }


def _tool(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "", "parameters": schema, "strict": True}}


def _messages() -> list[dict[str, str]]:
    article = Article(id="probe", text=_TEXT)
    return render(load_prompt("extract"), article, split_article(article, 1000)[0])


def _answer(heard: Heard) -> Answer | None:
    return find_answer(heard.said)


def _is_json_so_far(heard: Heard) -> bool:
    """Whether the answer is JSON, or the beginning of it when it was cut off."""
    try:
        return isinstance(json.loads(heard.content), dict)
    except ValueError:
        return _is_cut(heard) and heard.content.lstrip().startswith("{")


def _is_cut(heard: Heard) -> bool:
    return isinstance(heard.choice, dict) and heard.choice.get("finish_reason") == "length"


def _judged(heard: Heard) -> str:
    answer = _answer(heard)
    if answer is None:
        return "taken; the answer was longer than it may be" if _is_cut(heard) else f"taken; answered {heard.told}"
    is_right = any("open to every ship again" in " ".join(claim.content) for claim in answer.claims)
    return (
        "taken; found the claim in a small text" if is_right else "taken; found no claim in a small text that has one"
    )


def _misplaced(heard: Heard, is_in_place: bool) -> str:
    """Where an answer stands that is not where it belongs; it is found there all the same."""
    if is_in_place:
        return ""
    return f" (in {heard.thoughts[0]})" if heard.thoughts[0] and not heard.content else " (as text)"


def _instead(heard: Heard) -> str:
    return f"taken, but ignored: {heard.told}" if heard.is_ok else heard.told
