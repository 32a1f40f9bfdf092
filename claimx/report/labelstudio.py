"""Claims as Label Studio tasks with predictions, and corrected annotations back.

The first piece of a content is a region labelled `claim` or `fact`; further pieces, cue, mention and date expression
are regions of their own that it points to by relations. What a claim says of itself is told per region: choices for
stance, quotation type and nesting, text fields for sentence, speaker, role, target and date value. Offsets are
half-open and count code points, as Label Studio stores them (up to its version 1.3 it counted UTF-16 units).

Source: https://labelstud.io/guide/task_format, https://labelstud.io/guide/predictions and, on code points,
https://github.com/HumanSignal/label-studio/pull/1559.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from claimx.claims.verifying import evidence
from claimx.errors import GoldError
from claimx.report.tables import claim_row
from claimx.schema import Article, Claim, Span

# What is written about each region, with what its empty field asks for.
_ASKED = {
    "statement": "the claim as one sentence",
    "speaker": "speaker's full name",
    "role": "speaker's role",
    "target": "target of the stance",
    "when": "YYYY-MM-DD, YYYY-MM or YYYY",
}
_TEXT_AREAS = "\n".join(
    f'  <TextArea name="{key}" toName="text" perRegion="true" maxSubmissions="1" editable="true" placeholder="{hint}"/>'
    for key, hint in _ASKED.items()
)

# The labelling interface that the tasks are made for.
CONFIG = f"""<View>
  <Style>.htx-text {{ white-space: pre-wrap; }}</Style>
  <Labels name="evidence" toName="text">
    <Label value="claim" background="#2457c5"/>
    <Label value="fact" background="#6b5a1d"/>
    <Label value="piece" background="#8fb2ff"/>
    <Label value="cue" background="#a3221a"/>
    <Label value="mention" background="#17652a"/>
    <Label value="date" background="#7a3fa0"/>
  </Labels>
  <Relations>
    <Relation value="piece"/>
    <Relation value="cue"/>
    <Relation value="mention"/>
    <Relation value="date"/>
  </Relations>
  <Text name="text" value="$text" granularity="word"/>
  <Choices name="stance" toName="text" perRegion="true" whenTagName="evidence" whenLabelValue="claim">
    <Choice value="favor"/>
    <Choice value="against"/>
    <Choice value="neutral"/>
  </Choices>
  <Choices name="quotation" toName="text" perRegion="true" whenTagName="evidence" whenLabelValue="claim">
    <Choice value="direct"/>
    <Choice value="indirect"/>
    <Choice value="mixed"/>
  </Choices>
  <Choices name="nested" toName="text" perRegion="true" whenTagName="evidence" whenLabelValue="claim">
    <Choice value="nested"/>
  </Choices>
{_TEXT_AREAS}
</View>
"""

_TEXT_FIELDS = {"statement": "text", "speaker": "speaker", "role": "role", "target": "target", "when": "date"}
_ARTICLE_FIELDS = ("title", "published", "source", "author", "language", "url")


def to_task(article: Article, claims: Iterable[Claim]) -> dict[str, Any]:
    """One article as a task whose prediction is its claims; the claims' offsets must hold in its text."""
    about = {name: value for name in _ARTICLE_FIELDS if (value := getattr(article, name)) is not None}
    seen: Counter[str] = Counter()
    results: list[dict[str, Any]] = []
    for claim in claims:
        seen[claim.id] += 1
        # Records from elsewhere may share an id; regions must not.
        region = claim.id if seen[claim.id] == 1 else f"{claim.id}~{seen[claim.id]}"
        results += _results(claim, region)
    return {
        "data": {"text": article.text, "article_id": article.id, **about},
        "predictions": [{"model_version": "claimx", "result": results}],
    }


def from_task(source: str, task: object) -> tuple[Article, list[dict[str, Any]], list[GoldError]] | None:
    """A task's article, its last annotation as gold labels in JSON form, and the regions that belong to none of them.

    None if nobody has annotated it.

    Raises:
        GoldError: If it is not a task of this labelling interface.
    """
    if not isinstance(task, dict) or not isinstance(data := task.get("data"), dict) or "text" not in data:
        raise GoldError(source, "file", 'is not a task with "data" and its "text"')
    where = f"task {data.get('article_id') or task.get('id')}"
    about = {name: data[name] for name in _ARTICLE_FIELDS if isinstance(data.get(name), str)}
    article = Article(id=str(data.get("article_id") or task.get("id")), text=str(data["text"]), **about)
    try:
        done = [item for item in task.get("annotations") or () if not item.get("was_cancelled")]
        if not done:
            return None
        # Of two of one moment the later in the file.
        newest = max(reversed(done), key=lambda item: str(item.get("updated_at") or item.get("created_at") or ""))
        annotation = _Annotation(article, newest["result"])
        return article, list(annotation.labels()), [GoldError(source, where, reason) for reason in annotation.strays()]
    except (AttributeError, KeyError, TypeError, IndexError, ValueError) as error:
        raise GoldError(source, where, f"a result has another form than expected ({error!r})") from None


