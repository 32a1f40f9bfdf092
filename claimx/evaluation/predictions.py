"""What a system says is in the articles: claimx's own claims, or anybody's JSON Lines.

Only `article_id`, `kind`, `content` and `speaker` are required. A field that no line of a file has is not scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from claimx.errors import GoldError
from claimx.evaluation.gold import OPTIONAL_FIELDS, explain_validation
from claimx.schema import Claim, Kind, Quotation, Stance


class _Lenient(BaseModel):
    """A frozen value that ignores what it does not know: other tools write more fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PredictedSpan(_Lenient):
    """A stretch of the article; `text`, where given, is held against it."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str | None = None

    @model_validator(mode="after")
    def _is_ordered(self) -> PredictedSpan:
        if self.end < self.start:
            raise ValueError(f"span {self.start}:{self.end} ends before it starts")
        return self


def _under(key: str) -> BeforeValidator:
    """Take a bare string for an object with that one field."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class PredictedSpeaker(_Lenient):
    """Who is said to make the claim: a name, a mention, or both."""

    name: str | None = None
    mention: PredictedSpan | None = None


class PredictedTarget(_Lenient):
    """What the stance is said to be about."""

    name: str


class PredictedDate(_Lenient):
    """When it is said to have been said or to have happened."""

    value: str | None = None
    text: PredictedSpan | None = None


class Prediction(_Lenient):
    """One predicted claim or fact."""

    article_id: str
    article_digest: str = Field(default="", description="SHA-256 of the text that the offsets are of, if known.")
    kind: Kind
    content: Annotated[tuple[PredictedSpan, ...], Field(min_length=1)]
    speaker: Annotated[PredictedSpeaker | None, _under("name")]
    text: str = ""
    quotation: Quotation | None = None
    cue: PredictedSpan | None = None
    stance: Stance | None = None
    target: Annotated[PredictedTarget | None, _under("name")] = None
    date: Annotated[PredictedDate | None, _under("value")] = None
    nested: bool = False

    @property
    def spans(self) -> list[PredictedSpan]:
        """All evidence: content, cue, mention and date."""
        others = (self.cue, self.speaker and self.speaker.mention, self.date and self.date.text)
        return [*self.content, *(span for span in others if span)]


@dataclass(frozen=True)
class Predictions:
    """Everything that a system predicted.

    Attributes:
        by_article: The predictions of each article that has any, in the order they came.
        fields: The optional fields that the system fills at all, and "fact" if it predicts facts.
    """

    by_article: dict[str, tuple[Prediction, ...]]
    fields: frozenset[str]


def of_claims(claims: Iterable[Claim]) -> Predictions:
    """Take claimx's own claims; all fields count as filled, and so do facts."""
    predictions = [Prediction.model_validate(claim.model_dump()) for claim in claims]
    return Predictions(_by_article(predictions), OPTIONAL_FIELDS | {"fact"})


def of_predictions(predictions: Sequence[Prediction]) -> Predictions:
    """Take predictions of unknown origin: what no line mentions is left unscored.

    Without a single line there is nothing to tell what the system fills, and everything counts as predicted.
    """
    if not predictions:
        return Predictions({}, OPTIONAL_FIELDS | {"fact"})
    fields = {name for item in predictions for name in item.model_fields_set & OPTIONAL_FIELDS}
    return Predictions(
        _by_article(predictions), frozenset(fields | {item.kind for item in predictions if item.kind == "fact"})
    )


def read_predictions(path: Path) -> Predictions:
    """Read JSON Lines, one prediction each; blank lines are skipped.

    Raises:
        GoldError: If a line is not a prediction, naming the line.
    """
    predictions = []
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    predictions.append(_parse_line(str(path), number, line))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise GoldError(str(path), "file", f"cannot be read ({reason})") from None
    return of_predictions(predictions)


def _parse_line(source: str, number: int, line: str) -> Prediction:
    try:
        document: Any = json.loads(line)
        return Prediction.model_validate(document)
    except ValidationError as error:
        reason = explain_validation(error)
    except (ValueError, RecursionError):
        reason = "not JSON"
    raise GoldError(source, f"line {number}", reason)


def _by_article(predictions: Iterable[Prediction]) -> dict[str, tuple[Prediction, ...]]:
    grouped: dict[str, list[Prediction]] = {}
    for item in predictions:
        grouped.setdefault(item.article_id, []).append(item)
    return {article_id: tuple(items) for article_id, items in grouped.items()}
