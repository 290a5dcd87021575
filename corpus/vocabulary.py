"""The words of the trade: what short forms stand for, and which other words answer a word that a reader types."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from corpus.english import dictionary
from corpus.model import CorpusError

PEOPLE = "# Words that people added, from state.sqlite: they are written here anew by each build."
_SENSES = 3  # of a short form that documents explain in several ways: those that most passages have
_TABLES = {"acronym": {"short", "means", "near", "capitals"}, "words": {"say", "finds", "both"}}


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a short form. `near` are words that tend to stand by when it has this one.

    `capitals` says that in small letters it is another word ("dash"), so that only DASH is the short form.
    """

    short: str
    means: str
    near: frozenset[str] = frozenset()
    capitals: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`senses` by short form as printed. `finds` gives for words the other words that answer them, one way only."""

    senses: Mapping[str, tuple[Sense, ...]]
    finds: Mapping[str, tuple[str, ...]]


def shipped_vocabulary() -> str:
    """The file that comes with the program, as text."""
    return (resources.files("corpus") / "data" / "vocabulary.toml").read_text("utf-8")


def own_part(text: str) -> str:
    """A user's file without the words that people added through the pages, which a build puts behind it."""
    return text.partition(PEOPLE)[0]


def load_vocabulary(extra: Path | None = None, *, people: bool = True) -> Vocabulary:
    """The vocabulary shipped with the program, with the entries of a user's TOML file of the same layout added.

    Without `people`, a part of the file that begins with the line PEOPLE is left out.
    Raises CorpusError, naming the file and the entry, where a file cannot be read or does not hold together.
    """
    shipped_senses, shipped_finds = _shipped()
    senses = {short: {**by_meaning} for short, by_meaning in shipped_senses.items()}
    finds = {words: {**others} for words, others in shipped_finds.items()}
    if extra is not None:
        try:
            text = extra.read_text("utf-8")
            _add(text if people else own_part(text), str(extra), senses, finds)
        except OSError as error:
            raise CorpusError(f"The vocabulary file {extra} cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise CorpusError(f"The vocabulary file {extra} is not UTF-8 text; save it as UTF-8.") from error
    return _vocabulary(senses, finds)


def with_text(vocabulary: Vocabulary, text: str, where: str) -> Vocabulary:
    """A vocabulary with the entries of a text in the layout of its files. Raises CorpusError, naming `where`."""
    senses = {short: {sense.means.lower(): sense for sense in found} for short, found in vocabulary.senses.items()}
    finds = {words: dict.fromkeys(others) for words, others in vocabulary.finds.items()}
    _add(text, where, senses, finds)
    return _vocabulary(senses, finds)


def _vocabulary(senses: Mapping[str, Mapping[str, Sense]], finds: Mapping[str, Mapping[str, None]]) -> Vocabulary:
    return Vocabulary(
        {short: tuple(by_meaning.values()) for short, by_meaning in senses.items()},
        {words: tuple(others) for words, others in finds.items()},
    )


def with_shorts(vocabulary: Vocabulary, found: Iterable[tuple[str, str]]) -> Vocabulary:
    """The vocabulary with short forms that documents explain themselves, those used most first; its own go before.

    One that in small letters is an English word counts only as printed.
    """
    senses: dict[str, dict[str, Sense]] = {}
    for short, means in found:
        if short not in vocabulary.senses and re.search(r"\w", means):
            cased = short.lower() in dictionary()
            senses.setdefault(short, {}).setdefault(means.lower(), Sense(short, means, capitals=cased))
    own = {short: tuple(by_meaning.values())[:_SENSES] for short, by_meaning in senses.items()}
    return Vocabulary({**own, **vocabulary.senses}, vocabulary.finds)


@cache
def _shipped() -> tuple[Mapping[str, Mapping[str, Sense]], Mapping[str, Mapping[str, None]]]:
    """What the shipped file holds, as `_add` puts it; reading it takes a tenth of a second."""
    senses: dict[str, dict[str, Sense]] = {}
    finds: dict[str, dict[str, None]] = {}
    _add(shipped_vocabulary(), "vocabulary.toml", senses, finds)
    return senses, finds


def _add(text: str, where: str, senses: dict[str, dict[str, Sense]], finds: dict[str, dict[str, None]]) -> None:
    """Put the entries of one file into `senses` (short form, then meaning) and `finds`; a later sense replaces."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(f"The vocabulary file {where} is not valid TOML: {error}.") from error
    for name in tables.keys() - _TABLES.keys():
        raise _bad(where, f'it has a table or key "{name}", where [[acronym]] or [[words]] is expected')
    for entry in _entries(tables, "acronym", where):
        sense = _sense(entry, where)
        senses.setdefault(sense.short, {})[sense.means.lower()] = sense
    for entry in _entries(tables, "words", where):
        said, found = _list(entry, "say", where), _list(entry, "finds", where)
        ways = [(said, found), (found, said)] if _flag(entry, "both", where) else [(said, found)]
        for ones, others in ways:
            for one in ones:
                finds.setdefault(one, {}).update(dict.fromkeys(other for other in others if other != one))


def _entries(tables: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    entries = tables.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _bad(where, f'"{name}" must be written as [[{name}]] tables')
    for entry in entries:
        for key in entry.keys() - _TABLES[name]:
            raise _bad(where, f'an entry of [[{name}]] has an unknown key "{key}": {entry}')
    return entries


def _sense(entry: Mapping[str, Any], where: str) -> Sense:
    short, means = entry.get("short"), entry.get("means")
    if not (isinstance(short, str) and isinstance(means, str) and re.fullmatch(r"\S+", short) and means.strip()):
        raise _bad(where, f'an [[acronym]] needs a "short" form without spaces and what it "means": {entry}')
    near = _list(entry, "near", where) if "near" in entry else ()
    return Sense(short, means.strip(), frozenset(word.lower() for word in near), _flag(entry, "capitals", where))


def _list(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = entry.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and re.search(r"\w", v) for v in value):
        raise _bad(where, f'"{key}" must be a list of words in quotes: {entry}')
    return tuple(value)


def _flag(entry: Mapping[str, Any], key: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise _bad(where, f'"{key}" is true or false: {entry}')
    return value


def _bad(where: str, problem: str) -> CorpusError:
    return CorpusError(f"The vocabulary file {where} cannot be used: {problem}.")
