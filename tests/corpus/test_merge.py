"""Copies of a record: whose finding each event is about, and how far the record is known."""

from dataclasses import replace

from fakes import record

from corpus.model import Document, Event, Finding
from corpus.parsers.merge import merge

ASKS = "The force should count its lamps."


def copy(*events: Event, **more: object) -> Document:
    made = record("kent", "12", ASKS)
    events = events or made.events
    return replace(made, events=events, passages=made.passages[:1], **more)  # type: ignore[arg-type]


def event(date: str, status: str, finding: int | None = None) -> Event:
    return Event(date, "status", status, "", 0, finding)


def test_a_record_is_known_as_far_as_its_best_informed_copy() -> None:
    merged, _ = merge([copy(heard="2019-01-01"), copy(heard="2021-01-01", source="b.txt"), copy(source="c.txt")])
    assert merged.heard == "2021-01-01"


def test_an_event_of_the_main_finding_is_one_of_the_record() -> None:
    base = copy(event("2018-01-01", "awaiting-review"), event("2018-02-01", "being-progressed"))
    tracker = copy(event("2018-02-01", "being-progressed", 0), event("2019-01-01", "complete", 0), source="t.csv")
    merged, others = merge([base, tracker])
    assert others == ()
    assert [(e.date, e.finding) for e in merged.events] == [
        ("2018-01-01", None),
        ("2018-02-01", None),
        ("2019-01-01", None),
    ]
    assert (merged.findings[0].status, merged.findings[0].status_date) == ("complete", "2019-01-01")


def test_events_of_single_findings_stay_with_theirs_whatever_their_order_in_the_copy() -> None:
    lamps, ropes = copy().findings[0], Finding("", "recommendation", "2", "Coil it.", 0, None, None, (), None, None)
    base = copy(event("2018-01-01", "complete", 0), event("2018-01-02", "complete", 1), findings=(lamps, ropes))
    other = copy(event("2019-01-01", "being-progressed", 0), findings=(ropes, lamps), source="b.txt")
    merged, _ = merge([base, other])
    assert [e.finding for e in merged.events] == [0, 1, 1]
    assert [f.status for f in merged.findings] == ["complete", "being-progressed"]


def test_a_printed_status_stays_where_no_event_sets_one() -> None:
    printed = replace(copy().findings[0], status="closed", status_date=None, status_word="Closed")
    told = Event("2018-01-01", "comment", None, "Noted.", 0)
    merged, _ = merge(
        [
            copy(told, findings=(printed,)),
            copy(replace(told, text="And again."), findings=(printed,), source="b.txt"),
        ]
    )
    assert len(merged.events) == 2
    assert (merged.findings[0].status, merged.findings[0].status_word) == ("closed", "Closed")
