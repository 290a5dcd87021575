"""The commands of themes on the fake encoder: one line out for each line in, models, corrections, evaluations."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fakes import FakeCollection, FakeEncoder, document, record

from indexer.build import build
from indexer.generation import current_id
from indexer.theme_store import current_model, publish_model
from models.examples import Example
from models.taxonomy import Taxonomy, Theme
from models.theme_model import ThemeModel, train_themes
from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS
from service.state.corrections import Correction, State

THEMES = Taxonomy(
    (
        Theme("missing", "Missing people", "Looking for missing children.", ("missing",)),
        Theme("custody", "Custody", "Cells and detained people.", ("custody", "cell")),
        Theme("training", "Training", "What officers are taught.", ("training",)),
    ),
    {"cells": "custody"},
)
SAID = {
    "missing": ("The force should look for missing children", "Every missing child was found"),
    "custody": ("Custody cells were cold", "Detained people wait in a cell"),
    "training": ("Officers had no training", "A course of training was given to staff"),
    "": ("Plans are clear and leaders are visible", "The weather is fine today"),
}
CORRECTION = Correction(
    "2026-01-01T00:00:00+00:00", "Ada", None, "=1+1 cells", "", {"missing": "model"}, None, ("custody",)
)


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def ran(*arguments: str | Path, stdin: str | None = None) -> str:
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str | Path, stdin: str | bytes | None = None) -> str:
    """The one sentence on standard error of a command that could not do what it was asked."""
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("precedent: ")
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


def model_of(created: str, swapped: bool = False) -> ThemeModel:
    """A model from some dozens of texts; with `swapped`, what is said of custody is training."""
    found = []
    for number in range(56):
        theme = [*SAID][number % 4]
        label = "training" if swapped and theme == "custody" and number > 20 else theme
        text = f"{SAID[theme][number // 4 % 2]}, {number} {'abcdefghij'[number % 10]}."
        found.append(Example(text, frozenset([label] if label else []), f"document {number % 7}"))
    return train_themes(THEMES, found, FakeEncoder(), created)


@pytest.fixture(scope="module")
def models() -> tuple[ThemeModel, ThemeModel]:
    return model_of("2026-01-01T00:00:00+00:00"), model_of("2026-02-02T00:00:00+00:00", swapped=True)


@pytest.fixture
def data(tmp_path: Path, models: tuple[ThemeModel, ThemeModel]) -> Path:
    """A small index tagged by the first of two models."""
    data = tmp_path / "data"
    made = (
        record("kent", "1", "The force should look for missing children."),
        document("a.txt", ["Custody cells were cold.", "Plans are clear and leaders are visible."]),
    )
    build(FakeCollection(made), FakeEncoder(), data, inputs=["papers"], themes=models[0])
    for model in models:
        publish_model(data, model, {})
    return data


def lines(*entries: Any) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


# precedent tag


def test_each_line_comes_out_as_one_with_its_id(data: Path) -> None:
    entries = [
        {"id": "7", "text": "Custody cells were cold.\nIn a cell."},
        "Every missing child was found.",
        {"text": "The weather is fine today.", "id": ["a", 1]},
        {"text": "", "id": None},
        {"text": "The weather is fine today.", "parent": "Officers had no training."},
    ]
    found = [json.loads(line) for line in ran("tag", "--data", data, stdin=lines(*entries) + "\n").splitlines()]
    assert [row["id"] for row in found] == ["7", 2, ["a", 1], None, 5]
    assert [row["decision"] for row in found] == ["assigned", "assigned", "none", "none", "none"]
    assert [row["themes"][0]["theme"] for row in found[:2]] == ["custody", "missing"]
    assert [(row["theme"], row["origin"]) for row in found[4]["themes"][:1]] == [("training", "inherited")]
    assert found[0]["themes"][0]["evidence"]
    for row in found:
        values = [theme["probability"] for theme in row["themes"]]
        assert values == sorted(values, reverse=True)


def test_more_lines_than_are_tagged_at_a_time_all_come_out(data: Path, tmp_path: Path) -> None:
    entries = [{"id": n, "text": f"Custody cells were cold {n}." if n % 3 else "Plans."} for n in range(150)]
    file = written(tmp_path / "texts.jsonl", lines(*entries))
    found = [json.loads(line) for line in ran("tag", file, "--no-evidence", "--data", data).splitlines()]
    assert [row["id"] for row in found] == list(range(150))
    assert all((row["decision"] == "assigned") == bool(row["id"] % 3) for row in found)
    assert not any(theme["evidence"] for row in found for theme in row["themes"])


def test_a_corrected_text_is_tagged_as_the_person_said(data: Path) -> None:
    text = "Custody cells were cold."
    State(data).add([Correction("2026-01-01T00:00:00+00:00", "Ada", None, text, "", {}, None, ("training",))])
    (line,) = ran("tag", "--data", data, stdin=lines(text)).splitlines()
    assert [(t["theme"], t["origin"]) for t in json.loads(line)["themes"] if t["assigned"]] == [("training", "person")]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{no json", "no JSON"),
        ("[" * 5000, "no JSON"),
        ("7", "neither a text nor an object"),
        ('{"texts": "a"}', "neither a text nor an object"),
        ('{"text": "a", "theme": "b"}', "'theme' is not known"),
        ('{"text": "a", "parent": 1}', "parent"),
        (json.dumps("a" * 100_001), "100,001 characters"),
    ],
)
def test_a_bad_line_is_named(data: Path, tmp_path: Path, bad: str, words: str) -> None:
    file = written(tmp_path / "texts.jsonl", f'"One."\n\n{bad}\n"Four."\n')
    said = refused("tag", file, "--data", data)
    assert "texts.jsonl, line 3" in said
    assert words in said
    assert "line 3" in refused("tag", "--data", data, stdin=file.read_text("utf-8"))


def test_what_is_no_text_is_said(data: Path) -> None:
    assert "UTF-8" in refused("tag", "--data", data, stdin=b'"one"\n"\xff\xfe"\n')


def test_without_a_model_it_says_what_to_run(tmp_path: Path) -> None:
    assert "precedent themes train" in refused("tag", "--data", tmp_path, stdin='"a"\n')
    assert "precedent build" in refused("themes", "evaluate", "--data", tmp_path)
    assert ran("themes", "list", "--data", tmp_path) == ""


def test_a_model_of_another_encoder_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder(1))
    assert "another encoder" in refused("tag", "--data", data, stdin='"a"\n')


# precedent themes


def test_the_models_are_listed_with_the_one_in_use(data: Path, models: tuple[ThemeModel, ThemeModel]) -> None:
    first, second = ran("themes", "list", "--data", data).splitlines()
    assert first.startswith(f"* {models[0].id}  56 examples")
    assert second.startswith(f"  {models[1].id}  56 examples")


def test_promoting_and_going_back(data: Path, models: tuple[ThemeModel, ThemeModel]) -> None:
    for model in (models[1], models[0]):
        said = ran("themes", "promote", model.id, "--data", data)
        assert f"{model.id} is in use, in generation {current_id(data)}." in said
        assert current_model(data) == model.id
    for command in ("promote", "flips", "evaluate"):
        said = refused("themes", command, "none", "--data", data)
        assert "'none'" in said
        assert models[1].id in said
    assert current_model(data) == models[0].id


def test_flips_are_shown_in_words_and_as_json(data: Path, models: tuple[ThemeModel, ThemeModel]) -> None:
    found = json.loads(ran("themes", "flips", models[1].id, "--json", "--data", data))
    assert (found["before"], found["after"], found["passages"]) == (models[0].id, models[1].id, 4)
    flips = {flip["text"]: (flip["before"], flip["after"]) for flip in found["flips"]}
    before, after = flips["Custody cells were cold."]
    assert before == ["custody"]
    assert "training" in after
    said = ran("themes", "flips", models[1].id, "--data", data).splitlines()
    assert said[0] == f"{len(flips)} of 4 passages would get other themes."
    assert f"  custody -> {', '.join(after)}: Custody cells were cold." in said
    assert ran("themes", "flips", models[0].id, "--data", data).startswith("0 of 4")


def test_the_figures_of_a_model_are_told(data: Path, models: tuple[ThemeModel, ThemeModel]) -> None:
    assert json.loads(ran("themes", "evaluate", "--json", "--data", data)) == json.loads(json.dumps(models[0].figures))
    assert models[0].id in ran("themes", "evaluate", "--data", data)
    assert models[1].id in ran("themes", "evaluate", models[1].id, "--data", data)


def test_corrections_go_from_folder_to_folder(data: Path, tmp_path: Path) -> None:
    State(data).add([CORRECTION, Correction(*_fields(CORRECTION, text="Two\nlines, quoted"), after=())])
    State(data).undo(2, "Bea", "2026-02-02T00:00:00+00:00")
    file = written(tmp_path / "kept.csv", ran("themes", "export", "--data", data))
    assert "'=1+1 cells" in file.read_text("utf-8")
    other = tmp_path / "other"
    assert ran("themes", "import", file, "--data", other) == "2 read, 2 new.\n"
    assert State(other).all() == State(data).all()
    assert ran("themes", "import", file, "--data", other) == "2 read, 0 new.\n"
    assert ran("themes", "import", file, "--data", data) == "2 read, 0 new.\n"
    assert ran("themes", "export", "--data", other) == ran("themes", "export", "--data", data)


def _fields(one: Correction, text: str) -> tuple[Any, ...]:
    return one.at, one.who, one.passage, text, one.document, one.before, one.model


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["at,who,text,after", "2026,Ada,One.,custody", "2026,Ada,Two.,horses"], ["line 3", "horses", "custody"]),
        (["at,who,text", "2026,Ada,One."], ["line 1", "after"]),
    ],
)
def test_a_file_that_cannot_be_taken_in_changes_nothing(
    data: Path, tmp_path: Path, rows: Sequence[str], words: Sequence[str]
) -> None:
    said = refused("themes", "import", written(tmp_path / "kept.csv", "\n".join(rows)), "--data", data)
    assert all(word in said for word in [*words, "kept.csv"])
    assert State(data).all() == []


def test_a_theme_that_was_merged_is_taken_in(data: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "kept.csv", "at,who,text,after\n2026,Ada,One.,cells\n")
    assert ran("themes", "import", file, "--data", data) == "1 read, 1 new.\n"
    assert [one.after for one in State(data).all()] == [("cells",)]


# precedent evaluate


def test_evaluating_themes(data: Path, tmp_path: Path, models: tuple[ThemeModel, ThemeModel]) -> None:
    rows = [
        {
            "text": f"{text} {n}.",
            "themes_a": [theme] * bool(theme),
            "themes_b": [theme] * bool(theme and n),
            "section": [],
        }
        for theme, texts in SAID.items()
        for text in texts
        for n in range(4)
    ]
    file = written(tmp_path / "judged.jsonl", lines(*rows))
    found = json.loads(ran("evaluate", "themes", file, "--json", "--data", data))
    assert (found["texts"], found["model"], found["name"]) == (32, models[0].id, "judged.jsonl")
    assert found["themes_counted"] == ["missing", "custody", "training"]
    assert found["micro"]["f1"] == 1
    swapped = json.loads(ran("evaluate", "themes", file, "--json", "--model", models[1].id, "--data", data))
    assert swapped["micro"]["f1"] < 0.9
    assert "custody" in ran("evaluate", "themes", file, "--data", data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"text": "a", "themes": ["horses"]}\n', ["horses", "custody"]),
        ('{"text": "a", "themes": []}\n{"text": "a"}\n', ["line 2"]),
        ("{no\n", ["line 1"]),
        ("\n", ["no judged text"]),
    ],
)
def test_a_judged_file_that_is_wrong_is_refused(data: Path, tmp_path: Path, text: str, words: Sequence[str]) -> None:
    said = refused("evaluate", "themes", written(tmp_path / "judged.jsonl", text), "--data", data)
    assert all(word in said for word in [*words, "judged.jsonl"])


TRAIN = "text,label\n" + "".join(
    f"{word} number {n},{label}\n"
    for n in range(10)
    for word, label in (("apples and pears", "fruit"), ("hammers and saws", "tool"), ("nothing at all", "other"))
)


def test_evaluating_a_classifier(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN)
    test = written(
        tmp_path / "test.csv", "text,label\npears and apples,fruit\nsaws,tool\nnothing,other\nhammers,fruit\n"
    )
    found = json.loads(ran("evaluate", "classifier", "--train", train, "--test", test, "--json", "--data", tmp_path))
    assert (found["train"], found["test"]) == ("train.csv", "test.csv")
    assert (found["learned_from"], found["texts"], found["labels"], found["exclusive"]) == (30, 4, 3, True)
    assert found["accuracy"] == 0.75
    assert "none_recall" not in found
    assert [row["examples"] for row in found["per_label"].values()] == [2, 1, 1]
    said = ran("evaluate", "classifier", "--train", train, "--test", test, "--data", tmp_path)
    assert "3 labels learned from 30 texts of train.csv" in said
    assert "accuracy 0.7500" in said


def test_a_label_may_stand_for_none(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN)
    test = written(tmp_path / "test.csv", "text,label\npears and apples,fruit\nsaws,tool\nnothing at all,other\n")
    found = json.loads(
        ran("evaluate", "classifier", "--train", train, "--test", test, "--none", "other", "--json", "--data", tmp_path)
    )
    assert (found["labels"], found["learned_from"]) == (2, 30)
    assert (found["accuracy"], found["none_recall"], found["auroc_none"]) == (1, 1, 1)


def test_several_labels_may_be_given(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", TRAIN + "apples and hammers,fruit|tool\n")
    test = written(tmp_path / "test.csv", "text,label\npears and saws,fruit|tool\n")
    found = json.loads(ran("evaluate", "classifier", "--train", train, "--test", test, "--json", "--data", tmp_path))
    assert (found["exclusive"], found["labels"]) == (False, 3)
    assert "accuracy" not in found


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        (TRAIN, "text,label\npears,fruit\nhorses,animal\n", ["test.csv", "'animal'", "train.csv"]),
        (TRAIN, "text,theme\npears,fruit\n", ["test.csv", "line 1", "label"]),
        (TRAIN, "text,label\npears,fruit\n,tool\n", ["test.csv", "line 3", "empty"]),
        ("text,label\npears,fruit\n", "text,label\npears,fruit\n", ["two documents"]),
    ],
)
def test_what_cannot_be_evaluated_is_said(tmp_path: Path, train: str, test: str, words: Sequence[str]) -> None:
    files = written(tmp_path / "train.csv", train), written(tmp_path / "test.csv", test)
    said = refused("evaluate", "classifier", "--train", files[0], "--test", files[1], "--data", tmp_path)
    assert all(word in said for word in words)


# What each says as JSON


def test_a_damaged_model_is_listed_with_its_damage(data: Path, models: tuple[ThemeModel, ThemeModel]) -> None:
    path = next((data / "models" / models[1].id).glob("*.safetensors"))
    path.write_bytes(b"broken" + path.read_bytes()[6:])
    listed = ran("themes", "list", "--data", data).splitlines()
    assert listed[0].startswith(f"* {models[0].id}  ")
    assert "damaged" in listed[1]
    rows = json.loads(ran("themes", "list", "--json", "--data", data))["models"]
    assert [(row["id"], row["in_use"], row["problem"] is None) for row in rows] == [
        (models[0].id, True, True),
        (models[1].id, False, False),
    ]


def test_every_command_of_themes_says_it_as_json(
    data: Path, models: tuple[ThemeModel, ThemeModel], tmp_path: Path
) -> None:
    made = json.loads(
        ran("tag", "--json", "--data", data, stdin=lines({"id": "7", "text": "Custody cells."}, "Plans."))
    )
    assert made["model"]["id"] == models[0].id
    assert [row["id"] for row in made["results"]] == ["7", 2]
    done = json.loads(ran("themes", "promote", models[1].id, "--json", "--data", data))
    assert done == {"model": models[1].id, "generation": current_id(data)}
    State(data).add([CORRECTION])
    kept = json.loads(ran("themes", "export", "--json", "--data", data))["results"]
    assert [(row["who"], row["text"], row["after"]) for row in kept] == [("Ada", "=1+1 cells", ["custody"])]
    file = written(tmp_path / "kept.csv", ran("themes", "export", "--data", data))
    assert json.loads(ran("themes", "import", file, "--json", "--data", tmp_path / "other")) == {"read": 1, "new": 1}


def test_training_says_how_far_it_is_and_what_came_of_it_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.themes.training.train_themes", train_themes)  # not what another test has trained
    result = run("themes", "train", "--json", "--data", tmp_path / "fresh")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["new"]
    assert told["model"] in json.loads(ran("themes", "list", "--json", "--data", tmp_path / "fresh"))["models"][0]["id"]
    assert "train" in result.stderr


def test_one_judged_text_is_evaluated_without_a_word_of_numpys(data: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "one.jsonl", lines({"text": "Custody cells were cold.", "themes": ["custody"]}))
    result = run("evaluate", "themes", file, "--data", data)
    assert result.exit_code == 0, result.output
    assert "nan" not in result.stdout
    assert "Warning" not in result.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [('{"text": "a", "id": NaN}', "is no JSON"), ('{"text": "half \\ud800"}', "holds half a character")],
)
def test_a_line_that_cannot_be_written_again_is_named(data: Path, tmp_path: Path, line: str, words: str) -> None:
    file = written(tmp_path / "texts.jsonl", f'"Custody cells."\n{line}\n')
    said = refused("tag", file, "--data", data)
    assert "line 2" in said
    assert words in said
