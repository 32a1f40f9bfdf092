"""Claims held against the text of their article, with no model: exact, normalized, moved, or gone.

A span is *exact* if the characters at its offsets are its text, *normalized* if they differ in nothing but white space,
quote marks, dashes and the like, *moved* if its words stand elsewhere (whole, and not behind a negation), and *gone* if
they do not. A claim is as good as its worst span, and *unread* without its article.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from claimx.schema import Article, Claim, ClaimDate, Span, Speaker

# What is there to the letter needs none of the rooms that look closer; they are imported where they are needed.
if TYPE_CHECKING:
    from claimx.claims.folding import Folded

Status = Literal["exact", "normalized", "moved", "gone", "unread"]
STATUSES: tuple[Status, ...] = ("exact", "normalized", "moved", "gone", "unread")

# Occurrences looked at on either side of the expected place: words that stand everywhere prove little.
_OCCURRENCES = 32
# A cue or mention belongs to its content: the same word far away is another one.
_REACH = 1500


@dataclass(frozen=True, slots=True)
class SpanProof:
    """One span held against the text.

    Attributes:
        part: What the span is to its claim: `content`, `cue`, `mention` or `date`.
        span: As the record has it.
        status: What became of it.
        found: Where it stands in the text now; None if it is gone.
    """

    part: str
    span: Span
    status: Status
    found: Span | None


@dataclass(frozen=True, slots=True)
class ClaimProof:
    """One claim held against its article.

    Attributes:
        claim: As the record has it.
        status: That of its worst span.
        spans: Content first, then cue, mention and date, as far as the claim has them.
        updated: The claim with the offsets, words and digest of this text; None if something of it is gone.
        is_same_text: Whether the article is to the character the one that was read; None if that cannot be told.
    """

    claim: Claim
    status: Status
    spans: tuple[SpanProof, ...] = ()
    updated: Claim | None = None
    is_same_text: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether every span stands where the record says."""
        return self.status in ("exact", "normalized")


class ArticleText:
    """An article's text as claims are held against it; folded once, and only if something is not there verbatim."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.text = article.text
        self.digest = article.digest

    @cached_property
    def folded(self) -> Folded:
        """The text without differences of white space, quote marks and dashes."""
        from claimx.claims.folding import fold

        return fold(self.text)

    def around(self, words: str, at: int) -> Iterator[tuple[int, int]]:
        """Where the words stand, as half-open offsets: verbatim, then after folding, each the nearest to `at` first."""

        def distance(place: tuple[int, int]) -> int:
            return abs(place[0] - at)

        verbatim = [*self._after(words, at), *self._before(words, at)]
        yield from sorted(verbatim, key=distance)
        if len(verbatim) < _OCCURRENCES:
            yield from sorted(self.folded.find(words), key=distance)

    def _after(self, words: str, at: int) -> Iterator[tuple[int, int]]:
        start = self.text.find(words, max(0, at))
        for _ in range(_OCCURRENCES):
            if start < 0:
                return
            yield start, start + len(words)
            start = self.text.find(words, start + 1)

    def _before(self, words: str, at: int) -> Iterator[tuple[int, int]]:
        limit = at + len(words) - 1
        for _ in range(_OCCURRENCES):
            start = self.text.rfind(words, 0, limit) if limit > 0 else -1
            if start < 0:
                return
            yield start, start + len(words)
            limit = start + len(words) - 1


def verify_claim(claim: Claim, text: ArticleText | None) -> ClaimProof:
    """Prove every span of a claim against the text of its article.

    What moved is looked for where the rest of its claim moved to: the pieces of a content keep their order, and a
    cue, mention or date stays within 1,500 characters of where it would be expected.

    Args:
        claim: A record, perhaps of years ago.
        text: Its article as it is now; None if it is not at hand.

    >>> article = Article(id="a", text="Good news. Ann Poe said the bridge is safe.")
    >>> words = Span(start=13, end=31, text="the bridge is safe")
    >>> claim = Claim(id="c", article_id="a", kind="claim", text="", content=(words,))
    >>> proof = verify_claim(claim, ArticleText(article))
    >>> proof.status, proof.spans[0].found
    ('moved', Span(start=24, end=42, text='the bridge is safe'))
    """
    if text is None:
        return ClaimProof(claim, "unread")
    proofs: list[SpanProof] = []
    shift = ends = 0
    for part, span in evidence(claim):
        proof = _prove(part, span, text, shift=shift, not_before=ends if part == "content" else 0)
        if part == "content" and proof.found:
            shift, ends = proof.found.start - span.start, proof.found.end
        proofs.append(proof)
    status = max((proof.status for proof in proofs), key=STATUSES.index)
    is_same_text = claim.article_digest == text.digest if claim.article_digest else None
    return ClaimProof(claim, status, tuple(proofs), _updated(claim, proofs, text.digest), is_same_text)


def evidence(claim: Claim) -> Iterator[tuple[str, Span]]:
    """All spans of a claim with what they are to it: the content's first, in their order."""
    for span in claim.content:
        yield "content", span
    if claim.cue:
        yield "cue", claim.cue
    if claim.speaker and claim.speaker.mention:
        yield "mention", claim.speaker.mention
    if claim.date and claim.date.text:
        yield "date", claim.date.text


