"""Every export, read back by a reader that is not ours where there is one, gives the same claims."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from claimx.claims.verifying import evidence
from claimx.cli.export import Form
from claimx.errors import GoldError, UsageError
from claimx.evaluation.brat import parse_standoff
from claimx.evaluation.datasets import check_labels, read_dataset
from claimx.evaluation.gold import Label
from claimx.report import brat, labelstudio
from claimx.report.columns import days_of
from claimx.report.corrections import read_corrections, write_gold
from claimx.report.exports import distinct_names, export_text, write_export
from claimx.report.ledger import Ledger
from claimx.report.tables import claim_row
from claimx.schema import Article, Claim
from tests.conftest import ROOT
from tests.ledgers import ARTICLE, COST, LEDGER, SAFE, STORY, TRAP, jsonl, made, seeds
from tests.test_cli import run

ARTICLES = {"pier": ARTICLE}


def as_label(claim: Claim) -> Label:
    """The gold label that says the same as a claim."""
    fields = claim.model_dump(exclude={"id", "article_id", "article_digest", "grounding"})
    return Label.model_validate({**fields, "optional": False})


def labels_of(claims: tuple[Claim, ...] | list[Claim]) -> dict[str, list[Label]]:
    labels: dict[str, list[Label]] = {}
    for claim in claims:
        labels.setdefault(claim.article_id, []).append(as_label(claim))
    return labels


# --- csv -----------------------------------------------------------------------------------------


def test_csv_has_every_record_and_no_cell_that_is_a_formula() -> None:
    ledger, articles = seeds()
    rows = list(csv.DictReader(io.StringIO(export_text(ledger, articles, "csv"))))
    assert [row["id"] for row in rows] == [claim.id for claim in ledger.claims]
    assert not [cell for row in rows for cell in row.values() if cell.lstrip(" ").startswith(("=", "+", "-", "@"))]


def test_a_speaker_that_is_a_formula_is_a_text_to_a_spreadsheet() -> None:
    claim = made("We tested every bolt", speaker='=HYPERLINK("http://x")')
    assert "'=HYPERLINK" in export_text(Ledger((claim,)), {}, "csv")


# --- parquet and duckdb --------------------------------------------------------------------------


def from_row(row: dict[str, Any]) -> Claim:
    """A claim made of the columns alone."""
    speaker = {"name": row["speaker"], "mention": row["mention_span"], "role": row["role"]} if row["speaker"] else None
    when = {"text": row["date_span"], "value": row["date"]} if row["date"] or row["date_span"] else None
    same = ("id", "article_id", "article_digest", "kind", "text", "quotation", "stance", "nested", "grounding")
    return Claim.model_validate(
        {name: row[name] for name in same}
        | {"content": row["spans"], "cue": row["cue_span"], "speaker": speaker, "date": when}
        | {"target": {"name": row["target"]} if row["target"] else None}
    )


def test_parquet_is_read_back_by_duckdb_as_the_same_claims(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    ledger, articles = seeds()
    path, beside = write_export(ledger, articles, "parquet", tmp_path / "claims.parquet")
    rows = duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table().to_pylist()
    assert tuple(from_row(row) for row in rows) == ledger.claims
    texts = duckdb.sql(f"SELECT article_id, text FROM '{beside}'").fetchall()
    assert texts == [(article.id, article.text) for article in articles.values()]


def test_a_database_has_typed_columns_and_the_same_claims(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    ledger, articles = seeds()
    path = tmp_path / "claims.duckdb"
    write_export(Ledger(()), {}, "duckdb", path)
    write_export(ledger, articles, "duckdb", path)
    with duckdb.connect(str(path), read_only=True) as database:
        assert tuple(from_row(row) for row in database.table("claims").to_arrow_table().to_pylist()) == ledger.claims
        types = dict(
            database.sql("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'claims'").fetchall()
        )
        joined = database.sql("SELECT count(*) FROM claims JOIN articles USING (article_id, article_digest)").fetchall()
        wrong = database.sql(
            "SELECT count(*) FROM (SELECT unnest(spans) AS span, articles.text AS text FROM claims JOIN articles "
            "USING (article_id)) WHERE substring(text, span.start + 1, span.end - span.start) != span.text"
        ).fetchall()
    assert (types["date_from"], types["nested"], types["start"]) == ("DATE", "BOOLEAN", "BIGINT")
    assert (joined, wrong) == ([(len(ledger.claims),)], [(0,)])


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2024", (date(2024, 1, 1), date(2024, 12, 31))),
        ("2023-02", (date(2023, 2, 1), date(2023, 2, 28))),
        ("2024-12", (date(2024, 12, 1), date(2024, 12, 31))),
        ("2024-02-29", (date(2024, 2, 29), date(2024, 2, 29))),
        ("2023-02-29", (None, None)),
        ("2023-02-01-01", (None, None)),
        ("soon", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_date_covers_the_days_that_it_names(value: str, days: tuple[date | None, date | None]) -> None:
    assert days_of(value) == days


@pytest.mark.parametrize("form", ["parquet", "duckdb"])
def test_without_the_packages_one_sentence_says_what_to_install(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'claimx\[tables\]'"):
        write_export(LEDGER, ARTICLES, form, tmp_path / "x")


# --- linked data ---------------------------------------------------------------------------------

# The terms of http://www.w3.org/ns/anno.jsonld that are used, so that no test fetches it.
ANNO = {
    "oa": "http://www.w3.org/ns/oa#",
    "as": "http://www.w3.org/ns/activitystreams#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "id": {"@id": "@id", "@type": "@id"},
    "type": {"@id": "@type", "@type": "@vocab"},
    "Annotation": "oa:Annotation",
    "SpecificResource": "oa:SpecificResource",
    "TextualBody": "oa:TextualBody",
    "TextQuoteSelector": "oa:TextQuoteSelector",
    "TextPositionSelector": "oa:TextPositionSelector",
    "AnnotationCollection": "as:OrderedCollection",
    "AnnotationPage": "as:OrderedCollectionPage",
    "describing": "oa:describing",
    "tagging": "oa:tagging",
    "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": {"@id": "oa:hasTarget", "@type": "@id"},
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": {"@id": "oa:hasSelector", "@type": "@id"},
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
    "purpose": {"@id": "oa:hasPurpose", "@type": "@vocab"},
    "styleClass": "oa:styleClass",
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": {"@id": "oa:start", "@type": "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"},
    "end": {"@id": "oa:end", "@type": "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"},
    "value": "rdf:value",
    "format": "dc:format",
    "label": "rdfs:label",
    "first": {"@id": "as:first", "@type": "@id"},
    "items": {"@id": "as:items", "@type": "@id", "@container": "@list"},
    "total": {"@id": "as:totalItems", "@type": "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"},
    "startIndex": {"@id": "as:startIndex", "@type": "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"},
}


def graph_of(document: str, context: object) -> Any:
    """JSON-LD as rdflib reads it, with a context of this machine in the place of the one that it names."""
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph()
    return graph.parse(data=json.dumps(json.loads(document) | {"@context": context}), format="json-ld")


def test_web_annotations_are_found_again_by_words_and_by_position() -> None:
    """As a client anchors them: the words between prefix and suffix stand at the position, and nowhere else."""
    ledger, articles = seeds()
    document = json.loads(export_text(ledger, articles, "webannotation"))
    assert document["@context"] == "http://www.w3.org/ns/anno.jsonld"
    items = document["first"]["items"]
    assert len(items) == document["total"] == len(ledger.claims)
    for item, claim in zip(items, ledger.claims, strict=True):
        text = articles[claim.article_id].text
        for target in item["target"]:
            words, position = target["selector"]
            around = words["prefix"] + words["exact"] + words["suffix"]
            assert text.index(around) + len(words["prefix"]) == position["start"]
            assert text[position["start"] : position["end"]] == words["exact"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_web_annotations_are_the_same_claims_to_an_rdf_reader() -> None:
    ledger, articles = seeds()
    graph = graph_of(export_text(ledger, articles, "webannotation"), ANNO)
    rdflib = pytest.importorskip("rdflib")
    oa, rdf_type = rdflib.Namespace("http://www.w3.org/ns/oa#"), rdflib.RDF.type
    found = []
    for annotation in graph.subjects(rdf_type, oa.Annotation):
        for target in graph.objects(annotation, oa.hasTarget):
            words, place = sorted(
                graph.objects(target, oa.hasSelector), key=lambda node: (node, oa.start, None) in graph
            )
            assert graph.value(place, rdf_type) == oa.TextPositionSelector
            values = ((target, oa.styleClass), (words, oa.exact), (place, oa.start), (place, oa.end))
            found.append((str(annotation), *(str(graph.value(*value)) for value in values)))
    assert sorted(found) == sorted(
        (f"urn:claimx:{claim.id}", part, span.text, str(span.start), str(span.end))
        for claim in ledger.claims
        for part, span in evidence(claim)
    )


def test_web_annotations_tell_what_is_no_span_in_tags() -> None:
    [item, *_] = json.loads(export_text(LEDGER, ARTICLES, "webannotation"))["first"]["items"]
    assert [body["value"] for body in item["body"]] == [
        "The new pier is safe and every bolt was tested.",
        "kind: claim",
        "speaker: Mina Oduya",
        "role: engineer",
        "stance: favor",
        "target: new pier",
        "date: 2026-03-03",
        "quotation: direct",
        "grounding: exact",
        "article_id: pier",
        f"article_digest: {ARTICLE.digest}",
    ]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_json_ld_is_the_same_claims_to_an_rdf_reader() -> None:
    ledger, articles = seeds()
    document = export_text(ledger, articles, "jsonld")
    assert json.loads(document)["@context"] == "https://schema.org"
    graph = graph_of(document, {"@vocab": "https://schema.org/"})
    rdflib = pytest.importorskip("rdflib")
    schema, rdf_type = rdflib.Namespace("https://schema.org/"), rdflib.RDF.type

    def told(node: Any, *path: str) -> str | None:
        for name in path:
            node = node and graph.value(node, schema[name])
        return node and str(node)

    found = set()
    for claim in graph.subjects(rdf_type, schema.Claim):
        place = graph.value(claim, schema.appearance)
        is_quotation = graph.value(place, rdf_type) == schema.Quotation
        speakers = told(claim, "creator", "name"), told(place, "spokenByCharacter", "name")
        about = told(claim, "about", "name"), told(claim, "dateCreated")
        where = told(place, "text"), told(place, "isPartOf", "identifier")
        found.add((told(claim, "identifier"), told(claim, "text"), is_quotation, *speakers, *about, *where))
    wanted = set()
    for claim in ledger.claims:
        row = claim_row(claim)
        told_of_it = (row[name] for name in ("speaker", "speaker", "target", "date", "content"))
        wanted.add((claim.id, claim.text, bool(claim.quotation), *told_of_it, claim.article_id))
    assert found == wanted


def test_json_ld_never_says_what_is_true() -> None:
    document = export_text(LEDGER, ARTICLES, "jsonld")
    for word in ("ClaimReview", "reviewRating", "Rating", "claimReviewed"):
        assert word not in document


def test_pieces_of_a_quotation_have_their_places_in_json_ld() -> None:
    graph = json.loads(export_text(LEDGER, ARTICLES, "jsonld"))["@graph"]
    [safe] = [node for node in graph if node.get("identifier") == SAFE.id]
    places = [part["position"] for part in safe["appearance"]["hasPart"] if part["name"] == "content"]
    assert places == [f"{span.start}:{span.end}" for span in SAFE.content]


def test_an_address_that_is_no_web_address_does_not_become_an_identifier() -> None:
    hostile = Article.model_validate({**ARTICLE.model_dump(), "url": "javascript:alert(1)"})
    for form in ("jsonld", "webannotation"):
        assert "urn:claimx:article:pier" in export_text(LEDGER, {"pier": hostile}, form)


# --- annotation tools ----------------------------------------------------------------------------


def annotated(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tasks as Label Studio exports them after somebody accepted each prediction."""
    return [
        {"id": number, "data": task["data"], "annotations": [{"id": 1, "result": task["predictions"][0]["result"]}]}
        for number, task in enumerate(tasks, start=1)
    ]


