"""What is written whole: it is there or what was before it is, at whatever step the writing stops."""

import os
import stat
from pathlib import Path

import pytest

from indexer import durable
from indexer.durable import put_in_place, unfinished, write_whole


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_file_is_replaced_by_the_whole_of_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    for content in ("Café.", "A lamp."):
        write_whole(path, content)
        assert path.read_text("utf-8") == content
    write_whole(path, b"\xff")
    assert path.read_bytes() == b"\xff"
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_may_read_other_files_may_read_these(tmp_path: Path) -> None:
    write_whole(tmp_path / "note.txt", "A lamp.")
    (tmp_path / "other.txt").write_text("A lamp.")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_file_is_on_disk_before_it_has_its_name_and_its_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "note.txt", []
    path.write_text("Before.")
    monkeypatch.setattr(durable, "sync", lambda synced: steps.append((synced.name[:14], path.read_text())))
    write_whole(path, "After.")
    assert steps == [(".tmp-note.txt-", "Before."), (tmp_path.name[:14], "After.")]


@pytest.mark.parametrize("step", ["sync", "replace"])
def test_a_file_stays_as_it_was_where_the_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "note.txt"
    write_whole(path, "Before.")
    monkeypatch.setattr(durable if step == "sync" else Path, step, stop)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "After.")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("note.txt", "Before.")]


def test_a_folder_that_is_not_finished_is_removed_and_one_that_a_kill_left_is_written_anew(tmp_path: Path) -> None:
    folder = tmp_path / "rooms" / ".tmp-hall"
    folder.mkdir(parents=True)
    (folder / "left.txt").write_text("Left by a killed process.")
    with unfinished(folder) as made:
        assert list(made.iterdir()) == []
    with pytest.raises(KeyboardInterrupt), unfinished(folder):
        stop()
    assert list(folder.parent.iterdir()) == []


def test_a_folder_is_on_disk_with_all_in_it_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, steps = tmp_path / "hall", []

    def note(path: Path) -> None:
        assert path.exists()
        steps.append((path.name, place.exists()))

    monkeypatch.setattr(durable, "sync", note)
    with unfinished(tmp_path / ".tmp-hall") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "lamp.txt").write_text("A lamp.")
        put_in_place(folder, place)
    before = {(name, False) for name in ("lamp.txt", "inner", ".tmp-hall")}
    assert set(steps[:-1]) == before
    assert steps[-1] == (tmp_path.name, True)
    assert (place / "inner" / "lamp.txt").read_text() == "A lamp."
    assert os.listdir(tmp_path) == ["hall"]
