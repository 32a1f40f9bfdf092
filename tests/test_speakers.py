"""Mentions become one speaker, by the fullest name that the article itself gives."""

from __future__ import annotations

import pytest

from claimx.claims.speakers import Roster, name_speakers
from claimx.schema import Article, Span

TEXT = """Harbour Minister Ada Thorn met union leader Mo Vale in Quillmere on Monday.

Thorn said the ferries were late. "We are trying," she said. Vale disagreed.

The North Sea Fishing Board (NSFB) will decide. NSFB officials said it would take weeks. The minister welcomed that.

Leo Thorn, her brother, said he was proud. Leo Thorn runs a bakery. Ada Thorn did not mind, Thorn told friends later."""


def roster(text: str = TEXT, **fields: str) -> Roster:
    return Roster(Article(id="a", text=text, **fields))


def mention(words: str, text: str = TEXT, after: int = 0) -> Span:
    start = text.index(words, after)
    return Span.of(text, start, start + len(words))


@pytest.mark.parametrize(
    ("drafted", "name"),
    [
        ("Vale", "Mo Vale"),
        ("Mr Vale", "Mo Vale"),
        ("union leader Mo Vale", "Mo Vale"),
        ("Harbour Minister Ada Thorn", "Ada Thorn"),
        ("NSFB", "North Sea Fishing Board"),
        ("Mo Vale", "Mo Vale"),
    ],
)
def test_a_name_becomes_the_articles_fullest_form(drafted: str, name: str) -> None:
    assert roster().fullest(drafted, len(TEXT)) == name


def test_of_two_people_with_one_surname_the_last_named_is_meant() -> None:
    assert roster().fullest("Thorn", TEXT.index("Thorn said")) == "Ada Thorn"
    assert roster().fullest("Thorn", TEXT.index("Leo Thorn runs") + 12) == "Leo Thorn"


def test_two_spellings_of_one_first_name_are_one_person() -> None:
    text = "Aleksey Marov spoke. Alexei Marov left. Aleksey Marov came back. Marov said no."
    assert roster(text).fullest("Marov", text.index("Marov said")) == "Aleksey Marov"


def test_a_name_that_the_article_does_not_give_is_not_used() -> None:
    """A model may know who the minister is; the article has to say it."""
    speaker = name_speakers(roster(), [("Jane Outsider", None, mention("The minister"), 0)])[0]
    assert speaker is not None
    assert speaker.name == "The minister"


def test_a_role_of_one_speaker_names_that_speaker() -> None:
    speakers = name_speakers(
        roster(),
        [("Ada Thorn", "harbour minister", mention("she"), 0), ("Harbour Minister", None, mention("The minister"), 0)],
    )
    assert [speaker.name for speaker in speakers if speaker] == ["Ada Thorn", "Ada Thorn"]


def test_the_title_in_front_of_a_name_is_its_role() -> None:
    speaker = name_speakers(roster(), [("Ada Thorn", None, mention("Harbour Minister Ada Thorn"), 0)])[0]
    assert speaker is not None
    assert (speaker.name, speaker.role) == ("Ada Thorn", "Harbour Minister")


def test_a_pronoun_is_no_name() -> None:
    speaker = name_speakers(roster(), [("she", None, mention("Thorn said"), 0)])[0]
    assert speaker is not None
    assert speaker.name != "she"


def test_an_author_is_known_from_the_byline() -> None:
    speaker = name_speakers(roster(author="Stella Reeve"), [("Stella Reeve", None, None, 5)])[0]
    assert speaker is not None
    assert speaker.name == "Stella Reeve"


def test_neither_name_nor_mention_is_no_speaker() -> None:
    assert name_speakers(roster(), [(None, None, None, 0)]) == [None]