def test_label_studio_gives_back_every_label_of_the_seeds(tmp_path: Path) -> None:
    ledger, articles = seeds()
    tasks = annotated(json.loads(export_text(ledger, articles, "labelstudio")))
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    corrected = list(read_corrections("labelstudio", path))
    assert [item.article for item in corrected] == list(articles.values())
    got = {item.article.id: [Label.model_validate(label) for label in item.labels] for item in corrected}
    assert got == labels_of(ledger.claims)


def test_every_result_names_a_control_of_the_interface() -> None:
    config = etree.fromstring(labelstudio.CONFIG)
    controls = {node.get("name"): node for node in config.iter() if node.get("toName") == "text"}
    labels = {node.get("value") for node in config.iter("Label")}
    choices = {name: {node.get("value") for node in control.iter("Choice")} for name, control in controls.items()}
    [task] = json.loads(export_text(LEDGER, ARTICLES, "labelstudio"))
    for item in task["predictions"][0]["result"]:
        if item["type"] == "relation":
            assert set(item["labels"]) <= {node.get("value") for node in config.iter("Relation")}
            continue
        assert item["from_name"] in controls
        assert set(item["value"].get("labels", [])) <= labels
        assert set(item["value"].get("choices", [])) <= choices[item["from_name"]]


def test_the_newest_annotation_that_was_not_cancelled_counts() -> None:
    [task] = annotated([labelstudio.to_task(ARTICLE, [COST])])
    results = task["annotations"][0]["result"]
    task["annotations"] = [
        {"result": results, "updated_at": "2026-03-02", "was_cancelled": False},
        {"result": [], "updated_at": "2026-03-01", "was_cancelled": False},
        {"result": [], "updated_at": "2026-03-03", "was_cancelled": True},
    ]
    corrected = labelstudio.from_task("x", task)
    assert corrected is not None
    assert [label["text"] for label in corrected[1]] == [COST.text]


