"""Which network addresses may be fetched from: the public ones."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from claimx.errors import FetchRefused, InputError

# The shape of `socket.getaddrinfo(host, port, family, kind)`.
Resolve = Callable[[str, int, int, int], list[tuple[Any, ...]]]

# Says whether an IP address may be connected to.
MayConnect = Callable[[str], bool]

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Addresses that carry an IPv4 address inside: a tunnel or a translator would take the packet there.
_TUNNELS = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("2002::/16"))


def is_public(address: str) -> bool:
    """Whether an IP address is an ordinary host on the internet.

    Not public are private, loopback, link-local, shared (CGNAT), multicast, documentation and reserved addresses, and
    IPv6 addresses that stand for an IPv4 one (mapped, NAT64, 6to4, Teredo).

    Source:
        IANA IPv4 and IPv6 Special-Purpose Address Registries, as Python's `ipaddress` has them.

    >>> [is_public(address) for address in ("93.184.215.14", "127.0.0.1", "::ffff:93.184.215.14")]
    [True, False, False]
    """
    ip = ipaddress.ip_address(address)
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return ip.version == 4 or (ip in _GLOBAL_UNICAST and not any(ip in tunnel for tunnel in _TUNNELS))


def anywhere(address: str) -> bool:
    """Permit every address, private ones too."""
    return True


def resolve_host(host: str, port: int, *, may_connect: MayConnect, url: str, resolve: Resolve) -> list[str]:
    """The addresses of a host, every one of them checked; connect to these and do not look the name up again.

    Raises:
        FetchRefused: If `may_connect` forbids one of them.
        InputError: If the name has no address.
    """
    try:
        answers = resolve(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no valid name"
        raise InputError(url, f"the host {host!r} was not found ({reason}); check the address") from None
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not addresses:
        raise InputError(url, f"the host {host!r} has no address; check the name")
    for address in addresses:
        if not may_connect(address):
            raise FetchRefused(
                url, f"{host!r} is at {address}, not a public address; --allow-private fetches it anyway"
            )
    return addresses
