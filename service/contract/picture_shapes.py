"""What can be asked of counts and pictures, and the shapes of what is answered."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo

from service.contract.responses import Passage
from service.contract.shapes import Shape
from service.contract.values import Page, Request, chosen_of

Count = Literal["passages", "findings", "open"]
COUNTS: tuple[Count, ...] = get_args(Count)


def _one_of(value: Any, info: ValidationInfo) -> Any:
    return chosen_of(str(info.field_name), str(value), COUNTS)


class CountsRequest(Request):
    """What is counted for each theme."""

    count: Annotated[Count, BeforeValidator(_one_of)] = Field(
        "passages",
        description="Results of any kind, or findings (recommendations, areas for improvement, causes of concern), or"
        " those findings whose last recorded status does not close them.",
    )


class RegionRequest(Request):
    """A page of the passages of a region of the map."""

    page: Page = Field(1, description="Which page.")


class StatusYear(Shape):
    """The records of the register that were published in one year, by status, in the order of the statuses."""

    year: str
    counts: list[int]
    total: int


class StatusCounts(Shape):
    """Records of the register by year of publication and status; each stands in one year and has one status.

    `as_of` is the day asked about, else that of the newest entry of the collection.
    """

    as_of: str | None
    statuses: list[str]
    labels: list[str]
    years: list[StatusYear]
    totals: list[int]
    total: int


class MapRegion(Shape):
    """A region of the map: its number, the words that tell it, its place from 0 to 1, and how many results it has."""

    region: int
    words: list[str]
    x: float
    y: float
    count: int


class MapAnswer(Shape):
    """The map of the index by meaning; `drawn` is false where the index was built before there were maps.

    `total` counts all results, each in one region: that of its first place.
    """

    drawn: bool
    total: int
    regions: list[MapRegion]


class RegionAnswer(Shape):
    """A page of the results of a region, the newest first."""

    region: MapRegion
    page: int
    page_size: int
    results: list[Passage]
