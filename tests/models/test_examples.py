"""Examples in their two formats, what is wrong with a line, and those that come with the program."""

import json
from collections import Counter
from pathlib import Path

import pytest

from models.encoder import ModelError
from models.examples import LONGEST, Example, checked, load_examples, parse_examples, parse_table, shipped_examples
from models.taxonomy import load_taxonomy, taxonomy_of

COMMON = (
    "neighbourhood",
    "domestic-abuse",
    "missing",
    "leadership-performance",
    "workforce",
    "child-protection",
    "offenders",
    "vulnerability-mh",
    "investigation",
    "contact-response",
    "victims",
    "prevention-asb",
    "crime-recording",
)


def line(text: object = "A text.", themes: object = (), **more: object) -> str:
    return json.dumps({"text": text, "themes": themes, **more}) + "\n"


def example(text: str, *labels: str, where: str = "mine, line 1") -> Example:
    return Example(text, frozenset(labels), "group", where=where)


def test_json_lines_with_all_fields() -> None:
    more = {"document": "report-1", "section": ["Effectiveness", "Missing"], "parent": "Do more."}
    assert parse_examples(line("A text.", ["missing", "custody"], **more), "mine.jsonl") == [
        Example(
            "A text.",
            frozenset({"missing", "custody"}),
            "report-1",
            ("Effectiveness", "Missing"),
            "Do more.",
            "mine.jsonl, line 1",
        )
    ]


def test_what_may_be_left_out_and_blank_lines_that_still_count() -> None:
    found = parse_examples(line("One.") + "\n  \n" + line("Two.", document=None, section=None, parent=None), "m")
    assert [(each.text, each.group, each.where) for each in found] == [
        ("One.", "One.", "m, line 1"),
        ("Two.", "Two.", "m, line 4"),
    ]
    assert {(each.labels, each.headings, each.parent) for each in found} == {(frozenset(), (), "")}
    assert parse_examples("", "m") == []


def test_a_table_has_several_labels_to_a_text_and_other_columns() -> None:
    table = 'id,label,text\n1,missing | custody,"One, two"\n2,,None of them\n3,hate|,"Two\nlines"\n4,soc,Last\n'
    found = parse_table(table, "m.csv")
    assert [(each.text, set(each.labels)) for each in found] == [
        ("One, two", {"missing", "custody"}),
        ("None of them", set()),
        ("Two\nlines", {"hate"}),
        ("Last", {"soc"}),
    ]
    assert [each.where for each in found] == ["m.csv, line 2", "m.csv, line 3", "m.csv, line 5", "m.csv, line 6"]
    assert len({each.group for each in found}) == 4


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_ending_tells_the_format(tmp_path: Path, mark: str) -> None:
    for name, text in (("a.CSV", "text,label\nCafé,soc\n"), ("a.jsonl", line("Café", ["soc"])), ("a", line("Café"))):
        (tmp_path / name).write_text(mark + text, "utf-8")
        (found,) = load_examples(tmp_path / name)
        assert found.text == "Café"
        assert found.where.startswith(f"{tmp_path / name}, line ")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("text,label\nCafé,soc\n".encode("latin-1"))
    for name, said in (("latin.csv", "not UTF-8"), ("none.jsonl", "cannot be read"), (".", "cannot be read")):
        with pytest.raises(ModelError, match=said) as caught:
            load_examples(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{", "no JSON"),
        ("text", "no JSON"),
        ("[1]", "one JSON object"),
        ('"text"', "one JSON object"),
        ("null", "one JSON object"),
        (line(""), "text is empty"),
        (line(" \n\t"), "text is empty"),
        (line(7), "text is empty"),
        (line(None), "text is empty"),
        ('{"themes": []}', "text is empty"),
        (line("x" * (LONGEST + 1)), "100,001 characters.*100,000 at most"),
        ('{"text": "a"}', "themes is a list"),
        (line(themes="missing"), "themes is a list"),
        (line(themes=None), "themes is a list"),
        (line(themes=["missing", 1]), "themes is a list"),
        (line(section="Missing"), "section is a list"),
        (line(section=["Missing", None]), "section is a list"),
        (line(document=12), "document and parent are texts"),
        (line(parent=["a"]), "document and parent are texts"),
    ],
)
def test_what_is_wrong_in_json_lines_is_said_with_its_line(wrong: str, said: str) -> None:
    with pytest.raises(ModelError, match=rf"^mine\.jsonl, line 3: .*{said}"):
        parse_examples(line() + "\n" + wrong.strip("\n") + "\n" + line("Another."), "mine.jsonl")


