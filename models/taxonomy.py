"""The themes that texts are tagged with: data that comes with the program, changed by a file of the user's own."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from models.encoder import ModelError

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TAKEN = "unknown"  # what a passage without a theme is filtered by
_FIELDS = {"key", "label", "definition", "terms", "not_this"}
_TABLES = {"theme", "merge", "remove"}


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject. `terms` are words and short forms that name it; `not_this` says what only looks like it."""

    key: str
    label: str
    definition: str
    terms: tuple[str, ...] = ()
    not_this: str = ""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The themes in their order, and what became of others: `moved` gives the theme each went into, or None."""

    themes: tuple[Theme, ...]
    moved: Mapping[str, str | None]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the themes, in their order."""
        return tuple(theme.key for theme in self.themes)

    def label(self, key: str) -> str:
        """The label of a theme; the key itself where there is no such theme."""
        return next((theme.label for theme in self.themes if theme.key == key), key)

    def now(self, key: str) -> str | None:
        """The key of what a theme is today: itself, the one it was merged into, or None where it was removed.

        Raises KeyError for a key that no theme has or had.
        """
        while key not in self.keys:
            moved = self.moved[key]
            if moved is None:
                return None
            key = moved
        return key

    def all_now(self, keys: Sequence[str]) -> frozenset[str]:
        """What themes are today, without those removed. Raises KeyError as `now` does."""
        return frozenset(now for key in keys if (now := self.now(key)) is not None)


def shipped_taxonomy() -> str:
    """The file that comes with the program, as text."""
    return (resources.files("models") / "data" / "taxonomy.toml").read_text("utf-8")


def load_taxonomy(extra: Path | None = None) -> Taxonomy:
    """The shipped themes, changed by a user's TOML file.

    In it a [[theme]] with a new key is added and one with a known key has the fields given replaced; `remove` lists
    keys that are dropped; [merge] says for a key which theme its examples belong to from now on (a new key of a theme
    is a theme added and the old one merged into it). Raises ModelError, naming the file and the entry or line.
    """
    if extra is None:
        return taxonomy_of(None, "")
    try:
        return taxonomy_of(extra.read_text("utf-8-sig"), str(extra))
    except OSError as error:
        raise ModelError(f"The file of themes {extra} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"The file of themes {extra} is not UTF-8 text; save it as UTF-8.") from error


def taxonomy_of(changes: str | None, name: str) -> Taxonomy:
    """The shipped themes with `changes`, the text of a user's file called `name`; None changes nothing."""
    shipped = _tables(shipped_taxonomy(), "taxonomy.toml")
    themes = {entry["key"]: _theme(entry, None, "taxonomy.toml") for entry in shipped.get("theme", [])}
    moved: dict[str, str | None] = {}
    if changes is not None:
        tables = _tables(changes, name)
        for entry in tables.get("theme", []):
            themes[entry["key"]] = _theme(entry, themes.get(entry["key"]), name)
        moved = _moved(tables, themes, name)
        themes = {key: theme for key, theme in themes.items() if key not in moved}
    if not themes:
        raise ModelError(f"{name} removes every theme; leave at least one.")
    return Taxonomy(tuple(themes.values()), moved)


def _tables(text: str, name: str) -> dict[str, Any]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"The file of themes {name} is no TOML: {error}.") from error
    if unknown := sorted(set(tables) - _TABLES):
        raise ModelError(f"{name}: {unknown[0]!r} is unknown. There may be [[theme]], [merge] and remove.")
    entries = tables.get("theme", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ModelError(f"{name}: themes are written as [[theme]], in two brackets.")
    for number, entry in enumerate(entries, start=1):
        _check(entry, f"{name}, theme {number}")
    keys = [entry["key"] for entry in entries]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ModelError(f"{name}: the theme {twice[0]!r} stands there twice; keep one.")
    return tables


def _check(entry: Mapping[str, Any], where: str) -> None:
    if unknown := sorted(set(entry) - _FIELDS):
        raise ModelError(f"{where}: {unknown[0]!r} is no field of a theme; these are: {', '.join(sorted(_FIELDS))}.")
    key = entry.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key == _TAKEN:
        raise ModelError(f"{where}: key has to be in small letters and digits, joined by hyphens, and not {key!r}.")
    terms = entry.get("terms", [])
    if not isinstance(terms, list) or not all(isinstance(term, str) and term.strip() for term in terms):
        raise ModelError(f"{where} ({key}): terms is a list of words in quotes.")
    for name in ("label", "definition", "not_this"):
        value = entry.get(name, "…")
        if not isinstance(value, str) or not (value.strip() or name == "not_this"):
            raise ModelError(f"{where} ({key}): {name} is text in quotes.")


def _theme(entry: Mapping[str, Any], known: Theme | None, name: str) -> Theme:
    fields: dict[str, Any] = {field: tuple(value) if field == "terms" else value for field, value in entry.items()}
    if known:
        return replace(known, **fields)
    missing = [field for field in ("label", "definition") if not str(entry.get(field, "")).strip()]
    if missing:
        raise ModelError(f"{name}: the new theme {entry['key']!r} needs a {' and a '.join(missing)}.")
    return Theme(**fields)


def _moved(tables: Mapping[str, Any], themes: Mapping[str, Theme], name: str) -> dict[str, str | None]:
    merge, remove = tables.get("merge", {}), tables.get("remove", [])
    if not isinstance(merge, dict) or not isinstance(remove, list):
        raise ModelError(f'{name}: [merge] is a table of old = "new", and remove a list of keys.')
    if not all(isinstance(key, str) for key in [*remove, *merge.values()]):
        raise ModelError(f'{name}: [merge] is a table of old = "new", and remove a list of keys.')
    if both := sorted(set(merge) & set(remove)):
        raise ModelError(f"{name}: {both[0]!r} is merged and removed; leave one of the two out.")
    moved: dict[str, str | None] = {**merge, **dict.fromkeys(remove)}
    for key in moved:
        if key not in themes:
            raise ModelError(f"{name}: there is no theme {key!r} to merge or remove; there are {', '.join(themes)}.")
    for key, into in merge.items():
        if into not in themes:
            raise ModelError(f"{name}: {key!r} cannot be merged into {into!r}, which is no theme.")
        seen = {key}
        while into in moved and into is not None:
            if into in seen:
                raise ModelError(f"{name}: {key!r} is merged into itself, by way of {into!r}.")
            seen.add(into)
            into = moved[into]
    return moved
