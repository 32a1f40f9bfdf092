"""Contents that do not follow their cue: before it, on both sides of it, or what its relative clause is about."""

from __future__ import annotations

from claimx.model.offline.content_ends import trim
from claimx.model.offline.contents import content_before
from claimx.model.offline.cues import Cue
from claimx.model.offline.noun_phrases import Range, has_finite_verb, noun_phrase_ending
from claimx.model.offline.sources import quotation_ends_before
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import FINITE_AUXILIARIES


def object_before(tokens: list[Token], source: Range) -> Range | None:
    """What a relative clause without "that" is about: the parole in "the parole he called absurd"."""
    last = source[0] - 1
    if last >= 0 and tokens[last].lower in ("that", "which"):
        last -= 1
        if last >= 0 and tokens[last].text == ",":
            last -= 1
    if last < 0 or tokens[last].quotation >= 0 or not tokens[last].is_word:
        return None
    return noun_phrase_ending(tokens, last, 0)


def complement_after(tokens: list[Token], cue: Cue) -> Range | None:
    """What stands after the verb of such a clause, up to its comma: "absurd", "as a joke"."""
    end = cue.last + 1
    while end < len(tokens) and tokens[end].text not in ",.;" and (tokens[end].is_word or tokens[end].quotation >= 0):
        end += 1
    return (cue.last + 1, end) if end > cue.last + 1 else None


def content_around(tokens: list[Token], limit: int, resume: int, earlier: list[Cue], later: list[Cue]) -> list[Range]:
    """The content on both sides of a cue that begins at `limit`; it may go on from `resume`."""
    quoted = quotation_ends_before(tokens, limit)
    floor = 0
    if any(cue.first < limit and tokens[cue.first].quotation < 0 for cue in earlier):
        floor = quotation_start(tokens, limit) if quoted else 0
    before = content_before(tokens, limit, floor)
    if before is None:
        return []
    mixed = tokens[before[0]].quotation < 0 and resume < len(tokens) and tokens[resume].text == ","
    if quoted and not mixed:
        resumed = _resumed_quotation(tokens, resume, later)
        if not resumed and _goes_on_unquoted(tokens, before, resume):
            resumed = [(resume + 1, trim(tokens, len(tokens)))]
        return [before, *resumed]
    if resume < len(tokens) and tokens[resume].text == "," and resume + 1 < len(tokens):
        if tokens[resume + 1].quotation >= 0:
            return [before, *_resumed_quotation(tokens, resume, later)]
        rest = (resume + 1, trim(tokens, len(tokens)))
        if (rest[1] > rest[0] and not has_finite_verb(tokens, *before)) or limit == resume - 2:
            return [before, rest]
    return [before]


def _goes_on_unquoted(tokens: list[Token], before: Range, resume: int) -> bool:
    """Whether a quotation without a verb is completed outside its marks: “Only you,” she said, would dare."""
    return (
        resume + 1 < len(tokens)
        and tokens[resume].text == ","
        and tokens[resume + 1].lower in FINITE_AUXILIARIES
        and not has_finite_verb(tokens, *before)
    )


def quotation_start(tokens: list[Token], limit: int) -> int:
    """The first token of the quotation that ends before `limit`."""
    index = limit - 1
    while index > 0 and tokens[index].quotation < 0:
        index -= 1
    number = tokens[index].quotation
    while index > 0 and tokens[index - 1].quotation == number:
        index -= 1
    return index


def _resumed_quotation(tokens: list[Token], at: int, later: list[Cue]) -> list[Range]:
    """The rest of a quotation that its cue interrupts, if no other cue comes first."""
    for index in range(at, len(tokens)):
        if tokens[index].quotation >= 0:
            if tokens[index - 1].text not in ",.;:—–" and tokens[index - 1].lower not in ("that", "and"):
                return []
            end = index
            while end < len(tokens) and tokens[end].quotation == tokens[index].quotation:
                end += 1
            return [(index, end)]
        if any(cue.first == index and cue.form != "infinitive" and cue.verb.takes("quote") for cue in later):
            return []
    return []
