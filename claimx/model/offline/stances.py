"""The stance that a claim takes: from its cue, or from the words of its content."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from claimx.model.offline.attributions import Attribution
from claimx.model.offline.lexicon import CueVerb, cue_forms
from claimx.schema import Stance

_OBLIGATIONS = frozenset(["should", "must", "ought"])
_BEFORE_TO = frozenset(["has", "have", "had", "need", "needs", "ready", "willing", "prepared"])
_PROPOSING = frozenset(["announce", "unveil", "propose"])
_ASKING = frozenset(["ask", "wonder", "inquire", "enquire", "question"])
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_KNOWN = 1 << 13
_LONGEST_KNOWN = 32
_REACH = 3
_OPENING_WORDS = 4
_REFUSAL = 8
_OPPOSITE: dict[Stance, Stance] = {"favor": "against", "against": "favor", "neutral": "neutral"}
# What is promised, offered or demanded may itself be directed against something.
_COMMITMENTS = frozenset(
    [
        "vow",
        "promise",
        "pledge",
        "offer",
        "plan",
        "intend",
        "want",
        "urge",
        "demand",
        "call",
        "order",
        "propose",
        "agree",
    ]
)


@cache
def opinion_words() -> dict[str, frozenset[str]]:
    """The lists of `opinions.toml`."""
    text = (files("claimx.model.offline") / "opinions.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text).items()}


def stance_of(text: str, item: Attribution) -> Stance:
    """The stance of a claim toward what it is about.

    A cue that takes sides decides, unless it commits to something that is itself
    directed against somebody; after any other cue the words of the content do.
    """
    polarity = item.polarity
    verb = item.verb.verb if item.verb else None
    if verb is not None and verb.polarity != "neutral":
        polarity = verb.polarity
        if verb.verb in _COMMITMENTS:
            words = _words_of(text, item)
            polarity = "against" if _score(words) < 0 or "not" in words[:_REFUSAL] else polarity
        if item.verb is not None and item.verb.negated:
            polarity = _OPPOSITE[polarity]
    if polarity != "neutral":
        return polarity
    words = _words_of(text, item)
    if (attitude := _attitude(words)) is not None:
        return attitude
    score = _score(words)
    if verb is not None and verb.verb in _PROPOSING and words[:1] in (["a"], ["an"]):
        # Who announces a thing of their own is for it.
        return "favor"
    if score == 0 and _asks_in_anger(text, item, verb):
        return "against"
    if score == 0 and (demand := _demand(words)) is not None:
        return demand
    if score == 0:
        # "It did not", "nobody asked us": who denies and names nothing good or bad mostly objects.
        score = -(not opinion_words()["negations"].isdisjoint(words))
    return "favor" if score > 0 else "against" if score < 0 else "neutral"


def _words_of(text: str, item: Attribution) -> list[str]:
    return [word for start, end in item.content for word in _words(text[start:end])]


def _words(piece: str) -> list[str]:
    """The words in lower case; a capital inside a sentence makes a name of a word, which takes no side."""
    piece = piece.replace("’", "'")
    words = [word for part in piece.split() for word in (_known if len(part) < _LONGEST_KNOWN else _lower)(part)]
    if first := _WORD.search(piece):
        words[0] = first[0].lower()
    return words


def _lower(part: str) -> tuple[str, ...]:
    """The words of what stands between two spaces, those with capitals left blank."""
    return tuple(word if word.islower() else "i" if word == "I" else "" for word in _WORD.findall(part))


# The same words come again and again: to remember them takes a third of the time of looking through them.
_known = lru_cache(maxsize=_KNOWN)(_lower)


def _asks_in_anger(text: str, item: Attribution, verb: CueVerb | None) -> bool:
    """Whether a quotation has a question in it that is not said to ask: "What good is a map?" is an objection."""
    if verb is None or verb.verb in _ASKING or not verb.takes("quote"):
        return False
    return any("?" in text[start:end] for start, end in item.content)


def _demand(words: list[str]) -> Stance | None:
    """What should be, and what somebody is ready to do, is wanted; what should not be is not."""
    for index, word in enumerate(words):
        if word in _OBLIGATIONS or (word in _BEFORE_TO and words[index + 1 : index + 2] == ["to"]):
            near = words[max(0, index - _REACH) : index + _REACH]
            return "against" if any(other in opinion_words()["negations"] for other in near) else "favor"
    return None


def _attitude(words: list[str]) -> Stance | None:
    """The polarity of an attitude with which the content begins: "she hoped that"."""
    if not words or words[0] not in ("he", "she", "they", "we", "i", "it"):
        return None
    if words[1:2] and words[1] in ("would", "will") and _score(words) >= 0:
        # Who says what they will do themselves is for it.
        return "against" if "not" in words[:_OPENING_WORDS] else "favor"
    negated = False
    for word in words[1:_OPENING_WORDS]:
        negated |= word in opinion_words()["negations"]
        for verb, _, particle in cue_forms().get(word, ()):
            if particle is None and verb.polarity != "neutral" and _is_attitude(verb):
                return _OPPOSITE[verb.polarity] if negated else verb.polarity
    return None


def _is_attitude(verb: CueVerb) -> bool:
    return not verb.takes("quote")


def _score(words: list[str]) -> int:
    """Words in favor minus words against, each turned by a negation close before it."""
    weights, negations = _weights()
    score = 0
    negated = 0
    for word in words:
        if value := weights.get(word):
            score += -value if negated > 0 else value
            negated = 0
        elif word == "but":
            # What follows "but" is what the speaker means.
            score //= 2
        negated = _REACH if word in negations else negated - 1
    return score


@cache
def _weights() -> tuple[dict[str, int], frozenset[str]]:
    """One for a word in favor, minus one for a word against; and the words that turn them round."""
    opinions = opinion_words()
    weights = dict.fromkeys(opinions["favor"], 1) | dict.fromkeys(opinions["against"], -1)
    return weights, opinions["negations"]
