"""What happens during a run, one event a line on stderr: for people as text, for machines as JSON Lines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum


class LogLevel(StrEnum):
    """How much is told."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


_log = logging.getLogger("claimx")
# What every record of the logging module carries; the rest is what the event says of itself.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class EventFormatter(logging.Formatter):
    """An event as text, `12:00:00 info retry cause=429 wait_s=0.5`, or as one JSON object."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line, harmless to the terminal."""
        from claimx.report.tables import printable

        at = datetime.fromtimestamp(record.created, UTC)
        level, event = record.levelname.lower(), record.getMessage()
        facts = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if self.as_json:
            line = {"time": at.isoformat(timespec="milliseconds"), "level": level, "event": event, **facts}
            return json.dumps(line, default=str)
        told = [f"{name}={_shown(value)}" for name, value in facts.items()]
        return printable(" ".join([f"{at:%H:%M:%S}", level, event, *told]))


def _shown(value: object) -> str:
    text = " ".join(f"{value:.3g}".split()) if isinstance(value, float) else " ".join(str(value).split())
    return json.dumps(text, ensure_ascii=False) if " " in text else text


def log_to_stderr(level: LogLevel | None, *, as_json: bool) -> None:
    """Tell events of at least this level; with `as_json` and no level, from `info` on."""
    if sys.stderr is None or (level is None and not as_json):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter(as_json=as_json))
    _log.addHandler(handler)
    _log.setLevel((level or LogLevel.info).upper())


def is_logging_json() -> bool:
    """Whether stderr is read by a machine, so that remarks must be events, too."""
    formatters = [handler.formatter for handler in _log.handlers]
    return any(isinstance(formatter, EventFormatter) and formatter.as_json for formatter in formatters)
