"""One claim once: what a chunk border, a caption or a heading made appear twice; then which stand in which."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from claimx.claims.folding import fold_text
from claimx.schema import Claim, Span

# A number keeps its sign, currency and decimal point; a word its hyphens and apostrophes.
_WORD = re.compile(r"[-+$€£¥₹]*\d+(?:[.,:/-]\d+)*[^\W_]*%?|[^\W_]+(?:['-][^\W_]+)*")
# What a heading leaves out or puts in another tense without saying anything else.
_FUNCTION_WORDS = frozenset(
    ("a", "an", "the", "that", "is", "are", "was", "were", "be", "been", "has", "have", "had", "will", "would")
)
# What turns a statement round, so that one with it and one without it are two.
_REVERSING = re.compile(
    r"no|not|none|never|neither|nor|without|cannot|\w+n't|hardly|barely|scarcely|almost|nearly|if|unless|former"
    r"|false|fake|den(?:y|ies|ied)|fail(?:s|ed)?|refuse[sd]?",
    re.IGNORECASE,
)
_LEAST_HEADING_WORDS = 2
_LEAST_SENTENCE_WORDS = 5
_OVERLAP = 0.8
_HEADING_CHARS = 140
_SENTENCE_END = re.compile(r"[.!?…:。！？][\"”’'»)\]]*$")
# Contents are looked up by the stretches of this many characters that they touch.
_STRETCH_CHARS = 512


def merge_claims(text: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims of one article in its order, each once, with `nested` set and ids that differ.

    Two claims of one kind and speaker are one if

    - their contents overlap and so do their cues; where one has no cue, if they overlap almost wholly;
    - or they hold the same words and not both have a cue of their own in the body;
    - or one stands in a heading or caption and says, in the same order, what the other says.

    Of two, the body's is kept, then the one with a cue, then the longer one.
    """
    candidates = [_Candidate.of(text, claim) for claim in claims]
    candidates.sort(key=_preference)
    frequency = Counter(word for candidate in candidates for word in candidate.vocabulary)
    kept: dict[tuple[str, str | None], _Kept] = defaultdict(lambda: _Kept(frequency))
    for candidate in candidates:
        said_by_same = kept[candidate.claim.kind, candidate.speaker]
        if not said_by_same.has(candidate):
            said_by_same.add(candidate)
    merged = sorted((candidate.claim for group in kept.values() for candidate in group.all), key=_order)
    nested = _nested(merged)
    seen: Counter[str] = Counter()
    finished = []
    for claim, is_nested in zip(merged, nested, strict=True):
        seen[claim.id] += 1
        times = seen[claim.id]
        # Two speakers may share content and cue: "Poe and Rae said it was safe".
        name = claim.id if times == 1 else f"{claim.id}-{times}"
        finished.append(Claim(**{**dict(claim), "id": name, "nested": is_nested}))
    return tuple(finished)


def digest_claim(article_id: str, kind: str, content: Sequence[Span], cue: Span | None) -> str:
    """`c-` and 12 hex digits: a digest of the article's id, the kind, and content and cue with their offsets.

    Nothing that depends on other claims goes in, so that a claim has one id in every run.
    """
    spans = [f"{span.start}:{span.end}:{span.text}" for span in content]
    return _digest([article_id, kind, f"{cue.start}:{cue.end}" if cue else "", *spans])


def _digest(parts: Sequence[str]) -> str:
    return "c-" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Candidate:
    claim: Claim
    speaker: str | None
    words: tuple[str, ...]
    vocabulary: frozenset[str]
    sequence: str
    is_apart: bool

    @classmethod
    def of(cls, text: str, claim: Claim) -> _Candidate:
        folded = fold_text(" ".join(span.text for span in claim.content))
        words = tuple(word for word in _WORD.findall(folded) if word.casefold() not in _FUNCTION_WORDS)
        return cls(
            claim,
            claim.speaker.name.casefold() if claim.speaker else None,
            words,
            frozenset(map(str.casefold, words)),
            " ".join(folded.casefold().split()),
            _is_apart(text, claim),
        )


@dataclass(slots=True)
class _Kept:
    """The claims kept so far of one kind and speaker, by where they stand and by what they say."""

    frequency: Counter[str]
    all: list[_Candidate] = field(default_factory=list)
    by_stretch: dict[int, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_sequence: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_word: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_rarest_word: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))

    def add(self, candidate: _Candidate) -> None:
        self.all.append(candidate)
        self.by_sequence[candidate.sequence].append(candidate)
        for stretch in _stretches(candidate.claim):
            self.by_stretch[stretch].append(candidate)
        for word in candidate.vocabulary:
            self.by_word[word].append(candidate)
        self.by_rarest_word[self._rarest_word(candidate)].append(candidate)

    def has(self, candidate: _Candidate) -> bool:
        """Whether one of them is the candidate over again."""
        near = (other for stretch in _stretches(candidate.claim) for other in self.by_stretch.get(stretch, ()))
        if any(_is_same_place(candidate.claim, other.claim) for other in near):
            return True
        if any(_is_same_statement(candidate, other) for other in self.by_sequence.get(candidate.sequence, ())):
            return True
        return candidate.is_apart and any(_is_heading_of(candidate, other) for other in self._alike(candidate))

    def _alike(self, candidate: _Candidate) -> Iterator[_Candidate]:
        """Those that may have all of the candidate's words, and those of which it may have all."""
        yield from self.by_word.get(self._rarest_word(candidate), ())
        for word in candidate.vocabulary:
            yield from self.by_rarest_word.get(word, ())

    def _rarest_word(self, candidate: _Candidate) -> str:
        return min(candidate.vocabulary, key=lambda word: (self.frequency[word], word), default="")


