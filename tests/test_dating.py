"""Dates: what an expression means where it stands, and where expressions stand."""

import datetime
import doctest
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimx.claims.dating import Resolution, find_dates, resolve_date
from claimx.claims.dating.vocabulary import fold

WEDNESDAY = "2024-06-12"
SEEDS = Path(__file__).parents[1] / "seeds"
VALUE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
WORDS = """
    on in the last next this Friday Tues. May March 5 5th 2021 , . - / ' of week month year ago earlier day before after
    two a first quarter summer half end early mid- every not said by will until since from to and 03/04 '21 s
"""
DATE_WORDS = st.sampled_from(WORDS.split())
TEXTS = st.text(max_size=80) | st.lists(DATE_WORDS, max_size=12).map(" ".join)


def resolved(sentence: str, published: str | None = WEDNESDAY) -> str | None:
    """The value of the expression between the brackets of a sentence."""
    before, _, rest = sentence.partition("[")
    expression, _, after = rest.partition("]")
    return resolve_date(expression, published, before=before, after=after).value


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("The union said on [Friday] that it would strike.", "2024-06-07"),
        ("The union will strike on [Friday] unless wages rise.", "2024-06-14"),
        ("The union on [Friday] rejected the offer.", "2024-06-07"),
        ("[On Friday], the union will vote.", "2024-06-14"),
        ("[On Friday], the union voted.", "2024-06-07"),
        ("The union, which met on [Monday], will strike next week.", "2024-06-10"),
        ("They agreed to meet again on [Friday].", "2024-06-14"),
        ("They agreed on [Friday] to meet again.", "2024-06-07"),
        ("The bank is expected to cut rates on [Thursday].", "2024-06-13"),
        ("The vote was postponed until [Friday].", "2024-06-14"),
        ("A ruling is due by [Friday].", "2024-06-14"),
        ("Talks resume on [Friday] in the capital.", "2024-06-14"),
        ("Ahead of [Friday]'s vote, the party is split.", "2024-06-14"),
        ("The party will appeal [Monday]'s ruling.", "2024-06-10"),
        ("The next hearing is on [Thursday].", "2024-06-13"),
        ("He may have left the country on [Sunday], police said.", "2024-06-09"),
        ("The law would be debated on [Thursday], she said.", "2024-06-13"),
        ("The ferry was searched [Sunday night].", "2024-06-09"),
    ],
)
def test_the_tense_beside_a_weekday_tells_its_week(sentence: str, value: str) -> None:
    assert resolved(sentence) == value


@pytest.mark.parametrize(
    "sentence", ["She said on [Wednesday].", "She will speak on [Wednesday].", "[Wednesday morning]"]
)
def test_the_weekday_of_publication_is_that_day(sentence: str) -> None:
    assert resolved(sentence) == WEDNESDAY


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("today", "2024-06-12"),
        ("earlier on Wednesday", "2024-06-12"),
        ("this morning", "2024-06-12"),
        ("yesterday evening", "2024-06-11"),
        ("last night", "2024-06-11"),
        ("tomorrow", "2024-06-13"),
        ("the day before yesterday", "2024-06-10"),
        ("the day after tomorrow", "2024-06-14"),
        ("last Wednesday", "2024-06-05"),
        ("this past Monday", "2024-06-10"),
        ("this coming Monday", "2024-06-17"),
        ("next Friday", "2024-06-21"),
        ("Tuesday of last week", "2024-06-04"),
        ("a week ago Friday", "2024-05-31"),
        ("three days ago", "2024-06-09"),
        ("two weeks ago", "2024-05"),
        ("six months ago", "2023-12"),
        ("almost four years ago", "2020"),
        ("a decade ago", "2014"),
        ("ten days from now", "2024-06-22"),
        ("last month", "2024-05"),
        ("early next year", "2025"),
        ("the end of the month", "2024-06"),
        ("so far this year", "2024"),
        ("the year before last", "2022"),
        ("the current fiscal year", "2024"),
    ],
)
def test_relative_expressions_are_counted_from_publication(expression: str, value: str) -> None:
    assert resolve_date(expression, WEDNESDAY).value == value


