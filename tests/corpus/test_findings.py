"""By when, and of whom, a finding asks."""

import pytest

from corpus.parsers.findings import addressees_of, deadline_of


@pytest.mark.parametrize(
    ("text", "published", "date"),
    [
        ("By October 2018, forces should review it.", None, "2018-10"),
        ("By the end of March 2019 the force should report.", None, "2019-03-31"),
        ("No later than 5 May 2016, chief constables should agree.", None, "2016-05-05"),
        ("Within six months, the force should act.", "2017-03-02", "2017-09-02"),
        ("Within 12 months, the force should act.", "2007-10", "2008-10"),
        ("Within two years, the force should act.", "2016", "2018"),
        ("Within six months, the force should act.", "2021", None),
        ("Within six months, the force should act.", "2017-08-31", "2018-02-28"),
        ("Within 56 days, the commissioner must publish.", "2017-12-20", "2018-02-14"),
        ("Within eight weeks, the force should act.", "2017-12-20", "2018-02-14"),
        ("Within eight weeks, the force should act.", "2017-12", None),
        ("Within six months, the force should act.", None, None),
        ("The force should act immediately.", "2017-12-20", "2017-12-20"),
        ("Within three months, do one; within six months, do the other.", "2017-01-01", "2017-07-01"),
        ("The force was told in March 2015 to act.", "2017-01-01", None),
    ],
)
def test_a_deadline_is_worked_out_only_where_the_text_allows(
    text: str, published: str | None, date: str | None
) -> None:
    assert deadline_of(text, published)[0] == date


def test_the_wording_of_every_deadline_is_kept() -> None:
    text = "Within three months, do one; within six\nmonths, do the other."
    assert deadline_of(text, None) == (None, "Within three months; within six months")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("All forces should review it.", ("all-forces",)),
        ("That the force counts moths.", ("force",)),
        (
            "Chief constables should act. The NPCC lead and the CPS lead should help.",
            ("chief-constables", "npcc", "cps"),
        ),
        ("The College of Policing should write to the Home Office.", ("college",)),
        ("Wickshire Police should act.", ("force",)),
        ("Lamps are lit.", ()),
    ],
)
def test_addressees_are_those_before_the_duty(text: str, asked: tuple[str, ...]) -> None:
    assert addressees_of(text) == asked
