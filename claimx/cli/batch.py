"""`claimx batch`: requests out in files, answers in from files, for OpenAI's Batch API and `vllm run-batch`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimx.cli import options
from claimx.cli.extract import Format

if TYPE_CHECKING:
    from claimx.cli.output import Output
    from claimx.cli.progress import Progress
    from claimx.cli.reading import Reading
    from claimx.runs.batch.intake import Intake
    from claimx.runs.store import Store
    from claimx.settings import Settings

# So many lines of a kind are listed; the rest are counted.
_LISTED = 20

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
        typer.Argument(metavar="SOURCE...", help="Articles, as for claimx extract: files, folders, URLs, or -."),
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

        from claimx.cli.logs import log_to_stderr
        from claimx.cli.reading import Reading
        from claimx.model.prompts import load_prompt
        from claimx.report.tables import count
        from claimx.runs.batch.requests import RequestFiles, write_requests

        log_to_stderr(log_level, as_json=log_json)
        settings = _settings(flags)
        reading = Reading(sources, published=published, encoding=encoding, allow_private=allow_private, note=note)
        loaded = load_prompt(settings.prompt)
        _check_output(output, sources)
        with _opened(settings) as opened, RequestFiles(output) as files:
            done = asyncio.run(write_requests(reading.articles(), files, opened, loaded, settings))
        answered = f"; {count(done.answered, 'article')} of {done.articles:,} answered by the store" * bool(
            done.answered
        )
        if done.requests:
            names = f"{files.paths[0]}" + f" to {files.paths[-1]}" * (len(files.paths) > 1)
            told = f"{count(done.requests, 'request')} of {count(done.articles, 'article')}, {files.bytes:,} bytes"
            note(f"{told} in {count(len(files.paths), 'file')}: {names}{answered}")
        else:
            note(f"nothing to write: the store answers all {count(done.articles, 'article')}")
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
            is_whole = _read_claims(answers, reading, settings, output, format_, with_facts=not no_facts)
        else:
            is_whole = _read_only(answers, settings)
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


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    """The store that the settings name, or one that is gone afterwards."""
    from tempfile import TemporaryDirectory

    from claimx.runs.store import open_store

    if settings.store:
        with open_store(Path(settings.store)) as store:
            yield store
    else:
        with TemporaryDirectory(prefix="claimx-") as folder, open_store(Path(folder, "store")) as store:
            yield store


def _take(answers: Sequence[str], intake: Intake) -> int:
    """Put all answer files into the store; how many lines could not be read."""
    import sys

    from claimx.cli.shell import note
    from claimx.errors import InputError
    from claimx.report.tables import count
    from claimx.runs.batch.answers import BatchAnswer, read_answers

    unreadable: list[str] = []

    def usable(name: str, stream: Any) -> Iterator[BatchAnswer]:
        for answer in read_answers(name, stream):
            if isinstance(answer, BatchAnswer):
                yield answer
            else:
                unreadable.append(answer)

    for name in answers:
        before = intake.lines + len(unreadable)
        if name == "-":
            intake.take(usable("standard input", sys.stdin.buffer))
        else:
            try:
                with Path(name).open("rb") as stream:
                    intake.take(usable(name, stream))
            except OSError as error:
                raise InputError(name, f"cannot be read ({error.strerror})") from None
        if before == intake.lines + len(unreadable):
            note(f"{name}: is empty")
    intake.take_refusals()
    _list(unreadable)
    _list([f"{place} is no request of claimx" for place in intake.foreign])
    parts = [
        count(intake.lines, "answer line"),
        f"{intake.good:,} good",
        f"{intake.failed:,} failed",
        *([f"{intake.repeated:,} repeated"] if intake.repeated else []),
        *([f"{len(intake.foreign):,} foreign"] if intake.foreign else []),
        *([f"{len(unreadable):,} not to be read"] if unreadable else []),
    ]
    note(", ".join(parts))
    return len(unreadable)


def _list(remarks: Sequence[str]) -> None:
    from claimx.cli.shell import note

    for remark in remarks[:_LISTED]:
        note(remark)
    if len(remarks) > _LISTED:
        note(f"… and {len(remarks) - _LISTED:,} more of this kind")


def _read_only(answers: Sequence[str], settings: Settings) -> bool:
    """Put the answers into the store; whether every line was good."""
    from claimx.cli.shell import note
    from claimx.model.prompts import load_prompt
    from claimx.runs.batch.intake import Intake
    from claimx.runs.journal import noted_run

    with _opened(settings) as store, noted_run(store, settings, str(load_prompt(settings.prompt))):
        intake = Intake(store)
        is_whole = not _take(answers, intake) and not intake.failed
        store.end_run("done" if is_whole else "partial")
    note(
        f"kept in {settings.store}: claimx extract with this --store and the options of the batch makes claims of them"
    )
    return is_whole


def _read_claims(
    answers: Sequence[str],
    reading: Reading,
    settings: Settings,
    output: Path | None,
    format_: Format | None,
    *,
    with_facts: bool,
) -> bool:
    """Put the answers into the store and write the claims that they make; whether nothing is missing."""
    import asyncio

    from claimx.cli.output import open_output
    from claimx.cli.progress import Progress
    from claimx.cli.shell import note
    from claimx.errors import InputError
    from claimx.model.prompts import load_prompt
    from claimx.runs.batch.intake import Intake
    from claimx.runs.journal import noted_run

    prompt = load_prompt(settings.prompt)
    progress = Progress(settings.chunk_tokens)
    with (
        open_output(output, format_.value if format_ else None, with_facts=with_facts) as out,
        _opened(settings) as store,
        noted_run(store, settings, str(prompt)),
    ):
        intake = Intake(store)
        _take(answers, intake)
        asyncio.run(_extract(reading, intake, store, settings, out, progress))
        if intake.is_of_another_run:
            raise InputError(
                ", ".join(answers),
                "none of these lines answers a request for these articles; give the articles, --model, --base-url, "
                "--prompt, --mode, --chunk-tokens and sampling options that claimx batch write was given",
            )
        store.end_run("partial" if progress.failures else "done")
    _list([f"{place} was not asked for by these articles and options" for place in intake.unasked])
    progress.sum_up(0)
    if progress.failures:
        note(
            "claimx batch write with the same options writes the requests for what is missing, and no others"
            if settings.store
            else "with --store FILE these answers are kept, and claimx batch write with it writes only what is missing"
        )
    return not progress.failures and not reading.failed


async def _extract(
    reading: Reading, intake: Intake, store: Store, settings: Settings, out: Output, progress: Progress
) -> None:
    """Write the claims of all articles, and what is missing of each."""
    from claimx.model.prompts import load_prompt
    from claimx.runs.batch.pending import answered_from

    async with answered_from(intake, intake.reason, load_prompt(settings.prompt), settings) as extract:
        for article in progress.watch(reading.articles()):
            extraction = await extract(article)
            store.note_article(extraction)
            out.write(extraction, progress.title_of(article.id))
            progress.finished(extraction)
