"""One frozen value that decides how a run goes."""

from __future__ import annotations

import json
from collections.abc import Collection
from importlib.util import find_spec
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

OFFLINE = "offline"
OPENAI_BASE_URL = "https://api.openai.com/v1"

Mode = Literal["auto", "json_schema", "tools", "json", "md_json"]
Server = Literal["ollama", "llamacpp", "vllm", "lmstudio", "sglang"]

SERVERS: dict[Server, str] = {
    "ollama": "http://127.0.0.1:11434/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
    "sglang": "http://127.0.0.1:30000/v1",
}
"""Where each kind of server listens unless told otherwise."""
OWN_SERVER = "http://127.0.0.1:8642/v1"
"""Where `claimx serve` does."""


class Settings(BaseModel):
    """Everything that decides how a run goes. Times are in seconds, sizes in tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(default=OFFLINE, min_length=1)
    server: Server | None = Field(default=None, description="A kind of server at its usual address.")
    base_url: str | None = None
    api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    send_openai_key: bool = False
    organization: str | None = Field(default=None, description="OpenAI organisation that pays.")
    project: str | None = Field(default=None, description="OpenAI project that pays.")
    headers: dict[str, SecretStr] = Field(default={}, description="Sent with every request, to any server.")
    proxy: SecretStr | None = Field(default=None, description="HTTP proxy for this endpoint; may hold a password.")
    mode: Mode = Field(default="auto", description="How an answer is made to fit; auto tries out a server of yours.")
    prompt: str = "extract"
    chunk_tokens: int = Field(default=1800, ge=50)
    concurrency: int = Field(default=8, ge=1, le=1024)
    timeout_s: float = Field(default=120, gt=0)
    max_attempts: int = Field(default=5, ge=1)
    retry_after_cap_s: float = Field(default=60, ge=0)
    reasks: int = Field(default=1, ge=0)
    temperature: float | None = Field(default=0, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    tokens_per_estimate: float = Field(
        default=1, gt=0, description="The server's tokens for one that claimx estimates; a probe measures it."
    )
    extra_body: dict[str, Any] = Field(default={}, description="Put into every request as it is.")
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
        return self.model == OFFLINE and not self.is_own_server

    @property
    def is_own_server(self) -> bool:
        """Whether the user named a server: its address, or its kind."""
        return self.base_url is not None or self.server is not None

    @property
    def endpoint(self) -> str:
        """The base URL that requests go to."""
        if self.is_embedded:
            return "http://offline.invalid/v1"
        preset = SERVERS[self.server] if self.server else None
        return (self.base_url or preset or self.openai_base_url or OPENAI_BASE_URL).rstrip("/")

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
        is_paired = not self.is_own_server and self.openai_base_url is not None
        if self.openai_api_key and (self.is_openai or is_paired or self.send_openai_key):
            return self.openai_api_key.get_secret_value()
        return None

    @field_validator("headers", mode="before")
    @classmethod
    def _read_headers(cls, given: Any) -> Any:
        """From a table, its JSON, or lines like `X-Team: desk`."""
        if isinstance(given, str):
            given = _from_json(given) if given.lstrip().startswith("{") else [given]
        if not isinstance(given, list | tuple):
            return given
        pairs = [str(line).partition(":") for line in given]
        if any(not colon or not name.strip() for name, colon, _ in pairs):
            raise ValueError("write each header as 'Name: value'")
        return {name.strip(): value.strip() for name, _, value in pairs}

    @field_validator("headers")
    @classmethod
    def _check_headers(cls, headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, value in headers.items():
            text = f"{name}{value.get_secret_value()}"
            if not (text.isascii() and text.isprintable()) or not set(name) <= _HEADER_NAME:
                raise ValueError(f"{name[:40]!r} is no header, or its value holds what no header may")
            if name.lower() in _FRAMING:
                raise ValueError(f"{name} says how a request is sent, which is not for settings to say: leave it out")
        return headers

    @field_validator("extra_body", mode="before")
    @classmethod
    def _read_extra_body(cls, given: Any) -> Any:
        return _from_json(given) if isinstance(given, str) else given

    @field_validator("extra_body")
    @classmethod
    def _check_extra_body(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Refuse what would put something else in the article's place, or bring an answer that nobody reads."""
        for name, advice in _NOT_EXTRA.items():
            if name in body:
                raise ValueError(f"it may not hold {name!r}: {advice}")
        try:
            json.dumps(body, allow_nan=False)
        except (TypeError, ValueError):
            raise ValueError("it holds what JSON cannot: NaN, an infinite number or a date") from None
        return body

    @field_validator("proxy")
    @classmethod
    def _check_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        if proxy is None:
            return None
        url = proxy.get_secret_value()
        # As curl takes it: HOST:PORT is an HTTP proxy.
        url = url if "://" in url else f"http://{url}"
        if not is_address(url, _PROXIES):
            raise ValueError("write a proxy as http://HOST:PORT; what is given is no such address")
        if url.startswith("socks") and find_spec("socksio") is None:
            raise ValueError("a SOCKS proxy needs one more package: pip install socksio")
        return SecretStr(url)


def is_address(url: str, schemes: Collection[str] = ("http", "https")) -> bool:
    """Whether this is a whole address of one of these schemes, its port one that there can be.

    >>> is_address("http://127.0.0.1:8080/v1"), is_address("http://localhost:99999/v1"), is_address("localhost:8080")
    (True, False, False)
    """
    try:
        address = urlsplit(url)
        is_whole = bool(address.hostname) and address.port != 0
    except ValueError:
        return False
    return is_whole and address.scheme in schemes and url.isprintable() and " " not in url


_PROXIES = ("http", "https", "socks5", "socks5h")
_FRAMING = frozenset({"content-length", "transfer-encoding", "content-type", "host", "connection"})
_NOT_EXTRA = {
    "messages": "the article goes there; --prompt takes instructions of your own",
    "model": "pass --model",
    "stream": "answers are read whole",
}
_HEADER_NAME = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError('write it as a JSON object, such as {"top_k": 40}') from None
