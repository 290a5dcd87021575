"""Words and addresses for what a search offers: filters, and lists of the register."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import url_for

from service.contract.responses import SearchResponse
from service.memory.snapshot import Snapshot


def in_register_words(now: Snapshot, response: SearchResponse) -> tuple[str, str] | None:
    """The list of the register that a query speaks of: words for it, and its address."""
    offer = response.in_register
    if offer is None:
        return None
    words = "; ".join(values_words(now, name, values) for name, values in offer.filters.items())
    return words, register_address(offer.filters)


def register_address(filters: Mapping[str, Sequence[str]]) -> str:
    """The address of the register with these filters."""
    return url_for("register_pages.register_page") + "?" + urlencode(filters, doseq=True)


def values_words(now: Snapshot, facet: str, values: Sequence[str]) -> str:
    """Values of a facet, any of which counts: "Awaiting review, being progressed or not known"."""
    words = [now.value_label(facet, value) for value in values]
    if facet not in ("force", "owner"):
        words = [words[0], *(word[:1].lower() + word[1:] for word in words[1:])]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
