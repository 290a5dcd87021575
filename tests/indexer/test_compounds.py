"""Compounds as the passages themselves write them: closed, with a hyphen, apart."""

from collections.abc import Sequence

import pytest

from indexer.compounds import Compounds, spelt


def found(texts: Sequence[str]) -> dict[str, str]:
    """The compounds of documents of one text each."""
    compounds = Compounds()
    for text in texts:
        compounds.take(spelt([text]))
    for text in texts:
        compounds.look(spelt([text]), lambda text=text: [text])  # type: ignore[misc]
    return compounds.found()


def test_what_is_hyphened_somewhere_is_a_compound() -> None:
    assert found(["The follow-up of each call.", "An up-to-date E-mail list."]) == {
        "email": "e mail",
        "followup": "follow up",
        "uptodate": "up to date",
    }


def test_a_word_that_is_not_english_is_one_where_its_parts_stand_side_by_side() -> None:
    texts = ["Bodyworn cameras are charged.", "Each body worn camera has a number."]
    assert found(texts) == {"bodyworn": "body worn"}
    assert found([texts[0], "The body was worn out."]) == {}


@pytest.mark.parametrize("touching", ["Each body worn-video camera.", "Each non-body worn camera.", "Each body worn2."])
def test_parts_may_touch_what_is_no_letter(touching: str) -> None:
    assert found(["Bodyworn cameras.", "The body. It was worn.", touching])["bodyworn"] == "body worn"


def test_an_english_word_is_none_without_a_hyphen() -> None:
    assert found(["They went into it.", "They came in to ask.", "Maybe; it may be."]) == {}


def test_plural_and_capitals_do_not_matter() -> None:
    assert found(["BODYCAMS were lost.", "A Body cam was found."]) == {"bodycam": "body cam"}
