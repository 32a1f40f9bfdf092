"""Which fields of a predicted claim are right, given the gold claim that it was paired with."""

from __future__ import annotations

from claimx.evaluation.gold import GoldSpeaker, Label
from claimx.evaluation.matching import WordIndex
from claimx.evaluation.names import is_same_name, shares_word
from claimx.evaluation.predictions import PredictedSpan, PredictedSpeaker, Prediction
from claimx.schema import Span

Verdicts = dict[str, bool]


def judge(label: Label, prediction: Prediction, scored: frozenset[str], index: WordIndex) -> Verdicts:
    """Say of each scored field whether it is right.

    Stance and target are judged only where the label gives them; the speaker of a claim always is; a fact
    has no field but the date.

    Args:
        label: The gold claim.
        prediction: The predicted claim it is paired with.
        scored: The optional fields that both sides fill.
        index: The words of the article.
    """
    verdicts: Verdicts = {}
    if label.kind == "claim":
        verdicts["speaker"] = is_same_speaker(label.speaker, prediction.speaker, index)
        if label.quotation:
            verdicts["quotation"] = prediction.quotation == label.quotation
        if label.stance:
            verdicts["stance"] = prediction.stance in (label.stance, *label.stance_alternatives)
        if label.target:
            accepted = (label.target.name, *label.target.aliases)
            verdicts["target"] = prediction.target is not None and is_same_name(prediction.target.name, accepted)
        verdicts["cue"] = _touches(label.cue, prediction.cue, index)
    verdicts["date"] = _date_value(prediction) in (label.date.value if label.date else None, *label.date_alternatives)
    return {field: is_right for field, is_right in verdicts.items() if field == "speaker" or field in scored}


def is_same_speaker(gold: GoldSpeaker | None, predicted: PredictedSpeaker | None, index: WordIndex) -> bool:
    """Whether the speaker is the same.

    Gold without a speaker pairs only with none. Where gold has a name, the predicted name (or, if there is none, the
    predicted mention) must be that name or one of its aliases after normalisation. Where gold has only a mention,
    the predicted mention must share a word of the article with it, or, if there is none, the predicted name
    must share a word with it.
    """
    if gold is None or predicted is None:
        return gold is None and predicted is None
    name = predicted.name or (predicted.mention.text if predicted.mention else None) or ""
    if gold.name:
        return is_same_name(name, (gold.name, *gold.aliases))
    if gold.mention and predicted.mention:
        return _touches(gold.mention, predicted.mention, index)
    return gold.mention is not None and shares_word(name, gold.mention.text)


def _touches(gold: Span | None, predicted: PredictedSpan | None, index: WordIndex) -> bool:
    """Whether two spans share a word, or both are missing; gold without a word (a colon as cue) shares a character."""
    if gold is None or predicted is None:
        return gold is None and predicted is None
    if words := index.words([gold]):
        return not words.isdisjoint(index.words([predicted]))
    return gold.start < predicted.end and predicted.start < gold.end


def _date_value(prediction: Prediction) -> str | None:
    return prediction.date.value if prediction.date else None
