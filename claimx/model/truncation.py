"""Whether a server read all that was sent: some cut a long prompt without a word, and answer about the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from claimx.article.chunks import count_tokens
from claimx.errors import PromptCut, WindowTooSmall
from claimx.model.replies import spent
from claimx.settings import Settings

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

    from claimx.model.prompts import Message

# Below this share of what was expected, a prompt has been cut.
_WHOLE = 0.85
# Fewer than this is no window's doing: the server makes its numbers up.
_MADE_UP_TOKENS = 200
# A window that cuts shorter prompts than this holds no instructions either.
_SHORTEST_TOKENS = 800
# English instructions cost at least so many tokens for one that is estimated, whatever the tokenizer.
_LEAST_RATE = 0.8
# Windows are multiples of this; Ollama cuts to half of one and two more.
_WINDOW_STEP = 512
# Small enough for any window, whatever the tokenizer makes of the script.
_PIECES_TOKENS = 100, 300


class PromptMeter:
    """Holds what a server says it read against what was sent.

    The expectation is a rate, tokens of the server's for one of `count_tokens`, which differs between tokenizers and
    languages. So a prompt that seems cut is not judged until two small pieces of its own text have been measured. A
    prompt that is cut by little shows in a count that is the same for every longer prompt: the window's.

    Args:
        settings: Names the endpoint; `tokens_per_estimate` is the rate to begin with.
        complete: Sends a text as a prompt of its own, for an answer of one token.
    """

    def __init__(self, settings: Settings, complete: Callable[[str], Awaitable[ChatCompletion]]) -> None:
        self._endpoint = settings.endpoint
        self._rate = settings.tokens_per_estimate
        self._complete = complete
        # Counts at which prompts of this server were cut, and such that looked so and were not.
        self._cuts: set[int] = set()
        self._honest: set[int] = set()
        self._is_off = settings.is_openai or settings.is_embedded

    async def check(self, messages: list[Message], completion: ChatCompletion) -> None:
        """Compare one reply with its request.

        Raises:
            PromptCut: If the server cannot have read all of it.
            WindowTooSmall: If it cannot even read the instructions.
        """
        import openai

        told = spent(completion).prompt_tokens
        estimates = [count_tokens(message["content"]) for message in messages]
        estimate = sum(estimates)
        if self._is_off or told is None or estimate < _SHORTEST_TOKENS or told < _MADE_UP_TOKENS:
            return
        is_short = told < _WHOLE * self._rate * estimate
        is_full = told in self._cuts or (not is_short and await self._is_full(messages, told))
        if not is_short and not is_full:
            return
        # The instructions make up for an article that is too short to be measured.
        try:
            rate = await self.measure("\n".join(message["content"] for message in messages[:2]))
        except openai.OpenAIError:
            # A failure that passes says nothing about the next prompt.
            return
        if rate is None:
            self._is_off = True
            return
        expected = round(estimates[0] * min(rate, _LEAST_RATE) + (estimate - estimates[0]) * rate)
        if told < _WHOLE * expected or is_full:
            self._cuts.add(told)
            # A server that cuts to half its window reads half of it; one that holds less than the instructions is lost.
            if 2 * told < estimates[0] * rate:
                raise WindowTooSmall(self._endpoint, 2 * told, round(estimates[0] * rate))
            raise PromptCut(self._endpoint, told, max(expected, told + 1))
        self._rate = min(self._rate, told / estimate)

    async def _is_full(self, messages: list[Message], told: int) -> bool:
        """Whether a count that looks like a window stays the same for a longer prompt; few honest ones look so."""
        import openai

        if min(told % _WINDOW_STEP, (told - 2) % _WINDOW_STEP) or told in self._honest:
            return False
        text = "\n".join(message["content"] for message in messages)
        try:
            longer = spent(await self._complete(f"{text}\n{_ending(text, _PIECES_TOKENS[1])}")).prompt_tokens
        except openai.OpenAIError:
            return False
        if longer != told:
            self._honest.add(told)
        return longer == told

    async def measure(self, text: str) -> float | None:
        """The server's tokens for one that is estimated, in this text; None if its numbers do not grow with it.

        Raises:
            openai.OpenAIError: If the server does not answer.
        """
        short, long = (_ending(text, tokens) for tokens in _PIECES_TOKENS)
        more = count_tokens(long) - count_tokens(short)
        if more < 100:
            return None
        fewer, most = [spent(await self._complete(piece)).prompt_tokens for piece in (short, long)]
        if fewer is None or most is None:
            return None
        rate = (most - fewer) / more
        return rate if 0.3 < rate < 8 else None


def _ending(text: str, tokens: int) -> str:
    """The end of a text, of about this many estimated tokens, at its mean of characters a token."""
    end = text[-4 * tokens :]
    return end[-max(1, len(end) * tokens // max(1, count_tokens(end))) :]
