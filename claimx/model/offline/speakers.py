"""Whom each mention means: names, descriptions, and the antecedents of pronouns."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from itertools import chain, takewhile

from claimx.article.names import PRONOUNS, titles
from claimx.model.offline.attributions import Attribution
from claimx.model.offline.people import (
    Name,
    Person,
    describes_people,
    describes_person,
    full_names,
    gender_of,
    gender_of_given,
    head_noun,
    is_of_body,
    is_persons,
    is_plausible,
    is_plural,
    read_names,
    role_after,
)
from claimx.model.offline.words import BODY_NOUNS

Span = tuple[int, int]
_LEADING = re.compile(r"^(?:the|a|an|this|that|these|those) ", re.IGNORECASE)
_LOWER_FIRST = re.compile(
    r"^(?:The|A|An|This|That|These|Those|His|Her|Its|Their|Some|Many|Several|One|Two|Three|Both|Most)\b"
)
_POSSESSIVE_PRONOUN = re.compile(r"^(his|her|its|their) (?=\S)", re.IGNORECASE)
_PARTICIPLE = re.compile(r" (?:published|released|issued|filed|written|seen|conducted|commissioned)$")
_BEFORE_OBJECT = ("of", "for", "in", "at", "from", "with", "on", "to", "by")
_AFTER_HEAD = ("of", "and", "in", "at", "from", "for")
_ABBREVIATED = re.compile(r"\b[A-Z]{2,3}\b")
_ADDRESS = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Sir|Dame|Dr|The|A|An)\.? ?)+")
# It begins with the space, which is searched for as fast as letters can be: the rest is tried behind spaces only.
_GENDERED = re.compile(r" (?<=[a-z] )(he|his|him|she|her)\b")
_FEW_NAMES = 6
_SUBJECT_OF = {"his": "he", "her": "she", "its": "it", "their": "they"}
# How far back a pronoun looks, in mentions and in characters; how many earlier names a description looks through.
_RECENT = 12
_FAR = 2500
_MEMORY = 200


def name_speakers(
    text: str, attributions: Sequence[Attribution], subjects: Sequence[Span], sentences: Sequence[Span]
) -> list[Person]:
    """For each attribution, its speaker; one object for one speaker.

    Mentions are read in the order of the text together with the subjects of the
    sentences, so that "she" finds whom the text was about.
    """
    cast = _Cast(text, sentences)
    people: dict[int, Person] = {}
    mentions = [(item.referent, number) for number, item in enumerate(attributions)]
    mentions += [(subject, -1) for subject in subjects]
    for span, number in sorted(mentions):
        if number < 0:
            cast.notice(span)
        else:
            people[number] = cast.resolve(span, attributions[number].content)
    return [people[number] for number in range(len(attributions))]


class _Cast:
    """Everybody mentioned so far, most recent last."""

    def __init__(self, text: str, sentences: Sequence[Span]) -> None:
        self.text = text
        self.sentences = sentences
        self.names = read_names(text)
        self.starts = [name.start for name in self.names]
        self.breaks = [line.start() for line in re.finditer("\n", text)]
        self.full = full_names([name.bare for name in self.names])
        self.known: dict[str, Person] = {}
        self.recent: list[tuple[int, Person]] = []
        self.by_pronoun: Person | None = None
        self.persons = {
            form for name in self.names if is_persons(text, name) for form in (name.bare, self._fullest(name))
        }
        self.genders = self._genders()
        self.roles = {
            self._fullest(name): name.title
            for name in reversed(self.names)
            if name.title[:1].isupper() and not _ADDRESS.fullmatch(name.title) and not _ABBREVIATED.search(name.title)
        }

    def notice(self, span: Span) -> None:
        """Remember what a sentence is about."""
        lower = self._words(span).lower()
        if lower in PRONOUNS:
            if person := self._antecedent(span[0], lower):
                self._touch(span[0], person, by_pronoun=True)
        elif name := self._head_name(span):
            self._touch(span[0], self._named(name))
        elif _LEADING.match(lower) or describes_people(lower):
            self._touch(span[0], self._described(span, self._words(span), span[0]))

    def resolve(self, span: Span, content: Sequence[Span]) -> Person:
        """Whom the mention at `span` means; who is named in what it says is hardly the speaker."""
        known_by = min(span[0], content[0][0])
        words = self._words(span)
        lower = words.lower()
        if lower in ("i", "we", "me", "us"):
            return self._known("the author")
        if lower in ("a", "answer", "you"):
            person = self._interviewee()
        elif lower in PRONOUNS:
            person = self._antecedent(known_by, lower, self._named_in(content)) or self._known(words)
        elif name := self._head_name(span):
            person = self._named(name)
            if person.role is None:
                role, fuller = self._role(span, name), self.roles.get(person.name)
                # "Foreign Minister Poe", further down, says more than "FM Poe".
                person.role = fuller if fuller and (role is None or _ABBREVIATED.search(role)) else role
        else:
            person = self._described(span, words, known_by)
        person.speaks = True
        self._touch(span[0], person, by_pronoun=lower in PRONOUNS)
        return person

    def _words(self, span: Span) -> str:
        return " ".join(self.text[slice(*span)].split())

    def _touch(self, at: int, person: Person, *, by_pronoun: bool = False) -> None:
        self.recent.append((at, person))
        self.by_pronoun = person if by_pronoun else None

    def _known(self, name: str) -> Person:
        key = _LEADING.sub("", name).lower()
        if key not in self.known:
            self.known[key] = Person(name)
        return self.known[key]

    def _named(self, name: Name) -> Person:
        person = self._known(self._fullest(name))
        person.is_person = person.is_person or name.bare in self.persons or person.name in self.persons
        if person.gender is None:
            person.gender = name.gender or gender_of_given(person.name) or self.genders.get(person.name)
        return person

    def _fullest(self, name: Name) -> str:
        """The fullest form of a name; of two families' the one mentioned last."""
        candidates = [
            full for full in self.full.get(name.bare, []) if " " not in name.bare or not full.endswith(name.bare)
        ]
        told = name.gender
        candidates = [full for full in candidates if told in (None, gender_of_given(full) or told)]
        if len({candidate[:2] for candidate in candidates}) < 2:
            return candidates[0] if candidates else name.bare
        paragraph = self._paragraph_start(name.start)
        for earlier in self._names_before(name.start):
            if earlier.start < paragraph:
                break
            if earlier.bare in candidates:
                return earlier.bare
        return candidates[0]

    def _genders(self) -> dict[str, str]:
        """The gender of people whose given name does not tell: by a "Mr", or a pronoun where nobody else is named.

        "Ilse Marrant sold her boat" tells, “Ilse Marrant sank,” she said does not. Where pronouns disagree, nothing
        is told.
        """
        titled = {self._fullest(name): told for name in self.names if name.title and (told := gender_of(name.title))}
        votes: dict[str, set[str]] = {}
        for pronoun in _GENDERED.finditer(self.text):
            place = pronoun.start(1)
            at = bisect_right(self.sentences, (place, len(self.text))) - 1
            start = self.sentences[at][0] if at >= 0 else place
            index = bisect_left(self.starts, place)
            named = {
                self._fullest(name)
                for name in self.names[max(0, index - _FEW_NAMES) : index]
                if name.start >= start and (name.bare in self.persons or is_plausible(self._fullest(name)))
            }
            if len(named) == 1:
                votes.setdefault(named.pop(), set()).add(str(PRONOUNS[pronoun[1]].gender))
        return {name: told.pop() for name, told in votes.items() if len(told) == 1} | titled

    def _head_name(self, span: Span) -> Name | None:
        """The name that a mention is about: no possessor, and nothing after a preposition or before a noun."""
        head: Name | None = None
        index = bisect_left(self.starts, span[0])
        for name in self.names[index : index + _MEMORY]:
            if name.end > span[1]:
                break
            before = self.text[span[0] : name.start].split()
            if len(before) > 1 and before[-1].lower() in ("the", "a", "an"):
                before.pop()
            after = self.text[name.end : span[1]].split()
            if before and before[-1].lower() in titles():
                return name
            if head is not None or (before and before[-1].lower() in _BEFORE_OBJECT):
                continue
            if not after or (after[0][0] not in "'’" and (not after[0][0].islower() or after[0] in _AFTER_HEAD)):
                head = name
        return head

    def _role(self, span: Span, name: Name) -> str | None:
        prefix = _LEADING.sub("", (self.text[span[0] : name.start] + name.title).strip(" ,"))
        if prefix and prefix.lower() not in ("mr", "mrs", "ms", "mr.", "mrs.", "ms.", "the", "a", "an"):
            return " ".join(prefix.split())
        return role_after(self.text, name.end)

    def _described(self, span: Span, words: str, known_by: int) -> Person:
        """A speaker without a name: the one so described before, or the description."""
        lower = words.lower()
        head = head_noun(lower)
        if _LEADING.match(lower) and not lower.startswith(("a ", "an ")):
            is_body = head in BODY_NOUNS
            for _, person in reversed(self.recent[-_MEMORY:]):
                if head in person.heads or (is_body and not person.is_person and head in person.name.lower().split()):
                    return person
            if is_body:
                for name in self._names_before(span[0]):
                    if head in name.bare.lower().split():
                        return self._named(name)
        if possessor := _POSSESSIVE_PRONOUN.match(words):
            owner = self._antecedent(known_by, _SUBJECT_OF[possessor[1].lower()])
            if owner is not None and not owner.name.islower():
                words = f"{owner.name}'s {words[possessor.end() :]}"
        elif names := [name for name in self._names_within(span) if self.text[name.end : name.end + 2] in ("'s", "’s")]:
            short, fullest = self.text[names[0].start : names[0].end], self._fullest(names[0])
            words = words.replace(short, fullest, 1)
        if _LOWER_FIRST.match(words):
            words = words[0].lower() + words[1:]
        person = self._known(_PARTICIPLE.sub("", words))
        person.heads.add(head)
        person.is_person = person.is_person or describes_person(words, head)
        return person

    def _names_before(self, at: int) -> Iterator[Name]:
        """The last names before an offset, nearest first."""
        index = bisect_left(self.starts, at)
        return reversed(self.names[max(0, index - _MEMORY) : index])

    def _names_within(self, span: Span) -> list[Name]:
        index = bisect_left(self.starts, span[0])
        return [name for name in self.names[index : index + 4] if name.end <= span[1]]

    def _interviewee(self) -> Person:
        """Whom an interview is with: the first person that its text names."""
        first = next((name for name in self.names if " " in name.bare and not is_of_body(name.bare)), None)
        return self._named(first or self.names[0]) if self.names else self._known("the interviewee")

    def _named_in(self, content: Sequence[Span]) -> set[str]:
        return {self._fullest(name) for span in content for name in self._names_within(span)}

    def _antecedent(self, at: int, pronoun: str, others: Container[str] = ()) -> Person | None:
        paragraph = self._paragraph_start(at)
        want = PRONOUNS[pronoun]
        recent = [
            (position, person) for position, person in self.recent[-_RECENT:] if position < at and at - position < _FAR
        ]
        if want.gender in ("male", "female"):
            sentence = max(paragraph, self._sentence_start(at))
            for person in chain(
                self._mentioned(recent, sentence, at),
                self._people_named(sentence, at),
                self._mentioned(recent, paragraph, sentence),
                self._people_named(paragraph, sentence),
                self._mentioned(recent, 0, paragraph),
            ):
                # "He denies it. “Poe kept her word,” he said": whom the text last called "he" is meant again.
                is_other = person.name in others and person is not self.by_pronoun
                fits = person.gender in (None, want.gender) and not is_other
                if fits and (person.is_person or is_plausible(person.name)):
                    person.gender = want.gender
                    return person
            return None
        fitting = [
            person
            for _, person in reversed(recent)
            if not person.is_person or (person.gender is None and pronoun != "it")
        ]
        if pronoun == "it":
            return next((person for person in fitting if person.speaks and not is_plural(person.name)), None) or next(
                (person for person in fitting if not is_plural(person.name)), None
            )
        plural = [person for person in fitting if head_noun(person.name.lower()).endswith("s")]
        return next(iter(plural or fitting), None)

    def _mentioned(self, recent: Sequence[tuple[int, Person]], start: int, end: int) -> Iterator[Person]:
        """Subjects and speakers between two offsets, the nearest first."""
        return (person for position, person in reversed(recent) if start <= position < end)

    def _people_named(self, start: int, end: int) -> Iterator[Person]:
        """Whoever else is named between two offsets and shown to be a person, the nearest first."""
        return (
            self._named(name)
            for name in takewhile(lambda name: name.start >= start, self._names_before(end))
            if name.bare in self.persons or self._fullest(name) in self.persons
        )

    def _sentence_start(self, at: int) -> int:
        index = bisect_left(self.sentences, (at, 0)) - 1
        return self.sentences[index][0] if index >= 0 else 0

    def _paragraph_start(self, at: int) -> int:
        index = bisect_left(self.breaks, at)
        return self.breaks[index - 1] + 1 if index else 0
