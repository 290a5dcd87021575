"""The parameters of a search, checked: from names and texts, however they came, to a SearchRequest."""

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from corpus.dates import iso_date, last_day
from corpus.errors import PrecedentError
from corpus.model import STATUSES, DocumentKind, PassageKind
from service.answers.register import REGISTER_FACETS, REGISTER_VALUES, RegisterRequest
from service.answers.similar import MAX_TEXT, SimilarRequest
from service.contract.filters import FACETS, UNKNOWN, Filters
from service.engine import Engine, SearchRequest, Sort
from service.query.question import MAX_LENGTH

MAX_PAGE_SIZE = 100
SORTS: tuple[Sort, ...] = get_args(Sort)
GRADES = ("outstanding", "good", "adequate", "requires improvement", "inadequate", "excellent", "fair", "poor")
FIXED: dict[str, tuple[str, ...]] = {
    "document_kind": get_args(DocumentKind),
    "finding": get_args(PassageKind),
    "status": STATUSES,
    "grade": GRADES,
}
SINGLE = ("q", "year_from", "year_to", "sort", "expand", "explain", "page", "page_size")
NAMES = (*SINGLE, *FACETS)
# A whole list of hits has no pages.
LISTED = tuple(name for name in NAMES if name not in ("page", "page_size"))

SIMILAR_NAMES = ("text", "passage_id", "finding_id", *FACETS, "year_from", "year_to", "same_force", "as_of", "limit")
REGISTER_NAMES = (*REGISTER_FACETS, "as_of", "page", "page_size")

Values = Mapping[str, Sequence[str]]


class RequestError(PrecedentError):
    """A request that cannot be answered; the message says which part of it, and what it may be."""


def parse_search(parameters: Values, engine: Engine, names: Sequence[str] = NAMES) -> SearchRequest:
    """The search that the parameters, of these `names`, ask for. Raises RequestError for the first unusable one."""
    check_names(parameters, names)
    _once(parameters, SINGLE)
    query = _one(parameters, "q", "")
    if len(query) > MAX_LENGTH:
        raise RequestError(
            f"The query has {len(query)} characters: shorten it to at most {MAX_LENGTH}, "
            "for instance to the sentence that matters."
        )
    sort = _choice("sort", _one(parameters, "sort", SORTS[0]), SORTS)
    return SearchRequest(
        query=query,
        filters=_filters(parameters, engine),
        sort="newest" if sort == "newest" else "relevance",
        page=_whole(_one(parameters, "page", "1"), "page", 1, 1_000_000),
        page_size=_whole(_one(parameters, "page_size", "20"), "page_size", 1, MAX_PAGE_SIZE),
        expand=_flag(parameters, "expand", "true"),
        explain=_flag(parameters, "explain", "false"),
    )


def parse_similar(parameters: Values, engine: Engine) -> SimilarRequest:
    """What similar findings are asked for. Raises RequestError for the first part that cannot be used."""
    check_names(parameters, SIMILAR_NAMES)
    _once(parameters, [name for name in SIMILAR_NAMES if name not in FACETS])
    given = [name for name in ("text", "passage_id", "finding_id") if parameters.get(name)]
    if len(given) != 1:
        raise RequestError("Say what to find the like of: give text, or passage_id, or finding_id, one of them.")
    text = _one(parameters, "text", "")
    if given == ["text"] and not text.strip():
        raise RequestError("The text is empty: give the text of a recommendation or another finding.")
    if len(text) > MAX_TEXT:
        raise RequestError(
            f"The text has {len(text):,} characters: shorten it to at most {MAX_TEXT:,}, for instance to what is "
            "recommended."
        )
    return SimilarRequest(
        text=text,
        passage=_one(parameters, "passage_id", "") or None,
        finding=_one(parameters, "finding_id", "") or None,
        filters=_filters(parameters, engine),
        same_force=_flag(parameters, "same_force", "false"),
        as_of=parse_day(parameters),
        limit=_whole(_one(parameters, "limit", "20"), "limit", 1, MAX_PAGE_SIZE),
    )


