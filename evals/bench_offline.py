"""How good the offline model is, how fast, and where it errs.

    python evals/bench_offline.py [GOLD ...]

GOLD is anything that `claimx eval` reads: a folder of labelled articles (seeds/ by default), PolNeAR JSON Lines.
Speed is that of the rules alone, on one core, in articles of 800 words: the median of several rounds.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

from claimx.evaluation.datasets import read_dataset
from claimx.evaluation.gold import Dataset
from claimx.evaluation.predictions import of_claims
from claimx.evaluation.result import Run, build_result
from claimx.evaluation.scoring import score_dataset
from claimx.evaluation.terminal import make_console, write_result
from claimx.model.client import Endpoint
from claimx.model.offline.rules import draft_answer
from claimx.model.prompts import load_prompt
from claimx.runs.runner import extract_all
from claimx.schema import Extraction
from claimx.settings import Settings

WORDS = 800
ROUNDS = 5


async def extract_dataset(dataset: Dataset) -> list[Extraction]:
    """The offline model's extraction of every article."""
    settings = Settings()
    prompt = load_prompt(settings.prompt)
    async with Endpoint(settings) as ask:
        return [one async for one in extract_all([item.article for item in dataset.articles], ask, prompt, settings)]


def articles_per_second(texts: list[str]) -> float:
    """How many articles of 800 words the rules read in a second of processor time."""
    words = sum(len(text.split()) for text in texts)
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for text in texts:
            draft_answer(text)
        seconds.append(time.process_time() - started)
    return words / WORDS / statistics.median(seconds)


def main(paths: list[Path]) -> None:
    """Print figures, what became of every claim, and the speed, for each gold."""
    for path in paths:
        dataset = read_dataset(path)
        extractions = asyncio.run(extract_dataset(dataset))
        predictions = of_claims(claim for extraction in extractions for claim in extraction.claims)
        scores = score_dataset(dataset, predictions)
        result = build_result(dataset, predictions, scores, Run(name="offline", extractions=tuple(extractions)))
        write_result(make_console(), result)
        speed = articles_per_second([item.article.text for item in dataset.articles])
        print(f"Speed: {speed:,.0f} articles of {WORDS} words a second.\n")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [Path(__file__).parent.parent / "seeds"])
