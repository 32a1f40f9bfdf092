"""Joining a cluster, or starting one on this machine."""

from __future__ import annotations

import asyncio
import logging
import signal
from threading import current_thread, main_thread
from typing import Any

from claimx.errors import UsageError

_REACH_S = 5


async def start(address: str | None) -> Any:
    """The `ray` module, connected to the cluster at an address, or to one of this machine alone.

    Raises:
        UsageError: If Ray is not installed, or there is no cluster at the address.
    """
    try:
        import pyarrow  # type: ignore[import-untyped]  # noqa: F401
        import ray  # type: ignore[import-not-found,unused-ignore]
        import ray.data  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise UsageError("--engine ray needs Ray: pip install 'claimx[ray]'") from None
    if address and address.startswith("ray://"):
        raise UsageError(
            f"--ray-address {address}: a Ray client is not on the cluster; run claimx on one of its machines, "
            "with --ray-address auto"
        )
    earlier = signal.getsignal(signal.SIGTERM)
    try:
        await _reach(address)
        ray.init(
            address=address or "local",
            include_dashboard=False if address is None else None,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"--ray-address {address}: no cluster to join ({first_line(error)}); start one with `ray start --head`"
        ) from None
    finally:
        # Ray would end the process at once.
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, earlier)
    return ray


async def _reach(address: str | None) -> None:
    """Try the address, for Ray itself waits minutes for one where nothing is.

    Raises:
        OSError: If nothing answers there; a `TimeoutError` is one.
    """
    host, _, port = (address or "").rpartition(":")
    if host and port.isdigit():
        async with asyncio.timeout(_REACH_S):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
        await writer.wait_closed()


def first_line(error: BaseException) -> str:
    """What an error of Ray's says before it goes into detail."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
