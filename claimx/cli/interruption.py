"""Ctrl-C and SIGTERM: the first stops the run in order, a second one at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

from claimx.cli.shell import note
from claimx.errors import Interrupted
from claimx.runs.stopping import Stop
from claimx.schema import Article


class Interruption:
    """Listens for signals, as a context manager around a run that `stop` can stop."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_reading = False
        self._is_told = False
        self._earlier: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._earlier[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def attend(self) -> None:
        """Stop in order from now on; call it in the event loop.

        Raises:
            KeyboardInterrupt: If a signal came before; libraries that are being imported may swallow the first.
        """
        self._loop = asyncio.get_running_loop()
        if self._is_told:
            raise KeyboardInterrupt

    def reading(self, articles: Iterator[Article]) -> Iterator[Article]:
        """The same articles; a signal while one is waited for, as on standard input, ends them."""
        article: Article | None
        while True:
            self._is_reading = True
            try:
                # A signal that came before was left to the loop, which a read that blocks would hold up.
                article = None if self._is_told else next(articles, None)
            except KeyboardInterrupt:
                article = None
            finally:
                self._is_reading = False
            if self._is_told:
                self._begin_to_stop()
            if article is None:
                return
            yield article

    def _handle(self, number: int, frame: FrameType | None) -> None:
        is_first, self._is_told = not self._is_told, True
        if self._loop is None or self._is_reading or not is_first:
            raise KeyboardInterrupt
        # Not here: a signal may come in the middle of anything, even of a line on stderr.
        self._loop.call_soon_threadsafe(self._begin_to_stop)

    def _begin_to_stop(self) -> None:
        if self._stop.reason is not None:
            return
        note("interrupted: waiting for the requests in flight (once more ends it at once)")
        self._stop(Interrupted())
