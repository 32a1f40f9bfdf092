"""Attributions in brat standoff: PolNeAR's native form, and plain folders of `x.txt` beside `x.ann`.

A `T` line is a text-bound annotation (`T1<TAB>Source 0 5<TAB>words`; `0 5;9 12` for an interrupted one), an `E` line
joins them (`E1<TAB>Attribution:T4 Content:T3 Cue:T2 Source:T1`). Other lines and types are ignored, and so is `Fact`,
which `claimx export` writes for what an article says in its own voice. Offsets are half-open and count code points.

Source: https://brat.nlplab.org/standoff.html; roles as in PolNeAR (Newell, Margolin and Ruths, LREC 2018).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from claimx.article.quotations import find_quotations
from claimx.errors import GoldError
from claimx.evaluation.gold import GoldSpeaker, Label
from claimx.schema import Article, Quotation, Span

Offsets = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Attribution:
    """Where an attribution's source, cue and content stand in the article."""

    where: str
    source: Offsets
    cue: Offsets
    content: Offsets


def parse_standoff(source: str, text: str) -> list[Attribution]:
    """Read the attributions of an `.ann` file, in the order of their content.

    Raises:
        GoldError: If a line is malformed or refers to an annotation that is not there.
    """
    bound: dict[str, Offsets] = {}
    events: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        identifier, _, rest = line.rstrip("\r").partition("\t")
        if identifier.startswith("T"):
            bound[identifier] = _parse_offsets(source, f"line {number}", rest.partition("\t")[0])
        elif identifier.startswith("E") and not rest.startswith("Fact:"):
            events.append((identifier, rest))
    attributions = [_join(source, identifier, roles, bound) for identifier, roles in events]
    return sorted((item for item in attributions if item.content), key=lambda item: item.content[0])


def label_attributions(source: str, article: Article, attributions: Iterable[Attribution]) -> tuple[Label, ...]:
    """Turn attributions into labels.

    Where a source or a cue has several stretches, the first is taken. The quotation type is told by the characters, as
    Pareti (2015) does for PARC: direct if all of the content stands between quotation marks, mixed if some of it
    does, indirect if none does.

    Raises:
        GoldError: If a span lies outside the article or has no characters, or there is no content.
    """
    quoted = [(item.inner_start, item.inner_end) for item in find_quotations(article.text)]
    labels = []
    for item in attributions:
        for start, end in chain(item.source, item.cue, item.content):
            if not 0 <= start < end <= len(article.text):
                raise GoldError(source, item.where, f"span {start}:{end} is not within the article")
        if not item.content:
            raise GoldError(source, item.where, "has no content")
        content = tuple(Span.of(article.text, start, end) for start, end in sorted(item.content))
        labels.append(
            Label(
                kind="claim",
                content=content,
                quotation=_quotation_type(content, quoted),
                cue=Span.of(article.text, *item.cue[0]) if item.cue else None,
                speaker=GoldSpeaker(mention=Span.of(article.text, *item.source[0])) if item.source else None,
            )
        )
    return tuple(labels)


def _quotation_type(content: Iterable[Span], quoted: list[tuple[int, int]]) -> Quotation:
    words = [
        span.start + offset for span in content for offset, character in enumerate(span.text) if character.isalnum()
    ]
    inside = sum(any(start <= at < end for start, end in quoted) for at in words)
    return "indirect" if not inside else "direct" if inside == len(words) else "mixed"


def _parse_offsets(source: str, where: str, annotation: str) -> Offsets:
    pairs = [pair.split() for pair in annotation.partition(" ")[2].split(";")]
    try:
        return tuple((int(start), int(end)) for start, end in pairs)
    except ValueError:
        raise GoldError(source, where, f"{annotation!r} is not a type and offsets") from None


def _join(source: str, identifier: str, roles: str, bound: dict[str, Offsets]) -> Attribution:
    spans: dict[str, Offsets] = {"source": (), "cue": (), "content": ()}
    for role, _, target in (part.partition(":") for part in roles.split()):
        # brat numbers a role that is filled twice: Content, Content2.
        name = role.rstrip("0123456789").lower()
        if name in spans:
            if target not in bound:
                raise GoldError(source, identifier, f"{role} refers to {target or 'nothing'}, which is not there")
            spans[name] += bound[target]
    return Attribution(identifier, **spans)
