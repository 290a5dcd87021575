"""Status words come to one of the register's five, and never to more than they say."""

import pytest

from corpus.model import STATUSES
from corpus.statuses import key_of, meaning_of, status_of_word

COMPLETE = [
    "Closed",
    "COMPLETED",
    "Discharged",
    "Implemented",
    "Achieved",
    "Signed off",
    "Complete.",
    "Recommendation closed",
]
COMPLETE += ["Closed by HMICFRS", "Yes – complete", "100% complete", "Met", "Green – complete"]
COMPLETE += ["Closed. All of the lamps on the quay are lit and the lead is content."]
NO_MORE = ["Superseded", "Closed (superseded)", "Withdrawn", "No longer applicable", "Not accepted", "Rejected", "NFA"]
OPEN = ["Open", "Ongoing", "In-Progress", "On track", "Overdue", "Partially achieved", "Re-opened", "75% complete"]
OPEN += ["Not complete", "Not met", "On course to be completed", "Accepted in part", "To be completed"]
ASKED = ["Complete – with HMICFRS", "Awaiting validation", "Ready for review", "Closed locally", "Sent to HMICFRS"]
ASKED += ["Complete (tbc)", "Complete?", "Closed by force", "Proposed for closure", "Complete – subject to sign off"]
ASKED += ["Complete. The lamps are lit and the evidence was sent to HMICFRS in May."]
COLOURS = ["Green", "Blue", "B", "AMBER", "red", "G", "Amber/Red", "Green (80%)", "A – on track"]
UNKNOWN = [
    "White",
    "Grey",
    "puce",
    "n/a",
    "",
    "-",
    "High",
    "Yes",
    "The force should light it.",
    "Training complete for all",
]
UNKNOWN += [
    "A plan was made in June.",
    "Work on the lamps is complete in one of the two wards that we were asked about.",
]


@pytest.mark.parametrize("word", COMPLETE)
def test_what_is_done_is_complete(word: str) -> None:
    assert status_of_word(word) == "complete"


@pytest.mark.parametrize("word", NO_MORE)
def test_what_is_dropped_needs_no_further_action(word: str) -> None:
    assert status_of_word(word) == "no-further-action-needed"


@pytest.mark.parametrize("word", [*OPEN, *ASKED, *COLOURS])
def test_what_goes_on_a_request_and_a_bare_colour_are_open(word: str) -> None:
    assert status_of_word(word) == "being-progressed"


@pytest.mark.parametrize("word", UNKNOWN)
def test_what_is_no_status_word_is_none(word: str) -> None:
    assert status_of_word(word) is None


def test_not_started_will_be_and_new_is_to_be_looked_at() -> None:
    assert {status_of_word(word) for word in ("Not started", "Allocated", "Planned")} == {"will-be-progressed"}
    assert {status_of_word(word) for word in ("New", "Unallocated", "Under review")} == {"awaiting-review"}
    assert [status_of_word(status) for status in STATUSES] == list(STATUSES)


def test_a_key_goes_before_the_list() -> None:
    words = ["Green", "AMBER", "White", "Red", "Closed", "Ready"]
    key = key_of(
        ["GREEN = lit; AMBER = on course, to be done by May; WHITE = done, HMICFRS to agree", "Red | Not begun"], words
    )
    assert key == {"amber": "being-progressed", "white": "being-progressed", "red": "will-be-progressed"}
    assert key_of(["Green: implemented"], words) == {"green": "complete"}
    assert status_of_word("green", {"green": "complete"}) == "complete"
    assert status_of_word("Green (80 of 90)", {"green": "complete"}) == "complete"
    assert status_of_word("Green – awaiting sign off", {"green": "complete"}) == "being-progressed"


def test_a_key_can_take_a_word_back() -> None:
    key = key_of(
        ["Closed: the lead thinks it is done; the inspectorate has not looked.", "Open: work goes on."],
        ["Closed", "Open"],
    )
    assert key["closed"] == "being-progressed"
    assert status_of_word("Closed", key) == "being-progressed"
    assert meaning_of("the evidence is in the folder") is None
