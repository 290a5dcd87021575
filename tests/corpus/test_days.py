"""Days as people type them into a table."""

import pytest

from corpus.readers.export.days import EPOCH_1904, day_of, due_of, in_words, period_of, periods_in


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("04/03/2019", "2019-03-04"),
        ("4.3.19", "2019-03-04"),
        ("4-3-2019", "2019-03-04"),
        ("2019-03-04", "2019-03-04"),
        ("2019-03-04T10:30:00Z", "2019-03-04"),
        ("04/03/2019 10:30", "2019-03-04"),
        ("4 Mar 19", "2019-03-04"),
        ("4-Mar-19", "2019-03-04"),
        ("4th of March, 2019", "2019-03-04"),
        ("Mon 4 March 2019", "2019-03-04"),
        ("Monday, 4 March 2019", "2019-03-04"),
        ("March 4, 2019", "2019-03-04"),
        ("'4 Sept. 2019", "2019-09-04"),
        ("4 May 98", "1998-05-04"),
        ("29/02/2019", None),
        ("29/02/2020", "2020-02-29"),
        ("13/13/2019", None),
        ("4 May", None),
        ("4/5/2019 or so", None),
        ("04/05/0219", None),
        ("", None),
    ],
)
def test_a_day_reads_day_first(printed: str, day: str | None) -> None:
    assert day_of(printed) == day


def test_a_publication_date_may_be_a_month_or_a_year() -> None:
    printed = ("March 2017", "Mar-17", "2017", "2017-03", "4/3/17", "spring")
    assert [period_of(p) for p in printed] == ["2017-03", "2017-03", "2017", "2017-03", "2017-03-04", None]


def test_a_day_in_words_reads_as_the_same_day() -> None:
    assert in_words("2018-05-04") == "4 May 2018"
    assert in_words("2018-05") == "May 2018"
    assert day_of(in_words("1999-12-31")) == "1999-12-31"


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("12/12/17", "2017-12-12"),
        ("31.3.19", "2019-03-31"),
        ("Apr-19", "2019-04"),
        ("end of March 2020", "2020-03"),
        ("By 31 March 2020", "2020-03-31"),
        ("30/06/2020 (TBC)", "2020-06-30"),
        ("w/c 11/11/19", "2019-11-11"),
        ("Q3 2019/20", "2019-12"),
        ("Q4 19/20", "2020-03"),
        ("2019-20 Q1", "2019-06"),
        ("2019/20", "2020-03"),
        ("2018/20", None),
        ("03/2020", "2020-03"),
        ("2020", "2020"),
        ("43921", "2020-03-31"),
        ("45384.0", "2024-04-02"),
        ("12345", None),
        ("2024-03-31T23:30:00+01:00", "2024-03-31"),
        ("31/04/2024", None),
        ("56 days", None),
        ("TBC", None),
        ("ongoing", None),
        ("-", None),
        ("March", None),
        ("Q3", None),
    ],
)
def test_a_target_is_read_as_exactly_as_it_is_printed(printed: str, date: str | None) -> None:
    assert due_of(printed) == date


def test_a_day_number_counts_from_the_workbook_s_first_day() -> None:
    assert due_of("42067", EPOCH_1904) == due_of("43529") == "2019-03-05"


def test_the_dates_inside_a_text_are_found_in_order() -> None:
    text = "Was 31/3/19, then Jun 2019 and Q1 2019/20; room 4/5, ref 2019/120456."
    assert periods_in(text) == ["2019-03-31", "2019-06", "2019-06"]
