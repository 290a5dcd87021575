"""How often what was asked for was not found: questions by day, without whoever asked, in a small file of their own.

Not in state.sqlite, which is read again whenever it was written to. It is no work of people's: it may be deleted.
"""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from service.contract.contacts import mask
from service.contract.service_errors import StateError

KEPT_DAYS = 400
LONGEST_QUESTION = 200  # characters that are kept of one
_PATIENCE = 0.2  # seconds: a search waits no longer for who else is writing
_MOST_PAGES = 16_384  # of 4 kB
_MAKE = """
CREATE TABLE IF NOT EXISTS unmet (
    question TEXT NOT NULL,
    day TEXT NOT NULL,
    match TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (question, day, match)
) WITHOUT ROWID
"""
_COUNT = "INSERT INTO unmet VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1"
_TOTALS = """
SELECT question, SUM(CASE match WHEN 'none' THEN times ELSE 0 END) AS none,
       SUM(CASE match WHEN 'weak' THEN times ELSE 0 END) AS weak, MIN(day) AS first, MAX(day) AS last
FROM unmet WHERE day >= ? GROUP BY question ORDER BY SUM(times) DESC, last DESC, question
"""


@dataclass(frozen=True, slots=True)
class UnmetQuestion:
    """A question as it is counted, and how often nothing, or only weak matches, answered it."""

    question: str
    none: int
    weak: int
    first: str
    last: str

    @property
    def times(self) -> int:
        """How often it was not answered well."""
        return self.none + self.weak


class UnmetCounts:
    """The counts of a data folder; nothing is counted while it is not `on`. Safe to use from several threads."""

    def __init__(self, data: Path, on: bool = True) -> None:
        self.path, self.on = Path(data) / "unmet.sqlite", on
        self._guard = threading.Lock()
        self._cleared: date | None = None

    def count(self, question: str, match: str, day: date | None = None) -> None:
        """Count a question that was not answered well. Whatever goes wrong with the file, nobody is troubled by it."""
        counted = counted_form(question)
        if not self.on or match == "good" or not counted:
            return
        today = day or datetime.now(UTC).date()
        try:
            with self._guard, self._opened() as database:
                database.execute(_COUNT, (counted, today.isoformat(), match))
                if self._cleared != today:
                    oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
                    database.execute("DELETE FROM unmet WHERE day < ?", (oldest,))
                    self._cleared = today
        except (sqlite3.Error, OSError):
            return

    def questions(self, since: date) -> list[UnmetQuestion]:
        """What was not found from a day on, the most frequent first. Raises StateError where it cannot be read."""
        if not self.path.exists():
            return []
        try:
            with self._opened() as database:
                return [UnmetQuestion(*row) for row in database.execute(_TOTALS, (since.isoformat(),))]
        except (sqlite3.Error, OSError) as error:
            raise StateError(
                f"{self.path}, which counts what was not found, cannot be read ({error}). It may be deleted."
            ) from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as database, database:
            database.execute("PRAGMA synchronous = OFF")  # counts: a day's may be lost, and a search does not wait
            # However many questions are made up, the file stays small: in one that is full no new one is counted.
            database.execute(f"PRAGMA max_page_count = {_MOST_PAGES}")
            database.execute(_MAKE)
            yield database


def counted_form(question: str) -> str:
    """A question in the form in which it is counted: small letters, single spaces, no digits and no contact details."""
    plain = " ".join(mask(question).split()).casefold().strip(" ?!.,;:")
    return re.sub(r"\d", "•", plain)[:LONGEST_QUESTION]
