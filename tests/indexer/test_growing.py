"""A collection that grows: what is added to its inputs, taken out of them, and what a build would drop."""

from pathlib import Path

import pytest
from fakes import FakeCollection, FakeEncoder, document

from indexer.build import build
from indexer.growing import Indexed, added, dropped, indexed, removed, within
from indexer.manifest import GenerationError, Inputs


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with papers/a.txt, papers/sub/b.txt and more/c.txt, where commands are run."""
    for name in ("papers/a.txt", "papers/sub/b.txt", "more/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("A text.", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def known(home: Path, *names: str) -> Indexed:
    return Indexed(names[0], "A title", tuple(str(home / name) for name in names))


def test_what_is_added_stands_beside_what_was_there(home: Path) -> None:
    assert added(Inputs(("papers",), (), True), ["more"]) == Inputs(("papers", "more"), (), True)


def test_what_is_part_already_is_not_added_twice(home: Path) -> None:
    last = Inputs(("papers",))
    assert added(last, ["papers", "papers/a.txt", str(home / "papers/sub")]) == last


def test_what_was_taken_out_comes_back_when_it_is_added(home: Path) -> None:
    last = Inputs(("papers",), ("papers/a.txt", "papers/sub/b.txt"))
    assert added(last, ["papers/sub"]) == Inputs(("papers",), ("papers/a.txt",))
    assert added(last, ["papers"]).without == ()


def test_an_input_is_taken_out_whole_and_forgets_what_was_out_of_it(home: Path) -> None:
    last = Inputs(("papers", "more"), ("papers/a.txt",))
    assert removed(last, ["papers/"], []) == Inputs(("more",))
    assert removed(last, ["."], []) == Inputs(())


def test_a_file_inside_an_input_is_kept_out(home: Path) -> None:
    last = Inputs(("papers",))
    once = removed(last, ["papers/a.txt"], [])
    assert once == Inputs(("papers",), ("papers/a.txt",))
    assert removed(once, ["papers/a.txt"], []) == once


def test_a_file_that_is_gone_can_be_taken_out_if_something_of_it_is_indexed(home: Path) -> None:
    gone = known(home, "papers/gone.txt")
    assert removed(Inputs(("papers",)), ["papers/gone.txt"], [gone]).without == ("papers/gone.txt",)
    with pytest.raises(GenerationError, match="no part of the collection"):
        removed(Inputs(("papers",)), ["papers/gone.txt"], [])


@pytest.mark.parametrize("path", ["more", "nowhere", "more/c.txt"])
def test_what_is_no_part_is_refused_with_what_is(home: Path, path: str) -> None:
    with pytest.raises(GenerationError, match=f"{path} is no part .* built from papers"):
        removed(Inputs(("papers",)), [path], [known(home, "papers/a.txt")])


def test_a_document_of_two_files_goes_only_with_both(home: Path) -> None:
    both = known(home, "papers/a.txt", "more/c.txt")
    assert list(within([both], ["papers"])) == []
    assert list(within([both], ["papers", "more"])) == [both]
    assert list(dropped([both], ["more"])) == []
    assert list(dropped([both], ["papers/sub"])) == [both]


def test_documents_are_found_from_any_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert indexed(home / "data") == []
    made = document("a.txt", ["A text."], source="papers/a.txt", other_sources=("more/c.txt",), title="Lamps")
    build(FakeCollection((made,)), FakeEncoder(), home / "data", inputs=["papers"])
    (home / "elsewhere").mkdir()
    monkeypatch.chdir(home / "elsewhere")
    found = indexed(home / "data")
    assert found == [Indexed("a.txt", "Lamps", (str(home / "papers/a.txt"), str(home / "more/c.txt")))]
    (home / "data" / "CURRENT").write_text("gone", "utf-8")
    assert indexed(home / "data") == []
