"""What went wrong between a request and its answer, as exceptions of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from claimx.errors import BadAnswer, ChunkTooLarge, ClaimxError, ModelBusy, ModelError, ModelRefused, ModelUnreachable
from claimx.model.replies import thoughts
from claimx.settings import Settings

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

# How servers say that a request is longer than the context window.
_OVERFLOW = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_OVERFLOW_WORDS = re.compile(r"\b(?:maximum|exceeds?|larger than|longer than)\b.{0,60}\bcontext\b", re.IGNORECASE)
_LESS_THOUGHT = "Switch its thinking off, or raise --max-output-tokens."
_ELEMENT = re.compile(r"<style.{0,4000}?</style>|<script.{0,4000}?</script>|<[^<>]{0,1000}>", re.DOTALL | re.IGNORECASE)
_WINDOW = re.compile(r"\bcontext (?:length|size|window)\D{0,20}?([\d,]{3,9}) tokens", re.IGNORECASE)


def own_error(raised: BaseException) -> ClaimxError | None:
    """The exception of ours that a transport raised, from under what the libraries wrap around it."""
    cause: BaseException | None = raised
    while cause is not None and not isinstance(cause, ClaimxError):
        cause = cause.__cause__
    return cause


def cause_of(raised: BaseException) -> BaseException:
    """What instructor wrapped."""
    return raised.__cause__ if type(raised).__name__ == "InstructorRetryException" and raised.__cause__ else raised


def is_cut_off(raised: BaseException) -> bool:
    """Whether the answer came to the token limit before its end."""
    from instructor.core.exceptions import IncompleteOutputException

    return isinstance(cause_of(raised), IncompleteOutputException)


def translate(raised: Exception, settings: Settings, completion: ChatCompletion | None) -> ModelError:
    """The exception of ours that says what went wrong; instructor's own texts dump whole completions."""
    import httpx2
    import openai
    from pydantic import ValidationError

    where, attempts = settings.endpoint, settings.max_attempts
    cause = cause_of(raised)
    message = _message(completion)
    if is_cut_off(raised):
        if thoughts(completion) and not getattr(message, "content", None):
            return BadAnswer(f"The model thought until its tokens ran out, and gave no answer. {_LESS_THOUGHT}")
        return ChunkTooLarge("The answer was cut off at the token limit.")
    match cause:
        case openai.APITimeoutError():
            return ModelBusy(where, attempts, f"no reply within {settings.timeout_s:g} s")
        case openai.APIConnectionError() if settings.is_embedded and cause.__cause__:
            # Nothing but a bug can keep a call within this process from arriving.
            raise cause.__cause__
        case openai.APIConnectionError() if not isinstance(cause.__cause__, httpx2.ConnectError):
            # Something answers there, so it may well be this request that it cannot bear.
            return ModelBusy(where, attempts, f"the connection broke: {cause.__cause__!r}")
        case openai.APIConnectionError():
            return ModelUnreachable(where, str(cause.__cause__ or cause) or type(cause.__cause__).__name__)
        case openai.APIStatusError():
            return _translate_status(cause, settings)
        case _ if completion is not None and message is None:
            return BadAnswer(_no_choices(completion, settings))
        case _ if thoughts(completion) and not getattr(message, "content", None):
            return BadAnswer(f"The model thought, but gave no answer. {_LESS_THOUGHT}")
        case UnicodeDecodeError():
            return BadAnswer("The reply is not UTF-8.")
        case ValidationError():
            return BadAnswer("The answer does not fit the schema: " + "; ".join(_problems(cause)))
        case AssertionError():
            return BadAnswer(f"The model refused: {str(cause)[:200]}")
        case _:
            return BadAnswer(f"The answer cannot be read: {type(cause).__name__}: {str(cause)[:200]}")


def _message(completion: ChatCompletion | None) -> Any:
    """What the model said; None if there is nothing of the kind."""
    try:
        return completion.choices[0].message  # type: ignore[union-attr]
    except (IndexError, TypeError, AttributeError, KeyError):
        return None


def _no_choices(reply: Any, settings: Settings) -> str:
    """What came with status 200 in place of a completion: a stream nobody asked for, a page, an error."""
    if isinstance(reply, str):
        if reply.lstrip().startswith("data:"):
            return "The server streams its reply although it was not asked to: switch streaming off there."
        return f"The reply is no completion: {message_in(None, reply, settings.key)}."
    error = (getattr(reply, "model_extra", None) or {}).get("error")
    if error:
        return f"The reply holds no choices, but an error: {message_in(error, '', settings.key)}."
    return "The reply holds no choices."


def _translate_status(error: Any, settings: Settings) -> ModelError:
    from claimx.model.retries import error_code, is_transient

    message = message_in(error.body, error.response.text, settings.key, error.response.headers.get("location"))
    if error.status_code == 413 or error_code(error.response) in _OVERFLOW or _OVERFLOW_WORDS.search(message):
        too_large = ChunkTooLarge(f"The request does not fit the model: {message}")
        too_large.window, too_large.sent = _numbers(error.body, message)
        return too_large
    if is_transient(error.response):
        return ModelBusy(settings.endpoint, settings.max_attempts, f"last with {error.status_code}: {message}")
    if error.status_code >= 500:
        return BadAnswer(f"The server could not parse what the model wrote: {message}")
    return ModelRefused(settings.endpoint, error.status_code, message)


def _numbers(body: Any, message: str) -> tuple[int | None, int | None]:
    """The window and what was sent, in tokens: from llama.cpp's fields, or from what OpenAI and vLLM write."""
    fields = body if isinstance(body, dict) else {}
    if isinstance(fields.get("error"), dict):
        fields = fields["error"]
    window, sent = fields.get("n_ctx"), fields.get("n_prompt_tokens")
    if isinstance(window, int) and isinstance(sent, int):
        return window, sent
    said = _WINDOW.search(message)
    return (int(said[1].replace(",", "")) if said else None), None


def _problems(error: Any) -> list[str]:
    """Up to five places and reasons of a pydantic error, without the input, which may be the whole answer."""
    return [
        f"{'.'.join(str(step) for step in problem['loc']) or 'answer'}: {problem['msg'][:200]}"
        for problem in error.errors(include_url=False, include_input=False)[:5]
    ]


def message_in(body: Any, text: str, key: str | None, location: str | None = None) -> str:
    """What a server said, from the four shapes of error body that are in use, on one line, without the key.

    Of a web page only the words are left; of a redirect, where it leads.
    """
    while isinstance(body, dict):
        body = body.get("error") or body.get("message") or body.get("detail") or ""
    said = body if isinstance(body, str) and body else text
    if said.lstrip().startswith("<"):
        said = _ELEMENT.sub(" ", said[:4000])
    if location:
        said = f"it redirects to {location[:200]}, and redirects are not followed: is that the address to pass?"
    if key:
        said = said.replace(key, "…")
    return " ".join(said.split())[:300] or "no message"
