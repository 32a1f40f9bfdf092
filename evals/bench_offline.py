"""How good the offline model is, how fast, and where it errs.

    python evals/bench_offline.py [GOLD ...]

GOLD is anything that `claimx eval` reads: a folder of labelled articles (seeds/ by default), PolNeAR JSON Lines.
Beside the usual figures it prints attribution F1 on the two parts for which PolNeAR's yardsticks are known: claims
whose content has quotation marks in or around it, and claims whose cue is a verb of saying or "according to"; recall
goes by the gold that belongs to the part, precision by the predictions. Claims that were not found are counted by what
their cue is.
Speed is that of the rules alone, on one core, in articles of 800 words: the median of several rounds over the same
articles, once with the words of the round before still known, once with all words forgotten before each round.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from claimx.article import names
from claimx.evaluation.datasets import read_dataset
from claimx.evaluation.gold import Dataset, Label
from claimx.evaluation.predictions import Prediction, of_claims
from claimx.evaluation.result import Run, build_result
from claimx.evaluation.scoring import ArticleScore, score_dataset
from claimx.evaluation.terminal import make_console, write_result
from claimx.model.client import Endpoint
from claimx.model.offline import people, stances, tokens
from claimx.model.offline.lexicon import cue_forms, cue_nouns
from claimx.model.offline.rules import draft_answer
from claimx.model.prompts import load_prompt
from claimx.runs.runner import extract_all
from claimx.schema import Article, Extraction
from claimx.settings import Settings

Part = Callable[[Article, Label | Prediction], bool]

ATTRIBUTED = frozenset({"correct", "wrong stance", "wrong target", "wrong date"})
WORD = re.compile(r"[^\W\d_]+")
MARKS = re.compile(r"[\"“”«»]|''|``")
WORDS = 800
ROUNDS = 5
REMEMBERED = (tokens._known_words, stances._known, people.is_of_body, names.strip_titles)


async def extract_dataset(dataset: Dataset) -> list[Extraction]:
    """The offline model's extraction of every article."""
    settings = Settings()
    prompt = load_prompt(settings.prompt)
    async with Endpoint(settings) as ask:
        return [one async for one in extract_all([item.article for item in dataset.articles], ask, prompt, settings)]


def has_marks(article: Article, claim: Label | Prediction) -> bool:
    """Whether the content has quotation marks in it or right around it."""
    return any(MARKS.search(article.text[max(0, span.start - 1) : span.end + 1]) for span in claim.content)


def is_spoken(article: Article, claim: Label | Prediction) -> bool:
    """Whether the cue has a verb that can stand beside a quotation, or is "according to"."""
    words = article.text[claim.cue.start : claim.cue.end].casefold().split() if claim.cue else []
    verbs = (verb for word in words for verb, _, _ in cue_forms().get(word, ()))
    return words[:1] == ["according"] or any(verb.takes("quote") for verb in verbs)


def attribution_f1(scores: Sequence[ArticleScore], is_part: Part) -> float:
    """Attribution F1 of one part: recall over the gold, precision over the predictions, that belong to it."""
    gold = predicted = gold_right = predicted_right = 0
    for score in scores:
        for outcome in score.outcomes:
            is_right = outcome.outcome in ATTRIBUTED
            if outcome.outcome == "uncounted" or "fact" in {
                claim.kind for claim in (outcome.gold, outcome.predicted) if claim
            }:
                continue
            if outcome.gold and is_part(score.article, outcome.gold):
                gold, gold_right = gold + 1, gold_right + is_right
            if outcome.predicted and is_part(score.article, outcome.predicted):
                predicted, predicted_right = predicted + 1, predicted_right + is_right
    precision, recall = predicted_right / max(predicted, 1), gold_right / max(gold, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def missed_by_cue(scores: Sequence[ArticleScore]) -> Counter[str]:
    """How many of the claims that were not found at all have which kind of cue."""
    return Counter(
        _kind_of_cue(outcome.gold)
        for score in scores
        for outcome in score.outcomes
        if outcome.outcome == "missed" and outcome.gold and outcome.gold.kind == "claim"
    )


def _kind_of_cue(claim: Label) -> str:
    words = WORD.findall(claim.cue.text.casefold()) if claim.cue else []
    if claim.speaker is None:
        return "no source in the gold"
    if not words:
        return "no cue, or a mark"
    if any(word in cue_forms() or word == "according" for word in words):
        return "a verb of the lexicon, in a construction that no rule knows"
    if any(word in cue_nouns() for word in words):
        return "a noun of the lexicon"
    return "a cue that the lexicon lacks"


def articles_per_second(texts: list[str], *, forgetting: bool) -> float:
    """How many articles of 800 words the rules read in a second of processor time.

    What the rules remember of words makes a second reading faster than a first; `forgetting` empties it before each
    round. News that keeps coming lies between the two.
    """
    words = sum(len(text.split()) for text in texts)
    seconds = []
    for _ in range(ROUNDS):
        if forgetting:
            for remembered in REMEMBERED:
                remembered.cache_clear()
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
        for name, is_part in (("content with quotation marks", has_marks), ("a cue of saying", is_spoken)):
            print(f"Attribution F1, {name}: {100 * attribution_f1(scores, is_part):.1f}")
        print("Claims not found, by their cue:")
        for kind, count in missed_by_cue(scores).most_common():
            print(f"  {count:5d}  {kind}")
        texts = [item.article.text for item in dataset.articles]
        known, new = (articles_per_second(texts, forgetting=forgetting) for forgetting in (False, True))
        print(f"Speed: {known:,.0f} articles of {WORDS} words a second, {new:,.0f} with no word known beforehand.\n")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [Path(__file__).parent.parent / "seeds"])
