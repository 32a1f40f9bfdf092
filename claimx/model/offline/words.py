"""The closed classes of English words, from `closed_classes.toml`."""

from __future__ import annotations

import tomllib
from importlib.resources import files

_CLASSES = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        (files("claimx.model.offline") / "closed_classes.toml").read_text(encoding="utf-8")
    ).items()
}

DETERMINERS = _CLASSES["determiners"]
POSSESSIVES = _CLASSES["possessives"]
SUBJECT_PRONOUNS = _CLASSES["subject_pronouns"]
OBJECT_PRONOUNS = _CLASSES["pronouns_object"]
PREPOSITIONS = _CLASSES["prepositions"]
CONJUNCTIONS = _CLASSES["conjunctions"]
SUBORDINATORS = _CLASSES["subordinators"]
AUXILIARIES = _CLASSES["auxiliaries"]
FINITE_AUXILIARIES = _CLASSES["finite_auxiliaries"]
NEGATIONS = _CLASSES["negations"]
ADVERBS = _CLASSES["adverbs"]
TIME_WORDS = _CLASSES["time_words"]
IRREGULAR_PASTS = _CLASSES["irregular_pasts"]
