"""Where Milvus is said to be, and what is said where it cannot be asked there."""

import fcntl
import sys
from pathlib import Path

import pytest

from indexer.milvus import Link, MilvusError, parse_address
from indexer.milvus_rows import current_mark


def test_addresses(tmp_path: Path) -> None:
    assert parse_address("milvus:/srv/index.db").file == Path("/srv/index.db")
    assert parse_address("milvus:./index.db").file == Path("index.db").absolute()
    served = parse_address("milvus:http://milvus.example:19530", "name:secret")
    assert (served.uri, served.file, served.token) == ("http://milvus.example:19530", None, "name:secret")
    assert "secret" not in repr(served)


@pytest.mark.parametrize(
    "text",
    ["index.db", "milvus:", "milvus:./index", "milvus:http://", "milvus:ftp://host:1", "milvus:http://host:port"],
)
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(MilvusError, match=r"An address|One is"):
        parse_address(text)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(MilvusError, match="token") as refused:
        parse_address("milvus:http://name:secret@host:19530")
    assert "secret" not in str(refused.value)


def test_without_the_client_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MilvusError, match=r"not installed.*requirements-milvus\.txt"):
        current_mark(Link(parse_address(f"milvus:{tmp_path}/a.db")), tmp_path)


def test_a_file_that_another_has_is_said(tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite")
    held = tmp_path / "held.db"
    held.mkdir()
    link = Link(parse_address(f"milvus:{held}"))
    with (held / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(MilvusError, match="One process can have it at a time"):
            current_mark(link, tmp_path)
    assert current_mark(link, tmp_path) is None
    link.close()
