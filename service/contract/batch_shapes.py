"""Several searches asked and answered at once."""

from typing import Annotated, Any

from pydantic import BeforeValidator, FailFast, Field, WrapValidator

from service.contract.requests import SearchRequest
from service.contract.responses import SearchResponse
from service.contract.shapes import Shape
from service.contract.values import Few, Request, refuse, refused_item

MAX_QUERIES = 100


class BatchQuery(SearchRequest):
    """One search of several, with filters of its own."""

    page_size: Few = Field(20, description="Hits on a page, fewer than a search by itself may have.")


def _not_too_many(queries: Any) -> Any:
    if not isinstance(queries, list) or not queries:
        raise refuse('queries is a list of one search or more, such as {"queries": [{"q": "missing children"}]}.')
    if len(queries) > MAX_QUERIES:
        raise refuse(f"There are {len(queries):,} queries: send {MAX_QUERIES} at most at a time.")
    return queries


class BatchRequest(Request):
    """Searches to answer together; where one of them cannot be asked, none is answered."""

    queries: Annotated[
        list[Annotated[BatchQuery, WrapValidator(refused_item(BatchQuery))]],
        FailFast(),
        BeforeValidator(_not_too_many),
    ] = Field(json_schema_extra={"minItems": 1, "maxItems": MAX_QUERIES})


class BatchResponse(Shape):
    """The answers, in the order of the queries, each as the search by itself gives it; all of one generation."""

    results: list[SearchResponse]
