"""The parameters of a search, checked: from names and texts, however they came, to a SearchRequest."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from corpus.model import STATUSES, DocumentKind, PassageKind
from service.columns import FACETS, UNKNOWN, Filters
from service.engine import Engine, SearchRequest, Sort
from service.question import MAX_LENGTH

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

Values = Mapping[str, Sequence[str]]


class RequestError(Exception):
    """A request that cannot be answered; the message says which part of it, and what it may be."""


def parse_search(parameters: Values, engine: Engine, names: Sequence[str] = NAMES) -> SearchRequest:
    """The search that the parameters, of these `names`, ask for. Raises RequestError for the first unusable one."""
    check_names(parameters, names)
    for name in SINGLE:
        if len(parameters.get(name, ())) > 1:
            raise RequestError(f"{name} is given {len(parameters[name])} times: give it once.")
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


def check_names(parameters: Values, known: Iterable[str]) -> None:
    """Raises RequestError for a parameter that is not known, naming the nearest that is."""
    names = tuple(known)
    for name in parameters:
        if not names:
            raise RequestError(f"{_short(name)} is not a parameter here: this address takes none.")
        if name not in names:
            raise RequestError(f"{_short(name)} is not a parameter here{_hint(name, names)}.")


def _filters(parameters: Values, engine: Engine) -> Filters:
    if parameters.get("theme"):
        raise RequestError("This index has no themes to filter by: leave theme out.")
    chosen = {name: tuple(dict.fromkeys(parameters.get(name, ()))) for name in FACETS if name != "theme"}
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
