"""Comments that add nothing to an earlier one: what is news, and which comment is held against which."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import document, passage, record
from folding import folds_of
from hypothesis import given
from hypothesis import strategies as st

from corpus.forces import Forces, load_forces
from corpus.model import Document, Event
from indexer.canonical import Reading
from indexer.claims import claims_by_rules
from indexer.echo import COPIED_WORDS, adds_nothing, echoes, read

DATA = Path(__file__).parents[1] / "data"
FORCES = load_forces(Path(__file__).parents[2] / "corpus" / "sample" / "forces.toml")
READING = Reading(FORCES, {}, frozenset(), framed=False)
BEFORE = (
    "The force has appointed two vetting officers and expects to clear the backlog of 412 cases by the autumn. "
    "The protocol with the trust was signed by the force but not yet by the trust."
)


def nothing_new(before: str, comment: str, force: str = "saltmere", other: str = "saltmere") -> bool:
    return adds_nothing(read(comment, force, READING), read(before, other, READING))


@pytest.mark.parametrize(
    "comment",
    [
        BEFORE,
        BEFORE.upper(),
        "As previously reported, two vetting officers have been appointed.",
        "The backlog of 412 cases is expected to be cleared by the autumn, as the force has appointed two officers.",
        "No further update.",
        "Nothing to add since my last entry. Work continues.",
        "Position as at 3 May 2018: the protocol was signed by the force but not yet by the trust.",
        "Saltmere Police has appointed two vetting officers.",
    ],
)
def test_another_wording_is_no_news(comment: str) -> None:
    assert nothing_new(BEFORE, comment)


@pytest.mark.parametrize(
    "comment",
    [
        BEFORE.replace("412", "287"),
        BEFORE.replace("two", "three"),
        BEFORE.replace("autumn", "spring"),
        BEFORE.replace("but not yet by", "and by"),
        BEFORE.replace("expects to clear", "has cleared"),
        f"{BEFORE} A lockable cabinet was bought for each suite.",
        "The two officers began work in June.",
        "The trust has refused to sign the protocol.",
    ],
)
def test_a_small_real_change_is_news(comment: str) -> None:
    assert not nothing_new(BEFORE, comment)


@given(st.text(max_size=300))
def test_a_comment_adds_nothing_to_itself(text: str) -> None:
    assert nothing_new(text, text)


@given(st.integers(1000, 9999).filter(lambda number: number != 412), st.integers(0, 2))
def test_a_figure_that_is_new_is_news_wherever_it_stands(number: int, place: int) -> None:
    said = f"{number} files were read"
    parts = ["The force has appointed two vetting officers.", "It expects to clear the backlog."]
    comment = " ".join([*parts[:place], f"{said}.", *parts[place:]])
    assert not nothing_new(BEFORE, comment)


@pytest.mark.parametrize(
    ("name", "least_precision", "least_recall"),
    [
        ("stalled_pairs_dev.jsonl", 1.0, 0.75),
        ("echo_pairs_dev.jsonl", 1.0, 0.75),
        ("stalled_pairs.jsonl", 0.9, 0.45),
        ("echo_pairs.jsonl", 0.9, 0.65),
    ],
)
def test_pairs_written_for_this(name: str, least_precision: float, least_recall: float) -> None:
    pairs = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    called = [pair for pair in pairs if _called(pair)]
    right = sum(pair["same"] for pair in called)
    assert right >= least_precision * len(called)
    assert right >= least_recall * sum(pair["same"] for pair in pairs)


def _called(pair: dict[str, str]) -> bool:
    short = len(read(pair["comment"], pair["force"], READING).words) < COPIED_WORDS
    if pair["kind"] == "copied" and short:
        return False
    said, before = (read(pair[a], pair[b], READING) for a, b in (("comment", "force"), ("before", "force_before")))
    return adds_nothing(said, before, copied=pair["kind"] == "copied")


ASKS = "By March 2018, all forces should review how missing children are recorded, and publish what they find."
COPY = "{} has reviewed its records of missing children against the guidance and formed a gold group to lead the work."


def with_comments(force: str, *comments: tuple[str, str]) -> Document:
    """A record of this force with these dated comments."""
    plain = record(force, "101", ASKS)
    events = tuple(Event(date, "comment", None, text, 0) for date, text in comments)
    passages = tuple(
        passage(plain.key, 10 + at, event.text, kind="comment", event=at, finding=0, date=event.date)
        for at, event in enumerate(events)
    )
    return replace(plain, events=events, passages=(plain.passages[0], *passages))


def echoes_of(*documents: Document, forces: Forces = FORCES) -> list[int | None]:
    claims = claims_by_rules([event.text for document in documents for event in document.events])
    return echoes(documents, folds_of(documents, forces), forces, claims)


def test_sentences_of_any_length_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_order(*_: object, **__: object) -> None:
        raise AssertionError("takes the square of the words")

    monkeypatch.setattr("indexer.echo.SequenceMatcher", in_order)
    reading = Reading(load_forces(), {}, frozenset(), framed=False)
    words = [
        f"lamp{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10 % 10]}{'uvwxyzabcd'[at // 100 % 10]}" for at in range(900)
    ]
    before = read(" ".join(words) + ".", None, reading)
    assert adds_nothing(read(" ".join(words[1:]) + ".", None, reading), before)
    assert not adds_nothing(read(" ".join(["extinguisher", *words[1:]]) + ".", None, reading), before)


def test_a_stalled_comment_is_held_against_the_last_that_said_it() -> None:
    one = with_comments("saltmere", ("2018-01-01", BEFORE), ("2018-02-01", BEFORE), ("2018-03-01", "No change."))
    assert echoes_of(one) == [None, 1, 2]


def test_a_copied_comment_is_held_against_the_earliest_of_another_force() -> None:
    late = with_comments("carrowdale", ("2018-05-01", COPY.format("Carrowdale Police")))
    early = with_comments("saltmere", ("2018-04-01", COPY.format("Saltmere Police")))
    assert echoes_of(late, early) == [2, None]


def test_what_everybody_writes_is_not_copied() -> None:
    one = with_comments("carrowdale", ("2018-05-01", "New recommendation"))
    other = with_comments("saltmere", ("2018-04-01", "New recommendation"))
    assert echoes_of(one, other) == [None, None]


def test_on_another_recommendation_nothing_is_copied() -> None:
    one = with_comments("carrowdale", ("2018-05-01", COPY.format("Carrowdale Police")))
    other = with_comments("saltmere", ("2018-04-01", COPY.format("Saltmere Police")))
    texts = tuple(replace(p, text="Forces should count their dogs.") if p.event is None else p for p in other.passages)
    assert echoes_of(one, replace(other, passages=texts)) == [None, None]


def test_documents_without_events_or_findings_have_none() -> None:
    assert echoes_of(document("paper.txt", ["Nothing here."]), with_comments("saltmere", ("2018-01-01", BEFORE))) == [
        None
    ]
