"""messages → Answer, through instructor, for every model the same way; usage is summed over all attempts."""

from __future__ import annotations

import logging
import re
from contextlib import nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from claimx.errors import BadAnswer, ChunkTooLarge, ClaimxError, ModelBusy, ModelError, ModelRefused, ModelUnreachable
from claimx.schema import Answer, Usage
from claimx.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

    from claimx.model.prompts import Message
    from claimx.model.recording import Journal
    from claimx.model.traffic import Traffic

# How servers say that a request is longer than the context window.
_OVERFLOW = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_OVERFLOW_WORDS = re.compile(r"\b(?:maximum|exceeds?|larger than)\b.{0,60}\bcontext\b", re.IGNORECASE)

log = logging.getLogger(__name__)

# Instructor logs whole completions at ERROR; what matters of them is in our own exceptions.
logging.getLogger("instructor").addHandler(logging.NullHandler())
logging.getLogger("instructor").propagate = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that fits the schema, as it came, and what it cost."""

    answer: Answer
    text: str
    usage: Usage


class Ask(Protocol):
    """What a pipeline needs of a model."""

    async def __call__(self, messages: list[Message]) -> Reply:
        """Ask for the claims of one chunk; raises `ModelError`, whose `usage` says what was spent all the same."""
        ...


class Endpoint:
    """An open door to one model; use it as `async with Endpoint(settings) as ask`.

    Args:
        settings: Which model, where, and how to ask.
        transport: What really sends; by default a socket, or the offline model in this process.
        journal: Where replies are kept and looked up; by default nowhere.
        traffic: Where to count, if the caller wants to look while or after the endpoint is open.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        journal: Journal | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        import instructor

        from claimx.model.recording import RecordingTransport
        from claimx.model.retries import RetryTransport
        from claimx.model.traffic import Traffic

        if transport is None:
            transport = _embedded() if settings.is_embedded else _socket(settings)
        self._settings = settings
        self.traffic = traffic or Traffic(settings.max_requests, settings.max_tokens_total)
        sending = RetryTransport(
            transport,
            max_attempts=settings.max_attempts,
            retry_after_cap_s=settings.retry_after_cap_s,
            concurrency=settings.concurrency,
            traffic=self.traffic,
        )
        self._recording = journal and RecordingTransport(None if settings.replay else sending, journal, self.traffic)
        self._openai = _client(settings, self._recording or sending)
        self._options = _options(settings)
        self._has_answered = False
        self._instructor = instructor.from_openai(self._openai, mode=instructor.Mode[settings.mode.upper()])

    async def __aenter__(self) -> Endpoint:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._openai.close()

    @property
    def retries(self) -> int:
        """Requests that had to be sent again so far, for all callers."""
        return self.traffic.retries.total()

    async def __call__(self, messages: list[Message]) -> Reply:
        """Ask once; when the answer does not fit the schema, once more per `settings.reasks`, with what is wrong."""
        # A correction that stays poor costs no chunk: there is nothing to ask for again.
        is_needed = all(message["role"] != "assistant" for message in messages)
        self.traffic.reasks += not is_needed
        with self._recording.call(is_needed=is_needed) if self._recording else nullcontext():
            return await self._ask(messages)

    async def _ask(self, messages: list[Message]) -> Reply:
        usage = Usage()
        attempts = 1 + self._settings.reasks
        conversation = messages
        while True:
            attempts -= 1
            completions: list[ChatCompletion] = []
            options = dict(self._options)
            try:
                answer = await self._create(conversation, options, completions)
            except Exception as raised:
                if (own := _own_error(raised)) is not None:
                    if isinstance(own, ModelError):
                        own.usage = usage
                    raise own from None
                usage += _spent(completions)
                if self._give_way(raised, options):
                    attempts += 1
                    continue
                error = self._translate(raised)
                if not isinstance(error, BadAnswer) or not attempts:
                    error.usage = usage
                    raise error from None
                self.traffic.reasks += 1
                log.info("re-ask", extra={"problem": str(error)})
                conversation = [*messages, *_correction(_text(completions), str(error))]
                continue
            self._has_answered = True
            return Reply(answer=answer, text=_text(completions), usage=usage + _spent(completions))

    def _give_way(self, raised: Exception, options: dict[str, Any]) -> bool:
        """Do without an option that the model does not take, as reasoning models refuse a temperature."""
        param = getattr(raised.__cause__, "param", None)
        if not str(getattr(raised.__cause__, "code", None)).startswith("unsupported") or param not in options:
            return False
        value = self._options.pop(param, None)
        if param == "max_tokens" and value is not None:
            self._options["max_completion_tokens"] = value
        return True

    async def _create(
        self, messages: list[Message], options: dict[str, Any], completions: list[ChatCompletion]
    ) -> Answer:
        from instructor.core.hooks import Hooks

        hooks = Hooks()
        # Seen before parsing, so that a reply that cannot be used is paid for in the sum as well.
        hooks.on("completion:response", completions.append)
        parsed = await self._instructor.create(
            model=self._settings.model,
            messages=list(messages),  # type: ignore[arg-type]
            response_model=Answer,
            max_retries=0,
            # Pydantic's strict mode would refuse a local model's "1" for 1.
            strict=False,
            hooks=hooks,
            **options,
        )
        # A plain value: what instructor returns holds on to the whole completion.
        return Answer(speakers=parsed.speakers, claims=parsed.claims, facts=parsed.facts)

    def _translate(self, raised: Exception) -> ModelError:
        """The exception of ours that says what went wrong; instructor's own texts dump whole completions."""
        import httpx2
        import openai
        from instructor.core.exceptions import IncompleteOutputException
        from pydantic import ValidationError

        where = self._settings.endpoint
        cause = raised.__cause__ if type(raised).__name__ == "InstructorRetryException" and raised.__cause__ else raised
        match cause:
            case IncompleteOutputException():
                return ChunkTooLarge("The answer was cut off at the token limit.")
            case openai.APITimeoutError():
                return ModelBusy(where, self._settings.max_attempts, f"no reply within {self._settings.timeout_s:g} s")
            case openai.APIConnectionError() if self._settings.is_embedded and cause.__cause__:
                # Nothing but a bug can keep a call within this process from arriving.
                raise cause.__cause__
            case openai.APIConnectionError() if not isinstance(cause.__cause__, httpx2.ConnectError):
                # Something answers there, so it may well be this request that it cannot bear.
                reason = f"the connection broke: {cause.__cause__!r}"
                return ModelBusy(where, self._settings.max_attempts, reason)
            case openai.APIConnectionError():
                return ModelUnreachable(where, str(cause.__cause__ or cause) or type(cause.__cause__).__name__)
            case openai.APIStatusError():
                return self._translate_status(cause)
            case ValidationError():
                return BadAnswer("The answer does not fit the schema: " + "; ".join(_problems(cause)))
            case AssertionError():
                return BadAnswer(f"The model refused: {str(cause)[:200]}")
            case IndexError():
                return BadAnswer("The reply holds no choices.")
            case _:
                return BadAnswer(f"The answer cannot be read: {type(cause).__name__}: {str(cause)[:200]}")

    def _translate_status(self, error: Any) -> ModelError:
        from claimx.model.retries import error_code, is_transient

        message = _server_message(error, self._settings.key)
        if error.status_code == 413 or error_code(error.response) in _OVERFLOW or _OVERFLOW_WORDS.search(message):
            return ChunkTooLarge(f"The request does not fit the model: {message}")
        if is_transient(error.response):
            return ModelBusy(
                self._settings.endpoint, self._settings.max_attempts, f"last with {error.status_code}: {message}"
            )
        if error.status_code >= 500:
            return BadAnswer(f"The server could not parse what the model wrote: {message}")
        refused = ModelRefused(self._settings.endpoint, error.status_code, message)
        if self._has_answered and error.status_code in (403, 404):
            # It has answered others, so it is this request that it does not like.
            refused.is_final = False
        return refused


