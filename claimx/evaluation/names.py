"""Whether two names are the same name, for scoring: gold lists the aliases, so no guessing is needed here."""

from __future__ import annotations

import re
import unicodedata

# Words before a name that say what somebody is, not who. They are dropped only before a word with a capital.
_TITLE_WORDS = """
    mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend father sister rabbi imam sheikh pope cardinal
    archbishop bishop king queen prince princess president vice chancellor premier prime minister secretary senator sen
    representative rep congressman congresswoman governor gov mayor councillor councilman councilwoman commissioner
    ambassador judge attorney general gen colonel col major captain capt lieutenant lt sergeant sgt officer chief
    detective inspector chairman chairwoman chair spokesman spokeswoman spokesperson
"""
TITLES = frozenset(_TITLE_WORDS.split())

_ARTICLES = frozenset({"the", "a", "an"})
_POSSESSIVE = re.compile(r"(?<=\w)['’ʼ]s?(?!\w)", re.IGNORECASE)
_DOTS_OR_APOSTROPHES = re.compile(r"(?<=\w)[.'’ʼ](?=\w)|(?<=\w)\.")
_WORD = re.compile(r"\w+")


def normalise_name(name: str) -> str:
    """Reduce a name to what two writers of the same name have in common.

    In this order: NFKC; possessive endings and the dots of abbreviations go; other punctuation separates words; a
    leading article goes; leading titles go as long as a word with a capital follows; case is folded.

    >>> normalise_name("Prime Minister Anna Kalla")
    'anna kalla'
    >>> normalise_name("the prime minister")
    'prime minister'
    >>> normalise_name("Prime Minister’s Office")
    'prime minister office'
    >>> normalise_name("The U.N. Security Council"), normalise_name("UN security-council")
    ('un security council', 'un security council')
    >>> normalise_name("Mr. O'Neill"), normalise_name("the Workers' Party"), normalise_name("  ")
    ('oneill', 'workers party', '')
    """
    folded = unicodedata.normalize("NFKC", name)
    has_possessive = bool(_POSSESSIVE.search(folded))
    words = _WORD.findall(_DOTS_OR_APOSTROPHES.sub("", _POSSESSIVE.sub("", folded)))
    if len(words) > 1 and words[0].casefold() in _ARTICLES:
        words = words[1:]
    # "Prime Minister's Office" is not somebody called Office, nor "Officer C" somebody called C.
    while not has_possessive and len(words) > 1 and words[0].casefold() in TITLES and _is_name(words[1]):
        words = words[1:]
    return " ".join(words).casefold()


def _is_name(word: str) -> bool:
    return word[0].isupper() and len(word) > 1


def is_same_name(name: str, accepted: tuple[str, ...]) -> bool:
    """Whether a name is, after normalisation, one of those that are accepted.

    >>> is_same_name("the Ministry of Works", ("Works Ministry", "Ministry of Works"))
    True
    """
    normalised = normalise_name(name)
    return bool(normalised) and normalised in map(normalise_name, accepted)


def shares_word(name: str, mention: str) -> bool:
    """Whether two names have a word other than an article in common, whatever its case.

    >>> shares_word("Anna Kalla", "Ms. Kalla"), shares_word("the Council", "the Mayor")
    (True, False)
    """
    return bool(_content_words(name) & _content_words(mention))


def _content_words(name: str) -> set[str]:
    folded = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return set(_WORD.findall(folded)) - _ARTICLES
