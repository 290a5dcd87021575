"""What a document is taken for, from what, and what was set aside and why: kind, force, date and title."""

import pytest
from reading import only, read, read_file

from corpus.collection import Collection, load
from corpus.forces import load_forces
from corpus.model import Document, Evidence, EvidenceField, Source
from corpus.parsers.evidence import kind_evidence

BODY = "\n\nSummary\n\nLamps were counted on nine nights in the harbour.\n"
ASK = "The force should count its lamps.\n\n[on]4 May 2018 [status]awaiting-review[/status][/on]"

ASKED = "Lamps\n\nHow well does the force count?\n\nWell.\n\nHow effective is the force?\n\nWell.\n"


def taken(document: Document, field: EvidenceField) -> list[str]:
    """The places that were followed, heaviest first."""
    return [piece.source for piece in document.evidence if piece.field == field and piece.taken]


def aside(document: Document, field: EvidenceField) -> dict[str, str]:
    """Value and reason of what was set aside."""
    return {piece.value: piece.why for piece in document.evidence if piece.field == field and not piece.taken}


def record(*comments: str) -> Document:
    """A record of the register with these comments, a day apart."""
    said = "".join(f"[on]{day} May 2018 [comment]{text}[/comment][/on]" for day, text in enumerate(comments, 5))
    return read(f"{ASK}{said}")


# Date


@pytest.mark.parametrize(
    ("lines", "date", "other", "why"),
    [
        ("4 April 2022\n\nOur survey closes on 30 June 2022", "2022-04-04", "2022-06-30", "a banner of the page"),
        ("Inspected 4 to 15 May 2019\n\nDate: 25 July 2019", "2019-07-25", "2019-05-15", "the days of an inspection"),
        ("4–15 February 2019\n\nJuly 2019", "2019-07", "2019-02-15", "the days of an inspection"),
        ("July 2019\n\nPage refreshed 4 May 2023", "2019-07", "2023-05-04", "a day of the page, not of the document"),
        ("July 2019\n\nFigures as at 31 March 2014", "2019-07", "2014-03-31", "what figures are of"),
        ("July 2019\n\nReply by 9 October 2019", "2019-07", "2019-10-09", "a day that something is asked by"),
        ("July 2019\n\nCorrected 9 October 2019", "2019-07", "2019-10-09", "the day of a correction"),
        ("4 July 2019\n\n© Lamp Office 2014", "2019-07-04", "2014", "a better date was found"),
    ],
)  # fmt: skip
def test_a_date_that_is_another_s_is_set_aside_with_the_reason(lines: str, date: str, other: str, why: str) -> None:
    document = read(f"Inspection of lamps in Kent\n\n{lines}{BODY}")
    assert document.date == date
    assert aside(document, "date")[other] == why


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("First published on paper on 14 October 2008. Published here 3 March 2016", "2008-10-14"),
        ("First published in print on 14 October 2008 • On this site since 3 March 2016", "2008-10-14"),
        ("Published 3 March 2016. Corrected 9 May 2017", "2016-03-03"),
        ("Published 3 March 2016 (page reviewed 9 May 2017)", "2016-03-03"),
        ("Date: 3 March 2016\n\nMeeting date: 9 March 2016", "2016-03-09"),
        ("© Lamp Office 2014", "2014"),
        ("Lamps were lit.", None),
    ],
)
def test_of_two_dates_the_day_of_first_publication_counts(line: str, date: str | None) -> None:
    assert read(f"Inspection of lamps in Kent\n\n{line}{BODY}").date == date


def test_a_financial_year_in_a_title_is_its_first_year() -> None:
    document = read(f"Kent Police: PEEL 2018/19{BODY}")
    assert (document.date, taken(document, "date")) == ("2018", ["the year in the title"])


@pytest.mark.parametrize(("changed", "date"), [("2019", "2019-05-03"), ("2022", "2018")])
def test_the_last_change_of_a_page_counts_only_near_the_year_of_its_title(changed: str, date: str) -> None:
    document = read(f"PEEL 2018/19: an assessment of Kent Police\n\nPage last updated 3 May {changed}{BODY}")
    assert document.date == date


