"""A model server on a real socket that fails as told, and remembers what was sent to it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from claimx.model.recording import request_digest
from claimx.schema import Article
from tests.doubles import answer, claim, completion

# What a reply can be instead of what was asked for; none of these is for ever.
FAULTS = (
    "500", "503", "429", "drop", "half", "hang", "malformed", "truncated", "fenced", "empty", "no choices",
    "refusal", "null fields", "wrong types", "other schema", "duplicate", "not HTTP JSON",
)  # fmt: skip
Fault = Callable[[int, int], str | None]

_CHUNK = re.compile(r"<(chunk[\w-]*)>\n?(.*)</\1>", re.DOTALL)
_SAID = re.compile(r"(Warden \w+) said (the [a-z]+ \d+ [a-z ]+)\.")


def articles(count: int, *, sentences: int = 20) -> Iterator[Article]:
    """Invented articles, each of another content, about 20 tokens a sentence."""
    for number in range(count):
        lines = [
            f"Warden Quill said the sluice {number * 1000 + line} lay open all night. "
            "Nobody at the weir could tell for how long the water had been running over the old stones."
            for line in range(sentences)
        ]
        yield Article(id=f"a{number:05}", text="\n\n".join(lines), published="2026-05-04")


def never(article: int, number: int) -> str | None:
    """No fault at all."""
    return None


def once_each(every: int) -> Fault:
    """For every so-manieth article one fault at its first request, all kinds by turns."""
    met: set[int] = set()

    def fault(article: int, number: int) -> str | None:
        if article % every or article in met:
            return None
        met.add(article)
        return FAULTS[article // every % len(FAULTS)]

    return fault


class FaultyServer:
    """Finds every "Warden X said the …" in a chunk.

    `fault(article, n)` names what befalls the n-th request (from 0), which is about that article.
    """

    def __init__(self, fault: Fault = never, *, latency_s: float = 0.0, hang_s: float = 5.0) -> None:
        self._fault = fault
        self._latency_s = latency_s
        self._hang_s = hang_s
        self._lock = threading.Lock()
        self.received: list[bytes] = []
        self.faults: dict[str, int] = {}
        self.keys: set[str | None] = set()
        self.in_flight = self.most_in_flight = 0
        self.by_article: Counter[int] = Counter()
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[FaultyServer]:
        """Serve on a free port of this machine."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                owner._serve(self)

            def log_message(self, *_: object) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """Clients that are killed or have waited enough hang up."""

        server = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def _serve(self, http: BaseHTTPRequestHandler) -> None:
        body = http.rfile.read(int(http.headers["content-length"]))
        article = _article(json.loads(body))
        with self._lock:
            number = len(self.received)
            self.by_article[article] += 1
            self.received.append(request_digest(f"{self.url}/chat/completions", body))
            self.keys.add(http.headers["authorization"])
            fault = self._fault(article, number)
            if fault:
                self.faults[fault] = self.faults.get(fault, 0) + 1
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            time.sleep(self._hang_s if fault == "hang" else self._latency_s)
            self._reply(http, json.loads(body), fault)
        finally:
            with self._lock:
                self.in_flight -= 1

    def _reply(self, http: BaseHTTPRequestHandler, body: dict[str, Any], fault: str | None) -> None:
        status, reply = 200, json.dumps(_completion(body, fault))
        headers: dict[str, str] = {}
        if fault in ("500", "503", "429", "400", "401"):
            status, reply = int(fault), json.dumps({"error": {"message": "as told", "code": "told"}})
            headers = {"Retry-After": "0.05"} if fault == "429" else {}
        elif fault == "not HTTP JSON":
            reply = "<html>Welcome to the station's wireless network</html>"
        elif fault == "drop":
            http.close_connection = True
            return
        http.send_response(status)
        for name, value in ({"content-type": "application/json", "content-length": str(len(reply))} | headers).items():
            http.send_header(name, value)
        http.end_headers()
        http.wfile.write(reply[: len(reply) // 2].encode() if fault == "half" else reply.encode())
        if fault == "half":
            http.close_connection = True


def _chunk(body: dict[str, Any]) -> str:
    prompts = (_CHUNK.search(message["content"]) for message in body["messages"])
    return next((match[2] for match in prompts if match), "")


def _article(body: dict[str, Any]) -> int:
    first = re.search(r"sluice (\d+)", _chunk(body))
    return int(first[1]) // 1000 if first else -1


def _completion(body: dict[str, Any], fault: str | None) -> dict[str, Any]:
    """What the model says, with the fault that is in the saying."""
    found: list[tuple[str, str]] = _SAID.findall(_chunk(body))
    drafts = [claim(content, cue="said", mention=name) for name, content in found]
    right = answer(*drafts, speakers=(("Warden Quill", None),)).model_dump()
    text = json.dumps(right)
    if fault == "malformed":
        text = text.replace('": ', '" ', 1)[:-1] + ",}"
    elif fault == "truncated":
        cut = completion(text[: len(text) * 2 // 3], body)
        cut["choices"][0]["finish_reason"] = "length"
        return cut
    elif fault == "fenced":
        text = f"Here you are:\n```json\n{text}\n```"
    elif fault == "empty":
        text = ""
    elif fault == "no choices":
        return completion("", body, choices=[])
    elif fault == "refusal":
        said = {"role": "assistant", "content": None, "refusal": "I would rather not."}
        return completion("", body, choices=[{"index": 0, "finish_reason": "stop", "message": said}])
    elif fault == "null fields":
        text = json.dumps({**right, "claims": [{**item, "content": None} for item in right["claims"]]})
    elif fault == "wrong types":
        text = json.dumps({**right, "claims": [{**item, "stance": 5} for item in right["claims"]]})
    elif fault == "other schema":
        text = json.dumps({"result": [content for _, content in found]})
    elif fault == "duplicate":
        text = json.dumps({**right, "claims": right["claims"] * 2})
    return completion(text, body)