@pytest.mark.parametrize(
    "task",
    [
        [],
        {"data": {}},
        {"data": {"text": "x"}, "annotations": [{"result": [{"type": "labels"}]}]},
        {"data": {"text": "x"}, "annotations": [{}]},
    ],
)
def test_what_is_no_task_is_refused(task: object) -> None:
    with pytest.raises(GoldError):
        labelstudio.from_task("export.json", task)


def test_brat_gives_back_every_label_of_the_seeds(tmp_path: Path) -> None:
    ledger, articles = seeds()
    write_export(ledger, articles, "brat", tmp_path)
    corrected = list(read_corrections("brat", tmp_path))
    assert [item.article for item in corrected] == list(articles.values())
    got = {item.article.id: [Label.model_validate(label) for label in item.labels] for item in corrected}
    assert got == labels_of(ledger.claims)


def test_brat_files_are_attributions_to_the_reader_of_polnear(tmp_path: Path) -> None:
    """Fragments that a line break cut count one by one there, and facts are no attributions."""
    write_export(LEDGER, ARTICLES, "brat", tmp_path)
    found = parse_standoff("pier.ann", (tmp_path / "pier.ann").read_text(encoding="utf-8"))
    assert [(item.source, item.cue, item.content) for item in found] == [
        (
            ((claim.speaker.mention.start, claim.speaker.mention.end),),
            ((claim.cue.start, claim.cue.end),),
            tuple((span.start, span.end) for span in claim.content),
        )
        for claim in (SAFE, TRAP)
        if claim.speaker and claim.speaker.mention and claim.cue
    ]


