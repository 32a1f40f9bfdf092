"""The reporting verbs of `cues.tsv`, by every form in which a text may write them, and the nouns of `noun_cues.tsv`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from claimx.schema import Stance

# The words of the lexicon are of letters and hyphens alone.
_HEADLINE_CHARS = 150
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
Form = Literal["base", "third", "past", "participle", "ing"]


@dataclass(frozen=True, slots=True)
class CueVerb:
    """A reporting verb: what it says of the speaker's stance, and what may carry the content.

    Content may follow one of `prepositions` ("called for peace"), or be a noun phrase
    with one of `companions` after it ("described it as peace").
    """

    verb: str
    polarity: Stance
    complements: frozenset[str]
    prepositions: frozenset[str]
    companions: frozenset[str]

    def takes(self, *complements: str) -> bool:
        """Whether the verb takes any of these complements."""
        return not self.complements.isdisjoint(complements)


@dataclass(frozen=True, slots=True)
class CueNoun:
    """A noun that reports: what it says of the stance, and what may link it to the content."""

    polarity: Stance
    links: frozenset[str]


@cache
def cue_forms() -> dict[str, tuple[tuple[CueVerb, frozenset[Form], str | None], ...]]:
    """Every form of every verb: the verb, the forms that look so, and the particle that must follow (or None)."""
    table: dict[str, list[tuple[CueVerb, frozenset[Form], str | None]]] = {}
    for line in (files("claimx.model.offline") / "cues.tsv").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith(("#", "verb\t")):
            continue
        verb, polarity, complements, *irregular = line.split("\t")
        words = complements.split()
        entry = CueVerb(
            verb,
            polarity,  # type: ignore[arg-type]
            frozenset(word for word in words if word[0] not in "+="),
            frozenset(word[1:] for word in words if word.startswith("+")),
            frozenset(word[1:] for word in words if word.startswith("=")),
        )
        first, _, particle = verb.partition(" ")
        forms: dict[str, set[Form]] = {first: {"base"}} if entry.takes("adjective") else _inflect(first, irregular)
        for form, names in forms.items():
            if entry.takes("past") and "past" not in names:
                continue
            table.setdefault(form, []).append((entry, frozenset(names), particle or None))
    # The longer verb is tried first: "point out" before "point".
    return {form: tuple(sorted(rows, key=lambda row: row[2] is None)) for form, rows in table.items()}


@cache
def cue_nouns() -> dict[str, CueNoun]:
    """The nouns of `noun_cues.tsv`, singular and plural."""
    nouns = {}
    for line in (files("claimx.model.offline") / "noun_cues.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "noun\t")):
            words, polarity, links = line.split("\t")
            entry = CueNoun(polarity, frozenset(links.split()))  # type: ignore[arg-type]
            nouns.update(dict.fromkeys(words.split(), entry))
    return nouns


def may_report(text: str, start: int, end: int) -> bool:
    """Whether a sentence has a word that may report: half of the sentences have none and need no closer look."""
    sentence = text[start:end]
    # A capital inside a sentence makes a name of a word, but all words of a headline have one.
    sentence = sentence.lower() if len(sentence) < _HEADLINE_CHARS else sentence[0].lower() + sentence[1:]
    single, phrasal = _triggers()
    # Most words that may report stand between spaces, where they are seen in a quarter of the time.
    if not single.isdisjoint(sentence.split()):
        return True
    words = _WORD.findall(sentence)
    if not single.isdisjoint(words):
        return True
    return any(not phrasal[word].isdisjoint(words) for word in words if word in phrasal)


@cache
def _triggers() -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The words that may report by themselves, and those that may with one of some particles."""
    forms = cue_forms()
    single = {form for form, rows in forms.items() if any(particle is None for _, _, particle in rows)}
    phrasal = {
        form: frozenset(str(particle) for _, _, particle in rows) for form, rows in forms.items() if form not in single
    }
    return frozenset(single | cue_nouns().keys() | {"according"}), phrasal


@cache
def report_words() -> frozenset[str]:
    """Every word at which a report may be found: forms of verbs, nouns, "according"."""
    return frozenset(cue_forms().keys() | cue_nouns().keys() | {"according"})


@cache
def finite_forms() -> frozenset[str]:
    """The forms that may be finite: "said", not "saying" or "seen"."""
    return frozenset(
        form for form, rows in cue_forms().items() if any(names & {"past", "third", "base"} for _, names, _ in rows)
    )


def _inflect(verb: str, irregular: list[str]) -> dict[str, set[Form]]:
    """The forms of a verb; where spelling may double the last letter, both spellings."""
    past, participle, ing = [part.partition(" ")[0] for part in [*irregular, "", "", ""][:3]]
    stems = {verb}
    if verb.endswith("e"):
        stems = {verb[:-1]}
    elif re.search(r"[^aeiou][aeiou][bdglmnprt]$", verb):
        stems = {verb, verb + verb[-1]}
    y = re.search(r"[^aeiou]y$", verb)
    pasts = {past} if past else {verb[:-1] + "ied"} if y else {stem + "ed" for stem in stems}
    participles = {participle} if participle else pasts
    ings = {ing} if ing else {stem + "ing" for stem in stems}
    if y:
        third = verb[:-1] + "ies"
    elif re.search(r"(?:s|sh|ch|x|z|o)$", verb):
        third = verb + "es"
    else:
        third = verb + "s"
    forms: dict[str, set[Form]] = {}
    for names, form in (
        ({verb}, "base"),
        ({third}, "third"),
        (pasts, "past"),
        (participles, "participle"),
        (ings, "ing"),
    ):
        for name in names:
            forms.setdefault(name, set()).add(form)  # type: ignore[arg-type]
    return forms
