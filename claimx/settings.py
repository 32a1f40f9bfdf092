"""One frozen `Settings` for a run: flag > CLAIMX_* > OPENAI_* > config file > default.

`resolve_settings` is pure; the command line reads the environment and the config file and hands them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from claimx.errors import UsageError

OFFLINE = "offline"
OPENAI_BASE_URL = "https://api.openai.com/v1"

Mode = Literal["json_schema", "md_json", "json", "tools"]


class Settings(BaseModel):
    """Everything that decides how a run goes. Times are in seconds, sizes in tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(default=OFFLINE, min_length=1)
    base_url: str | None = None
    api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    send_openai_key: bool = False
    mode: Mode = "json_schema"
    prompt: str = "extract"
    chunk_tokens: int = Field(default=1800, ge=50)
    concurrency: int = Field(default=8, ge=1, le=1024)
    timeout_s: float = Field(default=120, gt=0)
    max_attempts: int = Field(default=5, ge=1)
    retry_after_cap_s: float = Field(default=60, ge=0)
    reasks: int = Field(default=1, ge=0)
    temperature: float | None = Field(default=0, ge=0, le=2)
    seed: int | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    max_requests: int | None = Field(default=None, ge=1, description="Requests of a run, retries included.")
    max_tokens_total: int | None = Field(default=None, ge=1, description="Tokens after which nothing more is asked.")
    deadline_s: float | None = Field(default=None, gt=0, description="Seconds after which nothing more is asked.")
    grace_s: float = Field(default=10, ge=0, description="Seconds that requests in flight have when a run is stopped.")
    store: str | None = Field(default=None, description="File that keeps every reply.")
    fresh: bool = Field(default=False, description="Ask anew although the store has a reply.")
    replay: bool = Field(default=False, description="Answer from the store alone; send nothing.")

    @property
    def is_embedded(self) -> bool:
        """Whether the offline model is reached in this process rather than over a socket."""
        return self.model == OFFLINE and self.base_url is None

    @property
    def endpoint(self) -> str:
        """The base URL that requests go to."""
        if self.is_embedded:
            return "http://offline.invalid/v1"
        return (self.base_url or self.openai_base_url or OPENAI_BASE_URL).rstrip("/")

    @property
    def is_openai(self) -> bool:
        """Whether requests go to OpenAI's own servers, over TLS."""
        address = urlsplit(self.endpoint)
        return address.scheme == "https" and address.hostname == "api.openai.com"

    @property
    def key(self) -> str | None:
        """The API key for `endpoint`.

        A key named OPENAI_API_KEY goes to OpenAI, to the address that OPENAI_BASE_URL names beside it, or
        anywhere when the user says so; never to an address that was given in another way.
        """
        if self.is_embedded:
            return None
        if self.api_key:
            return self.api_key.get_secret_value()
        is_paired = self.base_url is None and self.openai_base_url is not None
        if self.openai_api_key and (self.is_openai or is_paired or self.send_openai_key):
            return self.openai_api_key.get_secret_value()
        return None


_OPENAI_NAMES = {"OPENAI_BASE_URL": "openai_base_url", "OPENAI_API_KEY": "openai_api_key"}


def resolve_settings(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings in force.

    Args:
        flags: What the command line gave; a value of None means that the flag was not given.
        environment: The process environment, or None for an empty one.
        config: The parsed config file.

    Raises:
        UsageError: If a value does not fit, naming it and where it came from.
    """
    environment = environment or {}
    layers: list[tuple[str, dict[str, Any]]] = [
        ("config file", dict(config or {})),
        ("environment", {field: environment[name] for name, field in _OPENAI_NAMES.items() if environment.get(name)}),
        (
            "environment",
            {
                field: environment[f"CLAIMX_{field.upper()}"]
                for field in Settings.model_fields
                if environment.get(f"CLAIMX_{field.upper()}")
            },
        ),
        ("command line", {name: value for name, value in (flags or {}).items() if value is not None}),
    ]
    values = {name: value for _, layer in layers for name, value in layer.items()}
    origin = {name: where for where, layer in layers for name in layer}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        shown = "" if "key" in name else f" {values.get(name)!r}"
        raise UsageError(
            f"{name.replace('_', '-')}{shown} ({origin.get(name, 'settings')}): {problem['msg']}"
        ) from None
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
    return settings


def _check_address(url: str) -> None:
    try:
        address = urlsplit(url)
        is_whole = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise UsageError(f"base-url {url!r}: write the whole address, such as http://127.0.0.1:8080/v1")
    if address.username or address.password:
        raise UsageError("base-url: leave user name and password out of the address; CLAIMX_API_KEY holds the key")
