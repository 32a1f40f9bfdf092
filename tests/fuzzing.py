"""What claimx reads from others, and inputs made to break it: `use` reads one, or raises a `ClaimxError`, nothing else.

Inputs are whole ones with a few edits, for a parser sees little of what is random throughout.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from hypothesis import strategies as st

from claimx.article.chunks import split_article
from claimx.article.front_matter import split_front_matter
from claimx.article.html import read_page
from claimx.article.origin import Origin
from claimx.article.records import build_article
from claimx.article.sources import read_articles
from claimx.errors import ClaimxError
from claimx.evaluation.datasets import check_labels, read_dataset
from claimx.evaluation.predictions import read_predictions
from claimx.model.client import Endpoint
from claimx.model.prompts import load_prompt
from claimx.model.recording import Recorded
from claimx.pipeline import extract_article
from claimx.report.ledger import parse_ledger
from claimx.report.tables import claim_line, csv_lines
from claimx.runs.store import Reuse, Store, open_store
from claimx.schema import Article, ChunkFailure, Extraction
from claimx.settings import Settings
from tests.doubles import answer, claim, completion, fact


@dataclass(frozen=True)
class Target:
    """Something that is read, and how: `use` returns if it could be, and checks what came of it."""

    inputs: st.SearchStrategy[Any]
    use: Callable[[Any], None]


# --- inputs --------------------------------------------------------------------------------------

_TOKENS = [
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\x9a\xa2", "\u202e".encode(), "\u2028".encode(), b"\r\n", b"\n\n", b"---\n",
    b'"', b"'", b"\\", b"\\ud800", b"{", b"}", b"[" * 3000, b"]", b":", b": ", b",", b"- ", b"&a ", b"*a", b"!!python/object:os.system ",
    b"<", b">", b"</", b"<!--", b"-->", b"<script>", b"&#x110000;", b"&lt;", b"<p>", b"]]>", b"null", b"NaN", b"1e999", b"-1",
    b"9" * 5000, b"99999999999999999999", b"true", b"0000-00-00", b"2026-02-30", b"2026-05-04T25:00", b"SQLite format 3\0",
    b"\xef\xbb\xbf", b"\xff\xfe", b"%PDF-", b"\x1b[31m", b"A" * 300,
]  # fmt: skip
_Edit = tuple[str, int, int, bytes]
_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["put", "cut", "copy", "flip", "end"]),
        st.integers(0, 2**20),
        st.integers(0, 400),
        st.sampled_from(_TOKENS) | st.binary(max_size=12),
    ),
    max_size=5,
)


def edited(whole: bytes, edits: list[_Edit]) -> bytes:
    """The bytes after these edits, each at a place that wraps around."""
    for kind, at, length, token in edits:
        at %= len(whole) + 1
        if kind == "put":
            whole = whole[:at] + token + whole[at:]
        elif kind == "cut":
            whole = whole[:at] + whole[at + length :]
        elif kind == "copy":
            whole = whole[:at] + whole[at : at + length] + whole[at:]
        elif kind == "flip" and at < len(whole):
            whole = whole[:at] + bytes([whole[at] ^ (1 << length % 8)]) + whole[at + 1 :]
        elif kind == "end":
            whole = whole[:at] + token
    return whole


def broken(*wholes: str | bytes) -> st.SearchStrategy[bytes]:
    """Some of these with edits, and now and then bytes of no kind at all."""
    raw = [whole.encode() if isinstance(whole, str) else whole for whole in wholes]
    whole_with_edits = st.builds(edited, st.sampled_from(raw), _EDITS)
    return st.one_of(*[whole_with_edits] * 9, st.binary(max_size=200))


_SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["claim", "fact"])
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def changed(document: Any) -> st.SearchStrategy[Any]:
    """The document with a few of its values replaced, left out, or said twice."""
    places = list(_places(document))
    change = st.tuples(st.sampled_from(places), st.sampled_from(["replace", "drop", "double"]), _JSON)
    return st.lists(change, max_size=3).map(lambda changes: _apply(document, changes))


def _places(value: Any, *steps: str | int) -> Any:
    yield steps
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, *steps, key)


def _apply(document: Any, changes: list[tuple[tuple[str | int, ...], str, Any]]) -> Any:
    document = json.loads(json.dumps(document))
    for steps, kind, value in changes:
        if not steps:
            document = value if kind == "replace" else document
            continue
        parent = document
        try:
            for step in steps[:-1]:
                parent = parent[step]
            if kind == "replace":
                parent[steps[-1]] = value
            elif kind == "drop":
                del parent[steps[-1]]
            else:
                parent.insert(0, parent[steps[-1]])
        except (LookupError, TypeError, AttributeError):
            # An earlier change took the place away.
            continue
    return document


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


# --- articles ------------------------------------------------------------------------------------

_TEXT = "“The weir holds,” Tilda Brahm said on Monday. The sluice is new.\n\nShe denied that it leaks."
_FRONT = f"---\nid: weir\ntitle: 'A weir'\npublished: 2026-05-04\nauthor: [Ann, Bo]\nextra: {{a: 1}}\n---\n{_TEXT}"
_RECORD = {
    "id": 7,
    "text": _TEXT,
    "title": "A weir",
    "published": "2026-05-04T10:00:00Z",
    "author": ["Ann", "Bo"],
    "url": "https://a.example/b",
}
_PAGE = (
    "<!doctype html><html lang='en-GB'><head><meta charset='utf-8'><title>A weir</title>"
    "<meta property='article:published_time' content='2026-05-04'>"
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-05-04", "author": [{"name": "Ann"}]}</script>'
    "</head><body><nav><a href='/'>Home</a></nav><article><h1>A weir</h1><time datetime='2026-05-04' pubdate>4 May 2026</time>"
    + "".join(
        f"<p>{line} It was the {number} time in a year that the river rose above the old mark.</p>"
        for number, line in enumerate(_TEXT.split("\n\n"))
    )
    + "<table><tr><td>1</td></tr></table><blockquote>It holds.</blockquote></article><footer>© 2026</footer></body></html>"
)
_LINES = b"".join(_dumped({**_RECORD, "id": number}) + b"\n" for number in range(3))
_FILES = {
    ".txt": broken(_TEXT, _TEXT.encode("utf-16")),
    ".md": broken(_FRONT),
    ".html": broken(_PAGE),
    ".json": broken(_dumped(_RECORD), b"[" + _dumped(_RECORD) + b"]") | changed([_RECORD]).map(_dumped),
    ".jsonl": broken(_LINES) | changed(_RECORD).map(_dumped),
}  # fmt: skip


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="claimx-fuzz-"))


def _sources() -> st.SearchStrategy[Any]:
    encodings = st.sampled_from(["utf-8"] * 9 + ["utf-16", "latin-1", "windows-1252", "rot13", "nonsense", "idna", ""])
    return st.sampled_from(sorted(_FILES)).flatmap(lambda suffix: st.tuples(st.just(suffix), _FILES[suffix], encodings))


def _use_source(given: tuple[str, bytes, str]) -> None:
    suffix, raw, encoding = given
    path = _folder() / f"source{suffix}"
    path.write_bytes(raw)
    for article in read_articles(str(path), encoding=encoding):
        _check_article(article)


def _use_front_matter(raw: bytes) -> None:
    origin = Origin("a.md", "a")
    _check_article(build_article(*split_front_matter(raw.decode("utf-8", "replace"), origin), origin))


def _use_page(raw: bytes) -> None:
    _check_article(read_page(raw.decode("utf-8", "replace"), Origin("a.html", "a")))


def _check_article(article: Article) -> None:
    """What every room relies on: text that can be written, a date that is one, chunks that tile."""
    assert article.text.strip()
    assert article.model_dump_json()
    assert article.published is None or article.published_on
    assert "".join(chunk.text for chunk in split_article(article, 50)) == article.text


# --- replies -------------------------------------------------------------------------------------

_STORY = Article(id="weir", text=_TEXT, published="2026-05-04")
_ANSWER = answer(
    claim("The weir holds", cue="said", mention="Tilda Brahm", date="on Monday"),
    claim("it leaks", cue="denied", mention="She"),
    fact("The sluice is new"),
    speakers=(("Tilda Brahm", "warden"),),
).model_dump()
_COMPLETION = completion(json.dumps(_ANSWER))
_BODIES = (
    broken(_dumped(_COMPLETION))
    | changed(_COMPLETION).map(_dumped)
    | changed(_ANSWER).map(lambda said: _dumped(completion(json.dumps(said))))
    | broken(json.dumps(_ANSWER), f"```json\n{json.dumps(_ANSWER)}\n```").map(
        lambda said: _dumped(completion(said.decode("utf-8", "surrogateescape")))
    )
)
_HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after", "retry-after-ms", "x-should-retry", "content-encoding", "content-length"]),
    st.sampled_from(["application/json", "text/html", "text/event-stream", "0", "-1", "nan", "inf", "1e400", "gzip", "Wed, 21 Oct 2015 07:28:00 GMT",
                     "Wed, 99 Oct 99999 07:28:00 GMT", "true", "false", "é"]),
    max_size=2,
)  # fmt: skip


class _Says(httpx2.AsyncBaseTransport):
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._status, self._headers, self._body = status, headers, body

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        return httpx2.Response(self._status, headers=headers, stream=httpx2.ByteStream(self._body))


def _use_reply(given: tuple[int, dict[str, str], bytes, Any]) -> None:
    status, headers, body, mode = given
    settings = Settings(model="m", base_url="http://double/v1", mode=mode, max_attempts=1, retry_after_cap_s=0)

    async def go() -> Extraction:
        async with Endpoint(settings, transport=_Says(status, headers, body)) as ask:
            return await extract_article(_STORY, ask, load_prompt("extract"), settings)

    _check_extraction(asyncio.run(go()))


def _check_extraction(extraction: Extraction) -> None:
    """Evidence or nothing, and output that holds on every terminal."""
    for item in extraction.claims:
        spans = [*item.content, item.cue, item.speaker and item.speaker.mention, item.date and item.date.text]
        assert all(_STORY.text[span.start : span.end] == span.text for span in spans if span)
        assert claim_line(item).isprintable()
    assert Extraction.model_validate_json(claim_line(extraction))
    assert csv_lines(extraction.claims, header=True)


# --- labels --------------------------------------------------------------------------------------


def _span(words: str) -> dict[str, Any]:
    start = _TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words}


_LABEL = {
    "kind": "claim", "content": [_span("The weir holds")], "text": "The weir holds.", "quotation": "direct", "cue": _span("said"),
    "speaker": {"name": "Tilda Brahm", "mention": _span("Tilda Brahm"), "role": None, "aliases": ["Brahm"]}, "stance": "favor",
    "target": {"name": "weir", "aliases": []}, "date": {"text": _span("on Monday"), "value": "2026-05-04"}, "date_alternatives": [None],
}  # fmt: skip
_LABELS = {"id": "weir", "labels": [_LABEL, {"kind": "fact", "content": [_span("The sluice is new")]}]}
_STANDOFF = "T1\tSource 18 29\tTilda Brahm\nT2\tCue 30 34\tsaid\nT3\tContent 1 15\tThe weir holds\nE1\tAttribution:T3 Cue:T2 Source:T1\nA1\tx E1\n#1\tNote T1\n"
_CORPUS = {
    "id": "w",
    "text": _TEXT,
    "attributions": [{"source_spans": [[18, 29]], "cue_spans": [[30, 34]], "content_spans": [[1, 15]]}],
}
_CLAIM = {
    **_LABEL,
    "id": "c-1",
    "article_id": "weir",
    "speaker": {"name": "Tilda Brahm", "mention": _span("Tilda Brahm"), "role": None},
}
del _CLAIM["date_alternatives"]
_LABEL_FILES = {
    "labels/weir.json": broken(_dumped(_LABELS)) | changed(_LABELS).map(_dumped),
    "AGREEMENT.md": broken("| figure | a; b |\n|---|---|\n| claim detection F1 | .9 |\n| stance accuracy; speaker | 8 %; 1.5 |\n"),
    "text.ann": broken(_STANDOFF),
    "corpus.jsonl": broken(_dumped(_CORPUS)) | changed(_CORPUS).map(_dumped),
    "predictions.jsonl": broken(_dumped(_CLAIM)) | changed(_CLAIM).map(_dumped),
}  # fmt: skip


def _labels() -> st.SearchStrategy[Any]:
    return st.sampled_from(sorted(_LABEL_FILES)).flatmap(lambda name: st.tuples(st.just(name), _LABEL_FILES[name]))


def _use_labels(given: tuple[str, bytes]) -> None:
    name, raw = given
    folder = _folder() / "gold"
    for inner in ("articles", "labels", "brat"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
    (folder / "articles" / "weir.txt").write_text(_TEXT)
    (folder / "labels" / "weir.json").write_bytes(_dumped(_LABELS))
    (folder / "AGREEMENT.md").write_bytes(b"")
    if name == "text.ann":
        (folder / "brat" / "text.txt").write_text(_TEXT)
        (folder / "brat" / "text.ann").write_bytes(raw)
        assert read_dataset(folder / "brat").digest
        return
    (folder / name).write_bytes(raw)
    if name == "predictions.jsonl":
        _each(lambda: parse_ledger(name, raw), lambda: read_predictions(folder / name))
    elif name == "corpus.jsonl":
        assert read_dataset(folder / name).digest
    else:
        _each(lambda: list(check_labels(folder)), lambda: read_dataset(folder).digest)


def _each(*readers: Callable[[], object]) -> None:
    """Read in every way, and raise what the last that refused says."""
    refused: ClaimxError | None = None
    for reader in readers:
        try:
            reader()
        except ClaimxError as error:
            refused = error
    if refused:
        raise refused


# --- stores --------------------------------------------------------------------------------------

_KEYS = [number.to_bytes(32, "big") for number in range(24)]
_OUTCOME = Extraction(
    article_id="weir", article_digest="d", model="m", prompt="p",
    failures=(ChunkFailure(chunk=0, start=0, end=9, error="it broke"),),
)  # fmt: skip


@cache
def _store() -> bytes:
    path = _folder() / "whole.sqlite"
    with open_store(path) as store:
        store.begin_run(model="m", endpoint="e", prompt="p")
        for key in _KEYS:
            store.keep(key, Recorded(200, "application/json", key * 20), is_usable=True)
        store.note_article(_OUTCOME)
        store.end_run("partial")
    return path.read_bytes()


def _stores() -> st.SearchStrategy[Any]:
    sizes = st.sampled_from([0, 1, 16, 100, 512, 4096, 8192])
    cut = st.builds(lambda at: _store()[:at], sizes | st.integers(0, 60_000))
    headed = st.builds(lambda edits: edited(_store()[:200], edits) + _store()[200:], _EDITS)
    anywhere = st.builds(lambda edits: edited(_store(), edits), _EDITS)
    beside = st.none() | st.tuples(st.sampled_from(["-wal", "-shm", "-journal"]), broken(_store()[:5000]))
    return st.tuples(
        st.one_of(cut, headed, *[anywhere] * 4),
        st.one_of(st.none(), st.none(), beside),
        st.sampled_from(["usable", "own", "all"]),
    )


def _use_store(given: tuple[bytes, tuple[str, bytes] | None, Reuse]) -> None:
    raw, beside, reuse = given
    path = _folder() / "fuzzed.sqlite"
    for old in _folder().glob("fuzzed.sqlite*"):
        old.unlink()
    path.write_bytes(raw)
    if beside:
        path.with_name(path.name + beside[0]).write_bytes(beside[1])
    with open_store(path, reuse) as store:
        _work_with(store, reuse)


def _work_with(store: Store, reuse: Reuse) -> None:
    run = store.begin_run(model="m", endpoint="e", prompt="p")
    for key in _KEYS:
        store.find(key)
    if reuse != "all":
        store.keep(_KEYS[0], Recorded(200, "", b"x"), is_usable=True)
        store.discard(_KEYS[1:3])
        store.note_article(_OUTCOME)
        store.end_run("done")
    assert all(isinstance(record.id, int) for record in store.runs())
    store.articles(run)
    if reuse != "all":
        store.prune(1)


TARGETS = {
    "sources": Target(_sources(), _use_source),
    "front matter": Target(broken(_FRONT), _use_front_matter),
    "HTML": Target(broken(_PAGE), _use_page),
    "replies": Target(
        st.tuples(
            st.sampled_from([200] * 12 + [400, 401, 403, 404, 413, 422, 429, 500, 503]), _HEADERS, _BODIES,
            st.sampled_from(["json_schema", "md_json", "json", "tools"]),
        ),
        _use_reply,
    ),
    "labels": Target(_labels(), _use_labels),
    "stores": Target(st.deferred(_stores), _use_store),
}  # fmt: skip
