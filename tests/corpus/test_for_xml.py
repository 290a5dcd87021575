"""What XML cannot hold is told by a sign, and everything else stays as it is."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import for_xml

ANY = st.text(st.characters())  # surrogates too


def read(text: str) -> str:
    made = ElementTree.Element("p")
    made.text = text
    return ElementTree.fromstring(ElementTree.tostring(made, encoding="utf-8")).text or ""  # noqa: S314 - our own


@pytest.mark.parametrize("lost", ["\x00", "\x07", "\x0b", "\x0c", "\x1b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_hold_is_a_sign(lost: str) -> None:
    assert for_xml(f"a{lost}b") == "a�b" == read(for_xml(f"a{lost}b"))


@given(ANY)
def test_any_text_reads_back(text: str) -> None:
    held = for_xml(text)
    assert len(held) == len(text)
    assert read(held) == held.replace("\r\n", "\n").replace("\r", "\n")
    assert for_xml(held) == held
    assert all(one in (own, "�") for one, own in zip(held, text, strict=True))
