"""The rules of folds and echoes as they stand in the data files: all of them are read, and they hold together."""

import re
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from indexer.rules import MONTHS, echo_rules, fold_rules

DATA = Path(__file__).parents[2] / "indexer" / "data"


def data(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text("utf-8"))


@pytest.mark.parametrize("rules", [fold_rules, echo_rules])
def test_rules_are_read_once(rules: Any) -> None:
    assert rules() is rules()


def test_nothing_in_the_files_is_left_unread() -> None:
    folds, echo = data("canonical.toml"), data("echo.toml")
    held = set(asdict(fold_rules()))
    assert held == {*folds["words"], *folds["patterns"], "variants", "signs"}
    assert set(asdict(echo_rules())) == {*echo["patterns"], *echo.keys() - {"patterns"}}


@pytest.mark.parametrize(
    ("file", "listed"),
    [
        *(("canonical.toml", words) for words in data("canonical.toml")["words"].values()),
        *(("echo.toml", words) for words in data("echo.toml").values() if isinstance(words, str)),
        ("echo.toml", " ".join(data("echo.toml")["states"])),
        ("echo.toml", " ".join(data("echo.toml")["shares"].values())),
    ],
)
def test_no_word_stands_twice_in_a_list(file: str, listed: str) -> None:
    words = listed.split()
    assert len(words) == len(set(words)), file


def test_a_spelling_is_put_right_in_one_step() -> None:
    variants = fold_rules().variants
    assert not variants.keys() & set(variants.values())


def test_every_part_of_a_pattern_is_filled_in() -> None:
    patterns = [value for rules in (fold_rules(), echo_rules()) for value in asdict(rules).values()]
    written = [pattern.pattern for pattern in patterns if isinstance(pattern, re.Pattern)]
    assert len(written) > 10
    assert not [pattern for pattern in written if re.search(r"\{[a-z]", pattern)]
    assert MONTHS[2] in fold_rules().header.pattern