def test_no_fragment_of_brat_holds_a_line_break_and_a_span_over_two_lines_comes_back_whole() -> None:
    article = Article(id="v", text="Ann Poe wrote:\nthe lock holds,\r\nthe quay sinks")
    claim = made("the lock holds,\r\nthe quay sinks", article=article, cue="wrote", speaker="Ann Poe")
    ann = brat.to_standoff([claim])
    assert "Content 15 30;32 46\tthe lock holds, the quay sinks\n" in ann
    labels, _ = brat.from_standoff("v.ann", article, ann)
    assert [Label.model_validate(label) for label in labels] == [as_label(claim)]


@given(st.text(alphabet='ab\n\r\t\u2028\x85\x0b {}"\\🚤', min_size=1, max_size=40))
def test_any_text_survives_brat(words: str) -> None:
    article = Article(id="t", text=f"Ann said x{words}x.")
    claim = made(f"x{words}x", article=article, cue="said", speaker=f"Ann {words.strip() or 'Poe'}", text=words)
    ann = brat.to_standoff([claim])
    [label], strays = brat.from_standoff("t.ann", article, ann)
    assert (Label.model_validate(label), strays) == (as_label(claim), [])
    # No reader sees other lines than the writer made.
    assert ann.splitlines() == ann.split("\n")[:-1]


