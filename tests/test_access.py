"""Who may use `claimx serve`: holders of the key, and this machine's programs but no web page."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from openai import AuthenticationError, OpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from claimx.model.offline.access import Guard

KEY = "open-sesame-4711"
HERE = frozenset({"127.0.0.1"})


async def _reached(request: Request) -> Response:
    return PlainTextResponse("reached")


BEHIND = Starlette(routes=[Route("/{path:path}", _reached, methods=["GET", "POST", "OPTIONS"])])


def send(guard: Guard, path: str = "/v1/models", method: str = "GET", **headers: str) -> httpx2.Response:
    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=guard)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8642") as client:
            return await client.request(
                method, path, headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            )

    return asyncio.run(go())


@pytest.mark.parametrize("given", [f"Bearer {KEY}", f"bearer {KEY}", f"Bearer  {KEY} "])
def test_who_has_the_key_comes_in(given: str) -> None:
    assert send(Guard(BEHIND, key=KEY, hosts=None), authorization=given).text == "reached"


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", KEY, f"Basic {KEY}", f"Bearer {KEY}x", f"Bearer {KEY[:-1]}", "Bearer none", "Bearer é"],
)
@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/", "/health/x", "//health", "/HEALTH"])
def test_without_the_key_nothing_is_reached(given: str, path: str) -> None:
    reply = send(Guard(BEHIND, key=KEY, hosts=None), path, **({"authorization": given} if given else {}))
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.json()["error"].keys() == {"message", "type", "param", "code"}
    assert reply.json()["error"]["code"] == "invalid_api_key"
    assert KEY not in reply.text


def test_whether_it_lives_may_be_asked_by_all() -> None:
    assert send(Guard(BEHIND, key=KEY, hosts=None), "/health").text == "reached"


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost", "LOCALHOST:1", "[::1]:8642", "127.9.9.9", "box"])
def test_a_server_on_loopback_goes_by_its_own_names(host: str) -> None:
    assert send(Guard(BEHIND, key=None, hosts=HERE | {"box"}), host=host).text == "reached"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8642", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.9", "[::", "",
     "evil.example@x", "0.0.0.0"],
)  # fmt: skip
def test_a_page_whose_name_was_made_to_point_here_reaches_nothing(host: str) -> None:
    """DNS rebinding: the browser sends the name of the page as Host."""
    reply = send(Guard(BEHIND, key=None, hosts=HERE), host=host)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden_host")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:3000", "null", "", "http://localhost:8642"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_of_another_origin_reaches_nothing(origin: str, method: str) -> None:
    reply = send(Guard(BEHIND, key=None, hosts=HERE), method=method, origin=origin)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden_origin")
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_a_page_that_came_from_here_may_ask_here() -> None:
    assert send(Guard(BEHIND, key=None, hosts=HERE), origin="http://127.0.0.1:8642").text == "reached"


@contextmanager
def serving(*arguments: str, key: str | None = None) -> Iterator[tuple[str, str]]:
    """`claimx serve` in a process of its own; yields its base URL and what it said of itself."""
    environment = {name: value for name, value in os.environ.items() if name != "CLAIMX_SERVE_KEY"}
    process = subprocess.Popen(
        [sys.executable, "-m", "claimx", "serve", "--port", "0", *arguments],
        stderr=subprocess.PIPE, text=True, env=environment | ({"CLAIMX_SERVE_KEY": key} if key else {}),
    )  # fmt: skip
    assert process.stderr is not None
    told = process.stderr.readline()
    found = re.search(r"http://\S+/v1", told)
    assert found, told
    try:
        yield found[0].replace("0.0.0.0", "127.0.0.1"), told
    finally:
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.communicate(timeout=20)[1]


def test_a_server_that_others_can_reach_asks_for_the_key() -> None:
    with serving("--host", "0.0.0.0", key=KEY) as (url, told):
        assert KEY not in told
        with OpenAI(base_url=url, api_key=KEY, max_retries=0) as client:
            assert [model.id for model in client.models.list()] == ["offline"]
        with (
            OpenAI(base_url=url, api_key="guess", max_retries=0) as client,
            pytest.raises(AuthenticationError) as raised,
        ):
            client.models.list()
    assert raised.value.code == "invalid_api_key"


@pytest.mark.parametrize("given", [[], ["--api-key", ""], ["--api-key", "two words"], ["--api-key", "schlüssel"]])
def test_no_server_that_others_can_reach_is_without_a_usable_key(given: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "claimx", "serve", "--host", "0.0.0.0", "--port", "0", *given],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "CLAIMX_SERVE_KEY" in done.stderr
    assert "schl" not in done.stderr
