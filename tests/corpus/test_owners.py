"""Who answers for a recommendation: as comments say it, as a tracker has it, and how two of them are compared."""

import pytest
from rows import ASK, HEADER, only, row, table

from corpus.forces import load_forces
from corpus.model import Source
from corpus.owners import owner_said, owner_words, ranks_in
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
    ],
)
def test_whom_a_comment_names(comment: str, owner: str | None) -> None:
    assert owner_said(comment) == owner


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


def test_the_last_comment_that_names_one_holds_where_no_column_does() -> None:
    rows = [row(date="4 May 2018", comment="Owner: Supt Wick."), row(date="6 May 2018", comment="Owner is CI Tallow.")]
    (finding,) = only(read_csv(table(*rows), Limits())).findings
    assert finding.owner == "CI Tallow"


def test_a_line_below_a_finding_says_who_owns_it() -> None:
    text = f"Audit of lamps\n\nRecommendation 1\n\n{ASK}\n\nOwner: Head of Lamps\n\nUpdate: Half of them are counted.\n"
    document = parse(Source("a.txt", "a.txt", text, "0"), load_forces())
    assert [finding.owner for finding in document.findings] == ["Head of Lamps"]
