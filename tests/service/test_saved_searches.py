"""Standing searches: what is told of a new generation is what a full search finds, and each is told and sent once."""

import json
import random
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from fakes import FakeEncoder, document, passage, record

from corpus.model import Document
from indexer.vector_index import VectorIndex
from service.answers.lookups import passage as passage_of
from service.cli import common
from service.cli.main import main
from service.contract.requests import ListRequest, SimilarRequest
from service.contract.service_errors import RequestError, SettingsError
from service.contract.standing_shapes import Result
from service.engine import Engine
from service.memory.snapshot import Snapshot
from service.state.saved_searches import SavedSearch, Seen
from service.web.app import create_app
from service.work.feeds import alert_lines, together
from service.work.result_changes import compared, differences
from service.work.sending import Channels, check, send
from service.work.standing_answers import alerts, changes_answer, saved_answer
from service.work.standing_searches import NOTHING_ASKED, listed, refresh, request_of, save

FORCES = ("essex", "kent", "gwent", "surrey")
WORDS = "missing children patrol custody abuse training vetting cyber search officers stalking records".split()  # noqa: SIM905
KINDS = ("context", "strength", "judgement")
ATOM = "{http://www.w3.org/2005/Atom}"
AT = "2026-01-01T00:00:00+00:00"
Row = dict[str, Any]
Publish = Callable[..., str]


def papers(generation: int) -> tuple[Document, ...]:
    """Papers and records of which every generation drops, adds and amends some, the same ones every time."""
    choose = random.Random(f"generation {generation}")
    kept = [number for number in range(30) if choose.random() < 0.75]
    return (*(paper(number, choose) for number in kept), *records(choose))


def paper(number: int, choose: random.Random) -> Document:
    own = random.Random(number)
    key = f"papers/{number:02}.txt"
    date = own.choice((None, "2007-10", "2016", "2016-05", "2018-03-22"))
    texts = [" ".join(own.choices(WORDS, k=own.randint(5, 14))).capitalize() + "." for _ in range(5)]
    force, kinds = own.choice((None, *FORCES)), [own.choice(KINDS) for _ in texts]
    texts = [f"{text[:-1]} again." if choose.random() < 0.15 else text for text in texts]
    parts = [
        passage(key, at, text, kind=kind, date=date, page=at + 1)
        for at, (text, kind) in enumerate(zip(texts, kinds, strict=True))
    ]
    return document(key, texts, passages=tuple(parts), date=date, force=force, kind="inspection_report")


def records(choose: random.Random) -> Iterator[Document]:
    """A recommendation to some of the forces, each with a status of its own."""
    for number, asks in (("8837", "review how missing children are recorded"), ("9001", "train custody officers")):
        for force in FORCES:
            if choose.random() < 0.8:
                made = record(force, number, f"By March 2018, all forces should {asks}.", comment=f"{force} began.")
                yield with_status(made, choose.choice(("complete", "being-progressed", None)))


def with_status(made: Document, status: str | None) -> Document:
    findings = tuple(replace(one, status=status, status_date="2019-01" if status else None) for one in made.findings)
    return replace(made, findings=findings)


def random_search(choose: random.Random) -> tuple[str, dict[str, list[str]]]:
    """A search or a question for similar findings, most of them with filters."""
    asked: dict[str, list[str]] = {}
    for name, values in (
        ("force", (*FORCES, "unknown")),
        ("finding", (*KINDS, "recommendation", "comment")),
        ("year", ("2007", "2016", "2018", "unknown")),
        ("status", ("complete", "being-progressed", "unknown")),
    ):
        if choose.random() < 0.25:
            asked[name] = choose.sample(values, k=choose.randint(1, 2))
    words = " ".join(choose.choices(WORDS, k=choose.randint(1, 4)))
    if choose.random() < 0.3:
        return "similar", {**asked, "text": [f"The force should {words}."]}
    return "search", {**asked, "q": [words]}


