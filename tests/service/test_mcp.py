"""The MCP server as an assistant uses it, with the official client: over standard input and over HTTP."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner
from conftest import make_documents
from fakes import FakeCollection, FakeEncoder, document, fitted
from test_snapshot import model

from indexer.build import build
from indexer.theme_store import publish_model
from models.theme_model import ThemeModel
from service.assistant.assistant_tools import TOOLS
from service.assistant.mcp_server import mcp_server
from service.assistant.quotations import NOTHING
from service.cli import mcp_commands
from service.cli.main import main
from service.engine import Engine

mcp = pytest.importorskip("mcp")

__all__ = ["model"]  # a fixture

HERE = Path(__file__).parents[1]
KENT = "kent:8837/recommendation"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model: ThemeModel) -> Path:
    data = tmp_path_factory.mktemp("asked")
    calls = document("calls", ["Ring the lighthouse on 01632 960123."], date="2018")
    build(FakeCollection((*make_documents(), calls)), FakeEncoder(), data, inputs=["papers"], themes=model)
    publish_model(data, model, {})
    fitted(data)
    return data


def command(folder: Path, *more: str) -> list[str]:
    return [str(HERE / "fake_precedent.py"), "mcp", "--data", str(folder), *more]


def over_stdio(folder: Path) -> Any:
    paths = {"PYTHONPATH": f"{HERE.parent}:{HERE}", "OMP_NUM_THREADS": "1"}
    return mcp.StdioServerParameters(command=sys.executable, args=command(folder), env=paths)


@contextmanager
def over_http(folder: Path) -> Iterator[str]:
    """A server as a process; the address that it prints."""
    asked = [sys.executable, *command(folder, "--http", "--port", "0")]
    with subprocess.Popen(asked, cwd=HERE.parent, env={"PYTHONPATH": f".:{HERE}"}, stderr=subprocess.PIPE) as server:
        try:
            assert server.stderr is not None
            found = re.search(rb"http://\S+", server.stderr.readline())
            assert found is not None
            yield found[0].decode()
        finally:
            server.terminate()


def asked_of(server: Any, conversation: Callable[[Any], Awaitable[None]]) -> None:
    async def run() -> None:
        async with mcp.Client(server) as client:
            await conversation(client)

    asyncio.run(asyncio.wait_for(run(), 1_200))


async def quotes_and_says_none(client: Any) -> None:
    """From a search to its finding to what is like it; nothing where nothing answers; a bad argument is told."""
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == ["search", "similar", "finding", "register", "tag"]
    found = await client.call_tool(
        "search", {"query": "all forces should review how missing children are recorded", "force": ["kent"]}
    )
    assert not found.is_error
    first = found.structured_content["results"][0]
    text = found.content[0].text
    assert first["text"] == "By March 2018, all forces should review how missing children are recorded."
    assert f'"{first["text"]}"' in text
    assert f"Citation: {first['citation']}" in text
    one = await client.call_tool("finding", {"finding_id": KENT})
    assert one.structured_content["standing"]["status"] == "complete, set 4 May 2018"
    assert {given["force"] for given in one.structured_content["finding"]["given"]} >= {"Essex Police", "Kent Police"}
    assert "Citation: " in one.content[0].text
    like = await client.call_tool("similar", {"text": first["text"]})
    assert {given["force"] for given in like.structured_content["own"]} >= {"Essex Police", "Kent Police"}
    assert all(result["citation"] for result in like.structured_content["results"])
    nothing = await client.call_tool("search", {"query": "zeppelin mooring quarterdeck"})
    assert (nothing.content[0].text, nothing.structured_content["results"]) == (NOTHING, [])
    bad = await client.call_tool("search", {"query": "custody", "force": ["esex"]})
    assert bad.is_error
    assert bad.content[0].text == "'esex' is not a value of force; the nearest is essex."


def test_over_standard_input(folder: Path) -> None:
    asked_of(over_stdio(folder), quotes_and_says_none)


def test_over_http(folder: Path) -> None:
    with over_http(folder) as address:
        asked_of(address, quotes_and_says_none)
        post = Request(address, b"{}", {"Host": "elsewhere.example", "Content-Type": "application/json"})
        with pytest.raises(OSError, match="421"):
            urlopen(post)


def ask(folder: Path, name: str, arguments: dict[str, Any]) -> Any:
    """One tool of a server in this process."""
    answers: list[Any] = []

    async def conversation(client: Any) -> None:
        answers.append(await client.call_tool(name, arguments))

    asked_of(mcp_server(Engine(folder, FakeEncoder())), conversation)
    return answers[0]


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("search", {}, "query is missing"),
        ("search", {"query": " \n"}, "query names nothing"),
        ("search", {"query": "custody", "limit": 21}, "limit is '21': give a whole number from 1 to 20."),
        ("search", {"query": "custody", "limit": "5"}, "limit"),
        ("search", {"query": "custody", "forces": ["kent"]}, "the nearest is force"),
        ("similar", {}, "one of them"),
        ("similar", {"finding_id": "nowhere"}, "do not invent"),
        ("finding", {"finding_id": "nowhere"}, "There is no finding 'nowhere' in this collection"),
        ("finding", {"finding_id": KENT, "as_of": "soon"}, "give a day"),
        ("register", {"status": ["finished"]}, "status"),
        ("tag", {"text": 5}, "give a text"),
    ],
)
def test_a_bad_argument_is_told_with_what_to_do(folder: Path, name: str, arguments: dict[str, Any], why: str) -> None:
    answer = ask(folder, name, arguments)
    assert answer.is_error
    assert why in answer.content[0].text


def test_the_register_and_a_day_in_the_past(folder: Path) -> None:
    answer = ask(folder, "register", {"force": ["kent"]}).structured_content
    (row,) = answer["results"]
    assert row["citation"] == "kent:8837, November 2017, register number 8837, recommendation 8837"
    then = ask(folder, "register", {"force": ["kent"], "as_of": "2018-02"}).structured_content["results"][0]
    assert (row["given"][0]["closed"], then["given"][0]["closed"]) == (True, False)
    none = ask(folder, "register", {"force": ["kent"], "year": ["1999"]})
    assert none.content[0].text == NOTHING


def test_similar_findings_are_counted_beyond_those_that_are_told(folder: Path) -> None:
    """And whoever was given one is told with the document that says so."""
    text = "The force should review how children are recorded."
    every = ask(folder, "similar", {"text": text, "limit": 20}).structured_content
    first = ask(folder, "similar", {"text": text, "limit": 1})
    assert every["total"] == len(every["results"]) > 1
    assert first.structured_content["results"] == every["results"][:1]
    assert first.structured_content["total"] == every["total"]
    assert f"1 of {every['total']} findings." in first.content[0].text
    for given in first.structured_content["results"][0]["given"][:5]:
        assert f"{given['force']} ({given['document']}" in first.content[0].text


def test_themes_come_with_their_sentences_and_their_model(folder: Path) -> None:
    answer = ask(folder, "tag", {"text": "Plans are clear. Custody cells were cold."})
    (theme,) = answer.structured_content["themes"]
    assert (theme["theme"], theme["sentences"]) == ("custody", ["Custody cells were cold."])
    assert "Citation: theme model" in answer.content[0].text
    none = ask(folder, "tag", {"text": "Plans are clear."})
    assert none.structured_content["themes"] == []
    assert "do not invent" in none.content[0].text


def test_contact_details_are_dots(folder: Path) -> None:
    answer = ask(folder, "search", {"query": "ring the lighthouse"})
    assert "lighthouse" in answer.content[0].text
    assert "960123" not in str(answer)


def test_tools_are_described_with_the_values_of_the_index_and_no_names(folder: Path) -> None:
    async def conversation(client: Any) -> None:
        for tool, own in zip((await client.list_tools()).tools, TOOLS, strict=True):
            assert tool.annotations.read_only_hint
            assert set(tool.input_schema["properties"]) == {
                field.alias or name for name, field in own.request.model_fields.items()
            }
            for field, schema in tool.input_schema["properties"].items():
                assert "anyOf" not in schema, field
                if field == "force":
                    assert "kent" in schema["items"]["enum"]
                if field == "owner":
                    assert schema["items"] == {"type": "string"}

    asked_of(mcp_server(Engine(folder, FakeEncoder())), conversation)


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    answer = ask(tmp_path, "search", {"query": "custody"})
    assert answer.is_error
    assert "precedent build" in answer.content[0].text


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_commands, "find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["mcp"])
    assert result.exit_code == 2
    assert "precedent[mcp]" in result.output
