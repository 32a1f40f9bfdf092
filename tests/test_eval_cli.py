"""`claimx eval`, `compare` and `gold` as a user meets them: output, files, exit codes."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from claimx.cli import app
from claimx.evaluation.gold import Dataset, LabelledArticle
from claimx.evaluation.html import mark_text, to_html
from claimx.evaluation.junit import to_junit
from claimx.evaluation.markdown import to_markdown
from claimx.evaluation.result import read_result
from claimx.schema import Article
from tests.labelled import dataset, evaluated, item, predicted

ROOT = Path(__file__).parents[1]
BASELINE = ROOT / "evals" / "baselines" / "seeds.json"
TEXT = "The ferry is safe, Ann Poe said. Bo Lind denied that the harbour was closed."
FULL = {"quotation": "indirect", "stance": "favor", "target": {"name": "ferry"}, "date": None, "text": "It is safe."}
SAFE = item(TEXT, "The ferry is safe", speaker={"name": "Ann Poe"}) | FULL
CLOSED = item(TEXT, "the harbour was closed", speaker={"name": "Bo Lind"}) | FULL
HOSTILE = "</div><script>alert(1)</script> {{ 7 * 7 }}"


class Labelled:
    """A folder of two articles with their labels, and predictions for them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.gold = path / "gold"
        for name in ("articles", "labels"):
            (self.gold / name).mkdir(parents=True)
        for name in ("one", "two"):
            (self.gold / "articles" / f"{name}.txt").write_text(TEXT, encoding="utf-8")
            labels = json.dumps({"id": name, "labels": [SAFE, CLOSED]})
            (self.gold / "labels" / f"{name}.json").write_text(labels, encoding="utf-8")

    def predictions(self, *records: dict[str, Any], articles: tuple[str, ...] = ("one", "two")) -> str:
        path = self.path / f"predictions-{len(list(self.path.iterdir()))}.jsonl"
        lines = [json.dumps(record | {"article_id": article}) for article in articles for record in records]
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    def score(self, *arguments: object, records: tuple[dict[str, Any], ...] = (SAFE, CLOSED)) -> Any:
        return claimx("eval", self.gold, "--predictions", self.predictions(*records), *arguments)


@pytest.fixture
def labelled(tmp_path: Path) -> Labelled:
    return Labelled(tmp_path)