def test_each_piece_of_a_date_quotes_its_line() -> None:
    document = read(f"Inspection of lamps\n\nPublished: 3 May 2019{BODY}")
    (first, *_) = [piece for piece in document.evidence if piece.field == "date"]
    assert (first.value, first.source, first.quote) == ("2019-05-03", "“Published”", "Published: 3 May 2019")


# Force of a report, a letter, a paper


@pytest.mark.parametrize(
    "title",
    [
        "Inspection of lamps at Essex House",
        "Lamps of 12 Kent Road: an inspection",
        "Kent Fire and Rescue Service: inspection of lamps",
        "Inspection of lamps at Surrey County Council",
        "Lamps in Staffordshire Moorlands: an inspection",
    ],
)
def test_a_house_a_street_or_another_body_of_a_force_s_name_is_none(title: str) -> None:
    assert read(f"{title}{BODY}").force is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (f"Inspection of Kent Police{BODY}", "title"),
        (f"Inspection of lamps\n\nKent Police{BODY}", "masthead"),
        (f"Inspection of lamps\n\nForce: Kent{BODY}", "a line that names the force"),
        (f"Police and Crime Commissioner for Kent\n\nLamps{BODY}", "who oversees it"),
        (f"Kent Police Authority\n\nLamps{BODY}", "who oversees it"),
        (f"To: Ada Wick, Chief Constable, Kent Police\n\nDear Ada\n\nYour lamps\n\nWe came.{BODY}", "addressee"),
        (f"https://i.example/police-forces/kent/\n\nLamps{BODY}", "page address"),
        (f"An inspection of lamps{BODY}{'Kent Police has lamps. ' * 3}", "the text speaks of it 3 times"),
    ],
)
def test_each_place_that_names_a_force_is_told(text: str, source: str) -> None:
    document = read(text)
    assert (document.force, document.forces) == ("kent", ("kent",))
    assert source in taken(document, "force")


@pytest.mark.parametrize(
    "title",
    [
        "State of policing: the annual assessment of policing in England and Wales",
        "Lamps in the dark: the police response to missing lamps",
        "A national inspection of lamps",
    ],
)
def test_a_national_paper_is_about_no_force_however_often_it_names_one(title: str) -> None:
    document = read(f"{title}\n\n4 May 2019{BODY}Kent Police lent us a lamp. Kent Police has nine. Kent Police.\n")
    assert (document.force, document.forces) == (None, ())


def test_a_national_title_is_what_the_country_was_taken_from() -> None:
    document = read(f"A national inspection of lamps{BODY}")
    assert taken(document, "force") == ["a national title"]
    assert document.notes == ()


@pytest.mark.parametrize("body", ["Police Scotland", "PSNI"])
def test_a_paper_on_another_nation_s_police_is_about_no_force(body: str) -> None:
    text = (
        f"Inspection of lamps\n\n{body} has lamps. {body} counts them. {body} has oil.\n\nKent Police sent one.{BODY}"
    )
    document = read(text)
    assert (document.force, taken(document, "force")) == (None, ["the text speaks of it 3 times"])


def test_a_paper_on_a_fire_service_is_about_no_force() -> None:
    name = "Kent Fire and Rescue Service"
    assert read(f"Inspection of lamps\n\n{name} has lamps. {name} has oil. {name} has wicks.{BODY}").force is None


@pytest.mark.parametrize(
    ("top", "forces"),
    [
        ("Inspection of lamps in Kent and Essex", ("kent", "essex")),
        ("Inspection of lamps\n\nForces: Kent Police; Essex Police", ("kent", "essex")),
        (
            "Lamps in Bedfordshire, Cambridgeshire and Hertfordshire",
            ("bedfordshire", "cambridgeshire", "hertfordshire"),
        ),
    ],
)
def test_a_paper_may_be_about_several_forces(top: str, forces: tuple[str, ...]) -> None:
    document = read(f"{top}{BODY}")
    assert (document.force, document.forces) == (None, forces)


# Force of a record, which says it in its comments


