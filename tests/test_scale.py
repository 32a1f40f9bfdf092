"""The arithmetic of docs/scale.md."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest

from evals.scale import Assumptions, plan, table
from tests.conftest import ROOT

NUMBERS = [10**4, 10**6, 10**8]


def test_the_table_in_the_document_is_that_of_the_command() -> None:
    document = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    shown = document.partition("<!-- python -m evals.scale -->\n")[2].partition("\n<!-- end -->")[0]
    assert shown == table(NUMBERS, Assumptions())


def test_the_document_names_every_assumption() -> None:
    document = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    assert [field.name for field in fields(Assumptions) if f"`--{field.name.replace('_', '-')}`" not in document] == []


def test_a_hosted_model_takes_its_replies_one_slot_after_the_other() -> None:
    a = Assumptions(requests=1, reasked=0, reply_s=36, concurrency=10, cpu_s=0)
    assert plan(1000, a).hosted_h == pytest.approx(1)


def test_no_model_is_faster_than_the_one_core_that_asks_it() -> None:
    a = Assumptions(cpu_s=3.6, gpu_out=1e12, reply_s=0)
    assert (plan(1000, a).hosted_h, plan(1000, a).vllm_h) == (pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize(("line_bytes", "files"), [(1, 20), (4000, 20), (8000, 40)])
def test_files_end_at_lines_or_bytes(line_bytes: float, files: int) -> None:
    assert plan(10**6, Assumptions(requests=1, line_bytes=line_bytes)).files == files


def test_prices_are_those_of_tokens_and_hours() -> None:
    a = Assumptions(tokens_in=1000, tokens_out=500, reasked=0, price_in=2, price_out=8, gpu_out=1000, gpu_hour=3.6)
    told = plan(10**6, a)
    assert (told.hosted_price, told.batch_price) == (pytest.approx(6000), pytest.approx(3000))
    assert told.gpu_price == pytest.approx(500)


def test_twice_the_gpus_take_half_the_time_and_twice_the_cores() -> None:
    one, two = (plan(10**8, replace(Assumptions(cpu_s=1), gpus=gpus)) for gpus in (8, 16))
    assert two.cluster_h == pytest.approx(one.cluster_h / 2)
    assert math.isclose(two.cores, 2 * one.cores, abs_tol=1)
