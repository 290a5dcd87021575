"""Who answers for a recommendation: as comments say it, as a tracker has it, and how two of them are compared."""

import datetime

import pytest
from rows import ASK, HEADER, only, row, table

from corpus.contact_details import mask
from corpus.forces import load_forces
from corpus.model import Source
from corpus.owners import called, owner_of, owner_on, owner_said, owner_words, ranks_in
from corpus.parsers.parse import parse
from corpus.readers.export.read_exports import read_csv
from corpus.readers.reading import Limits


@pytest.mark.parametrize(
    ("comment", "owner"),
    [
        ("7731 – Owner: D/Supt Ada Wick, custody", "D/Supt Ada Wick, custody"),
        ("Owner is Supt Bede Tallow. Lamps are lit.", "Supt Bede Tallow"),
        ("New rec. Owner CI Ina Ember-Frost, stores. 6 lamps.", "CI Ina Ember-Frost, stores"),
        ("I rang the new owner, T/DCI Ned Soot, on 1/12/17.", "T/DCI Ned Soot"),
        (
            "From 1/8/18 the owner is Mrs Orla Sconce, head of lamp stores, the fourth.",
            "Mrs Orla Sconce, head of lamp stores",
        ),
        ("The owner is Bram Lux, head of wicks, who has four lamps.", "Bram Lux, head of wicks"),
        ("Owner: head of stores, Ms Ruta Vane (desk 4)", "head of stores, Ms Ruta Vane"),
        ("Owner: Supt Wick. In May the new owner is Supt Tallow.", "Supt Tallow"),
        ("I asked for an owner's name.", None),
        ("No owner, no lamps.", None),
        ("The owner’s view is unchanged.", None),
        ("The boat owner, Mr Tuck, was told.", None),
        ("Owner unknown.", None),
        ("Owner: ACC Wick. Training and briefings were held.", "ACC Wick"),
        ("Owner: Chief Constable. Training was held.", "Chief Constable"),
        ("Owner: C/Supt. B. Tallow. Lamps are lit.", "C/Supt. B. Tallow"),
        ("Owner: Supt Wick\nUpdate: half are lit.", "Supt Wick"),
        ("Owner: TBC\nUpdate", None),
        *((f"Owner: {nobody}. Lamps are lit.", None) for nobody in ("TBA", "N/A", "None", "Vacant", "Unknown")),
        ("Owner: Supt Wick. The new owner is TBC.", "Supt Wick"),
        ("Owner: Supt Flint 01632 960123. Lamps are lit.", "Supt Flint"),
        ("Owner: Supt Flint (tel 01632 960123), stores.", "Supt Flint, stores"),
        ("Owner: ada.wick@lamps.example", None),
    ],
)
def test_whom_a_comment_names(comment: str, owner: str | None) -> None:
    assert owner_said(comment) == owner


@pytest.mark.parametrize(
    "much", ["\n" * 20_000, "Owner" + " " * 20_000, "owner is head of wicks " * 2_000, "Owner A " * 5_000]
)
def test_a_long_comment_is_read_in_no_time(much: str) -> None:
    assert owner_said(f"{much}\nOwner: Supt Wick.") == "Supt Wick"


@pytest.mark.parametrize(
    ("cell", "owner"),
    [
        ("Supt  Flint\n01632 960123", "Supt Flint"),
        ("Supt Flint, flint@lamps.example", "Supt Flint"),
        ("Supt Flint (e-mail: flint@lamps.example)", "Supt Flint"),
        ("Supt Flint tel. 01632 960123 / CI Tallow", "Supt Flint / CI Tallow"),
        ("07700 900123", ""),
        ("Desk 4, stores", "Desk 4, stores"),
        *(
            (nobody, "")
            for nobody in ("TBC", "tba.", "N/A", "none", "Vacant", "unknown", "-", "Vacant (was Supt Wick)")
        ),
    ],
)
def test_an_owner_is_shown_without_contact_details_and_nobody_is_none(cell: str, owner: str) -> None:
    assert owner_of(cell) == owner
    assert mask(owner_of(cell)) == owner  # nothing is left to be shown as dots, so that the value can be asked for


