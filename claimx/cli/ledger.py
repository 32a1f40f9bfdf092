"""What the commands on claims share: CLAIMS and --articles, read."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from claimx.report.ledger import Ledger
    from claimx.schema import Article

Claims = Annotated[
    str, typer.Argument(metavar="CLAIMS", help="What claimx extract wrote (-f jsonl or -f json), or - for stdin.")
]
Articles = Annotated[
    list[str] | None,
    typer.Option("--articles", "-a", help="The articles that were read: file, folder or URL. May be repeated."),
]


def read_claims(source: str) -> Ledger:
    """The ledger in a file or on standard input.

    Raises:
        InputError: If it is not there, or no ledger.
    """
    from claimx.errors import InputError
    from claimx.report.ledger import parse_ledger

    if source == "-":
        return parse_ledger("standard input", sys.stdin.buffer.read())
    try:
        raw = Path(source).read_bytes()
    except OSError as error:
        raise InputError(source, f"cannot be read ({error.strerror})") from None
    return parse_ledger(source, raw)


def read_texts(ledger: Ledger, sources: list[str] | None) -> dict[str, Article]:
    """The articles of a ledger by their `article_id`, with a word on stderr about those that are missing or changed.

    Raises:
        InputError: If a source cannot be read, or none of the articles is there.
    """
    from claimx.cli.reading import Reading
    from claimx.cli.shell import note
    from claimx.errors import InputError
    from claimx.report.ledger import digests_of, match_articles
    from claimx.report.tables import count

    if not sources:
        return {}
    reading = Reading(sources, published=None, encoding="utf-8", allow_private=False, note=note)
    texts = match_articles(ledger, reading.articles())
    missing = [name for name in ledger.article_ids if name not in texts]
    if missing and not texts:
        raise InputError(", ".join(sources), f"none of the articles is there; the first is {missing[0]!r}")
    if missing:
        note(f"{count(len(missing), 'article')} not found, {missing[0]!r} among them")
    renamed = [name for name, article in texts.items() if article.id != name]
    if renamed:
        known = f"{renamed[0]!r} is {texts[renamed[0]].id!r} there"
        note(f"{count(len(renamed), 'article')} under another name, known by the text that was read: {known}")
    digests = digests_of(ledger)
    changed = [name for name, article in texts.items() if digests.get(name, article.digest) != article.digest]
    if changed:
        note(f"{count(len(changed), 'article')} changed since the claims were made, {changed[0]!r} among them")
    return texts


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file that is whole or not there.

    Raises:
        UsageError: If it cannot be written.
    """
    from claimx.errors import UsageError

    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            partial.unlink()