def _own_error(raised: BaseException) -> ClaimxError | None:
    """The exception of ours that a transport raised, from under what the libraries wrap around it."""
    cause: BaseException | None = raised
    while cause is not None and not isinstance(cause, ClaimxError):
        cause = cause.__cause__
    return cause


def _client(settings: Settings, transport: httpx2.AsyncBaseTransport) -> AsyncOpenAI:
    """OpenAI's client for any server: nothing of the environment's OPENAI_* goes out unless `settings` holds it."""
    import httpx2
    from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

    client = AsyncOpenAI(
        base_url=settings.endpoint,
        # The client insists on a key; local servers want none.
        api_key=settings.key or "none",
        max_retries=0,
        timeout=httpx2.Timeout(settings.timeout_s, connect=min(10.0, settings.timeout_s)),
        # A redirect would send the article to an address that nobody named.
        http_client=DefaultAsyncHttpx2Client(transport=transport, follow_redirects=False),
    )
    if not settings.is_openai:
        # It reads OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_ADMIN_KEY and OPENAI_CUSTOM_HEADERS by itself.
        client.organization = client.project = client.admin_api_key = None
        client._custom_headers = {}
    return client


def _socket(settings: Settings) -> httpx2.AsyncBaseTransport:
    import httpx2

    return httpx2.AsyncHTTPTransport(
        limits=httpx2.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency)
    )


