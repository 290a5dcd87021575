"""JSON Lines: a document a line, and what is said of lines that are none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import ASK, FORCES, LIMITS, left

from corpus.model import CorpusError, Document, Source
from corpus.parsers.parse import parse
from corpus.readers.jsonl import read_jsonl
from corpus.readers.reading import Reading

GOOD = '{"_id": "a", "title": "Lamps", "text": "Every lamp is lit."}'


def read(*lines: str) -> Reading:
    return read_jsonl("\n".join(lines).encode(), LIMITS)


def document(**fields: str) -> Document:
    (text,) = read(json.dumps({"_id": "a", "text": "Every lamp is lit."} | fields)).texts
    return parse(Source("a.jsonl", f"a.jsonl/{text.name}", text.text, "0", metadata=text.metadata), FORCES)


def test_a_line_is_a_document_with_its_title_above_its_text() -> None:
    (text,) = read(GOOD).texts
    assert (text.name, text.text, text.metadata) == ("a", "Lamps\n\nEvery lamp is lit.", {"title": "Lamps"})


@pytest.mark.parametrize("title", ["", "Every lamp", "Every  lamp\nis lit."])
def test_a_title_with_which_the_text_begins_is_not_repeated(title: str) -> None:
    (text,) = read(json.dumps({"_id": "a", "title": title, "text": "Every lamp is lit."})).texts
    assert text.text == "Every lamp is lit."


def test_a_paper_known_by_its_title_alone_says_it() -> None:
    for line in ('{"_id": "b", "title": "Lamps"}', '{"_id": "b", "title": "Lamps", "text": " "}'):
        [text] = read(line).texts
        assert (text.text, text.metadata["title"]) == ("Lamps", "Lamps")
    assert [passage.text for passage in document(title="Lamps", text="").passages] == ["Lamps"]


def test_title_and_id_may_be_missing_or_called_id() -> None:
    reading = read('{"id": 7, "text": "Lit."}', '{"_id": "b", "id": 7, "title": null, "text": "Out."}')
    assert [(t.name, t.text) for t in reading.texts] == [("7", "Lit."), ("b", "Out.")]
    assert not reading.left_out


def test_what_a_line_states_is_what_its_document_is() -> None:
    stated = document(title="Lamps", force="Kent Police", date="2018-05", kind="other", url="https://lamps.example/1")
    assert (stated.title, stated.force, stated.date, stated.kind, stated.url) == (
        "Lamps",
        "kent",
        "2018-05",
        "other",
        "https://lamps.example/1",
    )
    assert stated.key == "a.jsonl/a"


@pytest.mark.parametrize("kind", ["inspection_report", "peel_assessment", "register_record", "other"])
def test_a_kind_that_is_stated_is_not_worked_out(kind: str) -> None:
    assert document(kind=kind).kind == kind


def test_a_record_of_the_register_is_read_as_one() -> None:
    record = document(text=f"Lanterns (4471)\n\n{ASK}\n\n[on]4 May 2018 [status]complete[/status][/on]", force="kent")
    assert (record.key, record.kind, record.findings[0].status) == ("kent/4471", "register_record", "complete")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", "31 February 2018"),
        ("date", 2018),
        ("kind", "memo"),
        ("kind", ["other"]),
        ("url", "javascript:alert(1)"),
        ("force", 7),
    ],
)
def test_a_statement_that_cannot_be_used_is_told_and_the_rest_kept(field: str, value: object) -> None:
    reading = read(json.dumps({"_id": "a", "text": "Every lamp is lit.", field: value}))
    assert field not in reading.texts[0].metadata
    assert f"states a {field}" in left(reading)["line 1"]


@pytest.mark.parametrize("stated", ["2018-05-04", "4 May 2018", "04/05/2018", "2018-05-04T10:00:00Z"])
def test_a_date_may_be_written_in_several_ways(stated: str) -> None:
    assert document(date=stated).date == "2018-05-04"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lamps", "is not JSON"),
        ('{"_id": "b", "text": "cut', "is not JSON"),
        ('["b"]', "no object"),
        ("null", "no object"),
        ('{"text": "Lit."}', "has no _id"),
        ('{"_id": " ", "text": "Lit."}', "has no _id"),
        ('{"_id": true, "text": "Lit."}', "has no _id"),
        ('{"_id": "b", "title": " "}', "has no text"),
        ('{"_id": "b", "text": " "}', "has no text"),
        ('{"_id": "b", "text": ["Lit."]}', "has no text"),
        ('{"_id": "b", "text": "Lit.", "title": 7}', "title"),
        ('{"_id": "a", "text": "Lit."}', "same _id"),
        ('{"_id": "b", "text": "Lit.", "x": NaN}', "number"),
        ('{"_id": "b", "text": "Lit.", "x": -Infinity}', "number"),
        ('{"_id": "b", "text": "Lit.", "x": ' + "9" * 5000 + "}", "number"),
        ("[" * 100_000, "too deep"),
        ('{"_id": "b", "text": "Lit.", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "too deep"),
        ('{"_id": "b", "text": "Lit\0"}', "is not JSON"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_costs_no_other(line: str, told: str) -> None:
    reading = read(GOOD, "", line, GOOD.replace('"a"', '"c"'))
    assert [text.name for text in reading.texts] == ["a", "c"]
    assert told in left(reading)["line 3"]
    assert len(reading.left_out) == 1


def test_a_line_that_is_no_utf_8_spoils_no_other() -> None:
    reading = read_jsonl('{"_id": "a", "text": "£4"}\n'.encode() + b'{"_id": "b", "text": "\xa34"}\n', LIMITS)
    assert [text.text for text in reading.texts] == ["£4"]
    assert "UTF-8" in left(reading)["line 2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_line_ends_read_alike(encoding: str) -> None:
    lines = f'{GOOD}\r\n{{"_id": "b", "text": "£4\\r\\nOut.\u2028Lit."}}\r\n'
    assert [text.text for text in read_jsonl(lines.encode(encoding), LIMITS).texts] == [
        "Lamps\n\nEvery lamp is lit.",
        "£4\nOut.\u2028Lit.",
    ]


def test_fields_that_are_not_read_are_told_once() -> None:
    line = '{"_id": "%s", "text": "Lit.", "metadata": {}, "rag": "red"}'
    reading = read(line % "a", line % "b")
    ((where, reason),) = left(reading).items()
    assert "“metadata”" in where
    assert "“rag”" in where
    assert "_id, id, title, text" in reason


@pytest.mark.parametrize("raw", [b"", b"\n\n", b'[\n  {"_id": "a"}\n]', b"lamps\n", b'{"_id": "a"}'])
def test_a_file_in_which_no_line_can_be_read_is_refused(raw: bytes) -> None:
    with pytest.raises(CorpusError, match="each line is one JSON object"):
        read_jsonl(raw, LIMITS)


@given(st.lists(st.tuples(st.text(min_size=1), st.text(), st.text(min_size=1)), max_size=5))
def test_every_text_comes_out_or_is_told(lines: list[tuple[str, str, str]]) -> None:
    made = [json.dumps({"_id": name, "title": title, "text": text}) for name, title, text in lines]
    reading = read(GOOD, *made)
    told = {int(where.split()[1]) for where in left(reading)}
    kept = [line for number, line in enumerate(lines, start=2) if number not in told]
    assert [text.name for text in reading.texts] == ["a", *(name.strip() for name, _, _ in kept)]
    for text, (_, title, body) in zip(reading.texts[1:], kept, strict=True):
        assert " ".join(body.split()) in " ".join(text.text.split())
        assert " ".join(title.split()) in " ".join(text.text.split())
    assert all(not t.strip() or not n.strip() or n.strip() in {"a", *(k[0].strip() for k in kept)} for n, _, t in lines)