def parse_register(parameters: Values, engine: Engine, names: Sequence[str] = REGISTER_NAMES) -> RegisterRequest:
    """Which records are asked for. Raises RequestError for the first part that cannot be used."""
    check_names(parameters, names)
    _once(parameters, ("as_of", "page", "page_size"))
    chosen = {name: tuple(dict.fromkeys(parameters.get(name, ()))) for name in REGISTER_FACETS}
    known = {**REGISTER_VALUES, "force": _known("force", engine), "status": _known("status", engine)}
    for name, values in chosen.items():
        for value in values:
            if name == "year" and value != UNKNOWN:
                _whole(value, "year", 1, 9999, f', or "{UNKNOWN}"')
            elif name != "year":
                _choice(name, value, known[name])
    return RegisterRequest(
        chosen=chosen,
        as_of=parse_day(parameters),
        page=_whole(_one(parameters, "page", "1"), "page", 1, 1_000_000),
        page_size=_whole(_one(parameters, "page_size", "50"), "page_size", 1, MAX_PAGE_SIZE),
    )


def parse_day(parameters: Values) -> datetime.date | None:
    """The day of `as_of`, which may be a month or a year and then is its last day."""
    _once(parameters, ["as_of"])
    text = _one(parameters, "as_of", "").strip()
    if not text:
        return None
    date = iso_date(text)
    if date is None:
        raise RequestError(f"as_of is {_short(text)}: give a day as 2019-01-31, or a month or a year.")
    return last_day(date)


def fields(body: object, names: Sequence[str]) -> Values:
    """The fields of a JSON object as parameters. Raises RequestError where they cannot be."""
    if not isinstance(body, dict):
        raise RequestError(f"Send one JSON object, with some of {', '.join(names)}.")
    found: dict[str, list[str]] = {}
    for name, value in body.items():
        values = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(one, str | int | bool) for one in values):
            raise RequestError(f"{_short(name)} is neither a text, a number, true or false, nor a list of texts.")
        found[name] = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
    return found


def _once(parameters: Values, names: Iterable[str]) -> None:
    for name in names:
        if len(parameters.get(name, ())) > 1:
            raise RequestError(f"{name} is given {len(parameters[name])} times: give it once.")


def check_names(parameters: Values, known: Iterable[str]) -> None:
    """Raises RequestError for a parameter that is not known, naming the nearest that is."""
    names = tuple(known)
    for name in parameters:
        if not names:
            raise RequestError(f"{_short(name)} is not a parameter here: this address takes none.")
        if name not in names:
            raise RequestError(f"{_short(name)} is not a parameter here{_hint(name, names)}.")


def _filters(parameters: Values, engine: Engine) -> Filters:
    chosen = {name: tuple(dict.fromkeys(parameters.get(name, ()))) for name in FACETS}
    for name, values in chosen.items():
        if values and name != "year":
            known = _known(name, engine)
            for value in values:
                _choice(name, value, known)
    first, last = (_year(parameters, name) for name in ("year_from", "year_to"))
    if first is not None and last is not None and first > last:
        raise RequestError(f"year_from {first} is later than year_to {last}: exchange them.")
    chosen["year"] = tuple(
        value if value == UNKNOWN else str(_whole(value, "year", 1, 9999, f', or "{UNKNOWN}"'))
        for value in chosen["year"]
    )
    return Filters(**chosen, year_from=first, year_to=last)


def _known(name: str, engine: Engine) -> Sequence[str]:
    return sorted({*FIXED.get(name, ()), *engine.values(name), UNKNOWN})


def _year(parameters: Values, name: str) -> int | None:
    text = _one(parameters, name, "")
    return None if name not in parameters else _whole(text, name, 1, 9999)


def _one(parameters: Values, name: str, default: str) -> str:
    values = parameters.get(name, ())
    return values[0] if values else default


def _choice(name: str, value: str, known: Sequence[str]) -> str:
    if value in known:
        return value
    raise RequestError(f"{_short(value)} is not a value of {name}{_hint(value, known)}.")


def _flag(parameters: Values, name: str, default: Literal["true", "false"]) -> bool:
    return _choice(name, _one(parameters, name, default), ("true", "false")) == "true"


def _whole(text: str, name: str, low: int, high: int, besides: str = "") -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text) or not low <= int(text) <= high:
        raise RequestError(f"{name} is {_short(text)}: give a whole number from {low} to {high}{besides}.")
    return int(text)


def _hint(value: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(value[:100].lower(), known, n=1, cutoff=0.5)
    guess = f"; the nearest is {near[0]}" if near else ""
    return guess if near and len(known) > 20 else f"{guess}; it can be {', '.join(known)}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
