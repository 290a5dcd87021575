"""What a build writes, what it does not do twice, and what it leaves when it is stopped."""

import fcntl
import os
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, assessment, document, documents, passage, record

from corpus.acronyms import Meaning, meanings
from corpus.collection import load
from corpus.forces import load_forces
from corpus.model import Document, Grade
from corpus.vocabulary import Vocabulary, load_vocabulary
from indexer.build import BuildReport, build
from indexer.context import placed
from indexer.generation import GenerationError, current_id, open_generation, verify_generation
from indexer.tables import section_grades

ROOT = Path(__file__).parents[2]
TABLES = ("documents", "sections", "grades", "findings", "events", "glossary", "passages")


def run(data: Path, *made: object, encoder: FakeEncoder | None = None) -> BuildReport:
    return build(FakeCollection(made or documents()), encoder or FakeEncoder(), data, inputs=["papers"])  # type: ignore[arg-type]


def rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as plain tuples."""
    with closing(open_generation(data).tables) as tables:
        return {t: [tuple(r) for r in tables.execute(f"SELECT * FROM {t}")] for t in TABLES}  # noqa: S608


def column(data: Path, name: str) -> dict[str, object]:
    """One column of passages by their keys."""
    with closing(open_generation(data).tables) as tables:
        return {r["key"]: r[name] for r in tables.execute("SELECT * FROM passages")}


def test_a_second_build_of_the_same_leaves_the_generation_as_it_is(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    first = run(tmp_path, encoder=encoder)
    assert first.encoded == len(encoder.encoded) == len(set(encoder.encoded))
    encoder.encoded.clear()
    second = run(tmp_path, encoder=encoder)
    assert encoder.encoded == []
    assert (second.published, second.generation, second.counts) == (False, first.generation, first.counts)
    assert set(second.unchanged) == {d.key for d in documents()}


def test_a_generation_that_is_not_sound_is_built_again_from_the_cache(tmp_path: Path) -> None:
    first = run(tmp_path)
    before = rows(tmp_path)
    vectors = tmp_path / "generations" / first.generation / "vectors" / "rows.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"!")
    encoder = FakeEncoder()
    second = run(tmp_path, encoder=encoder)
    assert encoder.encoded == []
    assert (second.published, second.encoded, second.cached) == (True, 0, first.encoded)
    assert rows(tmp_path) == before
    assert second.generation > first.generation


def test_another_encoder_does_not_get_these_vectors(tmp_path: Path) -> None:
    first = run(tmp_path)
    assert run(tmp_path, encoder=FakeEncoder(seed=1)).encoded == first.encoded


def test_one_more_document_costs_only_its_own_strings(tmp_path: Path) -> None:
    run(tmp_path)
    before = column(tmp_path, "text")
    encoder = FakeEncoder()
    report = run(tmp_path, *documents(), document("a-new.txt", ["Something new.", "Repeated footer"]), encoder=encoder)
    assert sorted(encoder.encoded) == [
        "Something new.",
        "a-new.txt. Repeated footer",
        "a-new.txt. Something new.",
    ]
    assert (report.added, report.removed, report.changed) == (("a-new.txt",), (), ())
    assert before.items() <= column(tmp_path, "text").items()


def test_the_report_compares_with_the_generation_before(tmp_path: Path) -> None:
    run(tmp_path, document("a", ["One."]), document("b", ["Two."]), document("c", ["Three."]))
    report = run(tmp_path, document("b", ["Two."]), document("c", ["Changed."]), document("d", ["Four."]))
    assert report.added == ("d",)
    assert report.removed == ("a",)
    assert report.changed == ("c",)
    assert report.unchanged == ("b",)
    stages = {"compare", "closure", "passages", "lexical", "windows", "encode", "vectors", "verify", "publish"}
    assert set(report.seconds) == stages


def test_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    run(tmp_path / "one")
    run(tmp_path / "two", *reversed(documents()))
    assert rows(tmp_path / "one") == rows(tmp_path / "two")
    one, two = open_generation(tmp_path / "one"), open_generation(tmp_path / "two")
    assert np.allclose(one.reference, two.reference, atol=1e-3)
    assert one.manifest.counts == two.manifest.counts


def test_a_document_is_kept_whole(tmp_path: Path) -> None:
    run(tmp_path, assessment(), document("empty.txt", other_sources=("copy.txt",), notes=("Nothing in it.",)))
    found = rows(tmp_path)
    assert [row[1] for row in found["documents"]] == ["empty.txt", "peel-fenshire.txt"]
    kept = ('["copy.txt"]', found["documents"][0][10], "", '["Nothing in it."]', "[]", "[]", None, 0)
    assert found["documents"][0][9:] == kept
    assert found["sections"][3] == (4, 2, '["Vulnerability", "Missing children"]')
    assert found["grades"] == [(1, 2, 3, "vulnerability", "good", '{"good": 20, "inadequate": 2}', 0, None, None)]
    item = found["passages"][3]
    assert item[1:9] == ("peel-fenshire.txt#3", 2, 4, 1, None, 3, 4, "area_for_improvement")


def test_what_comes_with_the_program_is_fictional_and_nothing_else(tmp_path: Path) -> None:
    sample = load([str(ROOT / "corpus" / "sample")], load_forces()).documents  # without the file that names its forces
    assert len(sample) > 40
    run(tmp_path / "sample", *sample)
    assert {row[-1] for row in rows(tmp_path / "sample")["documents"]} == {1}
    asks = "The force should light its lamps."
    several = {"c": ("saltmere", "wealdmarch"), "d": ("essex", "saltmere"), "e": ()}
    made = [document(key, [asks], forces=forces) for key, forces in several.items()]
    run(tmp_path / "own", record("saltmere", "1", asks), record("essex", "1", asks), *made)
    found = {row[1]: row[-1] for row in rows(tmp_path / "own")["documents"]}
    assert found == {"c": 1, "d": 0, "e": 0, "essex:1": 0, "saltmere:1": 1}


def test_a_recommendation_to_two_forces_is_one_fold_and_its_comments_none(tmp_path: Path) -> None:
    asks = "Chief constables should act “now” – at once."
    run(tmp_path, record("fenshire", "7", asks), record("marshire", "7", 'Chief constables should act "now" - at once'))
    folds = column(tmp_path, "fold")
    assert folds["marshire:7#0"] == folds["fenshire:7#0"] == 1
    assert folds["marshire:7#1"] != folds["fenshire:7#1"]


def test_other_repeats_fold_within_their_document_only(tmp_path: Path) -> None:
    texts = ["Repeated footer", "A thought.", "repeated  footer.", "—", "…"]
    glossary = [passage("b", i, "ANPR: cameras", kind="glossary") for i in range(2)]
    run(tmp_path, document("a", texts), document("b", passages=(*glossary, passage("b", 2, "Repeated footer"))))
    assert column(tmp_path, "fold") == {
        "a#0": 1,
        "a#1": 2,
        "a#2": 1,
        "a#3": 4,
        "a#4": 5,
        "b#0": 6,
        "b#1": 6,
        "b#2": 8,
    }


def test_a_grade_holds_for_its_section_and_those_below(tmp_path: Path) -> None:
    run(tmp_path, assessment())
    assert list(column(tmp_path, "grade").values()) == [None, "good", "good", "good", None]


def test_the_nearest_grade_wins_and_a_contradiction_gives_none() -> None:
    made = replace(
        assessment(),
        grades=(
            Grade("vulnerability", "good", 1, None, 0),
            Grade("missing", "inadequate", 2, None, 9),
            Grade("overall", "good", 0, None, 0),
            Grade("leadership", "good", 3, None, 0),
            Grade("leadership", "outstanding", 3, None, 0),
            Grade("nowhere", "good", None, None, 0),
        ),
    )
    assert section_grades(made) == ["good", "good", "inadequate", None]


def test_a_list_item_is_embedded_after_the_words_that_introduce_it() -> None:
    made = assessment()
    found = list(placed(made, meanings(made, load_vocabulary())))
    assert found[3].text == "The force should improve how it: looks for missing children;"
    assert found[4].text == "Leaders are visible and plans are clear."
    assert found[3].headings == (made.title, "Vulnerability", "Missing children")


def test_three_generations_are_kept(tmp_path: Path) -> None:
    made = [run(tmp_path, document("a", [f"Text {i}."])).generation for i in range(5)]
    assert sorted(p.name for p in (tmp_path / "generations").iterdir()) == made[2:]
    assert current_id(tmp_path) == made[4]


def test_a_clock_that_goes_back_does_not_make_the_newest_look_old(tmp_path: Path) -> None:
    made = [run(tmp_path, document("a", [f"Text {i}."])).generation for i in range(3)]
    future = tmp_path / "generations" / "29991231T000000000000Z-0"
    (tmp_path / "generations" / made[1]).rename(future)
    newest = run(tmp_path, document("a", ["Text 3."])).generation
    assert current_id(tmp_path) == newest
    assert newest > future.name
    assert sorted(p.name for p in (tmp_path / "generations").iterdir()) == [made[2], future.name, newest]


@pytest.mark.parametrize("made", [(), (document("empty.txt"),)])
def test_nothing_to_index_is_an_error(tmp_path: Path, made: tuple[object, ...]) -> None:
    with pytest.raises(GenerationError, match=r"nothing to index.*`precedent build"):
        build(FakeCollection(made), FakeEncoder(), tmp_path, inputs=[])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stage", ["closure", "passages", "lexical", "windows", "encode", "vectors", "verify", "publish"]
)
def test_a_build_that_is_stopped_leaves_the_generation_before(tmp_path: Path, stage: str) -> None:
    before = run(tmp_path).generation

    def stop(name: str, done: int, total: int) -> None:
        if name == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(FakeCollection((document("a", ["New."]),)), FakeEncoder(), tmp_path, inputs=[], progress=stop)
    assert open_generation(tmp_path).id == before
    assert [p.name for p in (tmp_path / "generations").iterdir()] == [before]
    assert run(tmp_path, document("a", ["New."])).counts["documents"] == 1


def test_a_stopped_build_keeps_what_it_encoded(tmp_path: Path) -> None:
    def stop(name: str, done: int, total: int) -> None:
        if name == "vectors":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(FakeCollection(documents()), FakeEncoder(), tmp_path, inputs=[], progress=stop)
    assert run(tmp_path).encoded == 0


def test_progress_is_told_while_passages_are_cut_up_and_as_strings_are_encoded(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = FakeCollection((document("a", [f"Text {i % 300}." for i in range(2_500)]),))
    build(made, FakeEncoder(), tmp_path, inputs=[], progress=lambda *step: told.append(step))
    assert [step[1:] for step in told if step[0] == "windows"] == [(0, 1), (0, 2500), (1000, 2500), (2000, 2500)]
    assert [step[1:] for step in told if step[0] == "encode"] == [
        (0, 1),
        *((done, 600) for done in (0, 128, 256, 384, 512, 600)),  # each text by itself and under the title
    ]


def test_forces_read_from_names_are_another_content(tmp_path: Path) -> None:
    made = FakeCollection(documents())
    build(made, FakeEncoder(), tmp_path, inputs=["papers"])
    assert build(made, FakeEncoder(), tmp_path, inputs=["papers"], force_from_name=True).published
    assert not build(made, FakeEncoder(), tmp_path, inputs=["papers"], force_from_name=True).published


def test_what_lies_about_does_not_stop_a_build(tmp_path: Path) -> None:
    run(tmp_path)
    generations = tmp_path / "generations"
    (generations / "0-note.txt").write_text("A note.")
    (generations / ".tmp-note").write_text("A note.")
    (generations / ".tmp-link").symlink_to(tmp_path)
    (tmp_path / ".tmp-CURRENT-note").mkdir()
    made = [run(tmp_path, document("a", [f"Text {i}."])).generation for i in range(4)]
    assert sorted(path.name for path in generations.iterdir()) == ["0-note.txt", *made[1:]]
    assert not list(tmp_path.glob(".*"))
    assert current_id(tmp_path) == made[3]


def test_a_generation_that_cannot_be_removed_does_not_undo_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> Path:
        if target.name.startswith(".tmp-"):
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    rename = Path.rename
    monkeypatch.setattr(Path, "rename", refuse)
    made = [run(tmp_path, document("a", [f"Text {i}."])).generation for i in range(4)]
    assert current_id(tmp_path) == made[3]
    monkeypatch.undo()
    run(tmp_path, document("a", ["Text 3."]))
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == made[1:]


def test_a_file_name_that_is_no_unicode_is_named(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=r"papers/caf\\udce9.txt cannot be indexed.*Rename the file") as caught:
        run(tmp_path, *documents(), document("caf\udce9.txt", ["A text."]))
    assert str(caught.value).isprintable()
    assert current_id(tmp_path) is None


def test_one_build_at_a_time(tmp_path: Path) -> None:
    with (tmp_path / "build.lock").open("w") as lock:
        lock.write("process 4711, started 4 May 2018 at 09:12")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(
            GenerationError, match=r"Another build \(process 4711, started 4 May 2018 at 09:12\) is at work"
        ):
            run(tmp_path)
    assert run(tmp_path).generation == current_id(tmp_path)


def test_a_former_generation_that_cannot_be_read_does_not_stop_a_build(tmp_path: Path) -> None:
    name = run(tmp_path).generation
    (tmp_path / "generations" / name / "passages.sqlite").write_bytes(b"not a database")
    assert len(run(tmp_path).added) == 4
    (tmp_path / "CURRENT").write_text("gone")
    assert len(run(tmp_path).added) == 4


def test_publication_may_stop_between_any_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = run(tmp_path, document("a", ["Text 0."])).generation
    steps = -1
    left = 0

    def sync(path: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    monkeypatch.setattr("indexer.durable.sync", sync)
    while current_id(tmp_path) == old or left < 0:
        steps += 1
        left = steps
        with suppress(KeyboardInterrupt):
            run(tmp_path, document("a", ["Text 1."]))
        assert verify_generation(open_generation(tmp_path).path) == []
        assert set(column(tmp_path, "text").values()) in ({"Text 0."}, {"Text 1."})
    assert steps > 10


@pytest.mark.parametrize("limit", [1_000, 20_000, 60_000])
def test_a_full_disk_is_said_and_harms_nothing(tmp_path: Path, limit: int) -> None:
    before = run(tmp_path).generation
    script = Path(__file__).parents[1] / "build_alone.py"
    texts = [f"A quite different text, number {i}." for i in range(150)]
    limited = (
        "import resource, runpy, sys; sys.argv.pop(0); limit = int(sys.argv.pop(0));"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); runpy.run_path(sys.argv[0], None, '__main__')"
    )
    # Python would leave compiled modules that are cut off, which no later process could load, and coverage its data.
    kept = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"}
    paths = os.pathsep.join([str(script.parents[1]), str(script.parent)])
    done = subprocess.run(
        [sys.executable, "-c", limited, str(limit), str(script), str(tmp_path), *texts],
        capture_output=True,
        text=True,
        env=kept | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert "GenerationError: The build stopped:" in done.stderr
    assert not (tmp_path / "embeddings.sqlite.broken").exists()
    assert open_generation(tmp_path).id == before
    assert verify_generation(tmp_path / "generations" / before) == []
    assert run(tmp_path).generation == current_id(tmp_path)


def test_what_was_worked_out_of_a_document_is_not_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def listed(made: Document, vocabulary: Vocabulary) -> list[tuple[Meaning, ...]]:
        looked_at.append(made.key)
        return meanings(made, vocabulary)

    monkeypatch.setattr("indexer.wording.meanings", listed)
    texts = ["The MARAC sat.", "A comment of the PCC.", "The MARAC sat!"]
    run(tmp_path, document("a", texts))
    first = column(tmp_path, "fold")
    looked_at.clear()
    run(tmp_path, document("a", texts), document("b", ["The MARAC sat.", "Another."]))
    assert looked_at == ["b"]
    looked_at.clear()
    run(tmp_path, document("a", texts))
    assert looked_at == []
    assert column(tmp_path, "fold") == first == {"a#0": 1, "a#1": 2, "a#2": 1}
    run(tmp_path, document("a", texts), document("b", ["Another."]))
    assert looked_at == ["b"], "what is no longer there is forgotten"
