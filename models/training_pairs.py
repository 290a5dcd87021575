"""What an encoder is adapted with: queries with the passages that answer them, and findings compared.

A part is held back by passage, with what a passage is told apart from, so that what is learned can be measured.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.runner import ModelError

FOLDER = Path(__file__).parent / "data" / "training"


@dataclass(frozen=True, slots=True)
class QueriedPassage:
    """A passage with the queries that it answers, and the ids of passages that a lazy search takes for it."""

    id: str
    text: str
    headings: tuple[str, ...]
    queries: tuple[str, ...]
    contrast: tuple[str, ...] = ()

    @property
    def headed(self) -> str:
        """The passage under its headings, as the index has it."""
        return ". ".join([*self.headings, self.text])


@dataclass(frozen=True, slots=True)
class FindingPair:
    """Two findings, and whether both ask for the same."""

    one: str
    other: str
    same: bool


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Passages with their queries, and pairs of findings."""

    passages: tuple[QueriedPassage, ...] = ()
    findings: tuple[FindingPair, ...] = ()

    def __add__(self, other: "TrainingData") -> "TrainingData":
        """Both together. Raises ModelError where both have a passage of one id."""
        if twice := {one.id for one in self.passages} & {one.id for one in other.passages}:
            raise ModelError(f"Two passages have the id {min(twice)}: give each one of its own, or none.")
        return TrainingData(self.passages + other.passages, self.findings + other.findings)

    @property
    def queries(self) -> int:
        """How many pairs of a query and a passage there are."""
        return sum(len(passage.queries) for passage in self.passages)


def shipped_data() -> TrainingData:
    """What comes with the program."""
    passages: list[QueriedPassage] = []
    findings: list[FindingPair] = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        found = read_data(path)
        passages += found.passages
        findings += found.findings
    return TrainingData(tuple(passages), tuple(findings))


def read_data(path: Path) -> TrainingData:
    """The passages and pairs of a file, one JSON object a line, in any order. Raises ModelError for what is neither.

    A passage: {"text": "…", "queries": ["…"]}, where there are any with "id", "headings" and "contrast" (ids). A pair:
    {"a": "…", "b": "…", "same": true}.
    """
    passages, findings = [], []
    for number, row in _rows(path):
        try:
            if "queries" in row:
                passages.append(_passage(row, f"{path}:{number}"))
            else:
                findings.append(FindingPair(_text(row["a"]), _text(row["b"]), _truth(row["same"])))
        except (KeyError, TypeError) as error:
            raise ModelError(
                f"Line {number} of {path} is neither a passage with its queries nor a pair of findings: "
                f"{_why(error)} (docs/adapting.md)."
            ) from error
    return TrainingData(tuple(passages), tuple(findings))


def _why(error: KeyError | TypeError) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ModelError(f"Line {number} of {path} is no JSON ({error}).") from error
            if not isinstance(row, dict):
                raise ModelError(f"Line {number} of {path} is no JSON object.")
            yield number, row


def _passage(row: Mapping[str, Any], name: str) -> QueriedPassage:
    return QueriedPassage(
        id=str(row.get("id", name)),
        text=_text(row),
        headings=tuple(_text(heading) for heading in _list(row.get("headings", []))),
        queries=tuple(_text(query, "q") for query in _list(row["queries"], least=1)),
        contrast=tuple(_text(other, "id") for other in _list(row.get("contrast", []))),
    )


def _truth(value: Any) -> bool:
    """True or false. Raises TypeError for anything else, as "false"."""
    if not isinstance(value, bool):
        raise TypeError(f"neither true nor false: {value!r}")
    return value


def _list(value: Any, least: int = 0) -> list[Any]:
    """A list of so many at least. Raises TypeError for anything else, as a text."""
    if not isinstance(value, list) or len(value) < least:
        raise TypeError(f"no list of {least or 'any'}: {value!r}")
    return value


def _text(value: Any, key: str = "text") -> str:
    """A text that stands by itself or, with more about it, under a key. Raises TypeError for none."""
    found = value[key] if isinstance(value, dict) else value
    if not isinstance(found, str) or not found.strip():
        raise TypeError(f"no text: {found!r}")
    return found


def held_back(data: TrainingData, share: float, seed: int) -> tuple[TrainingData, TrainingData]:
    """What is learned from, and about this share of the passages and pairs to measure on.

    Passages that are told apart from one another stay together, and so do pairs that have a finding in common.
    """
    random_ = random.Random(seed)  # noqa: S311 - a split, no secret
    passages = _parted([(one.id, one.contrast) for one in data.passages], share, random_)
    findings = _parted([(one.one, (one.other,)) for one in data.findings], share, random_)
    learned = TrainingData(
        tuple(one for one in data.passages if one.id not in passages),
        tuple(one for one in data.findings if one.one not in findings),
    )
    kept = TrainingData(
        tuple(one for one in data.passages if one.id in passages),
        tuple(one for one in data.findings if one.one in findings),
    )
    return learned, kept


def _parted(links: Sequence[tuple[str, Iterable[str]]], share: float, random_: random.Random) -> set[str]:
    """About this share of all that is linked, in whole groups."""
    groups = _groups(links)
    random_.shuffle(groups)
    wanted, chosen = share * sum(map(len, groups)), set[str]()
    for group in groups:
        if len(chosen) + len(group) <= wanted:
            chosen |= set(group)
    return chosen


def _groups(links: Sequence[tuple[str, Iterable[str]]]) -> list[list[str]]:
    """What is linked, directly or through others, in the order of its first."""
    near = defaultdict[str, list[str]](list)
    for one, others in links:
        near[one] += []
        for other in others:
            near[one].append(other)
            near[other].append(one)
    seen, groups = set[str](), []
    for first in near:
        if first in seen:
            continue
        seen.add(first)
        group = [first]
        for one in group:
            new = [other for other in dict.fromkeys(near[one]) if other not in seen]
            seen.update(new)
            group += new
        groups.append(group)
    return groups
