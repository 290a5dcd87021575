"""Briefs: what is put in stands in every file as in its source, nothing is lost, and what changed since is told."""

import csv
import io
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from fakes import FakeEncoder, assessment, document, record
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.model import Document, Event
from service.cli import common
from service.cli.main import main
from service.contract.requests import RegisterListRequest, SearchRequest
from service.contract.service_errors import RequestError
from service.engine import Engine
from service.state.exchange_file import export_state, import_state
from service.state.kept_briefs import Briefs, Edit, Picked
from service.web.app import create_app
from service.work.brief_edits import Sent, edits_of, mark, ordered
from service.work.brief_files import brief_file, quoted
from service.work.briefs import Ref, begin, brief_answer, kept_brief, put, refs_of_register, remove

ASKS = "By March 2018, all forces should review how missing children are recorded."
ODD = 'The force\'s "lamps" – 5 < 6 & *not* _so_ `x`:\n\n  two\tspaces, [a](b) #1\nand a last line.'
FORCES = ("essex", "kent", "gwent")
AT = "2026-11-30T10:00:00+00:00"


def papers() -> tuple[Document, ...]:
    records = tuple(record(force, "8837", ASKS, comment=f"{force} counted its records anew.") for force in FORCES)
    plain = document(
        "odd.txt", [ODD, "=SUM(A1) is what a sheet would run.", "Officers train in stalking."], force="kent"
    )
    return (*records, assessment("essex"), plain)


@pytest.fixture
def kept(tmp_path: Path, publish: Callable[..., str]) -> Engine:
    """An engine over a data folder of the test's own."""
    publish(tmp_path, papers())
    return Engine(tmp_path, FakeEncoder())


def brief_of(engine: Engine, refs: list[Ref], name: str = "For the board") -> tuple[int, Any]:
    briefs = Briefs(engine.data)
    number, _ = put(engine.snapshot(), briefs, name, refs, "A. Reader")
    return number, brief_answer(engine.snapshot(), kept_brief(briefs, number))


def keys(engine: Engine) -> list[Ref]:
    return [Ref("passage", hit.passage_id) for hit in engine.all_hits(SearchRequest(query=""))]


def every_item(engine: Engine) -> Any:
    return brief_of(engine, [*keys(engine), Ref("finding", "kent:8837/recommendation")])[1]


def test_quotations_are_exact_in_word(kept: Engine) -> None:
    answer = every_item(kept)
    made = docx.Document(io.BytesIO(brief_file(answer, "docx", str, AT)))
    quotes = [one.text for one in made.paragraphs if one.style and one.style.name == "Quote"]
    assert quotes == [one.text for one in answer.results]
    assert ODD in quotes
    said = [one.text for one in made.paragraphs]
    for one in answer.results:
        assert f"Source: {one.citation}" in said
    assert "Status: Complete, set 4 May 2018; as known on 4 May 2018" in said
    assert any(answer.made_with.generation in line for line in said)


def test_what_belongs_to_an_item_of_a_word_document_is_kept_together(kept: Engine) -> None:
    made = docx.Document(io.BytesIO(brief_file(every_item(kept), "docx", str, AT)))
    assert made.styles["Quote"].paragraph_format.keep_together
    assert made.styles["Quote"].paragraph_format.keep_with_next
    shown = [one for one in made.paragraphs if one.style]
    for one, behind in pairwise(shown):
        if one.style.name == "Fact" and behind.style.name == "Fact" and one.runs[0].bold:
            assert one.paragraph_format.keep_with_next
        elif one.style.name == "Fact":
            assert not one.paragraph_format.keep_with_next


def test_quotations_are_exact_in_csv(kept: Engine) -> None:
    answer = every_item(kept)
    text = brief_file(answer, "csv", str, AT).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["text"] for row in rows] == [
        f"'{one.text}" if one.text.startswith("=") else one.text for one in answer.results
    ]
    assert {row["text"] for row in rows} >= {ODD, "'=SUM(A1) is what a sheet would run."}
    dated = next(row for row in rows if row["finding_id"] == "kent:8837/recommendation")
    assert (dated["status"], dated["status_date"], dated["as_of"]) == ("complete", "2018-05-04", "2018-05-04")


