"""When two names are one person's: titles, surnames, romanised spellings, initials, forms of address."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from claimx.article.names import Gender, strip_titles
from claimx.claims.folding import fold_text

_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_INITIAL = re.compile(r"[^\W\d_]\.?")
_PARTICLE = re.compile(
    r"al|ben|bin|bint|da|das|de|del|della|den|der|di|dos|du|el|ibn|la|le|ten|ter|van|von|zu", re.IGNORECASE
)
_OF_A_MAN = re.compile(r"(?:mr|sir|lord|prince|king|duke|baron|count|father)\.? ", re.IGNORECASE)
_OF_A_WOMAN = re.compile(
    r"(?:mrs|ms|miss|dame|lady|princess|queen|duchess|baroness|countess|sister)\.? ", re.IGNORECASE
)
# One sound as the romanisations of other alphabets write it: Aleksey and Alexei, Yulia and Julia, Stefan and Stephan.
_ROMANISED = (("ks", "x"), ("ph", "f"), ("kh", "h"), ("ck", "k"), ("c", "k"), ("j", "y"), ("w", "v"), ("y", "i"))


def key(text: str) -> str:
    """A text for comparison: folded signs, lower case, single spaces."""
    return " ".join(fold_text(text).casefold().split())


def bare(name: str) -> str:
    """A name without article, titles and possessive."""
    return _POSSESSIVE.sub("", strip_titles(_ARTICLE.sub("", " ".join(name.split()))))


def without_possessive(name: str) -> str:
    """A name without the "'s" or apostrophe at its end, its white space as it was."""
    return _POSSESSIVE.sub("", name)


def gender_of(name: str) -> Gender | None:
    """What the form of address in front of a name tells: "Mrs Poe"."""
    if _OF_A_MAN.match(name):
        return "male"
    return "female" if _OF_A_WOMAN.match(name) else None


def is_surname(name: str) -> bool:
    """Whether a bare name is a surname alone, with its particles: "Poe", "Van der Berg"."""
    return all(map(_PARTICLE.fullmatch, name.split()[:-1]))


def has_first_initial(name: str) -> bool:
    """Whether an initial stands for the first name: "A. Poe"."""
    return _INITIAL.fullmatch(name.split()[0]) is not None


def is_fuller(form: str, name: str) -> bool:
    """Whether `form` has all words of `name` in order and ends alike: "Ann Mary Poe" for "Ann Poe" and "Poe"."""
    words, wanted = key(form).split(), key(name).split()
    if len(words) < len(wanted) or not wanted or words[-1] != wanted[-1]:
        return False
    rest = iter(words)
    return all(word in rest for word in wanted)


def is_same_person(name: str, other: str) -> bool:
    """Whether two full names differ only in the spelling of first names and in initials that one leaves out.

    >>> is_same_person("Ann Poe", "Ann J. Poe"), is_same_person("Ann Poe", "Ann Mary Poe")
    (True, False)
    """
    (first, *middle, _), (other_first, *other_middle, _) = name.split(), other.split()
    if not _is_same_first_name(first, other_first):
        return False
    if len(middle) == len(other_middle):
        return all(map(_is_same_first_name, middle, other_middle))
    return not (middle and other_middle) and all(map(_INITIAL.fullmatch, middle + other_middle))


def group_by_person(forms: list[str]) -> list[list[str]]:
    """Full names that end alike, grouped by person; a form that may be two people's is in a group of its own."""
    groups: list[list[str]] = []
    # Only those who share a first name, or its first letter where one has no more, need to be compared.
    by_first_name: dict[str, list[list[str]]] = {}
    # Initials come last: "A. Poe" is either's where there are Ann and Abe.
    for form in sorted(forms, key=lambda form: (has_first_initial(form), -len(form.split()), form)):
        near = {id(group): group for name in _first_name_keys(form) for group in by_first_name.get(name, ())}
        alike = [group for group in near.values() if is_same_person(form, group[0])]
        if len(alike) == 1:
            alike[0].append(form)
            continue
        group = [form]
        groups.append(group)
        first = form.split()[0]
        by_first_name.setdefault(spelling(first), []).append(group)
        letter = f"{first[0]}." if has_first_initial(form) else first[0]
        by_first_name.setdefault(letter, []).append(group)
    return groups


def _first_name_keys(form: str) -> tuple[str, ...]:
    """Under what a form's namesakes are filed: "Ann" under "an" and "A", "A." under "a." and "A."."""
    first = form.split()[0]
    if has_first_initial(form):
        return first[0], f"{first[0]}."
    return spelling(first), f"{first[0]}."


@lru_cache(maxsize=4096)
def spelling(name: str) -> str:
    """A name as it sounds, whichever romanisation it is written in.

    >>> spelling("Aleksey") == spelling("Alexei"), spelling("Maria") == spelling("Mario")
    (True, False)
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    sound = "".join(char for char in decomposed if not unicodedata.combining(char))
    for written, heard in _ROMANISED:
        sound = sound.replace(written, heard)
    return re.sub(r"(.)\1", r"\1", sound.replace("ei", "i").replace("ii", "i"))


def initials(form: str) -> str:
    """The first letters of the capitalised words of a name: what its acronym would be."""
    return "".join(word[0] for word in re.split(r"[\s-]+", form) if word[:1].isupper())


def _is_same_first_name(name: str, other: str) -> bool:
    if _INITIAL.fullmatch(name) or _INITIAL.fullmatch(other):
        return name[0] == other[0]
    return spelling(name) == spelling(other)
