"""JSON Lines: one document a line, in the layout of a BEIR corpus."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.model import CorpusError
from corpus.readers.front_matter import stated
from corpus.readers.plain import decode
from corpus.readers.reading import LeftOut, Limits, Reading, Text

_READ = ("_id", "id", "title", "text", "force", "date", "kind", "url")
_NEEDED = 'each line is one JSON object such as {"_id": "a1", "title": "Lamps", "text": "Every lamp is lit."}'


class _BadLineError(Exception):
    """Why a line is no document."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A document, why fields of it were left out, and the names of fields that are not read."""

    text: Text
    problems: tuple[str, ...]
    unknown: frozenset[str]


def read_jsonl(raw: bytes, limits: Limits) -> Reading:
    """One text for each line that has `_id` (or `id`) and `text`; `title` and what else is stated go with it.

    Where there is no text, the title is all of it.

    Every line that cannot be read is left out by its number. Raises CorpusError where none can.
    """
    texts: dict[str, Text] = {}
    left: list[LeftOut] = []
    unknown: dict[str, int] = {}
    for number, line in enumerate(_lines(raw), start=1):
        if not line.strip():
            continue
        try:
            found = _document(line)
            if found.text.name in texts:
                raise _BadLineError(f"has the same _id as an earlier line, “{found.text.name[:60]}”; give it its own")
        except _BadLineError as error:
            left.append(LeftOut(f"line {number}", f"{error}."))
            continue
        texts[found.text.name] = found.text
        left += [LeftOut(f"line {number}", problem) for problem in found.problems]
        for name in found.unknown:
            unknown.setdefault(name[:60], number)
    if not texts:
        first = f" Its {left[0].where} {left[0].reason}" if left else ""
        raise CorpusError(f"has no line that can be read: {_NEEDED}.{first}")
    left += _unread(unknown)
    return Reading(tuple(texts.values()), tuple(left))


def _lines(raw: bytes) -> Iterator[bytes]:
    """The lines as UTF-8; a file in UTF-16 says so by its mark."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = decode(raw).encode("utf-8", "replace")
    yield from raw.removeprefix(b"\xef\xbb\xbf").splitlines()


def _document(line: bytes) -> _Line:
    """The document in one line. Raises _BadLineError, with a reason that continues "line 14 …"."""
    fields = _fields(line)
    name = fields.get("_id", fields.get("id"))
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name.strip():
        raise _BadLineError("has no _id; give each line one of its own")
    text, title = fields.get("text"), fields.get("title") or ""
    if not isinstance(title, str):
        raise _BadLineError("has a title that is no text; put it into quotation marks")
    title = " ".join(title.split())
    if text is None or (isinstance(text, str) and not text.strip()):
        text = title  # many collections know a paper by its title alone
    if not isinstance(text, str) or not text.strip():
        raise _BadLineError("has no text")
    metadata, problems = stated(fields)
    if title:
        metadata["title"] = title
    unknown = frozenset(fields).difference(_READ)
    return _Line(Text(_whole(title, text), metadata=metadata, name=name.strip()), tuple(problems), unknown)


def _whole(title: str, text: str) -> str:
    """The text under its title, unless it begins with it; with plain line ends, as a text file has them."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    opening = " ".join(plain[: 2 * len(title) + 100].split())
    return plain if opening.startswith(title) else f"{title}\n\n{plain}"


def _fields(line: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise _BadLineError("is not UTF-8 text; save the file as UTF-8") from error
    except RecursionError as error:
        raise _BadLineError("holds lists or objects too deep inside one another") from error
    except json.JSONDecodeError as error:
        raise _BadLineError(f"is not JSON ({error.msg}, at character {error.colno})") from error
    except ValueError as error:
        raise _BadLineError("holds a number that cannot be read (NaN, infinite, or of too many digits)") from error
    if not isinstance(fields, dict):
        raise _BadLineError("is JSON but no object with _id and text")
    return fields


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unread(unknown: Mapping[str, int]) -> list[LeftOut]:
    if not unknown:
        return []
    names = ", ".join(f"“{name}”" for name in list(unknown)[:10])
    more = f" and {len(unknown) - 10} more" if len(unknown) > 10 else ""
    word = "field" if len(unknown) == 1 else "fields"
    return [LeftOut(f"{word} {names}{more}", f"not among those that are read ({', '.join(_READ)}).")]
