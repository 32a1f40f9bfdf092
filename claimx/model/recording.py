"""A journal at the wire: each reply is committed before it is used, and answers the same request ever after.

The transport stands between the OpenAI client and the one that retries, so what it keeps is final, whatever it
took to get it, and everything above it (parsing, re-asking, grounding) goes the same way in a run that is resumed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

import httpx2

from claimx.errors import BadAnswer, ModelRefused, ReplyMissing, WindowTooSmall
from claimx.model.traffic import Traffic

REFUSALS = frozenset({400, 413, 422})
"""Statuses that depend on the request alone: they cost nothing and are asked for again, but a replay needs them."""

KEY = "claimx.key"
"""Under this name a request's `extensions` tell what sends it the key that its reply is kept under."""

_requests_of_call: ContextVar[list[bytes]] = ContextVar("requests_of_call")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A reply as it came over the wire, its body decoded from any content encoding."""

    status: int
    content_type: str
    body: bytes


class Journal(Protocol):
    """What keeps replies."""

    def find(self, key: bytes) -> Recorded | Awaitable[Recorded | None] | None:
        """The reply kept under `key`, if it may be used; it may be waited for where the replies are elsewhere."""
        ...

    def keep(self, key: bytes, reply: Recorded, *, is_usable: bool) -> None:
        """Commit a reply; an unusable one answers only a replay."""
        ...

    def discard(self, keys: Sequence[bytes]) -> None:
        """Make replies unusable."""
        ...


class RecordingTransport(httpx2.AsyncBaseTransport):
    """Answers from the journal what it can, and keeps the reply to everything else.

    Args:
        inner: What sends and retries; None to send nothing at all.
        journal: Where replies are kept.
        traffic: Counts what is found.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport | None, journal: Journal, traffic: Traffic) -> None:
        self._inner = inner
        self._journal = journal
        self._in_flight: dict[bytes, asyncio.Event] = {}
        self._traffic = traffic

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The kept reply, or a new one once it is committed.

        Raises:
            ReplyMissing: If there is none and nothing may be sent.
        """
        if request.method != "POST":
            return await self._send(request)
        key = _next_key(request_digest(str(request.url), await request.aread()))
        # Two articles may hold the same text: the second waits for the reply to the first.
        while (earlier := self._in_flight.get(key)) is not None:
            await earlier.wait()
        ended = self._in_flight[key] = asyncio.Event()
        request.extensions[KEY] = key
        try:
            return await self._answer(key, request)
        finally:
            del self._in_flight[key]
            ended.set()

    async def aclose(self) -> None:
        """Close what sends."""
        if self._inner:
            await self._inner.aclose()

    @contextmanager
    def call(self, *, is_needed: bool) -> Iterator[None]:
        """Around all requests that one answer takes; if no reply will do and one is needed, a later run asks again."""
        keys: list[bytes] = []
        token = _requests_of_call.set(keys)
        try:
            yield
        except BadAnswer:
            if is_needed:
                self._journal.discard([_numbered(key, keys[:at].count(key)) for at, key in enumerate(keys)])
            raise
        except (ModelRefused, WindowTooSmall):
            # A batch keeps refusals that lead to another request; this one leads nowhere.
            if is_needed and keys:
                self._journal.discard([_numbered(keys[-1], keys.count(keys[-1]) - 1)])
            raise
        finally:
            _requests_of_call.reset(token)

    async def _answer(self, key: bytes, request: httpx2.Request) -> httpx2.Response:
        found = self._journal.find(key)
        if (kept := await found if isinstance(found, Awaitable) else found) is not None:
            self._traffic.found += 1
            return httpx2.Response(kept.status, headers={"content-type": kept.content_type}, content=kept.body)
        response = await self._send(request)
        body = await response.aread()
        if response.status_code == 200 or response.status_code in REFUSALS:
            reply = Recorded(response.status_code, response.headers.get("content-type", "application/json"), body)
            self._journal.keep(key, reply, is_usable=response.status_code == 200)
        return response

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        if self._inner is None:
            raise ReplyMissing
        return await self._inner.handle_async_request(request)


def request_digest(url: str, body: bytes) -> bytes:
    """SHA-256 of where a request goes and all that it says: model, messages, schema and sampling.

    A name and password in the address are left out: they say who asks, not what.
    """
    address = httpx2.URL(url).copy_with(userinfo=b"")
    return hashlib.sha256(str(address).encode() + b"\0" + body).digest()


def _next_key(digest: bytes) -> bytes:
    """The key of a request; sent again within one call, to get another answer, it has another."""
    earlier = _requests_of_call.get(None)
    if earlier is None:
        return digest
    earlier.append(digest)
    return _numbered(digest, earlier.count(digest) - 1)


def _numbered(digest: bytes, repeat: int) -> bytes:
    return hashlib.sha256(digest + repeat.to_bytes(4, "big")).digest() if repeat else digest
