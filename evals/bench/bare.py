"""The floor: a bare AsyncOpenAI loop over prompts made beforehand, `bare.py URL CONCURRENCY REQUESTS.jsonl`.

A line of the file is the body of one request. Answers are parsed as JSON and counted, and that is all.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from openai import AsyncOpenAI


async def ask_all(url: str, concurrency: int, bodies: list[dict[str, object]]) -> int:
    """The number of claims in all answers."""
    slots = asyncio.Semaphore(concurrency)
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def ask(body: dict[str, object]) -> int:
            async with slots:
                reply = await client.chat.completions.create(**body)  # type: ignore[call-overload]
                return len(json.loads(reply.choices[0].message.content)["claims"])

        return sum(await asyncio.gather(*map(ask, bodies)))


def read_bodies(path: str) -> list[dict[str, object]]:
    """The requests of a file."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    url, concurrency, path = sys.argv[1:]
    print(asyncio.run(ask_all(url, int(concurrency), read_bodies(path))))