def full(seen: Snapshot, search: SavedSearch) -> list[Row]:
    """The whole result list, asked afresh and by the façade's own way: what the comparison is held against."""
    request = request_of(search.kind, search.asked)
    rows = listed(seen, request)
    assert rows is not None
    return rows


def members(row: Row) -> set[str]:
    return {row["passage_id"], *(one["passage_id"] for one in row["members"])}


def test_fifty_searches_over_three_generations_equal_full_searches(tmp_path: Path, publish: Publish) -> None:
    choose = random.Random("fifty searches")
    publish(tmp_path, papers(0))
    engine = Engine(tmp_path, FakeEncoder())
    for number in range(50):
        kind, asked = random_search(choose)
        save(engine.snapshot(), engine.saved, kind, asked, title=f"Search {number}", who="Ada", at=AT)
    searches = engine.saved.all()
    known = {one.id: full(engine.snapshot(), one) for one in searches}
    told = {"new": 0, "changed": 0, "gone": 0}
    for generation in (1, 2):
        name = publish(tmp_path, papers(generation))
        seen = engine.snapshot()
        assert seen.held.generation.id == name
        assert refresh(seen, engine.saved, AT).problems == {}
        for search in searches:
            before, after = known[search.id], full(seen, search)
            changes = [one for one in engine.saved.changes(search.id) if one.generation == name]
            told_of = [(one.kind, one.what["before"], one.what["after"]) for one in changes]
            quiet = [one.before for one in compared(before, after) if (one.kind, one.before, one.after) not in told_of]
            assert all(row and row["match"] == "weak" and passage_of(seen, row["passage_id"]) for row in quiet)
            holds_together(before, after, [*told_of, *(("gone", row, None) for row in quiet)])
            kept = engine.saved.seen(search.id)
            assert kept is not None
            assert list(kept.rows) == after
            known[search.id] = after
            for one in changes:
                told[one.kind] += 1
    assert min(told.values()) > 20, "the generations differ too little to try anything"


@pytest.mark.parametrize(
    ("differing", "told_as"),
    [({}, []), ({"match": "good"}, ["gone"]), ({"status": "complete"}, ["gone"]), ({"force": "kent"}, ["gone"])],
)
def test_a_weak_match_that_is_no_longer_near_enough_is_no_news(
    tmp_path: Path, publish: Publish, differing: Row, told_as: list[str]
) -> None:
    publish(tmp_path, (document("a", ["Zebras graze."], force="essex"), document("b", ["Lamps burn."], force="essex")))
    engine = Engine(tmp_path, FakeEncoder())
    search = SavedSearch("Zebras", "search", {"q": ('"zebras"',)}, "Ada", AT)
    found = full(engine.snapshot(), search)
    assert "b" not in [one["document_id"] for one in found]
    left = next(iter(engine.all_hits(ListRequest(query="lamps")))).passage_id
    weak = {"force": "essex", "match": "weak", **differing}
    number = engine.saved.add(search, Seen("0", (*found, result(left, **weak))))
    refresh(engine.snapshot(), engine.saved, AT)
    assert [one.kind for one in engine.saved.changes(number)] == told_as


def test_a_weak_match_whose_passage_is_gone_is_told(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, (document("a", ["Zebras graze."]),))
    engine = Engine(tmp_path, FakeEncoder())
    search = SavedSearch("Zebras", "search", {"q": ("zebras",)}, "Ada", AT)
    number = engine.saved.add(search, Seen("0", (*full(engine.snapshot(), search), result("z#9", match="weak"))))
    refresh(engine.snapshot(), engine.saved, AT)
    assert [one.kind for one in engine.saved.changes(number)] == ["gone"]


