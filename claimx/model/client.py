"""messages → Answer, through instructor, for every model the same way; usage is summed over all attempts."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, cast

from claimx.article.chunks import count_tokens
from claimx.errors import BadAnswer, ChunkTooLarge, ModelError, ModelRefused, WindowTooSmall
from claimx.model.connection import open_client, open_transport
from claimx.model.failures import is_cut_off, own_error, translate
from claimx.model.prompts import defused
from claimx.model.replies import counted, is_loop, reply_text, salvage, spent
from claimx.model.wire import mode_of, request_options
from claimx.schema import Answer, Usage
from claimx.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI, RequestOptions
    from openai.types.chat import ChatCompletion

    from claimx.model.prompts import Message
    from claimx.model.recording import Journal
    from claimx.model.traffic import Traffic

# Where some servers end every answer unless they are asked for more (mlx-lm: 512), and what they are asked for.
_DEFAULT_LIMITS = frozenset({128, 256, 512, 1000, 1024, 2048})
_LONG_ANSWER_TOKENS = 8192
# Takes a model off the beaten track without making it wild.
_LIVELY = 0.7

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


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of one request: an answer, or an error and what caused it."""

    options: dict[str, Any]
    completion: ChatCompletion | None
    answer: Answer | None = None
    error: ModelError | None = None
    cause: BaseException | None = None
    is_cut: bool = False

    @property
    def usage(self) -> Usage:
        """One call and its tokens: none for a request that was turned away, unknown where nobody says."""
        if self.completion is None and isinstance(getattr(self.cause, "status_code", None), int):
            return Usage(calls=1, prompt_tokens=0, completion_tokens=0)
        return spent(self.completion)


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
        from claimx.model.truncation import PromptMeter

        if transport is None:
            transport = open_transport(settings)
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
        self._openai = open_client(settings, self._recording or sending)
        self._options = request_options(settings)
        self._has_answered = self._has_asked_for_more = False
        self._meter = PromptMeter(settings, self._complete)
        self._answer_type = _answer_type(schema={} if mode_of(settings) == "json_schema" else None)
        mode = instructor.Mode[mode_of(settings).upper()]
        self._create: Any = instructor.patch(create=_chat(self._openai), mode=mode)

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
        conversation, changes = messages, dict[str, Any]()
        while True:
            attempts -= 1
            tried = await self._try(conversation, {**self._options, **changes}, usage)
            usage += tried.usage
            if tried.completion is not None:
                await self._check(conversation, tried.completion, usage)
            if tried.answer is not None:
                self._has_answered = True
                return Reply(answer=tried.answer, text=reply_text(tried.completion), usage=usage)
            if self._give_way(tried):
                attempts += 1
                continue
            error = tried.error or BadAnswer("no answer")
            is_looping = tried.is_cut and is_loop(reply_text(tried.completion))
            if not attempts or not (isinstance(error, BadAnswer) or is_looping):
                error.usage = usage
                raise error from None
            self.traffic.reasks += 1
            log.info("re-ask", extra={"problem": "it repeats itself" if is_looping else str(error)})
            if is_looping:
                # The same words would lead into the same loop; the likeliest ones are what keeps a model in it.
                changes["temperature"] = max(self._settings.temperature or 0, _LIVELY)
            else:
                conversation = [*messages, *_correction(reply_text(tried.completion), str(error))]

    async def _try(self, messages: list[Message], options: dict[str, Any], usage: Usage) -> _Tried:
        """One request, and what came of it."""
        completions: list[ChatCompletion] = []
        try:
            parsed = await self._create(
                model=self._settings.model,
                messages=list(messages),
                response_model=self._answer_type,
                max_retries=0,
                # Pydantic's strict mode would refuse a local model's "1" for 1.
                strict=False,
                received=completions,
                **options,
            )
            # A plain value: what instructor returns holds on to the whole completion.
            answer = Answer(speakers=parsed.speakers, claims=parsed.claims, facts=parsed.facts)
        except Exception as raised:
            if (own := own_error(raised)) is not None:
                if isinstance(own, ModelError):
                    own.usage = usage
                raise own from None
            completion = completions[-1] if completions else None
            if (found := salvage(completion)) is not None:
                return _Tried(options, completion, found)
            error = translate(raised, self._settings, completion)
            if isinstance(error, ModelRefused) and self._has_answered and error.status in (403, 404):
                # It has answered others, so it is this request that it does not like.
                error.is_final = False
            self._check_window(messages, error)
            return _Tried(options, completion, None, error, raised.__cause__, is_cut_off(raised))
        return _Tried(options, completions[-1] if completions else None, answer)

    def _give_way(self, tried: _Tried) -> bool:
        """Ask as the server wants to be asked; whether there was something to change."""
        param = getattr(tried.cause, "param", None)
        if str(getattr(tried.cause, "code", None)).startswith("unsupported") and param in tried.options:
            # Reasoning models refuse a temperature, and want another name for the limit.
            value = self._options.pop(param, None)
            if param == "max_tokens" and value is not None:
                self._options["max_completion_tokens"] = value
            return True
        is_default = spent(tried.completion).completion_tokens in _DEFAULT_LIMITS and "max_tokens" not in tried.options
        if not tried.is_cut or not is_default or self._has_asked_for_more or is_loop(reply_text(tried.completion)):
            return False
        # Asked in vain once, it is the window that ends, and only a smaller chunk helps.
        self._has_asked_for_more = True
        self._options["max_tokens"] = _LONG_ANSWER_TOKENS
        return True

    async def _check(self, messages: list[Message], completion: ChatCompletion, usage: Usage) -> None:
        try:
            await self._meter.check(messages, completion)
        except (ChunkTooLarge, WindowTooSmall) as error:
            self.traffic.cut += 1
            log.warning("prompt cut", extra={"problem": str(error)})
            error.usage = usage
            raise

    def _check_window(self, messages: list[Message], error: ModelError) -> None:
        """Say at once that no chunk will do, rather than after trying ever smaller ones."""
        if not isinstance(error, ChunkTooLarge) or error.window is None:
            return
        estimates = [count_tokens(message["content"]) for message in messages]
        sent = error.sent or sum(estimates)
        needed = sent * estimates[0] // sum(estimates)
        if needed >= error.window:
            raise WindowTooSmall(self._settings.endpoint, error.window, needed) from None

    async def _complete(self, text: str) -> ChatCompletion:
        """One token for a text, to see how many the server counts in it."""
        return await self._openai.chat.completions.create(
            model=self._settings.model, messages=[{"role": "user", "content": text}], max_tokens=1
        )


