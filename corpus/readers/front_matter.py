"""What people state of a document beside its text: in the fields of a line, or in the front matter of a file."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from corpus.dates import iso_date
from corpus.model import DocumentKind
from corpus.readers.reading import LeftOut

_KINDS = get_args(DocumentKind)


def stated(fields: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Force, date, kind and address among `fields` as they are stored, and why any of them was left out."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for name, (read, wanted) in _STATED.items():
        value = fields.get(name)
        if value is None or value == "":
            continue
        known = read(value.strip()) if isinstance(value, str) else None
        if known:
            found[name] = known
        else:
            problems.append(f"states a {name} that was left out, {json.dumps(value)[:60]}; write {wanted}.")
    return found, problems


def _date(given: str) -> str | None:
    return iso_date(re.sub(r"(?<=\d)T\d\d:\d\d.*$", "", given))


def _kind(given: str) -> str | None:
    return given if given in _KINDS else None


def _url(given: str) -> str | None:
    return given if re.fullmatch(r"https?://\S+", given) else None


_STATED: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "force": (str, "its name or short name in quotation marks"),
    "date": (_date, "it as 2018-05-04, 2018-05 or 2018"),
    "kind": (_kind, f"one of {', '.join(_KINDS)}"),
    "url": (_url, "an address that begins with http:// or https://"),
}
_NAMES = (*_STATED, "title")
_LINE = r"(?:[A-Za-z_][\w -]{0,40}:[^\n]*|[ \t]*#[^\n]*|[ \t]*)\n"
_FRONT = re.compile(rf"\s*---[ \t]*\n((?:{_LINE}){{1,40}})---[ \t]*(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Front:
    """A text without its front matter, what that states, and what of it was left out."""

    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


def front_matter(text: str) -> Front:
    """Lines such as "force: kent" between two lines of three dashes, at the top of a text file.

    Between dashes that hold none of the names that are read, the text is as it was.
    """
    match = _FRONT.match(text)
    lines = (
        [line.partition(":") for line in match[1].splitlines() if ":" in line and line.lstrip()[:1] != "#"]
        if match
        else []
    )
    fields = {name.strip().lower(): value.strip().strip("\"'").strip() for name, _, value in lines}
    if match is None or not fields.keys() & set(_NAMES):
        return Front(text)
    metadata, problems = stated(fields)
    if title := " ".join(fields.get("title", "").split()):
        metadata["title"] = title
    left = [LeftOut("front matter", problem) for problem in problems]
    if unknown := [name for name in fields if name not in _NAMES]:
        names = ", ".join(f"“{name}”" for name in unknown)
        left.append(LeftOut(f"front matter {names}", f"not among what is read there ({', '.join(_NAMES)})."))
    return Front(text[match.end() :], {**metadata, "said_in": "front matter"} if metadata else {}, tuple(left))