def quotations(markdown: str) -> list[str]:
    """What a reader of Markdown finds quoted."""
    found, inside = [], 0
    for token in MarkdownIt("commonmark").parse(markdown):
        inside += token.nesting if token.type.startswith("blockquote") else 0
        if inside and token.type == "fence":
            found.append(token.content.removesuffix("\n"))
        if inside and token.type == "inline":
            found.append("".join("\n" if one.type == "softbreak" else one.content for one in token.children or []))
    return found


def test_quotations_are_exact_in_markdown(kept: Engine) -> None:
    answer = every_item(kept)
    text = brief_file(answer, "md", str, AT).decode("utf-8")
    assert quotations(text) == [one.text for one in answer.results]
    assert all(one.citation.split(",")[0] in text for one in answer.results)


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("ab *_`<>&#[]()\\!-+.1=~|:/@$\n\t\u00a0") | st.characters(exclude_categories=["C", "Z"]))
)
def test_any_text_reads_back_from_its_quotation(text: str) -> None:
    assert quotations(quoted(text)) == ([text] if text else [""])


def test_an_item_that_is_gone_stands_as_it_was(kept: Engine, publish: Callable[..., str]) -> None:
    number, before = brief_of(
        kept, [Ref("finding", "gwent:8837/recommendation"), Ref("finding", "kent:8837/recommendation")]
    )
    assert not any(one.gone or one.changed for one in before.results)
    publish(kept.data, tuple(one for one in papers() if one.force != "gwent"))
    after = brief_answer(kept.snapshot(), kept_brief(Briefs(kept.data), number))
    gone, there = after.results
    assert (gone.gone, there.gone) == (True, False)
    assert (gone.text, gone.citation, gone.status, gone.as_of) == (
        ASKS,
        before.results[0].citation,
        "complete",
        "2018-05-04",
    )
    for form in ("docx", "md"):
        made = brief_file(after, form, str, AT)  # type: ignore[arg-type]
        text = made.decode() if form == "md" else "\n".join(p.text for p in docx.Document(io.BytesIO(made)).paragraphs)
        assert text.count("No longer in the index") == 1
    page = unescape(create_app(kept).test_client().get(f"/briefs/{number}").get_data(as_text=True))
    assert page.count("No longer in the index") == 1


def test_what_changed_is_said(kept: Engine, publish: Callable[..., str]) -> None:
    number, before = brief_of(kept, [Ref("finding", "kent:8837/recommendation")])
    reopened = record("kent", "8837", ASKS.replace("review", "look into"))
    reopened = replace(reopened, events=(*reopened.events, Event("2019-02-01", "status", "being-progressed", "", 0)))
    publish(kept.data, (reopened, *papers()[2:]))
    (now,) = brief_answer(kept.snapshot(), kept_brief(Briefs(kept.data), number)).results
    assert now.text == before.results[0].text == ASKS
    assert now.text_now == ASKS.replace("review", "look into")
    assert (now.status, now.status_date, now.as_of) == ("being-progressed", "2019-02-01", "2019-02-01")
    assert now.changed == [
        "Its text is another since it was put in.",
        "Its status when it was put in: complete, set 4 May 2018, as known on 4 May 2018.",
    ]


