"""Where settings come from: flag > CLAIMX_* > OPENAI_* > .env > config file > default.

All of it is pure; the command line reads the environment and the files and hands them in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from claimx.errors import UsageError
from claimx.settings.values import Settings, is_address

_OPENAI_NAMES = {
    "OPENAI_BASE_URL": "openai_base_url",
    "OPENAI_API_KEY": "openai_api_key",
    "OPENAI_ORG_ID": "organization",
    "OPENAI_PROJECT_ID": "project",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings that come from one place; `origins` tells each one's name there."""

    name: str
    values: Mapping[str, Any]
    origins: Mapping[str, str]


def layers(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    dotenv: Mapping[str, str] | None = None,
) -> list[Layer]:
    """The places that settings come from, the weakest first."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    return [
        Layer("config file", dict(config or {}), {name: name for name in config or {}}),
        *_variables(".env", dotenv or {}),
        *_variables("environment", environment or {}),
        Layer("command line", given, {name: f"--{name.removesuffix('_s').replace('_', '-')}" for name in given}),
    ]


def _variables(place: str, variables: Mapping[str, str]) -> Iterator[Layer]:
    """What OPENAI_* and, stronger, CLAIMX_* variables set."""
    own = {f"CLAIMX_{field.upper()}": field for field in Settings.model_fields}
    for names in (_OPENAI_NAMES, own):
        found = {name: field for name, field in names.items() if variables.get(name)}
        values = {field: variables[name] for name, field in found.items()}
        yield Layer(place, values, {field: name for name, field in found.items()})


def resolve_settings(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    dotenv: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force.

    Args:
        flags: What the command line gave; a value of None means that the flag was not given.
        environment: The process environment, or None for an empty one.
        config: The parsed config file.
        dotenv: What a .env file in the working folder sets.

    Raises:
        UsageError: If a value does not fit, naming it and where it came from.
    """
    places = layers(flags, environment, config, dotenv)
    values = {name: value for layer in places for name, value in layer.values.items()}
    origin = {name: layer for layer in places for name in layer.values}
    if "base_url" in values and "server" in values:
        # The stronger of the two was meant; of two equals, the exact one.
        weaker = "base_url" if places.index(origin["server"]) > places.index(origin["base_url"]) else "server"
        del values[weaker]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        where = origin[name].name if name in origin else "settings"
        raise UsageError(_complaint(name, values.get(name), where, problem)) from None
    _check_dotenv(settings, origin)
    for url in (settings.base_url, settings.openai_base_url):
        if url:
            _check_address(url)
    if not (settings.key or "").isascii():
        raise UsageError("the API key holds characters that no key has; was it copied whole?")
    for name in ("fresh", "replay"):
        if getattr(settings, name) and not settings.store:
            raise UsageError(f"--{name} is about stored replies: name the file with --store")
    if settings.fresh and settings.replay:
        raise UsageError("--fresh asks anew and --replay asks nothing: leave one out")
    return _with_proxy(settings, environment or {})


def _complaint(name: str, value: Any, where: str, problem: Mapping[str, Any]) -> str:
    from difflib import get_close_matches

    shown = "" if "key" in name or name in ("headers", "proxy") else f" {value!r}"
    if problem["type"] != "extra_forbidden":
        return f"{name.replace('_', '-')}{shown} ({where}): {problem['msg'].removeprefix('Value error, ')}"
    near = get_close_matches(name, Settings.model_fields, n=1)
    advice = f"did you mean {near[0]}?" if near else "see claimx config show for all there are"
    return f"{name} ({where}) is no setting; {advice}"


def _check_dotenv(settings: Settings, origin: Mapping[str, Layer]) -> None:
    """Refuse a .env that sends the user's own key to an address of its choosing.

    The file lies in the working folder, which may be a folder of other people's articles.
    """
    own_key = "api_key" if settings.api_key else "openai_api_key"
    secrets = [name for name, is_sent in ((own_key, settings.key), ("headers", settings.headers)) if is_sent]
    steering: dict[str, object] = {"server": settings.server, "base_url": settings.base_url, "proxy": settings.proxy}
    if not settings.is_own_server:
        steering["openai_base_url"] = settings.openai_base_url
    if own_key == "openai_api_key" and settings.is_own_server:
        steering["send_openai_key"] = settings.send_openai_key or None
    for name in (name for name, value in steering.items() if value and origin[name].name == ".env"):
        for secret in (secret for secret in secrets if origin[secret].name != ".env"):
            raise UsageError(
                f".env sets {origin[name].origins[name]}, but {origin[secret].origins[secret]} is from elsewhere: "
                "put the key into .env, too, or the address where the key is"
            )


def _with_proxy(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The same with the proxy that HTTPS_PROXY, ALL_PROXY and NO_PROXY name for the endpoint, as curl reads them."""
    if settings.proxy or settings.is_embedded or not any(name.lower().endswith("_proxy") for name in environment):
        return settings
    # Typeshed does not know it: it is public on every platform, as what `proxy_bypass` asks outside macOS and Windows.
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    proxies = {
        name.lower().removesuffix("_proxy"): value
        for name, value in sorted(environment.items())
        if name.lower().endswith("_proxy") and value
    }
    address = urlsplit(settings.endpoint)
    proxy = proxies.get(address.scheme) or proxies.get("all")
    if not proxy or proxy_bypass_environment(address.hostname or "", proxies):
        return settings
    try:
        return Settings.model_validate({**settings.model_dump(exclude_unset=True), "proxy": proxy})
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"proxy (HTTP_PROXY, HTTPS_PROXY or ALL_PROXY): {reason}") from None


def _check_address(url: str) -> None:
    if not is_address(url):
        raise UsageError(f"base-url {url!r}: write the whole address, such as http://127.0.0.1:8080/v1")
    address = urlsplit(url)
    if address.username or address.password:
        raise UsageError("base-url: leave user name and password out of the address; CLAIMX_API_KEY holds the key")
    if address.query or address.fragment:
        raise UsageError("base-url: leave out what follows ? or #; --header and --extra-body say more to a server")
