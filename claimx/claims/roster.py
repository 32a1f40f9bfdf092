"""Everybody an article names, and where: the fullest form of a name, and whether the article gives a role."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from claimx.article.names import PRONOUNS, Gender, find_names, is_body, titles
from claimx.article.sentences import split_sentences
from claimx.claims.extent import is_whole_word
from claimx.claims.namesakes import (
    bare,
    gender_of,
    group_by_person,
    has_first_initial,
    initials,
    is_fuller,
    is_same_person,
    is_surname,
    key,
    without_possessive,
)
from claimx.schema import Article, Span

MOST_NAME_WORDS = 12
# Where a sentence ends or turns, which no name or role does.
SENTENCE_MARK = re.compile(r"[!?;…\n。！？]|[a-z]{4,}\.\s|\.\s+(?:The|He|She|It|They|We|I)\b")
_PREPOSITION = re.compile(r"of|for|on|in|at|to|from|by|with|and")
_SMALL_WORD = re.compile(rf"{_PREPOSITION.pattern}|the|an?|s")
_SAYING_OR_MOVING = re.compile(
    r"sa(?:id|ys)|t(?:old|ells)|asked|added|claimed|denied|spoke|speaks|went|goes|came|comes|arrived|returned|walked"
)
# A "former minister" is no minister.
_QUALIFIER = re.compile(r"\b(?:former|ex|acting|deputy|vice|assistant|shadow|interim|one-?time|would-be)(?: | ?- ?)$")
_COMPANY = re.compile(r" (?:Company|Corporation|Corp|Group|Holdings|Industries|Inc|Ltd)\b")
_QUALIFIER_CHARS = 16
_HEADING_CHARS = 140


class Roster:
    """Everybody an article names, and where."""

    def __init__(self, article: Article) -> None:
        text = article.text
        self._counts: Counter[str] = Counter()
        self._starts: dict[str, list[int]] = {}
        self._ends: dict[int, str] = {}
        self._genders: dict[str, set[Gender]] = {}
        self._first_untitled: dict[str, int] = {}
        for start, end in find_names(text):
            shown = text[start:end]
            if not (form := bare(shown)):
                continue
            self._counts[form] += 1
            self._starts.setdefault(form, []).append(start)
            self._ends[start + len(without_possessive(shown))] = form
            if gender := gender_of(shown):
                self._genders.setdefault(form, set()).add(gender)
            if shown.startswith(form) and form not in self._first_untitled and not _is_in_heading(text, start):
                self._first_untitled[form] = start
        self._by_last_word: dict[str, list[str]] = {}
        for form in self._counts:
            self._by_last_word.setdefault(_last_word(form), []).append(form)
        self._openings_of_bodies = {
            form.split()[0] for form in self._counts if " " in form and (is_body(form) or _COMPANY.search(form))
        }
        known = (text, article.title, article.author, article.source)
        self._families: dict[str, list[list[str]]] = {}
        self._searchable = key(" | ".join(part for part in known if part))
        self._text = text

    def holds(self, name: str) -> bool:
        """Whether the words of a name stand together in the article, its title, byline or source."""
        return next(self._places(name), None) is not None

    def proper_name(self, mention: Span) -> str | None:
        """The name that a mention is, with or without a title; None if it is a description or a pronoun."""
        shown = without_possessive(mention.text)
        form = self._ends.get(mention.start + len(shown))
        words = " ".join(shown.split())
        if form is None or not words.endswith(form):
            return None
        if words.casefold() in PRONOUNS or form.split()[-1].casefold() in titles():
            return None
        # The name in "the mayor of Quillmere" is not the mayor's.
        return None if any(map(_PREPOSITION.fullmatch, words[: -len(form)].split())) else form

    def has_role(self, role: str, name: str) -> bool:
        """Whether the article gives a role: in these words, or with all of them in one sentence with the name.

        "Head of the union" is given by "Ann Poe, the union's head", "minister" not by "a former minister".
        """
        words, content = re.findall(r"\w+", key(role)), _content_words(role)
        if not any(len(word) > 2 for word in content) or len(words) > MOST_NAME_WORDS or SENTENCE_MARK.search(role):
            return False
        if len(set(content)) < len(content):
            return False
        if any(word in PRONOUNS or _SAYING_OR_MOVING.fullmatch(word) for word in words):
            return False
        places = list(self._places(role))
        if not places:
            with_all = (self._sentences_with.get(word, set()) for word in (*content, _last_word(name)))
            return bool(set.intersection(*with_all))
        return any(not _QUALIFIER.search(self._searchable[max(0, at - _QUALIFIER_CHARS) : at]) for at in places)

    @cached_property
    def _sentences_with(self) -> dict[str, set[int]]:
        """The numbers of the sentences that hold a word; most articles give roles side by side and need none of it."""
        sentences: dict[str, set[int]] = {}
        for number, (start, end) in enumerate(split_sentences(self._text)):
            for word in _content_words(self._text[start:end]):
                sentences.setdefault(word, set()).add(number)
        return sentences

    def fullest(self, name: str, near: int) -> str:
        """The fullest form of a name that the article gives.

        A full name is filled up with initials only: another middle name may be another person's. A surname is its
        bearer's, unless the article uses it alone before it names anybody so. Of several bodies none is chosen.

        Args:
            name: A surname, an acronym, or a name with or without titles.
            near: Offset of the mention: of two people with one surname, the one named last before it is meant.
        """
        wanted = bare(name)
        if not wanted or not wanted[:1].isupper():
            return name.strip()
        if written_out := self._written_out(wanted):
            return written_out
        # A name behind a longer title is known by itself: "Ann Poe" of "Trade Policy Ann Poe".
        known = [] if is_body(wanted) else self._by_last_word.get(_last_word(wanted), ())
        wanted = min((form for form in known if " " in form and wanted.endswith(f" {form}")), key=len, default=wanted)
        if is_surname(wanted) and not is_body(wanted):
            return self._bearer(wanted, near, name) or wanted
        # "Bank of Quillmere" is no fuller form of "Quillmere".
        alike = [form for form in self._by_last_word.get(_last_word(wanted), ()) if is_body(form) == is_body(wanted)]
        forms = [form for form in alike if is_fuller(form, wanted)]
        if is_body(wanted):
            longest = max(forms, key=self._weight, default=wanted)
            return longest if all(longest.endswith(form) for form in forms) else wanted
        if wanted in self._counts:
            forms = [form for form in forms if is_same_person(form, wanted)]
        people = group_by_person(forms)
        return max(people[0], key=self._weight) if len(people) == 1 else wanted

    def _bearer(self, surname: str, near: int, shown: str) -> str | None:
        """Whose surname it is; None if nobody bears it in full, or if it may be somebody or something else."""
        people = self._families.get(surname)
        if people is None:
            people = self._families[surname] = self._family(surname)
        is_titled = bool(gender_of(shown)) or shown.split()[0] != surname.split()[0]
        if not people or (not is_titled and self._stands_alone(surname, people)):
            return None
        if gender := gender_of(shown):
            people = [person for person in people if self._may_be(person, gender)] or people
        if len(people) > 1:
            last, person = max((max(self._last_before(form, near) for form in person), person) for person in people)
            if last < 0:
                return None
            people = [person]
        return max(people[0], key=self._weight)

    def _family(self, surname: str) -> list[list[str]]:
        """The full names that end in a surname, grouped by person, without those that only have a longer title."""
        alike = self._by_last_word.get(_last_word(surname), ())
        forms = [form for form in alike if not is_body(form) and not is_surname(form) and is_fuller(form, surname)]
        known = set(forms)
        return group_by_person([form for form in forms if known.isdisjoint(_tails(form))])

    def _stands_alone(self, surname: str, people: list[list[str]]) -> bool:
        """Whether a name is used alone before anybody bears it in full, or a body's name begins with it."""
        if surname in self._openings_of_bodies:
            return True
        first = self._first_untitled.get(surname)
        return first is not None and all(first < self._starts[form][0] for person in people for form in person)

    def _may_be(self, person: list[str], gender: Gender) -> bool:
        known = {gender for form in person for gender in self._genders.get(form, ())}
        return not known or gender in known

    def _last_before(self, form: str, near: int) -> int:
        """Offset of the last place up to `near` where a form stands; -1 if there is none."""
        starts = self._starts[form]
        at = bisect_right(starts, near) - 1
        return starts[at] if at >= 0 else -1

    def _weight(self, form: str) -> tuple[bool, int, int, str]:
        return not has_first_initial(form), len(form.split()), self._counts[form], form

    def _written_out(self, acronym: str) -> str | None:
        """What an acronym stands for, if the article writes it out: "European Union" for "EU"."""
        letters = acronym.replace(".", "")
        if not re.fullmatch(r"[A-Z]{2,7}", letters):
            return None
        forms = [form for form in self._counts if initials(form) == letters and self._explains(form, acronym)]
        return max(forms, key=lambda form: (self._counts[form], form), default=None)

    def _explains(self, form: str, acronym: str) -> bool:
        """Whether a form is what an acronym stands for, and not a person with these initials."""
        pairs = (f"{form} ({acronym})", f"{acronym} ({form})")
        return is_body(form) or any(key(pair) in self._searchable for pair in pairs)

    def _places(self, words: str) -> Iterator[int]:
        """Where words stand whole in the searchable text."""
        wanted = key(words)
        at = self._searchable.find(wanted) if wanted else -1
        while at >= 0:
            if is_whole_word(self._searchable, at, at + len(wanted)):
                yield at
            at = self._searchable.find(wanted, at + len(wanted))


def _is_in_heading(text: str, at: int) -> bool:
    """Whether an offset lies in a short line that does not end as a sentence does."""
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)].rstrip(" \t\"”’'»)")
    return len(line) <= _HEADING_CHARS and not line.endswith((".", "!", "?", "…", ":"))


def _content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", key(text)) if not _SMALL_WORD.fullmatch(word)]


def _tails(form: str) -> list[str]:
    """The shorter names that a name ends in: "Ann Poe" and "Poe" of "Policy Ann Poe"."""
    words = form.split(" ")
    return [" ".join(words[at:]) for at in range(1, len(words))]


def _last_word(form: str) -> str:
    return key(form).rsplit(" ", 1)[-1]
