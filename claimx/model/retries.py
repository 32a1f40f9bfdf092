"""What is transient, how long to wait, when to stop: one transport that every request of an endpoint goes through.

tenacity owns these retries; openai's own are off, and instructor sees only the last reply, so that the
budget for a failing server and the budget for a poor answer never multiply.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx2
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, retry_if_result, stop_after_attempt
from tenacity.wait import wait_random_exponential

from claimx.errors import BadAnswer
from claimx.model.slots import Slots
from claimx.model.traffic import Traffic

log = logging.getLogger(__name__)

_LARGEST_REPLY = 16 << 20
# Headers that speak of how the body was sent, which is over once it is read.
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
# What a request's headers may hold that is no secret; the client's own all begin with x-stainless.
_PUBLIC = frozenset({"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"})
# What stands in for a key where none is needed may be a word that occurs in any text.
_SHORTEST_SECRET = 8
_TRANSIENT = frozenset({408, 409, 429})
_BUSY = frozenset({429, 503})
# llama.cpp answers 500 when a model's own output does not parse; asking the same again gives the same
# (https://github.com/ggml-org/llama.cpp/issues/26381), so it counts as a bad answer, not as an outage.
_BAD_OUTPUT = "expected peg-"


class RetryTransport(httpx2.AsyncBaseTransport):
    """Sends each request until it is answered, the answer is final, or the attempts run out.

    After 429 or 503 with a wait, every request of this endpoint waits, not only the one that was told to.

    Args:
        inner: What really sends.
        max_attempts: Requests at most, the first included.
        retry_after_cap_s: The longest wait that a server may ask for.
        concurrency: Requests in flight at most; fewer for as long as the server says that it is busy.
        traffic: Counts what is sent, and ends it where the budget does.
        clock: Seconds since the epoch, to read an HTTP date.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        *,
        max_attempts: int,
        retry_after_cap_s: float,
        concurrency: int = 8,
        traffic: Traffic | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._inner = inner
        self._max_attempts = max_attempts
        self._cap_s = retry_after_cap_s
        self._clock = clock
        self._closed_until = 0.0
        self._backoff = wait_random_exponential(multiplier=0.5, max=30)
        self._slots = Slots(concurrency)
        self.traffic = traffic or Traffic()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The first final reply; after the last attempt, whatever came."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._max_attempts),
            retry=retry_if_exception_type(httpx2.TransportError) | retry_if_result(is_transient),
            wait=self._wait_s,
            before_sleep=self._note,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        reply: httpx2.Response = await retrying(self._send, request)
        return reply

    async def aclose(self) -> None:
        """Close what really sends."""
        await self._inner.aclose()

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        async with self._slots.take():
            while (pause_s := self._closed_until - time.monotonic()) > 0:
                await asyncio.sleep(pause_s)
            self.traffic.admit()
            sent_at = time.monotonic()
            response = await self._reply(request)
        seconds = time.monotonic() - sent_at
        self.traffic.reply(response, seconds)
        log.debug("reply", extra={"status": response.status_code, "seconds": round(seconds, 3)})
        if response.status_code in _BUSY:
            self._slots.halve(sent_at)
        elif response.is_success:
            self._slots.grow()
        return response

    async def _reply(self, request: httpx2.Request) -> httpx2.Response:
        """The reply with its body, within the time for reading; HTTP libraries count only the gaps between bytes."""
        limit_s = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(limit_s):
                response = await self._inner.handle_async_request(request)
                # A connection may break in the middle of the body: reading it here makes that retryable too.
                return await _whole(response, request)
        except TimeoutError:
            raise httpx2.ReadTimeout(f"no reply within {limit_s:g} s", request=request) from None

    def _wait_s(self, state: RetryCallState) -> float:
        response = state.outcome.result() if state.outcome and not state.outcome.failed else None
        asked_s = retry_after_s(response.headers, self._clock()) if response is not None else None
        if asked_s is None:
            return self._backoff(state)
        wait_s = min(asked_s, self._cap_s)
        if response is not None and response.status_code in _BUSY:
            self._closed_until = max(self._closed_until, time.monotonic() + wait_s)
        return wait_s

    def _note(self, state: RetryCallState) -> None:
        outcome = state.outcome
        if outcome is None:
            return
        cause = type(outcome.exception()).__name__ if outcome.failed else str(outcome.result().status_code)
        self.traffic.retries[cause] += 1
        log.info(
            "retry", extra={"cause": cause, "attempt": state.attempt_number, "wait_s": round(state.upcoming_sleep, 3)}
        )


async def _whole(response: httpx2.Response, request: httpx2.Request) -> httpx2.Response:
    """The response with its body read and unpacked, up to a size that no honest answer reaches, and without secrets."""
    body = bytearray()
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _LARGEST_REPLY:
                raise BadAnswer(f"The reply is larger than {_LARGEST_REPLY >> 20} MB.")
    finally:
        await response.aclose()
    headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _FRAMING]
    content = without_secrets(bytes(body), request.headers)
    return httpx2.Response(
        response.status_code, headers=headers, content=content, request=request, extensions=response.extensions
    )


def without_secrets(body: bytes, headers: httpx2.Headers) -> bytes:
    """The body without the key and the other secrets that went out in `headers`: some servers repeat them.

    Nothing above this transport, which is where errors, logs, stores and results are made, ever sees them.

    >>> without_secrets(b"no such key: sk-123456", httpx2.Headers({"authorization": "Bearer sk-123456"}))
    b'no such key: [key]'
    """
    for name, value in headers.items():
        if name not in _PUBLIC and not name.startswith("x-stainless"):
            for secret in (value, value.rpartition(" ")[2]):
                if len(secret) >= _SHORTEST_SECRET:
                    body = body.replace(secret.encode(), b"[key]")
    return body


def is_transient(response: httpx2.Response) -> bool:
    """Whether the same request may succeed later. The body must have been read."""
    if (told := response.headers.get("x-should-retry")) in ("true", "false"):
        return bool(told == "true")
    if response.status_code == 429:
        return error_code(response) != "insufficient_quota"
    if response.status_code >= 500:
        return _BAD_OUTPUT not in response.text
    return response.status_code in _TRANSIENT


def error_code(response: httpx2.Response) -> str | None:
    """`error.code` (or `type`) of an OpenAI error body, whatever else the body is."""
    try:
        error = json.loads(response.content).get("error")
        code = error.get("code") or error.get("type")
    except (ValueError, AttributeError, RecursionError):
        return None
    return code if isinstance(code, str) else None


def retry_after_s(headers: httpx2.Headers, now_s: float) -> float | None:
    """How long the server asks to wait, from `retry-after-ms` or `Retry-After` (seconds or an HTTP date).

    >>> retry_after_s(httpx2.Headers({"retry-after-ms": "250"}), 0), retry_after_s(httpx2.Headers({}), 0)
    (0.25, None)
    """
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        if (value := headers.get(name)) is None:
            continue
        try:
            seconds = float(value) * unit_s
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - now_s
            except (TypeError, ValueError, OverflowError):
                continue
        # NaN compares false with everything, and infinity is capped by the caller.
        return max(0.0, seconds) if seconds == seconds else None
    return None
