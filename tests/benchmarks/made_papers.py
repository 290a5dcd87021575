"""Documents of any number, of sentences of the sample and of the training texts put together anew; always the same.

Of each hundred passages some 40 stand in inspection reports, 25 in PEEL assessments and 35 in records of the register,
with their comments and statuses. There are 40 forces and 25 years, all alike, so that one force is about 2.5 % and one
force in one year about .1 % of all. A national recommendation is given to ten forces. No word of it is true.

They are made as parsed, because reading and parsing (bench_parse.py) would take most of the time, and made again each
time they are asked for, so that as many as there are take up no memory.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import overload

from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document, Event, Finding, FindingKind, Grade, Passage, PassageKind
from corpus.text import sentences
from models.training_pairs import FOLDER

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
SEED = 20261201
FIRST_YEAR, YEARS = 2001, 25
GIVEN_TO = 10  # forces that a national recommendation is put to
_BEGINNINGS = ("Alder", "Bram", "Cole", "Dun", "Elm", "Fenn", "Garr", "Holm")
_ENDS = ("mere", "wick", "stow", "thorpe", "ford")
_STATUSES = ("awaiting-review", "will-be-progressed", "being-progressed", "complete")
_GRADES = ("outstanding", "good", "requires improvement", "inadequate")
FORCES = tuple(f"{beginning}{end}" for beginning in _BEGINNINGS for end in _ENDS)


@dataclass(frozen=True, slots=True)
class Said:
    """What papers are made of: sentences of prose, of comments and of what is asked for, headings, and questions."""

    prose: tuple[str, ...]
    comments: tuple[str, ...]
    asked: tuple[str, ...]
    headings: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence once."""
        return tuple(dict.fromkeys((*self.prose, *self.comments, *self.asked)))


@cache
def said() -> Said:
    """All that the program's own texts say."""
    texts: dict[str, list[str]] = {"prose": [], "comment": [], "asked": []}
    headings, questions = [], []
    for document in load([str(SAMPLE)], load_forces(SAMPLE / "forces.toml")).documents:
        for passage in document.passages:
            texts["comment" if passage.kind == "comment" else "prose"].append(passage.text)
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            one = json.loads(line)
            for side in (one[name] for name in ("a", "b") if isinstance(one.get(name), dict)):
                texts["comment" if side["kind"] == "comment" else "asked"].append(side["text"])
            if "text" in one:
                texts["prose"].append(one["text"])
            headings += one.get("headings", ())[1:]
            questions += (asked["q"] for asked in one.get("queries", ()))
    own = resources.files("service").joinpath("data/questions.jsonl").read_text("utf-8").splitlines()
    return Said(
        *(_parts(texts[kind]) for kind in ("prose", "comment", "asked")),
        tuple(dict.fromkeys(one for one in headings if len(one) < 80)),
        tuple(dict.fromkeys((*(json.loads(line)["query"] for line in own), *questions))),
    )


def _parts(texts: list[str]) -> tuple[str, ...]:
    """The sentences of texts, each once; what is a line and no more makes no paragraph of its own."""
    found = (text[start:end] for whole in texts for text in whole.splitlines() for start, end in sentences(text))
    return tuple(dict.fromkeys(one for one in found if len(one.split()) >= 5 and one[-1] in ".!?"))


def forces_file(folder: Path) -> Path:
    """Write the file of these forces."""
    path = folder / "forces.toml"
    rows = (f'[[force]]\nslug = "{name.lower()}"\nname = "{name} Police"\nshort = ["{name}"]\n' for name in FORCES)
    path.write_text("\n".join(rows), "utf-8")
    return path


class Papers(Sequence[Document]):
    """Documents of `passages` passages or a few more, in order of their keys, each made when it is asked for."""

    def __init__(self, passages: int) -> None:
        self._places: list[tuple[int, int]] = []  # of each document, its block and its place in it
        self.passages = block = 0
        while self.passages < passages:
            made = _block(block)
            self._places += [(block, at) for at in range(len(made))]
            self.passages += sum(len(one.passages) for one in made)
            block += 1

    @property
    def documents(self) -> "Papers":
        """Itself: what a build takes is a collection."""
        return self

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> list[Document]: ...
    def __getitem__(self, at: int | slice) -> Document | list[Document]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        block, place = self._places[at]
        return _block(block)[place]


@lru_cache(2)
def _block(number: int) -> tuple[Document, ...]:
    """A report, an assessment, or a recommendation with what became of it in each of ten forces."""
    draw = random.Random(f"{SEED} {number}")
    part, year = draw.random(), FIRST_YEAR + draw.randrange(YEARS)
    # A report has about 90 passages, an assessment 50, and ten records of one recommendation 70.
    if part < 0.3:
        return (_report(f"{number:07}-report.txt", draw.choice(FORCES), year, draw),)
    if part < 0.64:
        return (_assessment(f"{number:07}-peel.html", draw.choice(FORCES), year, draw),)
    return tuple(_records(number, year, draw))


