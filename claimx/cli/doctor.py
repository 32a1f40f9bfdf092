"""`claimx doctor`: what a server and its model can do, and what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimx.cli import options

if TYPE_CHECKING:
    from claimx.model.probe import Findings


@options.takes(
    "model",
    "server",
    "base_url",
    "chunk_tokens",
    "timeout_s",
    "extra_body",
    "headers",
    "organization",
    "send_openai_key",
)
def doctor(
    flags: options.Flags,
    json_: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Try out a server and its model: the mode to ask in, the longest chunk, and what is wrong, if anything is.

    Costs about twenty small requests and one of the length of a real one. Without an address it looks at the usual
    ports of this machine. Exits with 1 if something spoils results.

    Examples:
        claimx doctor

        claimx doctor --server ollama -m qwen3:8b

        claimx doctor --base-url http://gpu.example:8000/v1 --json
    """
    from claimx.cli.shell import FAILED, errors_to_stderr, named_model, settings_from

    with errors_to_stderr():
        settings = settings_from(flags)
        if settings.is_embedded:
            if not _look_around(as_json=json_):
                raise typer.Exit(FAILED)
            return
        import asyncio
        import time

        from claimx.model.probe import probe, user_cache

        settings = named_model(flags)
        findings = asyncio.run(probe(settings, is_thorough=True))
        user_cache().keep(settings, findings, now_s=time.time())
        if json_:
            typer.echo(findings.model_dump_json(indent=2))
        else:
            _print(findings, settings.chunk_tokens)
        if findings.problems:
            raise typer.Exit(FAILED)


def _print(findings: Findings, wanted_chunk: int) -> None:
    """A table with the evidence for each line, then what follows."""
    from rich.table import Table
    from rich.text import Text

    from claimx.evaluation.terminal import make_console
    from claimx.report.tables import printable

    signs = {"ok": ("✓", "green"), "lacking": ("–", "yellow"), "problem": ("✗", "red")}
    console = make_console()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in findings.checks:
        sign, style = signs[check.verdict]
        table.add_row(Text(sign, style), Text(check.name), Text(printable(check.evidence)))
    console.print(Text(printable(f"{findings.model} at {findings.endpoint}"), "bold"))
    console.print(table)
    console.print()
    console.print(Text(printable(f"Mode: {findings.mode} ({findings.why}).")))
    if findings.largest_chunk is not None:
        chunk = min(findings.largest_chunk, wanted_chunk)
        console.print(Text(f"Chunks: {chunk:,} tokens of text; up to {findings.largest_chunk:,} are safe."))
    # What spoils results comes first, and what is only good to know, last.
    by_weight = sorted(findings.checks, key=lambda check: ["problem", "lacking", "ok"].index(check.verdict))
    for check in by_weight:
        if check.advice:
            sign, style = signs[check.verdict]
            console.print(Text.assemble((sign, style), " ", printable(check.advice)))


def _look_around(*, as_json: bool) -> bool:
    """List what answers on this machine's usual ports; whether anything does."""
    import asyncio
    import json

    from claimx.cli.shell import note
    from claimx.model.probe import look_around
    from claimx.report.tables import printable

    found = asyncio.run(look_around())
    if as_json:
        typer.echo(json.dumps([place.model_dump() for place in found], indent=2))
    for place in () if as_json else found:
        models = ", ".join(place.models[:8]) or "no model by name"
        typer.echo(printable(f"{place.endpoint}  {place.server}: {models}"))
    if found:
        note("try one out: claimx doctor --base-url ADDRESS -m MODEL")
    else:
        note(
            "no server on the usual ports of this machine (Ollama 11434, llama.cpp 8080, vLLM 8000, LM Studio 1234, "
            "SGLang 30000, claimx serve 8642): start one, or pass --base-url. The offline model needs none."
        )
    return bool(found)
