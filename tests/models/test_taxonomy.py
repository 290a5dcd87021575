"""The shipped themes, and what a user's own file may do to them."""

import os
from pathlib import Path

import pytest

from models.encoder import ModelError
from models.taxonomy import Taxonomy, Theme, load_taxonomy, taxonomy_of

NEW = '[[theme]]\nkey = "drones"\nlabel = "Drones"\ndefinition = "Aircraft without a pilot."\n'


def changed(text: str) -> Taxonomy:
    return taxonomy_of(text, "mine.toml")


def theme(taxonomy: Taxonomy, key: str) -> Theme:
    return next(theme for theme in taxonomy.themes if theme.key == key)


def test_the_shipped_file_has_25_themes_that_say_what_they_are() -> None:
    shipped = load_taxonomy()
    assert len(shipped.themes) == len(set(shipped.keys)) == 25
    assert len({theme.label for theme in shipped.themes}) == 25
    assert dict(shipped.moved) == {}
    assert all(theme.label.strip() and theme.definition.strip() and theme.terms for theme in shipped.themes)


def test_no_shipped_theme_has_a_term_twice() -> None:
    assert [theme.key for theme in load_taxonomy().themes if len(set(theme.terms)) < len(theme.terms)] == []


def test_an_empty_file_changes_nothing() -> None:
    assert changed("") == changed("# nothing yet\n") == load_taxonomy()


def test_a_file_adds_a_theme_after_the_shipped_ones() -> None:
    found = changed(NEW + 'terms = ["drone", "UAV"]\nnot_this = "toys"\n')
    assert found.keys == (*load_taxonomy().keys, "drones")
    added = found.themes[-1]
    assert (added.label, added.definition) == ("Drones", "Aircraft without a pilot.")
    assert (added.terms, added.not_this) == (("drone", "UAV"), "toys")


def test_a_file_changes_the_fields_it_gives_and_no_others() -> None:
    before = load_taxonomy()
    after = changed('[[theme]]\nkey = "missing"\nlabel = "Gone"\n')
    assert after.keys == before.keys
    assert after.label("missing") == "Gone"
    for old, new in zip(before.themes, after.themes, strict=True):
        assert (new.definition, new.terms, new.not_this) == (old.definition, old.terms, old.not_this)
        assert new.label == old.label or new.key == "missing"


def test_terms_given_take_the_place_of_the_old_ones() -> None:
    assert theme(changed('[[theme]]\nkey = "missing"\nterms = ["vanished"]\n'), "missing").terms == ("vanished",)


def test_a_theme_is_renamed_by_a_merge_into_a_new_one() -> None:
    found = changed(NEW + '[merge]\nspecialist = "drones"\n')
    assert "specialist" not in found.keys
    assert "drones" in found.keys
    assert len(found.keys) == 25
    assert found.now("specialist") == found.now("drones") == "drones"


def test_merges_are_followed_to_the_end_and_count_a_theme_once() -> None:
    found = changed('[merge]\nhate = "fairness"\nfairness = "integrity"\n')
    assert found.now("hate") == found.now("fairness") == "integrity"
    assert found.all_now(["hate", "fairness", "missing"]) == {"integrity", "missing"}
    assert len(found.keys) == 23


def test_a_removed_theme_is_none_and_so_is_what_was_merged_into_it() -> None:
    found = changed('remove = ["hate"]\n[merge]\nfairness = "hate"\n')
    assert found.now("hate") is None
    assert found.now("fairness") is None
    assert found.all_now(["hate", "fairness", "missing"]) == {"missing"}


