"""Claims as Label Studio tasks with predictions, and corrected annotations back.

The first piece of a content is a region labelled `claim` or `fact`; further pieces, cue, mention and date expression
are regions of their own that it points to by relations. What a claim says of itself is told per region: choices for
stance, quotation type and nesting, text fields for sentence, speaker, role, target and date value. Offsets are
half-open and count code points, as Label Studio stores them.

Source: https://labelstud.io/guide/task_format and https://labelstud.io/guide/predictions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from claimx.claims.verifying import evidence
from claimx.errors import GoldError
from claimx.report.tables import claim_row
from claimx.schema import Article, Claim, Span

# The labelling interface that the tasks are made for.
CONFIG = """<View>
  <Style>.htx-text { white-space: pre-wrap; }</Style>
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
  <TextArea name="statement" toName="text" perRegion="true" placeholder="the claim as one sentence" maxSubmissions="1"/>
  <TextArea name="speaker" toName="text" perRegion="true" placeholder="speaker's full name" maxSubmissions="1"/>
  <TextArea name="role" toName="text" perRegion="true" placeholder="speaker's role" maxSubmissions="1"/>
  <TextArea name="target" toName="text" perRegion="true" placeholder="target of the stance" maxSubmissions="1"/>
  <TextArea name="when" toName="text" perRegion="true" placeholder="YYYY-MM-DD, YYYY-MM or YYYY" maxSubmissions="1"/>
</View>
"""

_TEXT_FIELDS = {"statement": "text", "speaker": "speaker", "role": "role", "target": "target", "when": "date"}
_ARTICLE_FIELDS = ("title", "published", "source", "author", "language", "url")


def to_task(article: Article, claims: Iterable[Claim]) -> dict[str, Any]:
    """One article as a task whose prediction is its claims; the claims' offsets must hold in its text."""
    about = {name: value for name in _ARTICLE_FIELDS if (value := getattr(article, name)) is not None}
    return {
        "data": {"text": article.text, "article_id": article.id, **about},
        "predictions": [{"model_version": "claimx", "result": [item for claim in claims for item in _results(claim)]}],
    }


def from_task(source: str, task: object) -> tuple[Article, list[dict[str, Any]]] | None:
    """The article of a task and its last annotation as gold labels in JSON form; None if nobody has annotated it.

    Raises:
        GoldError: If it is not a task of this labelling interface.
    """
    if not isinstance(task, dict) or not isinstance(data := task.get("data"), dict) or "text" not in data:
        raise GoldError(source, "file", 'is not a task with "data" and its "text"')
    where = f"task {data.get('article_id') or task.get('id')}"
    done = [item for item in task.get("annotations") or () if not item.get("was_cancelled")]
    if not done:
        return None
    about = {name: data[name] for name in _ARTICLE_FIELDS if isinstance(data.get(name), str)}
    article = Article(id=str(data.get("article_id") or task.get("id")), text=str(data["text"]), **about)
    newest = max(done, key=lambda item: str(item.get("updated_at", "")))
    try:
        return article, list(_labels(article, newest["result"]))
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise GoldError(source, where, f"a result has another form than expected ({error!r})") from None


def _results(claim: Claim) -> Iterator[dict[str, Any]]:
    first, *others = claim.content
    row = claim_row(claim)
    yield _region(claim.id, first, claim.kind)
    for name, chosen in (("stance", claim.stance), ("quotation", claim.quotation)):
        yield from _choice(claim.id, first, name, chosen)
    yield from _choice(claim.id, first, "nested", "nested" if claim.nested else None)
    for name, column in _TEXT_FIELDS.items():
        yield from _words(claim.id, first, name, row[column])
    parts = [("piece", span) for span in others] + [item for item in evidence(claim) if item[0] != "content"]
    for number, (name, span) in enumerate(parts):
        region = f"{claim.id}.{number}"
        yield _region(region, span, name)
        yield {"type": "relation", "from_id": claim.id, "to_id": region, "direction": "right", "labels": [name]}


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


def _labels(article: Article, results: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    regions = {item["id"]: item["value"] for item in results if item["type"] == "labels"}
    told: dict[tuple[str, str], str] = {}
    for item in results:
        if item["type"] in ("choices", "textarea"):
            answers = item["value"]["choices" if item["type"] == "choices" else "text"]
            told[item["id"], item["from_name"]] = answers if isinstance(answers, str) else answers[0]
    parts: dict[tuple[str, str], list[str]] = {}
    for item in results:
        if item["type"] == "relation" and item["to_id"] in regions:
            # The label of the region tells what it is; a relation drawn by hand may have none.
            name = regions[item["to_id"]]["labels"][0]
            parts.setdefault((item["from_id"], name), []).append(item["to_id"])
    for region, value in regions.items():
        if value["labels"][0] in ("claim", "fact"):
            yield _label(article, region, regions, told, parts)


def _label(
    article: Article,
    region: str,
    regions: dict[str, dict[str, Any]],
    told: dict[tuple[str, str], str],
    parts: dict[tuple[str, str], list[str]],
) -> dict[str, Any]:
    def span(name: str) -> dict[str, Any]:
        return Span.of(article.text, int(regions[name]["start"]), int(regions[name]["end"])).model_dump()

    def part(name: str) -> dict[str, Any] | None:
        found = parts.get((region, name))
        return span(found[0]) if found else None

    pieces = [region, *parts.get((region, "piece"), ())]
    kind = regions[region]["labels"][0]
    name, role, mention = told.get((region, "speaker")), told.get((region, "role")), part("mention")
    target, value, expression = told.get((region, "target")), told.get((region, "when")), part("date")
    return {
        "kind": kind,
        "text": told.get((region, "statement"), ""),
        "content": sorted((span(piece) for piece in pieces), key=lambda item: int(item["start"])),
        "quotation": told.get((region, "quotation")),
        "cue": part("cue"),
        "speaker": {"name": name, "mention": mention, "role": role} if name or mention else None,
        "stance": told.get((region, "stance")),
        "target": {"name": target} if target else None,
        "date": {"text": expression, "value": value} if value or expression else None,
        "nested": (region, "nested") in told,
        "optional": False,
    }
