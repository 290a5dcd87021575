"""A theme model: trained, kept, read again, and refused where it is not as it was written."""

import ast
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder

import models
import service
from models.encoder import ModelError
from models.examples import Example, shipped_examples
from models.taxonomy import Taxonomy, Theme, load_taxonomy
from models.theme_model import (
    CARD,
    HEADS,
    MODEL,
    SUMS,
    ThemeModel,
    card,
    content_of,
    is_foreign,
    judge,
    labels_of,
    load_model,
    save_model,
    train_themes,
)

TAXONOMY = Taxonomy(
    (
        Theme("dogs", "Police dogs", "Dogs and their handlers.", ("dog", "DSU"), "cats"),
        Theme("boats", "Boats", "Policing on the water.", ("boat",)),
    ),
    {"hounds": "dogs", "cats": None},
)
DOGS, BOATS = "the kennel and the handler with a puppy", "the harbour and the vessel at its mooring"
PLAIN = "the stapler and the carpet of the corridor"
CREATED = "2026-11-26T10:20:30Z"
FRENCH = "Les policiers du commissariat ont visité chaque quartier avec leurs chiens et leurs bateaux hier matin"


def examples() -> list[Example]:
    found = []
    for n in range(6):
        found += [
            Example(f"{DOGS} {n} scent", frozenset({"dogs"}), f"paper {n}", ("Support",)),
            Example(f"{BOATS} {n} tide", frozenset({"boats"}), f"paper {n}"),
            Example(f"{PLAIN} {n} teapot", frozenset(), f"paper {n}"),
        ]
    return found


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    return train_themes(TAXONOMY, examples(), FakeEncoder(), CREATED)


@pytest.fixture
def saved(model: ThemeModel, tmp_path: Path) -> Path:
    folder = tmp_path / model.id
    folder.mkdir()
    save_model(model, folder)
    return folder


def judged(model: ThemeModel, *texts: str) -> np.ndarray:
    encoder = FakeEncoder()
    return judge(model, texts, ["Dogs"] * len(texts), encoder)


def test_a_model_says_what_it_was_made_from(model: ThemeModel) -> None:
    assert model.created == CREATED
    assert model.id == f"20261126T102030-{model.content[:8]}"
    assert model.content == content_of(TAXONOMY, examples(), FakeEncoder())
    assert model.encoder == FakeEncoder().fingerprint
    assert model.taxonomy == TAXONOMY
    assert model.classifier.labels == ("dogs", "boats")
    assert not model.classifier.exclusive


def test_the_labels_of_themes_hold_label_definition_and_terms() -> None:
    first, second = labels_of(TAXONOMY)
    assert (first.key, first.description) == ("dogs", "Police dogs. Dogs and their handlers.")
    assert (first.terms, second.terms) == (("dog", "DSU"), ("boat",))


def test_figures_are_of_the_held_out_examples(model: ThemeModel) -> None:
    figures = model.figures
    assert (figures["examples"], figures["documents"], figures["without_theme"]) == (18, 6, 6)
    assert set(figures["themes"]) == {"dogs", "boats"}
    assert figures["themes"]["dogs"]["examples"] == 6
    assert figures["micro"]["examples"] == 12
    assert figures["micro"]["f1"] == figures["macro_f1"] == 1
    assert figures["themes"]["boats"]["brier_skill"] > 0.5
    assert 0 <= figures["calibration_error"] < 0.2


def test_a_saved_model_is_the_same_when_loaded(model: ThemeModel, saved: Path) -> None:
    again = load_model(saved)
    texts = (DOGS, BOATS, PLAIN, " ".join([DOGS, PLAIN, BOATS] * 10), "", "DSU dsu")
    assert np.array_equal(judged(model, *texts), judged(again, *texts))
    assert (again.id, again.created, again.content) == (model.id, model.created, model.content)
    assert (again.taxonomy, again.encoder) == (TAXONOMY, model.encoder)
    assert again.figures == model.figures
    assert np.array_equal(again.classifier.threshold, model.classifier.threshold)
    first, second, third, *_ = again.classifier.assigned(judged(again, DOGS, BOATS, PLAIN)).tolist()
    assert (first, second, third) == ([True, False], [False, True], [False, False])


def test_a_model_saved_again_has_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    save_model(load_model(saved), tmp_path / "again")
    for name in (HEADS, MODEL, CARD, SUMS):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()


def spoil_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("name", [HEADS, MODEL, CARD])
@pytest.mark.parametrize("spoil", [spoil_byte, cut, empty])
def test_a_damaged_file_is_told(saved: Path, name: str, spoil: Callable[[Path], None]) -> None:
    spoil(saved / name)
    with pytest.raises(ModelError, match=rf"{saved.name} is damaged: {name} is not as it was written.*themes train"):
        load_model(saved)


