"""From a source (a file, a folder, an address, standard input) to articles."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from claimx.article.addresses import anywhere, is_public
from claimx.article.decoding import decode_html, decode_text, encoding_named
from claimx.article.origin import Note, Origin, Skip, ignore, raise_error
from claimx.article.records import build_article, is_publication_date, parse_json, parse_json_lines
from claimx.errors import InputError, UsageError
from claimx.schema import Article

MAX_FILE_BYTES = 50 * 1024 * 1024
SUFFIXES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".json", ".jsonl", ".ndjson", ".parquet"})

_SUFFIX_LIST = ", ".join(sorted(SUFFIXES))
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

Found = Iterator[tuple[Origin, Article]]


def read_articles(
    source: str,
    *,
    published: str | None = None,
    encoding: str = "utf-8",
    allow_private: bool = False,
    stdin: BinaryIO | None = None,
    note: Note = ignore,
    skip: Skip = raise_error,
) -> Iterator[Article]:
    """Read the articles of a file, a folder, a web address, or standard input, one by one.

    Args:
        source: A path, an http(s) URL, or `-`. A folder is read recursively in sorted order, supported suffixes only,
            without hidden files and links to folders; if it has an `articles` folder inside, that one is meant.
        published: ISO 8601 date for articles that bring none.
        encoding: Of text and JSON files, and of pages that do not declare theirs.
        allow_private: Whether to fetch from private and loopback addresses.
        stdin: What `-` reads instead of the process's standard input: always text, perhaps with front matter.
        note: Takes remarks of one line, for people.
        skip: Takes the error of an article that cannot be read in a folder or JSON file, so that reading goes on;
            by default the error is raised.

    Raises:
        UsageError: If `published` or `encoding` makes no sense.
        InputError: If something is not there, not text, or not an article. Raised when the iterator gets there.
    """
    if published is not None and not is_publication_date(published):
        raise UsageError(f"published {published!r} is not an ISO 8601 date (YYYY-MM-DD) or time stamp")
    if not source.strip():
        raise UsageError("a source is empty: name a file, a folder, an address, or - for standard input")
    origin = Origin(source=source, default_id="", published=published, note=note, skip=skip)
    if source == "-":
        found = _read_stdin(stdin or sys.stdin.buffer, encoding, origin)
    elif _URL.match(source):
        found = _read_url(encoding, allow_private, replace(origin, default_id=_slug(source)))
    else:
        found = _read_path(Path(source), encoding, origin)
    return _with_distinct_ids(found, source)


def read_article(
    source: str,
    *,
    published: str | None = None,
    encoding: str = "utf-8",
    allow_private: bool = False,
    stdin: BinaryIO | None = None,
    note: Note = ignore,
) -> Article:
    """Read the one article of a source; the arguments are those of `read_articles`.

    Raises:
        InputError: Also if the source holds several articles.
    """
    articles = read_articles(
        source, published=published, encoding=encoding, allow_private=allow_private, stdin=stdin, note=note
    )
    first, *others = islice(articles, 2)
    if others:
        raise InputError(source, "holds several articles where one is expected")
    return first


def count_articles(source: str) -> int | None:
    """About how many articles a source holds, told by its files and the lines of its JSON Lines; None of `-`.

    It is for saying how much is left: nothing is parsed, and what cannot be looked at counts nothing.
    """
    if source == "-":
        return None
    path = Path(source)
    try:
        if _URL.match(source) or not path.is_dir():
            return _count_lines(path)
        root = path / "articles" if (path / "articles").is_dir() else path
        return sum(map(_count_lines, _list_articles(root)[0]))
    except (OSError, ValueError):
        return 0


def _count_lines(path: Path) -> int:
    """The lines of a JSON Lines file; 1 of any other."""
    if path.suffix.lower() not in (".jsonl", ".ndjson") or not path.is_file():
        return 1
    with path.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _with_distinct_ids(found: Found, source: str) -> Iterator[Article]:
    places: dict[str, Origin] = {}
    for origin, article in found:
        if (other := places.setdefault(article.id, origin)) is not origin:
            origin.skip(
                InputError(source, f"two articles have the id {article.id!r} ({other} and {origin}); rename one")
            )
            continue
        yield article
    if not places:
        raise InputError(source, "holds no articles")


def _read_stdin(stream: BinaryIO, encoding: str, origin: Origin) -> Found:
    named = replace(origin, source="standard input", default_id="stdin")
    yield from _parse_text(decode_text(_read_capped(stream, named), encoding, named), named)


def _read_url(encoding: str, allow_private: bool, origin: Origin) -> Found:
    # An HTTP client takes a fifth of the time of `claimx verify`, and most runs fetch nothing.
    from claimx.article.fetch import HTML_TYPES, JSON_LINES_TYPES, JSON_TYPES, fetch

    fetched = fetch(origin.source, may_connect=anywhere if allow_private else is_public)
    if fetched.media_type in HTML_TYPES:
        page = decode_html(fetched.body, origin, charset=fetched.charset, encoding=encoding)
        yield from _parse_page(page, origin, fetched.url)
        return
    text = decode_text(fetched.body, encoding_named(fetched.charset) or encoding, origin)
    if fetched.media_type in JSON_TYPES:
        yield from parse_json(text, origin)
    elif fetched.media_type in JSON_LINES_TYPES:
        yield from parse_json_lines(text, origin)
    else:
        yield from _parse_text(text, origin, fetched.url)


def _slug(url: str) -> str:
    """An address without what is not needed to tell it from others: `olve.example/7/a` is `olve.example-7-a`."""
    return re.sub(r"[^\w.]+", "-", re.sub(r"\A[^/]*//|#.*", "", url)).strip("-")


def _read_path(path: Path, encoding: str, origin: Origin) -> Found:
    with _path_errors(origin):
        is_folder, exists = path.is_dir(), path.exists()
    if is_folder:
        yield from _read_folder(path, encoding, origin)
    elif exists and path.suffix.lower() not in SUFFIXES:
        raise origin.error(
            f"not one of the files that are read ({_SUFFIX_LIST}); convert it, a table for instance to JSON Lines "
            'with {"id", "text", "published"} on each line'
        )
    else:
        yield from _read_file(path, encoding, replace(origin, default_id=path.stem))


def _read_folder(folder: Path, encoding: str, origin: Origin) -> Found:
    with _path_errors(origin):
        root = folder / "articles" if (folder / "articles").is_dir() else folder
        paths, others = _list_articles(root)
    if not paths:
        raise origin.error(f"no articles in this folder ({_SUFFIX_LIST})")
    if others:
        origin.remark(f"{others} other {'file' if others == 1 else 'files'} ignored")
    for path in paths:
        name = path.relative_to(root).with_suffix("").as_posix()
        try:
            yield from _read_file(path, encoding, replace(origin, source=str(path), default_id=name))
        except InputError as error:
            origin.skip(error)


def _list_articles(root: Path) -> tuple[list[Path], int]:
    """The files below `root` to read, sorted by path, and how many others there are; hidden ones are not looked at."""
    paths, others = [], 0
    for folder, folders, names in os.walk(root, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(folder, name) for name in names if not name.startswith(".")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                paths.append(path)
            else:
                others += 1
    return sorted(paths), others


def _raise(error: OSError) -> None:
    raise error


def _read_file(path: Path, encoding: str, origin: Origin) -> Found:
    if path.suffix.lower() == ".parquet":
        from claimx.article.parquet import read_parquet

        yield from read_parquet(path, origin)
        return
    with _path_errors(origin), path.open("rb") as stream:
        raw = _read_capped(stream, origin)
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        yield from _parse_page(decode_html(raw, origin, encoding=encoding), origin)
        return
    text = decode_text(raw, encoding, origin)
    del raw  # Or it would be kept until the last line is read.
    if suffix == ".json":
        yield from parse_json(text, origin)
    elif suffix in (".jsonl", ".ndjson"):
        yield from parse_json_lines(text, origin)
    else:
        yield from _parse_text(text, origin)


def _parse_text(text: str, origin: Origin, url: str | None = None) -> Found:
    from claimx.article.front_matter import split_front_matter

    fields, body = split_front_matter(text, origin)
    yield origin, build_article(fields | ({"url": url} if url else {}), body, origin)


def _parse_page(page: str, origin: Origin, url: str | None = None) -> Found:
    # The parsers of HTML take longer to import than all else together, and most runs read no page.
    from claimx.article.html import read_page

    yield origin, read_page(page, origin, url=url)


def _read_capped(stream: BinaryIO, origin: Origin) -> bytes:
    raw = stream.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise origin.error(f"larger than {MAX_FILE_BYTES // 2**20} MB; split it, for example into JSON Lines files")
    return raw


@contextmanager
def _path_errors(origin: Origin) -> Iterator[None]:
    """Turn what the operating system says about a path into one line."""
    try:
        yield
    except FileNotFoundError:
        raise origin.error("no such file or folder; check the path") from None
    except PermissionError:
        raise origin.error("permission denied; check who may read it") from None
    except (OSError, ValueError) as error:
        raise origin.error(f"cannot be read ({error})") from None
