"""A generation counts as made by the modules and rules that write it, and by nothing else of the program."""

import shutil
from pathlib import Path

import pytest
from fakes import FakeCollection, FakeEncoder, documents

from indexer.build import build
from indexer.program import ROOT, program_files, program_hash

COUNTED = [
    "corpus/data/closure.toml",
    "corpus/data/elsewhere.toml",
    "corpus/data/forces.toml",
    "corpus/data/glue_exceptions.txt",
    "corpus/data/ranks.toml",
    "corpus/data/statuses.toml",
    "corpus/data/vocabulary.toml",
    "indexer/data/canonical.toml",
    "indexer/data/echo.toml",
    "indexer/schema.sql",
    "models/data/closure_model.json",
    "models/data/closure_model.safetensors",
    "models/data/denial.toml",
    "models/data/taxonomy.toml",
    "corpus/closure.py",
    "corpus/standing.py",
    "indexer/canonical.py",
    "indexer/claims.py",
    "indexer/compounds.py",
    "indexer/context.py",
    "indexer/echo.py",
    "indexer/embed.py",
    "indexer/folds.py",
    "indexer/lexical.py",
    "indexer/name_words.py",
    "indexer/rules.py",
    "indexer/tables.py",
    "indexer/tags.py",
    "indexer/wording.py",
    "models/classifier.py",
    "models/closure_model.py",
    "models/denial.py",
    "models/encoder.py",
]
# What these decide is in the parsed documents, or in the id of the theme model, or in no generation at all.
NOT_COUNTED = [
    "corpus/data/evidence.toml",
    "corpus/data/export_columns.toml",
    "corpus/data/findings.toml",
    "corpus/data/page_words.toml",
    "corpus/collection.py",
    "corpus/heard.py",
    "corpus/parsers/grammar.py",
    "corpus/readers/pdf/flow.py",
    "indexer/build.py",
    "indexer/closure_training.py",
    "indexer/growing.py",
    "indexer/program.py",
    "indexer/promote.py",
    "indexer/publish.py",
    "indexer/theme_store.py",
]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rooms that index, which counts as the program."""
    root = tmp_path / "program"
    for room in ("corpus", "indexer", "models"):
        shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__", "sample", "examples"))
    monkeypatch.setattr("indexer.build.program_hash", lambda: program_hash.__wrapped__(root))
    return root


def change(root: Path, name: str) -> None:
    """A line more in a file of a program."""
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("\n# A line more.\n")


def published(data: Path) -> bool:
    return build(FakeCollection(documents()), FakeEncoder(), data, inputs=["papers"]).published


def test_what_has_a_part_in_writing_counts_and_nothing_else() -> None:
    counted = {path.relative_to(ROOT).as_posix() for path in program_files()}
    assert set(COUNTED) - counted == set()
    assert set(NOT_COUNTED) & counted == set()


def test_every_rule_is_known_to_count_or_not() -> None:
    files = [path for room in ("corpus", "indexer", "models") for path in ROOT.glob(f"{room}/data/*") if path.is_file()]
    assert {path.relative_to(ROOT).as_posix() for path in files} <= {*COUNTED, *NOT_COUNTED}


def test_a_module_that_is_imported_where_it_is_used_counts(program: Path) -> None:
    (program / "indexer" / "new.py").write_text('"""New."""\n')
    with (program / "indexer" / "wording.py").open("a") as file:
        file.write("\n\ndef later() -> None:\n    from indexer import new\n")
    assert program / "indexer" / "new.py" in program_files(program)


@pytest.mark.parametrize("name", ["indexer/data/canonical.toml", "corpus/data/elsewhere.toml", "indexer/echo.py"])
def test_a_build_by_other_rules_is_published(tmp_path: Path, program: Path, name: str) -> None:
    assert published(tmp_path / "data")
    assert not published(tmp_path / "data")
    change(program, name)
    assert published(tmp_path / "data")
    assert not published(tmp_path / "data")


def test_a_build_by_the_same_rules_is_not(tmp_path: Path, program: Path) -> None:
    assert published(tmp_path / "data")
    change(program, "corpus/data/page_words.toml")
    change(program, "indexer/publish.py")
    assert not published(tmp_path / "data")


def test_another_release_of_a_library_whose_words_are_written_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = program_hash.__wrapped__()
    monkeypatch.setattr("indexer.program.version", lambda name: "0.0.1")
    assert program_hash.__wrapped__() != before


def test_two_installations_of_one_program_are_the_same(program: Path) -> None:
    assert program_hash.__wrapped__(program) == program_hash()
