"""Mentions become one speaker, by the fullest name that the article itself gives."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.claims.namesakes import group_by_person
from claimx.claims.roster import Roster
from claimx.claims.speakers import name_speakers
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


def named(drafted: str, shown: str, text: str) -> str | None:
    [speaker] = name_speakers(roster(text), [(drafted, None, mention(shown, text), 0)])
    return speaker.name if speaker else None


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


def test_first_names_that_only_look_alike_are_two_people() -> None:
    text = "Maria Lindo arrived. Then came Mario Lindo. Lindo said he was late."
    assert roster(text).fullest("Lindo", text.index("Lindo said")) == "Mario Lindo"


def test_a_full_name_is_not_given_a_middle_name_that_may_be_anothers() -> None:
    text = "Ada Thorn and her niece Ada Marie Thorn met. Ada Thorn said no. Thorn left."
    assert roster(text).fullest("Ada Thorn", text.index("Ada Thorn said")) == "Ada Thorn"
    assert roster(text).fullest("Thorn", text.index("Thorn left")) == "Ada Thorn"


def test_a_full_name_is_given_its_only_initial() -> None:
    text = "Harbour clerk Ada J. Thorn arrived. Ada Thorn said no."
    assert roster(text).fullest("Ada Thorn", len(text)) == "Ada J. Thorn"


def test_a_full_name_with_two_possible_initials_stays() -> None:
    text = "Ada J. K. Thorn met her cousin Ada K. Thorn. Ada Thorn said no."
    assert roster(text).fullest("Ada Thorn", len(text)) == "Ada Thorn"


def test_a_form_of_address_tells_which_bearer_of_a_surname_is_meant() -> None:
    text = "Mrs Ada Thorn came with Mr Leo Thorn. Mrs Thorn said no."
    assert roster(text).fullest("Mrs Thorn", text.index("Mrs Thorn")) == "Ada Thorn"
    assert roster(text).fullest("Mr Thorn", text.index("Mrs Thorn")) == "Leo Thorn"


@pytest.mark.parametrize(
    ("text", "acronym"),
    [
        ("Ann Tyler met reporters. The AT said she was well.", "AT"),
        ("Ursula Svensson met reporters. Officials of the US said no.", "US"),
    ],
)
def test_an_acronym_is_nobodys_initials(text: str, acronym: str) -> None:
    assert roster(text).fullest(acronym, len(text)) == acronym


@pytest.mark.parametrize(
    ("text", "acronym", "name"),
    [
        ("The Norland Newswire (NN) reported it. NN said so.", "NN", "Norland Newswire"),
        ("NN (Norland Newswire) reported it. NN said so.", "NN", "Norland Newswire"),
        ("The Harbour Council met. HC members said no.", "HC", "Harbour Council"),
    ],
)
def test_an_acronym_is_what_the_article_writes_out(text: str, acronym: str, name: str) -> None:
    assert roster(text).fullest(acronym, len(text)) == name


def test_of_several_bodies_none_is_chosen() -> None:
    text = "The Harbour Ministry and the Fishing Ministry met. The Ministry said no."
    assert roster(text).fullest("Ministry", len(text)) == "Ministry"


def test_a_body_is_not_the_fuller_form_of_its_place() -> None:
    text = "Officials met the University of Quillmere. Later Quillmere said no."
    assert roster(text).fullest("Quillmere", len(text)) == "Quillmere"


def test_the_mention_of_a_body_is_fuller_than_the_drafted_word() -> None:
    text = "The Fishing Ministry was silent. The Harbour Ministry said no."
    assert named("Ministry", "The Harbour Ministry", text) == "Harbour Ministry"


def test_a_name_used_alone_before_anybody_bears_it_stays_alone() -> None:
    text = "Officials in Marlow said no, and Marlow was firm.\n\nThe bridge is named after Philip Marlow, a sailor."
    assert roster(text).fullest("Marlow", text.index("Marlow was")) == "Marlow"


def test_a_surname_in_a_heading_is_not_used_alone() -> None:
    text = "Vale calls the ferries late\n\nMo Vale, a rider, waited. Vale said no."
    assert roster(text).fullest("Vale", text.index("Vale said")) == "Mo Vale"


@pytest.mark.parametrize("body", ["Marlow Shipping Society", "Marlow Engine Company"])
def test_a_name_that_opens_a_bodys_stays_alone_unless_it_has_a_title(body: str) -> None:
    text = f"Philip Marlow founded the {body}. Marlow said it would hire. Mr Marlow said he was glad."
    assert roster(text).fullest("Marlow", text.index("Marlow said it")) == "Marlow"
    assert roster(text).fullest("Mr Marlow", text.index("Mr Marlow")) == "Philip Marlow"


def test_a_particle_does_not_make_a_full_name_of_a_surname() -> None:
    text = "The sailor Ada van der Thorn came. Later Van der Thorn said no."
    assert roster(text).fullest("Van der Thorn", len(text)) == "Ada van der Thorn"


@pytest.mark.parametrize(
    "drafted",
    ["said it would take weeks", "it would take weeks", "the ferries were late", "late. “We are trying", "Thorn told"],
)
def test_a_clause_of_the_article_is_no_name(drafted: str) -> None:
    text = "Ada Thorn said it would take weeks. She said the ferries were late. “We are trying, Thorn told us."
    assert named(drafted, "She", text) == "She"


@pytest.mark.parametrize(
    "drafted", ["two of the riders", "police", "a rider who was late", "Harbour Ministry officials"]
)
def test_a_description_is_a_name(drafted: str) -> None:
    text = f"The boats left. She and {drafted} said no."
    assert named(drafted, "She", text) == drafted


def test_a_proper_name_beside_the_cue_wins_over_another_name() -> None:
    text = "Mo Vale was there. Harbour Minister Ada Thorn said no."
    assert named("Mo Vale", "Harbour Minister Ada Thorn", text) == "Ada Thorn"


@pytest.mark.parametrize("shown", ["He", "the union leader", "The rider of Quillmere", "Thorn’s rival", "Vale"])
def test_a_pronoun_or_description_beside_the_cue_leaves_the_drafted_name(shown: str) -> None:
    text = f"Mo Vale met Ada Thorn in Quillmere. On Monday {shown} said no."
    assert named("Mo Vale", shown, text) == "Mo Vale"


def test_a_name_in_a_script_without_spaces_is_found() -> None:
    text = "山田太郎首相は反対だと述べた。"
    assert named("山田太郎", "山田太郎首相", text) == "山田太郎"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Ada Thorn, the riders' union's head, spoke.", "head of the riders’ union"),
        ("Harbour Minister Ada Thorn spoke.", "harbour minister"),
        ("The former minister Ada Thorn spoke.", "former minister"),
        ("A former minister met Ada Thorn, the minister, in May.", "minister"),
    ],
)
def test_a_role_of_the_article_is_kept(text: str, role: str) -> None:
    assert roster(text).has_role(role, "Ada Thorn")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("The former minister Ada Thorn spoke.", "minister"),
        ("Ada Thorn, an ex-minister, spoke.", "minister"),
        ("The mayor spoke to Ada Thorn. The union went on strike.", "mayor of the union"),
        ("The mayor of the spoke union met Ada Thorn.", "mayor of spoke union"),
        ("Ada Thorn, chief of the riders, came.", "chief chief"),
        ("Ada Thorn disliked his behaviour. The riders left.", "behaviour. The riders"),
        ("Ada Thorn said she was minister.", "she was minister"),
        ("Ada Thorn came.", "minister"),
    ],
)
def test_words_put_together_are_no_role(text: str, role: str) -> None:
    assert not roster(text).has_role(role, "Ada Thorn")


def test_a_role_is_told_without_its_pronoun_and_relative_clause() -> None:
    text = "Its chairman Mo Vale, a rider who was late, said no."
    [chairman] = name_speakers(roster(text), [("Mo Vale", "Its chairman", mention("Mo Vale", text), 0)])
    [rider] = name_speakers(roster(text), [("Mo Vale", "a rider who was late", mention("Mo Vale", text), 0)])
    assert [speaker and speaker.role for speaker in (chairman, rider)] == ["chairman", "a rider"]


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40), st.integers(0, 200), st.integers(0, 40))
def test_any_name_is_the_articles_own(text: str, drafted: str, role: str, start: int, length: int) -> None:
    shown = Span.of(text, min(start, len(text)), min(start + length, len(text)))
    [speaker] = name_speakers(roster(text), [(drafted, role, shown if shown.text.strip() else None, 0)])
    # Case and white space may be another place's of the same name.
    assert speaker is None or roster(text).holds(speaker.name) or speaker.name in " ".join(shown.text.split())


def test_a_surname_is_given_its_first_name_rather_than_initials() -> None:
    text = "Ada Thorn came. A. B. Thorn said no. Thorn left."
    assert roster(text).fullest("Thorn", len(text)) == "Ada Thorn"


def test_an_initial_of_two_people_is_neither() -> None:
    assert len(group_by_person(["Ada Thorn", "Amy Thorn", "A. Thorn", "A. B. Thorn"])) == 4
    text = "Ada Thorn and Amy Thorn came. A. B. Thorn said no."
    assert roster(text).fullest("A. B. Thorn", len(text)) == "A. B. Thorn"


def test_thousands_of_namesakes_are_told_apart_in_seconds() -> None:
    firsts = ["".join(letters).title() for letters in product("bdfgl", "aeiou", "mnprt", "aeiou", "kl")]
    text = " ".join(f"Then {first} Thorn said no to Thorn." for first in firsts)
    shown = Span.of(text, len(text) - 6, len(text) - 1)
    began = time.perf_counter()
    speakers = name_speakers(roster(text), [("Thorn", None, shown, 0)] * 500)
    assert {speaker and speaker.name for speaker in speakers} == {f"{firsts[-1]} Thorn"}
    assert time.perf_counter() - began < 10


def test_a_long_article_of_one_name_is_read_in_seconds() -> None:
    text = "Ada Thorn said no to Thorn. " * 8000
    began = time.perf_counter()
    people = roster(text)
    shown = Span.of(text, len(text) - 7, len(text) - 2)
    speakers = name_speakers(people, [("Thorn", f"role {n} aaaa", shown, 0) for n in range(2000)])
    assert {speaker and speaker.name for speaker in speakers} == {"Ada Thorn"}
    assert time.perf_counter() - began < 10


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