@pytest.mark.parametrize(
    ("comments", "force", "source"),
    [
        (["We have nine lamps.", "HMICFRS examined Kent Police's way with lamps."], "kent", "last comment"),
        (["Kent Police has nine lamps.", "They are lit."], "kent", "first comment"),
        (["One.", "Kent Police has lamps.", "Lit."], "kent", "a comment"),
        (["GMP has nine lamps.", "Lit."], "greater-manchester", "first comment"),
        (["The Police and Crime Commissioner for Kent bought oil."], "kent", "who oversees it"),
    ],
)
def test_a_record_is_of_the_force_that_a_comment_names(comments: list[str], force: str, source: str) -> None:
    document = record(*comments)
    assert document.force == force
    assert source in taken(document, "force")


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("Our lamps are shared with Essex Police.", "a partner"),
        ("A sergeant visited Essex Police to see theirs.", "a partner"),
        ("Copied from Essex Police by mistake.", "what was pasted from another force's record"),
        ("Essex Police (record of, pasted in error).", "what was pasted from another force's record"),
    ],
)
def test_a_partner_and_a_pasted_comment_are_set_aside(comment: str, why: str) -> None:
    assert record(comment, "All lit.").force is None
    document = record("Kent Police has nine lamps.", comment)
    assert document.force == "kent"
    assert aside(document, "force") == {"essex": why}


def test_two_forces_that_speak_alike_leave_a_record_open_and_say_so() -> None:
    document = record("Kent Police has lamps.", "Essex Police has lamps.")
    assert document.force is None
    assert aside(document, "force") == dict.fromkeys(("kent", "essex"), "not clear enough to name one force")
    assert document.notes[0].startswith("It may be about ")
    assert document.notes[0].endswith(": the force is left open.")


def test_records_of_one_page_are_of_the_force_that_heads_it() -> None:
    found = read_file(f"Recommendations for Kent Police\n\n4471: Lamps\n\n{ASK}\n\n4472: Wicks\n\n{ASK}", "a.txt")
    assert [(d.register_number, d.force, taken(d, "force")) for d in found] == [
        ("4471", "kent", ["the page that lists it"]),
        ("4472", "kent", ["the page that lists it"]),
    ]


# Kind


@pytest.mark.parametrize(
    ("text", "kind", "source"),
    [
        (f"Inspection of lamps{BODY}", "inspection_report", "the title names an inspection"),
        (f"Kent Police: PEEL 2018/19{BODY}", "peel_assessment", "the title says PEEL"),
        (ASKED, "peel_assessment", "it asks PEEL's questions"),
        (f"Recommendations tracker\n\nLamps{BODY}", "register_record", "the title names a list of recommendations"),
        (f"Kent Police response to the inspection of lamps{BODY}", "other", "the title says that it answers somebody"),
        (f"Inspection of lamps: a reply to the report{BODY}", "other", "the title says that it answers somebody"),
        (f"Report to: Audit Committee\n\nInspection of lamps{BODY}", "other", "a paper for a committee"),
        (f"Lamps\n\nUnder section 55 I write to you of them.{BODY}", "other", "a commissioner's response"),
        (ASK, "register_record", "it has the register's mark-up"),
    ],
)  # fmt: skip
def test_a_kind_is_told_with_what_speaks_for_it(text: str, kind: str, source: str) -> None:
    document = read(text)
    assert document.kind == kind
    assert source in taken(document, "kind")


def test_a_thematic_on_the_police_response_is_no_reply() -> None:
    assert read(f"The police response to missing lamps: an inspection{BODY}").kind == "inspection_report"


def test_what_speaks_for_another_kind_is_set_aside() -> None:
    document = read(f"Kent Police response to the inspection of lamps{BODY}")
    assert aside(document, "kind") == {"inspection_report": "less than what speaks for the kind that was taken"}


def test_a_text_that_nothing_speaks_for_is_another_document() -> None:
    document = read(f"Lamps of the quay{BODY}")
    assert (document.kind, taken(document, "kind")) == ("other", [])


# Title


def test_the_subject_line_of_a_letter_is_its_title() -> None:
    for subject in ("Your lamps and their oil", "Re: Your lamps and their oil", "Subject: Your lamps and their oil"):
        letter = f"4 May 2018\n\nBo Lantern\nHead of Lamps\n\nDear Ada\n\n{subject}\n\nWe came in May. All were lit.\n"
        document = read(f"{letter}\nYours sincerely\n\nBo Lantern\n")
        assert document.title == "Your lamps and their oil"
        assert taken(document, "title")[0] == "the subject line of a letter"


