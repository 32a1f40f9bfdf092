"""Whom a mention means: full names, roles, and the antecedents of pronouns."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from claimx.article.names import PRONOUNS, find_names, strip_titles, titles
from claimx.model.offline.attributions import Attribution

Span = tuple[int, int]
_LEADING = re.compile(r"^(?:the|a|an|this|that|these|those) ", re.IGNORECASE)
_LOWER_FIRST = re.compile(
    r"^(?:The|A|An|This|That|These|Those|His|Her|Its|Their|Some|Many|Several|One|Two|Three|Both|Most)\b"
)
_POSSESSIVE_PRONOUN = re.compile(r"^(his|her|its|their) (?=\S)", re.IGNORECASE)
_BODY = re.compile(
    r"\b(?:Ministry|Department|Agency|Union|Party|Council|Committee|Commission|Court|Bank|Group|Association|Federation|"
    r"Office|Institute|University|House|Senate|Parliament|Government|Company|Corp|Inc|Ltd|Police|Board|Bureau|Society|"
    r"Foundation|Organi[sz]ation|Network|Campaign|Post|Times|News|Journal|Review|Courier|Herald|Tribune|Center|Centre|"
    r"Alliance|League|Authority|Management|Trust|Fund|College|School|Hospital|Water|Energy|Street|Road|Valley|City)\b"
)
_BODY_NOUNS = frozenset(
    (
        "ministry",
        "department",
        "agency",
        "union",
        "party",
        "council",
        "committee",
        "commission",
        "court",
        "bank",
        "group",
    )
    + ("association", "federation", "institute", "university", "government", "company", "firm", "board", "charity")
    + (
        "regulator",
        "newspaper",
        "campaign",
        "organisation",
        "organization",
        "league",
        "bloc",
        "manufacturer",
        "operator",
    )
)
_MALE = re.compile(
    r"\b(?:Mr|Sir|Lord|King|Prince|Mister|chairman|spokesman|congressman|businessman|father|brother|son|husband)\b\.?"
)
_FEMALE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Dame|Lady|Queen|Princess|chairwoman|spokeswoman|congresswoman|businesswoman|mother|sister|daughter|wife|woman)\b\.?"
)
_ROLE_AFTER = re.compile(r", ((?:the|a|an|its|their|his|her) [^,.;:!?\n“”\"()]{3,80}|[a-z][^,.;:!?\n“”\"()]{3,80})[,.]")
_AGE_OR_RELATIVE = re.compile(r",? (?:\d\d|who)\b")
_PERSON_NOUNS = frozenset(
    (
        "man",
        "woman",
        "person",
        "someone",
        "source",
        "official",
        "boy",
        "girl",
        "parent",
        "reader",
        "user",
        "employee",
        "worker",
    )
    + ("expert", "lawmaker", "insider", "patient", "customer", "passenger", "supporter", "voter", "member")
)
_PARTICIPLE = re.compile(r" (?:published|released|issued|filed|written|seen|conducted|commissioned)$")
_SPACES = re.compile(r"\s+")
_FAR = 2500
_MEMORY = 200
_NAMESAKES = 20


@dataclass(slots=True, eq=False)
class Person:
    """Somebody, or something, that speaks: the fullest name, and what pronouns fit."""

    name: str
    role: str | None = None
    gender: str | None = None
    is_person: bool = False
    speaks: bool = False
    heads: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    bare: str
    prefix: str


def name_speakers(text: str, attributions: Sequence[Attribution], subjects: Sequence[Span]) -> list[Person]:
    """For each attribution, its speaker; one object for one speaker.

    Mentions are read in the order of the text together with the subjects of the
    sentences, so that "she" finds whom the text was about.
    """
    cast = _Cast(text)
    people: dict[int, Person] = {}
    mentions = [(item.referent, number) for number, item in enumerate(attributions)]
    mentions += [(subject, -1) for subject in subjects]
    for span, number in sorted(mentions, key=lambda mention: (mention[0], mention[1])):
        if number < 0:
            cast.notice(span)
        else:
            people[number] = cast.resolve(span)
    return [people[number] for number in range(len(attributions))]


class _Cast:
    """Everybody mentioned so far, most recent last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = [_name(text, start, end) for start, end in find_names(text)]
        self.starts = [name.start for name in self.names]
        self.full = _full_names([name.bare for name in self.names])
        self.known: dict[str, Person] = {}
        self.recent: list[tuple[int, Person]] = []
        self.persons = {
            form for name in self.names if _is_person(text, name) for form in (name.bare, self._fullest(name))
        }

    def notice(self, span: Span) -> None:
        """Remember what a sentence is about."""
        lower = self._words(span).lower()
        if lower in PRONOUNS:
            if person := self._antecedent(span[0], lower):
                self._touch(span[0], person)
        elif name := self._head_name(span):
            self._touch(span[0], self._named(name))
        elif _LEADING.match(lower):
            self._touch(span[0], self._described(span, self._words(span)))

    def resolve(self, span: Span) -> Person:
        """Whom the mention at `span` means."""
        words = self._words(span)
        lower = words.lower()
        if lower in ("i", "we", "me", "us"):
            return self._known("the author")
        if lower in ("a", "answer", "you"):
            person = self._interviewee()
        elif lower in PRONOUNS:
            person = self._antecedent(span[0], lower) or self._known(words)
        elif name := self._head_name(span):
            person = self._named(name)
            if person.role is None:
                person.role = self._role(span, name)
        else:
            person = self._described(span, words)
        person.speaks = True
        self._touch(span[0], person)
        return person

    def _words(self, span: Span) -> str:
        return _SPACES.sub(" ", self.text[slice(*span)]).strip()

    def _touch(self, at: int, person: Person) -> None:
        self.recent.append((at, person))

    def _known(self, name: str) -> Person:
        key = _LEADING.sub("", name).lower()
        if key not in self.known:
            self.known[key] = Person(name)
        return self.known[key]

    def _named(self, name: _Name) -> Person:
        person = self._known(self._fullest(name))
        person.is_person = person.is_person or name.bare in self.persons or person.name in self.persons
        if person.gender is None:
            person.gender = "male" if _MALE.search(name.prefix) else "female" if _FEMALE.search(name.prefix) else None
        return person

    def _fullest(self, name: _Name) -> str:
        """The fullest form of a name; of two families' the one mentioned last."""
        candidates = [
            full for full in self.full.get(name.bare, []) if not full.endswith(name.bare) or " " not in name.bare
        ]
        if len({candidate[:2] for candidate in candidates}) < 2:
            return candidates[0] if candidates else name.bare
        for earlier in self._names_before(name.start):
            if earlier.bare in candidates:
                return earlier.bare
        return candidates[0]

    def _head_name(self, span: Span) -> _Name | None:
        """The name that a mention is about: no possessor, and nothing after a preposition or before a noun."""
        index = bisect_left(self.starts, span[0])
        for name in self.names[index : index + _MEMORY]:
            if name.end > span[1]:
                break
            before = self.text[span[0] : name.start].split()
            if before and before[-1].lower() in ("of", "for", "in", "at", "from", "with", "on", "to", "by"):
                return None
            after = self.text[name.end : span[1]].split()
            if after and (
                after[0][0] in "'’"
                or (after[0][0].islower() and after[0] not in ("of", "and", "in", "at", "from", "for"))
            ):
                continue
            return name
        return None

    def _role(self, span: Span, name: _Name) -> str | None:
        prefix = _LEADING.sub("", (self.text[span[0] : name.start] + name.prefix).strip(" ,"))
        if prefix and prefix.lower() not in ("mr", "mrs", "ms", "mr.", "mrs.", "ms.", "the", "a", "an"):
            return _SPACES.sub(" ", prefix)
        after = _ROLE_AFTER.match(self.text, name.end)
        return after[1] if after else None

    def _described(self, span: Span, words: str) -> Person:
        """A speaker without a name: the one so described before, or the description."""
        lower = words.lower()
        head = _head_noun(lower)
        if _LEADING.match(lower) and not lower.startswith(("a ", "an ")):
            for _, person in reversed(self.recent[-_MEMORY:]):
                if (
                    head in person.heads
                    or _head_noun(person.name.lower()) == head
                    or (head in _BODY_NOUNS and head in person.name.lower().split())
                ):
                    return person
            if head in _BODY_NOUNS:
                for name in self._names_before(span[0]):
                    if head in name.bare.lower().split():
                        return self._named(name)
        if possessor := _POSSESSIVE_PRONOUN.match(words):
            owner = self._antecedent(
                span[0], {"his": "he", "her": "she", "its": "it", "their": "they"}[possessor[1].lower()]
            )
            if owner is not None and not owner.name.islower():
                words = f"{owner.name}'s {words[possessor.end() :]}"
        elif names := [name for name in self._names_within(span) if self.text[name.end : name.end + 2] in ("'s", "’s")]:
            short, fullest = self.text[names[0].start : names[0].end], self._fullest(names[0])
            words = words.replace(short, fullest, 1)
        if _LOWER_FIRST.match(words):
            words = words[0].lower() + words[1:]
        person = self._known(_PARTICIPLE.sub("", words))
        person.heads.add(head)
        person.is_person = person.is_person or (head not in _BODY_NOUNS and (head in titles() or head in _PERSON_NOUNS))
        return person

    def _names_before(self, at: int) -> Iterator[_Name]:
        """The last names before an offset, nearest first."""
        index = bisect_left(self.starts, at)
        return reversed(self.names[max(0, index - _MEMORY) : index])

    def _names_within(self, span: Span) -> list[_Name]:
        index = bisect_left(self.starts, span[0])
        return [name for name in self.names[index : index + 4] if name.end <= span[1]]

    def _interviewee(self) -> Person:
        """Whom an interview is with: the first person that its text names."""
        first = next((name for name in self.names if " " in name.bare and not _BODY.search(name.bare)), None)
        return self._named(first or self.names[0]) if self.names else self._known("the interviewee")

    def _antecedent(self, at: int, pronoun: str) -> Person | None:
        paragraph = self.text.rfind("\n", 0, at) + 1
        want = PRONOUNS[pronoun]
        recent = [
            (position, person) for position, person in self.recent[-12:] if position < at and at - position < _FAR
        ]
        if want.gender in ("male", "female"):
            here = [person for position, person in reversed(recent) if position >= paragraph]
            named = [
                self._named(name)
                for name in self._names_between(paragraph, at)
                if name.bare in self.persons or self._fullest(name) in self.persons
            ]
            before = [person for position, person in reversed(recent) if position < paragraph]
            for person in [*here, *named, *before]:
                if (person.is_person or _is_plausible(person.name)) and person.gender in (None, want.gender):
                    person.gender = want.gender
                    return person
            return None
        fitting = [
            person
            for _, person in reversed(recent)
            if not person.is_person or (person.gender is None and pronoun != "it")
        ]
        if pronoun == "it":
            return next((person for person in fitting if person.speaks and not _is_plural(person.name)), None) or next(
                (person for person in fitting if not _is_plural(person.name)), None
            )
        plural = [person for person in fitting if _head_noun(person.name.lower()).endswith("s")]
        return next(iter(plural or fitting), None)

    def _names_between(self, start: int, end: int) -> list[_Name]:
        return list(reversed(self.names[bisect_left(self.starts, start) : bisect_left(self.starts, end)]))


