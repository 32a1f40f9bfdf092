"""The benchmark suite: its model server quotes the truth, its articles never change, and all of it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from claimx.article.chunks import split_article
from claimx.claims.grounding import Grounded, ground
from claimx.model.prompts import load_prompt, render
from claimx.schema import Answer, Article, Chunk
from evals.bench.articles import texts
from evals.bench.server import State, answer
from tests.conftest import ROOT


def said(text: str, claims: int = 3) -> Answer:
    article = Article(id="b", text=text)
    (chunk,) = split_article(article, 5000)
    request = {"messages": render(load_prompt("extract"), article, chunk)}
    return Answer.model_validate_json(answer(request, claims))


@pytest.mark.parametrize(
    "text", [*texts(3, characters=900), "The ferry to the island will not sail before noon today."]
)
def test_the_model_of_the_bench_quotes_what_stands_in_the_text(text: str) -> None:
    """Or claimx would send its answers back, and the bench would measure that."""
    found = said(text)
    assert found.claims
    chunk = Chunk(article_id="b", index=0, start=0, end=len(text), text=text)
    assert all(isinstance(result, Grounded) for result in ground(chunk, found.claims))


def test_a_peer_is_answered_in_its_own_form() -> None:
    (text,) = texts(1, characters=400)
    request = {"messages": [{"role": "user", "content": f"Do it.\n\nQ: Old.\nA: {{}}\n\nQ: {text}\nA: "}]}
    found = json.loads(answer(request, 2))["extractions"]
    assert len(found) == 2
    assert all(item["claim"] in text for item in found)


def test_every_system_meets_the_same_latencies() -> None:
    first, second = (State((0.05, 0.95), 3, keeps_prompts=False) for _ in range(2))
    waits = [first.dice.uniform(*first.latency_s) for _ in range(100)]
    assert waits == [second.dice.uniform(*second.latency_s) for _ in range(100)]
    assert min(waits) < 0.15 < 0.85 < max(waits)


def test_articles_are_the_same_in_every_run_and_differ_from_each_other() -> None:
    once = list(texts(20, characters=500))
    assert once == list(texts(20, characters=500))
    assert len(set(once)) == 20


@pytest.mark.slow
def test_a_quick_run_measures_every_figure(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evals.bench", "--quick", "--json", tmp_path / "bench.json"],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert "LangExtract not installed" in done.stdout
    assert len(figures) == 15
    assert all(figure["name"] in done.stdout and figure["value"] is not None for figure in figures)
    # Counted, not timed: these hold on any machine.
    counted = {figure["name"]: figure["is_met"] for figure in figures if "token" in figure["note"]}
    assert counted == {"prompt of the real article": True, "the same in every request": True}