@pytest.mark.parametrize(
    ("expression", "published", "value"),
    [
        ("last week", "2023-05-17", "2023-05"),
        ("this week", "2023-03-01", "2023-03"),
        ("earlier this week", "2023-03-01", "2023-02"),
        ("over the weekend", "2023-05-01", "2023-04"),
        ("next week", "2023-12-30", "2024-01"),
    ],
)
def test_a_week_is_reduced_to_the_month_of_its_middle(expression: str, published: str, value: str) -> None:
    assert resolve_date(expression, published).value == value


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("The plant closed in [December].", "2023-12"),
        ("The plant will close in [December].", "2024-12"),
        ("Prices rose in [May].", "2024-05"),
        ("The fund has grown since [January].", "2024-01"),
        ("The works must end by [mid-August].", "2024-08"),
        ("He was elected [last August].", "2023-08"),
        ("He was elected [last May].", "2023-05"),
        ("He was elected last [November].", "2023-11"),
        ("A vote is planned for [September].", "2024-09"),
        ("The law, passed on [5 March], bans it.", "2024-03-05"),
        ("He was seen on [Dec. 31].", "2023-12-31"),
        ("The rule takes effect on [July 1].", "2024-07-01"),
        ("The exhibition will open on [the 25th].", "2024-06-25"),
        ("He arrived on [the 25th].", "2024-05-25"),
        ("He was seen on [Good Friday].", "2024-03-29"),
        ("The court met on [the first Monday in October].", "2023-10-02"),
    ],
)
def test_the_year_that_is_not_written_follows_from_the_tense(sentence: str, value: str) -> None:
    assert resolved(sentence) == value


def test_a_weekday_beside_a_day_chooses_the_year_that_has_it() -> None:
    assert resolve_date("Tuesday, Feb. 29", "2002-05-05").value == "2000-02-29"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("Feb. 5, 2021", "2021-02-05"),
        ("Friday, 5 February 2021", "2021-02-05"),
        ("the 5th of February, 2021", "2021-02-05"),
        ("February fifth 2021", "2021-02-05"),
        ("2021-02-05T23:30:00-05:00", "2021-02-05"),
        ("2021/2/5", "2021-02-05"),
        ("5.2.2021", "2021-02-05"),
        ("25/02/2021", "2021-02-25"),
        ("02/25/2021", "2021-02-25"),
        ("5 février 2021", "2021-02-05"),
        ("5. Februar 2021", "2021-02-05"),
        ("5 de febrero de 2021", "2021-02-05"),
        ("mars 2021", "2021-03"),
        ("May '21", "2021-05"),
        ("the end of March 2021", "2021-03"),
        ("2021-02", "2021-02"),
        ("in 2014", "2014"),
        ("fiscal year 2014", "2014"),
        ("nineteen ninety-one", "1991"),
        ("two thousand and five", "2005"),
        ("the summer of 2019", "2019"),
        ("the third quarter of 2020", "2020"),
        ("Q3 2020", "2020"),
    ],
)
def test_absolute_dates_need_no_publication_date(expression: str, value: str) -> None:
    assert resolve_date(expression, None).value == value


@pytest.mark.parametrize(
    "expression", ["Friday", "yesterday", "last month", "May 5", "in March", "two years ago", "the year"]
)
def test_relative_dates_without_a_publication_date_say_why_they_have_no_value(expression: str) -> None:
    assert resolve_date(expression, None) == Resolution(None, "no-publication-date")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("from 3 to 5 May", "2024-05-03"),
        ("May 3-5, 2021", "2021-05-03"),
        ("13 and 14 May", "2024-05-13"),
        ("Monday to Wednesday", "2024-06-10"),
        ("between 2017 and 2019", "2017"),
        ("2017-2019", "2017"),
        ("2022/23", "2022"),
    ],
)
def test_a_range_is_given_by_its_beginning(expression: str, value: str) -> None:
    assert resolve_date(expression, WEDNESDAY).value == value


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("03/04/2021", "numeric-ambiguous"),
        ("30/30/2021", "numeric-ambiguous"),
        ("31 February 2021", "day"),
        ("the 1990s", "decade"),
        ("the last decade", "decade"),
        ("the 20th century", "decade"),
        ("last winter", "season"),
        ("three days after the vote", "event"),
        ("more than two years ago", "bounded"),
        ("every Friday", "recurring"),
        ("on Fridays", "recurring"),
        ("over the past two years", "duration"),
        ("recently", "no-date"),
        ("several years ago", "no-date"),
        ("", "no-date"),
    ],
)
def test_what_does_not_name_a_day_month_or_year_has_no_value(expression: str, rule: str) -> None:
    assert resolve_date(expression, WEDNESDAY) == Resolution(None, rule, None if rule != "bounded" else WEDNESDAY)


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("On 3 May 2024 he quit; [the same day] she left.", "2024-05-03"),
        ("She quit on Monday, a week after he did; [later that day] she flew home.", "2024-06-10"),
        ("She quit on Monday. He had quit [the day before].", "2024-06-09"),
        ("She quit on 31 March and left [the following day].", "2024-04-01"),
        ("She quit on 31 March and was charged [three days later].", "2024-04-03"),
        ("He was arrested in 2019 and freed [two years later].", "2021"),
        ("In 2021 it lost money, as it had [the previous year].", "2020"),
        ("On 3 May 2024 he quit, and [that Friday] he left.", "2024-05-03"),
        ("She said on Monday that Friday's vote was rigged, and that [Friday]'s recount was too.", "2024-06-07"),
        ("On 3 May 2024 he quit, and [the following Friday] he left.", "2024-05-10"),
        ("He ran [two days after the March 5 vote].", "2024-03-07"),
        ("He was arrested in 2019 and freed [the following month].", None),
        ("On 3 May 2024 he quit; [three hours later] he was gone.", "2024-05-03"),
        ("She left [the next day].", None),
        ("She left [three days after] the vote on Friday.", None),
    ],
)
def test_a_date_that_leans_on_another_is_counted_from_it_or_not_at_all(sentence: str, value: str | None) -> None:
    assert resolved(sentence) == value


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("He met them on [Tuesday] of last week.", "2024-06-04"),
        ("It opened in [April] last year.", "2023-04"),
        ("Profit rose 4% from [a year] earlier.", "2023"),
        ("He left more than [two years ago].", None),
        ("It is held every [Friday] at noon.", None),
    ],
)
def test_an_expression_cut_too_short_is_read_with_the_words_beside_it(sentence: str, value: str | None) -> None:
    assert resolved(sentence) == value


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor said [on Monday], 9 March 2020, that he knew.",
        "The mayor said on [Monday] 9 March 2020 that he knew.",
        "The mayor said on [Monday evening], March 9th, 2020, that he knew.",
        "The mayor said [on Monday] (9 March 2020) that he knew.",
        "On 9 March 2020, [Monday], the mayor said that he knew.",
        "On March 9, 2020, a [Monday], the mayor said that he knew.",
        "On 9 March 2020 ([Monday]) the mayor said that he knew.",
        "The mayor said [yesterday], 9 March 2020, that he knew.",
    ],
)
def test_the_date_set_beside_a_day_tells_which_day_it_is(sentence: str) -> None:
    assert resolved(sentence) == "2020-03-09"