def test_a_key_that_no_theme_had_is_no_key() -> None:
    found = load_taxonomy()
    assert found.label("ghosts") == "ghosts"
    with pytest.raises(KeyError, match="ghosts"):
        found.now("ghosts")
    with pytest.raises(KeyError, match="ghosts"):
        found.all_now(["missing", "ghosts"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key = \nlabel", "mine.toml is no TOML.*line 1"),
        ('[[theme]]\nkey = "a"\nlabel = "unclosed\n', "mine.toml is no TOML.*line 3"),
        ("[thmee]\n", "mine.toml: 'thmee' is unknown"),
        ('theme = "x"\n', r"mine.toml: themes are written as \[\[theme\]\]"),
        ('[theme]\nkey = "a"\n', r"mine.toml: themes are written as \[\[theme\]\]"),
        ("theme = [1]\n", r"mine.toml: themes are written as \[\[theme\]\]"),
        (NEW + NEW, "mine.toml: the theme 'drones' stands there twice"),
        (NEW + '[[theme]]\nlabel = "B"\n', "mine.toml, theme 2: key has to be .* not None"),
        ('[[theme]]\nkey = "Big Letters"\n', "mine.toml, theme 1: key has to be .*'Big Letters'"),
        ('[[theme]]\nkey = "a-"\n', "mine.toml, theme 1: key has to be .*'a-'"),
        ("[[theme]]\nkey = 7\n", "mine.toml, theme 1: key has to be .*not 7"),
        (NEW + 'colour = "red"\n', "mine.toml, theme 1: 'colour' is no field of a theme"),
        (NEW + 'terms = "drone"\n', r"mine.toml, theme 1 \(drones\): terms is a list"),
        (NEW + 'terms = ["drone", " "]\n', r"mine.toml, theme 1 \(drones\): terms is a list"),
        (NEW + "terms = [3]\n", r"mine.toml, theme 1 \(drones\): terms is a list"),
        ('[[theme]]\nkey = "missing"\nlabel = 3\n', r"mine.toml, theme 1 \(missing\): label is text"),
        (NEW + "not_this = []\n", r"mine.toml, theme 1 \(drones\): not_this is text"),
        ('[[theme]]\nkey = "new"\n', "mine.toml: the new theme 'new' needs a label and a definition"),
        ('[[theme]]\nkey = "new"\nlabel = "New"\ndefinition = " "\n', r"theme 1 \(new\): definition is text"),
        ('merge = "missing"\n', r"mine.toml: \[merge\] is a table"),
        ('remove = "missing"\n', "mine.toml: .*remove a list of keys"),
        ('remove = ["ghosts"]\n', "mine.toml: there is no theme 'ghosts'"),
        ('[merge]\nghosts = "missing"\n', "mine.toml: there is no theme 'ghosts'"),
        ('[merge]\nmissing = "ghosts"\n', "mine.toml: 'missing' cannot be merged into 'ghosts'"),
        ("[merge]\nmissing = 5\n", r"mine.toml: \[merge\] is a table"),
        ('[merge]\nmissing = "missing"\n', "mine.toml: 'missing' is merged into itself"),
        ('[merge]\nhate = "fairness"\nfairness = "hate"\n', "mine.toml: 'hate' is merged into itself"),
        ('[merge]\nhate = "custody"\ncustody = "soc"\nsoc = "custody"\n', "merged into itself, by way of 'custody'"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_entry(text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        changed(text)


def test_not_every_theme_can_go() -> None:
    every = load_taxonomy().keys
    with pytest.raises(ModelError, match=r"mine\.toml removes every theme"):
        changed(f"remove = {list(every)}")
    assert changed(f"remove = {list(every[1:])}").keys == every[:1]


def test_a_file_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "themes.toml"
    path.write_text(NEW.replace("Drones", "Drönes"), "utf-8")
    assert load_taxonomy(path).label("drones") == "Drönes"
    assert load_taxonomy(path).keys[-1] == "drones"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'label = "caf\xe9"\n', "is not UTF-8 text"),
        (b"PK\x03\x04", "is no TOML"),
        (b"remove = 1\n", "remove a list"),
    ],
)
def test_a_file_that_cannot_be_understood_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "themes.toml"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=said) as caught:
        load_taxonomy(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ModelError, match="cannot be read") as caught:
            load_taxonomy(path)
        assert str(path) in str(caught.value)
    with pytest.raises(ModelError, match=os.strerror(2)):
        load_taxonomy(tmp_path / "none.toml")
