"""Answer files into a store, and the claims that the answers in it make."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from claimx.cli.output import Output, open_output
from claimx.cli.progress import Progress
from claimx.cli.reading import Reading
from claimx.cli.shell import note
from claimx.errors import InputError
from claimx.model.prompts import load_prompt
from claimx.report.tables import count
from claimx.runs.batch.answers import BatchAnswer, read_answers
from claimx.runs.batch.intake import Intake
from claimx.runs.batch.pending import answered_from
from claimx.runs.journal import noted_run
from claimx.runs.store import Store, open_store
from claimx.settings import Settings

# So many lines of a kind are listed; the rest are counted.
_LISTED = 20


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store that the settings name, or one that is gone afterwards."""
    if settings.store:
        with open_store(Path(settings.store)) as store:
            yield store
    else:
        with TemporaryDirectory(prefix="claimx-") as folder, open_store(Path(folder, "store")) as store:
            yield store


def _take(answers: Sequence[str], intake: Intake) -> int:
    """Put all answer files into the store; how many lines could not be read."""
    unreadable: list[str] = []

    def usable(name: str, stream: BinaryIO) -> Iterator[BatchAnswer]:
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
    for remark in remarks[:_LISTED]:
        note(remark)
    if len(remarks) > _LISTED:
        note(f"… and {len(remarks) - _LISTED:,} more of this kind")


def keep_answers(answers: Sequence[str], settings: Settings) -> bool:
    """Put the answers into the store; whether every request in them has a good one."""
    with opened_store(settings) as store, noted_run(store, settings, str(load_prompt(settings.prompt))):
        intake = Intake(store)
        is_whole = not _take(answers, intake) and not intake.problems
        _list(intake.problems)
        store.end_run("done" if is_whole else "partial")
    note(
        f"kept in {settings.store}: claimx extract with this --store and the options of the batch makes claims of them"
    )
    return is_whole


def write_claims(
    answers: Sequence[str],
    reading: Reading,
    settings: Settings,
    output: Path | None,
    format_: str | None,
    *,
    with_facts: bool,
) -> bool:
    """Put the answers into the store and write the claims that they make; whether nothing is missing."""
    prompt = load_prompt(settings.prompt)
    progress = Progress()
    with (
        open_output(output, format_, with_facts=with_facts) as out,
        opened_store(settings) as store,
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
    async with answered_from(intake, intake.reason, load_prompt(settings.prompt), settings) as extract:
        for article in progress.watch(reading.articles()):
            extraction = await extract(article)
            store.note_article(extraction)
            out.write(extraction, progress.title_of(article.id))
            progress.finished(extraction)
