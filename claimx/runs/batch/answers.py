"""Answer files of OpenAI's Batch API and of `vllm run-batch`, error files too: one JSON object a line, in any order.

Source:
    OpenAI API reference, "The request output object"; vLLM, `vllm/entrypoints/openai/run_batch.py`
    (`BatchRequestOutput`), whose failed lines have no body and an error that is an object or a bare text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from claimx.errors import InputError
from claimx.model.recording import REFUSALS, Recorded

# A reply is at most 16 MiB, and JSON in JSON at most doubles it.
_LONGEST_LINE = 40 << 20
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """One line: a reply, or the problem for which there is none.

    Attributes:
        place: File and line, for people.
        custom_id: As it stands there.
        reply: A completion (status 200), or a refusal that the request alone accounts for.
        problem: Why there is no completion.
    """

    place: str
    custom_id: str
    reply: Recorded | None
    problem: str | None

    @property
    def key(self) -> bytes | None:
        """The key of the reply; None if the line answers no request of claimx."""
        return bytes.fromhex(self.custom_id) if _KEY.fullmatch(self.custom_id) else None


def read_answers(name: str, stream: BinaryIO) -> Iterator[BatchAnswer | str]:
    """Read the lines of one answer file; a line that cannot be read is a remark about it.

    Raises:
        InputError: If not one of the lines is an answer, although there are some.
    """
    answers = 0
    first: str | None = None
    for number, line in _lines(stream):
        place = f"{name}: line {number}"
        problem = f"longer than {_LONGEST_LINE >> 20} MB"
        try:
            answer = _parse(line, place) if len(line) <= _LONGEST_LINE else None
        except ValueError as error:
            answer, problem = None, str(error)
        if answer:
            answers += 1
            yield answer
        else:
            first = first or f"line {number} {problem}"
            yield f"{place} {problem}"
        if first and not answers and number >= 100:
            break
    if first and not answers:
        raise InputError(name, f"is no answer file of a batch: {first}")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1; of one that is too long only the beginning."""
    number = 0
    while line := stream.readline(_LONGEST_LINE + 1):
        number += 1
        piece = line
        while not piece.endswith(b"\n") and (piece := stream.readline(_LONGEST_LINE + 1)):
            pass
        if number == 1:
            line = line.removeprefix(_BOM)
        if line.strip():
            yield number, line


def _parse(line: bytes, place: str) -> BatchAnswer:
    """Raises ValueError if the line is no answer, saying what it is."""
    if line.startswith(_UTF_16):
        raise ValueError("is UTF-16; convert the file to UTF-8")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        is_cut = not line.endswith(b"\n") and line.startswith(b"{")
        raise ValueError("is cut off; fetch the file again" if is_cut else "is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("custom_id"), str):
        batch = isinstance(value, dict) and value.get("object") == "batch"
        raise ValueError("is a batch itself; fetch its output_file_id" if batch else "has no custom_id")
    if "response" not in value and "error" not in value:
        raise ValueError("is a request; give the answers" if "body" in value else "has neither response nor error")
    reply, problem = _reply(value.get("response"), value.get("error"))
    return BatchAnswer(place, value["custom_id"], reply, problem)


def _reply(response: Any, error: Any) -> tuple[Recorded | None, str | None]:
    if not isinstance(response, dict):
        return None, _message(error) or "the line holds no response"
    status, body = response.get("status_code", 200), response.get("body")
    if status == 200 and not error:
        choices = body.get("choices") if isinstance(body, dict) else None
        if isinstance(choices, list) and choices:
            return _recorded(200, body), None
        return None, "its body is no completion"
    if type(status) is not int:
        return None, "its status is no whole number"
    problem = f"{status}: {_message(error) or _message(body) or 'no message'}"
    if status in REFUSALS:
        told = body if isinstance(body, dict) else error if isinstance(error, dict) and "error" in error else None
        return _recorded(
            status, told or {"error": error if isinstance(error, dict) else {"message": str(error)}}
        ), problem
    return None, problem


def _recorded(status: int, body: Any) -> Recorded:
    # ASCII, since a body may hold half a character, which UTF-8 cannot carry.
    return Recorded(status, "application/json", json.dumps(body, separators=(",", ":")).encode())


def _message(error: Any) -> str:
    """What an error says, from the shapes that are in use, on one line; "" for none."""
    while isinstance(error, dict):
        error = error.get("error") or error.get("message") or error.get("detail") or error.get("code")
    return " ".join(str(error).split())[:300] if error else ""
