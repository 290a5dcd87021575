"""The passages that ask for something, looked up when they are asked for: which may be a copy of a text."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import FINDABLE
from corpus.text import words_only
from indexer.openings import OPENING
from service.memory.passage_rows import many


@dataclass(frozen=True, slots=True)
class Findable:
    """A passage that asks for something, no comment: its number, that of its finding, and its text."""

    passage: int
    finding: int | None
    text: str


def findable_by_id(tables: sqlite3.Connection, ids: Sequence[int]) -> list[Findable]:
    """Those of the passages with these ids that ask for something, in the order of their ids."""
    statement = f"SELECT id, finding, text FROM passages WHERE kind IN {FINDABLE} AND id IN ({{}})"  # noqa: S608
    found = [Findable(row["id"], row["finding"], row["text"]) for row in many(tables, statement, sorted(ids))]
    return sorted(found, key=lambda one: one.passage)


def opening_within(tables: sqlite3.Connection, text: str) -> set[int]:
    """The passages that ask for something and whose first OPENING words stand in a text, in a row."""
    words = words_only(text).split()
    runs = [" ".join(words[at : at + OPENING]) for at in range(len(words) - OPENING + 1)]
    return {row["passage"] for row in many(tables, "SELECT passage FROM openings WHERE words IN ({})", runs)}