def test_what_an_annotator_adds_in_brat_without_a_note_is_a_label() -> None:
    at = STORY.index("disagreed")
    ann = (
        f"T1\tContent {at} {at + 9}\tdisagreed\nT2\tAttribution {at} {at + 9}\tdisagreed\n"
        "T3\tSource 0 3\tThe\nE1\tAttribution:T2 Content:T1 Source:T3\nA1\tStance E1 against\n*\tEquiv T1 T2\n"
    )
    [label], _ = brat.from_standoff("pier.ann", ARTICLE, ann)
    assert (label["stance"], label["speaker"]["mention"]["text"], label["target"]) == ("against", "The", None)
    Label.model_validate(label)


@pytest.mark.parametrize(
    ("ann", "reason"),
    [
        ("T1\tContent x y\tz", "line 1: 'Content x y' is not a type and offsets"),
        ("E1\tAttribution:T1", "line 1: Attribution refers to T1, which is not there"),
        ("T1\tContent 0 9999\tz\nE1\tFact:T1 Content:T1", "span 0:9999 is not within the article"),
        ("T1\tContent 0 3\tThe\nE1\tFact:T1 Content:T1\n#1\tAnnotatorNotes E1\t{sic", "line 3: the note is not a JSON"),
    ],
)
def test_a_broken_line_of_brat_is_named(ann: str, reason: str) -> None:
    with pytest.raises(GoldError, match=reason.replace("(", r"\(")):
        brat.from_standoff("pier.ann", ARTICLE, ann)


@pytest.mark.parametrize("form", ["labelstudio", "brat"])
def test_corrected_labels_are_gold_that_checks_and_scores(form: str, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    ledger, articles = seeds()
    path = tmp_path / form
    write_export(ledger, articles, form, path)
    if form == "labelstudio":
        path.write_text(json.dumps(annotated(json.loads(path.read_text()))), encoding="utf-8")
    write_gold(list(read_corrections(form, path)), tmp_path / "gold")
    assert list(check_labels(tmp_path / "gold")) == []
    dataset = read_dataset(tmp_path / "gold")
    assert {item.article.id: list(item.labels) for item in dataset.articles} == labels_of(ledger.claims)
    schema = json.loads((ROOT / "seeds" / "labels.schema.json").read_text(encoding="utf-8"))
    for file in (tmp_path / "gold" / "labels").iterdir():
        jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)
    with pytest.raises(UsageError, match="has labels already"):
        write_gold([], tmp_path / "gold")


# --- files and the command -----------------------------------------------------------------------


def test_no_id_of_an_article_leads_to_another_folder_or_to_anothers_file() -> None:
    names = distinct_names(["../../etc/passwd", "a/b", "a:b", "A-B", "", "..", "x" * 500])
    assert len({name.casefold() for name in names.values()}) == 7
    assert all(name and "/" not in name and not name.startswith(".") and len(name) < 130 for name in names.values())


