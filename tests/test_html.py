"""Web pages as articles."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimx.article.decoding import decode_html
from claimx.article.html import MAX_ELEMENTS, read_page
from claimx.article.origin import Origin
from claimx.article.sources import read_article
from claimx.errors import ClaimxError, InputError

SENTENCES = (
    "The ferry to Sandholm sank at its moorings, the harbour master said, and nobody was on board at the time.",
    "“We heard a crack and then nothing at all,” said Bo Lind, who has sold tickets on the quay for eleven years.",
    "Divers will look at the hull tomorrow, according to the port authority, which owns both of the island's ferries.",
    "The second ferry will sail every two hours until the end of the month, and tickets for the first remain valid.",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
ORIGIN = Origin(source="ferry.html", default_id="ferry")


def page(head: str = "", above: str = "", below: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><title>Ferry sinks - Olve News</title>{head}</head><body>'
        f"<nav><a href='/sport'>Sport</a></nav><article><h1>Ferry sinks</h1>{above}{BODY}</article>"
        f"{below}<footer>All rights reserved by Olve News</footer></body></html>"
    )


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


ARTICLE = '"@context": "https://schema.org", "@type": "NewsArticle"'


def test_the_main_text_is_kept_and_the_page_around_it_is_not() -> None:
    text = read_page(page(), ORIGIN).text
    assert all(sentence in text for sentence in SENTENCES)
    assert "All rights reserved" not in text
    assert "Sport" not in text


def test_comments_of_readers_are_left_out() -> None:
    below = (
        f'<section id="comments" class="comments"><p>{"I never trusted that boat, said my uncle. " * 5}</p></section>'
    )
    assert "never trusted" not in read_page(page(below=below), ORIGIN).text


def test_linked_data_fill_the_fields() -> None:
    data = (
        f'{{{ARTICLE}, "datePublished": "2021-02-05T23:30:00-05:00", "dateModified": "2021-02-07",'
        ' "author": [{"@type": "Person", "name": "Ann Poe"}, {"name": "Bo  Lind"}], "publisher": {"name": "Olve News"}}'
    )
    article = read_page(page(linked(data)), ORIGIN, url="https://olve.example/ferry")
    assert article.id == "ferry"
    assert article.title == "Ferry sinks"
    assert article.published == "2021-02-05T23:30:00-05:00"
    assert str(article.published_on) == "2021-02-05"
    assert (article.author, article.source, article.language) == ("Ann Poe, Bo Lind", "Olve News", "en")
    assert article.url == "https://olve.example/ferry"


def test_a_canonical_address_is_the_pages_own_word_when_it_was_not_fetched() -> None:
    head = '<link rel="canonical" href="https://olve.example/ferry">'
    assert read_page(page(head), ORIGIN).url == "https://olve.example/ferry"
    assert read_page(page(head), ORIGIN, url="https://mirror.example/1").url == "https://mirror.example/1"


@pytest.mark.parametrize(
    ("head", "above", "published"),
    [
        ('<meta property="article:published_time" content="2021-02-05T10:00:00Z">', "", "2021-02-05T10:00:00Z"),
        ('<meta name="date" content="2021-02-06"><meta name="dc.date.issued" content="2021-02-05">', "", "2021-02-05"),
        ('<meta itemprop="datePublished" content="2021-02-05">', "", "2021-02-05"),
        ("", '<time itemprop="datePublished" datetime="2021-02-05T10:00">5 Feb</time>', "2021-02-05T10:00"),
        (linked(f'{{{ARTICLE}, "datePublished": "2021-02-05"}}'), "<time>6 February 2021</time>", "2021-02-05"),
        (linked('{"@graph": [{"@type": ["NewsArticle"], "datePublished": "2021-02-05"}]}'), "", "2021-02-05"),
        (linked('{"@type": "Comment", "datePublished": "2021-02-05"}'), "", None),
        ('<meta name="date" content="5.2.2021">', "", None),
        ("", '<p class="article-date">Published 5 February 2021, 10:00</p>', "2021-02-05"),
        ("", '<span class="byline">By Ann Poe | 5 February 2021</span>', "2021-02-05"),
        ("", '<p class="date">5 February 2021</p><p class="date">6 February 2021</p>', None),
        (
            "",
            "<p>2019-03-04 is painted on the hull of the ferry, which is all that one could still see of it.</p>",
            None,
        ),
        ("", "", None),
    ],
)
def test_the_date_is_what_the_page_declares_or_shows_and_never_a_guess(
    head: str, above: str, published: str | None
) -> None:
    assert read_page(page(head, above), ORIGIN).published == published


def test_a_date_that_is_only_shown_is_remarked_on_and_gives_way_to_the_users() -> None:
    notes: list[str] = []
    shown = page(above='<p class="date">Published 5 February 2021</p>')
    read_page(shown, Origin("ferry.html", "ferry", note=notes.append))
    assert notes == ["ferry.html: dated 2021-02-05 by the line 'Published 5 February 2021'"]
    assert read_page(shown, Origin("ferry.html", "ferry", published="2020-01-01")).published == "2020-01-01"


@pytest.mark.parametrize("markup", ["", "just words", "<html></html>", "<p>one</p>"])
def test_a_page_without_an_article_is_an_input_error(markup: str) -> None:
    with pytest.raises(InputError, match=r"ferry\.html: (no article text|not an HTML page)"):
        read_page(markup, ORIGIN)


def test_a_page_of_too_many_elements_is_refused() -> None:
    with pytest.raises(InputError, match="more than 50,000 elements"):
        read_page(page(below="<p>" + "<i>a</i>" * MAX_ELEMENTS), ORIGIN)


@pytest.mark.parametrize(
    "head",
    [
        linked('{"author": "' * 20_000),
        linked(f'{{{ARTICLE}, "author": "{"( " * 200_000}"}}'),
        linked('{"a":' * 20_000),
        f'<meta name="author" content="{"a.b-" * 200_000}">',
    ],
)
def test_hostile_metadata_take_no_more_than_a_moment(head: str) -> None:
    """Regular expressions over unbounded names take minutes for these."""
    started = time.perf_counter()
    article = read_page(page(head), ORIGIN)
    assert time.perf_counter() - started < 5
    assert len(article.author or "") <= 500


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="<>/!- ab\"'=&;\n\0\ud800pdivhtm", max_size=200))
def test_any_markup_is_an_article_or_an_input_error(markup: str) -> None:
    try:
        text = read_page(markup, ORIGIN).text
    except ClaimxError as error:
        text = str(error)
    assert text.strip()


# --- encodings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("<p>“Fähre”".encode(), None, "<p>“Fähre”"),
        ("<p>“Fähre”".encode("cp1252"), "ISO-8859-1", "<p>“Fähre”"),
        ('<meta charset="windows-1251"><p>Паром'.encode("cp1251"), None, '<meta charset="windows-1251"><p>Паром'),
        (b"<meta charset=latin1>\x93F\xe4hre\x94", None, "<meta charset=latin1>“Fähre”"),
        ("\ufeff<p>Fähre".encode(), "windows-1252", "<p>Fähre"),
        ("\ufeff<p>Fähre".encode("utf-16-le"), None, "<p>Fähre"),
        ("<p>渡轮".encode("gb18030"), "gb2312", "<p>渡轮"),
        ("<p>Fähre".encode(), "punycode", "<p>Fähre"),
        (b"<meta charset=utf-16><p>Ferry", None, "<meta charset=utf-16><p>Ferry"),
    ],
)
def test_the_encoding_is_that_of_the_mark_the_server_or_the_page(raw: bytes, charset: str | None, text: str) -> None:
    assert decode_html(raw, ORIGIN, charset=charset) == text


def test_bytes_outside_the_declared_encoding_are_replaced_with_a_remark() -> None:
    notes: list[str] = []
    text = decode_html(b"<p>F\xe4hre", Origin("ferry.html", "ferry", note=notes.append), charset="utf-8")
    assert text == "<p>F\ufffdhre"
    assert notes == ["ferry.html: not all of it is valid utf-8: \ufffd stands in 1 places"]


def test_bytes_outside_an_undeclared_encoding_are_an_error_that_the_user_can_mend(tmp_path: Path) -> None:
    path = tmp_path / "ferry.html"
    path.write_bytes(page().encode("cp1252"))
    with pytest.raises(InputError, match="pass the right --encoding"):
        read_article(str(path))
    assert SENTENCES[1] in read_article(str(path), encoding="windows-1252").text


def test_the_terminal_hears_nothing_from_the_parsers(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError):
        read_page("<html><body></body></html>", ORIGIN)
    assert capfd.readouterr() == ("", "")
