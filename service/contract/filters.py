"""What every list is narrowed by: the facets of passages, and the values chosen of them."""

from dataclasses import dataclass

UNKNOWN = "unknown"
FACETS = ("force", "document_kind", "finding", "theme", "status", "grade", "year")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to: any of the values of a facet, and all of the facets.

    `year` holds years as text or "unknown"; the range is inclusive and leaves out what has no year.
    """

    force: tuple[str, ...] = ()
    document_kind: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of one facet."""
        return tuple(getattr(self, facet))

    def any(self) -> bool:
        """Whether anything is narrowed at all."""
        return self != Filters()
