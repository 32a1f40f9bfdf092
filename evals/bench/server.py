"""A model server that costs next to nothing: HTTP/1.1 on one event loop, a fixed or spread latency, true quotations.

    python -m evals.bench.server --latency 0.2            # 200 ms each
    python -m evals.bench.server --latency 0.05 0.95      # evenly spread; the n-th request always waits as long

It prints its port, answers until it is ended, and tells at GET /stats what it has seen. It answers claimx in the form
that claimx asks for and LangExtract in its own, with claims whose words stand in the text that was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
from typing import Any

# The text to be read: claimx encloses it in <chunk>, LangExtract writes "Q: … A:".
_ENCLOSED = re.compile(r"<(chunk[\w-]*)>\n(.*)\n</\1>\s*\Z", re.DOTALL)
_QUESTION = re.compile(r"\nQ: (?!.*\nQ: )(.*)\nA:\s*\Z", re.DOTALL)
_REPORT = re.compile(r"([A-Z]\w+ [A-Z]\w+) (said|warned|denied) that ([^.\n]+)\.")
_SENTENCE = re.compile(r"[A-Z][^.!?\n]{20,300}(?=[.!?])")
_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"


class State:
    """What the server has seen so far."""

    def __init__(self, latency_s: tuple[float, float], claims: int, *, keeps_prompts: bool) -> None:
        self.latency_s = latency_s
        self.claims = claims
        self.prompts: list[list[dict[str, Any]]] | None = [] if keeps_prompts else None
        self.dice = random.Random(8)
        self.requests = self.connections = self.in_flight = self.most_in_flight = self.answer_bytes = 0
        self.waited_s = 0.0

    def stats(self) -> dict[str, Any]:
        """All of it, for JSON; `waited_s` is the sum of all latencies."""
        return {
            "requests": self.requests,
            "connections": self.connections,
            "most_in_flight": self.most_in_flight,
            "waited_s": self.waited_s,
            "answer_bytes": self.answer_bytes,
            "prompts": self.prompts,
        }


class Connection(asyncio.Protocol):
    """One client's connection: requests one after the other, each answered after its latency."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._received = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._state.connections += 1

    def data_received(self, data: bytes) -> None:
        """Take what came; answer each request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end]).lower()
            size = re.search(rb"\r\ncontent-length: *(\d+)", head)
            whole = end + 4 + (int(size[1]) if size else 0)
            if len(self._received) < whole:
                return
            body = bytes(self._received[end + 4 : whole])
            del self._received[:whole]
            if head.startswith(b"post"):
                self._answer(json.loads(body))
            else:
                self._send(json.dumps(self._state.stats()).encode())

    def _answer(self, request: dict[str, Any]) -> None:
        state = self._state
        state.requests += 1
        state.in_flight += 1
        state.most_in_flight = max(state.most_in_flight, state.in_flight)
        if state.prompts is not None:
            state.prompts.append(request["messages"])
        seconds = state.dice.uniform(*state.latency_s)
        state.waited_s += seconds
        text = answer(request, state.claims)
        state.answer_bytes += len(text.encode())
        reply = json.dumps(_completion(text)).encode()
        asyncio.get_running_loop().call_later(seconds, self._end, reply)

    def _end(self, reply: bytes) -> None:
        self._state.in_flight -= 1
        self._send(reply)

    def _send(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_JSON % (len(body), body))


def answer(request: dict[str, Any], claims: int) -> str:
    """What the model says: up to so many claims from the text of the last message."""
    message = request["messages"][-1]["content"]
    if enclosed := _ENCLOSED.search(message):
        return json.dumps(_for_claimx(enclosed[2], claims), ensure_ascii=False)
    question = _QUESTION.search(message)
    return json.dumps(_for_langextract(question[1] if question else message, claims), ensure_ascii=False)


def _for_claimx(text: str, count: int) -> dict[str, Any]:
    reports = _REPORT.findall(text)[:count]
    names = list(dict.fromkeys(name for name, _, _ in reports))
    found = [(content, cue, name, 1 + names.index(name)) for name, cue, content in reports]
    found += [(sentence, None, None, 0) for sentence in _SENTENCE.findall(text)[: count - len(found)]]
    return {
        "speakers": [{"name": name, "role": None} for name in names],
        "claims": [
            {
                "content": [content],
                "cue": cue,
                "mention": mention,
                "speaker": speaker,
                "text": "…",
                "stance": "neutral",
                "target": "the matter",
                "date": None,
            }
            for content, cue, mention, speaker in found
        ],
        "facts": [],
    }


def _for_langextract(text: str, count: int) -> dict[str, Any]:
    about = {"speaker": "somebody", "stance": "neutral", "target": "the matter", "date": ""}
    found = [content for _, _, content in _REPORT.findall(text)] or _SENTENCE.findall(text)
    return {"extractions": [{"claim": content, "claim_attributes": about} for content in found[:count]]}


def _completion(text: str) -> dict[str, Any]:
    return {
        "id": "bench",
        "object": "chat.completion",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


async def serve(state: State) -> None:
    """Serve on a free port of this machine, whose number is printed."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--latency", type=float, nargs="+", default=[0.0])
    options.add_argument("--claims", type=int, default=3)
    options.add_argument("--keep-prompts", action="store_true")
    given = options.parse_args()
    asyncio.run(serve(State((given.latency[0], given.latency[-1]), given.claims, keeps_prompts=given.keep_prompts)))
