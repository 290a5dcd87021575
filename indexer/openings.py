"""How the passages begin that ask for something: what stands in a longer text is found in it by its first words."""

import sqlite3

from corpus.model import FINDABLE
from corpus.text import words_only

OPENING = 6  # words of a text that is told as a copy of a part of another, at least


def write_openings(database: sqlite3.Connection) -> None:
    """Fill the table `openings` for the passages that stand in `database`; shorter ones have none."""
    rows = database.execute(f"SELECT id, text FROM passages WHERE kind IN {FINDABLE} ORDER BY id")  # noqa: S608
    begun = ((words_only(text).split()[:OPENING], number) for number, text in rows)
    database.executemany(
        "INSERT INTO openings VALUES (?, ?)",
        ((" ".join(words), number) for words, number in begun if len(words) == OPENING),
    )
