"""Every export against the claims it was made of, field by field and span by span, as readers from elsewhere see it.

Three ledgers: the offline model's of `seeds/`, the gold labels of `seeds/` as claims, and one that is made to break
things: names with commas, quotes, line breaks and formulas, text outside the Basic Multilingual Plane, right-to-left
scripts, every character that some reader takes for the end of a line.
"""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from claimx.claims.merging import digest_claim
from claimx.claims.verifying import evidence
from claimx.evaluation.datasets import check_labels, read_dataset
from claimx.evaluation.gold import Label
from claimx.report import brat, labelstudio
from claimx.report.corrections import read_corrections, write_gold
from claimx.report.exports import export_text, write_export
from claimx.report.ledger import Ledger
from claimx.report.tables import printable
from claimx.schema import Article, Claim, Span, Speaker, Target
from tests.conftest import ROOT
from tests.ledgers import made, seeds
from tests.test_exports import ANNO, annotated, from_row, graph_of, labels_of

HARD = Article(
    id="hard, \"odd\" & 'long'/name",
    title="Boats 🚤,\n\"bolts\" & <b>'bees'</b>",
    published="2026-03-04T10:00:00+01:00",
    source="=SUM(A1)",
    url="https://example.org/a b?c=d&e=\u00e9",
    language="he",
    text=(
        "🚤🚤 Zoë “Zed” O'Brien, Jr. said:\r\n\r\n“The quay\tis\u2028safe, 𝔱rust me,\x85\x0band\r\nopen.”\n\n"
        "“Nobody sank,\n\n”nobody drowned”, she added on 5 May.\n"
        "השר אמר שהגשר בטוח 🚤. Then =1+1 said the price rose by 3%."
    ),
)
NAMES = ('O\'Brien, "Zed", Jr.', "=HYPERLINK(1)", "two\nlines\tand; a semicolon", "Ĳsbrand 🚤 \u202e|x", "-1", "השר")


def hard() -> tuple[Claim, ...]:
    """Claims of the hard article, each with another name."""
    contents = (
        ("The quay\tis\u2028safe, 𝔱rust me,\x85\x0band\r\nopen",),
        ("Nobody sank,", "nobody drowned"),
        ("quay", "safe", "open"),
        ("שהגשר בטוח 🚤",),
        ("the price rose by 3%",),
        ("🚤🚤 Zoë",),
    )
    cues = ("said", "added", None, "אמר", None, None)
    return tuple(
        made(
            *content,
            article=HARD,
            text=f"{name} — “{content[0]}”",
            speaker=name,
            role=f"role of {name}",
            mention="Zoë “Zed” O'Brien, Jr." if cue else None,
            cue=cue,
            stance=("favor", "against", "neutral")[number % 3],
            target=name,
            quotation=("direct", "indirect", "mixed")[number % 3],
            expression="on 5 May" if number % 2 else None,
            date=("2026-05-05", "2026-05", "2026")[number % 3],
            nested=number == 2,
        )
        for number, (content, cue, name) in enumerate(zip(contents, cues, NAMES, strict=True))
    )


@cache
def ledger_of(name: str) -> tuple[Ledger, dict[str, Article]]:
    """A ledger and its articles by id."""
    if name == "offline":
        return seeds()
    if name == "hard":
        twin = made("quay", article=HARD, kind="fact", text="A record that shares its id with another.")
        return Ledger((*hard(), twin, twin.model_copy(update={"text": "The other one."}))), {HARD.id: HARD}
    dataset = read_dataset(ROOT / "seeds")
    articles = {item.article.id: item.article for item in dataset.articles}
    claims = (as_claim(item.article, label) for item in dataset.articles for label in item.labels)
    return Ledger(tuple(claims)), articles


def as_claim(article: Article, label: Label) -> Claim:
    """The claim that says the same as a gold label, as far as a claim can."""
    speaker = label.speaker
    return Claim(
        id=digest_claim(article.id, label.kind, label.content, label.cue),
        article_id=article.id,
        article_digest=article.digest,
        kind=label.kind,
        text=label.text,
        content=label.content,
        quotation=label.quotation,
        cue=label.cue,
        speaker=Speaker(name=speaker.name, mention=speaker.mention, role=speaker.role)
        if speaker and speaker.name
        else None,
        stance=label.stance,
        target=Target(name=label.target.name) if label.target else None,
        date=label.date if label.date and (label.date.value or label.date.text) else None,
        nested=label.nested,
    )


