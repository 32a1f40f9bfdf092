"""Which software answers at an endpoint, and how long a context window it gives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from claimx.model.probe.door import Door
from claimx.schema import Value
from claimx.settings import OWN_SERVER, SERVERS, Settings


@dataclass(frozen=True, slots=True)
class Identity:
    """What a server says of itself; None for what it does not say."""

    server: str | None = None
    version: str | None = None
    models: tuple[str, ...] | None = None
    window: int | None = None
    window_from: str = ""
    slots: int | None = None

    @property
    def name(self) -> str:
        """The software in words."""
        return " ".join(part for part in (self.server or "an unknown server", self.version) if part)


async def identify(door: Door) -> Identity:
    """Look at the addresses by which servers can be told apart; none of them costs a token."""
    listing = await door.get("/models", of_api=True)
    entries = listing.get("data") if isinstance(listing, dict) else None
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    models = tuple(str(entry["id"]) for entry in entries if "id" in entry) if isinstance(listing, dict) else None
    entry = next((entry for entry in entries if entry.get("id") == door.settings.model), entries[0] if entries else {})
    owner = entry.get("owned_by")
    if owner == "claimx":
        return Identity("claimx offline model", None, models)
    if owner == "sglang":
        return Identity("SGLang", None, models, _number(entry, "max_model_len"), "/v1/models")
    if owner == "vllm" or _number(entry, "max_model_len"):
        version = await door.get("/version")
        return Identity("vLLM", _text(version, "version"), models, _number(entry, "max_model_len"), "/v1/models")
    if isinstance(props := await door.get("/props"), dict) and "default_generation_settings" in props:
        window = _number(props["default_generation_settings"], "n_ctx")
        build = _text(props, "build_info")
        return Identity("llama.cpp", build, models, window, "/props", _number(props, "total_slots"))
    if isinstance(found := await door.get("/api/version"), dict) and "version" in found:
        return Identity("Ollama", _text(found, "version"), models)
    if isinstance(found := await door.get("/api/v0/models"), dict) and "data" in found:
        loaded = [item for item in found["data"] if isinstance(item, dict) and item.get("id") == door.settings.model]
        window = _number(loaded[0], "loaded_context_length") if loaded else None
        return Identity("LM Studio", None, models, window, "/api/v0/models")
    if owner == "organization_owner":
        return Identity("LM Studio", None, models)
    return Identity("OpenAI" if door.settings.is_openai else None, None, models)


async def window_of_ollama(door: Door) -> int | None:
    """The window that Ollama has loaded the model with; known once the model has answered."""
    running = await door.get("/api/ps")
    entries = running.get("models") if isinstance(running, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        names = {entry.get("name"), entry.get("model")} if isinstance(entry, dict) else set()
        if {door.settings.model, f"{door.settings.model}:latest"} & names:
            return _number(entry, "context_length")
    return None


def _number(value: Any, name: str) -> int | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, int) and found > 0 else None


def _text(value: Any, name: str) -> str | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found[:60] if isinstance(found, str) else None


class Place(Value):
    """A server that answers on this machine."""

    endpoint: str
    server: str
    models: tuple[str, ...]


async def look_around(endpoints: Sequence[str] = (*SERVERS.values(), OWN_SERVER)) -> list[Place]:
    """Ask what is there, by default at the usual ports of this machine."""
    found = await asyncio.gather(*(_look_at(endpoint) for endpoint in endpoints))
    return [place for place in found if place]


async def _look_at(endpoint: str) -> Place | None:
    async with Door(Settings(model="any", base_url=endpoint)) as door:
        identity = await identify(door)
    if identity.server is None and identity.models is None:
        return None
    return Place(endpoint=endpoint, server=identity.name, models=identity.models or ())