@dataclass(slots=True)
class _Sheet:
    """A document as it is written: passages under sections, with what they refer to."""

    key: str
    date: str
    text: list[str] = field(default_factory=list)
    length: int = 0
    sections: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    passages: list[Passage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)

    def write(self, kind: PassageKind, text: str, date: str | None = None, **refers: int) -> None:
        name = f"{self.key}~{hashlib.sha256(text.encode()).hexdigest()[:12]}-{len(self.passages)}"
        start, section = self.length, len(self.sections) - 1
        when = date or self.date
        self.passages.append(Passage(name, kind, text, start, start + len(text), section, when, **refers))
        self.text.append(text)
        self.length += len(text) + 2

    def ask(self, kind: FindingKind, text: str, status: str | None = None, day: str | None = None) -> None:
        number, section = len(self.findings), len(self.sections) - 1
        name = f"{self.key}~f{hashlib.sha256(text.encode()).hexdigest()[:12]}-{number}"
        self.findings.append(
            Finding(name, kind, str(number + 1), text, section, None, None, ("chief-constables",), status, day)
        )
        self.write(kind, text, finding=number)

    def done(self, **fields: str | None) -> Document:
        whole = "\n\n".join(self.text)
        own = {"key": self.key, "date": self.date, "url": None, "register_number": None, "source": f"papers/{self.key}"}
        parts = {name: tuple(getattr(self, name)) for name in ("sections", "passages", "findings", "events", "grades")}
        digest = hashlib.sha256(whole.encode()).hexdigest()
        return Document(sha256=digest, text=whole, **(own | fields), **parts)  # type: ignore[arg-type]


def _report(key: str, force: str, year: int, draw: random.Random) -> Document:
    sheet = _Sheet(key, f"{year}-{draw.randrange(1, 13):02}")
    for _ in range(draw.randrange(6, 15)):
        sheet.sections.append((draw.choice(said().headings),))
        for _ in range(draw.randrange(5, 12)):
            sheet.write(draw.choice(("context", "context", "judgement", "strength")), _paragraph(draw))
        for _ in range(draw.randrange(0, 3)):
            sheet.ask("recommendation", _asked(draw))
    title = f"{force} Police – Inspection Report, {year}"
    return sheet.done(kind="inspection_report", title=title, force=force.lower())


def _assessment(key: str, force: str, year: int, draw: random.Random) -> Document:
    sheet = _Sheet(key, str(year))
    for _ in range(draw.randrange(3, 9)):
        heading, grade = draw.choice(said().headings), draw.choice(_GRADES)
        sheet.sections.append((heading,))
        sheet.grades.append(Grade(heading, grade, len(sheet.sections) - 1, None, sheet.length))
        sheet.write("grade", f"{force} Police is graded {grade} for this question.")
        for _ in range(draw.randrange(4, 9)):
            sheet.write("judgement", _paragraph(draw))
        for _ in range(draw.randrange(0, 4)):
            sheet.ask(draw.choice(("area_for_improvement", "cause_of_concern")), _asked(draw))
    return sheet.done(kind="peel_assessment", title=f"{force} PEEL {year} – Effectiveness", force=force.lower())


def _records(number: int, year: int, draw: random.Random) -> Iterator[Document]:
    asks, title, about = _asked(draw), draw.choice(said().headings), _paragraph(draw)
    for force in sorted(draw.sample(FORCES, GIVEN_TO)):
        sheet = _Sheet(f"{number:07}-{force.lower()}.txt", f"{year}-{draw.randrange(1, 13):02}-15")
        sheet.write("context", about)
        sheet.sections.append(("Recommendation",))
        days = sorted(
            f"{year + draw.randrange(1, 4)}-{draw.randrange(1, 13):02}-20" for _ in range(draw.randrange(3, 8))
        )
        status = draw.choice(_STATUSES)
        sheet.ask("recommendation", asks, status, days[-1])
        sheet.sections.append(("Comments",))
        for day in days[:-1]:
            text = _comment(draw)
            sheet.events.append(Event(day, "comment", None, text, sheet.length))
            sheet.write("comment", text, day, event=len(sheet.events) - 1)
        sheet.events.append(Event(days[-1], "status", status, "", sheet.length))
        own = {"title": title, "force": force.lower(), "register_number": str(10_000 + number)}
        yield sheet.done(kind="register_record", **own)


def _paragraph(draw: random.Random) -> str:
    """Two to four sentences; one paragraph in twenty has a reference that stands nowhere else."""
    own = draw.choices(said().prose, k=draw.randrange(2, 5))
    if draw.random() < 0.05:
        own.append(f"The file is {''.join(draw.choices('BCDFGHKLMNPRSTVW', k=5)).lower()}{draw.randrange(10_000)}.")
    return " ".join(own)


def _comment(draw: random.Random) -> str:
    return " ".join(draw.choices(said().comments, k=draw.randrange(1, 4)))


def _asked(draw: random.Random) -> str:
    return " ".join(draw.choices(said().asked, k=draw.randrange(1, 3)))
