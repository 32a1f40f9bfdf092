"""One desk for all workers, on the driver's machine: what the store has, and whether one more request may be sent."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from claimx.errors import BudgetSpent, ClaimxError
from claimx.model.recording import Recorded
from claimx.model.traffic import Traffic
from claimx.runs.store import Store, open_store


class Desk:
    """Finds replies in the store, which it only reads, and says whether one more request may be sent.

    Args:
        store: The file; None if no reply in it may be used.
        max_requests: As in `Settings`; holds for all workers together.
        max_tokens: As in `Settings`; what is in flight anywhere when it is reached is still paid for.
    """

    def __init__(self, store: str | None, max_requests: int | None, max_tokens: int | None) -> None:
        self._path = store
        self._store: Store | None = None
        self._opened = ExitStack()
        self._traffic = Traffic(max_requests, max_tokens)
        self._reason: ClaimxError | None = None

    # Coroutines, so that Ray calls all of them in one thread: a connection to SQLite belongs to one.
    async def find(self, key: bytes) -> Recorded | ClaimxError | None:
        """The reply in the store, if it may be used; or why the store cannot be read."""
        if self._path is None:
            return None
        try:
            if self._store is None:
                self._store = self._opened.enter_context(open_store(Path(self._path)))
            return self._store.find(key)
        except ClaimxError as error:
            return error

    async def admit(self, tokens: int) -> ClaimxError | None:
        """Count tokens that were spent, and one more request; the reason if it may not be sent."""
        self._traffic.tokens += tokens
        if self._reason is None:
            try:
                self._traffic.admit()
            except BudgetSpent as error:
                self._reason = error
        return self._reason

    async def stop(self, reason: ClaimxError) -> None:
        """Admit nothing more."""
        self._reason = self._reason or reason

    async def close(self) -> None:
        """Close the store; in an actor it ends with its process."""
        self._opened.close()
