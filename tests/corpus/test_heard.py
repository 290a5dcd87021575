"""Up to when a source is known: the newest entry of its file, and nothing of another file."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from fakes import document, record

from corpus.heard import entries_of
from corpus.heard import heard as heard_on
from corpus.model import Document, Event

UNTIL = datetime.date(2025, 6, 30)


def with_heard(documents: Sequence[Document], until: datetime.date) -> list[Document]:
    days = heard_on(entries_of(one, until) for one in documents)
    return [replace(one, heard=day) for one, day in zip(documents, days, strict=True)]


def tracked(key: str, source: str, *dates: str, **more: object) -> Document:
    events = tuple(Event(date, "comment", None, "Noted.", 0) for date in dates)
    return document(key, ["It asks."], kind="register_record", source=source, events=events, **more)


def heard(*documents: Document) -> dict[str, str | None]:
    return {one.key: one.heard for one in with_heard(documents, UNTIL)}


def test_all_records_of_a_file_are_known_up_to_its_newest_entry_and_those_of_another_up_to_theirs() -> None:
    one = tracked("a/1", "new.csv", "2019-02-01")
    two = tracked("a/2", "new.csv", "2024-03-05")
    other = tracked("b/1", "old.txt", "2019-05-06")
    assert heard(one, two, other) == {"a/1": "2024-03-05", "a/2": "2024-03-05", "b/1": "2019-05-06"}


def test_a_month_is_known_to_its_end_and_what_is_to_come_is_not_heard_yet() -> None:
    assert heard(tracked("a", "a.txt", "2019-02", "2031-01-01")) == {"a": "2019-02-28"}


def test_what_is_stated_of_one_record_holds_for_its_file() -> None:
    stated, other = tracked("a", "a.csv", "2019-02-01", heard="2021-01"), tracked("b", "a.csv", "2018-02-01")
    assert heard(stated, other) == {"a": "2021-01-31", "b": "2021-01-31"}


def test_it_may_be_done_again() -> None:
    made = [
        tracked("a/1", "old.csv", "2024-03-05", other_sources=("new.csv",)),
        tracked("a/2", "old.csv", "2019-02-01"),
    ]
    once = with_heard(made, UNTIL)
    assert with_heard(once, UNTIL) == once


def test_a_merged_record_is_known_as_far_as_any_of_its_files_and_makes_none_of_them_newer() -> None:
    both = tracked("a/1", "old.csv", "2024-03-05", other_sources=("new.csv",))
    old = tracked("a/2", "old.csv", "2019-02-01")
    assert heard(both, old) == {"a/1": "2024-03-05", "a/2": "2019-02-01"}


def test_a_record_without_entries_was_last_heard_of_on_its_own_date() -> None:
    assert heard(tracked("a", "a.txt", date="2016-05")) == {"a": "2016-05-31"}


def test_a_status_that_is_printed_counts_as_an_entry_and_a_report_has_no_such_day() -> None:
    status = record("kent", "1", "The force should count.")
    bare = document("b", ["A text."], date="2016")
    assert heard(document("k", findings=status.findings, sections=((),), kind="register_record"), bare) == {
        "k": "2018-05-04",
        "b": None,
    }