def test_100_000_characters_are_allowed() -> None:
    longest = "x" * LONGEST
    assert LONGEST == 100_000
    assert parse_examples(line(longest), "m")[0].text == parse_table(f"text,label\n{longest},", "m")[0].text == longest


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "line 1: the columns text and label are needed"),
        ("text\nA\n", "line 1: the columns text and label are needed"),
        ("text,theme\nA,soc\n", "line 1: the columns text and label are needed.*'theme'"),
        ("label\nsoc\n", "line 1: the columns text and label are needed"),
        ("text,label\nA,soc\n ,soc\n", "line 3: the text is empty"),
        ("label,text\nsoc,A\nsoc\n", "line 3: the text is empty"),
        (f"text,label\nA,soc\n{'x' * (LONGEST + 1)},soc\n", "line 3: the text has 100,001 characters"),
    ],
)
def test_what_is_wrong_in_a_table_is_said_with_its_line(table: str, said: str) -> None:
    with pytest.raises(ModelError, match=rf"^mine\.csv, {said}"):
        parse_table(table, "mine.csv")


def test_a_table_cannot_have_a_field_without_end() -> None:
    with pytest.raises(ModelError, match=r"^mine\.csv, after line \d+: this is no CSV"):
        parse_table("text,label\nA,soc\n" + "x" * 200_000 + ",soc\n", "mine.csv")


def test_an_unknown_theme_is_said_with_its_line_and_the_themes_there_are() -> None:
    with pytest.raises(ModelError, match=r"^mine, line 2: 'ghosts' is no theme; there are neighbourhood, "):
        checked([example("A", "missing"), example("B", "ghosts", where="mine, line 2")], load_taxonomy())


@pytest.mark.parametrize("again", ["A text.", "a TEXT.", "  A \n text. "])
def test_a_text_that_stands_there_before_is_said_with_both_lines(again: str) -> None:
    twice = [example("A text."), example("Another."), example(again, "missing", where="mine, line 3")]
    with pytest.raises(ModelError, match=r"^mine, line 3: the same text stands in mine, line 1"):
        checked(twice, load_taxonomy())
    assert len(checked(twice[:2], load_taxonomy())) == 2


def test_examples_come_under_todays_themes() -> None:
    taxonomy = taxonomy_of('remove = ["soc"]\n[merge]\nhate = "fairness"\n', "mine.toml")
    given = Example("A", frozenset({"hate", "soc", "missing"}), "g", ("Heading",), "Parent", "mine, line 1")
    assert checked([given], taxonomy) == [
        Example("A", frozenset({"fairness", "missing"}), "g", ("Heading",), "Parent", "mine, line 1")
    ]


def test_the_shipped_examples_are_enough_of_every_theme() -> None:
    taxonomy = load_taxonomy()
    count = Counter(label for each in shipped_examples(taxonomy) for label in each.labels)
    assert set(COMMON) < set(taxonomy.keys)
    assert {key: count[key] for key in COMMON if count[key] < 40} == {}
    assert {key: count[key] for key in taxonomy.keys if count[key] < 25} == {}


def test_the_shipped_examples_have_some_without_a_theme_and_none_twice() -> None:
    shipped = shipped_examples(load_taxonomy())
    assert sum(not each.labels for each in shipped) >= 50
    assert any(len(each.labels) > 1 for each in shipped)
    assert max(Counter(" ".join(each.text.casefold().split()) for each in shipped).values()) == 1
    assert len({each.where for each in shipped}) == len(shipped)


def test_the_shipped_examples_come_from_documents_that_can_be_kept_apart() -> None:
    taxonomy = load_taxonomy()
    groups: dict[str, set[str]] = {}
    for each in shipped_examples(taxonomy):
        for label in each.labels:
            groups.setdefault(label, set()).add(each.group)
    assert {key for key in taxonomy.keys if len(groups[key]) < 5} == set()


def test_the_shipped_examples_follow_a_users_themes() -> None:
    merged = shipped_examples(taxonomy_of('remove = ["soc"]\n[merge]\nhate = "fairness"\n', "mine.toml"))
    plain = shipped_examples(load_taxonomy())
    assert [each.text for each in merged] == [each.text for each in plain]
    assert not {"soc", "hate"} & {label for each in merged for label in each.labels}
    assert sum("fairness" in each.labels for each in merged) == sum(
        bool({"fairness", "hate"} & each.labels) for each in plain
    )