@pytest.mark.parametrize(
    "sentence",
    [
        "On 9 March 2020 the mayor said that [Monday]'s vote was fair.",
        "The bridge closed on 9 March 2020. [Monday]'s vote was fair.",
        "The bridge closed on Friday, 6 March 2020, [Monday]'s vote was fair.",
        "The mayor spoke on [Monday] and on 9 March 2020.",
        "The mayor said on [Monday], March 2020 had been fair.",
    ],
)
def test_a_date_of_something_else_does_not_tell(sentence: str) -> None:
    assert resolved(sentence) == "2024-06-10"


@pytest.mark.parametrize(
    "preposition", ["before", "since", "until", "by", "after", "prior to", "not before", "shortly after"]
)
@pytest.mark.parametrize("day", ["Monday", "last Monday night", "yesterday", "9 March 2020", "the 5th"])
def test_a_bound_is_no_day(preposition: str, day: str) -> None:
    found = resolve_date(f"{preposition} {day}", WEDNESDAY)
    assert (found.value, found.rule) == (None, "bounded")


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("He said so before [Monday].", "2024-06-10"),
        ("He spoke [after Monday's vote].", "2024-06-10"),
        ("He spoke [on Monday after the vote].", "2024-06-10"),
        ("He spoke on [the day after Monday].", "2024-06-11"),
        ("Prices have risen [since May].", "2024-05"),
    ],
)
def test_a_preposition_outside_the_expression_or_before_an_event_or_a_month_bounds_nothing(
    sentence: str, value: str
) -> None:
    assert resolved(sentence) == value


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("The shop will reopen [in three weeks].", "2024-07"),
        ("The shop was rebuilt [in three weeks].", None),
        ("The airport reopened [at 6 a.m. on Tuesday].", "2024-06-11"),
        ("The siren was heard [at 10:40].", "2024-06-12"),
    ],
)
def test_a_duration_or_a_time_is_a_date_only_where_the_sentence_makes_it_one(sentence: str, value: str | None) -> None:
    assert resolved(sentence) == value


def test_the_day_of_a_timestamp_is_the_day_as_written() -> None:
    """At 23:30 in Lima it is the next day in Greenwich; the article's own zone counts."""
    assert resolve_date("today", "2021-02-05T23:30:00-05:00").value == "2021-02-05"
    assert resolve_date("today", datetime.date(2021, 2, 5)).value == "2021-02-05"
    assert resolve_date("two hours ago", "2021-02-05T01:30:00-05:00").value == "2021-02-04"
    assert resolve_date("two hours ago", "2021-02-05") == Resolution(None, "no-time-of-day")


