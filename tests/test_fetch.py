"""Fetching, against real servers on the loopback interface."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from claimx import __version__
from claimx.article.addresses import anywhere, is_public
from claimx.article.fetch import Fetched, FetchLimits, fetch
from claimx.article.sources import read_article, read_articles
from claimx.errors import FetchRefused, InputError

PAGE = (
    "<html lang=en><head><title>Ferry sinks</title></head><body><article><h1>Ferry sinks</h1>"
    + "<p>“The ferry sank at its moorings,” the harbour master said on Tuesday, and nobody was aboard at the time.</p>"
    + "<p>Divers will look at the hull tomorrow, according to the port authority, which owns both of the ferries.</p>"
    + "</article></body></html>"
)
LIMITS = FetchLimits(seconds=5, size_bytes=100_000, redirects=3)
PUBLIC = "93.184.215.14"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """A web server on the loopback interface that answers each path with its own function."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.server_port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        self.close_connection = True
        with suppress(OSError):
            self.server.answers[self.path](self)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def content(body: bytes, content_type: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def redirect(to: str, status: int = 302) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", to)
        handler.send_header("Set-Cookie", "seen=1")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def names(**hosts: list[str]) -> Callable[..., list[tuple[Any, ...]]]:
    """A resolver that knows these hosts only ("olve_example" for olve.example)."""

    def resolve(host: str, port: int, family: int, kind: int) -> list[tuple[Any, ...]]:
        if (key := host.replace(".", "_")) not in hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in hosts[key]]

    return resolve


# --- what comes back -----------------------------------------------------------------------------


def test_a_page_comes_back_with_its_type_and_charset(server: Server) -> None:
    server.answers["/ferry"] = content(PAGE.encode("cp1252"), "text/html; charset=ISO-8859-1")
    fetched = fetch(server.url("/ferry#top"), may_connect=anywhere, limits=LIMITS)
    assert fetched == Fetched(server.url("/ferry"), "text/html", "iso-8859-1", PAGE.encode("cp1252"))
    [(_, headers)] = server.requests
    assert headers["User-Agent"] == f"claimx/{__version__}"
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"


def test_a_page_is_read_as_an_article_named_after_its_address(server: Server) -> None:
    server.answers["/2023/ferry-sinks?p=1"] = content(PAGE.encode("cp1252"), "text/html; charset=ISO-8859-1")
    article = read_article(server.url("/2023/ferry-sinks?p=1"), allow_private=True)
    assert article.id == f"127.0.0.1-{server.server_port}-2023-ferry-sinks-p-1"
    assert article.url == server.url("/2023/ferry-sinks?p=1")
    assert "“The ferry sank at its moorings,” the harbour master said" in article.text


def test_text_and_json_are_read_as_what_the_server_calls_them(server: Server) -> None:
    server.answers["/text"] = content(b"---\npublished: 2021-02-05\n---\n<p>A.", "text/plain")
    server.answers["/json"] = content(b'[{"id": "a", "text": "A."}]', "application/json")
    server.answers["/lines"] = content(b'{"id": "a", "text": "A."}\n{"id": "b", "text": "B."}', "application/x-ndjson")
    text = read_article(server.url("/text"), allow_private=True)
    assert (text.text, text.published, text.url) == ("<p>A.", "2021-02-05", server.url("/text"))
    assert read_article(server.url("/json"), allow_private=True).id == "a"
    assert [article.id for article in read_articles(server.url("/lines"), allow_private=True)] == ["a", "b"]


def test_a_packed_answer_is_unpacked(server: Server) -> None:
    server.answers["/ferry"] = content(gzip.compress(PAGE.encode()), Content_Encoding="gzip")
    assert fetch(server.url("/ferry"), may_connect=anywhere, limits=LIMITS).body == PAGE.encode()


def test_redirects_are_followed_relative_ones_too_and_carry_no_cookies(server: Server) -> None:
    server.answers["/old"] = redirect("/new", 301)
    server.answers["/new"] = redirect(server.url("/ferry"), 307)
    server.answers["/ferry"] = content(b"A.", "text/plain")
    assert fetch(server.url("/old"), may_connect=anywhere, limits=LIMITS).url == server.url("/ferry")
    assert all("Cookie" not in headers for _, headers in server.requests)


def test_it_works_inside_a_running_event_loop(server: Server) -> None:
    import asyncio

    server.answers["/ferry"] = content(b"A.", "text/plain")

    async def caller() -> Fetched:
        return fetch(server.url("/ferry"), may_connect=anywhere, limits=LIMITS)

    assert asyncio.run(caller()).body == b"A."


# --- where it may connect ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "ff02::1", "2001:db8::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::93.184.215.14", "64:ff9b::5db8:d70e", "64:ff9b:1::1",
        "2002:5db8:d70e::1", "2001:0:5db8:d70e::1", "4000::1",
    ],
)  # fmt: skip
def test_only_ordinary_hosts_of_the_internet_are_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07::1", "2a00:1450:4001::200e"])
def test_ordinary_hosts_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_the_loopback_is_refused_however_it_is_written(server: Server, host: str) -> None:
    with pytest.raises(FetchRefused, match="not a public address; --allow-private"):
        fetch(server.url("/ferry", host), limits=LIMITS)
    assert server.requests == []


