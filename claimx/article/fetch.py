"""From an address on the web to the bytes behind it, with limits on where, how long and how much."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from dataclasses import dataclass
from functools import partial
from socket import getaddrinfo

import httpx2
from anyio import to_thread
from anyio.from_thread import start_blocking_portal

from claimx import __version__
from claimx.article.addresses import MayConnect, Resolve, is_public, resolve_host
from claimx.errors import FetchRefused, InputError

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
TEXT_TYPES = frozenset({"text/plain", "text/markdown"})
JSON_TYPES = frozenset({"application/json"})
JSON_LINES_TYPES = frozenset({"application/jsonl", "application/x-ndjson", "application/x-jsonlines"})

_HEADERS = {
    "User-Agent": f"claimx/{__version__}",
    "Accept": "text/html, application/xhtml+xml, text/plain;q=0.9, application/json;q=0.9, */*;q=0.1",
    # One coding, because codings within codings let a small answer keep a decoder busy for ever.
    "Accept-Encoding": "gzip",
}
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class FetchLimits:
    """How long a fetch may take in all, how many bytes it may yield (unpacked), how often it may be redirected."""

    seconds: float = 20.0
    size_bytes: int = 5 * 1024 * 1024
    redirects: int = 5


_DEFAULT_LIMITS = FetchLimits()


@dataclass(frozen=True)
class Fetched:
    """What was found at an address: the last one after redirects, its media type, its declared charset, its bytes."""

    url: str
    media_type: str
    charset: str | None
    body: bytes


def fetch(
    url: str,
    *,
    may_connect: MayConnect = is_public,
    limits: FetchLimits = _DEFAULT_LIMITS,
    resolve: Resolve = getaddrinfo,
    tls: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetch a page, text or JSON from the web.

    Every name, also after a redirect, is looked up once; all its addresses are checked; and the connection goes to a
    checked address, so that a name cannot point elsewhere a moment later. Proxies, certificates and logins from the
    environment and `.netrc` are not used: a proxy would look names up by itself, behind the check.

    Args:
        url: An http or https address without a user name.
        may_connect: Says of an IP address whether to connect to it.
        limits: Of time, size and redirects.
        resolve: Looks a name up, like `socket.getaddrinfo`.
        tls: Which certificates to trust; by default those of the operating system.

    Raises:
        FetchRefused: If the address, or one it redirects to, is not http(s) or may not be connected to.
        InputError: If nothing usable came back within the limits.
    """
    task = _Task(url, may_connect, limits, resolve, tls or httpx2.create_ssl_context(trust_env=False))
    with start_blocking_portal() as portal:
        return portal.call(_follow, task)


@dataclass(frozen=True)
class _Task:
    """What the user asked for, and under which rules."""

    url: str
    may_connect: MayConnect
    limits: FetchLimits
    resolve: Resolve
    tls: ssl.SSLContext

    def error(self, reason: str) -> InputError:
        return InputError(self.url, reason)


async def _follow(task: _Task) -> Fetched:
    """Request the address, and those it redirects to, until something is found."""
    here = task.url
    try:
        # A limit on the whole, since a server can keep every single read short of its own.
        async with asyncio.timeout(task.limits.seconds):
            for _ in range(task.limits.redirects + 1):
                found = await _request(_parse(here, task), task)
                if isinstance(found, Fetched):
                    return found
                here = found
    except (TimeoutError, httpx2.TimeoutException):
        raise task.error(f"no complete answer within {task.limits.seconds:g} s; try again, or save the page") from None
    except httpx2.InvalidURL as error:
        raise task.error(f"not a valid address ({error})") from None
    except httpx2.HTTPError as error:
        raise task.error(f"{_explain(error)}; try again, or save the page from a browser") from None
    raise task.error(f"redirected more than {task.limits.redirects} times; save the page from a browser")


def _parse(address: str, task: _Task) -> httpx2.URL:
    here = httpx2.URL(address)
    if here.scheme not in _PORTS:
        raise FetchRefused(task.url, f"{here.scheme}:// is not fetched; give an http(s) address or a file")
    if here.userinfo:
        raise FetchRefused(task.url, "an address with a user name or password is not fetched; take it out")
    if not here.host or (here.port is not None and not 0 < here.port < 2**16):
        raise task.error("not a valid address (no host, or no such port)")
    return here.copy_with(fragment=None)


async def _request(here: httpx2.URL, task: _Task) -> Fetched | str:
    """Request one address: what was found there, or the address that it redirects to."""
    host, port = here.raw_host.decode("ascii"), here.port or _PORTS[here.scheme]
    look_up = partial(resolve_host, host, port, may_connect=task.may_connect, url=task.url, resolve=task.resolve)
    addresses = await to_thread.run_sync(look_up, abandon_on_cancel=True)
    timeout = httpx2.Timeout(task.limits.seconds, connect=_CONNECT_SECONDS)
    # One client per request: a pool would reuse, for another name at the same address, a connection that proved
    # its certificate for this name, and would hand the cookies of one name to another.
    async with httpx2.AsyncClient(headers=_HEADERS, verify=task.tls, trust_env=False, timeout=timeout) as client:
        response = await _send_to_any(addresses, here, client)
        try:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return str(here.join(response.headers["location"]))
            return await _receive(response, here, task)
        finally:
            await response.aclose()


async def _send_to_any(addresses: list[str], here: httpx2.URL, client: httpx2.AsyncClient) -> httpx2.Response:
    """Send the request to the first address that takes a connection."""
    for position, address in enumerate(addresses, start=1):
        request = client.build_request(
            "GET",
            here.copy_with(host=address),
            headers={"Host": here.netloc.decode("ascii")},
            # The certificate has to be one for the name, not for the address.
            extensions={"sni_hostname": here.raw_host.decode("ascii")},
        )
        try:
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if position == len(addresses):
                raise
    raise AssertionError("no addresses")


async def _receive(response: httpx2.Response, here: httpx2.URL, task: _Task) -> Fetched:
    if not response.is_success:
        raise task.error(f"the server answered {response.status_code} {response.reason_phrase}".rstrip())
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in HTML_TYPES | TEXT_TYPES | JSON_TYPES | JSON_LINES_TYPES:
        raise task.error(f"the server sent {media_type[:80] or 'no content type'!r}, not a page, text or JSON")
    return Fetched(str(here), media_type, response.charset_encoding, await _read_body(response, task))


async def _read_body(response: httpx2.Response, task: _Task) -> bytes:
    """The body, unpacked. The limit holds for what comes in and for what it unpacks to."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise task.error(f"the server sent {coding[:80]!r} coding, which was not asked for")
    gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if coding == "gzip" else None
    body, received, limit = bytearray(), 0, task.limits.size_bytes
    async for part in response.aiter_raw():
        received += len(part)
        try:
            body += gzip.decompress(part, limit + 1 - len(body)) if gzip else part
        except zlib.error as error:
            raise task.error(f"the answer is not the gzip data it claims to be ({error})") from None
        if max(received, len(body)) > limit:
            raise task.error(f"larger than {limit / 2**20:.3g} MB; is it an article?")
    if gzip and not gzip.eof:
        raise task.error("the answer broke off; try again, or save the page from a browser")
    return bytes(body)


def _explain(error: httpx2.HTTPError) -> str:
    """What went wrong on the wire, in a few words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            detail = getattr(cause, "verify_message", "") or cause.reason or "TLS failed"
            return f"no secure connection ({detail})"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.ConnectError):
        return f"no connection ({str(error) or 'refused'})"
    return f"the answer broke off ({str(error) or type(error).__name__})"