@pytest.mark.parametrize("sums", ["", "no sums\n", "\n\n", "0" * 64 + "  heads.safetensors\n"])
def test_checksums_that_do_not_cover_the_files_are_told(saved: Path, sums: str) -> None:
    (saved / SUMS).write_text(sums, "utf-8")
    with pytest.raises(ModelError, match=rf"{saved.name} (is damaged|cannot be read)|is missing"):
        load_model(saved)


def test_the_checksums_are_those_that_sha256sum_checks(saved: Path) -> None:
    lines = (saved / SUMS).read_text("utf-8").splitlines()
    assert lines == [f"{hashlib.sha256((saved / n).read_bytes()).hexdigest()}  {n}" for n in (CARD, HEADS, MODEL)]


def put(saved: Path, name: str, content: bytes) -> None:
    """Write a file of a model with its right checksum, as a program with a fault might."""
    before = hashlib.sha256((saved / name).read_bytes()).hexdigest()
    (saved / name).write_bytes(content)
    sums = (saved / SUMS).read_text("utf-8")
    assert before in sums
    (saved / SUMS).write_text(sums.replace(before, hashlib.sha256(content).hexdigest()), "utf-8")


def put_record(saved: Path, **changed: object) -> None:
    put(saved, MODEL, json.dumps({**record_of(saved), **changed}).encode())


def record_of(saved: Path) -> dict[str, object]:
    return json.loads((saved / MODEL).read_text("utf-8"))


def test_heads_that_are_no_heads_are_told_though_their_sum_is_right(saved: Path) -> None:
    put(saved, HEADS, b"no heads at all")
    with pytest.raises(ModelError, match=rf"{saved.name} is damaged.*themes train"):
        load_model(saved)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"7", b"{}", b'{"format_version": 2}', b"\xff\xfe\x00", b'"text"']
)
def test_a_record_that_is_none_is_told_though_its_sum_is_right(saved: Path, content: bytes) -> None:
    put(saved, MODEL, content)
    with pytest.raises(ModelError, match=rf"{saved.name} is damaged.*themes train"):
        load_model(saved)


@pytest.mark.parametrize(
    "field", ["format_version", "id", "created", "content", "encoder", "themes", "moved", "figures", "fragments"]
)
def test_a_record_without_a_field_is_told(saved: Path, field: str) -> None:
    record = record_of(saved)
    del record[field]
    put(saved, MODEL, json.dumps(record).encode())
    with pytest.raises(ModelError, match=rf"{saved.name} is damaged.*{field}"):
        load_model(saved)


@pytest.mark.parametrize("themes", [None, 3, ["dogs"], [{"key": "dogs"}], [{"terms": [], "colour": "red"}]])
def test_themes_of_the_wrong_form_are_told(saved: Path, themes: object) -> None:
    put_record(saved, themes=themes)
    with pytest.raises(ModelError, match=rf"{saved.name} is damaged"):
        load_model(saved)


def test_another_format_is_told(saved: Path) -> None:
    put_record(saved, format_version=99)
    with pytest.raises(ModelError, match=r"format version 99.*reads 2.*themes train"):
        load_model(saved)


@pytest.mark.parametrize("name", [HEADS, MODEL, CARD, SUMS])
def test_a_missing_file_is_told(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(ModelError, match=f"no theme model in .*{name} is missing"):
        load_model(saved)
    (saved / name).mkdir()
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(saved)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no theme model in"):
        load_model(tmp_path / "none")


def test_a_model_is_kept_as_numbers_json_and_a_card(saved: Path) -> None:
    assert {path.name for path in saved.iterdir()} == {"heads.safetensors", "model.json", "card.md", "SHA256SUMS"}
    for path in saved.iterdir():
        data = path.read_bytes()
        assert data[:1] != b"\x80", "a pickle"
        assert data[:2] != b"PK", "a zip, as torch and numpy keep pickles in"
        assert b"sklearn" not in data
        assert b"joblib" not in data
    header = (saved / HEADS).read_bytes()
    size = int.from_bytes(header[:8], "little")
    assert set(json.loads(header[8 : 8 + size])) == {"weights", "bias", "slope", "offset", "threshold", "rarity"}
    assert isinstance(record_of(saved), dict)


def test_nothing_in_models_or_service_unpickles() -> None:
    pickling = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "skops"}
    files = [path for room in (models, service) for path in Path(room.__file__).parent.rglob("*.py")]
    assert len(files) > 20
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.split(".")[0] for name in names} & pickling, path
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant), path
                assert node.value.value is False, path


