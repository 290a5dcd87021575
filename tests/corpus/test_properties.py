"""Whatever the text, parsing gives a sound document; the texts are arbitrary or built of what real ones hold."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.forces import load_forces
from corpus.model import Document, Source
from corpus.parsers.merge import merge
from corpus.parsers.parse import parse
from corpus.parsers.record import TAG
from corpus.readers.plain import decode

FORCES = load_forces()
FRAGMENTS = [
    "[on]", "[/on]", "[status]", "[/status]", "[comment]", "[/comment]", "[", "]", "4th April 2018", "31 February 2018",
    "22 March 2018", "May 2009", "awaiting-review", "complete", "being-progressed", "Recommendation 1",
    "RECOMMENDATION 2", "Recommendations", "That the force lights lamps.", "The force should buy oil:",
    "Cause of concern",
    "Areas for improvement", "Strengths", "Contents", "Introduction", "Inspection Report", "HMICFRS", "Kent Police",
    "Kent PEEL 2016", "Effectiveness", "How effective is the force?", "Good", "GRADE\tFAIR", "Grade Good",
    "Excellent\tGood\tFair\tPoor", "Excellent Good Fair Poor", "6\t14\t21\t2", "6 14 21 2", "Summary of judgements",
    "Lanterns\tPoor", "Lanterns", "Glossary", "LIR\tlamp room", "TITLE: Lamps", "PROBLEM:", "Developing Practice",
    "- ", "• ", "•", "◦", "o ", "  ", "   - item", "1. ", "i. ", "ii. All", "bulki. Oil", "a) ", "(", "**", "__",
    "<http://a>",
    "lampsOil", "within six months", "within two years", "by June 2019", "Lanterns (4471)", "7731 – Owner: CI Wick",
    "https://i.example/recommendation/kent/7001/", "404 Page not found", "17", "-", "\u00a0", "\u00ad", "-\n",
    "related to",
    "the local", "‘quoted’", "x" * 80, "word " * 12, ".", ";", ":", ",", "\t", " ", "\n", "\n\n", "\n\n\n",
]  # fmt: skip
BUILT = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)
LINES = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("\n".join)
PARAGRAPHS = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("\n\n".join)
TEXTS = st.one_of(st.text(max_size=400), BUILT, LINES, PARAGRAPHS)


def read(text: str, pages: tuple[int, ...] = ()) -> Document:
    return parse(Source("in/a.txt", "a.txt", text, "0", pages=pages), FORCES)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.replace("\u00ad", ""))


def check_ids(document: Document) -> None:
    ids = [passage.id for passage in document.passages] + [finding.id for finding in document.findings]
    assert len(ids) == len(set(ids))
    assert all(found.startswith(f"{document.key}~") for found in ids)


def check_indexes(document: Document) -> None:
    for at, passage in enumerate(document.passages):
        assert 0 <= passage.section < len(document.sections)
        assert passage.finding is None or 0 <= passage.finding < len(document.findings)
        assert passage.event is None or 0 <= passage.event < len(document.events)
        assert passage.parent is None or 0 <= passage.parent < at
    assert all(0 <= finding.section < len(document.sections) for finding in document.findings)
    assert all(g.section is None or 0 <= g.section < len(document.sections) for g in document.grades)


def check_places(document: Document) -> None:
    for passage in document.passages:
        assert passage.text.strip() == passage.text != ""
        assert passage.start is not None
        assert passage.end is not None
        assert 0 <= passage.start <= passage.end <= len(document.text)
        source = TAG.sub(" ", document.text[passage.start : passage.end])
        place = iter(words(source))
        missing = [word for word in words(passage.text) if word not in place]  # in the same order
        assert not missing or "".join(words(passage.text)) in "".join(words(source)), passage
    for event in document.events:
        length = len(event.text or event.status or "")
        assert 0 <= event.start <= event.start + length <= len(document.text)
        assert not event.text or document.text.startswith(event.text, event.start)


@settings(max_examples=300)
@given(TEXTS)
def test_every_text_parses_to_a_sound_document(text: str) -> None:
    document = read(text)
    check_ids(document)
    check_indexes(document)
    check_places(document)
    assert [event.start for event in document.events] == sorted(event.start for event in document.events)
    assert document.title
    assert document.text == text


@settings(max_examples=100)
@given(st.sampled_from(["", "Lanterns (4471)\n\nThe force should light lamps.\n\n"]), BUILT)
def test_every_record_parses_to_a_sound_document(head: str, marks: str) -> None:
    document = read(f"{head}[on]4th May 2018 [status]complete[/status][/on]{marks}")
    check_ids(document)
    check_indexes(document)
    check_places(document)
    assert document.kind == "register_record"
    assert all("[comment]" not in passage.text for passage in document.passages)
    stated = [event.status for event in document.events if event.status]
    assert stated
    assert all(f.status == stated[-1] for f in document.findings if f.kind == "recommendation")


@settings(max_examples=60)
@given(TEXTS)
def test_parsing_is_deterministic(text: str) -> None:
    assert read(text) == read(text)


@settings(max_examples=60)
@given(st.lists(BUILT, min_size=1, max_size=3))
def test_merging_copies_keeps_every_event_and_sound_indexes(bodies: list[str]) -> None:
    head = (
        "https://i.example/recommendation/kent/7001/\n\nThe force should light lamps.\n\n[on]4 May 2018 [comment]Lit."
    )
    copies = [read(head + body) for body in bodies]
    merged, others = merge(copies)
    copies = [copy for copy in copies if copy not in others]
    check_ids(merged)
    check_indexes(merged)
    known = {(event.date, event.status, event.text) for event in merged.events}
    assert len(merged.events) >= max(len(copy.events) for copy in copies)
    assert merged.findings
    assert known


@settings(max_examples=60)
@given(st.text(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_pages_are_counted_from_one(text: str, starts: list[int]) -> None:
    pages = tuple(sorted({0, *starts}))
    for passage in read(text, pages).passages:
        assert passage.page is not None
        assert passage.start is not None
        assert pages[passage.page - 1] <= passage.start


@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_pitfall_30_encodings_and_line_ends_read_alike(encoding: str, line: str) -> None:
    text = "“Lamps” cost £4–£6 each.\n\nThey’re lit…\n"
    assert decode(text.replace("\n", line).encode(encoding)) == text


@given(st.binary(max_size=200))
def test_bytes_without_a_nul_always_decode(raw: bytes) -> None:
    assert isinstance(decode(raw.replace(b"\0", b"")), str)


def test_a_stray_byte_does_not_make_a_text_another_encoding() -> None:
    text = "The force’s lamps – all of them – “burn” on the Isle of Fårö. " * 4
    assert decode(text.encode() + b"\x92" + text.encode()) == f"{text}\ufffd{text}"
    assert decode("The force’s lamps".encode("cp1252")) == "The force’s lamps"
