"""A result as JUnit XML, which every CI system can show: one case per article and one per gate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from claimx.evaluation.figures import compute_figures
from claimx.evaluation.gates import GateOutcome
from claimx.evaluation.layout import percent
from claimx.evaluation.result import ArticleResult, Result

# What XML 1.0 cannot carry, escaped or not (W3C XML 1.0, section 2.2).
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN = ("attribution_f1", "detection_f1", "facts_f1")


def to_junit(result: Result, gates: Sequence[GateOutcome]) -> str:
    """The XML document.

    An article fails if one of its spans is not in the text, and is an error if part of it could not be read. Its
    figures are in its `system-out`.
    """
    suite = ElementTree.Element("testsuite", name=_xml(f"claimx eval {result.gold.name}"))
    failures = errors = 0
    for article in result.articles:
        case = _case(suite, f"claimx.eval.{result.gold.name}", article.id, article.spent.seconds)
        wrong = article.counts.get("evidence.of", 0) - article.counts.get("evidence.right", 0)
        if article.spent.failed_chunks:
            errors += 1
            ElementTree.SubElement(case, "error", message=f"{article.spent.failed_chunks} chunks could not be read")
        elif wrong:
            failures += 1
            ElementTree.SubElement(case, "failure", message=f"{wrong} spans are not in the article")
        ElementTree.SubElement(case, "system-out").text = _figures(article)
    for gate in gates:
        case = _case(suite, "claimx.eval.gates", f"{gate.gate.name} >= {gate.gate.least:g}", None)
        if not gate.is_passed:
            failures += 1
            ElementTree.SubElement(case, "failure", message=str(gate))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", "0")
    suite.set("time", f"{result.spent.seconds or 0:.3f}")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, group: str, name: str, seconds: float | None) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_xml(group), name=_xml(name), time=f"{seconds or 0:.3f}")


def _figures(article: ArticleResult) -> str:
    figures = compute_figures(article.counts)
    return ", ".join(f"{name} {percent(figures[name])}" for name in _SHOWN)


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
