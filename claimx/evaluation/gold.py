"""What people (or careful readings) say is in an article: the labels that predictions are scored against.

A label file is `{"id": …, "labels": [Label, …]}`; what each field means is in `seeds/LABELLING.md`.
Offsets are half-open and count Unicode code points of the article's text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError

from claimx.errors import GoldError
from claimx.schema import Article, ClaimDate, Kind, Quotation, Span, Stance, Value

OPTIONAL_FIELDS = frozenset({"quotation", "cue", "stance", "target", "date", "nested"})

_ISO_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_WORD = re.compile(r"\w")


class GoldSpeaker(Value):
    """Who makes the claim."""

    name: str | None = Field(
        default=None, description="The fullest name the article gives; null in corpora that mark only the mention."
    )
    mention: Span | None = Field(default=None, description="The mention that goes with the cue.")
    role: str | None = Field(default=None, description="Title or affiliation as the article gives it.")
    aliases: tuple[str, ...] = Field(default=(), description="Other names that a reader would accept.")


class GoldTarget(Value):
    """What the stance is about."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = Field(default=(), description="Other names that a reader would accept.")


class Label(Value):
    """One gold claim or fact. Fields that a corpus does not label are left out, and are then not scored."""

    kind: Kind
    content: Annotated[tuple[Span, ...], Field(min_length=1)]
    text: str = Field(default="", description="The content as one sentence that stands alone.")
    quotation: Quotation | None = None
    cue: Span | None = None
    speaker: GoldSpeaker | None = None
    stance: Stance | None = None
    stance_alternatives: tuple[Stance, ...] = Field(default=(), description="Other stances that are accepted.")
    target: GoldTarget | None = None
    date: ClaimDate | None = None
    date_alternatives: tuple[str | None, ...] = Field(
        default=(), description="Other date values that are accepted; null accepts that no date is given."
    )
    nested: bool = Field(default=False, description="The inner claim of an attribution within an attribution.")
    optional: bool = Field(default=False, description="Finding it is no error, nor is missing it.")

    @property
    def is_required(self) -> bool:
        """Whether the headline figures count this label."""
        return not (self.optional or self.nested)


class LabelFile(Value):
    """The labels of one article."""

    id: str = Field(description="The id of the article: its file name without the suffix.")
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class LabelledArticle:
    """An article and its gold labels."""

    article: Article
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Dataset:
    """Articles with their gold labels.

    Attributes:
        name: For people.
        articles: In the order of their ids.
        labelled: The optional fields that the gold labels at all, and "fact" if it labels facts.
        human: Figures that people (or careful readings) reach against each other, from 0 to 1, by figure name.
    """

    name: str
    articles: tuple[LabelledArticle, ...]
    labelled: frozenset[str]
    human: dict[str, float]

    @property
    def digest(self) -> str:
        """SHA-256 over articles and labels: two scores are comparable only if theirs are equal."""
        rows = [
            [item.article.id, item.article.digest, [label.model_dump(mode="json") for label in item.labels]]
            for item in self.articles
        ]
        canonical = json.dumps(rows, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def parse_labels(source: str, document: object, article: Article) -> tuple[tuple[Label, ...], list[GoldError]]:
    """Read a label file's parsed JSON and check each label against its article.

    Returns:
        The labels that are well formed, and everything that is wrong with the file.
    """
    if not isinstance(document, dict) or not isinstance(document.get("labels"), list):
        return (), [GoldError(source, "file", 'is not an object with "id" and a list of "labels"')]
    problems = []
    if unknown := sorted(set(document) - {"id", "labels"}):
        problems.append(GoldError(source, "file", f"unknown field {unknown[0]!r}"))
    if document.get("id") != article.id:
        problems.append(GoldError(source, "file", f'"id" is {document.get("id")!r}, the article is {article.id!r}'))
    labels: list[Label] = []
    first_at: dict[Label, int] = {}
    for number, item in enumerate(document["labels"], start=1):
        try:
            label = Label.model_validate(item)
        except ValidationError as error:
            problems.append(GoldError(source, f"label {number}", explain_validation(error)))
            continue
        reasons = list(find_problems(label, article))
        if first_at.setdefault(label, number) != number:
            reasons.append(f"is the same as label {first_at[label]}")
        problems += [GoldError(source, f"label {number}", reason) for reason in reasons]
        labels.append(label)
    return tuple(labels), problems


def find_problems(label: Label, article: Article) -> Iterator[str]:
    """Say what contradicts the article or the labelling guide, one reason after the other."""
    for name, span in _spans(label):
        if span.end > len(article.text):
            yield f"{name} {span.start}:{span.end} ends behind the article, which has {len(article.text)} characters"
        elif span.start >= span.end:
            yield f"{name} {span.start}:{span.end} is empty"
        elif (found := article.text[span.start : span.end]) != span.text:
            yield f"{name} {span.start}:{span.end} is {_shorten(found)} in the article, not {_shorten(span.text)}"
    if not any(_WORD.search(span.text) for span in label.content):
        yield "content has no word"
    if any(left.end > right.start for left, right in zip(label.content, label.content[1:], strict=False)):
        yield "content spans overlap or are out of order"
    if label.speaker and not (label.speaker.name or label.speaker.mention):
        yield "speaker has neither name nor mention"
    if label.kind == "fact" and any((label.speaker, label.cue, label.quotation, label.stance, label.target)):
        yield "a fact has no speaker, cue, quotation, stance or target"
    if label.date and not label.date.value and not label.date.text:
        yield "date is empty: write null"
    for value in (label.date.value if label.date else None, *label.date_alternatives):
        if value is not None and not is_date_value(value):
            yield f"date {_shorten(value)} is not YYYY-MM-DD, YYYY-MM or YYYY"


def is_date_value(value: str) -> bool:
    """Whether this is a day, a month or a year that the calendar has.

    >>> [is_date_value(value) for value in ("2024-02-29", "2024-02", "2024", "2023-02-29", "24-2-1", "today")]
    [True, True, True, False, False, False]
    """
    if not _ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def labelled_fields(labels: Sequence[Label]) -> frozenset[str]:
    """The optional fields that at least one label sets, and "fact" if one is a fact."""
    fields = {name for label in labels for name in label.model_fields_set & OPTIONAL_FIELDS}
    return frozenset(fields | {label.kind for label in labels if label.kind == "fact"})


def explain_validation(error: ValidationError) -> str:
    """The first thing that is wrong, on one line, with the value that was given."""
    problem = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in problem["loc"]) or "label"
    given = "" if problem["type"] == "missing" else f", not {_shorten(problem['input'])}"
    return f"{field}: {problem['msg']}{given}"


def label_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a label file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **LabelFile.model_json_schema()}


def _spans(label: Label) -> Iterator[tuple[str, Span]]:
    for span in label.content:
        yield "content", span
    if label.cue:
        yield "cue", label.cue
    if label.speaker and label.speaker.mention:
        yield "mention", label.speaker.mention
    if label.date and label.date.text:
        yield "date", label.date.text


def _shorten(value: object, limit: int = 60) -> str:
    shown = repr(value)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
