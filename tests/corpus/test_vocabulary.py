"""The words of the trade: the file that is shipped is sane, and a user's file adds to it or is refused by name."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from corpus.acronyms import shorts_in
from corpus.model import CorpusError
from corpus.vocabulary import Sense, Vocabulary, load_vocabulary, shipped_vocabulary

SHIPPED = load_vocabulary()
TABLES = tomllib.loads(shipped_vocabulary())
# Short forms that in small letters a reader may well mean as the word that they are.
ALSO_WORDS = "ARMS PACE APP FLU PUP EEK DASH PACT VOLT POP PIN MACE SOLO LAC ACE GAIN PER TACT TOIL RAG COMPACT".split()  # noqa: SIM905


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(tmp_path: Path, text: str) -> Vocabulary:
    return load_vocabulary(written(tmp_path, text))


def means(vocabulary: Vocabulary, short: str) -> list[str]:
    return [sense.means for sense in vocabulary.senses.get(short, ())]


def test_every_entry_of_the_shipped_file_comes_through() -> None:
    assert sum(map(len, SHIPPED.senses.values())) == len(TABLES["acronym"]) > 700
    assert {word for entry in TABLES["words"] for word in entry["say"]} <= SHIPPED.finds.keys()


@pytest.mark.parametrize("table", ["acronym", "words"])
def test_no_word_of_the_shipped_file_is_empty_or_untidy(table: str) -> None:
    values = [value for entry in TABLES[table] for value in entry.values() if not isinstance(value, bool)]
    texts = [text for value in values for text in ([value] if isinstance(value, str) else value)]
    assert [text for text in texts if text != " ".join(text.split()) or not text] == []


def test_no_sense_stands_there_twice() -> None:
    counts = Counter((entry["short"], entry["means"].lower()) for entry in TABLES["acronym"])
    assert [sense for sense, count in counts.items() if count > 1] == []


def test_no_list_says_a_word_twice() -> None:
    lists = [entry[key] for entry in TABLES["words"] for key in ("say", "finds")]
    lists += [entry["near"] for entry in TABLES["acronym"] if "near" in entry]
    assert [words for words in lists if len({word.lower() for word in words}) < len(words)] == []


def test_a_meaning_says_more_than_its_short_form() -> None:
    senses = [sense for senses in SHIPPED.senses.values() for sense in senses]
    assert [sense for sense in senses if len(sense.means) <= len(sense.short)] == []


def test_whatever_is_said_finds_something_else() -> None:
    assert [words for words, others in SHIPPED.finds.items() if not others or words in others] == []


def test_a_short_form_has_near_words_if_and_only_if_it_has_several_senses() -> None:
    wrong = [
        short
        for short, senses in SHIPPED.senses.items()
        if any(bool(sense.near) != (len(senses) > 1) for sense in senses)
    ]
    assert wrong == []


def test_near_words_can_be_met_and_are_not_all_shared() -> None:
    for short, senses in SHIPPED.senses.items():
        for sense in senses:
            assert all(word.isalnum() for word in sense.near), short
            others = frozenset[str]().union(*(other.near for other in senses if other is not sense))
            assert not sense.near or sense.near - others, short


def test_every_short_form_is_found_where_it_stands_in_a_text() -> None:
    missed = [
        short for short in SHIPPED.senses if list(shorts_in(f"As the {short}, told us.", SHIPPED.senses)) != [short]
    ]
    assert missed == []


def test_the_senses_of_a_short_form_agree_on_its_capitals() -> None:
    assert [s for s, senses in SHIPPED.senses.items() if len({sense.capitals for sense in senses}) > 1] == []


@pytest.mark.parametrize("short", ALSO_WORDS)
def test_a_short_form_that_is_a_word_counts_in_capitals_only(short: str) -> None:
    assert all(sense.capitals for sense in SHIPPED.senses[short])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("HMIC", "HMICFRS"),
        ("IPCC", "IOPC"),
        ("ACPO", "NPCC"),
        ("domestic abuse", "domestic violence"),
        ("CDRP", "CSP"),
        ("abuse of authority for sexual gain", "abuse of position for a sexual purpose"),
    ],
)
def test_what_was_renamed_is_found_under_both_names(old: str, new: str) -> None:
    assert new in SHIPPED.finds[old]
    assert old in SHIPPED.finds[new]


def test_say_finds_and_not_the_other_way_unless_both(tmp_path: Path) -> None:
    text = """
        [[words]]
        say = ["lost hounds", "strays"]
        finds = ["kennel return"]

        [[words]]
        say = ["ferret desk"]
        finds = ["mustelid unit", "ferret desk"]
        both = true
        """
    finds = loaded(tmp_path, text).finds
    assert finds["lost hounds"] == finds["strays"] == ("kennel return",)
    assert "kennel return" not in finds
    assert finds["ferret desk"] == ("mustelid unit",)
    assert finds["mustelid unit"] == ("ferret desk",)


def test_the_shipped_directions() -> None:
    assert "MARAC" in SHIPPED.finds["domestic abuse"]
    assert "domestic abuse" not in SHIPPED.finds.get("MARAC", ())


def test_a_users_file_adds_entries_and_takes_none_away(tmp_path: Path) -> None:
    text = """
        [[acronym]]
        short = "QZX"
        means = " quarry zone exercise "
        near = ["Quarry", "rope"]
        capitals = true

        [[acronym]]
        short = "FCR"
        means = "ferret care register"

        [[words]]
        say = ["domestic abuse"]
        finds = ["hearth quarrel"]
        """
    mine = loaded(tmp_path, text)
    assert mine.senses["QZX"] == (Sense("QZX", "quarry zone exercise", frozenset({"quarry", "rope"}), True),)
    assert means(mine, "FCR") == [*means(SHIPPED, "FCR"), "ferret care register"]
    assert mine.finds["domestic abuse"] == (*SHIPPED.finds["domestic abuse"], "hearth quarrel")
    assert {**mine.senses, "FCR": (), "QZX": ()} == {**SHIPPED.senses, "FCR": (), "QZX": ()}


def test_a_users_sense_replaces_the_shipped_one_of_that_meaning(tmp_path: Path) -> None:
    mine = loaded(tmp_path, '[[acronym]]\nshort = "FCR"\nmeans = "Force Control Room"\nnear = ["bell"]\n')
    assert means(mine, "FCR") == ["Force Control Room", *means(SHIPPED, "FCR")[1:]]
    assert mine.senses["FCR"][0].near == {"bell"}


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "# nothing yet\n") == SHIPPED


ACRONYM = '[[acronym]]\nshort = "QZX"\nmeans = "quarry zone"\n'


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("[[acronym]\n", ["not valid TOML"]),
        ('[[acronyms]]\nshort = "QZX"', ['table or key "acronyms"', "[[acronym]] or [[words]]"]),
        ('short = "QZX"', ['table or key "short"']),
        ('[acronym]\nshort = "QZX"', ['"acronym" must be written as [[acronym]] tables']),
        ('words = ["a", "b"]', ['"words" must be written as [[words]] tables']),
        (f'{ACRONYM}meaning = "x"', ["[[acronym]]", 'unknown key "meaning"', "QZX"]),
        ('[[words]]\nsay = ["a"]\nfind = ["b"]', ["[[words]]", 'unknown key "find"', "['a']"]),
        ('[[acronym]]\nshort = "QZ X"\nmeans = "quarry zone"', ['"short" form without spaces', "QZ X"]),
        ('[[acronym]]\nshort = ""\nmeans = "quarry zone"', ['a "short" form', "quarry zone"]),
        ('[[acronym]]\nshort = 7\nmeans = "quarry zone"', ['a "short" form', "quarry zone"]),
        ('[[acronym]]\nshort = "QZX"', ['what it "means"', "QZX"]),
        ('[[acronym]]\nshort = "QZX"\nmeans = "  "', ['what it "means"', "QZX"]),
        (f"{ACRONYM}near = []", ['"near" must be a list of words', "QZX"]),
        (f'{ACRONYM}near = "rope"', ['"near" must be a list of words', "QZX"]),
        (f'{ACRONYM}capitals = "yes"', ['"capitals" is true or false', "QZX"]),
        ('[[words]]\nsay = []\nfinds = ["hedge"]', ['"say" must be a list of words', "hedge"]),
        ('[[words]]\nsay = ["hedge"]', ['"finds" must be a list of words', "hedge"]),
        ('[[words]]\nsay = ["hedge"]\nfinds = ["--"]', ['"finds" must be a list of words', "hedge"]),
        ('[[words]]\nsay = ["hedge"]\nfinds = [3]', ['"finds" must be a list of words', "hedge"]),
        ('[[words]]\nsay = ["hedge"]\nfinds = ["fence"]\nboth = 1', ['"both" is true or false', "hedge"]),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_entry(tmp_path: Path, text: str, complaints: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CorpusError) as error:
        load_vocabulary(path)
    for part in (str(path), *complaints):
        assert part in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gone\.toml cannot be read"):
        load_vocabulary(tmp_path / "gone.toml")
    with pytest.raises(CorpusError, match="cannot be read"):
        load_vocabulary(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[[acronym]]\nshort = "CAF"\nmeans = "caf\xe9"')
    with pytest.raises(CorpusError, match=r"latin\.toml is not UTF-8"):
        load_vocabulary(latin)
