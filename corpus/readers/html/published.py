"""The day on which a web page says that it was published."""

import json
import re
from collections.abc import Iterator
from datetime import date

from selectolax.lexbor import LexborHTMLParser

_NAMES = frozenset(
    ("article:published_time", "dc.date.issued", "dcterms.issued", "dcterms.date.issued", "datepublished")
)
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_LONGEST = 200_000  # characters of data for search engines
_WHOLE_SITES = frozenset(("WebSite", "Organization", "GovernmentOrganization", "BreadcrumbList"))


def date_of(tree: LexborHTMLParser) -> str | None:
    """The day as ISO 8601, from meta data, a marked time or data for search engines; a day of change is none."""
    for stated in (*_stated(tree), *_linked_data(tree)):
        day = _DAY.match(stated)
        if day:
            try:
                return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
            except ValueError:
                continue
    return None


def _stated(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("meta, time[itemprop]"):
        given = node.attributes
        names = (given.get("property"), given.get("name"), given.get("itemprop"))
        if any(name and name.lower() in _NAMES for name in names):
            yield given.get("content") or given.get("datetime") or ""


def _linked_data(tree: LexborHTMLParser) -> Iterator[str]:
    """Days of publication in JSON-LD, those of the page before those of its parts."""
    for node in tree.css("script[type='application/ld+json']"):
        text = node.text()
        try:
            level = [json.loads(text)] if len(text) <= _LONGEST else []
        except (ValueError, RecursionError):
            continue
        while level:
            inner: list[object] = []
            for value in level:
                if isinstance(value, dict) and value.get("@type") not in _WHOLE_SITES:
                    if isinstance(stated := value.get("datePublished"), str):
                        yield stated
                    inner += value.values()
                elif isinstance(value, list):
                    inner += value
            level = inner
