"""A mapping file beside a tracker says what its columns and words are, and goes before what is found."""

from pathlib import Path

import pytest
from rows import LIMITS, left, table

from corpus.model import CorpusError
from corpus.readers.folder import read_paths
from corpus.readers.formats import read_bytes
from corpus.readers.reading import Reading
from corpus.readers.worker import ReaderProcess

HEADER = ["Their words", "Ours", "RAG", "Notes"]
ROWS = [["The force should count lanterns.", "Lanterns should be lit at dusk.", "White", "Half of them."]]
MAPPING = 'recommendation = "Ours"\nupdate = "Their words"\nignore = ["notes"]\n[status_words]\nWhite = "complete"\n'


def read(mapping: str) -> Reading:
    return read_bytes(table(*ROWS, header=HEADER), "t.csv", LIMITS, mapping.encode())


def test_it_says_which_column_is_what_and_what_a_word_means() -> None:
    reading = read(MAPPING)
    (text,) = reading.texts
    assert "Recommendation\n\nLanterns should be lit at dusk." in text.text
    assert "Comments without a date\n\nThe force should count lanterns." in text.text
    assert (text.metadata["status"], text.metadata["status_word"]) == ("complete", "White")
    assert "mapping file" in left(reading)["column “Notes”"]
    assert ("Ours", "recommendation", "as the mapping file says") in reading.explained[0].columns
    assert ("White", "complete", "as the mapping file says") in reading.explained[0].statuses


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ('status = "Colour"', "names “Colour”, but its columns are “Their words”, “Ours”, “RAG”, “Notes”"),
        ('colour = "RAG"', "“colour” is nothing that a column may hold; that is force, number"),
        ("status = 3", "“status” must be the header of a column in quotes"),
        ('status = ["RAG", "Notes"]', "“status” can be one column only"),
        ('[status_words]\nWhite = "done"', "the status “White” is given as 'done'; write one of awaiting-review"),
        ("status = RAG", "t.columns.toml beside it that cannot be used: it is not valid TOML"),
    ],
)
def test_what_does_not_match_is_told(mapping: str, told: str) -> None:
    with pytest.raises(CorpusError) as error:
        read(mapping)
    assert told in str(error.value)


def test_it_lies_beside_the_tracker_and_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(table(*ROWS, header=HEADER))
    (tmp_path / "t.columns.toml").write_text(MAPPING, "utf-8")
    sources, skipped = read_paths([str(tmp_path)])
    assert [source.metadata["status"] for source in sources] == ["complete"]
    assert [entry.expected for entry in skipped if entry.path.endswith(".toml")] == [True]


def test_what_a_table_was_taken_for_comes_out_of_the_process_that_read_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(table(*ROWS, header=HEADER))
    (tmp_path / "t.columns.toml").write_text(MAPPING, "utf-8")
    with ReaderProcess(LIMITS) as reader:
        assert reader.read(tmp_path / "t.csv").reading == read(MAPPING)