def claimx(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


# --- output --------------------------------------------------------------------------------------


def test_the_table_has_the_headline_and_its_interval(labelled: Labelled) -> None:
    found = labelled.score(records=(SAFE,))
    assert found.exit_code == 0
    assert re.search(r"^attribution +100\.0 +50\.0 +66\.7 +66\.7 to 66\.7", found.stdout, re.MULTILINE)
    assert "Fewer than 20 articles: the intervals are rough." in found.stdout
    assert found.stderr == ""


def test_what_is_not_scored_is_a_dash(labelled: Labelled) -> None:
    bare = {key: SAFE[key] for key in ("kind", "content", "speaker")}
    table = labelled.score(records=(bare,)).stdout
    assert re.search(r"^stance +– +– +– +–", table, re.MULTILINE)
    assert re.search(r"^tuple +– +– +– +–", table, re.MULTILINE)


def test_no_predictions_are_a_recall_of_zero_and_no_crash(labelled: Labelled) -> None:
    found = labelled.score(records=())
    assert found.exit_code == 0
    assert re.search(r"^attribution +– +0\.0 +0\.0", found.stdout, re.MULTILINE)


def test_json_on_stdout_is_json_alone(labelled: Labelled) -> None:
    document = json.loads(labelled.score("--json", "-").stdout)
    assert document["figures"]["attribution_f1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert (document["scorer"], document["gold"]["articles"], len(document["articles"])) == ("1", 2, 2)


def test_errors_are_shown_article_by_article(labelled: Labelled) -> None:
    wrong = SAFE | {"speaker": {"name": "Cy Moe"}}
    right = labelled.score("--show", "errors").stdout
    assert "harbour was closed" not in right
    shown = labelled.score("--show", "errors", records=(wrong,)).stdout
    first, second = shown.partition("\none\n")[2].split("\ntwo\n")
    for part in (first, second):
        assert part.index("wrong speaker") < part.index("missed")
    assert "Cy Moe: The ferry is safe" in shown


def test_nothing_from_predictions_steers_the_terminal(labelled: Labelled) -> None:
    evil = SAFE | {"speaker": {"name": "\x1b[2J\x07Cy [red]Moe[/red]"}}
    shown = labelled.score("--show", "errors", records=(evil,)).stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]Moe" in shown


def test_predictions_for_other_articles_are_left_out_with_a_word(labelled: Labelled) -> None:
    path = labelled.predictions(SAFE, articles=("one", "elsewhere"))
    found = claimx("eval", labelled.gold, "--predictions", path)
    assert found.exit_code == 0
    assert "1 article not in gold left out, 'elsewhere' among them" in found.stderr


# --- gates and exit codes ------------------------------------------------------------------------


def test_a_gate_that_holds_lets_pass(labelled: Labelled) -> None:
    assert labelled.score("--fail-under", "attribution_f1=0.66", records=(SAFE,)).exit_code == 0


def test_a_gate_that_fails_exits_with_4(labelled: Labelled) -> None:
    found = labelled.score(
        "--fail-under", "detection_recall=0.4", "--fail-under", "attribution_f1=0.67", records=(SAFE,)
    )
    assert found.exit_code == 4
    assert found.stderr == "gate failed: attribution_f1 is 0.6667, at least 0.67 is asked for\n"
    assert "attribution" in found.stdout


def test_a_figure_that_is_not_scored_fails_its_gate(labelled: Labelled) -> None:
    found = labelled.score("--fail-under", "facts_f1=0")
    assert (found.exit_code, "facts_f1 is not scored" in found.stderr) == (4, True)


def test_evidence_that_is_not_in_the_article_fails_without_being_asked(labelled: Labelled) -> None:
    forged = SAFE | {"cue": {"start": 27, "end": 31, "text": "sang"}}
    found = labelled.score(records=(forged,))
    assert (found.exit_code, "gate failed: evidence is 0.5000" in found.stderr) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fail-under", "f1=0.5"], 2, "no figure is called 'f1'"),
        (["--fail-under", "attribution_f1=50"], 2, "a value from 0 to 1"),
        (["--fail-under", "attribution_f1"], 2, "a value from 0 to 1"),
        (["--fail-under", "attribution_f1=nan"], 2, "a value from 0 to 1"),
        (["-m", "gpt-5"], 2, "--predictions runs no model: leave out --model"),
        (["--temperature", "0"], 2, "--predictions runs no model: leave out --temperature"),
        (["--html", "/nowhere/page.html"], 2, "cannot be written"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(arguments: list[str], code: int, message: str, labelled: Labelled) -> None:
    found = labelled.score(*arguments)
    assert found.exit_code == code
    assert message in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_malformed_prediction_is_named_and_exits_with_1(labelled: Labelled) -> None:
    found = labelled.score(records=(SAFE | {"kind": "opinion"},))
    assert found.exit_code == 1
    assert re.fullmatch(r"claimx: .*predictions-\d\.jsonl: line 1: kind: Input should be .*\n", found.stderr)


def test_predictions_about_nothing_in_the_gold_are_refused(labelled: Labelled) -> None:
    path = labelled.predictions(SAFE, articles=("elsewhere",))
    found = claimx("eval", labelled.gold, "--predictions", path)
    assert (found.exit_code, "no article_id is one of gold" in found.stderr) == (1, True)


def test_a_folder_without_labels_is_a_misuse(tmp_path: Path) -> None:
    assert claimx("eval", tmp_path).exit_code == 2


# --- reports -------------------------------------------------------------------------------------


def test_junit_has_a_case_per_article_and_gate(labelled: Labelled) -> None:
    path = labelled.path / "junit.xml"
    labelled.score("--junit", path, "--fail-under", "attribution_f1=0.9", records=(SAFE,))
    suite = ElementTree.parse(path).getroot()[0]
    assert [case.get("name") for case in suite] == ["one", "two", "evidence >= 1", "attribution_f1 >= 0.9"]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "0")
    [failure] = suite.iter("failure")
    assert failure.get("message") == "attribution_f1 is 0.6667, at least 0.9 is asked for"


def test_junit_is_xml_whatever_articles_are_called() -> None:
    odd = LabelledArticle(Article(id="\x01<&\uffff", text=TEXT), ())
    result, _ = evaluated(Dataset("\x00<&>", (odd,), frozenset(), {}), predicted())
    suite = ElementTree.fromstring(to_junit(result, []))[0]
    assert (suite.get("name"), suite[0].get("name")) == ("claimx eval \ufffd<&>", "\ufffd<&\ufffd")


class Page(HTMLParser):
    """The elements and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_escapes_articles_and_predictions() -> None:
    text = f"{HOSTILE} is safe, Ann Poe said."
    gold = dataset((text, [item(text, f"{HOSTILE} is safe", speaker={"name": "Ann Poe"})]))
    result, scores = evaluated(gold, predicted([item(text, "Ann Poe said", speaker={"name": HOSTILE})]), name=HOSTILE)
    page = Page(to_html(result, scores))
    assert "script" not in page.tags
    assert f"{HOSTILE}: Ann Poe said" in "".join(page.texts)
    assert text in "".join(page.texts)


def test_the_page_loads_nothing() -> None:
    result, scores = evaluated(dataset((TEXT, [SAFE])), predicted([SAFE]))
    html = to_html(result, scores)
    page = Page(html)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert "url(" not in html
    assert "default-src 'none'" in html


def test_segments_are_the_text_again() -> None:
    spans = [(0, 3), (2, 9), (5, 5), (70, 900), (30, 76)]
    segments = mark_text(TEXT, spans, spans[::-1])
    assert "".join(segment.text for segment in segments) == TEXT


def test_the_page_and_markdown_are_written_where_they_are_wanted(labelled: Labelled) -> None:
    html, markdown = labelled.path / "page.html", labelled.path / "page.md"
    assert labelled.score("--html", html, "--markdown", markdown, records=(SAFE,)).exit_code == 0
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "| attribution | 100.0 | 50.0 | 66.7 |" in markdown.read_text(encoding="utf-8")


def test_markdown_escapes_names() -> None:
    result, _ = evaluated(dataset((TEXT, [SAFE])), predicted([SAFE]), name="<img src=x>|[a](b)\n# c")
    heading = to_markdown(result).split("\n")[0]
    assert heading.startswith(r"**\<img src=x\>\|\[a\](b) \# c on gold")


# --- suites --------------------------------------------------------------------------------------


def test_a_suite_scores_each_of_its_systems(labelled: Labelled) -> None:
    good, poor = labelled.predictions(SAFE, CLOSED), labelled.predictions(SAFE)
    suite = labelled.path / "suite.toml"
    suite.write_text(
        f'gold = "gold"\n[gates]\nattribution_f1 = 0.9\n'
        f'[[systems]]\nname = "good"\npredictions = "{good}"\n[[systems]]\nname = "poor/one"\npredictions = "{poor}"\n',
        encoding="utf-8",
    )
    found = claimx("eval", suite, "--json", labelled.path / "out.json")
    assert found.exit_code == 4
    assert read_result(labelled.path / "out-good.json").value("attribution_f1") == 1
    assert read_result(labelled.path / "out-poor-one.json").value("attribution_recall") == 0.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("gold = ", "not TOML"),
        ("[[systems]]", "name the labelled articles"),
        ('gold = "x"', "name at least one system"),
        ('gold = "x"\nsystems = [1]', "name at least one system"),
        ('gold = "x"\ngates = 1\n[[systems]]', "gates is a table"),
        ('gold = "x"\nmodels = 1', "unknown key 'models'"),
        ('gold = "x"\n[gates]\nf1 = 1\n[[systems]]', "no figure is called 'f1'"),
        ('gold = "x"\n[[systems]]\npredictions = "p"\nmodel = "m"', "predictions or settings, not both (model)"),
        ('gold = "x"\n[[systems]]\nname = 1', "a system's name and predictions are strings"),
    ],
)
def test_a_suite_that_makes_no_sense_is_a_misuse(content: str, message: str, tmp_path: Path) -> None:
    suite = tmp_path / "suite.toml"
    suite.write_text(content, encoding="utf-8")
    found = claimx("eval", suite)
    assert found.exit_code == 2
    assert message in found.stderr


# --- compare -------------------------------------------------------------------------------------


def test_compare_says_where_there_is_no_evidence_of_a_difference(labelled: Labelled) -> None:
    for name, records in (("a", (SAFE,)), ("b", (SAFE, CLOSED))):
        labelled.score("--json", labelled.path / f"{name}.json", records=records)
    found = claimx("compare", labelled.path / "a.json", labelled.path / "b.json")
    assert found.exit_code == 0
    assert re.search(r"^attribution_recall +50\.0 +100\.0 +\+50\.0 +\+50\.0 to \+50\.0 +better", found.stdout, re.M)
    assert re.search(r"^attribution_precision .* no evidence of a difference$", found.stdout, re.M)


def test_compare_refuses_results_on_different_gold(labelled: Labelled) -> None:
    labelled.score("--json", labelled.path / "a.json")
    labels = labelled.gold / "labels" / "two.json"
    labels.write_text(json.dumps({"id": "two", "labels": [SAFE]}), encoding="utf-8")
    labelled.score("--json", labelled.path / "b.json")
    found = claimx("compare", labelled.path / "a.json", labelled.path / "b.json")
    assert (found.exit_code, "different gold" in found.stderr, found.stdout) == (2, True, "")


# --- gold ----------------------------------------------------------------------------------------


def test_gold_check_is_silent_about_good_labels(labelled: Labelled) -> None:
    found = claimx("gold", "check", labelled.gold)
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "2 articles, 4 labels: nothing wrong\n")


def test_gold_check_lists_every_problem(labelled: Labelled) -> None:
    labels = labelled.gold / "labels" / "two.json"
    labels.write_text(json.dumps({"id": "two", "labels": [SAFE, SAFE, {"kind": "fact"}]}), encoding="utf-8")
    found = claimx("gold", "check", labelled.gold)
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        f"{labels}: label 2: is the same as label 1",
        f"{labels}: label 3: content: Field required",
    ]


def test_gold_schema_is_json_schema() -> None:
    assert json.loads(claimx("gold", "schema").stdout)["title"] == "LabelFile"


# --- models --------------------------------------------------------------------------------------


def test_a_model_is_run_and_what_it_took_is_told(labelled: Labelled) -> None:
    found = claimx("eval", labelled.gold, "--json", labelled.path / "out.json")
    assert found.exit_code == 0
    result = read_result(labelled.path / "out.json")
    assert (result.system.name, result.spent.calls, result.spent.retries) == ("offline", 2, 0)
    assert "The run: 2 calls, 0 retries" in found.stdout
    assert "offline model" in found.stderr
    assert result.value("evidence") == 1


def test_the_offline_model_is_no_worse_on_the_seeds_than_its_baseline() -> None:
    """Write the baseline anew in the commit that changes the figures, and say why: see docs/evaluation.md."""
    found = claimx("eval", ROOT / "evals" / "seeds.toml", "--json", "-")
    now, baseline = json.loads(found.stdout), read_result(BASELINE)
    assert now["gold"]["digest"] == baseline.gold.digest
    assert now["figures"]["attribution_f1"]["value"] >= (baseline.value("attribution_f1") or 0) - 0.01
    assert found.exit_code == 0


def test_scoring_two_thousand_claims_takes_less_than_five_seconds(tmp_path: Path) -> None:
    sentences = [f"Number {number} is far too high for this small town, Ann Poe said." for number in range(26)]
    text = "\n".join(sentences)
    records = [
        item(text, f"Number {number} is far too high for this small town", speaker={"name": "Ann Poe"})
        for number in range(26)
    ]
    gold = dataset(*[(text, records)] * 84)
    predictions = predicted(*[records[::-1]] * 84)
    started = time.perf_counter()
    result, _ = evaluated(gold, predictions)
    assert result.value("attribution_f1") == 1
    assert time.perf_counter() - started < 5
