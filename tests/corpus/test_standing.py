"""Where a recommendation stood on a day: facts about made-up records, and what must hold of any."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import last_day
from corpus.model import STATUSES
from corpus.standing import Entry, Printed, Standing, is_closed, standing

LONG = "We trained two hundred sergeants, bought the new cameras and checked sixty files with the health trust."


def status(date: str, value: str, number: int = 0) -> Entry:
    return Entry(number, date, "status", value, "")


def comment(date: str, text: str = "Noted.", says: Any = None, echo: int | None = None) -> Entry:
    carried = (0, len(text)) if says else None
    return Entry(0, date, "comment", None, text, says, carried, echo)


def stood(*entries: Entry, on: str = "2020-01-01", deadline: str | None = None) -> Standing:
    first = entries[0].date if entries else None
    return standing(entries, first, deadline, datetime.date.fromisoformat(on), tracked=True)


@pytest.mark.parametrize(
    ("date", "day"),
    [("2018-10", "2018-10-31"), ("2018-02", "2018-02-28"), ("2016", "2016-12-31"), ("2019-06-04", "2019-06-04")],
)
def test_a_month_ends_on_its_last_day(date: str, day: str) -> None:
    assert last_day(date).isoformat() == day


@pytest.mark.parametrize("text", ["", "soon", "2018-13", "2018-02-30", "18"])
def test_what_is_no_date_has_no_last_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day"):
        last_day(text)


def test_by_october_is_passed_on_the_first_of_november_and_not_before() -> None:
    opened = status("2018-03-22", "awaiting-review")
    assert not stood(opened, on="2018-10-31", deadline="2018-10").overdue
    assert stood(opened, on="2018-11-01", deadline="2018-10").overdue


def test_what_was_closed_in_time_or_late_is_passed_and_not_overdue() -> None:
    found = stood(status("2018-03-22", "awaiting-review"), status("2019-01-04", "complete"), deadline="2018-10")
    assert found.deadline_passed
    assert not found.overdue


def test_days_open_run_from_publication_to_the_closing_status() -> None:
    events = (status("2018-03-22", "awaiting-review"), status("2019-01-04", "complete"))
    assert stood(*events).days_open == 288
    assert stood(events[0]).days_open == 650
    assert stood(*events, on="2018-04-01").days_open == 10


def test_a_closing_status_that_is_repeated_closed_it_the_first_time() -> None:
    done = comment("2018-06-01", LONG)
    found = stood(
        status("2018-02-15", "awaiting-review"),
        done,
        status("2018-06-01", "complete"),
        comment("2019-01-01", "Seen again."),
        status("2020-06-01", "no-further-action-needed"),
        on="2021-01-01",
    )
    assert (found.status, found.status_date, found.days_open) == ("no-further-action-needed", "2020-06-01", 106)
    assert found.closing == done


def test_a_status_corrected_on_its_day_was_never_closed() -> None:
    found = stood(
        status("2018-01-01", "awaiting-review"),
        status("2019-03-01", "complete"),
        status("2019-03-01", "being-progressed"),
    )
    assert found.reopened == ()


def test_a_day_in_the_past_knows_nothing_of_what_came_later() -> None:
    events = (
        status("2018-01-01", "awaiting-review"),
        comment("2018-06-01", "It can be closed.", "requested"),
        status("2018-07-01", "complete"),
    )
    early = stood(*events, on="2018-05-31")
    assert (early.status, early.signal, early.closing) == ("awaiting-review", None, None)
    assert stood(*events, on="2018-06-30").mismatches == ("closed-in-comments",)
    assert stood(*events, on="2018-07-01").mismatches == ()


def test_reopened_counts_days_on_and_is_told() -> None:
    found = stood(
        status("2017-03-09", "awaiting-review"),
        status("2017-10-06", "complete"),
        status("2018-02-22", "being-progressed"),
        on="2018-03-09",
    )
    assert found.reopened == ("2018-02-22",)
    assert found.days_open == 365
    assert not found.closed


def test_a_status_that_opens_it_again_ends_what_was_said_before() -> None:
    found = stood(
        comment("2017-10-05", "Closed by the chief of staff.", "decided"),
        status("2017-10-06", "complete"),
        status("2018-02-22", "being-progressed"),
    )
    assert found.signal is None
    assert found.mismatches == ()


def test_what_is_parked_is_taken_up_by_the_next_comment() -> None:
    parked = comment("2018-01-01", "On hold until the inquiry reports.", "parked")
    assert stood(parked).signal == parked
    assert stood(parked, comment("2018-05-01")).signal is None


def test_a_comment_that_says_it_is_open_ends_a_request() -> None:
    events = (
        status("2018-01-01", "being-progressed"),
        comment("2018-02-01", "Please close.", "requested"),
        comment("2018-03-01", "Not closed.", "open"),
    )
    assert stood(*events).signal is None
    assert stood(*events).mismatches == ()


def test_closed_by_status_and_open_by_comment_is_a_mismatch() -> None:
    found = stood(status("2018-01-01", "complete"), comment("2018-02-01", "This remains open.", "open"))
    assert found.mismatches == ("open-in-comments",)


def test_a_request_older_than_the_open_status_is_no_mismatch() -> None:
    events = (comment("2018-01-01", "Please close.", "requested"), status("2018-02-01", "being-progressed"))
    assert stood(*events).mismatches == ()


def test_overdue_and_silent_for_more_than_a_year() -> None:
    events = (status("2018-01-01", "being-progressed"), comment("2018-06-01"))
    assert stood(*events, on="2019-06-01", deadline="2018-03").mismatches == ()
    assert stood(*events, on="2019-06-02", deadline="2018-03").mismatches == ("overdue-and-silent",)
    assert stood(*events, on="2019-06-02").mismatches == ()


def test_the_closing_comment_may_stand_before_or_after_the_status_of_its_day() -> None:
    done, closed = comment("2018-05-01", LONG), status("2018-06-01", "complete")
    after = comment("2018-06-01", "Chief of staff content.", "decided")
    for events in ((done, closed, after), (done, after, closed)):
        found = stood(*events, comment("2018-12-01", "Looked at again."))
        assert (found.closing, found.done) == (after, done)


def test_a_comment_that_adds_nothing_does_not_say_what_was_done() -> None:
    first, again = comment("2018-05-01", LONG), comment("2018-05-20", LONG, echo=1)
    found = stood(status("2018-01-01", "being-progressed"), first, again)
    assert found.done == first
    assert found.stalled == again


def test_outside_the_register_nothing_is_overdue_and_no_days_are_counted() -> None:
    found = standing((), "2016", "2016", datetime.date(2020, 1, 1), tracked=False)
    assert (found.deadline_passed, found.overdue, found.days_open) == (True, False, None)


DATES = st.dates(datetime.date(2015, 1, 1), datetime.date(2020, 12, 31)).map(datetime.date.isoformat)
ENTRIES = st.lists(
    st.one_of(
        st.builds(status, DATES, st.sampled_from(STATUSES)),
        st.builds(
            comment,
            DATES,
            st.sampled_from(["Noted.", LONG]),
            st.sampled_from([None, "requested", "decided", "superseded", "parked", "open"]),
        ),
    ),
    max_size=9,
).map(lambda entries: sorted(entries, key=lambda entry: entry.date))


@given(ENTRIES, DATES, st.none() | DATES)
def test_what_holds_of_any_record(entries: list[Entry], on: str, deadline: str | None) -> None:
    found = stood(*entries, on=on, deadline=deadline)
    known = [entry for entry in entries if entry.date <= on]
    statuses = [entry.status for entry in known if entry.kind == "status"]
    assert found.status == (statuses[-1] if statuses else None)
    assert found == stood(*known, on=on, deadline=deadline) or not known
    assert found.days_open is None or found.days_open >= 0
    assert found.closed == (found.status in ("complete", "no-further-action-needed"))
    assert not (found.overdue and found.closed)
    assert found.closing is None or found.closed
    assert found.signal is None or (found.signal in known and found.signal.says not in (None, "open"))
    assert not {"closed-in-comments", "open-in-comments"} <= set(found.mismatches)


@pytest.mark.parametrize("word", ["complete", "Completed", "no-further-action-needed", "CLOSED", "Not accepted"])
def test_words_that_close(word: str) -> None:
    assert is_closed(word)
    assert not stood(status("2018-01-01", word), deadline="2018-02").overdue


@pytest.mark.parametrize("word", [None, "", "incomplete", "in progress", "not closed", "awaiting-review"])
def test_words_that_do_not_close(word: str | None) -> None:
    assert not is_closed(word)


def printed(printed: Printed, *entries: Entry, on: str = "2020-01-01", deadline: str | None = None) -> Standing:
    day = datetime.date.fromisoformat(on)
    return standing(entries, "2017-01-01", deadline, day, tracked=True, printed=printed)


def test_a_printed_status_with_a_day_is_known_from_then_on() -> None:
    closed = Printed("closed", "2018-03-01")
    assert (printed(closed).status, printed(closed).status_date, printed(closed).days_open) == (
        "closed",
        "2018-03-01",
        424,
    )
    assert printed(closed, on="2018-02-28").status is None


def test_a_printed_status_without_a_day_holds_always_and_closes_on_no_day() -> None:
    found = printed(Printed("completed"), on="2010-01-01", deadline="2009-01")
    assert (found.status, found.status_date, found.days_open, found.overdue) == ("completed", None, None, False)
    assert printed(Printed("in progress"), deadline="2019-01").overdue


def test_events_win_over_what_is_printed_even_before_their_day() -> None:
    later = status("2019-01-01", "being-progressed")
    assert printed(Printed("closed"), later).status == "being-progressed"
    assert printed(Printed("closed"), later, on="2018-01-01").status is None


def test_comments_leave_a_printed_status_as_it_is() -> None:
    found = printed(Printed("in progress"), comment("2018-01-01", "Please close.", "requested"))
    assert (found.status, found.mismatches) == ("in progress", ("closed-in-comments",))
