"""What Ray writes to the standard streams, kept apart from our data and remarks."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def ray_apart() -> Iterator[None]:
    """Around a run on Ray: our output and remarks as ever, Ray's own logs in its files under /tmp/ray alone.

    Ray prints what happens to its workers on stdout, amid the data, so until the end of the context `sys.stdout` is
    nowhere: who writes data must hold the stream already. Its C++ core writes to descriptor 2 itself, so that leads
    nowhere, too, and our stderr is a copy. What RAY_* variables say stays as it is.
    """
    os.environ.setdefault("RAY_DATA_LOG_LEVEL", "CRITICAL")
    # Nobody who extracts claims expects a cluster on this machine to report its use to Ray's makers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    with open(os.devnull, "w", encoding="utf-8") as nowhere, _stderr_copied(nowhere.fileno()):  # noqa: PTH123
        data, sys.stdout = sys.stdout, nowhere
        try:
            yield
        finally:
            sys.stdout = data


@contextmanager
def _stderr_copied(elsewhere: int) -> Iterator[None]:
    """Let descriptor 2 be `elsewhere`, and `sys.stderr`, with our log, what it was."""
    theirs = sys.stderr
    kept = os.dup(2)
    is_2 = theirs is not None and _descriptor(theirs) == 2
    ours = os.fdopen(kept, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    handlers = [
        handler
        for handler in logging.getLogger("claimx").handlers
        if is_2 and isinstance(handler, logging.StreamHandler) and handler.stream is theirs
    ]
    try:
        if is_2:
            theirs.flush()
            sys.stderr = ours
        for handler in handlers:
            handler.setStream(ours)
        os.dup2(elsewhere, 2)
        yield
    finally:
        ours.flush()
        os.dup2(kept, 2)
        sys.stderr = theirs
        for handler in handlers:
            handler.setStream(theirs)
        ours.close()
        os.close(kept)


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None