def test_contact_details_are_dots_in_every_file(tmp_path: Path, publish: Callable[..., str]) -> None:
    said = "Ring Insp Wick on 01632 960123 about the lamps."
    publish(tmp_path, (document("a", [said]),))
    engine = Engine(tmp_path, FakeEncoder())
    number, answer = brief_of(engine, keys(engine))
    client = create_app(engine).test_client()
    made = [brief_file(answer, form, str, AT) for form in ("md", "csv")]  # type: ignore[arg-type]
    made.append(
        "\n".join(p.text for p in docx.Document(io.BytesIO(brief_file(answer, "docx", str, AT))).paragraphs).encode()
    )
    made += [client.get(f"{address}{number}").data for address in ("/briefs/", "/api/v1/briefs/")]
    for text in made:
        assert b"960123" not in text
        assert "••••• ••••••".encode() in text
    plain = Engine(tmp_path, FakeEncoder(), mask_contacts=False)
    assert brief_answer(plain.snapshot(), kept_brief(Briefs(tmp_path), number)).results[0].text == said


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_an_order_by_numbers_keeps_every_item_once(places: list[int]) -> None:
    order = ordered([(100 + at, str(place)) for at, place in enumerate(places)])
    assert sorted(order) == [100 + at for at in range(len(places))]


@pytest.mark.parametrize(
    ("item", "place", "after"),
    [
        ("c", "1", "cab"),
        ("a", "3", "bca"),
        ("a", "2", "bac"),
        ("b", "2", "abc"),
        ("b", "2.5", "abc"),
        ("a", "2,5", "bac"),
    ],
)
def test_one_number_moves_one_item(item: str, place: str, after: str) -> None:
    names = dict(enumerate("abc"))
    sent = [(number, place if name == item else str(number + 1)) for number, name in names.items()]
    assert "".join(names[number] for number in ordered(sent)) == after


@pytest.mark.parametrize("place", ["", "one", "-1", "1e3", "٣"])
def test_what_is_no_number_is_refused(place: str) -> None:
    with pytest.raises(RequestError, match="number"):
        ordered([(1, place)])


@pytest.fixture
def pages(kept: Engine) -> FlaskClient:
    return create_app(kept).test_client()


def fields(client: FlaskClient, number: int, **changes: Any) -> dict[str, Any]:
    """What the form that changes a brief sends, as its page stands now."""
    brief = client.get(f"/api/v1/briefs/{number}").get_json()
    items = brief["results"]
    assert client.get(f"/briefs/{number}/edit").status_code == 200
    return {
        "who": "B. Reader",
        "name": brief["name"],
        "name_was": mark(brief["name"]),
        "note": brief["note"],
        "note_was": mark(brief["note"]),
        "item": [one["item_id"] for one in items],
        "place": [str(at) for at in range(1, len(items) + 1)],
        "item_note": [one["note"] for one in items],
        "item_note_was": [mark(one["note"]) for one in items],
        **changes,
    }


