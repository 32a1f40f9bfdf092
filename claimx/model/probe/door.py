"""Plain HTTP to one endpoint: what a probe sends, and each reply just as it came."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from claimx.errors import BadAnswer, ModelUnreachable
from claimx.model.failures import message_in
from claimx.model.replies import arguments_of, text_of, tokens_of
from claimx.settings import Settings

if TYPE_CHECKING:
    import httpx2

# A server fails some requests for reasons of its own; three times in a row is no accident.
TRIES = 3
_LONGEST_WAIT_S = 5.0
_LOOK_S = 5.0
_BUSY = frozenset({429, 503})
NO_REPLY = 0
"""In place of a status: nothing came, or the connection broke."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply: `body` is its JSON, or None if it is none. Where no reply came, `text` says why."""

    status: int
    body: Any
    text: str
    content_type: str = ""
    location: str | None = None
    seconds: float = 0.0
    key: str | None = None
    may_pass: bool = False
    wait_s: float = 0.0

    @property
    def is_ok(self) -> bool:
        """Whether a completion came."""
        return self.status == 200 and isinstance(self.message, dict)

    @property
    def choice(self) -> Any:
        """The first choice, if there is one."""
        choices = self.body.get("choices") if isinstance(self.body, dict) else None
        return choices[0] if isinstance(choices, list) and choices else None

    @property
    def message(self) -> Any:
        """What the model said, as the server wrote it."""
        return self.choice.get("message") if isinstance(self.choice, dict) else None

    @property
    def content(self) -> str:
        """The text of the answer."""
        return text_of(self.message.get("content")) if isinstance(self.message, dict) else ""

    @property
    def thoughts(self) -> tuple[str, str]:
        """Where the server puts a reasoning model's thoughts, and the thoughts."""
        message = self.message if isinstance(self.message, dict) else {}
        for name in ("reasoning_content", "reasoning"):
            if isinstance(message.get(name), str) and message[name]:
                return name, message[name]
        return ("<think>", self.content) if "<think>" in self.content else ("", "")

    @property
    def arguments(self) -> tuple[str, str]:
        """The name of the first tool that was called, and its arguments."""
        calls = self.message.get("tool_calls") if isinstance(self.message, dict) else None
        function = (
            calls[0].get("function") if isinstance(calls, list) and calls and isinstance(calls[0], dict) else None
        )
        if not isinstance(function, dict):
            return "", ""
        return str(function.get("name")), arguments_of(function.get("arguments"))

    @property
    def said(self) -> str:
        """The answer, wherever the server put it."""
        return self.content or self.arguments[1] or self.thoughts[1]

    @property
    def prompt_tokens(self) -> int | None:
        """How long the server says the prompt was."""
        usage = self.body.get("usage") if isinstance(self.body, dict) else None
        return (tokens_of(usage.get("prompt_tokens")) or None) if isinstance(usage, dict) else None

    @property
    def complaint(self) -> str:
        """What the server says is wrong."""
        return message_in(self.body, self.text, self.key, self.location)

    @property
    def told(self) -> str:
        """The reply in a few words: the text of an answer, or the status and the server's complaint."""
        if self.is_ok:
            return repr(" ".join(self.said.split())[:80]) if self.said else "an empty answer"
        if self.status == 200:
            return f"200, but no completion: {' '.join(self.text.split())[:80] or 'an empty body'}"
        if self.status == NO_REPLY:
            return self.text
        return f"{self.status}: {self.complaint[:160]}"


class Door:
    """An open connection for probing, with the user's key and headers."""

    def __init__(self, settings: Settings, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        import httpx2

        from claimx.model.connection import open_transport
        from claimx.model.retries import RetryTransport

        self.settings = settings
        address = urlsplit(settings.endpoint)
        self._root = f"{address.scheme}://{address.netloc}"
        self._client = httpx2.AsyncClient(
            # Each request once: it bounds a reply's time and size, and takes secrets out that a server repeats.
            transport=RetryTransport(transport or open_transport(settings), max_attempts=1, retry_after_cap_s=0),
            timeout=httpx2.Timeout(settings.timeout_s, connect=min(10.0, settings.timeout_s)),
            follow_redirects=False,
            headers={
                **({"authorization": f"Bearer {settings.key}"} if settings.key else {}),
                **{name: value.get_secret_value() for name, value in settings.headers.items()},
            },
        )

    async def __aenter__(self) -> Door:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str, *, of_api: bool = False) -> Any:
        """The JSON at a path of the server, or of its API; None if there is none, or the server is slow to say so."""
        import httpx2

        try:
            response = await self._client.get(
                (self.settings.endpoint if of_api else self._root) + path, timeout=_LOOK_S
            )
            return response.json() if response.status_code == 200 else None
        except (httpx2.HTTPError, BadAnswer, ValueError, RecursionError):
            return None

    async def chat(self, messages: str | list[dict[str, str]], *, is_patient: bool = True, **body: Any) -> Heard:
        """Ask for a completion; what may be a passing failure is tried again, if `is_patient`.

        Raises:
            ModelUnreachable: If nothing answers.
        """
        said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        request = {"model": self.settings.model, "messages": said, **body, **self.settings.extra_body}
        heard = await self._post(request)
        for _ in range(TRIES - 1 if is_patient else 0):
            if not heard.may_pass:
                break
            import anyio

            await anyio.sleep(heard.wait_s)
            heard = await self._post(request)
        if heard.status == 400 and "max_completion_tokens" in heard.text and "max_tokens" in request:
            # Reasoning models want another name for the limit.
            request["max_completion_tokens"] = request.pop("max_tokens")
            heard = await self._post(request)
        return heard

    async def _post(self, request: dict[str, Any]) -> Heard:
        import httpx2

        from claimx.model.retries import is_transient, retry_after_s

        endpoint = self.settings.endpoint
        started = time.monotonic()
        try:
            response = await self._client.post(f"{endpoint}/chat/completions", json=request)
        except httpx2.ConnectError as error:
            raise ModelUnreachable(endpoint, str(error) or type(error).__name__) from None
        except httpx2.TimeoutException:
            # It has been waited for once; what takes so long would take as long again.
            return Heard(NO_REPLY, None, f"no reply within {self.settings.timeout_s:g} s")
        except BadAnswer as error:
            return Heard(NO_REPLY, None, str(error).rstrip("."))
        except httpx2.HTTPError as error:
            return Heard(NO_REPLY, None, f"the connection broke: {error!r}", may_pass=True)
        text = response.content.decode("utf-8", "replace")
        try:
            # What is not UTF-8 is no JSON either.
            body = json.loads(response.content.decode())
        except (ValueError, RecursionError):
            body = None
        kind = response.headers.get("content-type", "").partition(";")[0]
        patience_s = retry_after_s(response.headers, time.time())
        heard = Heard(
            response.status_code,
            body,
            text,
            kind,
            response.headers.get("location"),
            time.monotonic() - started,
            self.settings.key,
            wait_s=min((response.status_code in _BUSY) * 1.0 if patience_s is None else patience_s, _LONGEST_WAIT_S),
        )
        may_pass = is_transient(response) or (heard.status == 200 and not heard.is_ok)
        return replace(heard, may_pass=may_pass)
