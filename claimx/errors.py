"""Every exception that a caller of claimx may want to tell apart.

ClaimxError
├── InputError            a source that cannot be read as articles
│   └── FetchRefused      an address that claimx will not fetch
├── UsageError            options that contradict each other or make no sense
├── PromptError           a prompt file that cannot be used
├── GoldError             a gold label or prediction file that is malformed
├── StoreError            a store that cannot be opened, read or written
├── OutputError           a file that cannot take what was found
├── ClusterFailed         the Ray cluster of a run lost some of its work for good
├── Interrupted           somebody pressed Ctrl-C, or the system asked the process to end
└── ModelError            the model gave no usable answer
    ├── ModelUnreachable  nothing answered at the base URL
    ├── ModelRefused      the server said no, and would say so again
    ├── ModelBusy         the server kept failing until the attempts ran out
    ├── BadAnswer         an answer came, but not one that can be used
    ├── ChunkTooLarge     the chunk, or its answer, does not fit the model: a smaller one may
    │   └── PromptCut     the server cut the prompt without saying so
    ├── WindowTooSmall    the model's window does not even hold the instructions
    ├── ReplyMissing      a replay came to a request whose reply was never recorded
    ├── ReplyPending      a batch came to a request that is yet to be answered
    ├── BudgetSpent       the run has used up the requests, tokens or seconds that it was allowed
    ├── EndpointFailing   article after article failed, so the run was stopped
    └── Stopped           a chunk that was not asked for, or not waited for, because the run was stopped
"""

from __future__ import annotations

from typing import Any


class ClaimxError(Exception):
    """Base of all errors that a user can cause or mend."""


class InputError(ClaimxError):
    """A source that cannot be read as articles."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source, self.reason = source, reason

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class FetchRefused(InputError):
    """An address that claimx will not fetch: another scheme, or a private network."""


class UsageError(ClaimxError):
    """Options that contradict each other or make no sense."""


class PromptError(ClaimxError):
    """A prompt file that cannot be used."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"prompt {self.path}: {self.reason}"


class GoldError(ClaimxError):
    """A gold label or a prediction that is malformed."""

    def __init__(self, path: str, where: str, reason: str) -> None:
        super().__init__(path, where, reason)
        self.path, self.where, self.reason = path, where, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.where}: {self.reason}"


class StoreError(ClaimxError):
    """A store that cannot be opened, read or written; nothing in it was overwritten."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"store {self.path}: {self.reason}"


class OutputError(ClaimxError):
    """What was found cannot be written: the disk is full, or gone."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.reason}"


