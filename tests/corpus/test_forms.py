"""The documents that were written in the forms of inspectorates and forces, against what a careful reader takes.

The floors are what is reached now less about one document, so that a fall is seen. Those of `unread.txt` are kept
from whoever writes the parsers: here they are only parsed, and nothing is asked of them but a sound document.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import reading
from test_properties import check_ids, check_indexes, check_places

from corpus.forces import Forces, load_forces
from corpus.model import Document, Finding
from corpus.statuses import status_of_word
from corpus.text import normalise

FORMS = Path(__file__).parents[1] / "forms"
TRACKERS = (".csv", ".xlsx")


def unread(folder: str) -> list[str]:
    listed = FORMS / folder / "unread.txt"
    return listed.read_text("utf-8").split() if listed.exists() else []


@cache
def forces(folder: str) -> Forces:
    own = FORMS / folder / "forces.toml"
    return load_forces(own if own.exists() else FORMS / "forces.toml")


@cache
def documents(folder: str, name: str) -> list[Document]:
    return reading.read_file((FORMS / folder / name).read_bytes(), name, forces(folder))


def facts(folder: str) -> Iterator[dict[str, Any]]:
    """What the documents of a folder hold, those that are kept unread aside."""
    kept = set(unread(folder))
    for line in (FORMS / folder / "facts.jsonl").read_text("utf-8").splitlines():
        stated = json.loads(line)
        if stated["file"] not in kept:
            yield stated


def begins(finding: Finding, words: Sequence[str]) -> bool:
    """Whether a finding begins with any of these words, or has them among its first."""
    text = normalise(finding.text)
    return any(normalise(some) in text[: 160 + len(some)] for some in words)


Told = tuple[Counter[str], list[str]]
See = Callable[[str, bool, str], None]


@cache
def score(folder: str) -> Told:
    """How many of each fact there are and how many were taken, and what went wrong."""
    count: Counter[str] = Counter()
    wrong: list[str] = []

    def see(what: str, right: bool, why: str) -> None:
        count[f"{what} of"] += 1
        count[what] += right
        if not right:
            wrong.append(f"{what}: {why}")

    for stated in facts(folder):
        found = documents(folder, stated["file"])
        for field in ("kind", "force", "date"):
            if field != "date" or Path(stated["file"]).suffix not in TRACKERS:
                got = {getattr(document, field) for document in found}
                see(field, got == {stated[field]}, f"{stated['file']} {got}, not {stated[field]}")
        _findings(stated, found, see)
        _grades(stated, found, see)
    return count, wrong


def _findings(stated: dict[str, Any], found: Sequence[Document], see: See) -> None:
    left = [(finding, document) for document in found for finding in document.findings]
    parts = [normalise(part) for want in stated["findings"] for part in want.get("parts", ())]
    for want in stated["findings"]:
        words = [want["first_words"], *want.get("also", ())]
        hit = next((pair for pair in left if begins(pair[0], words)), None)
        if hit:
            left.remove(hit)
        if not want.get("quoted") and not want.get("as_section"):
            see("recall", hit is not None, f"{stated['file']} {want['first_words']}")
            if hit:
                see("precision", True, "")
                _attributes(want, *hit, see)
    for finding, document in left:
        if not finding.quoted and not any(part in normalise(finding.text) for part in parts):
            see("precision", False, f"{document.source} {finding.text[:60]}")


def _attributes(want: dict[str, Any], finding: Finding, document: Document, see: See) -> None:
    """A number may be the register's or the one that is printed; a status the word of an index page."""
    status = finding.status and (status_of_word(finding.status.replace("-", " ")) or finding.status)
    got: dict[str, tuple[set[str | None], str | None]] = {
        "kind of finding": ({finding.kind}, want["kind"]),
        "number": ({finding.number, document.register_number}, want["number"]),
        "deadline": ({finding.deadline}, want["deadline"]),
        "status": ({status}, want.get("status")),
        "target": ({finding.target}, want.get("target")),
    }
    for field, (values, wanted) in got.items():
        others = want.get("also", ()) if field == "number" else want.get(f"{field}_also_ok") or ()
        right = wanted in values or bool(values & set(others))
        if wanted is not None:
            see(field, right, f"{document.source} {finding.text[:30]}: {values}, not {wanted}")


def _grades(stated: dict[str, Any], found: Sequence[Document], see: See) -> None:
    left = [grade for document in found for grade in document.grades]
    for want in stated.get("grades", ()):
        area = normalise(want["area"])
        hit = next((g for g in left if g.grade == want["grade"] and _same(area, normalise(g.area))), None)
        see("grades", hit is not None, f"{stated['file']} {want['area']}: {want['grade']}")
        if hit:
            left.remove(hit)
            see("precision of grades", True, "")
    for grade in left:
        see("precision of grades", False, f"{stated['file']} {grade.area}: {grade.grade}")


def _same(one: str, other: str) -> bool:
    return one[:12] in other or other[:12] in one


FLOORS = {
    "a": {
        "kind": 0.93, "force": 0.81, "date": 0.93, "recall": 0.89, "precision": 0.95, "kind of finding": 0.93,
        "number": 0.94, "deadline": 0.93, "grades": 0.88, "precision of grades": 0.88,
    },
    "b": {
        "kind": 0.87, "force": 0.62, "date": 0.92, "recall": 0.88, "precision": 0.93, "kind of finding": 0.78,
        "number": 0.91, "deadline": 0.9, "status": 0.81, "target": 0.52,
    },
    "c": {
        "kind": 0.81, "force": 0.87, "date": 0.92, "recall": 0.95, "precision": 0.95, "kind of finding": 0.95,
        "number": 0.93, "deadline": 0.48, "status": 0.59, "grades": 0.9, "precision of grades": 0.9,
    },
    "d": {
        "kind": 0.91, "force": 0.83, "date": 0.9, "recall": 0.95, "precision": 0.95, "kind of finding": 0.95,
        "number": 0.71, "deadline": 0.75, "status": 0.94, "grades": 0.9, "precision of grades": 0.9,
    },
}  # fmt: skip


@pytest.mark.parametrize(("folder", "what"), [(folder, what) for folder in FLOORS for what in FLOORS[folder]])
def test_as_much_is_taken_as_before(folder: str, what: str) -> None:
    count, wrong = score(folder)
    share = count[what] / count[f"{what} of"]
    assert share >= FLOORS[folder][what], [line for line in wrong if line.startswith(f"{what}:")]


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder in FLOORS for name in unread(folder)])
def test_what_is_kept_unread_parses_to_a_sound_document(folder: str, name: str) -> None:
    found = documents(folder, name)
    assert found
    for document in found:
        check_ids(document)
        check_indexes(document)
        check_places(document)
        assert document.passages
        assert document.title
