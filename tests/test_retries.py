"""What is transient, and how long to wait."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from claimx.model.retries import RetryTransport, is_transient, retry_after_s

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, 9.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=9), usegmt=True)}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_the_servers_word_on_waiting_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(httpx2.Headers(headers), NOW.timestamp()) == seconds


@pytest.mark.parametrize(("told", "expected"), [("true", True), ("false", False)])
def test_x_should_retry_decides(told: str, expected: bool) -> None:
    assert (
        is_transient(httpx2.Response(400 if expected else 503, headers={"x-should-retry": told}, content=b""))
        is expected
    )


class Scripted(httpx2.AsyncBaseTransport):
    """Gives the scripted replies one after the other and notes when each was asked for."""

    def __init__(self, *replies: httpx2.Response | Exception) -> None:
        self.replies = list(replies)
        self.times: list[float] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.times.append(time.monotonic())
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


def send(transport: RetryTransport, count: int = 1) -> list[httpx2.Response]:
    async def run() -> list[httpx2.Response]:
        request = httpx2.Request("POST", "http://double/v1", content=b"{}")
        return await asyncio.gather(*(transport.handle_async_request(request) for _ in range(count)))

    return asyncio.run(run())


def test_a_dropped_connection_is_tried_again() -> None:
    transport = RetryTransport(
        Scripted(httpx2.ReadError("gone"), httpx2.Response(200, content=b"ok")), max_attempts=2, retry_after_cap_s=1
    )
    assert send(transport)[0].status_code == 200
    assert transport.traffic.retries == {"ReadError": 1}


def test_the_last_failure_is_passed_on() -> None:
    transport = RetryTransport(
        Scripted(httpx2.ConnectError("no"), httpx2.ConnectError("no")), max_attempts=2, retry_after_cap_s=1
    )
    with pytest.raises(httpx2.ConnectError):
        send(transport)


def test_a_long_wait_is_capped() -> None:
    inner = Scripted(
        httpx2.Response(503, headers={"retry-after": "3600"}, content=b""), httpx2.Response(200, content=b"")
    )
    assert send(RetryTransport(inner, max_attempts=2, retry_after_cap_s=0.2))[0].status_code == 200
    assert 0.15 < inner.times[1] - inner.times[0] < 2


def test_after_a_429_every_request_of_the_endpoint_waits() -> None:
    inner = Scripted(
        httpx2.Response(429, headers={"retry-after": "0.3"}, content=b""),
        *(httpx2.Response(200, content=b"") for _ in range(4)),
    )
    transport = RetryTransport(inner, max_attempts=3, retry_after_cap_s=5)

    async def run() -> None:
        request = httpx2.Request("POST", "http://double/v1", content=b"{}")
        first = asyncio.create_task(transport.handle_async_request(request))
        await asyncio.sleep(0.05)
        await asyncio.gather(first, *(transport.handle_async_request(request) for _ in range(3)))

    asyncio.run(run())
    assert all(moment - inner.times[0] >= 0.28 for moment in inner.times[1:])