@pytest.mark.parametrize(
    ("differing", "told_as"),
    [({}, []), ({"status": "complete"}, ["gone"]), ({"text_sha256": "of another text"}, ["gone"])],
)
def test_what_may_not_have_been_looked_at_in_a_large_index_is_not_told_as_gone(
    tmp_path: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, differing: Row, told_as: list[str]
) -> None:
    publish(tmp_path, (document("a", ["Zebras graze."], force="essex"), document("b", ["Lamps burn."], force="essex")))
    engine = Engine(tmp_path, FakeEncoder())
    search = SavedSearch("Zebras", "search", {"q": ('"zebras"',)}, "Ada", AT)
    found = full(engine.snapshot(), search)
    (left,) = full(engine.snapshot(), replace(search, asked={"q": ('"lamps"',)}))
    monkeypatch.setattr(VectorIndex, "exact", False)
    number = engine.saved.add(search, Seen("0", (*found, {**left, **differing})))
    refresh(engine.snapshot(), engine.saved, AT)
    assert [one.kind for one in engine.saved.changes(number)] == told_as
    now = engine.saved.seen(number)
    assert now is not None
    assert len(now.rows) == len(found) + (not told_as)
    publish(tmp_path, (document("a", ["Zebras graze."], force="essex"),))
    engine = Engine(tmp_path, FakeEncoder())
    refresh(engine.snapshot(), engine.saved, AT)
    assert [one.kind for one in engine.saved.changes(number) if one.kind != "changed"] == ["gone"]


def holds_together(before: list[Row], after: list[Row], changes: Sequence[tuple[str, Row | None, Row | None]]) -> None:
    """Every result of both lists is in just one change, or the same in both; and what is new has no part in before."""
    came = [one for kind, _, one in changes if kind == "new"]
    went = [one for kind, one, _ in changes if kind == "gone"]
    differing = [(old, new) for kind, old, new in changes if kind == "changed"]
    every, former = set[str]().union(*map(members, after)), set[str]().union(*map(members, before))
    assert all(one in after and not members(one) & former for one in came if one)
    assert all(one in before and not members(one) & every for one in went if one)
    assert all(old in before and new in after for old, new in differing)
    left_before = [one for one in before if one not in went and one not in [old for old, _ in differing]]
    left_after = [one for one in after if one not in came and one not in [new for _, new in differing]]
    assert len(before) == len(left_before) + len(went) + len(differing)
    assert len(after) == len(left_after) + len(came) + len(differing)
    state = [sorted(map(standing, rows)) for rows in (left_before, left_after)]
    assert state[0] == state[1]
    for old, new in differing:
        assert old is not None
        assert new is not None
        assert standing(old) != standing(new)


def standing(row: Row) -> str:
    """What tells one state of a result from another."""
    statuses = {row["passage_id"]: (row["status"], row["status_date"])}
    statuses |= {one["passage_id"]: (one["status"], one["status_date"]) for one in row["members"]}
    return json.dumps([row["match"], sorted(statuses.items())])


def test_a_saved_search_lists_what_a_search_finds(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, papers(0))
    engine = Engine(tmp_path, FakeEncoder())
    asked = {"q": "missing children", "force": ("essex", "kent")}
    rows = listed(engine.snapshot(), ListRequest.model_validate(asked, by_name=True, by_alias=True))
    assert rows is not None
    assert [one["passage_id"] for one in rows] == [
        hit.passage_id for hit in engine.all_hits(ListRequest(query="missing children", force=("essex", "kent")))
    ]
    assert {one["force"] for row in rows for one in row["members"]} <= {"essex", "kent"}
    similar = listed(engine.snapshot(), SimilarRequest(text="Train custody officers.", limit=100))
    answer = engine.similar(SimilarRequest(text="Train custody officers.", limit=100))
    assert similar is not None
    assert answer is not None
    assert [one["passage_id"] for one in similar] == [hit.passage_id for hit in answer.results]


def result(key: str, text: str = "A text.", **fields: Any) -> Row:
    plain = {
        "passage_id": key,
        "finding_id": None,
        "kind": "context",
        "title": "A paper",
        "document_id": "a",
        "force": "kent",
        "date": None,
        "text": text,
        "text_sha256": text,
        "match": "good",
        "status": None,
        "status_date": None,
        "members": [],
    }
    return {**plain, **fields}


