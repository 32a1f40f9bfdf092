"""Files, folders and standard input as articles."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.article.sources import MAX_FILE_BYTES, SUFFIXES, count_articles, read_article, read_articles
from claimx.errors import ClaimxError, InputError, UsageError
from claimx.schema import Article

TEXT = "The ferry sank, the harbour master said.\n"


def write(path: Path, content: str | bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ferry.txt", "ferry.md", "ferry.markdown", "ferry.TXT"])
def test_a_text_file_is_an_article_named_after_it(tmp_path: Path, name: str) -> None:
    assert read_article(write(tmp_path / name, TEXT)) == Article(id="ferry", text=TEXT)


def test_front_matter_fills_the_fields_and_stays_out_of_the_text(tmp_path: Path) -> None:
    head = "id: n7\ntitle: Ferry sinks\ndate: 2023-10-25\nsource: Olve News\nauthor: [Ann Poe, Bo Lind]\nlanguage: en\n"
    path = write(tmp_path / "ferry.md", f"---\n{head}url: https://olve.example/7\ntags: [sea]\n---\n\n{TEXT}")
    assert read_article(path) == Article(
        id="n7",
        text=f"\n{TEXT}",
        title="Ferry sinks",
        published="2023-10-25",
        source="Olve News",
        author="Ann Poe, Bo Lind",
        language="en",
        url="https://olve.example/7",
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("One.\r\nTwo.\r\n", "One.\r\nTwo.\r\n"),
        ("\ufeffOne.", "One."),
        ("\ufeff---\r\ntitle: x\r\n---\r\nOne.\r\n", "One.\r\n"),
        ("Cafe\u0301 \u2028 \U0001f6a2", "Cafe\u0301 \u2028 \U0001f6a2"),
        ("  One. \n\n", "  One. \n\n"),
    ],
)
def test_text_is_never_altered_but_for_the_byte_order_mark(tmp_path: Path, written: str, text: str) -> None:
    assert read_article(write(tmp_path / "a.txt", written)).text == text


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "latin-1"])
def test_another_encoding_is_read_when_it_is_named(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.txt", "Fähre".encode(encoding))
    assert read_article(path, encoding=encoding).text == "Fähre"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the text is empty"),
        (b" \n\t\n", "the text is empty"),
        (b"---\ntitle: x\n---\n\n", "the text is empty"),
        (b"F\xe4hre", "not valid utf-8 (byte 1); pass the right --encoding"),
        ("Fähre".encode("utf-16"), "not valid utf-8 (byte 0); pass --encoding utf-16"),
        (b"a\0b", "NUL characters"),
        (b"%PDF-1.7 \xff", "a PDF; convert it to text first"),
        (b"PK\x03\x04\x14", "a ZIP archive (perhaps .docx"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b'---\ntitle: "\\uD800"\n---\nBody', '"title" has half a character'),
        (b"---\nlanguage: [en]\n---\nBody", '"language" must be a string, not a list'),
    ],
)
def test_what_is_no_text_is_named_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = write(tmp_path / "a.txt", content)
    with pytest.raises(InputError, match=re.escape(told)) as caught:
        read_article(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_unknown_encoding_is_misuse(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", TEXT)
    for encoding in ("utf-9", "base64", "a\0b"):
        with pytest.raises(UsageError, match="no text encoding is called"):
            read_article(path, encoding=encoding)


def test_a_file_beyond_the_size_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(InputError, match="larger than 50 MB"):
        read_article(str(path))


@pytest.mark.parametrize("name", ["missing.txt", "missing", "a\0b.txt", "x" * 5000 + ".txt"])
def test_what_is_not_there_is_an_input_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"no such file or folder|cannot be read"):
        read_article(str(tmp_path / name))


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_an_input_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", TEXT)
    Path(path).chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        read_article(path)


def test_another_kind_of_file_is_refused_with_the_kinds_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.htm, \.html, \.json, .*convert it"):
        read_article(write(tmp_path / "a.docx", TEXT))


# --- dates ---------------------------------------------------------------------------------------


def test_the_articles_own_date_wins_over_the_given_one_and_that_over_its_date_line(tmp_path: Path) -> None:
    text = f"Published 25 October 2023\n\n{TEXT}"
    dated = write(tmp_path / "dated.md", f"---\npublished: 2020-01-02T03:04:05+02:00\n---\n{text}")
    undated = write(tmp_path / "undated.txt", text)
    assert read_article(dated, published="2021-01-01").published == "2020-01-02T03:04:05+02:00"
    assert read_article(undated, published="2021-01-01").published == "2021-01-01"
    assert read_article(undated).published == "2023-10-25"


def test_a_date_line_is_remarked_on(tmp_path: Path) -> None:
    notes: list[str] = []
    path = write(tmp_path / "x.txt", f"Published 25 October 2023 | 3 min read\n\n{TEXT}")
    read_article(path, note=notes.append)
    assert notes == [f"{path}: dated 2023-10-25 by the line 'Published 25 October 2023'"]


def test_a_text_without_any_date_stays_undated(tmp_path: Path) -> None:
    assert read_article(write(tmp_path / "a.txt", TEXT)).published is None


@pytest.mark.parametrize(
    "date", ["yesterday", "25/10/2023", "2023-13-01", "2023-02-30", "20231025", "2023-W01-1", "\u0662021-01-01"]
)
def test_a_bad_date_in_an_article_is_left_out_with_a_remark(tmp_path: Path, date: str) -> None:
    notes: list[str] = []
    path = write(tmp_path / "a.md", f"---\npublished: {date}\n---\n{TEXT}")
    assert read_article(path, note=notes.append).published is None
    assert notes == [f"{path}: the date {date!r} is not ISO 8601 (YYYY-MM-DD) and is left out"]


@pytest.mark.parametrize("date", ["", "yesterday", "2023-13-01", "2023"])
def test_a_bad_date_from_the_user_is_misuse(tmp_path: Path, date: str) -> None:
    with pytest.raises(UsageError, match="not an ISO 8601 date"):
        read_articles(write(tmp_path / "a.txt", TEXT), published=date)


@pytest.mark.parametrize(
    "date", ["2021-02-05", "2021-02-05T20:35:00-04:00", "2021-02-05T20:35Z", "2021-02-05 20:35:00"]
)
def test_a_date_is_kept_as_written_and_has_a_calendar_day(tmp_path: Path, date: str) -> None:
    article = read_article(write(tmp_path / "a.txt", TEXT), published=date)
    assert article.published == date
    assert str(article.published_on) == "2021-02-05"


# --- JSON ----------------------------------------------------------------------------------------


def test_an_object_and_a_list_of_objects_are_articles(tmp_path: Path) -> None:
    one = write(tmp_path / "one.json", json.dumps({"text": TEXT, "author": ["Ann Poe", "Bo Lind"], "views": 3}))
    two = write(tmp_path / "two.json", json.dumps([{"text": "A."}, {"id": 12, "text": "B.", "date": "2020-01-02"}]))
    assert list(read_articles(one)) == [Article(id="one", text=TEXT, author="Ann Poe, Bo Lind")]
    assert list(read_articles(two)) == [
        Article(id="two-1", text="A."),
        Article(id="12", text="B.", published="2020-01-02"),
    ]


@pytest.mark.parametrize("name", ["news.jsonl", "news.ndjson"])
def test_each_line_is_an_article_and_blank_lines_are_skipped(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, '{"text": "A.\u2028B."}\r\n\r\n{"text": "C.", "title": null, "url": ""}')
    assert list(read_articles(path)) == [Article(id="news-1", text="A.\u2028B."), Article(id="news-3", text="C.")]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.jsonl", '{"text": "A."}\n{"title": "B"}', 'line 2: no "text"'),
        ("x.jsonl", '{"text": "A."}\n\n{"text": }', "line 3: not valid JSON (Expecting value, column 10)"),
        ("x.jsonl", '["A."]', 'line 1: expected an object with a "text", found a list'),
        ("x.jsonl", '{"text": 1}', 'line 1: "text" must be a string, not a number'),
        ("x.jsonl", '{"text": ""}', "line 1: the text is empty"),
        ("x.jsonl", '{"text": "A.", "text": "B."}', "line 1: not usable JSON (the key 'text' is repeated)"),
        ("x.jsonl", '{"text": "A.\\ud800"}', "line 1: the text has half a character (a lone surrogate) at offset 2"),
        ("x.jsonl", '{"text": "A.\\u0000"}', "line 1: the text has NUL characters"),
        ("x.jsonl", '{"text": "A.", "title": 3}', 'line 1: "title" must be a string, not a number'),
        ("x.jsonl", '{"text": "A.", "author": ["B", 3]}', 'line 1: "author" must be a string, not a list'),
        ("x.jsonl", '{"text": "A.", "id": true}', 'line 1: "id" must be a string, not true or false'),
        ("x.json", '{"text":\n}', "not valid JSON (Expecting value, line 2, column 1)"),
        ("x.json", '[{"text": "A."}, 3]', 'item 2: expected an object with a "text", found a number'),
        ("x.json", "[" * 100_000, "nested too deeply"),
        ("x.json", '{"text": "A.", "n": ' + "9" * 5000 + "}", "not usable JSON"),
        ("x.json", "[]", "holds no articles"),
        ("x.jsonl", "\n\n", "holds no articles"),
    ],
)  # fmt: skip
def test_errors_in_json_name_file_place_and_fault(tmp_path: Path, name: str, content: str, told: str) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(InputError) as caught:
        list(read_articles(path))
    assert str(caught.value).startswith(f"{path}: {told}") or told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_date_of_another_type_is_left_out_with_a_remark(tmp_path: Path) -> None:
    notes: list[str] = []
    path = write(tmp_path / "a.json", json.dumps({"text": TEXT, "published": 1612483200}))
    assert read_article(path, note=notes.append).published is None
    assert "1612483200" in notes[0]


# --- folders and ids -----------------------------------------------------------------------------


def test_a_folder_is_read_recursively_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/x.md", "a/z.jsonl", ".hidden/n.txt", ".n.txt", "notes.csv", "a/Makefile"):
        write(tmp_path / name, '{"text": "A."}')
    notes: list[str] = []
    assert [article.id for article in read_articles(str(tmp_path), note=notes.append)] == ["a/x", "a/z-1", "b"]
    assert notes == [f"{tmp_path}: 2 other files ignored"]


def test_a_folder_of_labelled_articles_means_its_articles(tmp_path: Path) -> None:
    for name in ("articles/a.md", "labels/a.json", "README.md"):
        write(tmp_path / name, TEXT)
    assert [article.id for article in read_articles(str(tmp_path))] == ["a"]


def test_a_folder_without_articles_is_an_input_error(tmp_path: Path) -> None:
    write(tmp_path / "notes.csv", "a,b")
    with pytest.raises(InputError, match="no articles in this folder"):
        list(read_articles(str(tmp_path)))


def test_an_unreadable_article_in_a_folder_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", TEXT)
    path = write(tmp_path / "b.txt", b"%PDF-1.4")
    with pytest.raises(InputError) as caught:
        list(read_articles(str(tmp_path)))
    assert str(caught.value).startswith(f"{path}: a PDF")


def test_two_articles_with_one_id_are_an_error_that_names_both_places(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"id": "n", "text": "A."}\n{"id": "n", "text": "B."}')
    with pytest.raises(InputError, match=r"id 'n' \(.*x\.jsonl: line 1 and .*x\.jsonl: line 2\)"):
        list(read_articles(path))
    write(tmp_path / "f/a.md", TEXT)
    write(tmp_path / "f/a.txt", TEXT)
    with pytest.raises(InputError, match=r"id 'a' \(.*a\.md and .*a\.txt\)"):
        list(read_articles(str(tmp_path / "f")))


def test_one_article_is_not_several(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", TEXT)
    write(tmp_path / "b.txt", TEXT)
    with pytest.raises(InputError, match="holds several articles"):
        read_article(str(tmp_path))


# --- standard input ------------------------------------------------------------------------------


def test_standard_input_is_text_with_or_without_front_matter() -> None:
    plain = read_article("-", stdin=io.BytesIO(TEXT.encode()))
    dated = read_article("-", stdin=io.BytesIO(b"---\npublished: 2021-02-05\n---\nA."))
    assert plain == Article(id="stdin", text=TEXT)
    assert dated == Article(id="stdin", text="A.", published="2021-02-05")


@pytest.mark.parametrize("text", ["<html><body><p>A.</p></body></html>", '{"text": "A."}\n{"text": "B."}\n'])
def test_standard_input_is_never_guessed_to_be_anything_else(text: str) -> None:
    assert read_article("-", stdin=io.BytesIO(text.encode())).text == text


def test_empty_standard_input_is_named_as_such() -> None:
    with pytest.raises(InputError, match="standard input: the text is empty"):
        read_article("-", stdin=io.BytesIO())


# --- anything ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@given(raw=st.binary(max_size=200) | st.text(alphabet='{}[]":,\\ud8te0x<>/ap-\n ', max_size=100).map(str.encode))
def test_random_bytes_are_articles_or_a_claimx_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, raw: bytes
) -> None:
    path = write(tmp_path_factory.getbasetemp() / f"random{suffix}", raw)
    try:
        outcomes = [article.text for article in read_articles(path)]
    except ClaimxError as error:
        outcomes = [str(error)]
    assert all(outcome.strip() for outcome in outcomes)


# --- going on after what cannot be read ---------------------------------------------------------


def test_what_cannot_be_read_in_a_folder_can_be_skipped(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", TEXT)
    write(tmp_path / "b.txt", b"%PDF-1.7")
    write(tmp_path / "c.txt", TEXT)
    skipped: list[InputError] = []
    assert [article.id for article in read_articles(str(tmp_path), skip=skipped.append)] == ["a", "c"]
    assert "b.txt" in str(skipped[0])


def test_a_bad_line_of_json_lines_can_be_skipped(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.jsonl", '{"text": "One."}\n{"text": 2}\n{"id": "all-1", "text": "Again."}\n{"text": "Four."}\n'
    )
    skipped: list[InputError] = []
    assert [article.text for article in read_articles(path, skip=skipped.append)] == ["One.", "Four."]
    assert [re.findall(r"line \d|two articles", str(error))[0] for error in skipped] == ["line 2", "two articles"]


def test_how_many_articles_there_will_be_is_told_without_reading_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.jsonl").write_text('{"text": "Two."}\n\n{"text": "Three."}')
    (tmp_path / "c.png").write_bytes(b"")
    sources = [str(tmp_path), str(tmp_path / "b.jsonl"), "https://a.example/b", str(tmp_path / "none.txt"), "-"]
    assert [count_articles(source) for source in sources] == [3, 2, 1, 1, None]


def test_an_empty_name_is_not_the_working_folder() -> None:
    """As `claimx extract "$FILE"` would otherwise read, and pay for, all there is where FILE is not set."""
    with pytest.raises(UsageError, match="a source is empty"):
        list(read_articles(""))
