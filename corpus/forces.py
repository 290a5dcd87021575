"""Force names: the 43 territorial forces, how each is written, and where a text mentions one.

A name is matched as whole words, longest first. Bodies that are no territorial force and groups of
forces take part in the matching, so that the names inside theirs are not taken for a force.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from corpus.model import CorpusError

Kind = Literal["force", "body", "group"]
How = Literal["name", "short", "abbreviation"]
KINDS: tuple[Kind, ...] = ("force", "body", "group")
LISTS = ("names", "short", "abbreviations", "weak", "exact", "members")
KEYS = ("slug", "name", *LISTS)

# Between two words of a name: spaces (a non-breaking one too), one line break, or one hyphen of any kind.
GAP = r"(?:[^\S\n]{1,3}|[^\S\n]?\n[^\S\n]?|[-\u2010\u2011])"
AND = rf"(?:{GAP}(?:and|&){GAP}|(?<=\w\w)&(?=\w\w))"
ADDRESS = re.compile(
    r"(?:^|/)(?:recommendation/(?P<register>[a-z0-9-]+)/\d+"
    r"|police-forces/(?P<page>[a-z0-9-]+)|peel-assessments/[^/?#]+/(?P<peel>[a-z0-9-]+))(?=[/?#]|$)"
)


@dataclass(frozen=True, slots=True)
class Force:
    """A force, or with another `kind` a body or a group, and how it is written (see `data/forces.toml`)."""

    slug: str
    name: str
    kind: Kind = "force"
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where `text[start:end]` stands for the force; "short" is a place, so weaker evidence."""

    slug: str
    start: int
    end: int
    how: How


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write a name; `strong` and `weak` are the slugs that claim it (none: step over it)."""

    text: str
    how: How
    cased: bool
    strong: str | None = None
    weak: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forces:
    """Every known force, body and group, with one compiled pattern over all their names."""

    entries: Mapping[str, Force]
    _forms: Mapping[str, _Form] = field(repr=False)
    _pattern: re.Pattern[str] = field(repr=False)
    _in_filename: re.Pattern[str] = field(repr=False)
    _filename_slugs: Mapping[str, str] = field(repr=False)
    extra: str = field(default="", repr=False)
    """The TOML text of the user's own names, "" without one."""

    @property
    def all(self) -> tuple[Force, ...]:
        """The territorial forces (and those a user's file adds), in slug order."""
        return tuple(entry for _, entry in sorted(self.entries.items()) if entry.kind == "force")

    def get(self, slug: str) -> Force | None:
        """The force, body or group with this slug."""
        return self.entries.get(slug)

    def label(self, slug: str) -> str:
        """The name to show; the slug itself where it is unknown."""
        entry = self.entries.get(slug)
        return entry.name if entry else slug

    def mentions(self, text: str) -> list[Mention]:
        """Where the text names a territorial force, in order, never overlapping."""
        return [m for m in self._scan(text) if self.entries[m.slug].kind == "force"]

    def bodies(self, text: str) -> list[Mention]:
        """Where the text names a body that is no territorial force, or a group of forces."""
        return [m for m in self._scan(text) if self.entries[m.slug].kind != "force"]

    def from_url(self, url: str) -> str | None:
        """The force or body that a page of the register, of its force pages or of PEEL belongs to."""
        match = ADDRESS.search(url.lower())
        slug = match and (match["register"] or match["page"] or match["peel"])
        entry = self.entries.get(slug) if slug else None
        return entry.slug if entry and entry.kind != "group" else None

    def from_filename(self, name: str) -> str | None:
        """The one force whose slug, name or area stands in the file's name; None with none or several."""
        words = _filename_words(re.split(r"[\\/]", name)[-1])
        found = {self._filename_slugs[match[0]] for match in self._in_filename.finditer(words)}
        return found.pop() if len(found) == 1 else None

    def _scan(self, text: str) -> list[Mention]:
        found = [
            (match, form)
            for match in self._pattern.finditer(text)
            if (form := self._form(match[0])) and not (form.how == "short" and _is_elsewhere(text, *match.span()))
        ]
        named = {form.strong for _, form in found if form.how == "name"}
        return [
            Mention(slug, match.start(), match.end(), form.how)
            for match, form in found
            if (slug := _owner(form, named))
        ]

    def _form(self, matched: str) -> _Form | None:
        # None: the pattern ignores more differences of case than lower() does (the long s, the Kelvin sign).
        plain = _plain(matched)
        return self._forms.get(plain) or self._forms.get(plain.lower())