class ClusterFailed(ClaimxError):
    """The Ray cluster of a run lost some of its work for good."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"Ray could not end the run ({self.reason}). With --store FILE the same command goes on from there."


class Interrupted(ClaimxError):
    """Somebody pressed Ctrl-C, or the system asked the process to end."""

    def __str__(self) -> str:
        return "interrupted"


class ModelError(ClaimxError):
    """The model gave no usable answer.

    `usage` is what the attempts cost all the same (a `schema.Usage`, or None); `is_final` says that any other
    request to this endpoint would fare no better, so that a run had better stop.
    """

    usage: Any = None
    is_final = False


class ModelUnreachable(ModelError):
    """Nothing that speaks the OpenAI protocol answered at `base_url`."""

    is_final = True

    def __init__(self, base_url: str, reason: str) -> None:
        super().__init__(base_url, reason)
        self.base_url, self.reason = base_url, reason

    def __str__(self) -> str:
        if "CERTIFICATE_VERIFY_FAILED" in self.reason:
            return (
                f"The certificate of {self.base_url} is not trusted ({self.reason}). "
                "Name the file of the authority that signed it: SSL_CERT_FILE=authority.pem."
            )
        return f"No model server at {self.base_url} ({self.reason}). Start it, pass --base-url, or try --model offline."


class ModelRefused(ModelError):
    """The server said no, and would say so again: a wrong key, an unknown model, a request it does not accept."""

    def __init__(self, base_url: str, status: int, message: str) -> None:
        super().__init__(base_url, status, message)
        self.base_url, self.status, self.message = base_url, status, message
        # Another request may be accepted after a 400 or 422, but not without another key, address or budget.
        self.is_final = status in (401, 402, 403, 404, 429) or 300 <= status < 400

    def __str__(self) -> str:
        advice = {
            401: " Check the API key (CLAIMX_API_KEY, or OPENAI_API_KEY for OpenAI's own servers).",
            403: " Check what the API key may do.",
            404: " Check --model and --base-url"
            + ("." if self.base_url.endswith("/v1") else " (most servers want it to end in /v1)."),
        }.get(self.status, "")
        end = "" if self.message.endswith("?") else "."
        return f"{self.base_url} answered {self.status}: {self.message.rstrip('.')}{end}{advice}"


class ModelBusy(ModelError):
    """The server kept failing until the attempts ran out."""

    def __init__(self, base_url: str, attempts: int, reason: str) -> None:
        super().__init__(base_url, attempts, reason)
        self.base_url, self.attempts, self.reason = base_url, attempts, reason

    def __str__(self) -> str:
        times = "once" if self.attempts == 1 else f"{self.attempts} times"
        return f"{self.base_url} failed {times} ({self.reason}). Try again later, or lower --concurrency."


class BadAnswer(ModelError):
    """An answer came, but not one that can be used."""


class ChunkTooLarge(ModelError):
    """The chunk does not fit the model's context, or its answer the token limit: a smaller one may.

    `window` is the context window in tokens and `sent` what the request came to, where the server says so.
    """

    window: int | None = None
    sent: int | None = None


class PromptCut(ChunkTooLarge):
    """The server read less than was sent, and said nothing: what it answered is about a part of the text."""

    def __init__(self, base_url: str, read: int, expected: int) -> None:
        super().__init__(base_url, read, expected)
        self.base_url, self.read, self.expected = base_url, read, expected

    def __str__(self) -> str:
        return (
            f"{self.base_url} read {self.read:,} of about {self.expected:,} tokens: it cuts prompts without saying so. "
            "Give it a larger context window (Ollama: OLLAMA_CONTEXT_LENGTH=16384), or lower --chunk-tokens."
        )


class WindowTooSmall(ModelError):
    """The model's window does not even hold the instructions, so no chunk is small enough."""

    is_final = True

    def __init__(self, base_url: str, window: int, needed: int) -> None:
        super().__init__(base_url, window, needed)
        self.base_url, self.window, self.needed = base_url, window, needed

    def __str__(self) -> str:
        return (
            f"{self.base_url} has a context window of {self.window:,} tokens, and the instructions alone take about "
            f"{self.needed:,}. Start the server with a larger one; 8,192 is comfortable."
        )


class ReplyMissing(ModelError):
    """A replay came to a request whose reply was never recorded."""

    def __str__(self) -> str:
        return (
            "no reply is stored for it; run once without --replay, with the same model, address, prompt and options "
            "(where a server was tried out: also with --mode and --chunk-tokens as that run had them)"
        )


class ReplyPending(ModelError):
    """A batch came to a request that is yet to be answered; `reason` says why it is not."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class BudgetSpent(ModelError):
    """The run has used up what it was allowed; `limit` says what, as in '100 requests (--max-requests)'."""

    is_final = True

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"stopped at the limit of {self.limit}"


class EndpointFailing(ModelError):
    """So many articles failed in a row that the endpoint, not the articles, must be the reason."""

    is_final = True

    def __init__(self, articles: int, last: str) -> None:
        super().__init__(articles, last)
        self.articles, self.last = articles, last

    def __str__(self) -> str:
        return (
            f"{self.articles} articles in a row failed, so the run was stopped. The last reason: {self.last} "
            "Check the server, then run the command again"
        )


class Stopped(ModelError):
    """A chunk that was not asked for, or not waited for, because the run was stopped."""

    def __init__(self, reason: ClaimxError) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return "the run was stopped before it was answered"
