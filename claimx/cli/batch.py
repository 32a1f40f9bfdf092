"""`claimx batch`: requests out in files, answers in from files, for OpenAI's Batch API and `vllm run-batch`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimx.cli import options
from claimx.cli.extract import Format

if TYPE_CHECKING:
    from claimx.settings import Settings

# What a request says and where its reply is kept; how it is sent is the service's affair.
_ASKED = options.takes(
    "model",
    "server",
    "base_url",
    "mode",
    "prompt",
    "chunk_tokens",
    "reasks",
    "temperature",
    "top_p",
    "seed",
    "max_output_tokens",
    "extra_body",
    "store",
)

batch = typer.Typer(
    help="Write requests to files for a batch service, and read the files it answers with.", no_args_is_help=True
)


@batch.command()
@_ASKED
def write(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Articles, as for claimx extract: files, folders, URLs, or -."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Write the requests to this file; past 50,000 lines or 200 MB to NAME-001, -002, …"
        ),
    ],
    flags: options.Flags,
    log_level: options.LogLevel = None,
    log_json: options.LogJson = False,
    published: options.Published = None,
    encoding: options.Encoding = "utf-8",
    allow_private: options.AllowPrivate = False,
) -> None:
    """Write the requests that claimx extract would send, one a line; nothing is sent.

    With OpenAI's Batch API (24 hours, at half the price when this was written):

        claimx batch write articles/ -m gpt-5-mini --store runs.sqlite -o requests.jsonl

        curl https://api.openai.com/v1/files -H "Authorization: Bearer $OPENAI_API_KEY" -F purpose=batch
        -F file=@requests.jsonl

        curl https://api.openai.com/v1/batches -H "Authorization: Bearer $OPENAI_API_KEY"
        -H "Content-Type: application/json" -d '{"input_file_id": "file-…", "endpoint": "/v1/chat/completions",
        "completion_window": "24h"}'

        curl https://api.openai.com/v1/batches/batch_… -H "Authorization: Bearer $OPENAI_API_KEY"
        (until its status is completed or expired; it then has an output_file_id, and an error_file_id if any failed)

        curl https://api.openai.com/v1/files/file-…/content -H "Authorization: Bearer $OPENAI_API_KEY"
        -o answers.jsonl

        claimx batch read answers.jsonl --articles articles/ -m gpt-5-mini --store runs.sqlite -o claims.jsonl

    With vLLM on a machine of yours:

        claimx batch write articles/ -m Qwen/Qwen3-8B --store runs.sqlite -o requests.jsonl

        vllm run-batch --model Qwen/Qwen3-8B -i requests.jsonl -o answers.jsonl

        claimx batch read answers.jsonl --articles articles/ -m Qwen/Qwen3-8B --store runs.sqlite -o claims.jsonl

    What is in the store is not written again: after a read, the same command writes what is still missing.
    """
    from claimx.cli.shell import PARTIAL, errors_to_stderr, note

    with errors_to_stderr():
        import asyncio

        from claimx.cli.batch_answers import opened_store
        from claimx.cli.logs import log_to_stderr
        from claimx.cli.reading import Reading
        from claimx.errors import UsageError
        from claimx.model.prompts import load_prompt
        from claimx.report.tables import count
        from claimx.runs.batch.requests import RequestFiles, write_requests

        log_to_stderr(log_level, as_json=log_json)
        settings = _settings(flags)
        reading = Reading(sources, published=published, encoding=encoding, allow_private=allow_private, note=note)
        loaded = load_prompt(settings.prompt)
        if str(output) == "-":
            raise UsageError("name a file with -o: many requests need several files")
        _check_output(output, sources)
        with opened_store(settings) as opened, RequestFiles(output) as files:
            done = asyncio.run(write_requests(reading.articles(), files, opened, loaded, settings))
        if not done.requests:
            note(f"nothing to write: the store answers all {count(done.articles, 'article')}")
        else:
            names = " to ".join(dict.fromkeys([str(files.paths[0]), str(files.paths[-1])]))
            parts = [
                f"{count(done.requests, 'request')} of {count(done.articles, 'article')}",
                f"{files.bytes:,} bytes in {count(len(files.paths), 'file')}: {names}",
            ]
            if done.answered:
                parts.append(f"{count(done.answered, 'article')} answered by the store")
            note("; ".join(parts))
        for path in files.earlier:
            note(f"{path} is of another time and holds none of these requests; do not send it with them")
        if reading.failed:
            raise typer.Exit(PARTIAL)


@batch.command()
@_ASKED
def read(
    answers: Annotated[
        list[str],
        typer.Argument(
            metavar="ANSWERS...", help="Answer files and error files of the batch, in any order; - for standard input."
        ),
    ],
    flags: options.Flags,
    articles: Annotated[
        list[str] | None,
        typer.Option(
            "--articles", "-a", metavar="SOURCE", help="The articles, as for claimx batch write. May be repeated."
        ),
    ] = None,
    log_level: options.LogLevel = None,
    log_json: options.LogJson = False,
    published: options.Published = None,
    encoding: options.Encoding = "utf-8",
    allow_private: options.AllowPrivate = False,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            "-f",
            help="table (default on a terminal), jsonl (default in a pipe), json (with what was rejected), csv.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
    no_facts: Annotated[
        bool, typer.Option("--no-facts", help="Leave out the facts that the article states itself.")
    ] = False,
) -> None:
    """Make claims of the answers: grounded, dated and merged as by claimx extract.

    Give the same articles and model options as to claimx batch write: an answer is found by what was asked.

        claimx batch read answers.jsonl errors.jsonl --articles articles/ -m gpt-5-mini --store runs.sqlite
        -o claims.jsonl

    What has no usable answer (lines that failed or are not there, quotations to be corrected) is listed with its
    article and the reason, and the exit code is 3. The next round asks just that:

        claimx batch write articles/ -m gpt-5-mini --store runs.sqlite -o more.jsonl

        (the batch service turns more.jsonl into more-answers.jsonl: claimx batch write --help)

        claimx batch read more-answers.jsonl --articles articles/ -m gpt-5-mini --store runs.sqlite -o claims.jsonl

    Or claimx extract asks it now, with the same store and options. With --reasks 0 nothing is sent back for
    correction, and one round is enough. Without --articles the answers are only put into the store.
    """
    from claimx.cli.shell import PARTIAL, errors_to_stderr, note

    with errors_to_stderr():
        from claimx.cli.batch_answers import keep_answers, write_claims
        from claimx.cli.logs import log_to_stderr
        from claimx.cli.reading import Reading
        from claimx.errors import UsageError

        log_to_stderr(log_level, as_json=log_json)
        settings = _settings(flags)
        if not articles and not settings.store:
            raise UsageError("pass --articles to make claims of the answers, or --store to keep them")
        if articles:
            reading = Reading(articles, published=published, encoding=encoding, allow_private=allow_private, note=note)
            _check_output(output, [*answers, *articles])
            chosen = format_.value if format_ else None
            is_whole = write_claims(answers, reading, settings, output, chosen, with_facts=not no_facts)
        else:
            is_whole = keep_answers(answers, settings)
        if not is_whole:
            raise typer.Exit(PARTIAL)


def _settings(flags: dict[str, Any]) -> Settings:
    """The settings in force; no key and no server is needed, so neither is asked for.

    Raises:
        UsageError: If a server is named, which may have any model, and no model.
    """
    from claimx.cli.shell import note, settings_from
    from claimx.errors import UsageError

    settings = settings_from({**flags, "fresh": False, "replay": False})
    if not settings.is_embedded and "model" not in settings.model_fields_set:
        raise UsageError("a batch asks no server for its models: pass --model")
    if settings.is_embedded:
        note("offline model: rules, no language model, and no batch service has it (choose one with --model)")
    return settings


def _check_output(output: Path | None, sources: Sequence[str]) -> None:
    from claimx.errors import UsageError

    if output and any(source != "-" and Path(source).resolve() == output.resolve() for source in sources):
        raise UsageError(f"{output} is one of the sources; write somewhere else")
