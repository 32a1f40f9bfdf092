"""What a library writes to descriptor 2 past Python, kept apart from our remarks."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ray_apart() -> Iterator[None]:
    """Around a run on Ray: our stderr as ever, Ray's own logs in its files under /tmp/ray alone.

    Its C++ core writes to the descriptor itself, so that is led elsewhere. What RAY_* variables say stays as it is.
    """
    os.environ.setdefault("RAY_DATA_LOG_LEVEL", "CRITICAL")
    # Nobody who extracts claims expects a cluster on this machine to report its use to Ray's makers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    theirs = sys.stderr
    if theirs is None:
        yield
        return
    theirs.flush()
    kept = os.dup(2)
    try:
        writes_to_it = theirs.fileno() == 2
    except (OSError, ValueError):
        writes_to_it = False
    ours = open(kept, "w", encoding=theirs.encoding, errors=theirs.errors, buffering=1, closefd=False)  # noqa: SIM115
    handlers = [
        handler
        for handler in logging.getLogger("claimx").handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is theirs
    ]
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 2)
        if writes_to_it:
            sys.stderr = ours
            for handler in handlers:
                handler.setStream(ours)
        yield
    finally:
        ours.flush()
        os.dup2(kept, 2)
        sys.stderr = theirs
        for handler in handlers:
            handler.setStream(theirs)
        ours.close()
        os.close(kept)
