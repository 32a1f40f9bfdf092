"""Who may use the served model: holders of the key, and programs of this machine but not web pages shown on it."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# Says nothing but that somebody listens, which the open port says already.
_OPEN_TO_ALL = "/health"


class Guard:
    """An ASGI app in front of another that answers in its place whoever may not use it, in OpenAI's error shape.

    Args:
        app: What is guarded.
        key: The key that requests bring as `Authorization: Bearer …`; None if none is needed.
        hosts: Names beside loopback addresses under which the server is known; None for any. A web page whose name is
            made to point to this machine (DNS rebinding) still calls the server by the name of the page.
    """

    def __init__(self, app: ASGIApp, *, key: str | None, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._key = key
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        refusal = self._refusal(scope["path"], Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, path: str, headers: Headers) -> JSONResponse | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_ours(host):
            return _error(403, "forbidden_host", "This server listens to its own address only: call it by that name.")
        # A page may send a request without asking first, though it never sees the reply: no CORS header is sent.
        if origin is not None and _authority(origin) != host.lower():
            return _error(403, "forbidden_origin", "This server does not answer web pages of another origin.")
        if path != _OPEN_TO_ALL and not self._has_key(headers):
            message = "No API key, or not the right one: send the key of this server as 'Authorization: Bearer KEY'."
            return _error(401, "invalid_api_key", message)
        return None

    def _is_ours(self, host: str) -> bool:
        if self._hosts is None:
            return True
        name = _name(host)
        return name == "localhost" or name in self._hosts or is_loopback(name)

    def _has_key(self, headers: Headers) -> bool:
        if self._key is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # In constant time, so that the time tells nothing of how much of a guess is right.
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._key.encode())


def is_loopback(address: str) -> bool:
    """Whether an IP address, with or without a zone, leads back to this machine; a name is none."""
    try:
        return ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _name(authority: str) -> str:
    """The host of `host:port`, in lower case; empty if it is none."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _authority(origin: str) -> str:
    """The `host:port` of an origin, in lower case; empty for `null`."""
    return origin.partition("://")[2].lower()


def _error(status: int, code: str, message: str) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status, headers=headers)
