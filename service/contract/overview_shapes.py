"""What is asked and answered about the collection as a whole: what there is, what is new, and the list of documents."""

from pydantic import Field

from service.contract.responses import FacetValue, HitDocument
from service.contract.shapes import Shape
from service.contract.values import UNKNOWN, KnownValues, Page, Request, Size, Years

DOCUMENT_FACETS = ("document_kind", "force", "year")


class DocumentsRequest(Request):
    """A page of the documents of the index, any of the values of a facet, and all of the facets."""

    document_kind: KnownValues = Field((), description=f'One of these, or "{UNKNOWN}".')
    force: KnownValues = Field((), description=f'Slug of a force, or "{UNKNOWN}".')
    year: Years = Field((), description=f'A year, or "{UNKNOWN}".')
    page: Page = Field(1, description="Which page.")
    page_size: Size = Field(50, description="Documents on a page.")

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values chosen of one facet."""
        return tuple(getattr(self, facet))


class DocumentsAnswer(Shape):
    """A page of documents, the newest first, with the total that choosing each value gives."""

    total: int
    page: int
    page_size: int
    results: list[HitDocument]
    facets: dict[str, list[FacetValue]]


class Overview(Shape):
    """What there is. Every number is the total of the list that it stands for.

    `results` are passages, those that say the same counted once, as a search without words lists them; `findings` are
    those of each kind of finding, `latest` those of findings of the latest year that has any. `lists` are the
    lists of the register.
    """

    documents: int
    kinds: list[FacetValue]
    years: list[FacetValue]
    forces: int
    results: int
    findings: list[FacetValue]
    latest: FacetValue | None
    records: int
    lists: list[FacetValue]
    heard: str | None
    newest: list[HitDocument]
