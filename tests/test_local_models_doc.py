"""docs/local-models.md: the commands of claimx in it exist, with the options that they have there."""

from __future__ import annotations

import re
import shlex

import pytest
import typer.main

from claimx.cli import app
from claimx.settings import SERVERS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "local-models.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", "")
COMMANDS = sorted(
    {
        line[line.index("claimx ") :].partition(" #")[0].strip()
        for line in [*BLOCKS.splitlines(), *re.findall(r"`(claimx [^`]+)`", PAGE)]
        if re.match(r"(?:\w+=\S+ )*claimx ", line)
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_parses(command: str) -> None:
    """Down to the last option and the kind of its value; nothing is run."""
    _, *words = shlex.split(command)
    found = typer.main.get_command(app)
    context = None
    while hasattr(found, "commands") and words:
        context = found.make_context(words[0], [], parent=context, resilient_parsing=True)
        found = found.commands[words.pop(0)]
    # A page may speak of a command without saying what it is to work on.
    parsed = found.make_context("x", list(words), parent=context, resilient_parsing=not words)
    assert parsed.params is not None


def test_every_server_has_a_recipe_and_its_address_in_the_table() -> None:
    assert {name for name in SERVERS if f"--server {name}" in PAGE} == set(SERVERS)
    assert all(address.removeprefix("http://").removesuffix("/v1") in PAGE for address in SERVERS.values())