def items_of(client: FlaskClient, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/briefs/{number}").get_json()["results"]
    return found


def test_a_brief_is_made_read_changed_and_taken_away(kept: Engine, pages: FlaskClient) -> None:
    wanted = [ref.key for ref in keys(kept)[:3]]
    for key in wanted:
        sent = pages.post(
            "/briefs/items", data={"passage_id": key, "brief_name": "For the board", "who": "A", "back": "/?q=a"}
        )
        assert sent.headers["Location"] == "/briefs/1?back=%2F%3Fq%3Da"
    assert "Back to where you were" in pages.get(sent.headers["Location"]).get_data(as_text=True)
    assert [one["passage_id"] for one in items_of(pages, 1)] == wanted
    first = items_of(pages, 1)[0]
    form = fields(pages, 1, place=["3", "1", "2"], note="For Tuesday.", item_note=["See page 2.", "", ""])
    assert pages.post("/briefs/1/edit", data=form).status_code == 303
    page = unescape(pages.get("/briefs/1").get_data(as_text=True))
    assert [one["passage_id"] for one in items_of(pages, 1)] == [*wanted[1:], wanted[0]]
    assert "For Tuesday." in page
    assert "See page 2." in page
    form = fields(pages, 1, remove=[str(first["item_id"])])
    pages.post("/briefs/1/edit", data=form)
    assert len(items_of(pages, 1)) == 2
    pages.post(f"/briefs/1/items/{first['item_id']}/restore", data={"who": "A"})
    assert [one["note"] for one in items_of(pages, 1)] == ["", "", "See page 2."]
    pages.post("/briefs/1/remove", data={"who": "C. Reader"})
    assert pages.get("/api/v1/briefs").get_json() == {"briefs": []}
    assert "C. Reader" in pages.get("/briefs").get_data(as_text=True)
    pages.post("/briefs/1/restore", data={"who": "A"})
    assert len(items_of(pages, 1)) == 3
    everything = Briefs(kept.data).one(1)
    assert everything is not None
    assert len(everything.items) == 3


def test_two_who_change_one_brief_lose_nothing(kept: Engine, pages: FlaskClient) -> None:
    number, _ = brief_of(kept, keys(kept)[:3])
    ids = [one["item_id"] for one in items_of(pages, number)]
    mine = fields(pages, number, place=["3", "1", "2"], item_note=["Mine.", "", ""])
    theirs = fields(pages, number, place=["2", "1", "3"], item_note=["Theirs.", "", ""])
    brief_of(kept, keys(kept)[3:4])  # a third puts something in meanwhile
    pages.post(f"/briefs/{number}/edit", data=theirs)
    pages.post(f"/briefs/{number}/edit", data=mine)
    after = items_of(pages, number)
    assert [one["item_id"] for one in after][:3] == [ids[1], ids[2], ids[0]]
    assert len(after) == 4
    assert next(one["note"] for one in after if one["item_id"] == ids[0]) == "Theirs.\n\nMine."


def test_an_unchanged_form_changes_nothing_of_anothers(kept: Engine, pages: FlaskClient) -> None:
    number, _ = brief_of(kept, keys(kept)[:2])
    old = fields(pages, number)
    pages.post(
        f"/briefs/{number}/edit", data=fields(pages, number, note="New.", item_note=["A note.", ""], name="Other")
    )
    pages.post(f"/briefs/{number}/edit", data=old)
    brief = pages.get(f"/api/v1/briefs/{number}").get_json()
    assert (brief["name"], brief["note"], [one["note"] for one in brief["results"]]) == (
        "Other",
        "New.",
        ["A note.", ""],
    )


def test_the_same_twice_is_one_item_also_at_once(kept: Engine) -> None:
    refs, briefs = keys(kept)[:4], Briefs(kept.data)
    number = begin(briefs, "Shared", "A")
    threads = [
        threading.Thread(target=put, args=(kept.snapshot(), briefs, "Shared", refs[: 2 + at % 3], f"R{at}"))
        for at in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.picked.key for one in kept_brief(briefs, number).items) == sorted(ref.key for ref in refs)
    remove(briefs, number, "A", item=kept_brief(briefs, number).items[0].id)
    put(kept.snapshot(), briefs, "shared ", refs, "A")  # what was taken out can be put in again
    assert len(kept_brief(briefs, number).standing) == 4


@pytest.mark.parametrize(
    ("address", "data", "why"),
    [
        ("/briefs", {"name": "x"}, "Give your name"),
        ("/briefs", {"who": "A"}, "Give the brief a name"),
        ("/briefs/items", {"passage_id": "nothing", "brief_name": "x", "who": "A"}, "Nothing of this is in"),
        ("/briefs/items", {"passage_id": "odd.txt#0", "who": "A"}, "Give the brief a name"),
        ("/briefs/items", {"brief_name": "x" * 201, "passage_id": "odd.txt#0", "who": "A"}, "shorten it"),
        ("/briefs/search", {"q": "", "year_to": "1901", "brief_name": "x", "who": "A"}, "The list is empty"),
        ("/briefs/ready", {"theme": "x", "who": "A"}, "Give the year"),
        ("/briefs/ready", {"force": "kent", "theme": "x", "who": "A"}, "one of them"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_left(
    pages: FlaskClient, address: str, data: dict[str, str], why: str
) -> None:
    response = pages.post(address, data=data)
    assert response.status_code == 400
    assert why in unescape(response.get_data(as_text=True))
    assert pages.get("/api/v1/briefs").get_json() == {"briefs": []}


def test_no_other_site_puts_anything_in(pages: FlaskClient) -> None:
    sent = pages.post("/briefs", data={"name": "x", "who": "A"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403


def test_a_link_back_leads_to_this_service_alone(pages: FlaskClient) -> None:
    pages.post("/briefs", data={"name": "x", "who": "A"})
    for address in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example"):
        assert "elsewhere" not in pages.get("/briefs/1", query_string={"back": address}).get_data(as_text=True)
        assert "javascript" not in pages.get("/briefs/1", query_string={"back": address}).get_data(as_text=True)


def test_whole_lists_go_in(kept: Engine, pages: FlaskClient) -> None:
    pages.post("/briefs/search", data={"q": "", "force": "kent", "brief_name": "Kent", "who": "A"})
    assert [one["passage_id"] for one in items_of(pages, 1)] == [
        hit.passage_id for hit in kept.all_hits(SearchRequest(query="", force=("kent",)))
    ]
    pages.post("/briefs/register", data={"status": "complete", "brief_name": "Complete", "who": "A"})
    wanted = refs_of_register(kept.snapshot(), RegisterListRequest(status=("complete",)))
    assert [one["finding_id"] for one in items_of(pages, 2)] == [ref.key for ref in wanted]
    pages.post("/briefs/similar", data={"text": ASKS, "brief_name": "Alike", "who": "A"})
    parts = [one["part"] for one in items_of(pages, 3)]
    assert parts
    assert parts == sorted(parts)


def test_pages_that_show_findings_have_the_form(kept: Engine, pages: FlaskClient) -> None:
    brief_of(kept, keys(kept)[:1], "A name & <b>marks</b>")
    for address in ("/?q=missing+children", "/register", "/findings/kent:8837/recommendation", "/similar?text=lamps"):
        page = pages.get(address).get_data(as_text=True)
        assert page.count('id="brief-names"') <= 1
        assert "A name &amp; &lt;b&gt;marks&lt;/b&gt;" in page
        assert "to-brief" in page


def test_a_brief_of_many_items_is_a_few_questions(kept: Engine, tmp_path: Path, publish: Callable[..., str]) -> None:
    many = document("many.txt", [f"Passage {n} on lamps." for n in range(700)])
    publish(tmp_path, (*papers(), many))
    refs = keys(kept)[:600] + [Ref("finding", f"{force}:8837/recommendation") for force in FORCES]
    number, _ = brief_of(kept, refs)
    asked: list[str] = []
    tables = kept.snapshot().held.generation.tables
    tables.set_trace_callback(asked.append)
    answer = brief_answer(kept.snapshot(), kept_brief(Briefs(kept.data), number))
    tables.set_trace_callback(None)
    assert len(answer.results) == 603
    assert 0 < len(asked) <= 3  # SQLite takes 500 ids at a time


def picked(key: str, text: str = "Text.") -> Picked:
    return Picked("passage", key, text, "Cited", None, None, None, "g")


def test_edits_are_only_ever_added(tmp_path: Path) -> None:
    briefs = Briefs(tmp_path)
    number = briefs.begin("One", "A", AT)
    briefs.put(number, [picked("a"), picked("b")], "A", AT)
    kept = kept_brief(briefs, number)
    for note in ("First.", "Second."):
        sent = [Sent(one.id, str(at), note, mark(one.picked.note), False) for at, one in enumerate(kept.items, start=1)]
        briefs.edit(number, edits_of(kept, ("One", mark("One")), ("", mark("")), sent), "B", AT)
        kept = kept_brief(briefs, number)
        assert [one.picked.note for one in kept.items] == [note, note]
    rows = briefs._file.rows("brief_edits", "SELECT value, who FROM brief_edits ORDER BY id")
    assert [tuple(row) for row in rows] == [("First.", "B")] * 2 + [("Second.", "B")] * 2


def test_commands_list_show_and_export(kept: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number, answer = brief_of(kept, keys(kept))
    monkeypatch.setattr(common, "engine_for", lambda _: kept)

    def ran(*words: str) -> str:
        result = CliRunner().invoke(main, [*words, "--data", str(kept.data)])
        assert result.exit_code == 0, result.output
        return result.output

    assert f"{number}  For the board" in ran("brief", "list")
    assert json.loads(ran("brief", "show", str(number), "--json"))["results"][0]["text"] == answer.results[0].text
    assert quotations(ran("brief", "show", str(number)))[0] == answer.results[0].text
    out = tmp_path / "made.docx"
    ran("brief", "export", str(number), "--out", str(out))
    assert docx.Document(str(out)).paragraphs[0].text == "For the board"
    missing = CliRunner().invoke(main, ["brief", "show", "99", "--data", str(kept.data)])
    assert (missing.exit_code, "no brief 99" in missing.output) == (2, True)


def test_who_begin_one_name_at_once_begin_one_brief(tmp_path: Path) -> None:
    Briefs(tmp_path).begin("Other", "A", AT)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda at=at: found.append(Briefs(tmp_path).begin(("One", "ONE")[at % 2], "A", AT)))
        for at in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [2] * 8
    assert len(Briefs(tmp_path).all()) == 2


def test_a_name_stays_one_briefs(kept: Engine, pages: FlaskClient) -> None:
    one, _ = brief_of(kept, keys(kept)[:1], "One")
    two, _ = brief_of(kept, keys(kept)[:1], "Two")
    assert pages.post(f"/briefs/{two}/edit", data=fields(pages, two, name="one")).status_code == 400
    assert pages.post(f"/briefs/{two}/remove", data={"who": "A"}).status_code == 303
    assert pages.post(f"/briefs/{one}/edit", data=fields(pages, one, name="Two")).status_code == 303
    again = pages.post(f"/briefs/{two}/restore", data={"who": "A"})
    assert (again.status_code, "another brief" in again.text) == (400, True)
    assert Briefs(kept.data).names() == {one: "Two"}


def test_of_two_edits_the_later_holds_whichever_was_imported(tmp_path: Path) -> None:
    here, there, file = Briefs(tmp_path / "a"), Briefs(tmp_path / "b"), tmp_path / "work.jsonl"
    here.begin("One", "A", AT)
    export_state(tmp_path / "a", file)
    import_state(tmp_path / "b", file)
    here.edit(1, [Edit("name", "Earlier")], "A", "2026-11-30T11:00:00+00:00")
    there.edit(1, [Edit("name", "Later")], "B", "2026-11-30T12:00:00+00:00")
    export_state(tmp_path / "a", file)
    import_state(tmp_path / "b", file)
    assert [one.name for one in there.all()] == list(there.names().values()) == ["Later"]


@pytest.mark.parametrize("item", ["9" * 5000, "1.5", "²"])
def test_an_item_that_is_no_id_is_refused(kept: Engine, pages: FlaskClient, item: str) -> None:
    number, _ = brief_of(kept, keys(kept)[:1])
    sent = fields(pages, number) | {"item": item}
    assert pages.post(f"/briefs/{number}/edit", data=sent).status_code == 400


def test_a_damaged_row_is_told_in_a_sentence(kept: Engine, pages: FlaskClient) -> None:
    number, _ = brief_of(kept, keys(kept)[:1])
    with closing(sqlite3.connect(kept.data / "state.sqlite")) as database, database:
        database.execute("UPDATE brief_items SET details = 'no JSON'")
    answer = pages.get(f"/briefs/{number}")
    assert (answer.status_code, "cannot be read" in answer.text) == (503, True)