def _is_elsewhere(text: str, start: int, end: int) -> bool:
    """Whether an area's plain name is part of another body's, or of a place ("Kent Fire and Rescue Service")."""
    behind, before = _elsewhere()
    return bool(behind.match(text, end) or before.search(text, max(0, start - 20), start))


@cache
def _elsewhere() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands behind such a name, and what before it (see `data/elsewhere.toml`)."""
    listed = tomllib.loads((resources.files("corpus") / "data" / "elsewhere.toml").read_text(encoding="utf-8"))
    behind, before = ("|".join(map(re.escape, listed[name])) for name in ("behind", "before"))
    between = r"(?:[ \u00a0](?!Police|Constabulary|Force)(?:[A-Z][\w'\u2019-]*|and|&|of)){0,4}?"
    own = r"(?![ \u00a0](?i:policing|crime|robbery|safety|team|officers))"
    return re.compile(rf"{between}[ \u00a0](?:{behind})\b{own}"), re.compile(rf"\b(?:{before})[ \u00a0]$")


def load_forces(extra: Path | None = None) -> Forces:
    """The forces shipped with the program, and those of a user's TOML file of the same layout.

    In the user's file a new slug adds an entry; a known one replaces the keys it gives and keeps the rest.
    Raises CorpusError, naming the file, where a file cannot be read or does not hold together.
    """
    if extra is None:
        return forces_of("")
    try:
        return forces_of(extra.read_text(encoding="utf-8"), str(extra))
    except OSError as error:
        raise CorpusError(f"The forces file {extra} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"The forces file {extra} is not UTF-8 text; save it as UTF-8.") from error


def forces_of(extra: str, where: str = "forces.toml") -> Forces:
    """The shipped forces with those of a user's TOML text; `where` names it in errors."""
    shipped = resources.files("corpus") / "data" / "forces.toml"
    entries, phrases = _merge({}, shipped.read_text(encoding="utf-8"), "forces.toml")
    if extra:
        entries, more = _merge(entries, extra, where)
        phrases += more
    return replace(_compile(entries, phrases, where), extra=extra)


