"""Keys are sent where they belong and are written nowhere: neither logs nor errors, stores, results or reports."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from claimx.model.client import Endpoint
from claimx.settings import Settings
from tests.doubles import answer, claim, completion

KEY = "sk-sesame-0123456789abcdef"
TOKEN = "team-sesame-fedcba9876543210"
STORY = "Warden Quill said the sluice lay open."


class Echo(BaseHTTPRequestHandler):
    """Answers what the model name asks for, and says the caller's secrets wherever it can."""

    protocol_version = "HTTP/1.1"
    seen: set[tuple[str | None, str | None]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        secrets = self.headers["authorization"], self.headers["x-team-token"]
        self.seen.add(secrets)
        told = f"your headers were {secrets[0]} and {secrets[1]}"
        kind = body["model"]
        said = answer(claim("the sluice lay open", cue="said", mention="Warden Quill"), speakers=((told, told),))
        text = {"echo": said.model_dump_json(), "prose": told, "broken": '{"speakers": [], "' + told}.get(kind, told)
        status = int(kind) if kind.isdecimal() else 200
        reply = json.dumps({"error": {"message": told, "code": told}} if status != 200 else completion(text, body))
        if kind == "page":
            reply = f"<html>{told}</html>"
        self._send(status, reply.encode())

    def do_GET(self) -> None:
        self.seen.add((self.headers["authorization"], self.headers["x-team-token"]))
        self._send(200, json.dumps({"object": "list", "data": [{"id": "echo", "object": "model"}]}).encode())

    def _send(self, status: int, reply: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    Echo.seen = set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


# One process for many commands: most of the time of one is its start.
RUNS_EACH = """
import json, sys
from claimx.cli import main

codes = []
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["claimx", *arguments]
    try:
        main()
    except SystemExit as ended:
        codes.append(ended.code or 0)
with open("codes", "w") as file:
    json.dump(codes, file)
"""


def leaks_of(folder: Path, *commands: list[str]) -> tuple[list[int], list[str]]:
    """The exit codes of these commands, and where they wrote a secret, or a good part of one."""
    secrets = {"CLAIMX_API_KEY": KEY, "CLAIMX_HEADERS": json.dumps({"X-Team-Token": TOKEN})}
    done = subprocess.run(
        [sys.executable, "-c", RUNS_EACH, json.dumps(commands)],
        cwd=folder, env=os.environ | secrets, capture_output=True, timeout=240, check=True,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    written = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    written |= {"stdout": done.stdout, "stderr": done.stderr}
    assert [name for name, raw in written.items() if b"your headers were [key] and [key]" in raw]
    found = [name for name, raw in written.items() if b"sesame-0123" in raw or b"sesame-fedc" in raw]
    codes: list[int] = json.loads(written["codes"])
    return codes, found


@pytest.mark.parametrize("log", [["--log-level", "debug"], ["--log-level", "debug", "--log-json"]])
def test_a_server_that_repeats_secrets_gets_them_written_nowhere(echo: str, tmp_path: Path, log: list[str]) -> None:
    (tmp_path / "a.txt").write_text(STORY)
    kinds = {"echo": 0, "prose": 3, "broken": 3, "page": 3, "400": 3, "401": 1, "404": 1, "422": 3, "429": 3, "500": 3}
    commands = [
        ["extract", "a.txt", "--base-url", echo, "-m", kind, "--store", "s", "--max-attempts", "2",
         "--mode", "json_schema", "-o", f"{kind}.json", *log]
        for kind in kinds
    ]  # fmt: skip
    codes, found = leaks_of(tmp_path, *commands)
    assert Echo.seen == {(f"Bearer {KEY}", TOKEN)}
    assert dict(zip(kinds, codes, strict=True)) == kinds
    assert found == []


def test_reports_results_and_replays_hold_no_secret(echo: str, tmp_path: Path) -> None:
    for folder in ("articles", "labels"):
        (tmp_path / folder).mkdir()
    (tmp_path / "articles" / "a.txt").write_text(STORY)
    (tmp_path / "labels" / "a.json").write_text('{"id": "a", "labels": []}')
    asked = ["--base-url", echo, "-m", "echo", "--mode", "json_schema"]
    codes, found = leaks_of(
        tmp_path,
        ["extract", "articles", *asked, "--store", "s", "-o", "claims.json"],
        ["extract", "articles", *asked, "--store", "s", "--replay", "-f", "csv"],
        ["report", "claims.json", "--articles", "articles", "-o", "report.html"],
        ["eval", ".", *asked, "--json", "result.json", "--html", "result.html", "--junit", "result.xml"],
        ["runs", "show", "s"],
        ["config", "show", *asked, "--json"],
        ["doctor", *asked, "--json"],
    )
    assert codes[:6] == [0] * 6
    assert {"claims.json", "report.html", "result.json", "s"} <= {path.name for path in tmp_path.iterdir()}
    assert found == []


def test_settings_and_what_goes_wrong_with_them_show_no_secret(tmp_path: Path) -> None:
    chosen = Settings(model="m", api_key=KEY, openai_api_key=KEY, headers={"X-Team-Token": TOKEN})  # type: ignore[arg-type,dict-item]
    shown = [repr(chosen), str(chosen), chosen.model_dump_json(), repr(chosen.model_dump()), repr(Endpoint(chosen))]
    try:
        raise RuntimeError(chosen)
    except RuntimeError:
        shown.append(traceback.format_exc())
    for wrong in ({"api_key": [KEY]}, {"headers": {"X Y": TOKEN}}, {"headers": TOKEN}, {"api_key": KEY + "ü"}):
        shown.append(_told(wrong))
    assert not [text for text in shown if "sesame" in text]


def _told(wrong: dict[str, Any]) -> str:
    from claimx.errors import UsageError
    from claimx.settings import resolve_settings

    with pytest.raises(UsageError) as raised:
        resolve_settings({"model": "m", "base_url": "http://127.0.0.1:9/v1"} | wrong, {})
    return str(raised.value) + repr(raised.value) + repr(pickle.dumps(raised.value))
