"""The list of the register that a query speaks of: an offer beside the hits of a search."""

import datetime
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from service.answers.register_listing import listing
from service.contract.requests import REGISTER_FACETS, RegisterListRequest
from service.contract.responses import FacetValue, RegisterOffer
from service.contract.values import UNKNOWN
from service.memory.snapshot import Snapshot
from service.query.offers import register_filters
from service.query.owners_asked import asks_who


def in_register(seen: Snapshot, query: str) -> RegisterOffer | None:
    """The records that a query names by where they stand ("Kent not closed"), and how many there are.

    None where it does not speak of that, and where there is none.
    """
    held = {name: [*seen.known(name), UNKNOWN] for name in REGISTER_FACETS}
    filters = register_filters(query, seen.forces, held)
    if not filters:
        return None
    asked = RegisterListRequest(**{name: tuple(values) for name, values in filters.items()})
    total = int(listing(seen.held, asked).passing().sum())
    return RegisterOffer(filters=filters, total=total) if total else None


def owners_of(seen: Snapshot, query: str, ids: NDArray[np.int64]) -> list[FacetValue]:
    """Who answers for the findings of these passages, in their order, where a query asks who does."""
    if not asks_who(query):
        return []
    held = seen.held
    findings = dict.fromkeys(held.columns.finding[ids].tolist())
    items = held.register.items(number for number in findings if number)
    owned = Counter(owner for item in items if (owner := item.owner_on(datetime.date.max)))
    return [FacetValue(value=owner, label=owner, count=count) for owner, count in owned.items()]