def _chat(client: AsyncOpenAI) -> Callable[..., Awaitable[ChatCompletion]]:
    """What `client.chat.completions.create` does, byte for byte, with a body that is JSON already.

    OpenAI's own looks through all messages for fields to rename and files to encode, which takes a third as long as
    sending them.
    """
    from openai.types.chat import ChatCompletion

    async def create(
        *,
        model: str,
        messages: list[Message],
        received: list[ChatCompletion],
        extra_body: dict[str, Any] | None = None,
        extra_headers: dict[str, str] | None = None,
        **options: Any,
    ) -> ChatCompletion:
        """Ask; the completion is put into `received`, too, so that one that cannot be used is paid for in the sum."""
        # In the order of OpenAI's client: replies are kept under a digest of the body.
        body = {"messages": messages, "model": model, **dict(sorted(options.items())), **(extra_body or {})}
        # Left out, the client would copy its default of it, deeply, for every request.
        sending: RequestOptions = {"security": {"bearer_auth": True}}
        if extra_headers:
            sending["headers"] = extra_headers
        completion = await client.post("/chat/completions", cast_to=ChatCompletion, body=body, options=sending)
        received.append(counted(completion))
        return completion

    return create


def _answer_type(schema: dict[str, Any] | None) -> type[Answer]:
    """`Answer` with its fields hidden from instructor.

    With every request it looks through all fields of a response type five times, wraps it in a new class unless it is
    one of its own, and asks for the JSON schema: together twice what the request itself costs. Where `wire` puts the
    schema into the request, another one in `schema` saves openai the work of looking through it.
    """
    import instructor

    class Hidden(instructor.ResponseSchema):
        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            return Answer.model_json_schema(*args, **kwargs) if schema is None else schema

        @classmethod
        def model_validate_json(cls, *args: Any, **kwargs: Any) -> Any:
            return Answer.model_validate_json(*args, **kwargs)

    # The name of the tool that is to be called.
    Hidden.__name__ = Answer.__name__
    return cast("type[Answer]", Hidden)


def _correction(text: str, problem: str) -> list[Message]:
    said = [{"role": "assistant", "content": defused(text)}] if text else []
    asked = f"{defused(problem)}\nAnswer again with the whole JSON object, corrected."
    return [*said, {"role": "user", "content": asked}]
