"""Texts on which what was read was wrong, or was not there: what is asked, of whom, when, and how long it takes."""

import hashlib
import time
from pathlib import Path

import pytest

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.parse import parse

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
    answer = "Response of the commissioner\n\nRecommendation 1: The force should lend radios.\n\nAccepted in part. They cost.\n"
    assert [f.status_word for f in read(answer).findings] == ["Partly accepted"]


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
    text = f"{REPORT}Cause of concern: The force does not count those in its cells.\n\n{said}\n\nThe force should count.\n"
    assert asked(text) == [
        ("cause_of_concern", "The force does not count those in its cells."),
        ("recommendation", "The force should count."),
    ]
