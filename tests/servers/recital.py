"""An article, and the right answer to it: what the toy model recites, whatever it is asked."""

from __future__ import annotations

from claimx.schema import Article
from tests.doubles import answer, claim, fact

ARTICLE = Article(
    id="orchard",
    published="2026-05-05",
    text=(
        'The orchard at Tarn lost a third of its trees. "We will plant again," Ida Marsh told the growers on Monday. '
        "Her neighbour, Piet Lund, warned that the soil is tired."
    ),
)
ANSWER = answer(
    claim(
        "We will plant again",
        cue="told",
        mention="Ida Marsh",
        text="The orchard will be planted again.",
        stance="favor",
        target="planting",
        date="on Monday",
    ),
    claim(
        "the soil is tired",
        cue="warned",
        mention="Piet Lund",
        speaker=2,
        text="The soil is tired.",
        stance="against",
        target="soil",
    ),
    fact("The orchard at Tarn lost a third of its trees", text="…"),
    speakers=(("Ida Marsh", None), ("Piet Lund", None)),
)