EVERY_LEDGER = pytest.mark.parametrize("name", ["offline", "gold", "hard"])


# --- tables --------------------------------------------------------------------------------------


def from_cells(row: dict[str, str]) -> dict[str, Any]:
    """A claim made of the cells of a CSV alone; its spans are offsets."""
    cells = {name: value.removeprefix("'") or None for name, value in row.items()}
    places = {name: json.loads(cells[name] or "null") for name in cells if name.endswith(("_span", "_spans"))}
    return cells | places | {"nested": cells["nested"] == "true"}


def as_cells(claim: Claim) -> dict[str, Any]:
    """What the cells have to say of a claim; control characters are shown as their code points."""

    def place(span: Span | None) -> list[int] | None:
        return [span.start, span.end] if span else None

    def seen(text: object) -> str | None:
        return printable(str(text)).removeprefix("'") if text else None

    mention = claim.speaker.mention if claim.speaker else None
    expression = claim.date.text if claim.date else None
    return {
        "article_id": seen(claim.article_id),
        "id": claim.id,
        "kind": claim.kind,
        "speaker": seen(claim.speaker and claim.speaker.name),
        "role": seen(claim.speaker and claim.speaker.role),
        "stance": claim.stance,
        "target": seen(claim.target and claim.target.name),
        "date": claim.date and claim.date.value,
        "text": seen(claim.text),
        "content": seen(" … ".join(span.text for span in claim.content)),
        "quotation": claim.quotation,
        "cue": seen(claim.cue and claim.cue.text),
        "mention": seen(mention and mention.text),
        "date_text": seen(expression and expression.text),
        "nested": claim.nested,
        "start": str(claim.start),
        "end": str(claim.end),
        "grounding": claim.grounding,
        "content_spans": [place(span) for span in claim.content],
        "cue_span": place(claim.cue),
        "mention_span": place(mention),
        "date_span": place(expression),
        "article_digest": claim.article_digest,
    }