def test_an_amended_text_is_one_result_changed_and_another_text_is_new() -> None:
    before = [result("a/1", "Officers should be trained in custody care.")]
    amended = result("a/2", "Officers must be trained in custody care.")
    other = result("a/3", "Vehicles.")
    assert [(one.kind, one.before, one.after) for one in compared(before, [other, amended])] == [
        ("new", None, other),
        ("changed", before[0], amended),
    ]
    assert [one.what for one in differences(*map(Result.model_validate, (before[0], amended)))] == ["text"]
    assert [one.kind for one in compared(before, [{**amended, "document_id": "b"}])] == ["new", "gone"]


def test_a_result_is_the_same_by_its_finding_whatever_its_text() -> None:
    one, other = (
        result("a/1", "First.", finding_id="f"),
        result("b/2", "Wholly else.", finding_id="f", status="complete"),
    )
    (change,) = compared([one], [other])
    assert change.kind == "changed"
    assert [way.what for way in differences(*map(Result.model_validate, (one, other)))] == ["text", "status"]


def test_the_order_and_the_best_of_a_fold_are_no_change() -> None:
    given = [{"passage_id": key, "force": key, "status": None, "status_date": None} for key in ("a", "b")]
    first, second = result("a", members=given), result("b", "Nearly it.", members=given)
    assert list(compared([first, result("c")], [result("c"), second])) == []


@pytest.fixture(scope="session")
def changed(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Path:
    """Two searches of a first generation, with a second one published that changes both."""
    folder = tmp_path_factory.mktemp("changed")
    publish(folder, papers(0))
    made = Engine(folder, FakeEncoder())
    for kind, asked in (("search", {"q": ["missing"]}), ("similar", {"text": ["Train custody officers."]})):
        save(made.snapshot(), made.saved, kind, asked, title="", who="Ada", at=AT)
    publish(folder, papers(1))
    return folder


@pytest.fixture
def engine(changed: Path, tmp_path: Path) -> Engine:
    """The same for one test."""
    return Engine(shutil.copytree(changed, tmp_path / "data"), FakeEncoder())


def test_what_is_unread_is_counted_until_it_is_marked_as_read(engine: Engine) -> None:
    client = create_app(engine).test_client()
    page = client.get("/searches").get_data(as_text=True)
    answer = client.get("/api/v1/searches").get_json()
    assert answer["unread"] > 0
    assert f"{answer['unread']} changes unread" in page
    number = answer["searches"][0]["id"]
    one = client.get(f"/api/v1/searches/{number}").get_json()
    assert one["total"] == sum(answer["searches"][0]["unread"].values())
    first = min(change["id"] for change in one["changes"])
    assert client.post(f"/searches/{number}/read", data={"who": "Ben", "upto": first}).status_code == 303
    left = client.get("/api/v1/searches").get_json()
    assert left["unread"] == answer["unread"] - 1
    last = max(change["id"] for change in one["changes"])
    client.post(f"/searches/{number}/read", data={"who": "Ben", "upto": last})
    assert client.get(f"/api/v1/searches/{number}").get_json()["search"]["unread"] == {}
    assert "Read by Ben" in client.get(f"/searches/{number}").get_data(as_text=True)


def test_a_search_is_saved_from_its_page_deleted_and_taken_back(engine: Engine) -> None:
    client = create_app(engine).test_client()
    page = client.get("/?q=custody&force=kent&sort=newest&page_size=5").get_data(as_text=True)
    assert 'name="force" value="kent"' in page.split('save-search"')[1].split("</form>")[0]
    sent = {"kind": "search", "q": "custody", "force": "kent", "title": "", "who": "Cy"}
    address = client.post("/searches", data=sent).headers["Location"]
    assert "custody, Kent Police" in client.get(address).get_data(as_text=True)
    number = int(address.rsplit("/", 1)[1])
    assert engine.saved.one(number).asked == {"q": ("custody",), "force": ("kent",)}  # type: ignore[union-attr]
    assert client.post(f"/searches/{number}/delete", data={"who": "Cy"}).status_code == 303
    assert number not in [one["id"] for one in client.get("/api/v1/searches").get_json()["searches"]]
    assert client.get(f"/searches/{number}.atom").status_code == 404
    assert client.post(f"/searches/{number}/delete", data={"who": "Cy"}).status_code == 400
    assert client.post(f"/searches/{number}/restore", data={}).status_code == 303
    assert number in [one["id"] for one in client.get("/api/v1/searches").get_json()["searches"]]


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "search", "q": "custody"},
        {"kind": "search", "who": "Ada"},
        {"kind": "other", "q": "custody", "who": "Ada"},
        {"kind": "search", "q": "custody", "force": "nowhere", "who": "Ada"},
        {"kind": "similar", "finding_id": "not there", "who": "Ada"},
    ],
)
def test_what_cannot_be_asked_or_has_no_name_is_not_kept(engine: Engine, sent: dict[str, str]) -> None:
    before = len(engine.saved.all())
    assert create_app(engine).test_client().post("/searches", data=sent).status_code == 400
    assert len(engine.saved.all()) == before


