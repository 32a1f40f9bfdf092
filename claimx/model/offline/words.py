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
LONE_PRONOUNS = _CLASSES["lone_pronouns"]
OBJECT_PRONOUNS = _CLASSES["object_pronouns"]
PREPOSITIONS = _CLASSES["prepositions"]
CONJUNCTIONS = _CLASSES["conjunctions"]
SUBORDINATORS = _CLASSES["subordinators"]
AUXILIARIES = _CLASSES["auxiliaries"]
FINITE_AUXILIARIES = _CLASSES["finite_auxiliaries"]
FORMS_OF_BE = _CLASSES["forms_of_be"]
NEGATIONS = _CLASSES["negations"]
ADVERBS = _CLASSES["adverbs"]
TIME_WORDS = _CLASSES["time_words"]
IRREGULAR_PASTS = _CLASSES["irregular_pasts"]
NAME_PARTICLES = _CLASSES["name_particles"]
BEFORE_BASE_FORM = _CLASSES["before_base_form"]
BEFORE_TO = _CLASSES["before_to"]
BEFORE_VERB = _CLASSES["before_verb"]
DOCUMENTS = _CLASSES["documents"]
BODY_NOUNS = _CLASSES["body_nouns"]
BODY_WORDS = BODY_NOUNS | _CLASSES["body_words"]
PERSON_NOUNS = _CLASSES["person_nouns"]
MALE_WORDS = _CLASSES["male_words"]
FEMALE_WORDS = _CLASSES["female_words"]
NOT_ADVERBS = _CLASSES["not_adverbs"]
MALE_NAMES = _CLASSES["male_names"]
FEMALE_NAMES = _CLASSES["female_names"] - MALE_NAMES
