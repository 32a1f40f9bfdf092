"""`claimx serve`: the offline model on a socket, for any OpenAI client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; only loopback addresses.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8642,
) -> None:
    """Serve the offline model to any OpenAI client, such as `claimx extract --base-url http://127.0.0.1:8642/v1`."""
    from claimx.cli.shell import errors_to_stderr, note

    with errors_to_stderr():
        import asyncio

        import uvicorn

        from claimx.model.offline.app import app

        listening = _listen(host, port)
        shown, bound = listening.getsockname()[:2]
        url = f"http://{_bracketed(shown)}:{bound}/v1"
        note(f"serving the offline model (rules, no language model) at {url} (Ctrl-C ends it)")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        asyncio.run(server.serve(sockets=[listening]))


def _listen(host: str, port: int) -> socket.socket:
    import socket
    from ipaddress import ip_address

    from claimx.errors import UsageError

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r}: {error}") from None
    if not ip_address(str(address[0]).split("%")[0]).is_loopback:
        raise UsageError(f"--host {host!r}: the offline model is served on loopback addresses only, such as 127.0.0.1")
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise UsageError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None
    return listening


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
