"""Files of judged queries, read and checked: a collection in the BEIR layout, or queries with what answers."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.metrics import Place
from service.contract.requests import FACETS
from service.contract.service_errors import RequestError
from service.contract.values import UNKNOWN

_QUERY = '{"_id": "q1", "text": "who keeps custody records"}'
_JUDGED = '{"query": "…", "type": "question", "gold": [{"source": "a.txt", "must": "its words", "grade": 2}]}'
_QUOTES = str.maketrans("’‘“”", "''\"\"")


class EvaluationError(RequestError):
    """Something that cannot be evaluated, saved or compared; the message says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hit must be to satisfy a gold entry: a file whose name begins so, a text that holds this (plain)."""

    source: str
    must: str


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A line of a file of judged queries; `places` and `wanted` are the two sides of its gold entries, none or more.

    `filters` are parameters of a search. `own` are the places of a finding itself whose like is looked for.
    """

    id: str
    query: str
    type: str
    filters: Mapping[str, Sequence[str]]
    places: tuple[Place, ...]
    wanted: tuple[Wanted, ...]
    own: tuple[Wanted, ...] = ()


def plain(text: str) -> str:
    """The form in which a text is looked for in another: curly quotes, white space and case aside."""
    return " ".join(text.translate(_QUOTES).split()).lower()


def read_bytes(path: Path) -> bytes:
    """What a file holds. Raises EvaluationError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read ({error.strerror}): give the path of a file that can.") from error


def read_texts(path: Path) -> dict[str, str]:
    """The text of each query of a BEIR `queries.jsonl`, by its id. Raises EvaluationError for a line that is none."""
    texts: dict[str, str] = {}
    for where, fields in _objects(path, _QUERY):
        name, text = _name(fields.get("_id")), fields.get("text")
        if name is None or not isinstance(text, str) or not text.strip():
            raise EvaluationError(f"{where} has no _id or no text: each line is one such as {_QUERY}.")
        if name in texts:
            raise EvaluationError(f"{where} has the _id of an earlier line, {name}: give each query one of its own.")
        texts[name] = text
    return texts


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Relevance by query and document, from lines of query, document, whole number, with tabs; a head row may stand.

    Raises EvaluationError for a line that is none, or that says something else than an earlier one.
    """
    judgements: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        fields = [field.strip() for field in line.split("\t")]
        sound = len(fields) == 3 and all(fields) and re.fullmatch(r"[+-]?[0-9]{1,9}", fields[2])
        if not sound:
            if number == 1 and len(fields) == 3 and re.fullmatch(r"[A-Za-z_ -]+", fields[2]):
                continue
            raise EvaluationError(
                f"Line {number} of {path} is no judgement: give query, document and relevance (a whole number), "
                "with tabs between them."
            )
        query, document, grade = fields[0], fields[1], int(fields[2])
        if judgements.setdefault(query, {}).setdefault(document, grade) != grade:
            raise EvaluationError(f"Line {number} of {path} contradicts an earlier one: judge each document once.")
    return judgements


def read_judged(path: Path) -> list[JudgedQuery]:
    """The queries of a file of judged places, in its order, known by their `id` or else by their number.

    Raises EvaluationError for a line that is none, for an id that stands twice, and where there is no query at all.
    """
    found: dict[str, JudgedQuery] = {}
    for number, (where, fields) in enumerate(_objects(path, _JUDGED), start=1):
        one = _judged(where, fields, str(number))
        if one.id in found:
            raise EvaluationError(f"{where} has the id of an earlier line, {one.id}: give each query one of its own.")
        found[one.id] = one
    if not found:
        raise EvaluationError(f"{path} holds no query: each line is one such as {_JUDGED}.")
    return list(found.values())


def _judged(where: str, fields: Mapping[str, Any], number: str) -> JudgedQuery:
    query, type_, gold = fields.get("query", fields.get("text")), fields.get("type") or "", fields.get("gold")
    if not isinstance(query, str) or not query.strip() or not isinstance(type_, str) or not isinstance(gold, list):
        raise EvaluationError(f"{where} has no query, or no list of gold entries: each line is one such as {_JUDGED}.")
    entries = [_gold(where, entry) for entry in gold]
    filters = fields.get("filters") or {}
    places, wanted = (tuple(side) for side in zip(*entries, strict=True)) if entries else ((), ())
    own = tuple(_wanted(where, entry) for entry in fields.get("self") or ())
    return JudgedQuery(_name(fields.get("id")) or number, query, type_, _filters(where, filters), places, wanted, own)


def _gold(where: str, entry: Any) -> tuple[Place, Wanted]:
    wanted, fields = _wanted(where, entry), entry if isinstance(entry, dict) else {}
    grade = fields.get("grade")
    if grade not in (1, 2):
        raise _no_gold(where)
    group = _name(fields.get("group")) or json.dumps([fields["source"], fields["must"]])
    return Place(group, int(grade)), wanted


def _wanted(where: str, entry: Any) -> Wanted:
    fields = entry if isinstance(entry, dict) else {}
    source, must = fields.get("source"), fields.get("must")
    if not (isinstance(source, str) and source and isinstance(must, str) and must.strip()):
        raise _no_gold(where)
    return Wanted(source, plain(must))


def _no_gold(where: str) -> EvaluationError:
    sample = _JUDGED[_JUDGED.index("[") + 1 : -2]
    return EvaluationError(f"{where} has a gold entry that is not such as {sample}, with grade 2 or 1.")


def _filters(where: str, filters: Any) -> dict[str, list[str]]:
    """Filters as parameters of a search; `year` is one that the documents must be of."""
    known = (*FACETS, "year_from", "year_to")
    if not isinstance(filters, dict) or not filters.keys() <= set(known):
        raise EvaluationError(f"{where} has filters that are not known: they can be {', '.join(known)}.")
    found: dict[str, list[str]] = {}
    for name, value in filters.items():
        values = [str(one) for one in (value if isinstance(value, list) else [value])]
        if name == "year" and len(values) == 1 and values[0] != UNKNOWN:
            found["year_from"] = found["year_to"] = values
        else:
            found[name] = [one.replace("-", "_") for one in values] if name == "finding" else values
    return found


def _objects(path: Path, sample: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each line's object, and the line's place in words."""
    for number, line in _lines(path):
        where = f"Line {number} of {path}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvaluationError(f"{where} is not JSON: each line is one object such as {sample}.") from error
        if not isinstance(fields, dict):
            raise EvaluationError(f"{where} is no object: each line is one such as {sample}.")
        yield where, fields


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that hold something, by their number from 1."""
    for number, line in enumerate(read_bytes(path).removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise EvaluationError(f"Line {number} of {path} is not UTF-8 text: save the file as UTF-8.") from error
        if text.strip():
            yield number, text


def _name(value: Any) -> str | None:
    """An id, which may be a whole number too; None where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip() or None if isinstance(value, str) else None