def test_claims_that_moved_are_exported_where_they_stand_now_and_those_that_are_gone_are_not() -> None:
    now = Article(id="pier", text="Corrected.\n\n" + STORY.replace("4 million", "5 million"))
    [task] = json.loads(export_text(LEDGER, {"pier": now}, "labelstudio"))
    regions = [item["value"] for item in task["predictions"][0]["result"] if item["type"] == "labels"]
    assert [now.text[value["start"] : value["end"]] for value in regions] == [value["text"] for value in regions]
    assert [value["labels"] for value in regions if value["labels"][0] in ("claim", "fact")] == [["claim"], ["claim"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pier.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "claims.jsonl").write_text(jsonl(LEDGER.claims), encoding="utf-8")
    return tmp_path


def test_the_command_writes_to_standard_output_or_a_file(folder: Path) -> None:
    out = run("export", folder / "claims.jsonl", "--to", "csv")
    assert (out.returncode, out.stderr) == (0, "")
    assert len(out.stdout.splitlines()) == 4
    tasks = folder / "tasks.json"
    done = run("export", folder / "claims.jsonl", "--to", "labelstudio", "-a", folder / "pier.txt", "-o", tasks)
    assert done.returncode == 0
    assert json.loads(tasks.read_text(encoding="utf-8"))[0]["data"]["text"] == STORY
    assert (folder / "tasks.xml").read_text(encoding="utf-8") == labelstudio.CONFIG


def test_the_command_says_what_a_form_needs(folder: Path) -> None:
    without_texts = run("export", folder / "claims.jsonl", "--to", "brat", "-o", folder / "brat")
    assert (without_texts.returncode, "pass --articles" in without_texts.stderr) == (2, True)
    without_file = run("export", folder / "claims.jsonl", "--to", "duckdb")
    assert (without_file.returncode, "pass --output" in without_file.stderr) == (2, True)


@pytest.mark.parametrize("form", [form.value for form in Form])
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing_behind(form: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir() if form != "brat" else taken.write_text("a file")
    nowhere = tmp_path / ("taken" if form == "brat" else "no") / "claims"
    for path in (taken, nowhere):
        with pytest.raises(UsageError, match="cannot be written"):
            write_export(LEDGER, ARTICLES, form, path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("form", [form.value for form in Form])
def test_every_form_is_written_for_a_ledger_without_claims_too(form: str, tmp_path: Path) -> None:
    written = write_export(Ledger(()), {}, form, tmp_path / "out")
    assert all(path.stat().st_size for path in written)


def test_gold_import_makes_a_folder_that_gold_check_accepts(folder: Path) -> None:
    tasks = folder / "tasks.json"
    tasks.write_text(json.dumps(annotated([labelstudio.to_task(ARTICLE, LEDGER.claims)])), encoding="utf-8")
    done = run("gold", "import", tasks, "--from", "labelstudio", "-o", folder / "gold")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{folder / 'gold'}: 1 article, 3 labels\n")
    assert run("gold", "check", folder / "gold").returncode == 0


def test_gold_import_names_each_label_that_is_not_as_the_guide_wants_it(folder: Path) -> None:
    write_export(LEDGER, ARTICLES, "brat", folder / "brat")
    ann = folder / "brat" / "pier.ann"
    ann.write_text(ann.read_text(encoding="utf-8").replace("2026-03-03", "2026-03-33"), encoding="utf-8")
    done = run("gold", "import", folder / "brat", "--from", "brat", "-o", folder / "gold")
    assert done.returncode == 1
    assert "label 1: date '2026-03-33' is not YYYY-MM-DD" in done.stdout
    assert "1 problem to mend" in done.stderr


def test_gold_import_of_what_nobody_annotated_is_an_error(folder: Path) -> None:
    tasks = folder / "tasks.json"
    tasks.write_text(export_text(LEDGER, ARTICLES, "labelstudio"), encoding="utf-8")
    done = run("gold", "import", tasks, "--from", "labelstudio", "-o", folder / "gold")
    assert (done.returncode, "no task that anybody annotated" in done.stderr) == (1, True)
    assert not (folder / "gold").exists()
