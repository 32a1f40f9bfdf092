"""`claimx serve`: the offline model on a socket, for any OpenAI client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; one that others can reach needs a key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8642,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="CLAIMX_SERVE_KEY",
            show_envvar=True,
            help="Key that clients must send. Other users of this machine can read a command line: use the variable.",
        ),
    ] = None,
) -> None:
    """Serve the offline model to any OpenAI client, such as `claimx extract --base-url http://127.0.0.1:8642/v1`.

    On a loopback address it answers programs of this machine, and no web page. On another it needs a key, which
    travels unencrypted: put TLS in front of it.

    Examples:
        claimx serve

        CLAIMX_SERVE_KEY="$(openssl rand -hex 16)" claimx serve --host 0.0.0.0
    """
    from claimx.cli.shell import errors_to_stderr, note

    with errors_to_stderr():
        import asyncio

        import uvicorn

        from claimx.model.offline.access import Guard
        from claimx.model.offline.app import app

        _check_key(api_key)
        listening, is_private = _listen(host, port, has_key=api_key is not None)
        shown, bound = listening.getsockname()[:2]
        url = f"http://{_bracketed(shown)}:{bound}/v1"
        who = "" if api_key is None else ", to who has the key"
        note(f"serving the offline model (rules, no language model) at {url}{who} (Ctrl-C ends it)")
        guarded = Guard(app, key=api_key, hosts=frozenset({host.lower()}) if is_private else None)
        server = uvicorn.Server(uvicorn.Config(guarded, log_level="warning", access_log=False, lifespan="off"))
        asyncio.run(server.serve(sockets=[listening]))


def _check_key(key: str | None) -> None:
    from claimx.errors import UsageError

    # What a header cannot carry, or what an unset variable leaves behind, would lock everybody out or nobody.
    if key is not None and not (key and key.isascii() and key.isprintable() and " " not in key):
        raise UsageError("the key of --api-key or CLAIMX_SERVE_KEY is empty, or holds blanks or letters beyond ASCII")


def _listen(host: str, port: int, *, has_key: bool) -> tuple[socket.socket, bool]:
    """A socket that listens there, and whether only this machine can reach it."""
    import socket

    from claimx.errors import UsageError
    from claimx.model.offline.access import is_loopback

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r}: {error}") from None
    is_private = is_loopback(str(address[0]))
    if not is_private and not has_key:
        raise UsageError(
            f"--host {host!r} can be reached by others: set CLAIMX_SERVE_KEY (or --api-key) to a key that clients must "
            "send, or listen on 127.0.0.1"
        )
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise UsageError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None
    return listening, is_private


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
