"""How many requests may be in flight: fewer when the server says that it is busy, more again as it keeps up.

Source: additive increase, multiplicative decrease, as in TCP's congestion avoidance (RFC 5681, section 3.1).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """Room for up to `most` requests at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._busy = 0
        self._freed = asyncio.Event()
        self._cut_at = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Hold a slot, waiting for one if all are taken."""
        while self._busy >= self.limit:
            self._freed.clear()
            await self._freed.wait()
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._freed.set()

    def halve(self, sent_at: float) -> None:
        """Allow half as many; `sent_at` is of `time.monotonic`.

        Requests that were already under way at the last cut tell nothing new.
        """
        if sent_at >= self._cut_at:
            self._cut_at = time.monotonic()
            self._limit = max(1.0, self._limit / 2)

    def grow(self) -> None:
        """Allow one more for every `limit` replies."""
        self._limit = min(float(self._most), self._limit + 1 / self._limit)
        self._freed.set()
