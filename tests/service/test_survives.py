"""What people did outlives every build and moves to another data folder whole; receipts tell what is otherwise since.

One story: all that a room of work keeps is made through its own functions, then the folder changes, then all of it is
taken into an empty data folder.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fakes import FakeEncoder

from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS
from service.contract.detail_shapes import DetailsForm
from service.contract.requests import SearchRequest
from service.contract.vocabulary_shapes import EntryForm
from service.engine import Engine
from service.state.corrections import Correction
from service.state.details import Details
from service.state.kept_briefs import Briefs, Edit
from service.state.kept_receipts import Receipts
from service.web.receipt_making import all_repeats
from service.work.added_words import add, entry_of
from service.work.briefs import Ref, brief_answer, kept_brief, put
from service.work.correcting import say
from service.work.receipts import keep, verify
from service.work.standing_searches import refresh, save

AT = "2026-11-30T10:00:00+00:00"
LAMPS = """Saltmere lamps: an inspection

Published on 26 September 2019

Essex Police keeps its lamps well, and its officers carry them at night.

Recommendation 1

Within three months, Essex Police should count its lamps.
"""
BOATS = """Boats of the river police

Published on 4 June 2018

Kent Police has old boats, and its officers row them by day.
"""
BELLS = """Bells of the quay

Published on 2 May 2020

Kent Police rings the bells of the quay, and lamps are lit by its officers.
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A home with `papers`, `data` built from it, and everything that people can keep; with what each was."""
    home = tmp_path_factory.mktemp("story")
    (home / "papers").mkdir()
    (home / "papers" / "lamps.txt").write_text(LAMPS, "utf-8")
    (home / "papers" / "boats.txt").write_text(BOATS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for row in SETTINGS:
            patch.delenv(row.name, raising=False)
        patch.setattr(common, "encoder_for", lambda settings: FakeEncoder())
        run("build", str(home / "papers"), data=home / "data")
        yield home, people_at_work(Engine(home / "data", FakeEncoder()))


def run(*arguments: str, data: Path) -> str:
    done = CliRunner().invoke(main, [*arguments, "--data", str(data)])
    assert done.exit_code == 0, done.output
    return done.output


def people_at_work(engine: Engine) -> dict[str, Any]:
    """Every kind of work, once; the ids that it was given."""
    seen = engine.snapshot()
    lamps, boats = (
        next(hit.passage_id for hit in engine.all_hits(SearchRequest(query="")) if hit.document.id == key)
        for key in ("lamps.txt", "boats.txt")
    )
    details = say(seen, Details(engine.data), "boats.txt", DetailsForm(force="Essex Police", date="2017", who="Ada"))
    word = add(engine.vocabulary, entry_of(EntryForm(kind="means", typed="wherry", other="boats", who="Ben"), AT))
    briefs = Briefs(engine.data)
    brief, _ = put(seen, briefs, "For the board", [Ref("passage", lamps), Ref("passage", boats)], "Cem")
    first, second = (one.id for one in kept_brief(briefs, brief).items)
    briefs.edit(brief, [Edit("note", "Ask about oars.", second), Edit("order", f"[{second}, {first}]")], "Cem", AT)
    search = save(seen, engine.saved, "search", {"q": ["lamps"]}, title="Lamps", who="Dot", at=AT).id
    engine.state.add([Correction(AT, "Eve", lamps, "Essex Police keeps its lamps well.", "t", {}, None, ())])
    receipts = [
        keep(seen, Receipts(engine.data), all_repeats(engine.data), kind, asked, "Fay")
        for kind, asked in (("search", {"q": ["lamps"]}), ("brief", {"brief": [str(brief)]}))
    ]
    return {"details": details, "word": word, "brief": brief, "search": search, "receipts": receipts, "boats": boats}


def verified(engine: Engine, number: str) -> Any:
    kept = Receipts(engine.data).one(number)
    assert kept is not None
    return verify(engine.snapshot(), kept, all_repeats(engine.data))


def all_there(data: Path, made: dict[str, Any]) -> Engine:
    """An engine over a data folder in which everything stands as it was made."""
    engine = Engine(data, FakeEncoder())
    seen = engine.snapshot()
    assert [(one.id, one.field, one.after, one.who) for one in Details(data).all()] == [
        (made["details"][0], "force", "essex", "Ada"),
        (made["details"][1], "date", "2017", "Ada"),
    ]
    assert [(one.id, one.typed, one.other) for one in engine.vocabulary.all()] == [(made["word"], "wherry", "boats")]
    brief = brief_answer(seen, kept_brief(Briefs(data), made["brief"]))
    assert (brief.name, [one.note for one in brief.results]) == ("For the board", ["Ask about oars.", ""])
    assert [(one.id, one.title) for one in engine.saved.all()] == [(made["search"], "Lamps")]
    assert {one.id for one in Receipts(data).all()} == set(made["receipts"])
    assert [(one.who, one.text) for one in engine.state.all()] == [("Eve", "Essex Police keeps its lamps well.")]
    return engine


def what_holds(engine: Engine, made: dict[str, Any]) -> None:
    """Corrected details, words and the brief's quotations have their effect."""
    found = engine.document("boats.txt")
    assert found is not None
    assert (found.forces, found.date) == (["essex"], "2017")
    assert made["boats"] in {hit.passage_id for hit in engine.all_hits(SearchRequest(query="wherry"))}
    brief = brief_answer(engine.snapshot(), kept_brief(Briefs(engine.data), made["brief"]))
    assert [(one.document.id, one.text) for one in brief.results if one.document] == [
        ("boats.txt", "Kent Police has old boats, and its officers row them by day."),
        ("lamps.txt", "Essex Police keeps its lamps well, and its officers carry them at night."),
    ]


