"""Which passages say no more than a heading or the title of a document."""

import json
import re
import sqlite3
from collections.abc import Iterator

from corpus.model import FINDABLE
from corpus.text import words_only

HEADING = 300  # characters of a heading at most
_HEADED = 7  # words of one that is known by its form alone
_NOTED = re.compile(r"\s*\([^()]*\)\s*$")  # behind a title: "(PDF document)", the number of its record
# What asks for something does so in a heading too, and a grade is a word or two.
_NEVER = (*FINDABLE, "grade", "glossary")


class Headings:
    """The headings and titles of all documents of a generation, as words.

    They are kept in a database of SQLite's own, which goes to disk where it grows.
    """

    def __init__(self, tables: sqlite3.Connection) -> None:
        self._room = sqlite3.connect("")
        self._room.execute("CREATE TABLE headings (words TEXT PRIMARY KEY) WITHOUT ROWID")
        rows = ((words,) for words in _headings(tables))
        self._room.executemany("INSERT OR IGNORE INTO headings VALUES (?)", rows)

    def close(self) -> None:
        """Give the room back."""
        self._room.close()

    def alone(self, kind: str, text: str | None) -> bool:
        """Whether a passage of this kind is only a heading or a title, of any document or by its form.

        `text` may be None for one of more than HEADING characters.
        """
        if text is None or kind in _NEVER or len(text) > HEADING:
            return False
        plain = _NOTED.sub("", text)
        # A title may be the first sentence of a document that has none of its own.
        titled = not plain.endswith(".") and self._has(words_only(plain))
        return titled or (kind == "context" and _like_a_heading(plain))

    def _has(self, words: str) -> bool:
        return self._room.execute("SELECT 1 FROM headings WHERE words = ?", (words,)).fetchone() is not None


def _headings(tables: sqlite3.Connection) -> Iterator[str]:
    for (title,) in tables.execute("SELECT DISTINCT title FROM documents"):
        yield words_only(title)
    for (path,) in tables.execute("SELECT DISTINCT path FROM sections"):
        yield from map(words_only, json.loads(path))


def _like_a_heading(text: str) -> bool:
    """Whether a text is a few words, with a capital before and no stop behind."""
    return text[:1].isupper() and len(text.split()) <= _HEADED and not re.search(r"[\d\t]|[.!?:;,]$", text)
