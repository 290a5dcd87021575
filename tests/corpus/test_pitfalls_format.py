"""Reports and pages as their file formats and exports give them: wrapped, marked, nested, numbered."""

import re
import textwrap

from reading import FORCES, TOP, read, texts

from corpus.model import Document, Source
from corpus.parsers.parse import parse
from corpus.readers.html.read_markup import read_markdown
from corpus.readers.reading import Limits


def read_marked(text: str) -> Document:
    (made,) = read_markdown(text.encode(), Limits()).texts
    return parse(Source("report.md", "report.md", made.text, "0", made.headings), FORCES)


def outline(document: Document) -> list[tuple[tuple[str, ...], str, str]]:
    return [(document.sections[p.section], p.kind, p.text) for p in document.passages]


def peel(body: str) -> Document:
    return read(f"Kent PEEL 2016\nEffectiveness\nHow effective is the force at lighting lamps?\n{body}")


def test_pitfall_30_quotes_dashes_spaces_links_and_emphasis() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\n“Lamps” cost £4–£6\u00a0each; forces must meet **all** of the "
        "rules at <http://lamps.example/a?b=1> and soft\u00adly lit 2 * 3 * 4 quays.\n"
    )
    assert texts(document)[-1] == (
        "“Lamps” cost £4–£6 each; forces must meet all of the rules at http://lamps.example/a?b=1 and softly lit "
        "2 * 3 * 4 quays."
    )


BODY = (
    f"{TOP}Lanterns\n\nGRADE\tFAIR\n\nContextual factors\n\nThe quay is long and the nights are "
    "dark, so that lamps matter more "
    "here than they do inland, where there is a moon. Two-thirds of all the ships that call come by "
    "night, and pre- and "
    "post-dusk work is on the rise.\n\nStrengths\n\nThe force has a good list of lamps. It shows, for each of them:\n\n"
    "- the place, the kind of oil and the name of the warden who lights it in the evening and puts it out;\n"
    "- the day on which the wick was last trimmed and by whom, with a note of how much was cut off; "
    "and\n- its number.\n\n"
    "Areas for improvement\n\nMoths are not counted although a form for it has hung on the wall of the lamp room since "
    "2006, and nobody could say why.\n\nRECOMMENDATION 1\n\nThat the force counts moths every night of the summer and "
    "tells the harbour board what it finds.\n\nWicks\n\nGRADE\tPOOR\n\nStrengths\n\n"
    "There were none that the inspectors "
    "could find in the time they had, which was a pity for all concerned in it.\n"
)


def test_hard_wrapped_text_gives_the_same_passages() -> None:
    def wrapped(line: str) -> str:
        indent = "  " if line.startswith("- ") else ""
        return (
            "\n".join(textwrap.wrap(line, 70, subsequent_indent=indent, break_on_hyphens=True))
            if len(line) > 70
            else line
        )

    hard = "\n".join(wrapped(line) for line in BODY.split("\n"))
    assert max(map(len, hard.split("\n"))) <= 70
    assert outline(read(hard)) == outline(read(BODY))
    assert read(hard).findings == read(BODY).findings


def test_markdown_gives_the_same_sections_and_passages_as_plain_text() -> None:
    plain = read(
        "Kent Police: an inspection of lamps by HMICFRS\n\nPublished 4 May 2018\n\nLanterns by night\n\n"
        "The quay is long. It "
        "has nine lamps and two ladders.\n\nAreas for improvement\n\n- The force should buy oil by June 2019.\n"
        "- The force should trim wicks.\n\nLanterns by day\n\nThe force puts every lamp out at dawn:\n\n- by hand; or\n"
        "- by the wind.\n"
    )
    marked = read_marked(
        "# Kent Police: an inspection of lamps by HMICFRS\n\nPublished 4 May 2018\n\n## Lanterns by night\n\n"
        "The quay is **long**. "
        "It\nhas nine lamps and two [ladders](http://ladders.example).\n\n### Areas for improvement\n\n"
        "* The force should buy oil "
        "by June 2019.\n* The force should trim wicks.\n\n## Lanterns by day\n\n"
        "The force puts every lamp out at dawn:\n\n"
        "* by hand; or\n* by the wind.\n"
    )
    assert outline(marked) == outline(plain)
    assert (
        (marked.kind, marked.force, marked.date)
        == (plain.kind, plain.force, plain.date)
        == ("inspection_report", "kent", "2018-05-04")
    )
    assert [f.text for f in marked.findings] == [f.text for f in plain.findings]