def test_all_that_people_did_survives_builds_and_moves_to_another_folder(story: tuple[Path, dict[str, Any]]) -> None:
    home, made = story
    data, search, brief = home / "data", *made["receipts"]
    before = Engine(data, FakeEncoder()).snapshot().held.generation.id

    # The same content in a new index: a document that nothing is about comes and goes.
    (home / "papers" / "other.txt").write_text("Zqx\n\nVwk bnm zqx vwk bnm zqx.\n", "utf-8")
    run("build", data=data)
    (home / "papers" / "other.txt").unlink()
    run("build", data=data)
    engine = all_there(data, made)
    assert engine.snapshot().held.generation.id != before
    what_holds(engine, made)
    answer = verified(engine, search)
    assert answer.same, answer.drift
    assert any(words.startswith("index") for words in answer.other_with)
    assert verified(engine, brief).same, "a corrected date is another citation, and no other text"

    # The folder changes: what a receipt and a saved search held against it is told.
    (home / "papers" / "bells.txt").write_text(BELLS, "utf-8")
    (home / "papers" / "lamps.txt").write_text(LAMPS.replace("count its lamps", "count its lamps by day"), "utf-8")
    run("build", data=data)
    engine = all_there(data, made)
    what_holds(engine, made)
    answer = verified(engine, search)
    assert answer.receipt.sound
    assert "came" in {one.kind for one in answer.drift}
    assert refresh(engine.snapshot(), engine.saved, AT).problems == {}
    assert "new" in {one.kind for one in engine.saved.changes(made["search"])}

    # Into an empty data folder, by the commands alone.
    file = home / "work.jsonl"
    run("state", "export", str(file), data=data)
    run("build", str(home / "papers"), data=home / "elsewhere")
    run("state", "import", str(file), data=home / "elsewhere")
    run("build", data=home / "elsewhere")
    moved = all_there(home / "elsewhere", made)
    what_holds(moved, made)
    drift = [(one.kind, one.citation) for one in verified(moved, search).drift]
    assert drift == [(one.kind, one.citation) for one in answer.drift], "the same content, so the same drift"

    # Without the document, the brief still has its words, and says that it is gone.
    shutil.move(home / "papers" / "boats.txt", home / "boats.txt")
    run("build", data=data)
    engine = all_there(data, made)
    told = brief_answer(engine.snapshot(), kept_brief(Briefs(data), made["brief"]))
    assert [(one.gone, one.text[:21]) for one in told.results] == [
        (True, "Kent Police has old b"),
        (False, "Essex Police keeps it"),
    ]
    shutil.move(home / "boats.txt", home / "papers" / "boats.txt")
    run("build", data=data)
    what_holds(all_there(data, made), made)
