"""What one request sees from its beginning to its end: one generation, with the corrections of one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.contract.contacts import Answer, masked
from service.contract.labels import forces_words, label
from service.contract.requests import FIXED
from service.contract.values import UNKNOWN
from service.memory.opened import Opened
from service.state.corrections import Corrected

if TYPE_CHECKING:
    from corpus.forces import Forces
    from models.encoder import Encoder


def _force_words(forces: "Forces", slug: str) -> str:
    """The name of a force; of one that only a person has named, which is in no list, its slug in words."""
    known = forces.label(slug)
    return known if known != slug else " ".join(word[:1].upper() + word[1:] for word in slug.split("-"))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Taken once a request and handed down; nothing below asks what is current. Safe to share between threads.

    `held` has its themes as `corrected`; `forces` are the names that forces are known by; `masks` tells whether
    people's contact details are left out of what is shown.
    """

    held: Opened
    corrected: Corrected
    forces: "Forces"
    encoder: "Encoder"
    masks: bool

    def force_label(self, slug: str) -> str:
        """The name of a force to show."""
        return _force_words(self.forces, slug)

    def forces_label(self, slugs: Sequence[str]) -> str:
        """The forces that a document is about, to show."""
        return forces_words([self.force_label(slug) for slug in slugs])

    def value_label(self, facet: str, value: str) -> str:
        """A facet's value as people read it."""
        if facet == "theme":
            return self.held.tags.label(value)
        if facet == "owner" and value != UNKNOWN:
            return value  # as printed
        return self.force_label(value) if facet == "force" and value != UNKNOWN else label(value)

    def known(self, field: str) -> Sequence[str]:
        """The values that a field of a request may have: those that are fixed, and those that the index holds."""
        fixed = FIXED.get(field, ())
        found = set(fixed)
        if field in self.held.columns.facets:
            found |= {*self.held.columns.facets[field].values, UNKNOWN}
        if field == "theme" and self.held.tags.model:
            found |= set(self.held.tags.model.taxonomy.keys)
        if field == "status":  # of a day in the past too
            found |= {*self.held.register.statuses}
        if field == "owner":
            found |= {*self.held.register.owners, UNKNOWN}
        if field == "force":
            found |= {force.slug for force in self.forces.all}
        return [*fixed, *sorted(found - set(fixed))]

    def shown(self, answer: Answer) -> Answer:
        """An answer as it is shown: without people's contact details, unless they are wanted."""
        return masked(answer) if self.masks else answer
