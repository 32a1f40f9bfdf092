"""Settings that suit a server: tried out when it is new, remembered for a day."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from claimx.errors import ModelBusy, ModelRefused
from claimx.model.probe.door import Door
from claimx.model.probe.findings import Findings
from claimx.model.probe.identity import identify
from claimx.model.probe.probing import fit, probe
from claimx.schema import Answer
from claimx.settings import Settings

_KEPT_S = 24 * 3600.0
# A change in what is tried, or in what is made of it.
_VERSION = 1


class Cache:
    """Findings on disk, one file for each endpoint, model and wanted mode; a folder that cannot be written forgets.

    Args:
        folder: Where the files are; made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, settings: Settings, *, now_s: float, is_any_age: bool = False) -> Findings | None:
        """What was found out about this endpoint and model, unless it is too old."""
        try:
            kept = json.loads(self._path(settings).read_text(encoding="utf-8"))
            age_s = now_s - float(kept["at"])
            findings = Findings.model_validate(kept["findings"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None
        return findings if is_any_age or 0 <= age_s < _KEPT_S else None

    def keep(self, settings: Settings, findings: Findings, *, now_s: float) -> None:
        """Write it down, whole or not at all."""
        path = self._path(settings)
        text = json.dumps({"at": now_s, "findings": findings.model_dump(mode="json")}, ensure_ascii=False)
        beside = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)

    def _path(self, settings: Settings) -> Path:
        name = hashlib.sha256(
            f"{_VERSION}\0{settings.endpoint}\0{settings.model}\0{settings.mode}".encode()
        ).hexdigest()[:24]
        return self._folder / f"{name}.json"


def user_cache() -> Cache:
    """What this user's runs found out."""
    from platformdirs import user_cache_path

    return Cache(user_cache_path("claimx") / "probes")


async def suit(
    settings: Settings, cache: Cache, *, on_trial: Callable[[], None] = lambda: None
) -> tuple[Settings, Findings | None]:
    """The settings that suit the endpoint, and what was found out about it, if anything had to be.

    OpenAI and the offline model need no trial. Nothing is tried out in a replay, nor on a budget of requests, nor
    where the user has chosen the mode. A run that goes on from a store asks as it did before, however old that is.

    Args:
        settings: What the user wants.
        cache: Where findings are kept.
        on_trial: Called before a server is tried out, which may take as long as loading its model does.

    Raises:
        ModelUnreachable: If nothing answers.
        ModelRefused: If the server refuses the key, or has no such model.
    """
    if settings.is_openai or settings.is_embedded or settings.mode in ("json_schema", "tools"):
        return settings, None
    now_s = time.time()
    findings = cache.find(settings, now_s=now_s, is_any_age=_goes_on(settings))
    if findings is None:
        if settings.replay or settings.max_requests is not None:
            return settings, None
        on_trial()
        findings = await _find_out(settings)
        if findings is None:
            return settings, None
        cache.keep(settings, findings, now_s=now_s)
    return _constrained(fit(settings, findings), findings), findings


def _goes_on(settings: Settings) -> bool:
    return settings.replay or (settings.store is not None and Path(settings.store).exists())


async def _find_out(settings: Settings) -> Findings | None:
    """What decides how to ask; None if the server is in no state to be tried out."""
    if settings.mode != "auto":
        async with Door(settings) as door:
            identity = await identify(door)
        return Findings(endpoint=settings.endpoint, model=settings.model, server=identity.server, mode=settings.mode)
    try:
        return await probe(settings)
    except ModelBusy:
        return None
    except ModelRefused as error:
        # A page that stands in for the server, and a reply that is merely poor, both come with 200.
        if error.is_final or "web page" in error.message:
            raise
        return None


def _constrained(settings: Settings, findings: Findings) -> Settings:
    """With the answer's schema beside the request, which makes llama.cpp constrain the loose modes as well."""
    is_loose = settings.mode in ("json", "md_json") and "json_schema" not in settings.extra_body
    if not is_loose or not (findings.server or "").startswith("llama.cpp"):
        return settings
    body: dict[str, Any] = {**settings.extra_body, "json_schema": Answer.model_json_schema()}
    return Settings.model_validate({**settings.model_dump(exclude_unset=True), "extra_body": body})