def test_a_resolution_tells_its_rule_and_what_it_counted_from() -> None:
    found = resolve_date("Friday", "2021-02-07", before="The ministry said on ")
    assert found == Resolution("2021-02-05", "weekday-past", "2021-02-07")


@pytest.mark.parametrize("published", ["", "soon", "2021", "2021-13-45", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("expression", ["Friday", "9999 years ago", "9999 days ago", "next year", "May 5", "the 31st"])
def test_dates_beyond_the_calendar_are_not_errors(published: str, expression: str) -> None:
    value = resolve_date(expression, published).value
    assert value is None or VALUE.fullmatch(value)


@given(TEXTS, TEXTS, TEXTS, st.none() | st.dates().map(str) | st.datetimes().map(str) | st.text(max_size=12))
@settings(deadline=None)
def test_any_text_gets_an_iso_date_or_none(expression: str, before: str, after: str, published: str | None) -> None:
    value = resolve_date(expression, published, before=before, after=after).value
    assert value is None or VALUE.fullmatch(value)


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2098, 12, 31)),
    st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d"]),
)
def test_a_full_date_is_read_back_in_every_order(day: datetime.date, style: str) -> None:
    assert resolve_date(day.strftime(style), None).value == day.isoformat()


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2098, 12, 31)), st.integers(0, 6))
def test_a_reported_weekday_is_one_of_the_seven_days_up_to_publication(published: datetime.date, back: int) -> None:
    day = published - datetime.timedelta(days=back)
    assert resolved(f"The mayor said on [{day:%A}] that he knew.", published.isoformat()) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He said on Friday that it opens in March 2022.", ["on Friday", "in March 2022"]),
        ("Last August, and earlier this week.", ["Last August", "earlier this week"]),
        ("On February 22, at Tuesday night’s vote, in 2014.", ["On February 22", "Tuesday night", "in 2014"]),
        ("The 1987 treaty, the summer of 2019 and the 1990s.", ["1987", "the summer of 2019", "the 1990s"]),
        ("Two days later, the same day, three weeks ago.", ["Two days later", "the same day", "three weeks ago"]),
        ("It met on Thursday. Then on Oct. 5.", ["on Thursday", "on Oct. 5"]),
        ("She may march in May; May I? April said the Sun sat.", ["in May"]),
        ("He sold 2014 ballots for $1999 to 2,019 people.", []),
        ("Every Friday, for the past two years, the player of the year.", []),
        ("In the fall of 2019 and by the end of the year.", ["In the fall of 2019", "the end of the year"]),
    ],
)
def test_date_expressions_are_found_where_they_stand(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in find_dates(text)] == found


@given(TEXTS)
@settings(deadline=None)
def test_found_spans_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    edges = [offset for span in find_dates(text) for offset in span]
    assert edges == sorted(edges)
    assert all(0 <= offset <= len(text) for offset in edges)
    assert all(text[start:end].strip() for start, end in find_dates(text))


@given(st.text())
def test_folding_moves_no_character(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("piece", ["the ", "friday ", "from 3 to ", "2019-", "in a ", "the day after ", "1 ", " "])
def test_the_time_to_find_dates_grows_with_the_text_and_not_faster(piece: str) -> None:
    """Forty times the text may take 40 times as long, on a busy machine 120 times; a square would be 1600 times."""

    def seconds(count: int) -> float:
        text, start = piece * count, time.perf_counter()
        find_dates(text)
        resolve_date(text, WEDNESDAY, before=text, after=text)
        return time.perf_counter() - start

    short = min(seconds(500) for _ in range(3))
    assert seconds(20_000) < 120 * short + 0.5


def test_the_page_about_dates_shows_what_the_code_answers() -> None:
    page = Path(__file__).parents[1] / "docs" / "dates.md"
    results = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert results.attempted > 0
    assert results.failed == 0


def test_the_seed_labels_are_resolved_as_often_as_documented() -> None:
    """Exact values for the expressions in `seeds/`, without a look at what they say."""
    right = total = 0
    for path in sorted((SEEDS / "labels").glob("*.json")):
        _, header, text = (SEEDS / "articles" / f"{path.stem}.md").read_text(encoding="utf-8").split("---\n", 2)
        published = re.search(r"^published: *\"?([^\s\"]+)", header, re.MULTILINE)
        for label in json.loads(path.read_text(encoding="utf-8"))["labels"]:
            date = label["date"]
            if date and date["text"]:
                start, end = date["text"]["start"], date["text"]["end"]
                before, after = text[max(0, start - 200) : start], text[end : end + 200]
                found = resolve_date(date["text"]["text"], published and published[1], before=before, after=after)
                total += 1
                right += found.value in (date["value"], *label.get("date_alternatives", ()))
    assert total > 100
    assert right / total >= 0.85
