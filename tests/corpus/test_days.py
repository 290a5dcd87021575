"""Days as people type them into a table."""

import pytest

from corpus.readers.export.days import day_of, in_words, period_of


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
    assert day_of(in_words("1999-12-31")) == "1999-12-31"