def _prove(part: str, span: Span, text: ArticleText, *, shift: int, not_before: int) -> SpanProof:
    is_here = not shift and not_before <= span.start and span.end <= len(text.text)
    if is_here and span.text and text.text[span.start : span.end] == span.text:
        return SpanProof(part, span, "exact", span)
    if is_here and _is_alike(text.text[span.start : span.end], span.text):
        return SpanProof(part, span, "normalized", Span.of(text.text, span.start, span.end))
    if not span.text.strip():
        return SpanProof(part, span, "gone", None)
    from claimx.claims.extent import is_whole, is_whole_word

    at = span.start + shift
    is_fit = is_whole if part == "content" else is_whole_word
    for start, end in text.around(span.text, at):
        is_near = part == "content" or abs(start - at) <= _REACH
        if is_near and start >= not_before and is_fit(text.text, start, end):
            found = Span.of(text.text, start, end)
            return SpanProof(part, span, "exact" if found == span else "moved", found)
    return SpanProof(part, span, "gone", None)


def _is_alike(there: str, words: str) -> bool:
    from claimx.claims.folding import fold_text

    folded = fold_text(words).strip()
    return bool(folded) and fold_text(there).strip() == folded


def _updated(claim: Claim, proofs: list[SpanProof], digest: str) -> Claim | None:
    """The claim as this text proves it; the same record, id and all, if nothing but the digest is another."""
    found: dict[str, list[Span]] = {}
    for proof in proofs:
        if proof.found is None:
            return None
        found.setdefault(proof.part, []).append(proof.found)
    content = tuple(found["content"])
    [cue, mention, expression] = [found.get(part, [None])[0] for part in ("cue", "mention", "date")]
    speaker = claim.speaker and Speaker(name=claim.speaker.name, mention=mention, role=claim.speaker.role)
    return Claim(
        id=claim.id if content == claim.content else _digest(claim, content, cue),
        article_id=claim.article_id,
        article_digest=digest,
        kind=claim.kind,
        text=claim.text,
        content=content,
        quotation=claim.quotation,
        cue=cue,
        speaker=speaker,
        stance=claim.stance,
        target=claim.target,
        date=claim.date and ClaimDate(text=expression, value=claim.date.value),
        nested=claim.nested,
        grounding=claim.grounding,
    )


def _digest(claim: Claim, content: tuple[Span, ...], cue: Span | None) -> str:
    from claimx.claims.merging import digest_claim

    return digest_claim(claim.article_id, claim.kind, content, cue)