def _results(claim: Claim, region: str) -> Iterator[dict[str, Any]]:
    first, *others = claim.content
    row = claim_row(claim)
    yield _region(region, first, claim.kind)
    for name, chosen in (("stance", claim.stance), ("quotation", claim.quotation)):
        yield from _choice(region, first, name, chosen)
    yield from _choice(region, first, "nested", "nested" if claim.nested else None)
    for name, column in _TEXT_FIELDS.items():
        yield from _words(region, first, name, row[column])
    parts = [("piece", span) for span in others] + [item for item in evidence(claim) if item[0] != "content"]
    for number, (name, span) in enumerate(parts):
        part = f"{region}.{number}"
        yield _region(part, span, name)
        yield {"type": "relation", "from_id": region, "to_id": part, "direction": "right", "labels": [name]}


def _region(region: str, span: Span, label: str) -> dict[str, Any]:
    value = {"start": span.start, "end": span.end, "text": span.text, "labels": [label]}
    return {"id": region, "from_name": "evidence", "to_name": "text", "type": "labels", "value": value}


def _choice(region: str, span: Span, name: str, chosen: str | None) -> Iterator[dict[str, Any]]:
    if chosen:
        value = {"start": span.start, "end": span.end, "text": span.text, "choices": [chosen]}
        yield {"id": region, "from_name": name, "to_name": "text", "type": "choices", "value": value}


def _words(region: str, span: Span, name: str, words: object) -> Iterator[dict[str, Any]]:
    if words:
        value = {"start": span.start, "end": span.end, "text": [words]}
        yield {"id": region, "from_name": name, "to_name": "text", "type": "textarea", "value": value}


class _Annotation:
    """What somebody marked in one article."""

    def __init__(self, article: Article, results: list[dict[str, Any]]) -> None:
        self._article = article
        self._regions = {item["id"]: item["value"] for item in results if item["type"] == "labels"}
        self._told: dict[tuple[str, str], str] = {}
        for item in results:
            if item["type"] in ("choices", "textarea"):
                answers = item["value"]["choices" if item["type"] == "choices" else "text"]
                answer = answers if isinstance(answers, str) else "".join(answers[:1])
                self._told[item["id"], item["from_name"]] = answer
        self._parts: dict[tuple[str, str], list[str]] = {}
        for item in results:
            if item["type"] == "relation":
                self._relate(item["from_id"], item["to_id"])

    def labels(self) -> Iterator[dict[str, Any]]:
        """The claims and facts, in the order in which they were made."""
        for region in self._regions:
            if self._is_claim(region):
                yield self._label(region)

    def strays(self) -> Iterator[str]:
        """The regions that belong to no claim."""
        used = {part for parts in self._parts.values() for part in parts}
        for region in self._regions:
            if not self._is_claim(region) and region not in used:
                span = self._span(region)
                what = f"{self._label_of(region)} {span['text'][:60]!r} at {span['start']}:{span['end']}"
                yield f"the {what} belongs to no claim: draw a relation to it, or delete it"

    def _relate(self, one: str, other: str) -> None:
        """Note that one is part of the other, whichever way the relation was drawn; the part's label tells as what."""
        if one not in self._regions or other not in self._regions:
            return
        claim, part = (one, other) if self._is_claim(one) else (other, one)
        if self._is_claim(claim) and not self._is_claim(part):
            self._parts.setdefault((claim, self._label_of(part)), []).append(part)

    def _is_claim(self, region: str) -> bool:
        return self._label_of(region) in ("claim", "fact")

    def _label_of(self, region: str) -> str:
        return str(self._regions[region]["labels"][0])

    def _span(self, region: str) -> dict[str, Any]:
        start, end = int(self._regions[region]["start"]), int(self._regions[region]["end"])
        if not 0 <= start < end <= len(self._article.text):
            raise ValueError(f"{start}:{end} is not within the text")
        return Span.of(self._article.text, start, end).model_dump()

    def _label(self, region: str) -> dict[str, Any]:
        def told(name: str) -> str | None:
            return self._told.get((region, name)) or None

        def part(name: str) -> dict[str, Any] | None:
            found = self._parts.get((region, name))
            return self._span(found[0]) if found else None

        pieces = [region, *self._parts.get((region, "piece"), ())]
        name, mention, target = told("speaker"), part("mention"), told("target")
        value, expression = told("when"), part("date")
        return {
            "kind": self._label_of(region),
            "text": told("statement") or "",
            "content": sorted((self._span(piece) for piece in pieces), key=lambda item: int(item["start"])),
            "quotation": told("quotation"),
            "cue": part("cue"),
            "speaker": {"name": name, "mention": mention, "role": told("role")} if name or mention else None,
            "stance": told("stance"),
            "target": {"name": target} if target else None,
            "date": {"text": expression, "value": value} if value or expression else None,
            "nested": told("nested") is not None,
            "optional": False,
        }
