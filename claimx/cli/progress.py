"""How far a run is, on stderr: a bar on a terminal for more than one request, one line at the end."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from types import TracebackType
from typing import TYPE_CHECKING

from claimx.cli.logs import is_logging_json
from claimx.cli.shell import note
from claimx.errors import Interrupted, Stopped
from claimx.report.tables import count
from claimx.schema import Article, Extraction, Usage

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from claimx.model.traffic import Traffic

log = logging.getLogger(__name__)

_LINE_EVERY_S = 10.0


class Progress:
    """Counts what is read, asked and done; use it as a context manager around the run.

    Args:
        expected: About how many articles there will be, if that is known.
    """

    def __init__(self, expected: int | None = None) -> None:
        self._expected = expected
        self._titles: dict[str, str | None] = {}
        self._requests = self._replies = 0
        self._started = self._spoke = time.monotonic()
        self._bar: Bar | None = None
        self.articles = self.claims = self.facts = self.rejected = self.failures = 0
        self.usage = Usage()

    def __enter__(self) -> Progress:
        # A bar and lines about events would write over each other.
        if sys.stderr is not None and sys.stderr.isatty() and not log.isEnabledFor(logging.INFO):
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("requests"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("requests", total=0, visible=False)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def watch(self, articles: Iterator[Article]) -> Iterator[Article]:
        """The same articles; their titles are kept until `title_of` asks for them."""
        for article in articles:
            self._titles[article.id] = article.title
            self._show()
            yield article

    def replied(self, wanted: int, ended: int) -> None:
        """A request has ended; how many were wanted so far, and how many have ended."""
        self._requests, self._replies = wanted, ended
        self._show()

    def finished(self, extraction: Extraction) -> None:
        """One article has ended; say what is missing of it."""
        self.articles += 1
        self.claims += sum(claim.kind == "claim" for claim in extraction.claims)
        self.facts += sum(claim.kind == "fact" for claim in extraction.claims)
        self.rejected += len(extraction.rejected)
        self.failures += len(extraction.failures)
        self.usage += extraction.usage
        log.info(
            "article",
            extra={
                "article": extraction.article_id,
                "claims": len(extraction.claims),
                "rejected": len(extraction.rejected),
                "failures": len(extraction.failures),
                "seconds": extraction.seconds,
            },
        )
        # Neighbours that failed for one reason are one gap.
        for error, gap in groupby(extraction.failures, key=lambda failure: failure.error):
            chunks = list(gap)
            where = f"{extraction.article_id}: characters {chunks[0].start} to {chunks[-1].end}"
            what = "were not reached" if error == str(Stopped(Interrupted())) else "could not be read"
            note(f"{where} {what}: {error}")

    def title_of(self, article_id: str) -> str:
        """The heading for an article's table; forgotten once it is used."""
        title = self._titles.pop(article_id, None)
        return f"{article_id}: {title}" if title else article_id

    def sum_up(self, retries: int, traffic: Traffic | None = None) -> None:
        """One line on stderr: what was found, and what it cost; with `traffic`, also how long replies took."""
        seconds = time.monotonic() - self._started
        usage = self.usage
        tokens = (
            f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens"
            if usage.prompt_tokens is not None and usage.completion_tokens is not None
            else "tokens not told by the server"
        )
        extra = [f"{traffic.found:,} from the store"] if traffic and traffic.found else []
        extra += [count(retries, "retry", "retries") + (_causes(traffic) if traffic else "")] if retries else []
        parts = [
            f"{count(self.claims, 'claim')}, {count(self.facts, 'fact')}, {self.rejected:,} rejected "
            f"from {count(self.articles, 'article')}",
            count(usage.calls, "call") + (f" ({', '.join(extra)})" if extra else ""),
            tokens,
            f"{seconds:.1f} s",
        ]
        if self.failures:
            parts.insert(1, f"{count(self.failures, 'chunk')} could not be read")
        latencies = [traffic.latency_s(share) for share in (0.5, 0.95)] if traffic and traffic.requests > 1 else []
        # There are none where no request was ever replied to.
        if told := [seconds for seconds in latencies if seconds is not None]:
            parts.append(f"replies in {told[0]:.2g} s (p50), {told[-1]:.2g} s (p95)")
        if not is_logging_json():
            note(" · ".join(parts))
        if traffic and traffic.cut:
            note(
                f"{count(traffic.cut, 'prompt')} cut by the server without a word, and sent again in smaller chunks: "
                "give it a larger context window (Ollama: OLLAMA_CONTEXT_LENGTH=16384), or lower --chunk-tokens"
            )
        if traffic:
            log.info("run", extra=self._counts(traffic) | {"seconds": round(seconds, 3)})

    def _counts(self, traffic: Traffic) -> dict[str, object]:
        return {
            "articles": self.articles,
            "claims": self.claims,
            "facts": self.facts,
            "rejected": self.rejected,
            "failures": self.failures,
            "requests": traffic.requests,
            "from_store": traffic.found,
            "retries": dict(traffic.retries),
            "reasks": traffic.reasks,
            "prompts_cut": traffic.cut,
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "p50_s": traffic.latency_s(0.5),
            "p95_s": traffic.latency_s(0.95),
        }

    def _show(self) -> None:
        if self._bar:
            self._bar.update(
                self._task,
                total=self._requests,
                completed=self._replies,
                visible=self._requests > 1,
            )
        elif self._replies and (now := time.monotonic()) - self._spoke >= _LINE_EVERY_S:
            self._spoke = now
            note(
                f"{self._replies:,} of {self._requests:,} requests so far, {count(self.articles, 'article')} done"
                + _time_left(self.articles, self._expected, now - self._started)
            )


def _time_left(done: int, expected: int | None, seconds: float) -> str:
    """What remains at the pace so far; nothing before the first article is done, or where the end is not known.

    >>> _time_left(100, 500, 60), _time_left(0, 500, 60), _time_left(100, None, 60)
    (' of about 500, 4 min left', '', '')
    """
    if not done or not expected or done >= expected:
        return ""
    left_s = seconds / done * (expected - done)
    shown = (
        f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min" if left_s < 5400 else f"{left_s / 3600:.1f} h"
    )
    return f" of about {expected:,}, {shown} left"


def _causes(traffic: Traffic) -> str:
    return ": " + ", ".join(f"{number} × {cause}" for cause, number in traffic.retries.most_common())
