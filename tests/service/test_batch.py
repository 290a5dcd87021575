"""Several searches at once: each as by itself, in their order, and refused together with the place of the bad one."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from service.contract.batch_shapes import MAX_QUERIES

ADDRESS = "/api/v1/search/batch"
QUERIES = st.fixed_dictionaries(
    {"q": st.sampled_from(["missing children", "", "custody", "zzz", '"missing children"'])},
    optional={
        "force": st.lists(st.sampled_from(["essex", "kent", "unknown"]), max_size=2),
        "year": st.sampled_from([2018, "unknown"]),
        "sort": st.sampled_from(["relevance", "newest"]),
        "page_size": st.integers(1, 20),
    },
)


def ask(client: FlaskClient, queries: Any) -> Any:
    return client.post(ADDRESS, json={"queries": queries})


@given(st.lists(QUERIES, min_size=1, max_size=5))
@settings(max_examples=30)
def test_each_is_answered_as_by_itself_and_in_order(client: FlaskClient, queries: list[dict[str, Any]]) -> None:
    response = ask(client, queries)
    assert response.status_code == 200
    alone = [client.get("/api/v1/search", query_string=query).get_json() for query in queries]
    assert response.get_json()["results"] == alone


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"q": "custody", "force": "esex"}, "the nearest is essex"),
        ({"q": "custody", "page_size": 21}, "from 1 to 20"),
        ({"q": "custody", "year_from": 2019, "year_to": 2016}, "exchange them"),
        ({"q": "custody", "from": 2019}, "'from'"),
        ({"query": "custody"}, "'query'"),
        ({"q": "custody", "from": None}, "'from'"),
        ({"q": 7}, "give a text"),
        ("custody", "object"),
    ],
)
def test_one_that_cannot_be_asked_refuses_all_and_is_named(client: FlaskClient, bad: Any, why: str) -> None:
    response = ask(client, [{"q": "missing"}, {"q": "custody"}, bad])
    assert response.status_code == 400
    detail = response.get_json()["detail"]
    assert detail.startswith("queries[2] cannot be asked.")
    assert why in detail


@pytest.mark.parametrize("queries", [[], None, "custody", [{"q": ""}] * (MAX_QUERIES + 1)])
def test_how_many_there_may_be(client: FlaskClient, queries: Any) -> None:
    response = ask(client, queries)
    assert response.status_code == 400
    assert "queries" in response.get_json()["detail"]
    assert len(ask(client, [{"q": ""}] * MAX_QUERIES).get_json()["results"]) == MAX_QUERIES
