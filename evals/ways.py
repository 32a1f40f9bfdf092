"""Every way to run the same articles, held against the first: claims lost, claims duplicated.

    python -m evals.ways [ARTICLES]

The model is the offline one: `claimx extract` in one process, then through batch files in the form of each service,
then on a Ray cluster on this machine where Ray is installed. Each way is the command line in a process of its own. A
claim is lost if its record is not there to the last character, duplicated if it is there once more than locally.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx2

from claimx.model.offline.app import app

# Nothing is sent back for correction, which would take a second batch: rules say the same again.
_OPTIONS = ("-f", "jsonl", "--reasks", "0", "--mode", "json_schema")


def claimx(*arguments: str | Path) -> Counter[str]:
    """The records that a command prints; its remarks go where ours do."""
    command = [sys.executable, "-m", "claimx", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8")
    return Counter(line for line in done.stdout.split("\n") if line)


def through_batch(articles: str, folder: Path, *, of_vllm: bool) -> Counter[str]:
    """Requests out in a file, answered in any order, and back."""
    requests, answers = folder / "requests.jsonl", folder / "answers.jsonl"
    claimx("batch", "write", articles, "-o", requests, *_OPTIONS[2:])
    lines = asyncio.run(
        _answer([json.loads(line) for line in requests.read_text("utf-8").split("\n") if line], of_vllm)
    )
    random.Random(7).shuffle(lines)
    answers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return claimx("batch", "read", answers, "--articles", articles, *_OPTIONS)


async def _answer(requests: list[dict[str, Any]], of_vllm: bool) -> list[dict[str, Any]]:
    lines = []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://offline") as client:
        for number, request in enumerate(requests):
            reply = (await client.post(request["url"], json=request["body"])).raise_for_status()
            response = {"status_code": 200, "request_id": f"r{number}", "body": reply.json()}
            name = f"vllm-{number}" if of_vllm else f"batch_req_{number}"
            lines.append({"id": name, "custom_id": request["custom_id"], "response": response, "error": None})
    return lines


def main() -> int:
    """Print the table; 1 if any way lost or duplicated a claim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", default="seeds/articles")
    articles = parser.parse_args().articles
    local = claimx("extract", articles, *_OPTIONS)
    ways = {"local": local}
    with tempfile.TemporaryDirectory() as folder:
        for name, of_vllm in (("batch, as OpenAI answers", False), ("batch, as vLLM answers", True)):
            ways[name] = through_batch(articles, Path(folder), of_vllm=of_vllm)
    if find_spec("ray"):
        ways["ray"] = claimx("extract", articles, "--engine", "ray", *_OPTIONS)
    print(f"{'':26}{'claims':>8}{'lost':>8}{'duplicated':>12}")
    wrong = 0
    for name, found in ways.items():
        lost, duplicated = (local - found).total(), (found - local).total()
        wrong += lost + duplicated
        print(f"{name:26}{found.total():8,}{lost:8,}{duplicated:12,}")
    if "ray" not in ways:
        print("ray                       is not installed: pip install 'claimx[ray]'")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