def _merge(known: Mapping[str, Force], text: str, where: str) -> tuple[dict[str, Force], tuple[str, ...]]:
    """The known entries with those of one TOML text laid over them, and its phrases that are no force."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(f"The forces file {where} is not valid TOML: {error}.") from error
    for key in tables.keys() - {*KINDS, "not_a_force"}:
        raise _bad(where, f'it has a table or key "{key}", where [[force]], [[body]] or [[group]] is expected')
    entries, seen = dict(known), set[str]()
    for kind in KINDS:
        for table in _tables(tables.get(kind, []), kind, where):
            entry = _entry(table, kind, entries, where)
            if entry.slug in seen:
                raise _bad(where, f'the slug "{entry.slug}" stands there twice')
            seen.add(entry.slug)
            entries[entry.slug] = entry
    _check_members(entries, where)
    return entries, _strings(tables.get("not_a_force", []), "not_a_force", where)


def _tables(value: object, kind: str, where: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise _bad(where, f'"{kind}" must be written as [[{kind}]] tables')
    return value


def _entry(table: Mapping[str, Any], kind: Kind, known: Mapping[str, Force], where: str) -> Force:
    slug = table.get("slug")
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
        raise _bad(where, f"a [[{kind}]] needs a slug of lower-case letters, digits and hyphens, not {slug!r}")
    for key in table.keys() - set(KEYS):
        raise _bad(where, f'"{slug}" has an unknown key "{key}"; the keys are {", ".join(KEYS)}')
    old = known.get(slug)
    if old and old.kind != kind:
        raise _bad(where, f'"{slug}" is a {old.kind} and cannot be a {kind} too')
    name = table.get("name", old.name if old else None)
    if not isinstance(name, str) or not _plain(name):
        raise _bad(where, f'"{slug}" needs a name')
    lists = {key: _strings(table[key], f"{slug}: {key}", where) for key in LISTS if key in table}
    return replace(old or Force(slug, name, kind), name=name, **lists)  # type: ignore[arg-type]


def _strings(value: object, what: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and re.search(r"\w", v) for v in value):
        raise _bad(where, f'"{what}" must be a list of names in quotes')
    return tuple(value)


def _check_members(entries: Mapping[str, Force], where: str) -> None:
    for entry in entries.values():
        for member in entry.members:
            if member not in entries or entries[member].kind != "force":
                raise _bad(where, f'the group "{entry.slug}" has the unknown member "{member}"')


def _bad(where: str, problem: str) -> CorpusError:
    return CorpusError(f"The forces file {where} cannot be used: {problem}.")


def _compile(entries: Mapping[str, Force], phrases: Iterable[str], where: str) -> Forces:
    forms = {_plain(phrase).lower(): _Form(phrase, "name", cased=False) for phrase in phrases}
    for entry in entries.values():
        for form in _forms(entry):
            key = _plain(form.text) if form.cased else _plain(form.text).lower()
            forms[key] = _shared(forms.get(key), form, where)
    by_words = {
        words: entry.slug
        for entry in entries.values()
        if entry.kind == "force"
        for text in (*entry.names, *entry.short, entry.name, entry.slug)
        if (words := _filename_words(text))
    }
    in_filename = "|".join(sorted(map(re.escape, by_words), key=len, reverse=True))
    return Forces(entries, forms, _pattern(forms.values()), re.compile(rf"\b(?:{in_filename})\b"), by_words)


def _forms(entry: Force) -> Iterator[_Form]:
    for text in dict.fromkeys((entry.name, *entry.names)):
        yield _Form(text, "name", text in entry.exact, entry.slug)
    for text in entry.short:
        yield _Form(text, "short", text in entry.exact, entry.slug)
    for text in entry.abbreviations:
        yield _Form(text, "abbreviation", True, entry.slug)
    for text in entry.weak:
        yield _Form(text, "abbreviation", True, weak=(entry.slug,))


def _shared(old: _Form | None, new: _Form, where: str) -> _Form:
    """One form for what two entries write alike; only a weak abbreviation may be shared between forces."""
    if old is None:
        return new
    if old.strong and new.strong and old.strong != new.strong:
        raise _bad(where, f'"{new.text}" stands for both "{old.strong}" and "{new.strong}"')
    first = old if old.strong else new
    return replace(first, weak=tuple(dict.fromkeys((*old.weak, *new.weak))))


def _owner(form: _Form, named: set[str | None]) -> str | None:
    """Whose mention it is: the strong claim, unless a force with a weak one is named and that one is not."""
    if form.how != "abbreviation" or (form.strong and form.strong in named):
        return form.strong
    claims = [slug for slug in form.weak if slug in named]
    return claims[0] if len(claims) == 1 else form.strong


def _pattern(forms: Iterable[_Form]) -> re.Pattern[str]:
    """Alternatives grouped under their first letter: a tenth of the time of one flat list of them."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for form in forms:
        text = _plain(form.text)
        first, rest = text[0], _flexible(text)
        branch = f"(?<={re.escape(first)}){rest}" if form.cased else f"(?i:{rest})"
        groups.setdefault(first.lower(), []).append((len(text), branch))
    letters = []
    for first, branches in sorted(groups.items()):
        longest_first = "|".join(branch for _, branch in sorted(branches, reverse=True))
        letters.append(f"[{re.escape(first)}{re.escape(first.upper())}](?:{longest_first})")
    return re.compile(rf"\b(?:{'|'.join(letters)})(?!\w)")


def _flexible(plain: str) -> str:
    """The pattern for a plain form after its first letter."""
    pieces = [re.escape(piece).replace("\\ ", GAP) for piece in plain[1:].split(" and ")]
    return AND.join(pieces).replace("'", "['\u2018\u2019]")


def _plain(text: str) -> str:
    """Spaces for hyphens and for any white space, "and" for a free-standing "&", straight apostrophes."""
    spaced = " ".join(re.sub(r"[-\u2010\u2011\s]+", " ", text).split())
    joined = re.sub(r" & |(?<=\w\w)&(?=\w\w)", " and ", spaced)
    return joined.replace("\u2018", "'").replace("\u2019", "'")


def _filename_words(name: str) -> str:
    """The lower-case words of a file's name, without "and", which people leave out of one."""
    return " ".join(word for word in re.findall(r"[a-z]+", name.lower()) if word != "and")