def test_another_site_saves_nothing(engine: Engine) -> None:
    client = create_app(engine).test_client()
    sent = {"kind": "search", "q": "custody", "who": "Ada"}
    assert client.post("/searches", data=sent, headers={"Origin": "http://elsewhere"}).status_code == 403


def test_a_finding_that_is_gone_is_told_and_keeps_what_was_found(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, (record("kent", "1", "The force should train officers."), *papers(0)))
    engine = Engine(tmp_path, FakeEncoder())
    asked = {"finding_id": ["kent:1/recommendation"]}
    number = save(engine.snapshot(), engine.saved, "similar", asked, title="", who="Ada", at=AT).id
    publish(tmp_path, tuple(one for one in papers(0) if "kent" not in one.key))
    refreshed = refresh(engine.snapshot(), engine.saved, AT)
    assert "no longer in the index" in refreshed.problems[number]
    assert engine.saved.changes(number) == []


def test_searches_that_there_was_no_time_for_wait_for_the_next_call(engine: Engine) -> None:
    first = refresh(engine.snapshot(), engine.saved, AT, seconds=-1.0)
    assert len(first.waiting) == 2
    assert saved_answer(engine.snapshot(), engine.saved, first).waiting == 2
    assert refresh(engine.snapshot(), engine.saved, AT).waiting == ()
    assert refresh(engine.snapshot(), engine.saved, AT, seconds=-1.0).waiting == ()


def test_an_older_generation_is_not_compared_with_a_newer(engine: Engine, publish: Publish) -> None:
    old = engine.snapshot()
    publish(engine.data, papers(2))
    refresh(engine.snapshot(), engine.saved, AT)
    before = len(engine.saved.changes())
    assert refresh(old, engine.saved, AT).waiting == ()
    assert len(engine.saved.changes()) == before


def parsed(answer: Any) -> ElementTree.Element:
    return ElementTree.fromstring(answer.data)  # noqa: S314 - made by the program itself


def test_feeds_are_well_formed_and_their_ids_last(engine: Engine) -> None:
    client = create_app(engine).test_client()
    feeds = [client.get(address) for address in ("/searches.atom", "/searches/1.atom", "/searches.atom")]
    roots = [parsed(one) for one in feeds]
    for response, root in zip(feeds, roots, strict=True):
        assert response.content_type == "application/atom+xml; charset=utf-8"
        assert root.tag == f"{ATOM}feed"
        for name in ("id", "title", "updated"):
            assert root.findtext(f"{ATOM}{name}")
        for entry in root.iter(f"{ATOM}entry"):
            assert {f"{ATOM}{name}" for name in ("id", "title", "updated", "content", "link")} <= {x.tag for x in entry}
    ids = [[one.findtext(f"{ATOM}id") for one in root.iter(f"{ATOM}entry")] for root in roots]
    assert len(ids[0]) == 2 == len(set(ids[0]))
    assert set(ids[1]) < set(ids[0])
    assert ids[0] == ids[2]