def test_reading_articles_refuses_the_loopback_too(server: Server) -> None:
    with pytest.raises(FetchRefused):
        read_article(server.url("/ferry"))


def test_a_name_is_refused_if_any_of_its_addresses_is_private() -> None:
    with pytest.raises(FetchRefused, match=r"'olve\.example' is at 10\.0\.0\.7, not a public address"):
        fetch("http://olve.example/", limits=LIMITS, resolve=names(olve_example=[PUBLIC, "10.0.0.7"]))


def test_a_name_is_looked_up_once_and_the_connection_goes_to_that_answer(server: Server) -> None:
    """A name that answers differently the second time (DNS rebinding) gets no second time."""
    answers = [["127.0.0.1"], ["10.0.0.7"]]

    def resolve(host: str, port: int, family: int, kind: int) -> list[tuple[Any, ...]]:
        return names(olve_example=answers.pop(0))(host, port, family, kind)

    server.answers["/ferry"] = content(b"A.", "text/plain")
    fetch(server.url("/ferry", "olve.example"), may_connect=anywhere, limits=LIMITS, resolve=resolve)
    [(_, headers)] = server.requests
    assert headers["Host"] == f"olve.example:{server.server_port}"
    assert answers == [["10.0.0.7"]]


def test_an_address_that_takes_no_connection_gives_way_to_the_next(server: Server) -> None:
    server.answers["/ferry"] = content(b"A.", "text/plain")
    resolve = names(olve_example=["::1", "127.0.0.1"])
    assert (
        fetch(server.url("/ferry", "olve.example"), may_connect=anywhere, limits=LIMITS, resolve=resolve).body == b"A."
    )


@pytest.mark.parametrize(
    "to", ["http://10.0.0.7/", "http://[::1]/", "//olve.example/", "http://169.254.169.254/latest", "http://0x0a000007"]
)
def test_a_redirect_to_a_private_address_is_refused(server: Server, to: str) -> None:
    """The address of the first server stands in for a public one."""
    server.answers["/go"] = redirect(to)

    def resolve(host: str, port: int, family: int, kind: int) -> list[tuple[Any, ...]]:
        return (
            names(olve_example=["192.168.0.1"])(host, port, family, kind)
            if "." in host and host[0] == "o"
            else (socket.getaddrinfo(host, port, family, kind))
        )

    with pytest.raises(FetchRefused, match="not a public address"):
        fetch(server.url("/go"), may_connect="127.0.0.1".__eq__, limits=LIMITS, resolve=resolve)


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://olve.example/a", "javascript:alert(1)"])
def test_a_redirect_to_another_scheme_is_refused(server: Server, to: str) -> None:
    server.answers["/go"] = redirect(to)
    with pytest.raises(FetchRefused, match="is not fetched; give an http"):
        fetch(server.url("/go"), may_connect=anywhere, limits=LIMITS)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://olve.example/a", "gopher://olve.example"])
def test_another_scheme_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused, match="is not fetched"):
        read_article(url)


@pytest.mark.parametrize("url", ["http://ann@olve.example/", "https://ann:secret@olve.example/"])
def test_an_address_with_a_login_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused, match="user name or password"):
        fetch(url, resolve=names(olve_example=[PUBLIC]))


@pytest.mark.parametrize(
    "url", ["http://", "http://:80/", "http://olve.example:99999/", "http://[::1/", "http://a\0b/"]
)
def test_an_address_that_is_none_is_an_input_error(url: str) -> None:
    with pytest.raises(InputError, match="not a valid address"):
        fetch(url, limits=LIMITS, resolve=names())


# --- how long, how much --------------------------------------------------------------------------


def test_a_redirect_loop_ends(server: Server) -> None:
    server.answers["/a"] = redirect("/b")
    server.answers["/b"] = redirect("/a")
    with pytest.raises(InputError, match="redirected more than 3 times"):
        fetch(server.url("/a"), may_connect=anywhere, limits=LIMITS)
    assert len(server.requests) == 4


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(60):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        time.sleep(0.05)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b"<p>")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [silent, drip_headers, drip_body])
def test_the_time_limit_is_one_on_the_whole(server: Server, answer: Answer) -> None:
    server.answers["/slow"] = answer
    started = time.perf_counter()
    with pytest.raises(InputError, match=r"no complete answer within 0\.5 s"):
        fetch(server.url("/slow"), may_connect=anywhere, limits=replace(LIMITS, seconds=0.5))
    assert time.perf_counter() - started < 2


def test_a_slow_name_server_counts_too() -> None:
    def resolve(host: str, port: int, family: int, kind: int) -> list[tuple[Any, ...]]:
        time.sleep(1.5)
        return []

    started = time.perf_counter()
    with pytest.raises(InputError, match="no complete answer"):
        fetch("http://olve.example/", limits=replace(LIMITS, seconds=0.3), resolve=resolve)
    assert time.perf_counter() - started < 1.2


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while True:
        handler.wfile.write(b"<p>" * 10_000)


