"""What a query names: where a recommendation stands, its number, whose it is, short forms, and names."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import FakeEncoder, document, passage, record
from flask.testing import FlaskClient

from corpus.forces import load_forces
from corpus.model import Document, Event, Finding, FindingKind, GlossaryEntry
from service.cli import common
from service.cli.main import main
from service.contract.requests import SearchRequest
from service.contract.responses import SearchResponse
from service.engine import Engine
from service.query.closure_words import OPEN, sayings
from service.query.finding_numbers import listed_numbers, named_findings, number_of
from service.query.offers import register_filters
from service.query.owners_asked import asks_who, owners_named
from service.web.app import create_app

FORCES = load_forces()
HELD = {
    "force": [force.slug for force in FORCES.all],
    "status": [*OPEN, "complete", "unknown"],
    "year": ["2016"],
    "list": ["overdue"],
}
NOT_CLOSED = [*OPEN, "unknown"]
OWNERS = [
    *("ACC Ada Wick", "Ch Supt Bede Tallow, custody", "T/Supt Ina Ember-Frost", "D/Supt Ned Tallow"),
    *("Mrs Orla Sconce, head of lamp stores", "Supt Lux", "Insp Vane, Custody", "Miss Marac, Referrals"),
]


def filters(query: str) -> dict[str, list[str]]:
    return register_filters(query, FORCES, HELD)


@pytest.mark.parametrize(
    "said",
    [
        *(
            "not closed",
            "open",
            "still open",
            "not complete",
            "not yet completed",
            "yet to be closed",
            "hasn't been closed",
        ),
        *("still outstanding", "outstanding", "isn’t finished", "not been signed off", "never completed", "unresolved"),
        *(
            "remains open",
            "awaiting closure",
            "to be closed",
            "incomplete",
            "haven't been implemented",
            "have not closed",
        ),
    ],
)
def test_what_is_not_closed_is_every_status_but_those_that_close(said: str) -> None:
    assert filters(f"Kent {said}") == {"force": ["kent"], "status": NOT_CLOSED}
    assert filters(f"recommendations {said}") == {"status": NOT_CLOSED}
    assert filters(f"{said.capitalize()}?") == {"status": NOT_CLOSED}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Kent closed", {"force": ["kent"], "status": ["complete"]}),
        ("no longer open", {"status": ["complete"]}),
        ("which recommendations are complete", {"status": ["complete"]}),
        ("not started", {"status": ["awaiting-review", "will-be-progressed"]}),
        ("Kent recommendations yet to start", {"force": ["kent"], "status": ["awaiting-review", "will-be-progressed"]}),
        ("overdue", {"list": ["overdue"]}),
        ("Kent 2016 past their deadline", {"force": ["kent"], "list": ["overdue"], "year": ["2016"]}),
        ("open and overdue", {"status": NOT_CLOSED, "list": ["overdue"]}),
        ("not overdue", {}),
        ("Kent", {}),
        ("open and honest leaders", {}),
        ("lamps closed too early", {}),
        ("closed-circuit television, open-source research", {}),
        ("rated outstanding", {}),
        ('"not closed"', {}),
        ("open recommendations on lamps", {"status": NOT_CLOSED}),
        ("recommendations on lamps not implemented", {"status": NOT_CLOSED}),
        ("show all not closed", {"status": NOT_CLOSED}),
        *(
            (query, {})
            for query in (
                "demand not met",
                "callers not met by officers",
                "officers had not completed training",
                "all keepers who have not begun training",
                "live cases",
                "incomplete lamp records",
                "oil no longer active",
                "not implemented lamp cameras",
                "give the forces that have not met demand",
            )
        ),
    ],
)
def test_which_list_of_the_register_a_query_speaks_of(query: str, expected: dict[str, list[str]]) -> None:
    assert filters(query) == expected


def test_closed_in_an_ordinary_query_is_no_status() -> None:
    assert sayings("lamp cases closed too early").statuses == ()
    assert sayings("closed").statuses == ("complete",)


def test_what_closes_is_never_read_out_of_its_opposite() -> None:
    for query in ("not closed", "not complete", "yet to be completed", "never signed off", "isn't finished"):
        assert "complete" not in sayings(query).statuses


@pytest.mark.parametrize(
    ("query", "named", "rest"),
    [
        ("recommendation 4", [("recommendation", "4")], ""),
        ("rec 4 Kent 2016", [("recommendation", "4")], "Kent 2016"),
        ("Rec. no. 04", [("recommendation", "4")], ""),
        ("lamp report: recommendation number 12b", [("recommendation", "12b")], "lamp report:"),
        ("recommendations 1, 2 and 5", [("recommendation", n) for n in "125"], ""),
        ("recommendation four", [("recommendation", "4")], ""),
        ("AFI 3", [("area_for_improvement", "3")], ""),
        ("area for improvement 3", [("area_for_improvement", "3")], ""),
        ("cause of concern #2", [("cause_of_concern", "2")], ""),
        ("recommendation 2.14", [("recommendation", "2.14")], ""),
        *(
            (query, [], query)
            for query in ("recommendations 2016", "rec 4471", "4", "record 4", "recommend 4", "rec 4%")
        ),
        *((query, [], query) for query in ("recommendation 5 days", "recommendations", "AFI")),
    ],
)
def test_findings_that_a_query_names_by_number(query: str, named: list[tuple[str, str]], rest: str) -> None:
    found = named_findings(query)
    assert (list(found.named), found.rest) == (named, rest)


def test_a_number_with_letters_of_its_own_needs_no_word_before_it() -> None:
    assert named_findings("T9, J/1 and ar-07").printed == {"t9", "j1", "ar07"}
    assert named_findings("Covid-19, 42/118823/19, 4471 or A1234").printed == frozenset()


@pytest.mark.parametrize(
    ("printed", "plain"), [("R4", "4"), ("AFI-03", "3"), ("7a", "7a"), ("Strategic 1", "1"), ("T4", "t4")]
)
def test_a_printed_number_is_compared_without_what_stands_before_it(printed: str, plain: str) -> None:
    assert number_of(printed) == plain


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("owner ACC Wick", ["ACC Ada Wick"]),
        ("owned by the assistant chief constable", ["ACC Ada Wick"]),
        ("ACC Wick", ["ACC Ada Wick"]),
        ("which recommendations does the chief superintendent own", ["Ch Supt Bede Tallow, custody"]),
        ("Chief Superintendent Tallow", ["Ch Supt Bede Tallow, custody"]),
        ("what is Tallow responsible for", ["Ch Supt Bede Tallow, custody", "D/Supt Ned Tallow"]),
        ("Det Supt Tallow", ["D/Supt Ned Tallow"]),
        ("assigned to a superintendent", ["T/Supt Ina Ember-Frost", "D/Supt Ned Tallow", "Supt Lux"]),
        ("head of lamp stores", ["Mrs Orla Sconce, head of lamp stores"]),
        ("owner Ember", ["T/Supt Ina Ember-Frost"]),
        *(
            (query, [])
            for query in ("custody", "who is responsible for custody", "Tallow", "superintendents", "a wick")
        ),
        ("owner: head of Tallow", []),
        *((query, []) for query in ("their own lamps", "owner", "head of stores")),
        ("insp vane", ["Insp Vane, Custody"]),
        ("what does acc wick own", ["ACC Ada Wick"]),
        ("Miss Marac", ["Miss Marac, Referrals"]),
        *(
            (query, [])
            for query in (
                "inspector review of detention in custody",
                "inspector Custody",
                "police super-complaint on domestic lux",
                "officers miss MARAC referrals",
                "superintendents responsible for wick",
                "superintendent review of those responsible for cells",
                "dog owner told the superintendent",
            )
        ),
    ],
)
def test_whose_recommendations_a_query_asks_for(query: str, expected: list[str]) -> None:
    assert owners_named(query, OWNERS) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("who is responsible for lamps", True),
        ("Who owns the lamp recommendations?", True),
        ("owner of recommendation 4", True),
        ("who's in charge of wicks", True),
        ("who lit the lamp", False),
        ("owner ACC Wick", False),
        ("gun owners", False),
        ("whose recommendation is this", True),
        ("owner of custody actions", True),
        ("children whose parents are offenders", False),
        ("officers who take the lead", False),
        ("dangerous dogs and their owner", False),
        ("owners of dangerous dogs", False),
        ("people who are in charge of children", False),
    ],
)
def test_asking_who_answers_for_something(query: str, expected: bool) -> None:
    assert asks_who(query) == expected


def _finding(key: str, number: str, text: str, kind: FindingKind = "recommendation", **more: str) -> Finding:
    return Finding(f"{key}/{kind}-{number}", kind, number, text, 0, None, None, (), None, None, **more)  # type: ignore[arg-type]


def _report(key: str, title: str, force: str, date: str, *asks: tuple[FindingKind, str, str]) -> Document:
    findings = tuple(_finding(key, number, text, kind) for kind, number, text in asks)
    own = tuple(passage(key, at, one.text, kind=one.kind, finding=at, date=date) for at, one in enumerate(findings))
    return document(key, title=title, force=force, date=date, kind="inspection_report", findings=findings, passages=own)


def _open(force: str, number: str, asks: str, comment: str, owner: str | None = None) -> Document:
    """A record that is being progressed, and is overdue."""
    made = record(force, number, asks, comment=comment)
    (finding,) = made.findings
    stands = replace(finding, status="being-progressed", number=None, owner=owner)
    events = (made.events[0], Event("2018-05-04", "status", "being-progressed", "", 0))
    return replace(made, findings=(stands,), events=events)


LAMPS = tuple(
    f"In district {at} officers protect the {thing} and prevent harm to the lamps that hang there at night."
    for at, thing in enumerate("pier quay mole lock weir ford gate mill barn yard".split())  # noqa: SIM905
)


def _names() -> Document:
    key = "names.txt"
    texts = (
        "The unit called PROtect protects those whom the lamps do not reach, on every second night.",
        "Officers who act on what they see are thanked, and those who do not act are asked for a reason.",
        "The ACT is a small team that watches the harbour for smoke from the first of May to the last of June.",
        "Referrals to Prevent are read on the day by a sergeant who knows the lamplighters of the town by name.",
        "Each call is graded by the threat to the caller, the harm and the risk, what investigation there may be, "
        "any vulnerability and the engagement of those who live nearby.",
        "Some lamps thrive in the rain, and nobody at the yard has been able to say why that should be so.",
        "The wick burning licence (WBL) is asked for at the gate, and most who come have never heard of it.",
        "How lamps are counted at the weir",
        "LAMPLIGHTERS AT THE WEIR MUST ACT AT ONCE",
    )
    sections = ((), ("How lamps are counted at the weir",))
    return document(key, [*texts, *LAMPS], title="Names of lamps", sections=sections, kind="inspection_report")


def _documents() -> tuple[Document, ...]:
    asks = "The force should count every lamp on the quay before the winter comes, and again when it has gone."
    return (
        _report(
            *("kent-2016.txt", "Lamps and their keepers", "kent", "2016-05-01"),
            ("recommendation", "3", "The force should oil each hinge of the harbour gate twice in every year."),
            ("recommendation", "4", "The force should tell boats which of the lights of the harbour are out."),
            ("area_for_improvement", "4", "The force should mend the ladder that leads to the upper light."),
        ),
        _report(
            *("kent-2018.txt", "Ropes and tar", "kent", "2018-03-01"),
            ("recommendation", "4", "The force should buy rope of a kind that does not rot within a year."),
        ),
        _report(
            *("gwent-2016.txt", "Ladders and wells", "gwent", "2016-09-01"),
            ("recommendation", "R4", "The force should cover each well in the yard where children play."),
            ("recommendation", "T9", "The force should give each keeper of a well a whistle to blow."),
            ("cause_of_concern", "2", "Too many wells are open at night and nobody has been told of it."),
        ),
        document("talk.txt", ["Recommendation 4 was spoken of by all who came to the meeting on the quay that day."]),
        record("kent", "8101", asks, comment="All of them are counted."),
        _open("kent", "8102", "The force should paint the sheds green.", "Owner: ACC Ada Wick. Paint is on order."),
        _open("gwent", "8103", "The force should paint the sheds blue.", "Owner: Supt Ned Tallow, stores. Begun."),
        _open("kent", "8104", "The force should sweep the lamp room.", "Owner: CI Ruta Vane.", owner="Insp Ina Soot"),
        _names(),
        document(
            "title.txt", title="Weathervanes of the northern harbour", texts=["Weathervanes of the northern harbour"]
        ),
        document(
            "vanes.txt", ["Two weathervanes of the northern harbour have been stuck since the storm of last March."]
        ),
        document("gloss.txt", ["QLD begins at dusk."], glossary=(GlossaryEntry("QLD", "quay lamp duty", 0),)),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, publish: Callable[..., str]) -> Path:
    data = tmp_path_factory.mktemp("names")
    publish(data, _documents())
    return data


@pytest.fixture(scope="module")
def engine(folder: Path) -> Engine:
    return Engine(folder, FakeEncoder())


@pytest.fixture(scope="module")
def pages(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def found(engine: Engine, query: str, **more: object) -> SearchResponse:
    return engine.search(SearchRequest(query=query, page_size=100, **more))  # type: ignore[arg-type]


def places(response: SearchResponse) -> list[str]:
    return [hit.passage_id for hit in response.results]


def test_not_closed_leads_to_the_records_that_are_not(engine: Engine, pages: FlaskClient, folder: Path) -> None:
    answer = found(engine, "Kent not closed")
    assert answer.in_register is not None
    assert answer.in_register.filters["force"] == ["kent"]
    assert "complete" not in answer.in_register.filters["status"]
    assert answer.in_register.total == 2
    assert answer.suggested_filters["status"] == ["being-progressed"]  # the one of them that the index holds
    listed = pages.get("/api/v1/register", query_string=answer.in_register.filters).get_json()
    assert listed["total"] == 2
    page = pages.get("/?q=Kent+not+closed").get_data(as_text=True)
    assert "In the register:" in page
    assert "2 records" in page


def test_the_offer_is_only_an_offer(engine: Engine) -> None:
    assert "complete" in {hit.finding.status for hit in found(engine, "count lamps not closed").results if hit.finding}


def test_what_leads_to_no_record_is_not_offered(engine: Engine) -> None:
    assert found(engine, "Surrey not closed").in_register is None
    assert found(engine, "Gwent closed").in_register is None


def test_what_is_overdue(engine: Engine) -> None:
    offer = found(engine, "overdue").in_register
    assert offer is not None
    assert (offer.filters, offer.total) == ({"list": ["overdue"]}, 3)


def test_the_command_says_how_to_list_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "engine_for", lambda _: Engine(folder, FakeEncoder()))
    said = CliRunner().invoke(main, ["search", "Kent not closed", "--data", str(folder)]).output
    assert "In the register, 2 records: precedent register --force kent --status" in said


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("who owns recommendation 8837", ("8837",)),
        ("rec no. 6399 and record #812", ("6399", "812")),
        ("recommendation 4", ()),
        ("recommendations 2016", ()),  # a year
        ("8837 crimes", ()),
        ("recommendation 1,250 officers", ()),
        ("recommendation 365 days old", ()),  # a measure
    ],
)
def test_a_record_is_named_by_the_number_behind_its_kind(query: str, numbers: tuple[str, ...]) -> None:
    assert listed_numbers(query) == numbers


def test_what_prints_the_number_of_a_record_comes_first(engine: Engine) -> None:
    answer = found(engine, "who owns recommendation 8102", explain=True)
    held = {hit.passage_id for hit in answer.results if hit.explain and hit.explain.named}
    assert held
    assert set(places(answer)[: len(held)]) == held
    assert all("8102" in place for place in held)
    assert answer.match == "good"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("recommendation 4", {"kent-2016.txt#1", "kent-2018.txt#0", "gwent-2016.txt#0"}),
        ("rec 4 Kent", {"kent-2016.txt#1", "kent-2018.txt#0"}),
        ("Kent 2016 recommendation 4", {"kent-2016.txt#1"}),
        ("recommendation 4 of 2016", {"kent-2016.txt#1", "gwent-2016.txt#0"}),
        ("Kent recommendation 3 of 2018", {"kent-2016.txt#0"}),
        ("AFI 4", {"kent-2016.txt#2"}),
        ("cause of concern 2", {"gwent-2016.txt#2"}),
        ("T9", {"gwent-2016.txt#1"}),
    ],
)
def test_a_finding_named_by_number_comes_first(engine: Engine, query: str, first: set[str]) -> None:
    answer = found(engine, query, explain=True)
    assert set(places(answer)[: len(first)]) == first
    assert all(hit.match == "good" for hit in answer.results[: len(first)])
    lifted = {hit.passage_id for hit in answer.results if hit.explain and hit.explain.named}
    assert lifted == first
    assert answer.match == "good"


def test_the_report_that_is_named_comes_before_others_with_that_number(engine: Engine) -> None:
    assert places(found(engine, "recommendation 4 ropes and tar"))[0] == "kent-2018.txt#0"
    assert places(found(engine, "recommendation 4 ladders and wells"))[0] == "gwent-2016.txt#0"


def test_a_number_that_no_finding_has_changes_nothing(engine: Engine) -> None:
    plain = found(engine, "recommendation 9", explain=True)
    assert all(hit.explain and not hit.explain.named for hit in plain.results)
    quoted = found(engine, 'recommendation 4 "harbour gate"', explain=True)
    assert all(hit.explain and not hit.explain.named for hit in quoted.results)


def test_a_year_in_the_title_is_that_of_a_report_without_a_date(tmp_path: Path, publish: Callable[..., str]) -> None:
    key = "undated.txt"
    one = _finding(key, "4", "The force should keep the boats of the ferry dry.")
    own = (passage(key, 0, one.text, kind="recommendation", finding=0),)
    paper = document(key, title="Ferries 2016", findings=(one,), passages=own, kind="inspection_report")
    dated = _report("late.txt", "Rafts", "kent", "2016-02", ("recommendation", "5", "The force should tar its rafts."))
    publish(tmp_path, (paper, dated))
    assert places(found(Engine(tmp_path, FakeEncoder()), "2016 recommendation 4"))[0] == "undated.txt#0"


def test_what_opens_a_recommendation_is_not_shown_for_it(tmp_path: Path, publish: Callable[..., str]) -> None:
    key = "list.txt"
    lead, item = "Within six months, the force should make sure that:", "each ferry has a bell that can be heard."
    asks = _finding(key, "4", f"{lead}\n{item}")
    own = (
        passage(key, 0, lead, kind="recommendation", finding=0),
        passage(key, 1, item, kind="recommendation", finding=0, parent=0),
    )
    publish(tmp_path, (document(key, findings=(asks,), passages=own, kind="inspection_report"),))
    assert places(found(Engine(tmp_path, FakeEncoder()), "recommendation 4"))[0] == "list.txt#1"


def test_filters_still_only_take_away(engine: Engine) -> None:
    assert places(found(engine, "recommendation 4", force=("gwent",)))[0] == "gwent-2016.txt#0"


def test_a_name_with_capitals_means_the_passages_that_have_it_so(engine: Engine) -> None:
    assert places(found(engine, "PROtect")) == ["names.txt#0"]
    assert places(found(engine, "ACT")) == ["names.txt#2"]
    assert "names.txt#8" not in places(found(engine, "ACT"))  # all of it is in capitals
    assert len(places(found(engine, "protect"))) >= len(LAMPS)
    beside = found(engine, "PROtect lamps", explain=True)  # beside other words the name weighs more than they do
    share = {hit.passage_id: hit.explain.coverage for hit in beside.results if hit.explain}
    assert max(share, key=lambda place: share[place]) == "names.txt#0"
    assert sorted(share.values())[-2] < 0.5
    (hit,) = found(engine, "PROtect").results
    assert [hit.text[start:end] for start, end in hit.highlights] == ["PROtect"]


def test_a_name_inside_a_query_comes_before_the_common_word(engine: Engine) -> None:
    assert places(found(engine, "referrals to Prevent"))[0] == "names.txt#3"
    assert places(found(engine, "Prevent"))[0] == "names.txt#3"
    assert places(found(engine, "Prevent referrals"))[0] == "names.txt#3"
    assert len(places(found(engine, "prevent harm"))) >= len(LAMPS)


def test_a_short_form_that_stands_nowhere_is_looked_for_by_what_it_means(engine: Engine) -> None:
    answer = found(engine, "THRIVE")
    assert places(answer)[0] == "names.txt#4"
    assert "names.txt#5" not in places(answer)  # lamps that thrive
    assert "names.txt#5" in places(found(engine, "thrive"))


def test_a_short_form_that_a_document_explains_may_be_typed_small(engine: Engine) -> None:
    for typed in ("WBL", "wbl"):
        answer = found(engine, typed)
        assert [(one.typed, one.to) for one in answer.expansions] == [(typed, "wick burning licence")]
        assert places(answer)[0] == "names.txt#6"
        assert answer.match == "good"


def test_a_heading_or_title_by_itself_is_no_hit_beside_an_answer(engine: Engine) -> None:
    assert "names.txt#7" not in places(found(engine, "lamps counted at the weir"))
    assert "title.txt#0" not in places(found(engine, "weathervanes of the northern harbour"))
    assert "vanes.txt#0" in places(found(engine, "weathervanes of the northern harbour"))


def test_a_line_that_is_written_as_a_heading_is_one(tmp_path: Path, publish: Callable[..., str]) -> None:
    lines = ["Counting of lamps", "The counting of lamps is done at dusk.", "Counting of lamps (PDF document)"]
    publish(tmp_path / "lines", (document("lines.txt", lines),))
    publish(tmp_path / "only", (document("only.txt", lines[:1]),))
    asked = "counting of lamps"
    assert places(found(Engine(tmp_path / "lines", FakeEncoder()), asked)) == ["lines.txt#1"]
    assert places(found(Engine(tmp_path / "only", FakeEncoder()), asked)) == ["only.txt#0"]  # nothing else answers


def test_owners_are_read_shown_and_filtered_by(engine: Engine, pages: FlaskClient) -> None:
    answer = found(engine, "owner ACC Wick")
    assert answer.in_register is not None
    assert (answer.in_register.filters, answer.in_register.total) == ({"owner": ["ACC Ada Wick"]}, 1)
    (row,) = pages.get("/api/v1/register?owner=ACC+Ada+Wick").get_json()["results"]
    assert (row["owner"], row["register_number"]) == ("ACC Ada Wick", "8102")
    assert pages.get("/api/v1/register?owner=ACC+Ada+Wick&as_of=2017-12-31").get_json()["total"] == 0
    (row,) = pages.get("/api/v1/register?owner=Insp+Ina+Soot").get_json()["results"]
    assert row["register_number"] == "8104"
    named = {at: pages.get(f"/api/v1/register?as_of={at}").get_json()["results"] for at in ("2018-01-31", "2018-06")}
    owners = {at: {row["register_number"]: row["owner"] for row in rows}["8104"] for at, rows in named.items()}
    assert owners == {"2018-01-31": "CI Ruta Vane", "2018-06": "Insp Ina Soot"}
    assert "ACC Ada Wick" in pages.get("/register").get_data(as_text=True)
    assert answer.results[0].finding is not None
    assert answer.results[0].finding.id == "kent:8102/recommendation"  # found by its owner, before all others


def test_an_owner_who_is_not_known_is_told_no_others(pages: FlaskClient) -> None:
    answer = pages.get("/api/v1/register?owner=Supt+Wick")
    assert answer.status_code == 400
    assert "'Supt Wick' is not a value of owner." in answer.get_data(as_text=True)
    assert "Tallow" not in answer.get_data(as_text=True)


def test_asking_who_tells_the_owners_of_what_was_found(engine: Engine, pages: FlaskClient) -> None:
    owners = {row.value for row in found(engine, "who owns paint for sheds").owners}
    assert {"ACC Ada Wick", "Supt Ned Tallow, stores"} <= owners
    assert found(engine, "paint sheds").owners == []
    page = pages.get("/?q=who+owns+paint+for+sheds").get_data(as_text=True)
    assert "Owners of what was found" in page


def test_a_name_that_stands_nowhere_is_told_and_nothing_is_good(engine: Engine, pages: FlaskClient) -> None:
    sure = found(engine, "lamps on the quay")
    answer = found(engine, "Zorbatron lamps on the quay")
    assert (sure.nowhere, answer.nowhere) == ([], ["Zorbatron"])
    assert sure.match == "good"
    assert answer.match in {"weak", "none"}
    assert not any(hit.match == "good" for hit in answer.results)
    assert found(engine, "Sussex lamps on the quay").nowhere == ["Sussex"]  # a force
    assert "“Zorbatron” stands nowhere here" in pages.get("/?q=Zorbatron+lamps+on+the+quay").get_data(as_text=True)


@pytest.mark.parametrize(
    "query", ["harbuor lamps", "giraffe lamps", "THRIVE", "QLD lamps", "Prevent", "recommendation 4"]
)
def test_slips_plain_words_and_what_stands_there_are_not_told(engine: Engine, query: str) -> None:
    assert found(engine, query).nowhere == []
