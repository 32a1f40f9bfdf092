"""A false quotation never passes; a true one always does, where it stands."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimx.claims.extent import trim
from claimx.claims.grounding import Grounded, Ungrounded, ground
from claimx.schema import Chunk, ClaimDraft
from tests.doubles import claim, fact

STORY = """The mayor of Quillmere, Ada Thorn, said on Tuesday that the 14 new ferries would not sail before 3 May.

"We ordered 14 boats, and we got nine," Thorn told the council. "That's not a detail; it's a scandal."

Harbour master Ike Lund denied that any boat was late. He said the yard had delivered every hull by 28 February, and that 1,250 seats were ready.

“People can't commute on promises,” said Mo Vale, who runs the riders' union. “They need boats – and they need them now.”

The council voted 7-2 to fine the builder 2.4 million crowns. Two members, Rosa Pell and Jon Ekdal, voted against the fine."""


def chunk_of(text: str, start: int = 0) -> Chunk:
    return Chunk(article_id="a", index=0, start=start, end=start + len(text), text=text)


def outcome(text: str, draft: ClaimDraft) -> Grounded | Ungrounded:
    return ground(chunk_of(text), [draft])[0]


SENTENCES = [s.strip() for s in re.split(r"(?<=[.!?])\s+|\n\n", STORY) if len(s.split()) > 5]
NAMES = ["Ada Thorn", "Thorn", "Ike Lund", "Mo Vale", "Rosa Pell", "Jon Ekdal", "Quillmere"]


def _number_changed(rng: random.Random, sentence: str) -> str | None:
    numbers = list(re.finditer(r"\d+|nine|two|Two", sentence))
    if not numbers:
        return None
    hit = rng.choice(numbers)
    return sentence[: hit.start()] + str(rng.randint(30, 9999)) + sentence[hit.end() :]


def _negation_added(rng: random.Random, sentence: str) -> str | None:
    verbs = list(re.finditer(r"\b(?:said|would|ordered|denied|was|had|voted|need|told|got|runs|were)\b", sentence))
    hit = rng.choice(verbs) if verbs else None
    return hit and sentence[: hit.end()] + rng.choice([" not", " never", "n't"]) + sentence[hit.end() :]


def _negation_dropped(rng: random.Random, sentence: str) -> str | None:
    return re.sub(r" not\b|n't\b", "", sentence, count=1) if re.search(r" not\b|n't\b", sentence) else None


def _name_swapped(rng: random.Random, sentence: str) -> str | None:
    present = [name for name in NAMES if name in sentence]
    if not present:
        return None
    name = rng.choice(present)
    return sentence.replace(name, rng.choice([other for other in NAMES if other not in name and name not in other]), 1)


def _spliced(rng: random.Random, sentence: str) -> str | None:
    other = rng.choice([s for s in SENTENCES if s != sentence])
    head, tail = sentence.split(), other.split()
    return " ".join(head[: len(head) // 2] + tail[len(tail) // 2 :])


def _invented(rng: random.Random, sentence: str) -> str | None:
    words = re.findall(r"\w+", STORY)
    return " ".join(rng.choice(words) for _ in range(rng.randint(5, 12)))


FALSIFIERS = [_number_changed, _negation_added, _negation_dropped, _name_swapped, _spliced, _invented]


def false_quotations(count: int) -> list[tuple[str, str]]:
    rng = random.Random(20261125)
    made: list[tuple[str, str]] = []
    while len(made) < count:
        falsify = FALSIFIERS[len(made) % len(FALSIFIERS)]
        quotation = falsify(rng, rng.choice(SENTENCES))
        if quotation and quotation not in STORY:
            made.append((falsify.__name__.strip("_"), quotation))
    return made


def test_none_of_200_false_quotations_is_grounded() -> None:
    """Numbers changed, negations added or dropped, names swapped, halves spliced, words invented."""
    passed = [
        (kind, quote) for kind, quote in false_quotations(200) if isinstance(outcome(STORY, claim(quote)), Grounded)
    ]
    assert passed == []


def test_a_splice_in_two_pieces_is_not_grounded_either() -> None:
    """Each half stands in the text, but they are not one interrupted statement."""
    rng = random.Random(7)
    for _ in range(100):
        first, second = sorted(rng.sample(range(len(SENTENCES)), 2))
        head, tail = SENTENCES[first].split(), SENTENCES[second].split()
        pieces = " ".join(head[: len(head) // 2]), " ".join(tail[len(tail) // 2 :])
        assert isinstance(outcome(STORY, claim(*pieces, cue="said", mention="Thorn")), Ungrounded), pieces


@pytest.mark.parametrize(
    "restyle", [str, lambda s: s.translate(str.maketrans("“”‘’–", "\"\"''-")), lambda s: s.replace("'", "’")]
)
def test_every_true_quotation_is_grounded_in_any_order_and_with_any_marks(restyle: object) -> None:
    drafts = [fact(restyle(sentence)) for sentence in SENTENCES]  # type: ignore[operator]
    random.Random(3).shuffle(drafts)
    for result in ground(chunk_of(STORY), drafts):
        assert isinstance(result, Grounded), result
        for span in result.content:
            assert STORY[span.start : span.end] == span.text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("People can", "half of can't"),
        ("sail before 3 May", "the not before it is lost"),
        ("fine the builder 2", "half of 2.4 million"),
        ("fine the builder 2.4", "2.4 without its million"),
        ("250 seats were ready", "the end of 1,250"),
        ("voted 7", "half of the result"),
        ("elivered every hull", "half a word"),
        ("the 14 New ferries", "case changed"),
        ("the 14 new ferries would not sail", None),
        ("any boat was late", None),
    ],
)
def test_a_quotation_may_not_cut_a_word_a_quantity_or_a_negation(content: str, why: str | None) -> None:
    """Verbatim and false all the same."""
    assert isinstance(outcome(STORY, claim(content)), Ungrounded if why else Grounded), why


def test_a_repeated_sentence_is_grounded_where_its_neighbours_are() -> None:
    text = "It rained. Ann left.\n\nThe vote failed. Bo cheered.\n\nIt rained. Cy stayed."
    drafts = [fact("The vote failed"), fact("Bo cheered"), fact("It rained"), fact("Cy stayed")]
    results = ground(chunk_of(text), drafts)
    assert [r.content[0].start for r in results if isinstance(r, Grounded)] == [22, 39, 52, 63]


def test_the_same_words_said_twice_are_grounded_twice() -> None:
    text = '"No," said Ann. Later Bo was asked. "No," said Bo.'
    results = ground(chunk_of(text), [claim("No", cue="said", mention="Ann"), claim("No", cue="said", mention="Bo")])
    assert [r.content[0].start for r in results if isinstance(r, Grounded)] == [1, 37]


def test_cue_and_mention_are_those_of_the_claims_own_sentence() -> None:
    text = '"It is safe," said Ann Poe. "It is not," said Bo Rae.'
    result = outcome(text, claim("It is not", cue="said", mention="Bo Rae"))
    assert isinstance(result, Grounded)
    assert result.cue is not None
    assert text[result.cue.start :].startswith("said Bo Rae")


@pytest.mark.parametrize("field", ["cue", "mention"])
def test_a_cue_or_mention_that_is_not_in_the_text_is_refused(field: str) -> None:
    result = outcome(STORY, claim("any boat was late", **{field: "conceded"}))
    assert isinstance(result, Ungrounded)
    assert "conceded" in result.reason


def test_an_interrupted_quotation_is_one_claim_with_two_pieces() -> None:
    result = outcome(
        STORY,
        claim(
            "We ordered 14 boats, and we got nine", "That's not a detail; it's a scandal", cue="told", mention="Thorn"
        ),
    )
    assert isinstance(result, Grounded)
    assert [span.text for span in result.content] == [
        "We ordered 14 boats, and we got nine",
        "That's not a detail; it's a scandal",
    ]


def test_grounding_looks_only_at_the_chunk_that_was_sent() -> None:
    text = STORY[:110]
    assert isinstance(outcome(text, claim("any boat was late")), Ungrounded)


def test_offsets_are_those_of_the_article() -> None:
    start = STORY.index("Harbour")
    result = ground(chunk_of(STORY[start:], start), [claim("any boat was late")])[0]
    assert isinstance(result, Grounded)
    assert STORY[result.content[0].start : result.content[0].end] == "any boat was late"


def test_a_normalised_match_is_told_from_an_exact_one() -> None:
    exact = outcome(STORY, claim("People can't commute on promises"))
    folded = outcome(STORY, claim("They need boats - and they need them now"))
    assert isinstance(exact, Grounded)
    assert isinstance(folded, Grounded)
    assert (exact.grounding, folded.grounding) == ("exact", "normalized")
    assert folded.content[0].text == "They need boats – and they need them now"


@pytest.mark.parametrize(
    ("article", "quoted"),
    [
        ("The cafe\u0301 closed early.", "The caf\u00e9 closed early"),
        ("Prices\u00a0rose\r\nby 3%.", "Prices rose by 3%"),
        ("It was … odd.", "It was ... odd"),
        ("co\u00adoperation failed", "cooperation failed"),
        ("«Non», dit-il, «merci bien».", "Non"),
    ],
)
def test_only_typography_is_forgiven(article: str, quoted: str) -> None:
    result = outcome(article, claim(quoted))
    assert isinstance(result, Grounded)
    span = result.content[0]
    assert article[span.start : span.end] == span.text


def test_japanese_needs_no_spaces_around_a_quotation() -> None:
    text = "市長は「橋は安全だ」と述べた。"
    result = outcome(text, claim("橋は安全だ", cue="述べた", mention="市長"))
    assert isinstance(result, Grounded)
    assert result.content[0].text == "橋は安全だ"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('"It is safe."', "It is safe"),
        ("it is safe.", "it is safe"),
        ('it is "safe"', 'it is "safe"'),
        ("“Why?”", "Why?"),
        ("from the U.S.", "from the U.S."),
        ("he waited...", "he waited..."),
        ('"a mess, frankly', "a mess, frankly"),
        ("'tis odd,", "'tis odd"),
    ],
)
def test_content_is_trimmed_as_the_guide_marks_it(text: str, kept: str) -> None:
    assert text[slice(*trim(text, 0, len(text)))] == kept


@given(st.text(max_size=400), st.text(min_size=1, max_size=40))
def test_whatever_is_grounded_equals_its_slice(text: str, quoted: str) -> None:
    for result in ground(chunk_of(text), [claim(quoted), claim(text[3:20] or "x", cue=text[:3])]):
        if isinstance(result, Grounded):
            for span in (*result.content, *(part for part in (result.cue, result.mention, result.date) if part)):
                assert text[span.start : span.end] == span.text


@given(st.lists(st.text(alphabet="abcde", min_size=2, max_size=6), min_size=4, max_size=40), st.data())
def test_any_run_of_whole_words_is_found_exactly(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    result = outcome(text, claim(" ".join(words[first : last + 1])))
    assert isinstance(result, Grounded)
    assert result.content[0].text == " ".join(words[first : last + 1])


def test_a_chunk_of_one_repeated_word_is_no_trap() -> None:
    """Places are bounded, so that a hostile text costs no more than another."""
    text = "no " * 2000
    results = ground(chunk_of(text), [claim("no", cue="no", mention="no") for _ in range(50)])
    assert len(results) == 50


# --- what a rival tried --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("The council fined the builder 2.4 million crowns.", "fined the builder 2."),
        ("The council fined the builder 2.4 million crowns.", ".4 million crowns"),
        ("It cost 2.4\u00a0million now.", "It cost 2.4"),
        ("It cost 2.4\nmillion now.", "It cost 2.4"),
        ("It cost 1 000 000 crowns.", "It cost 1"),
        ("It cost 1'000 crowns.", "It cost 1"),
        ("It cost 15 250 crowns.", "250 crowns"),
        ("About two million left.", "About two"),
        ("About 15 crore left.", "About 15"),
        ("It took 3 1/2 years.", "1/2 years"),
        ("It was minus 15 degrees.", "15 degrees"),
        ("It fell to -5 degrees.", "5 degrees"),
        ("He paid £15 for it.", "15 for it"),
        ("罚款为15万元。", "罚款为15"),
    ],
)
def test_a_quantity_is_cut_nowhere(text: str, content: str) -> None:
    assert isinstance(outcome(text, claim(content)), Ungrounded)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ('It is not "safe" here.', "safe"),
        ("It is not *safe* here.", "safe"),
        ("It is not\u200b safe here.", "safe here"),
        ("It is not                    safe here.", "safe here"),
        ("It isn´t safe here.", "safe here"),
        ("People can´t go.", "People can"),
        ("It is un\u00adsafe now.", "safe now"),
        ("It has not yet been tested.", "been tested"),
        ("She no longer backs it.", "backs it"),
        ("None of the boats sank.", "the boats sank"),
        ("Nothing had ever been tested.", "been tested"),
        ("They failed to pay us.", "pay us"),
        ("The vote was not valid.", "The vote was"),
        ("Wir unterstützen den Plan nicht.", "Wir unterstützen den Plan"),
        ("Ce n'est pas sûr.", "sûr"),
        ("Это не безопасно.", "безопасно"),
        ("橋は不安全だ。", "安全だ"),
        ("橋は安全ではない。", "橋は安全"),
        ("यह सुरक्षित नहीं है।", "यह सुरक्षित"),
        ("A non-violent march.", "violent march"),
    ],
)
def test_no_negation_is_left_out(text: str, content: str) -> None:
    assert isinstance(outcome(text, claim(content)), Ungrounded)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Voters say no\n\nThe bridge will close in May.", "The bridge will close in May"),
        ("We ask whether or not the bridge is safe.", "the bridge is safe"),
        ("Il dit qu'elle est sûre.", "elle est sûre"),
        ("Parce que l’homme est là.", "homme est là"),
        (">15 people died.", "15 people died"),
        ("In 2014, 300 people came.", "300 people came"),
        ("He would not say whether it rained.", "whether it rained"),
        ("It is safe, not cheap.", "It is safe"),
        ("It is safe. Nothing else is.", "It is safe."),
        ("It rose from 15 to 20.", "It rose from 15 to 20"),
        ("\u1100\u1161\u11a8이 이겼다.", "각이 이겼다"),
    ],
)
def test_what_cuts_nothing_is_grounded(text: str, content: str) -> None:
    assert isinstance(outcome(text, claim(content)), Grounded)


@pytest.mark.parametrize(
    ("text", "pieces", "evidence"),
    [
        (
            "The minister said the tax would rise, and he added the pension would fall.",
            ("the tax would", "fall"),
            {"cue": "added", "mention": "he"},
        ),
        (
            "He would raise the tax. He added he would cut the pension.",
            ("He would raise", "the pension"),
            {"cue": "added", "mention": "He"},
        ),
        (
            "Ann Poe said the bridge is not yet safe.",
            ("the bridge is", "safe"),
            {"cue": "said", "mention": "Ann Poe", "date": "yet"},
        ),
        ('"A mess," said Ann. "It is fine," said Bo.', ("A mess", "It is fine"), {"cue": "said", "mention": "Ann"}),
        ('"We are late."\n\n"They are liars."', ("We are late", "They are liars"), {}),
    ],
)
def test_only_a_reporting_clause_may_stand_between_pieces(
    text: str, pieces: tuple[str, ...], evidence: dict[str, str]
) -> None:
    assert isinstance(outcome(text, claim(*pieces, **evidence)), Ungrounded)


@pytest.mark.parametrize(
    ("text", "pieces", "evidence"),
    [
        (
            '"It is late," said Ann Poe of Acme Corp. on Monday, "and it is wet."',
            ("It is late", "and it is wet"),
            {"cue": "said", "mention": "Ann Poe"},
        ),
        ("Two of the boats, she said, had sunk.", ("Two of the boats", "had sunk"), {"cue": "said", "mention": "she"}),
        (
            "She accused Olve on Friday of lying.",
            ("Olve", "of lying"),
            {"cue": "accused", "mention": "She", "date": "on Friday"},
        ),
        ('"One.\n\n"Two," he said.', ("One", "Two"), {"cue": "said", "mention": "he"}),
        ('"One," Poe said. "Two."\n\n"Three."', ("One", "Two", "Three"), {"cue": "said", "mention": "Poe"}),
    ],
)
def test_an_interruption_by_its_own_report_is_one_statement(
    text: str, pieces: tuple[str, ...], evidence: dict[str, str]
) -> None:
    assert isinstance(outcome(text, claim(*pieces, **evidence)), Grounded)


@pytest.mark.parametrize(
    ("text", "content", "mention"),
    [
        ('"It is safe," said Ann Poe. "It is not," said Bo Rae.', "It is safe", "Bo Rae"),
        ('"Ann Poe lied to us," said Bo Rae.', "Ann Poe lied to us", "Ann Poe"),
    ],
)
def test_somebody_elses_mention_is_no_evidence(text: str, content: str, mention: str) -> None:
    assert isinstance(outcome(text, claim(content, cue="said", mention=mention)), Ungrounded)


def test_a_folded_match_is_taken_where_the_speaker_is() -> None:
    text = 'Bo Rae said "it\'s over for us".\n\nLater “it’s over for us,” said Ann Poe.'
    result = outcome(text, claim("it's over for us", cue="said", mention="Ann Poe"))
    assert isinstance(result, Grounded)
    assert result.content[0].start == 40


def test_of_ninety_answers_the_right_one_is_taken() -> None:
    text = "".join(f'"No," said Bo {chr(97 + n % 26)}{chr(97 + n // 26)}x.\n' for n in range(90))
    result = outcome(text, claim("No", cue="said", mention="Bo ldx"))
    assert isinstance(result, Grounded)
    assert text[result.content[0].start :].startswith('No," said Bo ldx')


def test_a_day_that_stands_twice_is_the_one_already_named() -> None:
    """Words that name a day hold until another is named; those of a later paragraph are about something else."""
    text = (
        "The minister, Ann Poe, spoke on Friday in the old harbour.\n\n"
        "She praised the crews at length, and the weather, and her late predecessor, of whom she told two stories.\n\n"
        '"The bridge is safe," Poe said.\n\n'
        "The ferry will run again on Friday.\n"
    )
    result = outcome(text, claim("The bridge is safe", cue="said", mention="Poe", date="on Friday"))
    assert isinstance(result, Grounded)
    assert result.date is not None
    assert result.date.start == text.index("on Friday")


@pytest.mark.parametrize(
    ("sentence", "cue"),
    [
        ("Ann Poe did not say that the bridge is unsafe.", "say"),
        ("Ann Poe never said the bridge is unsafe.", "said"),
        ("Ann Poe has not yet publicly claimed that the bridge is unsafe.", "claimed"),
        ("Ann Poe didn’t tell the council that the bridge is unsafe.", "tell"),
        ("Ann Poe could not confirm that the bridge is unsafe.", "confirm"),
    ],
)
def test_what_somebody_did_not_say_is_no_claim(sentence: str, cue: str) -> None:
    result = outcome(sentence, claim("the bridge is unsafe", cue=cue, mention="Ann Poe"))
    assert isinstance(result, Ungrounded)
    assert "is negated" in result.reason


@pytest.mark.parametrize(
    ("sentence", "cue"),
    [
        ("Ann Poe did not deny that the bridge is unsafe.", "did not deny"),
        ("Ann Poe not only said the bridge is unsafe; she closed it.", "said"),
        ("It was not Ann Poe who said the bridge is unsafe.", "said"),
        ("It is not yet open: the bridge is unsafe, said Ann Poe.", "said"),
        ("Neither Ann Poe nor Bo Lind said the bridge is unsafe.", "said"),
    ],
)
def test_a_negation_that_is_shown_or_is_elsewhere_stands_in_no_ones_way(sentence: str, cue: str) -> None:
    assert isinstance(outcome(sentence, claim("the bridge is unsafe", cue=cue, mention="Ann Poe")), Grounded)
