"""What the parts of the register are called: its facets, the columns of its table, and what was asked of it."""

from collections.abc import Callable, Iterator

from service.contract.labels import date_words
from service.contract.requests import REGISTER_FACETS, RegisterListRequest

Words = Callable[[str, str], str]
"""A value of a facet as people read it, by the facet and the value."""

REGISTER_TITLES = {
    "list": "To look into",
    "status": "Status",
    "theme": "Theme",
    "force": "Force",
    "owner": "Owner",
    "signal": "What comments say",
    "year": "Year published",
}
COLUMN_TITLES = {
    "number": "Number",
    "force": "Force",
    "published": "Published",
    "document": "Document",
    "asks": "What it asks for",
    "status": "Status",
    "status_date": "Status set",
    "deadline": "Deadline",
    "days_open": "Days open",
    "owner": "Owner",
    "signal": "Comments say",
    "attention": "To look into",
    "last_comment": "Last comment",
    "themes": "Themes",
    "heard": "Source last heard",
}
ORDINARY = ("number", "force", "asks", "status", "deadline", "owner", "last_comment", "themes", "attention")
DATES = frozenset(("published", "status_date", "deadline", "last_comment", "heard"))
_WAYS = {
    "number": ("the lowest first", "the highest first"),
    "days_open": ("the fewest first", "the most first"),
    "attention": ("by kind", "by kind, from the last"),
}
FORCE_TITLES = {
    "name": "Force",
    "documents": "Documents",
    "records": "Records",
    "open": "Open",
    "overdue": "Overdue",
    "no_status": "No status",
    "closed": "Closed",
}


def asked_words(asked: RegisterListRequest, words: Words) -> Iterator[tuple[str, str]]:
    """What was asked of the register, each part with its title."""
    yield "As of", date_words(asked.as_of.isoformat()) if asked.as_of else "the day each source was last heard of"
    if asked.words:
        yield "All of these words", asked.text.strip()
    for name in REGISTER_FACETS:
        if chosen := asked.chosen(name):
            yield REGISTER_TITLES[name], " or ".join(words(name, value) for value in chosen)
    yield "In order of", order_words(asked.sort)


def order_words(sort: str) -> str:
    """An order of the table: "Owner, A to Z", "Published, the latest first"."""
    name = sort.removeprefix("-")
    ways = ("the earliest first", "the latest first") if name in DATES else _WAYS.get(name, ("A to Z", "Z to A"))
    return f"{COLUMN_TITLES[name]}, {ways[sort.startswith('-')]}"
