"""What people state at the top of a text file is metadata of its document; what cannot be used is said."""

from pathlib import Path

import pytest

from corpus.readers import read_paths
from corpus.readers.formats import read_bytes
from corpus.readers.reading import Limits, Reading

LIMITS = Limits()
STATED = "---\nforce: kent\ndate: 2018-05-04\nkind: inspection_report\nTitle: 'Lamps: a count'\nurl: https://a.example/1\n---\n"


def read(source: str, name: str = "a.md") -> Reading:
    return read_bytes(source.encode(), name, LIMITS)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_is_metadata_and_no_text(name: str) -> None:
    (text,) = read(f"{STATED}\nLamps burn.\n", name).texts
    assert text.text.strip() == "Lamps burn."
    assert text.metadata == {
        "force": "kent", "date": "2018-05-04", "kind": "inspection_report", "title": "Lamps: a count",
        "url": "https://a.example/1", "said_in": "front matter",
    }  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "---\n\nLamps burn.\n\n---\n",
        "---\nauthor: Wick\n---\n",
        "---\nforce: kent\nLamps burn.\n---\n",
        "Lamps burn.\n---\nforce: kent\n---\n",
        "---\nforce: kent\n",
    ],
)
def test_lines_between_dashes_that_state_nothing_are_text(source: str) -> None:
    (text,) = read(source, "a.txt").texts
    assert (text.text, text.metadata) == (source, {})


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    reading = read("---\nforce: kent\nkind: letter\ndate: May\nauthor: Wick\n# a remark\n\n---\nLamps burn.\n")
    assert reading.texts[0].metadata == {"force": "kent", "said_in": "front matter"}
    said = {part.where: part.reason for part in reading.left_out}
    assert "not among what is read there (force, date, kind, url, title)" in said["front matter “author”"]
    assert [part.where for part in reading.left_out] == ["front matter", "front matter", "front matter “author”"]
    assert "write it as 2018-05-04" in reading.left_out[0].reason
    assert "one of inspection_report" in reading.left_out[1].reason
    (tmp_path / "a.md").write_text("---\nforce: kent\nauthor: Wick\n---\nLamps burn.\n", "utf-8")
    _, skipped = read_paths([str(tmp_path)])
    assert [entry.part for entry in skipped] == ["front matter “author”"]