def _is_same_place(claim: Claim, kept: Claim) -> bool:
    """Whether two drafts are of one stretch of the article, and of one cue where both have a cue."""
    shared = _shared(claim.content, kept.content)
    if claim.cue and kept.cue:
        return shared > 0 and claim.cue.start < kept.cue.end and kept.cue.start < claim.cue.end
    return shared >= _OVERLAP


def _is_same_statement(candidate: _Candidate, other: _Candidate) -> bool:
    """Whether two contents of the same characters are one statement."""
    if candidate.is_apart:
        return _may_be_repeated(candidate, other)
    if candidate.claim.cue and other.claim.cue:
        return False
    # A short answer may be given twice ("No"); a sentence is the same sentence.
    return candidate.claim.kind == "fact" or candidate.sequence.count(" ") + 1 >= _LEAST_SENTENCE_WORDS


def _is_heading_of(heading: _Candidate, other: _Candidate) -> bool:
    """Whether one says what the other does, in the same order, less a few words that change nothing."""
    short, long = sorted((heading.words, other.words), key=len)
    if len(short) < _LEAST_HEADING_WORDS or not _may_be_repeated(heading, other):
        return False
    dropped, at = [], 0
    for word in long:
        if at < len(short) and short[at].casefold() == word.casefold():
            at += 1
        else:
            dropped.append(word)
    return at == len(short) and all(map(_is_small, dropped))


def _is_small(word: str) -> bool:
    """Whether a word is neither number nor name nor negation, so that a heading may leave it out."""
    return not (_REVERSING.fullmatch(word) or word[0].isupper() or any(char.isdigit() for char in word))


def _may_be_repeated(heading: _Candidate, other: _Candidate) -> bool:
    """Whether a heading and another place may report one statement: not twice the same place, not the contrary."""
    claim, kept = heading.claim, other.claim
    if _shared(claim.content, kept.content) or {claim.stance, kept.stance} == {"favor", "against"}:
        return False
    # The body reports in other words than its heading ("says", "said"), but one list item does not repeat another.
    if other.is_apart and claim.cue and kept.cue:
        return claim.cue.text.casefold() == kept.cue.text.casefold()
    return True


def _nested(claims: Sequence[Claim]) -> list[bool]:
    """Per claim whether all of its content lies inside a longer piece of the content of another cue."""
    pieces = [(span.start, -span.end, 1, at) for at, claim in enumerate(claims) for span in claim.content]
    extents = [(claim.start, -claim.end, 0, at) for at, claim in enumerate(claims)]
    nested = [False] * len(claims)
    # The pieces that reach furthest, of two cues: one of them is not the cue of whoever asks.
    furthest: list[tuple[int, tuple[int, int] | None]] = []
    for _, negative_end, is_piece, at in sorted(pieces + extents):
        claim = claims[at]
        cue = (claim.cue.start, claim.cue.end) if claim.cue else None
        if claim.kind == "fact":
            continue
        if is_piece:
            best = sorted([*furthest, (-negative_end, cue)], key=lambda piece: -piece[0])
            furthest = [best[0], *[piece for piece in best[1:] if piece[1] != best[0][1]][:1]]
        else:
            nested[at] = any(end >= -negative_end and cue != other for end, other in furthest)
    return nested


def _preference(candidate: _Candidate) -> tuple[bool, bool, int, bool, int]:
    claim = candidate.claim
    chars = sum(span.end - span.start for span in claim.content)
    return candidate.is_apart, claim.cue is None, -chars, claim.date is None, claim.start


def _order(claim: Claim) -> tuple[int, int, str, str]:
    return claim.start, -claim.end, claim.id, claim.speaker.name if claim.speaker else ""


def _stretches(claim: Claim) -> Iterator[int]:
    for span in claim.content:
        yield from range(span.start // _STRETCH_CHARS, span.end // _STRETCH_CHARS + 1)


def _shared(content: Sequence[Span], other: Sequence[Span]) -> float:
    """Intersection over union of two contents, in characters."""
    both = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in content for b in other)
    return both / (sum(a.end - a.start for a in content) + sum(b.end - b.start for b in other) - both)


def _is_apart(text: str, claim: Claim) -> bool:
    """Whether a claim stands in a heading or caption: a short line that does not end as a sentence does."""
    start, end = text.rfind("\n", 0, claim.start) + 1, text.find("\n", claim.end)
    line = text[start : end if end >= 0 else len(text)].strip()
    return len(line) <= _HEADING_CHARS and not _SENTENCE_END.search(line)
