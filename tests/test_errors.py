"""Every exception has its place in the tree, says itself on one line, and survives the way to another process."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from claimx import errors
from claimx.errors import ClaimxError
from claimx.schema import Usage

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ClaimxError)]
VALUES = {"status": 404, "attempts": 3, "articles": 5, "reason": "it broke", "window": 512, "needed": 900}
VALUES |= {"read": 1026, "expected": 3000}


def one(kind: type[ClaimxError]) -> ClaimxError:
    if kind.__init__ is Exception.__init__:
        return kind("it broke")
    names = list(inspect.signature(kind).parameters)
    return kind(*(VALUES.get(name, name) for name in names))


def test_the_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    drawn: list[str] = []
    parents: dict[str, str] = {}
    for indent, name in re.findall(r"^([│├└─ ]*)(\w+)", errors.__doc__ or "", re.MULTILINE)[1:]:
        depth = len(indent) // 4
        drawn[depth:] = [name]
        if depth:
            parents[name] = drawn[depth - 1]
    assert parents == {kind.__name__: kind.__bases__[0].__name__ for kind in KINDS if kind is not ClaimxError}


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_the_same_on_the_other_side_of_a_pickle(kind: type[ClaimxError]) -> None:
    error = one(kind)
    error.usage = Usage(calls=2)  # type: ignore[attr-defined]
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert str(back) == str(error)
    assert vars(back).keys() == vars(error).keys()
    assert vars(back)["usage"] == Usage(calls=2)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_says_what_happened(kind: type[ClaimxError]) -> None:
    told = str(one(kind))
    assert told.strip()
    assert "\n" not in told
