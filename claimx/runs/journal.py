"""One run in its store: opened before the first request, and told how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from urllib.parse import urlsplit

from claimx.errors import BudgetSpent, Interrupted, StoreError, UsageError
from claimx.runs.store import Reuse, Store, open_store
from claimx.settings import Settings


def open_journal(settings: Settings) -> AbstractContextManager[Store | None]:
    """The store that `settings` name, or None without one.

    Raises:
        StoreError: If the file cannot be used.
        UsageError: If stored replies are to be used, or not, and no file is named.
    """
    if settings.store is None:
        if settings.replay or settings.fresh:
            raise UsageError("replay and fresh are about stored replies: name the file with store")
        return nullcontext()
    reuse: Reuse = "all" if settings.replay else "own" if settings.fresh else "usable"
    return open_store(Path(settings.store), reuse)


@contextmanager
def noted_run(store: Store | None, settings: Settings, prompt: str) -> Iterator[None]:
    """Note in the store that a run begins, and how it ends if that is with an exception."""
    if store is None:
        yield
        return
    store.begin_run(model=settings.model, endpoint=_public(settings.endpoint), prompt=prompt)
    try:
        yield
    except BaseException as error:
        status = {BudgetSpent: "stopped", Interrupted: "interrupted", KeyboardInterrupt: "interrupted"}
        # The store may be what failed.
        with suppress(StoreError):
            store.end_run(status.get(type(error), "failed"))
        raise


def _public(url: str) -> str:
    """An address without the name, password and query that may be secret."""
    address = urlsplit(url)
    host = address.netloc.rpartition("@")[2]
    return f"{address.scheme}://{host}{address.path}"
