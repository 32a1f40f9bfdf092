"""The offline model on sentences of our own: each construction that it knows, and what it must leave alone."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.model.offline.article import read_article
from claimx.model.offline.rules import draft_answer
from claimx.schema import ClaimDraft

SEEDS = Path(__file__).parent.parent / "seeds"


def claims(text: str) -> list[tuple[str, str | None, list[str]]]:
    answer = draft_answer(text)
    return [(answer.speakers[claim.speaker - 1].name, claim.cue, claim.content) for claim in answer.claims]


def only(text: str) -> ClaimDraft:
    (claim,) = draft_answer(text).claims
    return claim


@pytest.mark.parametrize(
    ("text", "cue", "content"),
    [
        ("Ilse Marrant said that the ferry would sail.", "said", ["the ferry would sail"]),
        ("Ilse Marrant said the ferry would sail.", "said", ["the ferry would sail"]),
        ("Ilse Marrant said on Friday that the ferry would sail.", "said", ["the ferry would sail"]),
        ("Ilse Marrant said in a statement the ferry would sail.", "said", ["the ferry would sail"]),
        ("Ilse Marrant told the council that the ferry would sail.", "told", ["the ferry would sail"]),
        ("Ilse Marrant told reporters the ferry would sail.", "told", ["the ferry would sail"]),
        ("Ilse Marrant has accused the council of neglect.", "accused", ["the council of neglect"]),
        ("Ilse Marrant called for a new ferry.", "called", ["a new ferry"]),
        ("Ilse Marrant is expected to call for a new ferry.", "call", ["a new ferry"]),
        ("Ilse Marrant vowed to keep the ferry.", "vowed", ["to keep the ferry"]),
        ("Ilse Marrant agreed not to sell the ferry.", "agreed", ["not to sell the ferry"]),
        ("Ilse Marrant denies the charge.", "denies", ["the charge"]),
        ("Ilse Marrant described the ferry as a wreck.", "described", ["the ferry as a wreck"]),
        ("Ilse Marrant asked whether the ferry would sail.", "asked", ["whether the ferry would sail"]),
        ("Ilse Marrant is convinced that the ferry will sail.", "convinced", ["the ferry will sail"]),
        ("The ferry will sail, Ilse Marrant said.", "said", ["The ferry will sail"]),
        ("The ferry will sail, said Ilse Marrant.", "said", ["The ferry will sail"]),
        ("The ferry, Ilse Marrant said, will sail.", "said", ["The ferry", "will sail"]),
        ("According to Ilse Marrant, the ferry will sail.", "According to", ["the ferry will sail"]),
        ("The ferry will sail, according to Ilse Marrant.", "according to", ["The ferry will sail"]),
        ("“The ferry will sail,” Ilse Marrant said.", "said", ["The ferry will sail"]),
        ("“The ferry will sail,” said Ilse Marrant, the harbour master.", "said", ["The ferry will sail"]),
        ("Ilse Marrant said: “The ferry will sail.”", "said", ["The ferry will sail"]),
        ("'The ferry will sail,' Ilse Marrant said.", "said", ["The ferry will sail"]),
        ("«The ferry will sail», Ilse Marrant said.", "said", ["The ferry will sail"]),
        ("“The ferry,” Ilse Marrant said, “will sail.”", "said", ["The ferry", "will sail"]),
        ("“The ferry will sail,” Ilse Marrant said. “It must.”", "said", ["The ferry will sail", "It must"]),
        ("“Will the ferry sail?” Ilse Marrant asked.", "asked", ["Will the ferry sail?"]),
        ("Ilse Marrant said the ferry was “a wreck”.", "said", ["the ferry was “a wreck”"]),
        ("Ilse Marrant's claim that the ferry is safe drew laughter.", "claim", ["the ferry is safe drew laughter"]),
    ],
)
def test_a_report_is_found_with_its_cue_and_content(text: str, cue: str, content: list[str]) -> None:
    assert claims(text) == [("Ilse Marrant", cue, content)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Harbour master Ilse Marrant said the ferry was late.", "Ilse Marrant"),
        ("Ilse Marrant, the harbour master, said the ferry was late.", "Ilse Marrant"),
        ("Ilse Marrant, who runs the harbour, said the ferry was late.", "Ilse Marrant"),
        ("Its chairman, Ilse Marrant, said the ferry was late.", "Ilse Marrant"),
        ("On Friday Ilse Marrant said the ferry was late.", "Ilse Marrant"),
        ("Officials said the ferry was late.", "Officials"),
        ("A retired pilot said the ferry was late.", "a retired pilot"),
        ("The inquiry's report said the ferry was late.", "the inquiry's report"),
        ("The Harbour Pilots' Association said the ferry was late.", "Harbour Pilots' Association"),
        ("The letter, seen by the Gazette, said the ferry was late.", "the letter"),
        ("They spoke to Ilse Marrant, who said the ferry was late.", "Ilse Marrant"),
        ("A harbour official who helped arrange the talks said the ferry was late.", "a harbour official"),
        ("A man beside the quay, who would not give his name, said the ferry was late.", "a man beside the quay"),
        ("His deputy, Ilse Marrant, who is not related to him, said the ferry was late.", "Ilse Marrant"),
        ("The union, whose president, Ilse Marrant, said the ferry was late, stayed out.", "Ilse Marrant"),
        ("Ilse Marrant, whose parents came from Port Ansel, said the ferry was late.", "Ilse Marrant"),
        ("Ilse Marrant, who leads 11 towns (and is no pilot), said the ferry was late.", "Ilse Marrant"),
        ("Asked on Friday about the pilots, Ilse Marrant, a clerk, said the ferry was late.", "Ilse Marrant"),
        ("In a post on Monday evening Ilse Marrant, a clerk, said the ferry was late.", "Ilse Marrant"),
        ("“The ferry was late,” one Amber Foods employee said.", "one Amber Foods employee"),
        ("“The ferry was late,” another friend, Ilse Marrant, said.", "Ilse Marrant"),
        ("“The ferry was late,” poll watcher Ilse Marrant said.", "Ilse Marrant"),
        ("“The ferry was late,” says a clerk involved in the plan.", "a clerk"),
        ("“The ferry was late,” reads a Monday editorial.", "a Monday editorial"),
        ("The ferry was late, according to a clerk familiar with the plan.", "a clerk familiar with the plan"),
        ("Ilse Marrant neither confirmed nor denied that the ferry was late.", "Ilse Marrant"),
        ("Ilse Marrant told the Morning Hour programme that the ferry was late.", "Ilse Marrant"),
        ("When Ben Okafor died, Ilse Marrant released this statement: “The ferry was late.”", "Ilse Marrant"),
        ("PORT ANSEL, Jan. 13, 2026 – Amber Foods Ltd. today announced that it was late.", "Amber Foods Ltd."),
        ("PORT ANSEL, Aldmark — Ilse Marrant said the ferry was late.", "Ilse Marrant"),
    ],
)
def test_the_speaker_is_the_phrase_that_goes_with_the_verb(text: str, speaker: str) -> None:
    assert [name for name, _, _ in claims(text)] == [speaker]


def test_a_surname_and_a_pronoun_lead_to_the_full_name() -> None:
    text = "Ilse Marrant, 51, runs the harbour. Marrant said the ferry was late. She blamed the fog."
    assert {name for name, _, _ in claims(text)} == {"Ilse Marrant"}


def test_a_pronoun_goes_to_whom_its_gender_fits() -> None:
    text = "Ms Marrant met Mr Okafor. Mr Okafor said it had rained. She said it had not."
    assert [name for name, _, _ in claims(text)] == ["Okafor", "Marrant"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Ilse Marrant left. Ben Okafor was a thief, she said.", "Ilse Marrant"),
        ("Kessa Lund met Bram Oyle, a pilot. “Lund is brave,” he said.", "Bram Oyle"),
        ("Kessa Lund, 40, sold her boat. Mr Oyle bought it. She said it leaked.", "Kessa Lund"),
        ("Those were the words of Mr Oyle, in which he said it leaked.", "Oyle"),
        ("Sources close to the club tell another story. They say it leaked.", "Sources close to the club"),
        ("Hélène d’Aubrac stayed away. “We have nothing to hide,” she said.", "Hélène d’Aubrac"),
    ],
)
def test_a_pronoun_goes_to_the_nearest_whom_it_fits_outside_what_is_said(text: str, speaker: str) -> None:
    assert claims(text)[-1][0] == speaker


@pytest.mark.parametrize("said", ["We{}ll build the pier", "I{}m glad about the pier", "It{}s a shame"])
@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_a_pronoun_with_its_verb_is_no_target(said: str, apostrophe: str) -> None:
    draft = only(f"“{said.format(apostrophe)},” Ann Poe said.")
    assert draft.target
    assert apostrophe not in draft.target


@pytest.mark.parametrize("verb", ["did not say", "never said", "has not claimed", "didn’t say", "would not confirm"])
def test_what_somebody_did_not_say_is_no_claim(verb: str) -> None:
    assert claims(f"Ann Poe {verb} that the bridge is unsafe.") == []


def test_what_somebody_does_not_believe_or_want_is_a_claim_whose_cue_shows_it() -> None:
    assert only("Ann Poe does not believe that the bridge is safe.").cue == "does not believe"
    assert only("Ilse Marrant never praised the crew.").cue == "never praised"


def test_whom_the_text_last_called_he_is_meant_again_though_he_names_himself() -> None:
    text = (
        "Sergei Brandt met his guests on Monday.\n\n"
        "Ike Lund called the yard careless. He denies the charge.\n\n"
        '"They want the headline: Lund sank a ferry," he told the court.\n'
    )
    assert [name for name, _, _ in claims(text)] == ["Ike Lund"] * 3


def test_what_stands_before_the_text_tells_whom_a_pronoun_means_and_makes_no_claims() -> None:
    context = "Ilse Marrant, the harbour master, said the ferry was late."
    answer = draft_answer("She blamed the fog.", context)
    assert [(answer.speakers[claim.speaker - 1].name, claim.content) for claim in answer.claims] == [
        ("Ilse Marrant", ["the fog"])
    ]
    assert not answer.facts


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Ilse Marrant began by saying, “The ferry is late.”", ["The ferry is late"]),
        ("Later, when the rain stopped, Ilse Marrant said, “The ferry is late.”", ["The ferry is late"]),
        ("“Only you,” Ilse Marrant said, would take the ferry.", ["Only you", "would take the ferry"]),
        ("“Who do they think they are?” Ilse Marrant said of the pilots.", ["Who do they think they are?"]),
        ("Ilse Marrant has warned it will respond to criticism.", ["it will respond to criticism"]),
        ("Added Ilse Marrant: “The ferry is late.”", ["The ferry is late"]),
        ("“It is late?” Ilse Marrant told the station in an interview when asked how it went.", ["It is late?"]),
        ("As Ilse Marrant put it, “The ferry is late.”", ["The ferry is late"]),
        ("Ilse Marrant said in a statement, “The ferry is late.”", ["The ferry is late"]),
        ("Ilse Marrant said of the flood, “The ferry is late.”", ["The ferry is late"]),
        ("“The ferry is late,” Ilse Marrant said by telephone.", ["The ferry is late"]),
        ("But many pilots, Ilse Marrant wrote, “do not care”.", ["many pilots", "do not care"]),
        (
            "Ilse Marrant said the board “failed to check,” which led to “the flood”.",
            ["the board “failed to check,” which led to “the flood”"],
        ),
        (
            "In the long run, according to Ilse Marrant, the loss is due to fog.",
            ["the loss is due to fog"],
        ),
        (
            "Ilse Marrant said: “I will sail.\n\n“I will row.\n\n“I will swim.”",
            ["I will sail", "I will row", "I will swim"],
        ),
        (
            "Ilse Marrant said that, on this evidence, prices continued to rise.",
            ["on this evidence, prices continued to rise"],
        ),
    ],
)
def test_a_content_is_all_that_was_said_and_no_more(text: str, content: list[str]) -> None:
    assert claims(text) == [("Ilse Marrant", claims(text)[0][1], content)]


def test_a_quotation_that_a_verb_before_it_governs_is_not_the_next_verbs() -> None:
    text = "Ben Okafor, citing “the magic of Ansel,” said the ferry could be late."
    assert claims(text) == [
        ("Ben Okafor", "citing", ["the magic of Ansel"]),
        ("Ben Okafor", "said", ["the ferry could be late"]),
    ]


def test_according_to_a_report_others_warned_is_two_claims_and_the_outer_is_the_reports() -> None:
    text = "According to the report, engineers warned the council that the dam leaked."
    assert [(name, content) for name, _, content in claims(text)] == [
        ("the report", ["engineers warned the council that the dam leaked"]),
        ("engineers", ["the dam leaked"]),
    ]


def test_a_description_is_taken_up_again() -> None:
    text = "A harbour pilot said it rained. Nobody came. The pilot said it poured."
    assert [name for name, _, _ in claims(text)] == ["a harbour pilot", "a harbour pilot"]


def test_two_cues_are_two_claims() -> None:
    text = "Ilse Marrant denied the charge and said the ferry was safe."
    assert [(cue, content) for _, cue, content in claims(text)] == [
        ("denied", ["the charge"]),
        ("said", ["the ferry was safe"]),
    ]


def test_a_quotation_over_paragraphs_is_one_claim_with_one_piece_each() -> None:
    text = "“The ferry sailed.\n\n“It never came back,” Ilse Marrant said."
    assert claims(text) == [("Ilse Marrant", "said", ["The ferry sailed", "It never came back"])]


def test_a_paragraph_that_is_all_quotation_goes_on_with_the_speech_before_it() -> None:
    text = "“The ferry sailed,” Ilse Marrant said.\n\n“It never came back.”"
    assert claims(text) == [("Ilse Marrant", "said", ["The ferry sailed", "It never came back"])]


def test_a_colon_announces_the_next_paragraph() -> None:
    text = "Harbour master Ilse Marrant has posted this:\n\n“The ferry is lost.”"
    assert claims(text) == [("Ilse Marrant", "posted", ["The ferry is lost"])]


def test_an_answer_in_an_interview_is_one_claim_without_a_cue_and_a_question_is_none() -> None:
    text = "Ilse Marrant runs the harbour.\n\nQ: Is the ferry late?\n\nA: It is. It always was.\n\nQ: Why?\n\nA: Fog."
    assert claims(text) == [("Ilse Marrant", None, ["It is. It always was"]), ("Ilse Marrant", None, ["Fog"])]


@pytest.mark.parametrize(
    "text",
    [
        "The ferry sailed on Friday with 200 people on board.",
        "It is believed that the ferry sank.",
        "Marrant is accused of neglect.",
        "If Ilse Marrant says the ferry is safe, sail.",
        "Ilse Marrant declined to comment.",
        "The plan's calls were lost.",
        "READ MORE: Marrant says the ferry is safe",
        "",
    ],
)
def test_what_nobody_says_is_no_claim(text: str) -> None:
    assert claims(text) == []


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Ilse Marrant praised the crew.", "favor"),
        ("Ilse Marrant denied the charge.", "against"),
        ("Ilse Marrant never praised the crew.", "against"),
        ("Ilse Marrant said the plan was excellent.", "favor"),
        ("Ilse Marrant said the plan was not safe.", "against"),
        ("Ilse Marrant said she hoped the ferry would sail.", "favor"),
        ("Ilse Marrant promised to stop the shameful waste.", "against"),
        ("Ilse Marrant said the ferry left at noon.", "neutral"),
        ("Ilse Marrant said the board should reopen the quay.", "favor"),
        ("Ilse Marrant said nobody should pay for the quay.", "against"),
        ("“What use is a map to a fish?” said Ilse Marrant.", "against"),
        ("Ilse Marrant announced a new ferry.", "favor"),
        ("Ilse Marrant said she was ready to talk.", "favor"),
        ("Ilse Marrant said the Just Peace League left at noon.", "neutral"),
    ],
)
def test_the_stance_comes_from_the_cue_or_else_from_the_content(text: str, stance: str) -> None:
    assert only(text).stance == stance


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Ilse Marrant praised the harbour crew.", "harbour crew"),
        ("Ilse Marrant said the new ferry was late.", "new ferry"),
        ("Ilse Marrant said she had met Ben Okafor.", "Ben Okafor"),
        ("Ilse Marrant said the right to fish was old.", "right to fish"),
        ("Ilse Marrant said there was no link between fog and rain.", "link between fog and rain"),
        ("Ilse Marrant accused neighbouring Ansel of greed.", "Ansel"),
        ("Ilse Marrant recommended closing the quay.", "closing the quay"),
        ("Ilse Marrant said Ansel considers the offer a joke.", "Ansel"),
    ],
)
def test_the_target_is_the_subject_of_the_content_or_whom_it_names(text: str, target: str) -> None:
    assert only(text).target == target


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Ilse Marrant said on Friday that the ferry would sail in May.", "on Friday"),
        ("Last month Ilse Marrant said the ferry would sail.", "Last month"),
        ("Ilse Marrant said the ferry would sail on Friday.", None),
    ],
)
def test_the_date_is_copied_from_outside_the_content(text: str, date: str | None) -> None:
    assert only(text).date == date


def test_an_it_is_about_what_the_claim_before_was_about() -> None:
    answer = draft_answer("Ilse Marrant said the new ferry was late. “It leaks,” she said.")
    assert [claim.target for claim in answer.claims] == ["new ferry", "new ferry"]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Ilse Marrant spoke on Tuesday. She said it rained.", ["on Tuesday"]),
        ("Ilse Marrant said on Tuesday that it rained.\n\nIt hailed, she said.", ["on Tuesday", "on Tuesday"]),
        ("Ilse Marrant said on Tuesday that it rained. She has said it hailed.", ["on Tuesday", None]),
        ("Ilse Marrant said on Tuesday that it rained.\n\nMr Oyle denied it.", ["on Tuesday", None]),
        ("The board met on Tuesday.\n\nIlse Marrant told councillors that it rained.", ["on Tuesday"]),
        ("The board will vote on the quay on Tuesday. Ilse Marrant said it rained.", [None]),
        ("The quay is closed until Tuesday. Ilse Marrant said it rained.", [None]),
        ("Ilse Marrant told the Today programme that it rained.", [None]),
    ],
)
def test_the_day_on_which_somebody_speaks_is_carried_on(text: str, dates: list[str | None]) -> None:
    assert [claim.date for claim in draft_answer(text).claims] == dates


def test_a_pronoun_for_the_speaker_gives_way_to_the_name_in_the_text() -> None:
    assert only("Ilse Marrant said she was ready.").text == "Ilse Marrant was ready"


def test_a_sentence_of_the_articles_own_is_a_fact() -> None:
    (fact,) = draft_answer("The ferry left Port Ansel on Friday with 200 people on board.").facts
    assert (fact.content, fact.date) == ("The ferry left Port Ansel on Friday with 200 people on board", "on Friday")


def test_of_two_roles_the_one_that_is_written_out_is_given() -> None:
    text = "Harbour FM Ilse Marrant said it rained. Harbour Foreign Minister Ilse Marrant left."
    assert [speaker.role for speaker in draft_answer(text).speakers] == ["Harbour Foreign Minister"]


def test_a_number_in_a_name_begins_no_phrase() -> None:
    assert claims("An Ansel War Two pilot said it rained.") == [("an Ansel War Two pilot", "said", ["it rained"])]


def test_a_speaker_is_listed_once() -> None:
    answer = draft_answer("Ilse Marrant said it rained. Marrant said it poured. Ben Okafor said it did not.")
    assert [speaker.name for speaker in answer.speakers] == ["Ilse Marrant", "Ben Okafor"]


FRAGMENTS = ["Ilse Marrant", "said", "that", "the ferry", "“", "”", ",", ". ", "she", "who", "told", "\n\n", "A:", "Q:"]
FRAGMENTS += ["according to", "and", "denied", "(", ")", "’", "😀", "on Friday", "its", "İ", "'", ":", "é", "-", "if"]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(" ".join))
def test_every_part_of_an_answer_is_found_in_the_text(text: str) -> None:
    answer = draft_answer(text)
    for claim in answer.claims:
        assert all(piece and piece in text for piece in claim.content)
        assert (claim.mention or "") in text
        assert claim.cue is None or claim.cue in text
        assert claim.date is None or claim.date in text
        assert 1 <= claim.speaker <= len(answer.speakers)
    assert all(fact.content in text for fact in answer.facts)


@pytest.mark.parametrize("path", sorted(SEEDS.glob("articles/*.md")), ids=lambda path: path.stem)
def test_contents_mentions_and_cues_stand_on_word_boundaries(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reading = read_article(text)
    spans = [span for item in reading.attributions for span in (*item.content, item.mention, item.cue) if span]
    assert spans
    for start, end in spans:
        assert not (text[start - 1 : start].isalnum() and text[start].isalnum())
        assert not (text[end - 1].isalnum() and text[end : end + 1].isalnum())


def test_most_labelled_claims_of_the_seeds_are_found() -> None:
    """A floor far below the benchmark: it catches a rule that broke, not one that got a little worse."""
    found = total = 0
    for path in SEEDS.glob("labels/*.json"):
        article = (SEEDS / "articles" / path.name).with_suffix(".md").read_text(encoding="utf-8")
        pieces = {piece for claim in draft_answer(article).claims for piece in claim.content}
        labels = json.loads(path.read_text(encoding="utf-8"))["labels"]
        golds = [
            label for label in labels if label["kind"] == "claim" and not label["optional"] and not label["nested"]
        ]
        total += len(golds)
        found += sum(gold["content"][0]["text"].rstrip(".,") in pieces for gold in golds)
    assert found > 0.5 * total


@pytest.mark.parametrize(
    "unit",
    [
        "he said ",
        "said ",
        "“ he said ",
        "a ",
        "Ann Poe, ",
        "who said that ",
        "A said, B said, ",
        "( ",
        "Q: a\n\n",
        "“A.” ",
        "“A.\n\n",
        "Mr Poe said it rained. She denied it. Poe Marrant left Ann Poe. ",
    ],
)
def test_hostile_text_takes_time_in_proportion(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        started = time.process_time()
        draft_answer(text)
        return time.process_time() - started

    seconds(1_000)
    assert seconds(120_000) < 0.1 + 6 * seconds(40_000)
