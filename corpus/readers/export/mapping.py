"""A mapping file beside a tracker: it says which column holds what, and what a status word means.

`tracker.columns.toml` beside `tracker.xlsx`, with the names of the columns as their header prints them:

    recommendation = "What they said"
    status = "RAG"
    ignore = ["Lead"]

    [status_words]
    "White" = "being-progressed"
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.model import STATUSES, CorpusError
from corpus.readers.export.names import READ
from corpus.readers.export.names import plain as plain_name
from corpus.statuses import plain as plain_word

_SEVERAL = ("comment", "ignore")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping file says: columns (as it names them) by what they hold, those to ignore, and status words."""

    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ignore: Sequence[str] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def names(self, header: str) -> bool:
        """Whether the file names a column of this header."""
        known = [name for names in (*self.columns.values(), self.ignore) for name in names]
        return bool(known) and plain_name(header) in map(plain_name, known)

    def ignores(self, header: str) -> bool:
        """Whether a column of this header is to be left out."""
        return bool(self.ignore) and plain_name(header) in map(plain_name, self.ignore)

    def of(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """(place, what it holds) of the columns of a header that the file names."""
        for role, names in self.columns.items():
            for name in names:
                place = next((at for at, cell in enumerate(cells) if plain_name(cell) == plain_name(name)), None)
                if place is not None:
                    yield place, role

    def unmatched(self, headers: Sequence[Sequence[str]]) -> list[str]:
        """The names of columns that stand in none of these headers."""
        known = {plain_name(cell) for cells in headers for cell in cells}
        return [
            name for names in (*self.columns.values(), self.ignore) for name in names if plain_name(name) not in known
        ]


NOTHING_MAPPED = Mapped()


def read_mapping(raw: bytes, name: str) -> Mapped:
    """What a mapping file says. Raises CorpusError, naming the file, for one that cannot be used."""
    try:
        stated = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(name, f"it is not valid TOML ({error})") from error
    words: dict[str, Any] = {}
    columns: dict[str, Sequence[str]] = {}
    for key, value in stated.items():
        role = {"update": "comment", "updates": "comment"}.get(key, key)
        if key == "status" and isinstance(value, dict):
            words |= {k: v for k, v in value.items() if k != "column"}
            value = value.get("column", [])
        elif key == "status_words" and isinstance(value, dict):
            words |= value
            continue
        if role not in (*READ, "ignore"):
            raise _bad(name, f"“{key}” is nothing that a column may hold; that is {', '.join((*READ, 'ignore'))}")
        columns[role] = (*columns.get(role, ()), *_names(value, key, name))
    ignore = columns.pop("ignore", ())
    return Mapped({role: names for role, names in columns.items() if names}, ignore, _words(words, name))


def _names(value: object, key: str, file: str) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) and plain_name(n) for n in names):
        raise _bad(file, f"“{key}” must be the header of a column in quotes, or a list of them")
    if len(names) > 1 and key not in (*_SEVERAL, "update", "updates"):
        raise _bad(file, f"“{key}” can be one column only")
    return tuple(names)


def _words(words: Mapping[str, Any], file: str) -> dict[str, str]:
    for word, status in words.items():
        if status not in STATUSES:
            raise _bad(file, f"the status “{word}” is given as {status!r}; write one of {', '.join(STATUSES)}")
    return {plain_word(word): status for word, status in words.items()}


def _bad(name: str, problem: str) -> CorpusError:
    return CorpusError(f"has a mapping file {name} beside it that cannot be used: {problem}.")