def test_the_card_names_the_figures(model: ThemeModel, saved: Path) -> None:
    themes = {
        "dogs": {"examples": 31, "precision": 0.81, "recall": 0.72, "f1": 0.76, "low": 0.61, "high": 0.88},
        "boats": {"examples": 1, "precision": 0.5, "recall": 0.25, "f1": 0.33, "low": 0.0, "high": 1.0},
    }
    figures = {
        "examples": 1_234,
        "documents": 56,
        "without_theme": 78,
        "micro": {"f1": 0.7123, "low": 0.6912, "high": 0.7346},
        "macro_f1": 0.654,
        "calibration_error": 0.0321,
        "themes": {key: {**row, "brier_skill": 0.44} for key, row in themes.items()},
    }
    text = card(replace(model, figures=figures))
    assert text.startswith(f"# Theme model {model.id}\n")
    for said in ("with 2 themes", "1,234 texts of 56 documents, 78 of", CREATED, model.encoder[:12]):
        assert said in text
    for said in ("micro-F1 0.712", "(0.691–0.735)", "macro-F1 0.654", "0.032"):
        assert said in text
    assert "| Police dogs | 31 | 0.81 | 0.72 | 0.76 (0.61–0.88) | 0.44 |" in text
    assert "| Boats | 1 | 0.50 | 0.25 | 0.33 (0.00–1.00) | 0.44 |" in text
    assert (saved / CARD).read_text("utf-8") == card(model)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        (FRENCH, True),
        ("Mae'r heddlu wedi gwneud cynnydd da wrth ymateb i alwadau gan bobl sy'n agored niwed", True),
        ("警察 " * 20, True),
        ("Le chien court vite", False),
        ("", False),
        ("12 " * 40, False),
        ("THE FORCE SHOULD MAKE SURE THAT ITS OFFICERS ARE TRAINED TO RECORD WHAT CALLERS SAY", False),
        ("Officers wear body cameras " * 3 + "and file footage promptly", False),
    ],
)
def test_a_text_in_another_language_is_told_by_its_words(model: ThemeModel, text: str, foreign: bool) -> None:
    assert is_foreign(model, text) is foreign


def test_no_shipped_example_is_foreign_to_a_model_of_them() -> None:
    shipped = shipped_examples(load_taxonomy())
    bare = [replace(one, labels=frozenset()) for one in shipped]
    learned = train_themes(TAXONOMY, [*examples(), *bare], FakeEncoder(), CREATED)
    assert [each.where for each in shipped if is_foreign(learned, each.text)] == []


def test_a_foreign_text_gets_0_for_every_theme_and_the_others_do_not(model: ThemeModel) -> None:
    found = judged(model, DOGS, FRENCH, BOATS)
    assert found[1].tolist() == [0, 0]
    assert found[0, 0] > 0.5
    assert found[2, 1] > 0.5
    assert not model.classifier.assigned(found)[1].any()
    assert judged(model).shape == (0, 2)
    assert judged(model, FRENCH).tolist() == [[0, 0]]


def test_content_changes_with_all_that_a_model_is_made_from() -> None:
    given = examples()
    one = given[0]
    others = [
        replace(one, text=one.text + "."),
        replace(one, labels=frozenset()),
        replace(one, labels=frozenset({"dogs", "boats"})),
        replace(one, headings=()),
        replace(one, group="another"),
    ]
    plain = content_of(TAXONOMY, given, FakeEncoder())
    found = [
        plain,
        *(content_of(TAXONOMY, [other, *given[1:]], FakeEncoder()) for other in others),
        content_of(TAXONOMY, given[1:], FakeEncoder()),
        content_of(TAXONOMY, given, FakeEncoder(1)),
        content_of(replace(TAXONOMY, themes=TAXONOMY.themes[:1]), given, FakeEncoder()),
        content_of(replace(TAXONOMY, moved={}), given, FakeEncoder()),
    ]
    assert len(set(found)) == len(found)
    assert plain == content_of(TAXONOMY, examples(), FakeEncoder())
    assert len(plain) == 64


def test_content_does_not_depend_on_where_an_example_stands_or_on_half_characters() -> None:
    given = examples()
    moved = [replace(example, where="another file, line 7") for example in given]
    assert content_of(TAXONOMY, moved, FakeEncoder()) == content_of(TAXONOMY, given, FakeEncoder())
    broken = [replace(given[0], text="half \ud800"), *given[1:]]
    assert content_of(TAXONOMY, broken, FakeEncoder()) != content_of(TAXONOMY, given, FakeEncoder())


def test_a_theme_without_an_example_is_named() -> None:
    more = replace(TAXONOMY, themes=(*TAXONOMY.themes, Theme("horses", "Horses", "Horses.")))
    with pytest.raises(ModelError, match=r"horses.*has 0 examples"):
        train_themes(more, examples(), FakeEncoder(), CREATED)


def test_a_theme_that_a_text_only_denies_is_in_doubt_and_not_assigned(model: ThemeModel) -> None:
    denied = f"There were no cases of {DOGS.lower()}"
    alone, both, plain = judged(model, denied, f"{denied}. {DOGS}", DOGS)
    decisions, doubts = model.classifier.decisions(np.array([alone]))
    assert model.classifier.assigned(np.array([alone, both, plain]))[:, 0].tolist() == [False, True, True]
    assert (decisions, doubts[0] > 0.9) == (["review"], True)