@EVERY_LEDGER
def test_csv_says_every_field_of_every_claim(name: str) -> None:
    ledger, articles = ledger_of(name)
    text = export_text(ledger, articles, "csv")
    rows = [from_cells(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert rows == [as_cells(claim) for claim in ledger.claims]


@EVERY_LEDGER
def test_pandas_reads_the_same_cells(name: str, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    ledger, articles = ledger_of(name)
    [path] = write_export(ledger, articles, "csv", tmp_path / "claims.csv")
    table = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert [from_cells(row) for row in table.to_dict("records")] == [as_cells(claim) for claim in ledger.claims]


@EVERY_LEDGER
@pytest.mark.parametrize("form", ["parquet", "duckdb"])
def test_duckdb_reads_the_same_claims_and_articles(name: str, form: str, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    ledger, articles = ledger_of(name)
    written = write_export(ledger, articles, form, tmp_path / f"claims.{form}")
    with duckdb.connect(str(written[0]) if form == "duckdb" else ":memory:") as database:
        tables = ["claims", "articles"] if form == "duckdb" else [f"'{path}'" for path in written]
        claims, texts = (database.sql(f"SELECT * FROM {table}").to_arrow_table().to_pylist() for table in tables)
    assert tuple(from_row(row) for row in claims) == ledger.claims
    read_back = {row["article_id"]: {key: value for key, value in row.items() if value is not None} for row in texts}
    assert read_back == {
        key: article.model_dump(exclude_none=True, exclude={"id"})
        | {"article_id": key, "article_digest": article.digest}
        for key, article in articles.items()
    }


# --- linked data ---------------------------------------------------------------------------------


@EVERY_LEDGER
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_json_ld_says_every_field_of_every_claim(name: str) -> None:
    """Read by pyld, so that one node a claim is left even where two share an id."""
    pyld = pytest.importorskip("pyld")
    ledger, articles = ledger_of(name)
    document = json.loads(export_text(ledger, articles, "jsonld")) | {"@context": {"@vocab": "https://schema.org/"}}
    [expanded] = [pyld.jsonld.expand(document)]
    nodes = [node for node in expanded if node["@type"] == ["https://schema.org/Claim"]]

    def values(node: dict[str, Any], key: str) -> list[Any]:
        return [item.get("@value", item) for item in node.get(f"https://schema.org/{key}", [])]

    def one(node: dict[str, Any] | None, *path: str) -> Any:
        for key in path:
            found = values(node, key) if node else []
            node = found[0] if found else None
        return node

    for node, claim in zip(nodes, ledger.claims, strict=True):
        place = one(node, "appearance")
        spans = [(one(part, "name"), one(part, "text"), one(part, "position")) for part in values(place, "hasPart")]
        terms = {one(term, "inDefinedTermSet"): one(term, "name") for term in values(node, "keywords")}
        assert spans == [(part, span.text, f"{span.start}:{span.end}") for part, span in evidence(claim)]
        assert terms == {
            key: value
            for key, value in (
                ("kind", claim.kind),
                ("stance", claim.stance),
                ("quotation", claim.quotation),
                ("nested", "true" if claim.nested else None),
                ("grounding", claim.grounding),
            )
            if value
        }
        assert one(node, "identifier") == claim.id
        assert one(node, "text") == (claim.text or None)
        assert one(node, "about", "name") == (claim.target.name if claim.target else None)
        assert one(node, "dateCreated") == (claim.date.value if claim.date else None)
        assert one(place, "version") == f"sha256:{claim.article_digest}"
        for who in (one(node, "creator"), one(place, "creator"), one(place, "spokenByCharacter")):
            assert one(who, "name") == (claim.speaker.name if claim.speaker else None)
            assert one(who, "description") == (claim.speaker.role if claim.speaker else None)
    about = {
        one(node, "identifier"): (one(node, "headline"), one(node, "datePublished"), one(node, "inLanguage"))
        for node in expanded
        if node["@type"] == ["https://schema.org/NewsArticle"]
    }
    assert about == {key: (item.title, item.published, item.language) for key, item in articles.items()}


# What the Web Annotation Data Model demands of what is used here: § 3.1 (annotations), § 3.2.4 (textual bodies), § 4
# (specific resources), § 4.2.4 and § 4.2.5 (selectors), § 5.1 and § 5.2 (collections and pages).
IRI = {"type": "string", "pattern": '^[a-z][a-z0-9+.-]*:[^\\s<>"{}|\\\\^`]+$'}
WORDS = {"type": "string"}
WEB_ANNOTATIONS = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["@context", "id", "type", "first"],
    "properties": {
        "@context": {"const": "http://www.w3.org/ns/anno.jsonld"},
        "id": IRI,
        "type": {"const": "AnnotationCollection"},
        "total": {"type": "integer", "minimum": 0},
        "last": IRI,
        "first": {
            "type": "object",
            "required": ["id", "type", "items"],
            # A page within its collection should not have a context of its own.
            "properties": {
                "@context": False,
                "id": IRI,
                "type": {"const": "AnnotationPage"},
                "partOf": IRI,
                "startIndex": {"type": "integer", "minimum": 0},
                "items": {"type": "array", "items": {"$ref": "#/$defs/annotation"}},
            },
        },
    },
    "$defs": {
        "annotation": {
            "type": "object",
            "required": ["id", "type", "target"],
            "properties": {
                "id": IRI,
                "type": {"const": "Annotation"},
                "motivation": {"enum": ["describing"]},
                "body": {"type": "array", "items": {"$ref": "#/$defs/body"}},
                "target": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/target"}},
            },
        },
        "body": {
            "type": "object",
            "required": ["type", "value"],
            "properties": {
                "type": {"const": "TextualBody"},
                "value": WORDS,
                "purpose": {"enum": ["describing", "tagging"]},
                "format": {"const": "text/plain"},
            },
            "additionalProperties": False,
        },
        "target": {
            "type": "object",
            "required": ["source", "selector"],
            "properties": {
                "type": {"const": "SpecificResource"},
                "source": IRI,
                "styleClass": WORDS,
                "selector": {
                    "type": "array",
                    "prefixItems": [
                        {
                            "type": "object",
                            "required": ["type", "exact"],
                            "properties": {
                                "type": {"const": "TextQuoteSelector"},
                                "exact": WORDS,
                                "prefix": WORDS,
                                "suffix": WORDS,
                            },
                            "additionalProperties": False,
                        },
                        {
                            "type": "object",
                            "required": ["type", "start", "end"],
                            "properties": {
                                "type": {"const": "TextPositionSelector"},
                                "start": {"type": "integer", "minimum": 0},
                                "end": {"type": "integer", "minimum": 0},
                            },
                            "additionalProperties": False,
                        },
                    ],
                    "items": False,
                },
            },
            "additionalProperties": False,
        },
    },
}


@EVERY_LEDGER
def test_web_annotations_are_as_the_recommendation_wants_them(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(export_text(*ledger_of(name), "webannotation"))
    validator = jsonschema.Draft202012Validator(WEB_ANNOTATIONS)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert document["first"]["partOf"] == document["id"]
    assert document["last"] == document["first"]["id"]


@EVERY_LEDGER
def test_web_annotations_say_every_field_of_every_claim(name: str) -> None:
    ledger, articles = ledger_of(name)
    items = json.loads(export_text(ledger, articles, "webannotation"))["first"]["items"]
    for item, claim in zip(items, ledger.claims, strict=True):
        sentence, *tags = item["body"]
        fields = {
            "kind": claim.kind,
            "speaker": claim.speaker and claim.speaker.name,
            "role": claim.speaker and claim.speaker.role,
            "stance": claim.stance,
            "target": claim.target and claim.target.name,
            "date": claim.date and claim.date.value,
            "quotation": claim.quotation,
            "grounding": claim.grounding,
            "article_id": claim.article_id,
            "article_digest": claim.article_digest,
        }
        wanted = [f"{key}: {value}" for key, value in fields.items() if value] + ["nested"] * claim.nested
        assert (sentence["value"], [tag["value"] for tag in tags]) == (claim.text, wanted)
        spans = [(target["styleClass"], *target["selector"]) for target in item["target"]]
        assert [(part, words["exact"], place["start"], place["end"]) for part, words, place in spans] == [
            (part, span.text, span.start, span.end) for part, span in evidence(claim)
        ]
        text = articles[claim.article_id].text
        for _, words, place in spans:
            assert text[: place["start"]].endswith(words["prefix"])
            assert text[place["end"] :].startswith(words["suffix"])


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_web_annotations_of_a_hard_text_are_read_by_rdflib() -> None:
    rdflib = pytest.importorskip("rdflib")
    ledger, articles = ledger_of("hard")
    graph = graph_of(export_text(ledger, articles, "webannotation"), ANNO)
    exact = {str(words) for words in graph.objects(None, rdflib.URIRef("http://www.w3.org/ns/oa#exact"))}
    assert exact == {span.text for claim in ledger.claims for _, span in evidence(claim)}


# --- annotation tools ----------------------------------------------------------------------------


def brought_back(form: str, folder: Path) -> dict[str, list[Label]]:
    """Corrections as gold that has been written and read again, by the id of the article."""
    corrected = list(read_corrections(form, folder))
    assert [stray for item in corrected for stray in item.strays] == []
    return {item.article.id: [Label.model_validate(label) for label in item.labels] for item in corrected}


@EVERY_LEDGER
@pytest.mark.parametrize("form", ["labelstudio", "brat"])
def test_annotation_tools_give_back_every_label_and_article(name: str, form: str, tmp_path: Path) -> None:
    ledger, articles = ledger_of(name)
    path = tmp_path / form
    write_export(ledger, articles, form, path)
    if form == "labelstudio":
        path.write_text(json.dumps(annotated(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    assert brought_back(form, path) == labels_of(ledger.claims)
    assert {item.article.id: item.article for item in read_corrections(form, path)} == articles
    write_gold(list(read_corrections(form, path)), tmp_path / "gold")
    assert list(check_labels(tmp_path / "gold")) == []
    again = [list(item.labels) for item in read_dataset(tmp_path / "gold").articles]
    assert again == [labels for _, labels in sorted(labels_of(ledger.claims).items())]
    assert {item.article.text for item in read_dataset(tmp_path / "gold").articles} == {
        article.text for article in articles.values()
    }


def complaints_of_brat(text: str, ann: str) -> list[str]:
    """What brat's own reader finds fault with: lines as `str.splitlines` cuts them, and the words of each mark."""
    marks, names, said = set(), set(), []
    for line in ann.splitlines():
        name, _, rest = line.partition("\t")
        if not rest or name in names:
            said.append(f"not a line, or its name twice: {line!r}")
        names.add(name)
        if not name.startswith("T"):
            continue
        head, _, words = rest.partition("\t")
        pairs = [tuple(map(int, pair.split(" "))) for pair in head.partition(" ")[2].split(";")]
        marks.add(name)
        if " ".join(text[start:end] for start, end in pairs) != words:
            said.append(f"not the words of the text: {line!r}")
        if not all(0 <= start < end <= len(text) for start, end in pairs):
            said.append(f"not within the text: {line!r}")
        if any(left[1] > right[0] for left, right in pairwise(pairs)):
            said.append(f"fragments overlap or are out of order: {line!r}")
    for line in ann.splitlines():
        if line.startswith("E"):
            said += [f"{part} is not there" for part in line.split()[1:] if part.partition(":")[2] not in marks]
    return said


@EVERY_LEDGER
def test_brat_has_no_complaint(name: str, tmp_path: Path) -> None:
    write_export(*ledger_of(name), "brat", tmp_path)
    for ann in tmp_path.glob("*.ann"):
        # Bytes: reading as text would make one of the line ends of another.
        text = ann.with_suffix(".txt").read_bytes().decode()
        assert complaints_of_brat(text, ann.read_bytes().decode()) == []


def test_brat_lets_marks_overlap_and_events_have_several_contents() -> None:
    """Its verifier calls every mark within another an error unless the configuration allows them."""
    assert "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>" in brat.CONFIG
    assert "Content+:Content" in brat.CONFIG


SDK = "label-studio-sdk is not installed (pip install label-studio-sdk, in an environment of its own)"


@EVERY_LEDGER
@pytest.mark.filterwarnings("ignore")
def test_label_studio_accepts_interface_tasks_and_predictions(name: str) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface", reason=SDK)
    checker = interface.LabelInterface(labelstudio.CONFIG)
    checker.validate()
    for task in json.loads(export_text(*ledger_of(name), "labelstudio")):
        assert checker.validate_task({"data": task["data"]})
        for prediction in task["predictions"]:
            assert checker.validate_prediction(prediction, return_errors=True) == []


@EVERY_LEDGER
@pytest.mark.filterwarnings("ignore")
def test_label_studios_converter_finds_every_region_and_token(name: str, tmp_path: Path) -> None:
    """Its JSON-MIN has each region with its words, its CoNLL the text of each token that lies in one."""
    converter = pytest.importorskip("label_studio_sdk.converter", reason=SDK)
    ledger, articles = ledger_of(name)
    tasks = annotated(json.loads(export_text(ledger, articles, "labelstudio")))
    (tmp_path / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    convert = converter.Converter(config=labelstudio.CONFIG, project_dir=str(tmp_path)).convert
    for form in ("JSON_MIN", "CONLL2003"):
        convert(str(tmp_path / "export.json"), str(tmp_path / form), form, is_dir=False)
    found = json.loads((tmp_path / "JSON_MIN" / "result.json").read_text(encoding="utf-8"))
    wanted = {
        key: sorted(
            (span.start, span.end, span.text)
            for claim in ledger.claims
            if claim.article_id == key
            for _, span in evidence(claim)
        )
        for key in articles
    }
    regions = {
        task["article_id"]: [(item["start"], item["end"], item["text"]) for item in task["evidence"]] for task in found
    }
    assert {key: sorted(spans) for key, spans in regions.items()} == wanted
    tokens = (tmp_path / "CONLL2003" / "result.conll").read_text(encoding="utf-8")
    assert sum(line.endswith(("B-claim", "B-fact")) for line in tokens.splitlines()) > 0