@pytest.mark.parametrize(
    "answer",
    [
        endless,
        content(b"a" * 100_001),
        content(gzip.compress(b"a" * 50_000_000), Content_Encoding="gzip"),
        content(gzip.compress(b"a" * 10, compresslevel=0) + b"\0" * 200_000, Content_Encoding="gzip"),
    ],
    ids=["endless", "large", "gzip bomb", "padding"],
)
def test_the_size_limit_holds_before_and_after_unpacking(server: Server, answer: Answer) -> None:
    server.answers["/large"] = answer
    with pytest.raises(InputError, match=r"larger than 0\.0954 MB"):
        fetch(server.url("/large"), may_connect=anywhere, limits=LIMITS)


# --- what is not usable --------------------------------------------------------------------------


def status(code: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<p>")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(404), "the server answered 404 Not Found"),
        (status(503), "the server answered 503 Service Unavailable"),
        (status(304), "the server answered 304 Not Modified"),
        (content(b"%PDF", "application/pdf"), "the server sent 'application/pdf', not a page, text or JSON"),
        (content(b"A.", ""), "the server sent 'no content type'"),
        (content(b"A.", Content_Encoding="br"), "the server sent 'br' coding, which was not asked for"),
        (content(b"A.", Content_Encoding="gzip, gzip"), "'gzip, gzip' coding, which was not asked for"),
        (content(b"not packed at all", Content_Encoding="gzip"), "the answer is not the gzip data it claims to be"),
        (content(gzip.compress(b"A.")[:-9], Content_Encoding="gzip"), "the answer broke off"),
        (hang_up, "the answer broke off"),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"), "the answer broke off"),
        (redirect("http://[::1/"), "not a valid address"),
    ],
)
def test_an_unusable_answer_is_told_in_one_line(server: Server, answer: Answer, told: str) -> None:
    server.answers["/a"] = answer
    with pytest.raises(InputError) as caught:
        fetch(server.url("/a"), may_connect=anywhere, limits=LIMITS)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(server.url("/a"))


def test_a_name_without_an_address_is_told() -> None:
    with pytest.raises(InputError, match=r"the host 'olve\.example' was not found \(Name or service not known\)"):
        fetch("http://olve.example/", limits=LIMITS, resolve=names())


def test_a_closed_port_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(InputError, match="no connection"):
            fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/", may_connect=anywhere, limits=LIMITS)


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """Trusts the test's own authority and nobody else."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def secure(server: Server, authority: trustme.CA) -> Server:
    """The server, with a certificate for olve.example and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("olve.example").configure_cert(context)
    context.sni_callback = lambda _, name, __: server.requests.append((f"SNI {name}", {}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answers["/ferry"] = content(b"A.", "text/plain")
    return server


def test_the_certificate_is_checked_for_the_name_while_the_address_is_pinned(
    secure: Server, trusting: ssl.SSLContext
) -> None:
    url = secure.url("/ferry", "olve.example", "https")
    resolve = names(olve_example=["127.0.0.1"])
    assert fetch(url, may_connect=anywhere, limits=LIMITS, resolve=resolve, tls=trusting).body == b"A."
    assert secure.requests[0] == ("SNI olve.example", {})
    assert secure.requests[1][1]["Host"] == f"olve.example:{secure.server_port}"


@pytest.mark.parametrize("host", ["sund.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_no_connection(secure: Server, trusting: ssl.SSLContext, host: str) -> None:
    url = secure.url("/ferry", host, "https")
    with pytest.raises(InputError, match=r"no secure connection \((Hostname|IP address) mismatch"):
        fetch(
            url,
            may_connect=anywhere,
            limits=LIMITS,
            resolve=names(sund_example=["127.0.0.1"], **{"127_0_0_1": ["127.0.0.1"]}),
            tls=trusting,
        )
    assert [request for request, _ in secure.requests if request.startswith("/")] == []


def test_an_unknown_authority_is_no_connection(secure: Server) -> None:
    url = secure.url("/ferry", "olve.example", "https")
    with pytest.raises(InputError, match="no secure connection"):
        fetch(url, may_connect=anywhere, limits=LIMITS, resolve=names(olve_example=["127.0.0.1"]))


def test_a_redirect_to_another_name_at_the_same_address_proves_its_own_certificate(
    secure: Server, trusting: ssl.SSLContext
) -> None:
    """A connection kept open for the first name is not good enough for the second."""
    secure.answers["/go"] = redirect(secure.url("/ferry", "sund.example", "https"))
    resolve = names(olve_example=["127.0.0.1"], sund_example=["127.0.0.1"])
    with pytest.raises(InputError, match="no secure connection"):
        fetch(
            secure.url("/go", "olve.example", "https"),
            may_connect=anywhere,
            limits=LIMITS,
            resolve=resolve,
            tls=trusting,
        )


def test_the_environment_neither_adds_a_proxy_nor_trust(
    secure: Server, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    url = secure.url("/ferry", "olve.example", "https")
    with pytest.raises(InputError, match="no secure connection"):
        fetch(url, may_connect=anywhere, limits=LIMITS, resolve=names(olve_example=["127.0.0.1"]))