def test_a_feed_holds_whatever_a_text_holds(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, papers(0))
    engine = Engine(tmp_path, FakeEncoder())
    save(engine.snapshot(), engine.saved, "search", {"q": ["zebra"]}, title="<b> & \x0b \ufffe", who="Ada", at=AT)
    texts = ("A <zebra> & \x00\x0b\ufffe ]]> ran; write to jo.bloggs@force.example or 0161 496 0000.",)
    odd = document("z", texts, passages=(passage("z", 0, texts[0]),))
    publish(tmp_path, (*papers(0), odd))
    answer = create_app(engine).test_client().get("/searches.atom")
    content = parsed(answer).findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert "<zebra> & � � ]]>" in content
    assert "bloggs" not in content
    assert "496" not in content


class Web(BaseHTTPRequestHandler):
    """Takes what is posted, or fails while `status` says so."""

    taken: list[dict[str, Any]] = []  # noqa: RUF012 - emptied by the fixture
    asked = 0
    status = 200
    refused = ""  # the id of an alert that is not taken

    def do_POST(self) -> None:
        alert = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = 400 if alert["id"] == self.refused else self.status
        Web.asked += 1
        if status == 200:
            self.taken.append(alert)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


class Mail(StreamRequestHandler):
    """As much of SMTP as takes a message."""

    taken: list[str] = []  # noqa: RUF012 - emptied by the fixture
    readers: list[str] = []  # noqa: RUF012 - emptied by the fixture
    refuses = False
    refused = ""  # an address that no mail is taken for

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.taken.append(b"".join(lines).decode())
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            unknown = verb == b"RCPT" and bool(self.refused) and self.refused.encode() in line
            if verb == b"RCPT" and not unknown:
                self.readers.append(line.decode().strip())
            self.wfile.write(b"550 no\r\n" if unknown or (verb == b"MAIL" and self.refuses) else b"250 ok\r\n")


@pytest.fixture
def web() -> Iterator[str]:
    yield from _served(HTTPServer(("127.0.0.1", 0), Web), "http")
    Web.taken.clear()
    Web.status, Web.refused, Web.asked = 200, "", 0


@pytest.fixture
def mail() -> Iterator[str]:
    yield from _served(TCPServer(("127.0.0.1", 0), Mail), "smtp")
    Mail.taken.clear()
    Mail.readers.clear()
    Mail.refuses, Mail.refused = False, ""


def _served(server: TCPServer, scheme: str) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def told(engine: Engine) -> list[Any]:
    seen = engine.snapshot()
    return alerts(seen, engine.saved, refresh(seen, engine.saved, AT), base="https://precedent.example")


def test_each_alert_is_sent_once_over_each_channel(engine: Engine, web: str, mail: str, publish: Publish) -> None:
    channels = Channels(web, mail, "a@x.example, b@x.example", "precedent@x.example")
    found = told(engine)
    assert [(one.channel, one.sent, one.problem) for one in send(engine.saved, found, channels, AT)] == [
        ("webhook", 2, None),
        ("mail", 2, None),
    ]
    assert sorted(one["id"] for one in Web.taken) == sorted(one.id for one in found)
    assert all(one["link"].startswith("https://precedent.example/searches/") for one in Web.taken)
    assert all("To: a@x.example, b@x.example" in one for one in Mail.taken)
    assert all("Subject: Precedent: " in one for one in Mail.taken)
    assert [one.sent for one in send(engine.saved, told(engine), channels, AT)] == [0, 0]
    publish(engine.data, papers(2))
    assert [one.sent for one in send(engine.saved, told(engine), channels, AT)] == [2, 2]
    assert len({one["id"] for one in Web.taken}) == len(Web.taken) == 4


