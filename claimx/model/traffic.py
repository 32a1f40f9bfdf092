"""What goes over the wire of one endpoint: counted, timed, and stopped where the budget ends."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable

import httpx2

from claimx.errors import BudgetSpent
from claimx.schema import Usage

# Latencies are counted in classes that differ by 5 %, so that a long run needs no more memory than a short one.
_CLASS = math.log(1.05)


class Traffic:
    """Counts for all callers of one endpoint.

    Args:
        max_requests: Requests that may be sent, retries included; None for any number.
        max_tokens: Tokens, of prompts and answers together, after which no request is sent.
    """

    def __init__(self, max_requests: int | None = None, max_tokens: int | None = None) -> None:
        self._max_requests = max_requests
        self._max_tokens = max_tokens
        self._latencies: Counter[int] = Counter()
        self.requests = self.found = self.tokens = self.reasks = self.cut = 0
        self.retries: Counter[str] = Counter()

    def admit(self) -> None:
        """Count a request that is about to be sent.

        Raises:
            BudgetSpent: If it may not be.
        """
        if self._max_requests is not None and self.requests >= self._max_requests:
            raise BudgetSpent(f"{self._max_requests:,} requests (--max-requests)")
        if self._max_tokens is not None and self.tokens >= self._max_tokens:
            raise BudgetSpent(f"{self._max_tokens:,} tokens (--max-tokens-total)")
        self.requests += 1

    def reply(self, response: httpx2.Response, seconds: float) -> None:
        """Count a reply, whose body must have been read."""
        self._latencies[round(math.log(max(seconds, 1e-6)) / _CLASS)] += 1
        if response.status_code == 200:
            usage = _usage(response.content)
            self.tokens += (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)

    def take_sum(self, others: Iterable[Traffic]) -> None:
        """Hold the counts of all these together, in place of its own."""
        several = list(others)
        for name in ("requests", "found", "tokens", "reasks", "cut"):
            setattr(self, name, sum(getattr(other, name) for other in several))
        self.retries = sum((other.retries for other in several), Counter())
        self._latencies = sum((other._latencies for other in several), Counter())

    def latency_s(self, share: float) -> float | None:
        """The time within which this share of the replies came, to about 3 %; None before the first.

        >>> traffic = Traffic()
        >>> for seconds in (1.0, 1.0, 4.0):
        ...     traffic.reply(httpx2.Response(500), seconds)
        >>> traffic.latency_s(0.5), round(traffic.latency_s(0.95))
        (1.0, 4)
        """
        rank = math.ceil(share * self._latencies.total())
        for step in sorted(self._latencies):
            rank -= self._latencies[step]
            if rank <= 0:
                return math.exp(step * _CLASS)
        return None


def _usage(body: bytes) -> Usage:
    """The tokens that a reply says it cost; 0 where it does not say."""
    try:
        usage = json.loads(body)["usage"]
        counts = usage["prompt_tokens"], usage["completion_tokens"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return Usage()
    prompt, completion = (number if isinstance(number, int) else 0 for number in counts)
    return Usage(calls=1, prompt_tokens=prompt, completion_tokens=completion)
