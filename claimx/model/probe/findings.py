"""What a probe found out about an endpoint."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from claimx.schema import Value
from claimx.settings import Mode

Verdict = Literal["ok", "lacking", "problem"]


class Finding(Value):
    """One thing that was tried.

    `lacking` is what claimx can do without; `problem` is what spoils results, or keeps them from coming.
    """

    name: str
    verdict: Verdict
    evidence: str = Field(description="What the server said or did.")
    advice: str | None = Field(default=None, description="What to change, where something can be.")


class Findings(Value):
    """Everything that was found, and what follows from it."""

    endpoint: str
    model: str
    server: str | None = Field(default=None, description="Which software answers, as far as it tells.")
    window: int | None = Field(default=None, description="Tokens that a request and its answer share; None if unknown.")
    tokens_per_estimate: float = Field(default=1, description="The server's tokens for one that claimx estimates.")
    mode: Mode = "json_schema"
    why: str = Field(default="", description="Why this mode.")
    largest_chunk: int | None = Field(default=None, description="Estimated tokens of text that surely fit a request.")
    concurrency: int | None = Field(default=None, description="Requests at a time that were taken; None if untried.")
    checks: tuple[Finding, ...] = ()

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What keeps this endpoint from doing good work."""
        return tuple(check for check in self.checks if check.verdict == "problem")
