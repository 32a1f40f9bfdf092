"""Small labelled articles, written by the words that count instead of by offsets."""

from __future__ import annotations

from typing import Any

from claimx.evaluation.gold import Dataset, Label, LabelledArticle, labelled_fields
from claimx.evaluation.predictions import Prediction, Predictions, of_predictions
from claimx.evaluation.result import Result, Run, build_result
from claimx.evaluation.scoring import ArticleScore, score_dataset
from claimx.schema import Article, Span


def span(text: str, words: str, nth: int = 0) -> dict[str, Any]:
    """Where `words` stand in `text` for the n-th time."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span.of(text, start, start + len(words)).model_dump()


def item(article: str, *content: str, nth: int = 0, **fields: Any) -> dict[str, Any]:
    """A label or prediction of these stretches; a cue or mention given as a string is looked up in the article."""
    record: dict[str, Any] = {"kind": "claim", "content": [span(article, words, nth) for words in content], **fields}
    if isinstance(record.get("cue"), str):
        record["cue"] = span(article, record["cue"])
    record.setdefault("speaker", None)
    if record["speaker"] and isinstance(record["speaker"].get("mention"), str):
        record["speaker"] = {**record["speaker"], "mention": span(article, record["speaker"]["mention"])}
    return record


def dataset(*articles: tuple[str, list[dict[str, Any]]], **human: float) -> Dataset:
    """Gold for articles called a0, a1, …"""
    labelled = tuple(
        LabelledArticle(Article(id=f"a{number}", text=text), tuple(map(Label.model_validate, labels)))
        for number, (text, labels) in enumerate(articles)
    )
    return Dataset("gold", labelled, labelled_fields([x for one in labelled for x in one.labels]), human)


def predicted(*articles: list[dict[str, Any]]) -> Predictions:
    """Predictions for articles called a0, a1, …"""
    return of_predictions(
        [
            Prediction.model_validate({**record, "article_id": f"a{number}"})
            for number, records in enumerate(articles)
            for record in records
        ]
    )


def as_predictions(gold: Dataset) -> list[dict[str, Any]]:
    """A system that finds exactly the gold."""
    return [
        {"speaker": None, **label.model_dump(exclude_unset=True, mode="json"), "article_id": one.article.id}
        for one in gold.articles
        for label in one.labels
    ]


def predictions_of(records: list[dict[str, Any]]) -> Predictions:
    return of_predictions([Prediction.model_validate(record) for record in records])


def evaluated(gold: Dataset, predictions: Predictions, name: str = "system") -> tuple[Result, list[ArticleScore]]:
    scores = score_dataset(gold, predictions)
    return build_result(gold, predictions, scores, Run(name), resamples=50), scores


def figures(gold: Dataset, predictions: Predictions) -> dict[str, float]:
    """The figures that are scored, rounded to four places."""
    result, _ = evaluated(gold, predictions)
    return {name: round(figure.value, 4) for name, figure in result.figures.items() if figure.value is not None}


def outcomes(gold: Dataset, predictions: Predictions) -> list[str]:
    """What became of each claim of all articles, sorted by name."""
    return sorted(outcome.outcome for score in score_dataset(gold, predictions) for outcome in score.outcomes)
