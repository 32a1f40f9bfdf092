"""Whatever comes from others is read, or refused in our own words; `python -m evals.bench_fuzz` tries more of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimx.errors import ClaimxError
from tests.fuzzing import TARGETS

# As many as a few seconds allow.
INPUTS = {"sources": 300, "front matter": 400, "HTML": 200, "replies": 100, "labels": 300, "stores": 150}


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=INPUTS[name], suppress_health_check=list(HealthCheck))
    @given(target.inputs)
    def try_one(value: Any) -> None:
        told = "read"
        try:
            target.use(value)
        except ClaimxError as error:
            told = str(error)
        assert told.strip()

    try_one()


def test_an_input_as_it_should_be_is_read() -> None:
    """Or nothing behind the first check would ever be tried."""

    @settings(max_examples=30, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def try_some(data: st.DataObject) -> None:
        for target in TARGETS.values():
            try:
                target.use(data.draw(target.inputs))
            except ClaimxError:
                continue
            read.append(target)

    read: list[object] = []
    try_some()
    assert {id(target) for target in read} == {id(target) for target in TARGETS.values()}