def test_what_failed_is_told_and_sent_with_the_next_call(engine: Engine, web: str, mail: str) -> None:
    channels = Channels(f"{web}/?key=secret", mail, "a@x.example", "b@x.example")
    Web.status, Mail.refuses = 500, True
    failed = send(engine.saved, told(engine), channels, AT)
    assert [(one.sent, bool(one.problem)) for one in failed] == [(0, True), (0, True)]
    assert not any("secret" in str(one.problem) for one in failed)
    Web.status, Mail.refuses = 200, False
    assert [one.sent for one in send(engine.saved, told(engine), channels, AT)] == [2, 2]


def test_one_alert_that_is_always_refused_holds_up_no_other(engine: Engine, web: str) -> None:
    first = min(told(engine), key=lambda one: (one.generation, one.search.id))
    Web.refused = first.id
    for sent in (1, 0):
        (one,) = send(engine.saved, told(engine), Channels(web), AT)
        assert (one.sent, one.problem) == (sent, "the server answered 400")
    assert first.id not in [one["id"] for one in Web.taken]


def test_of_a_server_that_takes_nothing_not_every_alert_is_asked(engine: Engine, web: str, publish: Publish) -> None:
    told(engine)
    publish(engine.data, papers(2))
    assert len(told(engine)) == 4
    Web.status = 503
    (one,) = send(engine.saved, told(engine), Channels(web), AT)
    assert (one.sent, one.problem, Web.asked) == (0, "the server answered 503", 2)


def test_mail_that_some_are_refused_is_told_and_tried_again_for_those_alone(engine: Engine, mail: str) -> None:
    channels = Channels(smtp=mail, mail_to="a@x.example, b@x.example", mail_from="precedent@x.example")
    Mail.refused = "b@x.example"
    for readers in (2, 0):
        (one,) = send(engine.saved, told(engine), channels, AT)
        assert one.sent == 0
        assert "any of 1" in str(one.problem) or "1 of 2 addresses" in str(one.problem)
        assert len(Mail.readers) == readers
        assert all("a@x.example" in reader for reader in Mail.readers)
        Mail.readers.clear()
    Mail.refused = ""
    (one,) = send(engine.saved, told(engine), channels, AT)
    assert (one.sent, one.problem) == (2, None)
    assert len(Mail.readers) == 2
    assert all("b@x.example" in reader for reader in Mail.readers)
    assert [one.sent for one in send(engine.saved, told(engine), channels, AT)] == [0]


def test_a_webhook_is_followed_nowhere_else(engine: Engine, web: str) -> None:
    Web.status = 302
    (one,) = send(engine.saved, told(engine), Channels(web), AT)
    assert one.sent == 0
    assert "302" in str(one.problem)


def test_a_server_that_is_not_there_is_told(engine: Engine) -> None:
    channels = Channels("http://127.0.0.1:9", "smtp://127.0.0.1:9", "a@x.example", "b@x.example")
    assert all(one.problem for one in send(engine.saved, told(engine), channels, AT))


