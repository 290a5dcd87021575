"""CSV as files have it: delimiters, encodings, title rows, rows and quotation marks that are not as they should be."""

import pytest
from rows import HEADER, LIMITS, ONE, documents, left, row, table

from corpus.model import CorpusError
from corpus.readers.export.read_exports import read_csv


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings_read_alike(delimiter: str, encoding: str) -> None:
    made = table(ONE, delimiter=delimiter).decode().encode(encoding)
    assert read_csv(made, LIMITS) == read_csv(table(ONE), LIMITS)
    hinted = f"sep={delimiter}\r\n".encode() + table(ONE, delimiter=delimiter)
    assert read_csv(hinted, LIMITS) == read_csv(table(ONE), LIMITS)


def test_a_header_may_stand_below_a_title_and_come_again() -> None:
    plain = read_csv(table(ONE), LIMITS)
    titled = b"Tracker of recommendations,,,,,,,,\r\nas of May,,,,,,,,\r\n\r\n" + table(ONE, HEADER)
    (text,) = read_csv(titled, LIMITS).texts
    assert text.metadata["masthead"] == "Tracker of recommendations\nas of May"
    assert (text.text, text.metadata | {"masthead": ""}) == (
        plain.texts[0].text,
        plain.texts[0].metadata | {"masthead": ""},
    )


def test_rows_of_the_wrong_length_are_told() -> None:
    long, short = [*row(number="4472"), "and so on"], row(number="4473")[:5]
    found = read_csv(table(row(), long, short), LIMITS)
    assert [d.key for d in documents(found)] == ["kent/4471", "kent/4473"]
    assert "10 cells where the header has 9" in left(found)["row 3"]
    assert "shorter" in left(found)["row 4"]


GOOD = table(row(number="4472"), row(number="4473")).split(b"\r\n", 1)[1]


@pytest.mark.parametrize(
    "bad",
    [
        b'kent,4471,"Lanterns,2 March 2018,no end,,,,\r\n',
        b'kent,4471,"Lan"terns,2 March 2018,"no end,,,,\r\n',
        b'kent,4471,Lanterns,2 March 2018,"' + b"x" * 5_000_000 + b'",,,,\r\n',
        b"kent,4471,Lanterns,2 March 2018," + b"x" * 200_000 + b",,,,\r\n",
    ],
    ids=["unclosed", "stray", "5 MB", "long"],
)
def test_a_broken_row_costs_no_other(bad: bytes) -> None:
    for raw in (table() + bad + GOOD, table() + GOOD + bad):
        reading = read_csv(raw, LIMITS)
        assert [text.metadata["number"] for text in reading.texts] == ["4472", "4473"]
        ((where, reason),) = left(reading).items()
        assert where in ("row 2", "row 4")
        assert "quotation mark" in reason


def test_a_csv_of_nul_bytes_is_refused() -> None:
    with pytest.raises(CorpusError, match="not text"):
        read_csv(table(row()) + b"\0", LIMITS)


def test_a_csv_of_an_old_macintosh_has_its_line_ends_and_letters() -> None:
    comment = "Oil for the caf\u00e9 costs \u00a35,\vor more."
    made = table(row(date="4 May 2018", comment=comment)).decode().replace("\r\n", "\r").encode("mac_roman")
    (document,) = documents(read_csv(made, LIMITS))
    assert [event.text for event in document.events] == ["Oil for the caf\u00e9 costs \u00a35,\n\nor more."]
