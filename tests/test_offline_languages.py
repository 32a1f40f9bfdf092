"""What the offline model makes of languages that its rules cannot read: what marks tell, and nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.model.offline.languages import language_of
from claimx.model.offline.rules import draft_answer

GERMAN = "Die Fähre ist zu spät, und der Kapitän ist nicht auf der Brücke. Das Schiff liegt im Hafen."
FRENCH = "Le ferry est en retard et le capitaine ne veut pas répondre. La compagnie est dans une situation difficile."
RUSSIAN = "Паром опоздал, и порт закрыт. Компания не ответила, но это не так, как в прошлом году."
JAPANESE = "フェリーは遅れていると市長は述べた。「船は安全だ」と市長は語った。"
ENGLISH = "The ferry was late and the captain was not on the bridge. “Nous sommes là,” she said."


@pytest.mark.parametrize(
    ("text", "language"),
    [(GERMAN, "de"), (FRENCH, "fr"), (RUSSIAN, "ru"), (JAPANESE, "und"), (ENGLISH, "en"), ("", "en"), ("Poe.", "en")],
)
def test_a_language_is_told_by_its_common_words_and_letters(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("quoted", "rest", "speaker", "content"),
    [
        ("„Wir fahren nicht aus“, sagte Ilse Marrant am Montag.", GERMAN, "Ilse Marrant", "Wir fahren nicht aus"),
        ("Ilse Marrant sagte: „Wir fahren nicht aus.“", GERMAN, "Ilse Marrant", "Wir fahren nicht aus"),
        ("« Nous ne partons pas », a déclaré Hélène d’Aubrac.", FRENCH, "Hélène d’Aubrac", "Nous ne partons pas"),
        ("«Мы не поплывём никуда», — сказала Анна По.", RUSSIAN, "Анна По", "Мы не поплывём никуда"),
        ("Ilse Marrant: „Wir fahren nicht aus.“", GERMAN, "Ilse Marrant", "Wir fahren nicht aus"),
    ],
)
def test_a_quotation_beside_a_verb_of_saying_and_a_name_is_a_claim(
    quoted: str, rest: str, speaker: str, content: str
) -> None:
    answer = draft_answer(f"{quoted}\n\n{rest}")
    assert [(answer.speakers[claim.speaker - 1].name, claim.content) for claim in answer.claims] == [
        (speaker, [content])
    ]
    assert {(claim.stance, claim.target) for claim in answer.claims} == {("neutral", "")}


@pytest.mark.parametrize("text", [GERMAN, FRENCH, RUSSIAN, JAPANESE, f"„Der Hafen ist zu“, hieß es.\n\n{GERMAN}"])
def test_nothing_is_made_up_in_a_language_that_cannot_be_read(text: str) -> None:
    answer = draft_answer(text)
    assert (answer.claims, answer.facts) == ([], [])


@given(
    st.lists(st.sampled_from(["„", "“", "sagte", "Ilse", "de", "«", "»", ":", "\n\n", "der", "und", "nicht", "die"]))
)
def test_every_part_of_a_foreign_answer_is_found_in_the_text(words: list[str]) -> None:
    text = f"{GERMAN} {' '.join(words)}"
    for claim in draft_answer(text).claims:
        assert all(piece and piece in text for piece in claim.content)
        assert (claim.mention or "") in text


@pytest.mark.parametrize("unit", ["„a b c“, sagte ", "Ilse de ", "Ilse sagte: „a b c“ ", "A: „", "der die und "])
def test_a_long_foreign_text_takes_time_in_proportion(unit: str) -> None:
    started = time.process_time()
    draft_answer(GERMAN + unit * (100_000 // len(unit)))
    assert time.process_time() - started < 5
