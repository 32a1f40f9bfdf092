"""One article's gold against its predictions: counts that add up over articles, and what became of each claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from claimx.errors import GoldError
from claimx.evaluation.alignment import Alignment
from claimx.evaluation.anatomy import Outcome
from claimx.evaluation.counting import Counts, count_claims, count_evidence, count_facts
from claimx.evaluation.gold import Dataset, LabelledArticle
from claimx.evaluation.matching import WordIndex
from claimx.evaluation.predictions import Prediction, Predictions
from claimx.schema import Article, Kind


@dataclass(frozen=True)
class ArticleScore:
    """What the scorer says of one article.

    Attributes:
        article: The article.
        counts: How many of each thing there are; a count that could not be taken is not there at all.
        outcomes: What became of each gold and predicted claim and fact, in the order of the article.
    """

    article: Article
    counts: Counts
    outcomes: tuple[Outcome, ...]


def score_dataset(dataset: Dataset, predictions: Predictions) -> list[ArticleScore]:
    """Score each article of a dataset; articles without predictions count as having none.

    Raises:
        GoldError: If a prediction says that it was made on another text of the article.
    """
    for item in dataset.articles:
        digests = {one.article_digest for one in predictions.by_article.get(item.article.id, ()) if one.article_digest}
        if digests - {item.article.digest}:
            raise GoldError("predictions", item.article.id, "they were made on another text of this article")
    return [
        score_article(item, predictions.by_article.get(item.article.id, ()), dataset.labelled, predictions.fields)
        for item in dataset.articles
    ]


def score_article(
    item: LabelledArticle, predictions: Sequence[Prediction], labelled: frozenset[str], filled: frozenset[str]
) -> ArticleScore:
    """Score one article.

    Args:
        item: The article and its gold labels.
        predictions: What was predicted for it.
        labelled: The optional fields that the gold labels, and "fact" if it labels facts.
        filled: The optional fields that the system fills, and "fact" if it predicts facts.
    """
    index = WordIndex(item.article.text)
    counts = Counter[str](count_evidence(item.article, predictions))
    outcomes: list[Outcome] = []
    scored = labelled & filled
    kinds: tuple[Kind, ...] = ("claim", "fact") if "fact" in scored else ("claim",)
    for kind in kinds:
        labels = [label for label in item.labels if label.kind == kind]
        predicted = [prediction for prediction in predictions if prediction.kind == kind]
        alignment = Alignment(labels, predicted, scored, index)
        outcomes += alignment.outcomes()
        counts.update(count_claims(alignment, labelled, filled) if kind == "claim" else count_facts(alignment, scored))
    return ArticleScore(item.article, dict(counts), tuple(sorted(outcomes, key=lambda outcome: outcome.start)))
