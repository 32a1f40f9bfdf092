"""Mentions → one canonical speaker, by the fullest name that the article itself gives.

A name that the article does not contain is never used: a model may know who "the president" is, but the
article did not say so. Then the words beside the cue stand for the speaker.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from rapidfuzz import fuzz

from claimx.article.names import PRONOUNS, find_names, is_body, strip_titles
from claimx.claims.folding import fold
from claimx.schema import Article, Span, Speaker

# First names this close are two spellings of one ("Alexey", "Alexei"), not two people.
_SAME_SPELLING = 75
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")


class Roster:
    """Everybody an article names, and where."""

    def __init__(self, article: Article) -> None:
        found = ((start, _bare(article.text[start:end])) for start, end in find_names(article.text))
        self._names = [(start, name) for start, name in found if name]
        self._counts = Counter(name for _, name in self._names)
        self._by_last_word: dict[str, list[str]] = {}
        for form in self._counts:
            self._by_last_word.setdefault(_last_word(form), []).append(form)
        known = (article.text, article.title, article.author, article.source)
        self._searchable = _key(" | ".join(part for part in known if part))

    def holds(self, name: str) -> bool:
        """Whether the words of a name stand together in the article, its title, byline or source."""
        key = _key(name)
        return bool(key) and re.search(rf"(?<!\w){re.escape(key)}(?!\w)", self._searchable) is not None

    def has_words(self, phrase: str) -> bool:
        """Whether the article has most words of a role: "head of the union" where it says "the union's head"."""
        words = re.findall(r"\w{3,}", _key(phrase))
        return bool(words) and sum(word in self._searchable for word in words) >= 0.7 * len(words)

    def fullest(self, name: str, near: int) -> str:
        """The fullest form of a name that the article gives.

        Args:
            name: A surname, an acronym, or a name with or without titles.
            near: Offset of the mention: of two people with one surname, the one named last before it is meant.
        """
        bare = _bare(name)
        if not bare or not bare[:1].isupper():
            return name.strip()
        if written_out := self._written_out(bare):
            return written_out
        # A name behind a longer title is known by itself: "Ann Poe" of "Trade Policy Ann Poe".
        known = [] if is_body(bare) else self._by_last_word.get(_last_word(bare), ())
        bare = min((form for form in known if " " in form and bare.endswith(f" {form}")), key=len, default=bare)
        forms = [form for form in self._by_last_word.get(_last_word(bare), ()) if _is_fuller(form, bare)]
        if not forms:
            return bare
        people = _by_spelling(forms)
        if len(people) > 1:
            before = [form for start, form in self._names if start <= near and form in forms]
            if not before:
                return bare
            people = [next(group for group in people if before[-1] in group)]
        return max(_without_titles(people[0]), key=lambda form: (len(form.split()), self._counts[form], form))

    def _written_out(self, acronym: str) -> str | None:
        """What an acronym stands for, if the article writes it out: "European Union" for "EU"."""
        letters = acronym.replace(".", "")
        if not re.fullmatch(r"[A-Z]{2,7}", letters):
            return None
        forms = [form for form in self._counts if _initials(form) == letters]
        return max(forms, key=lambda form: (self._counts[form], form), default=None)


def name_speakers(
    roster: Roster, drafted: Iterable[tuple[str | None, str | None, Span | None, int]]
) -> list[Speaker | None]:
    """One speaker per claim, the same speaker by the same name and role everywhere.

    Args:
        roster: The article's names.
        drafted: Per claim: the name and role that the model gave, the mention beside the cue, and where the
            claim begins.

    Returns:
        Per claim the speaker, or None if neither name nor mention is there.
    """
    claims = list(drafted)
    names = [_name(roster, name, mention, start) for name, _, mention, start in claims]
    roles: dict[str, str] = {}
    for name, (drafted_name, role, mention, _) in zip(names, claims, strict=True):
        if name and (found := _role(roster, name, role, drafted_name, mention)):
            roles.setdefault(_key(name), found)
    # "the foreign minister" is whoever has that role, if just one speaker has.
    holders: dict[str, set[str]] = {}
    for name in names:
        if name and (role := roles.get(_key(name))):
            holders.setdefault(_key(role), set()).add(name)
    named = [next(iter(held)) if name and len(held := holders.get(_key(name), set())) == 1 else name for name in names]
    display: dict[str, str] = {}
    return [
        Speaker(name=display.setdefault(_key(name), name), mention=mention, role=roles.get(_key(name)))
        if name
        else None
        for name, (_, _, mention, _) in zip(named, claims, strict=True)
    ]


def _name(roster: Roster, drafted: str | None, mention: Span | None, start: int) -> str | None:
    near = mention.start if mention else start
    words = " ".join((drafted or "").split())
    if words and words.lower() not in PRONOUNS:
        fullest = roster.fullest(words, near)
        for name in (fullest, words):
            if roster.holds(name):
                return name
    if mention is None:
        return None
    shown = " ".join(mention.text.split()).rstrip(":").lstrip("@") or mention.text
    return roster.fullest(shown, near)


def _role(roster: Roster, name: str, role: str | None, drafted: str | None, mention: Span | None) -> str | None:
    """The role that was given, if the article has its words; else the title in front of the name."""
    if role and role.strip() and _key(role) != _key(name) and roster.has_words(role):
        return " ".join(role.split())
    for form in (drafted, mention.text if mention else None):
        words = " ".join((form or "").split())
        if words.endswith(f" {name}") and len(title := _ARTICLE.sub("", words[: -len(name)].strip())) > 3:
            return title
    return None


def _bare(name: str) -> str:
    """A name without article, titles and possessive."""
    return _POSSESSIVE.sub("", strip_titles(_ARTICLE.sub("", " ".join(name.split()))))


def _is_fuller(form: str, name: str) -> bool:
    """Whether `form` has all words of `name` in order and ends alike: "Ann Mary Poe" for "Ann Poe" and "Poe"."""
    words, wanted = _key(form).split(), _key(name).split()
    if len(words) < len(wanted) or not wanted or words[-1] != wanted[-1]:
        return False
    rest = iter(words)
    return all(word in rest for word in wanted)


def _without_titles(forms: list[str]) -> list[str]:
    """The forms but for those that are a longer title with another form behind it: "Trade Policy Ann Poe".

    A body keeps what stands in front: "UN Security Council" is not "Security Council" with a title.
    """
    names = [form for form in forms if len(form.split()) > 1]
    if any(is_body(form) for form in names):
        return forms
    return [form for form in forms if not any(form.endswith(f" {name}") for name in names)]


def _by_spelling(forms: list[str]) -> list[list[str]]:
    """Forms of one name grouped by person: no two groups have first names that are spelt alike."""
    groups: list[list[str]] = []
    for form in sorted(forms, key=lambda form: -len(form.split())):
        first = form.split()[0]
        for group in groups:
            if len(form.split()) == 1 or any(
                first in other.split() or fuzz.ratio(first, other.split()[0]) >= _SAME_SPELLING for other in group
            ):
                group.append(form)
                break
        else:
            groups.append([form])
    return groups


def _last_word(form: str) -> str:
    return _key(form).rsplit(" ", 1)[-1]


def _initials(form: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s-]+", form) if word[:1].isupper())


def _key(text: str) -> str:
    """A text for comparison: folded signs, lower case, single spaces."""
    return " ".join(fold(text).text.casefold().split())