def _name(text: str, start: int, end: int) -> _Name:
    whole = " ".join(text[start:end].split())
    bare = strip_titles(whole)
    prefix = whole[: len(whole) - len(bare)].strip()
    before = text[max(0, start - 24) : start].split(" ")
    return _Name(start, end, bare, prefix or (before[-2] if len(before) > 1 else ""))


@lru_cache(maxsize=4096)
def _is_of_body(name: str) -> bool:
    return _BODY.search(name) is not None


def _is_person(text: str, name: _Name) -> bool:
    """Whether something beside the name shows that it is a person's."""
    if name.bare.isupper() or _is_of_body(name.bare):
        return False
    titled = text[name.start : name.end] != name.bare and not text[name.start : name.end].startswith("The ")
    if text[max(0, name.start - 4) : name.start].lower() == "the ":
        return False
    return (
        titled
        or bool(_MALE.search(name.prefix) or _FEMALE.search(name.prefix))
        or bool(_AGE_OR_RELATIVE.match(text, name.end))
        or _has_title_after(text, name.end)
    )


def _is_plausible(name: str) -> bool:
    """Whether a name of two or three words could be a person's, though nothing shows that it is."""
    return len(name.split()) in (2, 3) and all(word[0].isupper() for word in name.split()) and not _BODY.search(name)


