"""How a run ends before its time: nothing new is asked, what is in flight has a short grace, the rest is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from claimx.errors import ClaimxError, Stopped


class Stop:
    """Call it with the reason to stop a run; the first reason counts.

    Args:
        grace_s: How long requests in flight may still take.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._in_flight: set[asyncio.Timeout] = set()
        self.reason: ClaimxError | None = None

    def __call__(self, reason: ClaimxError) -> None:
        """Stop; must be called from the event loop."""
        if self.reason is None:
            self.reason = reason
            ends_at = asyncio.get_running_loop().time() + self._grace_s
            for limit in self._in_flight:
                limit.reschedule(ends_at)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Around one request.

        Raises:
            Stopped: If the run has been stopped, or is and the grace ends before the request does.
        """
        if self.reason is not None:
            raise Stopped(self.reason)
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._in_flight.add(limit)
                try:
                    yield
                finally:
                    self._in_flight.discard(limit)
        except TimeoutError:
            if self.reason is None or not limit.expired():
                raise
            raise Stopped(self.reason) from None