def test_a_boxed_cause_of_concern_in_marked_text_ends_with_its_paragraph() -> None:
    document = read_marked(
        "# Kent Police: lamps\n\n## Dusk\n\n> Cause of concern\n>\n> Lamps are lit too late. Ships "
        "may come to harm.\n\n"
        "The wardens went home at five.\n\n### Recommendations\n\n"
        "1. **Immediately**, the force should light lamps at dusk.\n"
    )
    assert [(f.kind, f.number) for f in document.findings] == [("cause_of_concern", None), ("recommendation", "1")]
    assert [p.kind for p in document.passages] == ["cause_of_concern", "context", "recommendation"]
    assert document.sections[document.passages[1].section] == ("Dusk",)


def test_nested_lists_keep_the_item_each_stands_under() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force has:\n\n1. lamps, which are\n   a) tall\n      - "
        "and red\n   b) short\n"
        "2. ladders\n\nIt is proud of them.\n\n- a loose item\n"
    )
    parents = {p.text: None if p.parent is None else document.passages[p.parent].text for p in document.passages[1:]}
    assert parents == {
        "The force has:": None,
        "lamps, which are": "The force has:",
        "tall": "lamps, which are",
        "and red": "tall",
        "short": "lamps, which are",
        "ladders": "The force has:",
        "It is proud of them.": None,
        "a loose item": None,
    }


def test_numbered_headings_are_headings_and_numbered_items_are_items() -> None:
    document = read(
        "Notes on lamps\n\n1. Lanterns\n\nThe quay has nine lamps, all of them red and all of them lit.\n\n2. Wicks\n\n"
        "They are trimmed in turn, and each of them is burnt after use:\n\n1. long ones\n2. short ones\n"
    )
    assert [section[-1] for section in document.sections] == ["Lanterns", "Wicks"]
    assert texts(document)[-2:] == ["long ones", "short ones"]


def test_a_passage_spans_its_own_words() -> None:
    document = read(BODY)
    for passage in document.passages:
        found = re.findall(r"\w+", document.text[passage.start : passage.end])
        assert re.findall(r"\w+", passage.text) == found


def test_numbered_headings_of_the_vocabulary_keep_their_meaning() -> None:
    document = read(
        "Inspection of Kent Police by HMIC\n\nMarch 2010\n\n1. Introduction\n\nThis says what we found when we counted "
        "lamps.\n\n2. Findings\n\n2.1 Strengths\n\nThe lamps we saw were lit, and wardens were keen to tell us why.\n\n"
        "2.2 Areas for improvement\n\nThe moths are not counted by anybody in the force or out of it.\n"
    )
    assert [(document.sections[p.section], p.kind) for p in document.passages] == [
        (("Introduction",), "context"),
        (("Findings", "2.1 Strengths"), "strength"),
        (("Findings", "2.2 Areas for improvement"), "area_for_improvement"),
    ]


def test_pitfall_17_an_area_for_improvement_with_a_list_is_one_finding() -> None:
    document = peel(
        "Areas for improvement\n- The force should:\n  - buy oil; and\n  - trim wicks.\n- The force should dance.\n"
    )
    assert [f.text for f in document.findings] == [
        "The force should:\nbuy oil; and\ntrim wicks.",
        "The force should dance.",
    ]


def test_a_cause_of_concern_that_also_asks_is_a_cause_of_concern() -> None:
    document = peel(
        "Causes of concern\nLamps are out. The force should light them.\nThe force should do so by May 2019.\n"
    )
    assert [f.kind for f in document.findings] == ["cause_of_concern", "recommendation"]


def test_short_lines_without_a_gap_are_a_list_under_their_first() -> None:
    document = read(
        f"{TOP}Lanterns\n\nThe harbour has many lamps.\n\nLamps by the quay\nTall lamps\nShort lamps\n\nAll burn oil.\n"
    )
    lines = {p.text: p.parent for p in document.passages}
    caption = [p.text for p in document.passages].index("Lamps by the quay")
    assert lines["Tall lamps"] == lines["Short lamps"] == caption
    assert lines["All burn oil."] is None
