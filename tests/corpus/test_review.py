"""Texts on which what was read was wrong, or was not there: what is asked, of whom, when, and how long it takes."""

import hashlib
import time
from pathlib import Path

import pytest

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.parse import parse
from corpus.statuses import status_of_word

SAMPLE = load_forces(Path(__file__).parents[2] / "corpus/sample/forces.toml")
REPORT = "Saltmere Police: an inspection of custody\n\nPublished on 4 May 2018\n\n"
PEEL = "Saltmere Police: PEEL 2021/22\n\nOur judgments\n\n"


def source(text: str, **said: str) -> Source:
    return Source("a.txt", "a.txt", text, hashlib.sha256(text.encode()).hexdigest(), metadata=said)


def read(text: str, **said: str) -> Document:
    return parse(source(text, **said), SAMPLE)


def asked(text: str) -> list[tuple[str, str]]:
    return [(f.kind, f.text) for f in read(text).findings]


# --- Time ------------------------------------------------------------------------------------------------------------

LONG = {
    "empty lines": "\n" * 100_000,
    "marks": "#*\n" * 40_000,
    "items": "Recommendations\n\n" + "".join(f"- Thing {n} at once and more words.\n" for n in range(3_000)),
    "findings": "".join(f"Area for improvement\n\nThe force should improve thing {n} of it.\n\n" for n in range(1_500)),
    "rows": "".join(f"a{n}\tb\tc\n" for n in range(12_000)),
    "heads": "Recommendation\tthe force should\tstatus\n" * 3_000,
}


@pytest.mark.parametrize("name", LONG)
def test_time_grows_as_the_text_does(name: str) -> None:
    read("The force should train its staff.\n")  # what is read once is not counted
    begun = time.process_time()
    read(LONG[name])
    assert time.process_time() - begun < 5


# --- What is asked ---------------------------------------------------------------------------------------------------


def test_a_record_of_one_line_that_begins_with_a_number_asks_it() -> None:
    (finding,) = read("8837 – Owner: CI Wick\n", kind="register_record", number="4471").findings
    assert finding.text == "8837 – Owner: CI Wick"


@pytest.mark.parametrize(
    "said",
    [
        "This inspection identified no causes of concern.",
        "We found no causes of concern.",
        "We did not identify any causes of concern.",
        "This report makes no new recommendations.",
        "We have not made any recommendations.",
    ],
)
def test_that_nothing_was_found_is_no_finding(said: str) -> None:
    assert asked(f"{REPORT}Cause of concern\n\n{said}\n\nRecommendation\n\n{said}\n") == []


def test_a_concern_that_something_is_not_made_is_one() -> None:
    assert asked(f"{REPORT}Cause of concern\n\nThe force has not made arrests in time.\n")


def test_what_is_accepted_in_part_is_said_to_be() -> None:
    reply = "Response of the commissioner\n\nRecommendation 1: The force should lend radios.\n\nAccepted in part.\n"
    assert [f.status_word for f in read(reply).findings] == ["Partly accepted"]


@pytest.mark.parametrize(
    "said",
    [
        "Officers told us that supervisors should visit them.",
        "Victims felt that the police must do more.",
        "Guidance says that detainees should be seen within the hour.",
        "The law states that every cell must have a window.",
    ],
)
def test_what_others_say_should_be_is_not_asked(said: str) -> None:
    text = (
        f"{REPORT}Cause of concern: The force does not count those in its cells.\n\n{said}\n\nThe force should count.\n"
    )
    assert asked(text) == [
        ("cause_of_concern", "The force does not count those in its cells."),
        ("recommendation", "The force should count."),
    ]


# --- Of whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Kent Fire and Rescue Service: effectiveness 2021/22",
        "Essex County Fire and Rescue Service",
        "A study of policing by Durham University",
        "An inspection of HMP Durham",
        "West Midlands Ambulance Service",
        "An inspection of custody at Kent Street and Essex House",
        "British Transport Police in Kent",
    ],
)
def test_another_body_or_a_place_is_no_force(title: str) -> None:
    document = parse(source(f"{title}\n\nPublished on 4 May 2018\n\nThe service is good.\n"), load_forces())
    assert (document.force, document.forces) == (None, ())


def test_an_area_and_what_is_done_there_is_its_force() -> None:
    for title in ("Kent: inspection of road policing", "PEEL 2017: Merseyside", "Kent Street Crime Team inspection"):
        document = parse(source(f"{title}\n\nThe force is good.\n"), load_forces())
        assert document.force in ("kent", "merseyside")


# --- When ------------------------------------------------------------------------------------------------------------


def test_the_day_on_which_something_else_was_published() -> None:
    text = "Saltmere Police inspection\n\nThe guidance, published 4 May 2011, says so.\n\nIssued 3 June 2019\n"
    assert read(text).date == "2019-06-03"


def test_a_day_long_before_the_year_of_the_title() -> None:
    assert read("Saltmere Police inspection 2019\n\nThe force is old.\n\n1 April 1974\n\nIt is.\n").date == "2019"


# --- How far it has come ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "Complete except for IT",
        "Complete apart from training",
        "Complete: 3 of 5 actions",
        "4/5 actions complete",
        "Closed in error",
        "Complete. HMICFRS disagree",
        "Completion expected",
        "Complete by March 2022",
        "Business as usual once trained",
        "Resolved to continue",
    ],
)
def test_a_status_word_goes_no_further_than_it_says(word: str) -> None:
    assert status_of_word(word) == "being-progressed"


@pytest.mark.parametrize(
    "word", ["Closed 3/12", "Closed 12/3/19", "Complete: 5 of 5 actions", "Completed by Supt Wick"]
)
def test_a_day_and_a_name_beside_a_status_word(word: str) -> None:
    assert status_of_word(word) == "complete"
