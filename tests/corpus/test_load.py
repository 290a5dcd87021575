"""A folder to documents: copies come together, other things of the same name stay apart, nothing goes unsaid."""

from pathlib import Path

import pytest

from corpus.collection import Collection, load
from corpus.forces import load_forces
from corpus.garble import garbled

FORCES = load_forces()
ADDRESS = "https://i.example/recommendation/kent/7001/\n\n"
SPACED = "Po lic e f or c e a re as and th e ir bo un da ri es h av e be en re v ie w ed."


def loaded(folder: Path, **files: str) -> Collection:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return load([str(folder)], FORCES)


def test_copies_of_a_record_come_together_whatever_their_form(tmp_path: Path) -> None:
    rows = (
        "force,number,recommendation,date,comment\nKent Police,7001,Forces should light all lamps.,3/5/2018,Oil came.\n"
    )
    (tmp_path / "rows.csv").write_text(rows, "utf-8")
    record = f"{ADDRESS}Forces should light all lamps.\n\n[on]4 May 2018 [comment]Lit.[/comment][/on]"
    [document] = loaded(tmp_path, a=record).documents
    assert (document.key, [event.text for event in document.events]) == ("kent/7001", ["Oil came.", "Lit."])
    assert {Path(source).name for source in (document.source, *document.other_sources)} == {"a.txt", "rows.csv"}


def test_another_record_of_the_same_number_is_kept_and_noted(tmp_path: Path) -> None:
    collection = loaded(
        tmp_path,
        a=f"{ADDRESS}Forces should light all lamps on the quay.",
        b=f"{ADDRESS}Chief constables must count their moths every night and tell the mayor.",
        c=f"{ADDRESS}Forces should light all lamps on the quay.",
    )
    assert {document.key for document in collection.documents} == {"kent/7001", "b.txt"}
    other = next(document for document in collection.documents if document.key == "b.txt")
    assert "which says something else" in other.notes[-1]
    assert all(passage.id.startswith("b.txt~") for passage in other.passages)


def test_numbers_that_are_not_the_same_are_not_made_so(tmp_path: Path) -> None:
    head = "force,number,recommendation\n"
    asked = {
        "12/34": "Forces should light lamps.",
        "12-34": "Forces should feed moths.",
        "a.txt": "Forces should buy oil.",
    }
    rows = "".join(f"kent,{number},{text}\n" for number, text in asked.items())
    (tmp_path / "rows.csv").write_text(head + rows, "utf-8")
    (tmp_path / "kent").mkdir()
    (tmp_path / "kent" / "a.txt").write_text("An ordinary note about the lamps.", "utf-8")
    collection = load([str(tmp_path)], FORCES)
    said = {p.text for document in collection.documents for p in document.passages}
    assert set(asked.values()) <= said
    assert "An ordinary note about the lamps." in said
    keys = [document.key for document in collection.documents]
    assert len(keys) == len(set(keys)) == 4


@pytest.mark.parametrize("text", ["Not enough radios on nights", "Lamps on the quay\n\nMoths of the quay"])
def test_a_text_without_a_full_stop_is_said_all_the_same(tmp_path: Path, text: str) -> None:
    [document] = loaded(tmp_path, a=text).documents
    assert [passage.text for passage in document.passages] == text.split("\n\n")


def test_a_document_of_page_numbers_is_named(tmp_path: Path) -> None:
    [entry] = loaded(tmp_path, a="Page 1 of 2").skipped
    assert entry.reason == "holds no passage of text: only page numbers or the like."


def test_paragraphs_that_cannot_be_read_are_named_and_counted(tmp_path: Path) -> None:
    assert garbled(SPACED)
    collection = loaded(tmp_path, a=f"{SPACED}\n\nThe lamps are lit at dusk.\n\n{SPACED}\n")
    [entry] = collection.skipped
    assert (entry.part, entry.expected) == ("2 of its paragraphs", False)
    [document] = collection.documents
    assert document.garbled == 2
    assert sum("garbled" in note for note in document.notes) == 1


def test_a_tracker_without_a_day_of_publication_gives_no_deadline(tmp_path: Path) -> None:
    head = "force,number,recommendation,date,status\n"
    rows = 'kent,7001,"Within six months, forces should light lamps.",5/2/2020,Being progressed\n'
    (tmp_path / "rows.csv").write_text(head + rows, "utf-8")
    [document] = load([str(tmp_path)], FORCES).documents
    assert (document.date, document.findings[0].deadline) == (None, None)
    assert document.findings[0].deadline_text == "Within six months"
    (tmp_path / "rows.csv").write_text("force,number,recommendation\nkent,7001,Forces should light lamps.\n", "utf-8")
    [document] = load([str(tmp_path)], FORCES).documents
    assert document.notes == ()