def _embedded() -> httpx2.AsyncBaseTransport:
    import httpx2

    from claimx.model.offline.app import app

    return httpx2.ASGITransport(app=app)


def _options(settings: Settings) -> dict[str, Any]:
    """What is sent beside model and messages; nothing for what is not set."""
    options = {
        "temperature": settings.temperature,
        "seed": settings.seed,
        "max_tokens": settings.max_output_tokens,
        "extra_body": _constrained() if settings.mode == "json_schema" else None,
    }
    return {name: value for name, value in options.items() if value is not None}


def _constrained() -> dict[str, Any]:
    """The response format with `strict`, which instructor leaves out and OpenAI needs to constrain the decoder."""
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "Answer", "strict": True, "schema": Answer.model_json_schema()},
        }
    }


def _text(completions: list[ChatCompletion]) -> str:
    """What the model wrote last, as text, whatever the mode."""
    try:
        message = completions[-1].choices[0].message
        for call in message.tool_calls or []:
            if call.type == "function":
                return call.function.arguments
        return message.content or ""
    except (IndexError, TypeError, AttributeError):
        # The client passes on whatever came with status 200, a proxy's login page included.
        return ""


def _spent(completions: list[ChatCompletion]) -> Usage:
    """One call and its tokens; unknown if the server did not say."""
    if not completions:
        return Usage(calls=1)
    usage = getattr(completions[-1], "usage", None)

    def told(name: str) -> int | None:
        tokens = getattr(usage, name, None)
        return tokens if isinstance(tokens, int) and tokens >= 0 else None

    return Usage(calls=1, prompt_tokens=told("prompt_tokens"), completion_tokens=told("completion_tokens"))


def _correction(text: str, problem: str) -> list[Message]:
    said = [{"role": "assistant", "content": text}] if text else []
    return [*said, {"role": "user", "content": f"{problem}\nAnswer again with the whole JSON object, corrected."}]


def _problems(error: Any) -> list[str]:
    """Up to five places and reasons of a pydantic error, without the input, which may be the whole answer."""
    return [
        f"{'.'.join(str(step) for step in problem['loc']) or 'answer'}: {problem['msg'][:200]}"
        for problem in error.errors(include_url=False, include_input=False)[:5]
    ]


def _server_message(error: Any, key: str | None) -> str:
    """What the server said, from the four shapes of error body that are in use, on one line, without the key."""
    body = error.body
    while isinstance(body, dict):
        body = body.get("error") or body.get("message") or body.get("detail") or ""
    text = body if isinstance(body, str) and body else error.response.text
    if key:
        text = text.replace(key, "…")
    return " ".join(text.split())[:300] or "no message"


async def list_models(settings: Settings) -> list[str]:
    """The models an endpoint offers.

    Raises:
        ModelUnreachable: If nothing answers there, or not with a list of models.
    """
    import httpx2
    import openai

    from claimx.model.retries import RetryTransport

    transport = RetryTransport(_socket(settings), max_attempts=2, retry_after_cap_s=settings.retry_after_cap_s)
    async with _client(settings, transport) as client:
        try:
            return [model.id for model in (await client.models.list()).data]
        except (openai.OpenAIError, httpx2.HTTPError, TypeError, AttributeError) as error:
            raise ModelUnreachable(settings.endpoint, str(error.__cause__ or error)[:200]) from None