def _has_title_after(text: str, end: int) -> bool:
    apposition = _ROLE_AFTER.match(text, end)
    return apposition is not None and _head_noun(apposition[1].lower()) in titles()


def _full_names(names: Sequence[str]) -> dict[str, list[str]]:
    """From each short form to the fuller names that end or begin with it, or have its initials; the commonest first."""
    counts = Counter(names)
    full: dict[str, list[str]] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], len(name))):
        words = name.split()
        if len(words) < 2:
            continue
        initials = "".join(word[0] for word in words if word[0].isupper())
        for short in dict.fromkeys((words[-1], " ".join(words[-2:]), initials, words[0])):
            if short != name and (short != words[0] or short not in full):
                full.setdefault(short, []).append(name)
    # "Ann Poe" and "Trade Policy Ann Poe" are one: the shorter of two words or more is the name.
    return {
        short: [name for name in longer if not any(name.endswith(" " + other) for other in longer if " " in other)]
        for short, longer in ((short, longer[:_NAMESAKES]) for short, longer in full.items())
    }


def _is_plural(name: str) -> bool:
    return not name[0].isupper() and _head_noun(name).endswith("s")


def _head_noun(words: str) -> str:
    """The last word before the first preposition or relative clause."""
    head = ""
    for word in words.split():
        if head and word in (
            "of",
            "for",
            "in",
            "at",
            "from",
            "with",
            "on",
            "to",
            "by",
            "who",
            "which",
            "that",
            "about",
            "beside",
        ):
            break
        head = word.strip(",'’")
    return head