@pytest.mark.parametrize(
    "channels",
    [
        Channels(),
        Channels("ftp://x.example"),
        Channels("file:///etc/passwd"),
        Channels("http://"),
        Channels(smtp="x.example", mail_to="a@x", mail_from="b@x"),
        Channels(smtp="smtp://x.example", mail_to="", mail_from="b@x"),
        Channels(smtp="smtp://x.example", mail_to="a@x", mail_from="b@x, c@x"),
        Channels(smtp="smtp://x.example:none", mail_to="a@x", mail_from="b@x"),
        Channels(smtp="smtp://ada:secret@x.example", mail_to="a@x", mail_from="b@x"),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused(channels: Channels) -> None:
    with pytest.raises(SettingsError, match="PRECEDENT_") as error:
        check(channels)
    assert "secret" not in str(error.value)


@pytest.fixture
def run(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
    for name in ("WEBHOOK", "SMTP", "MAIL_TO", "MAIL_FROM"):
        monkeypatch.delenv(f"PRECEDENT_{name}", raising=False)
    return lambda *words: CliRunner().invoke(main, ["alerts", "--data", str(engine.data), *words])


def test_the_command_lists_what_is_unread(run: Callable[..., Any], engine: Engine) -> None:
    printed = run()
    assert printed.exit_code == 0, printed.output
    assert "missing: " in printed.output
    assert "New: " in printed.output
    told_json = json.loads(run("--json").output)
    assert told_json["unread"] == sum(sum(one["counts"].values()) for one in told_json["alerts"]) > 0
    assert told_json["sent"] == []
    for one in engine.saved.all():
        engine.saved.mark_read([one.id], 10**9, "Ada", AT)
    assert "Nothing unread for 2 saved searches." in run().output


def test_the_command_sends_nothing_unless_it_is_configured(run: Callable[..., Any]) -> None:
    refused = run("--send")
    assert refused.exit_code == 2
    assert "PRECEDENT_WEBHOOK" in refused.output


def test_the_command_sends_and_fails_where_it_cannot(
    run: Callable[..., Any], web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRECEDENT_WEBHOOK", web)
    Web.status = 503
    assert run("--send").exit_code == 1
    Web.status = 200
    assert "Sent by webhook: 2." in run("--send").output
    assert "Sent by webhook: 0." in run("--send").output


def test_only_the_newest_steps_of_a_search_are_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.state.saved_searches.KEPT_STEPS", 1)
    refresh(engine.snapshot(), engine.saved, AT)
    first = {one.generation for one in engine.saved.changes(1)}
    kept = engine.saved.seen(1)
    assert kept is not None
    change = engine.saved.changes(1)[0]
    later = replace(kept, generation="9999")
    assert engine.saved.record(1, kept.generation, later, [replace(change, generation="9999")])
    assert {one.generation for one in engine.saved.changes(1)} == {"9999"} != first
    assert not engine.saved.record(1, kept.generation, later, [])


def test_a_search_that_is_not_there_has_no_page(engine: Engine) -> None:
    assert changes_answer(engine.snapshot(), engine.saved, 99, NOTHING_ASKED) is None
    client = create_app(engine).test_client()
    assert client.get("/searches/99").status_code == 404
    assert client.get("/api/v1/searches/99").status_code == 404
    with pytest.raises(RequestError, match="name"):
        save(engine.snapshot(), engine.saved, "search", {"q": ["x"]}, title="", who=" ", at=AT)


def test_a_status_that_stands_with_many_passages_is_told_once(tmp_path: Path, publish: Publish) -> None:
    made = record("kent", "1", "The force should train officers.", comment="Officers train.")
    made = replace(made, passages=tuple(replace(one, finding=0) for one in made.passages))  # as a record is read
    publish(tmp_path, (*papers(0), with_status(made, "being-progressed")))
    engine = Engine(tmp_path, FakeEncoder())
    save(engine.snapshot(), engine.saved, "search", {"year": ["2017", "2018"]}, title="", who="Ada", at=AT)
    publish(tmp_path, (*papers(0), with_status(made, "complete")))
    (alert,) = told(engine)
    assert alert.counts == {"new": 0, "changed": 2, "gone": 0}
    assert [(one.after.kind if one.after else "", others) for one, others in together(alert.changes)] == [
        ("recommendation", 1)
    ]
    lines = list(alert_lines(alert))
    assert "status: being progressed, set January 2019 → complete, set January 2019 (Kent Police)" in lines[1]
    assert lines[2:] == ["  so too for 1 other result of the same"]


def test_a_damaged_list_is_told_in_a_sentence(engine: Engine, publish: Publish) -> None:
    save(engine.snapshot(), engine.saved, "search", {"q": ["lamps"]}, title="", who="Ada", at=AT)
    with closing(sqlite3.connect(engine.data / "state.sqlite")) as database, database:
        database.execute("UPDATE standing_seen SET listed = X'00', generation = '0'")
    answer = create_app(engine).test_client().get("/searches")
    assert (answer.status_code, "cannot be read" in answer.text) == (503, True)