def test_common_words_are_no_ranks() -> None:
    for text in ("super complaint", "ins and outs", "pros and con", "PS this is late"):
        assert ranks_in(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Insp Vane, Custody", [{"vane"}]),
        ("inspector review of custody", [{"review"}]),
        ("head of stores, Ms Ruta Vane", [{"ruta", "vane"}]),
        ("Supt Vane / T/CI Tallow", [{"vane"}, {"tallow"}]),
        ("Supt. A. Wick", [{"wick"}]),
        ("officers miss MARAC referrals", []),
        ("officers Miss referrals", []),
        ("Miss Wick", [{"wick"}]),
        ("Chief Constable", []),
    ],
)
def test_a_name_is_what_stands_right_behind_a_rank_or_title(text: str, names: list[set[str]]) -> None:
    assert [who.names for who in called(text)] == names


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "owner"),
    [
        ("2017-12-31", None),
        ("2018-01-15", "Supt Wick"),  # before the source was heard its column says nothing
        ("2018-03-01", "CI Vane"),
        ("2018-05-30", "CI Vane"),
        ("2018-05-31", "Insp Soot"),  # a month is known when it ends
    ],
)
def test_what_is_printed_holds_from_the_day_it_was_heard_until_a_later_comment(on: str, owner: str | None) -> None:
    named = [("2018-05", "Insp Soot"), ("2018-01-02", "Supt Wick")]
    assert owner_on("CI Vane", named, day(on), day("2018-03-01")) == owner


def test_where_nothing_is_printed_the_last_comment_holds() -> None:
    named = [("2018-01-02", "Supt Wick"), ("2018-04-02", "CI Tallow"), ("2018-04-02", "CI Vane")]
    assert owner_on(None, named, day("2018-04-01"), day("2018-03-01")) == "Supt Wick"
    assert owner_on(None, named, day("2018-04-02")) == "CI Vane"
    assert owner_on("Insp Soot", named, datetime.date.max) == "Insp Soot"
    assert owner_on("", [], datetime.date.max) is None


def test_ranks_are_compared_spelled_out() -> None:
    for written in ("Ch Supt Wick", "C/Supt. Wick", "chief superintendent WICK", "T/Ch Supt Wick"):
        assert owner_words(written) == {"chief superintendent", "wick"}
    assert ranks_in("DCI Wick") == ranks_in("Det Ch Insp Wick") == {"chief inspector", "detective chief inspector"}
    assert ranks_in("CI Wick") == {"chief inspector"}
    assert ranks_in("Ada Wick, custody") == frozenset()


def test_a_tracker_says_who_owns_what() -> None:
    header = [*HEADER, "Action owner"]
    made = table([*row(status="Open", date="4 May 2018"), "Supt Wick"], [*row(), ""], header=header)
    (finding,) = only(read_csv(made, Limits())).findings
    assert finding.owner == "Supt Wick"


def test_a_tracker_that_names_nobody_or_a_telephone() -> None:
    header = [*HEADER, "Action owner"]
    for cell, owner in (("Supt Wick 01632 960123", "Supt Wick"), ("TBC", None)):
        (finding,) = only(read_csv(table([*row(date="4 May 2018"), cell], header=header), Limits())).findings
        assert finding.owner == owner


def test_a_column_says_more_than_the_comments_beside_it() -> None:
    header = [*HEADER, "Action owner"]
    made = table([*row(date="4 May 2018", comment="Owner: CI Tallow."), "Supt Wick"], header=header)
    (finding,) = only(read_csv(made, Limits())).findings
    assert finding.owner == "Supt Wick"


def test_the_last_comment_that_names_one_holds_where_no_column_does() -> None:
    rows = [row(date="4 May 2018", comment="Owner: Supt Wick."), row(date="6 May 2018", comment="Owner is CI Tallow.")]
    (finding,) = only(read_csv(table(*rows), Limits())).findings
    assert finding.owner == "CI Tallow"


def test_a_line_below_a_finding_says_who_owns_it() -> None:
    text = f"Audit of lamps\n\nRecommendation 1\n\n{ASK}\n\nOwner: Head of Lamps\n\nUpdate: Half of them are counted.\n"
    document = parse(Source("a.txt", "a.txt", text, "0"), load_forces())
    assert [finding.owner for finding in document.findings] == ["Head of Lamps"]