def test_a_round_of_peel_takes_its_force_into_the_title() -> None:
    assert read(f"PEEL 2018/19\n\nKent Police\n\nEffectiveness\n\nLamps.{BODY}").title == "PEEL 2018/19: Kent Police"
    assert read(f"Kent PEEL 2016\n\nEffectiveness\n\nLamps.{BODY}").title == "Kent PEEL 2016 – Effectiveness"


def test_a_heading_that_says_little_takes_the_next() -> None:
    assert only("# Agenda item 4\n\n## Lamps of the quay\n\nLit.\n", "a.md").title == "Lamps of the quay"
    document = only("# Lamps of the quay\n\n## Agenda\n\nLit.\n", "a.md")
    assert (document.title, taken(document, "title")[0]) == ("Lamps of the quay", "the heading of the first level")


# A person's word


def test_front_matter_wins_and_is_shown_as_such() -> None:
    stated = "---\nforce: kent\nkind: other\ndate: 2018-05-04\ntitle: A lamp\n---\n\n"
    document = read_file(f"{stated}Essex Police: PEEL 2018/19\n\nPublished 9 June 2019{BODY}", "a.txt")[0]
    assert (document.force, document.kind, document.date, document.title) == ("kent", "other", "2018-05-04", "A lamp")
    first: dict[str, Evidence] = {}
    for piece in document.evidence:
        first.setdefault(piece.field, piece)
    assert {(p.source, p.weight, p.taken) for p in first.values()} == {("front matter", float("inf"), True)}
    assert aside(document, "date")["2019-06-09"] == "a better date was found"


def test_a_force_that_nobody_knows_is_said() -> None:
    document = read_file(f"---\nforce: Gotham\n---\n\nEssex Police: PEEL 2018/19{BODY}", "a.txt")[0]
    assert document.force is None
    assert document.notes == ("The force “Gotham” is not in the list of forces.",)


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """A folder of one text and its copies, with what a table says of them."""
    folder = tmp_path_factory.mktemp("stated")
    for name in ("one", "none", "many", "bad", "plain"):
        (folder / f"{name}.txt").write_text(
            f"Essex Police: PEEL 2018/19\n\nPublished 9 June 2019{BODY}{name}\n", "utf-8"
        )
    (folder / "documents.csv").write_text(
        "file,force,date,kind,title\none.txt,Kent Police,4 May 2018,other,A lamp\nnone.txt,none,,,\n"
        "many.txt,kent; Essex Police,,,\nbad.txt,Gotham,soon,,\nlost.txt,kent,,,\n",
        "utf-8",
    )
    return load([str(folder)], load_forces())


def test_documents_csv_wins_and_is_shown_as_such(stated: Collection) -> None:
    found = {document.key: document for document in stated.documents}
    one = found["one.txt"]
    assert (one.force, one.date, one.kind, one.title) == ("kent", "2018-05-04", "other", "A lamp")
    assert {piece.source for piece in one.evidence if piece.taken} == {"documents.csv"}
    assert found["plain.txt"].force == "essex"


def test_documents_csv_may_say_none_or_several(stated: Collection) -> None:
    found = {document.key: document for document in stated.documents}
    assert (found["none.txt"].force, found["none.txt"].forces) == (None, ())
    assert (found["many.txt"].force, found["many.txt"].forces) == (None, ("kent", "essex"))
    assert taken(found["none.txt"], "force") == ["documents.csv"]
    assert taken(found["many.txt"], "force") == ["documents.csv", "documents.csv"]


def test_what_documents_csv_says_in_vain_is_listed_and_the_text_counts(stated: Collection) -> None:
    listed = [f"{entry.part} {entry.reason}" for entry in stated.skipped if entry.part]
    assert len(listed) == 3
    for words in ("row 5 has the force “Gotham”", "row 5 has the date “soon”", "row 6 names “lost.txt”"):
        assert any(words in line for line in listed)
    bad = next(document for document in stated.documents if document.key == "bad.txt")
    assert (bad.force, bad.date) == ("essex", "2019-06-09")


def test_the_kind_of_a_long_text_shows_at_either_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.parsers.evidence._READ", 1_000)
    dull = "The lamp was lit and put out again.\n\n" * 100
    for text, kind in ((dull, "other"), (f"{ASK}\n\n{dull}", "register_record"), (f"{dull}{ASK}", "register_record")):
        assert kind_evidence(Source("a.txt", "a.txt", text, "0"), "A paper")[0] == kind
