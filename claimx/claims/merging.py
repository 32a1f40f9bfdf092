"""One claim once: what a chunk border, a caption or a heading made appear twice."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from claimx.schema import Claim, Span

_WORD = re.compile(r"\w+")
# The same words up to the order and small words that a heading drops.
_SAME_IN_HEADING = 85
_OVERLAP = 0.8
_HEADING_CHARS = 140
_SENTENCE_END = re.compile(r"[.!?…:。！？][\"”’'»)\]]*$")


def merge_claims(text: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims of one article in its order, each once.

    Two claims are one if they are of one kind and speaker and their contents overlap almost wholly, or hold the
    same words, or hold almost the same words and one stands in a heading or caption. What the body says is kept.
    """
    candidates = [_Candidate.of(text, claim) for claim in claims]
    candidates.sort(key=lambda candidate: (candidate.is_apart, -_worth(candidate.claim), candidate.claim.start))
    kept: dict[tuple[str, str | None], list[_Candidate]] = {}
    for candidate in candidates:
        said_by_same = kept.setdefault((candidate.claim.kind, candidate.speaker), [])
        if not any(_is_same(candidate, other) for other in said_by_same):
            said_by_same.append(candidate)
    merged = [candidate.claim for group in kept.values() for candidate in group]
    return tuple(sorted(merged, key=lambda claim: (claim.start, -claim.end, claim.id)))


@dataclass(frozen=True, slots=True)
class _Candidate:
    claim: Claim
    speaker: str | None
    words: Counter[str]
    is_apart: bool

    @classmethod
    def of(cls, text: str, claim: Claim) -> _Candidate:
        words = Counter(_WORD.findall(" ".join(span.text for span in claim.content).casefold()))
        return cls(claim, claim.speaker.name.casefold() if claim.speaker else None, words, _is_apart(text, claim))


def claim_id(article_id: str, kind: str, content: Sequence[Span], speaker: str | None) -> str:
    """`c-` and 12 hex digits: a digest of the article's id, the kind, the content with its offsets, and the speaker."""
    parts = [article_id, kind, speaker or "", *(f"{span.start}:{span.end}:{span.text}" for span in content)]
    return "c-" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _is_same(candidate: _Candidate, other: _Candidate) -> bool:
    claim, kept = candidate.claim, other.claim
    if claim.start < kept.end and kept.start < claim.end and _shared(claim.content, kept.content) >= _OVERLAP:
        return True
    if candidate.words == other.words:
        # A short answer may be given twice ("No"); a sentence is the same sentence.
        return candidate.words.total() >= 5 or claim.kind == "fact"
    if not candidate.is_apart or not _is_alike(candidate.words, other.words):
        return False
    return fuzz.token_set_ratio(" ".join(candidate.words), " ".join(other.words)) >= _SAME_IN_HEADING


def _is_alike(words: Counter[str], others: Counter[str]) -> bool:
    """Whether no number and no negation stands in one and not in the other."""
    differing = (words - others) + (others - words)
    return not any(any(char.isdigit() for char in word) or word in ("not", "no", "never", "t") for word in differing)


def _worth(claim: Claim) -> int:
    return (claim.cue is not None) + (claim.date is not None) + (claim.grounding == "exact")


def _shared(content: Sequence[Span], other: Sequence[Span]) -> float:
    """Intersection over union of two contents, in characters."""
    both = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in content for b in other)
    return both / (sum(a.end - a.start for a in content) + sum(b.end - b.start for b in other) - both)


def _is_apart(text: str, claim: Claim) -> bool:
    """Whether a claim stands in a heading or caption: a short line that does not end as a sentence does."""
    start, end = text.rfind("\n", 0, claim.start) + 1, text.find("\n", claim.end)
    line = text[start : end if end >= 0 else len(text)].strip()
    return len(line) <= _HEADING_CHARS and not _SENTENCE_END.search(line)
