"""Evaluation: hand-worked collections and answers, saved runs, and what is said of files that cannot be used."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fakes import FakeEncoder

from models.metrics import RETRIEVAL
from service.cli import common
from service.cli.main import main
from service.cli.settings import SETTINGS
from service.contract.requests import SearchRequest
from service.engine import Engine
from service.evaluation.judged import EvaluationError, read_judged, read_qrels
from service.evaluation.queries import evaluate_queries, evaluate_retrieval
from service.evaluation.runs import QueryRecord, Run, by_type, compare_runs, load_run, save_run, summary, worst

DOCUMENTS = {
    "d1": "Custody records are kept in every cell.",
    "d/2": "Vetting of new officers takes nine months.",
    "3": "Stalking victims are seen within a day.",
    "d4": "The same words stand in two papers about cyber crime.",
    "d5": "The same words stand in two papers about cyber crime.",
}
QUERIES = {"q1": "custody records", "q2": "vetting of new officers", "q3": '"no such phrase"', "q4": "cyber crime"}
QRELS = [("q1", "d1", 1), ("q2", "d/2", 2), ("q2", "d1", 0), ("q3", "3", 1), ("q4", "d4", 1), ("q4", "d5", 1)]


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTINGS:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setattr(common, "encoder_for", lambda settings: FakeEncoder())


def write_lines(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    write_lines(folder / "corpus.jsonl", *({"_id": i, "title": "", "text": text} for i, text in DOCUMENTS.items()))
    write_lines(folder / "queries.jsonl", *({"_id": i, "text": text} for i, text in QUERIES.items()))
    write_lines(folder / "qrels.tsv", "query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in QRELS))
    return folder


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def retrieve(folder: Path, data: Path, encoder: FakeEncoder | None = None) -> Run:
    return evaluate_retrieval(folder, data, encoder or FakeEncoder(), quiet)


def named(run: Run) -> dict[str, QueryRecord]:
    return {query["id"]: query for query in run["queries"]}


def test_a_collection_is_asked_and_measured(tmp_path: Path, collection: Path) -> None:
    run = retrieve(collection, tmp_path / "data")
    found = named(run)
    assert list(found) == list(QUERIES)
    for query in ("q1", "q2", "q4"):  # each finds all that is relevant first; of q4 that is one fold of two documents
        assert found[query]["values"] == dict.fromkeys(RETRIEVAL, 1.0) | {"called_none": 0.0}
        assert found[query]["hits"][0]["right"]
    assert (found["q3"]["match"], found["q3"]["values"]["called_none"]) == ("none", 1.0)
    assert 0 < len(found["q3"]["hits"]) <= 3  # the nearest, which count
    assert summary(run["queries"])["called_none"]["mean"] == 0.25
    assert (run["notes"], by_type(run)) == ([], {})
    assert run["measured"]["documents"] == 5


def test_a_second_run_encodes_nothing_and_says_the_same(tmp_path: Path, collection: Path) -> None:
    first, encoder = retrieve(collection, tmp_path / "data"), FakeEncoder()
    second = retrieve(collection, tmp_path / "data", encoder)
    assert encoder.encoded == []
    assert second["queries"] == first["queries"]
    assert second["measured"]["generation"] == first["measured"]["generation"]
    assert not (tmp_path / "data" / "CURRENT").exists()
    other = named(retrieve(collection, tmp_path / "elsewhere"))
    assert {i: q["values"] for i, q in other.items()} == {i: q["values"] for i, q in named(first).items()}


class Canned(Engine):
    """An engine that answers each query with hits made by hand."""

    def __init__(self, data: Path, answers: Mapping[str, list[Any]], total: int = 0) -> None:
        super().__init__(data, FakeEncoder())
        self.answers, self.total = answers, total
        self.asked: list[SearchRequest] = []
        self.read = 0

    def all_hits(self, request: SearchRequest, *, matching: bool = True) -> Any:
        assert not matching  # the ranking is measured by itself
        for number, one in enumerate(self.answers.get(request.query, []), start=1):
            self.read = number
            yield one

    def search(self, request: SearchRequest) -> Any:
        self.asked.append(request)
        first = (request.page - 1) * request.page_size
        hits = self.answers.get(request.query)
        shown = hits[first : first + request.page_size] if hits else []
        match = "good" if hits else "none"
        nearest = [] if hits else self.answers.get(f"nearest {request.query}", [])
        return SimpleNamespace(match=match, total=len(hits or ()), results=shown, nearest=nearest)


def hit(text: str, source: str = "papers/one.txt", best: tuple[int, int] = (0, 1), also: tuple[str, ...] = ()) -> Any:
    documents = [SimpleNamespace(id=name, title=name, source=name) for name in (source, *also)]
    fold = SimpleNamespace(id="f", members=[SimpleNamespace(document=one) for one in documents]) if also else None
    return SimpleNamespace(passage_id="p", text=text, best_sentence=list(best), document=documents[0], fold=fold)


def test_the_documents_of_a_fold_count_in_order_the_shown_one_first(
    tmp_path: Path, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(collection / "qrels.tsv", "q1\td4\t1")
    hits = [hit("a", "corpus.jsonl/d5", also=("corpus.jsonl/3", "corpus.jsonl/d4")), hit("b", "corpus.jsonl/d1")]

    def canned(home: Path, *_: object, **__: object) -> Canned:
        return Canned(home, {QUERIES["q1"]: hits})

    monkeypatch.setattr("service.evaluation.queries.Engine", canned)
    values = named(retrieve(collection, tmp_path / "data"))["q1"]["values"]
    assert values["MRR@10"] == pytest.approx(1 / 3)


def test_the_ranking_is_read_until_there_are_documents_enough(
    tmp_path: Path, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(collection / "qrels.tsv", "q1\td4\t1")
    others = [hit("a", f"corpus.jsonl/{number % 60}") for number in range(190)]
    hits = [*others, hit("a", "corpus.jsonl/d4"), *(hit("a", f"corpus.jsonl/more{number}") for number in range(400))]
    engines: list[Canned] = []

    def canned(home: Path, *_: object, **__: object) -> Canned:
        engines.append(Canned(home, {QUERIES["q1"]: hits}))
        return engines[-1]

    monkeypatch.setattr("service.evaluation.queries.Engine", canned)
    values = named(retrieve(collection, tmp_path / "data"))["q1"]["values"]
    assert (values["recall@100"], values["recall@10"]) == (1.0, 0.0)
    assert engines[0].read == 190 + 1 + 39  # 60 documents, the relevant one, and so many more to make 100


GOLD_A = {"source": "one", "must": "Says what  is meant", "grade": 2, "group": "a"}
GOLD_A2 = {"source": "two", "must": "in other words", "grade": 2, "group": "a"}
GOLD_R = {"source": "one", "must": "related", "grade": 1}
JUDGED = (
    {"id": "first", "query": "alpha", "type": "question", "gold": [GOLD_A, GOLD_A2, GOLD_R]},
    {"id": "second", "query": "beta", "type": "none", "gold": []},
    {"id": "third", "query": "gamma", "type": "question", "gold": [GOLD_A]},
    {"id": "fourth", "query": "delta", "type": "none", "gold": []},
)
ANSWERS = {
    "alpha": [
        hit("Of another file: says what is meant", "x/other.txt"),
        hit("It ‘says WHAT\nis meant’, and so on", "x/other.txt", also=("y/one-2015.txt",)),
        hit("This is related.", "y/one.txt"),
        hit("The same in other words", "y/two.txt"),
    ],
    "nearest gamma": [hit("says what is meant")],
    "delta": [hit("something")],
}


def test_places_are_measured_as_worked_by_hand(tmp_path: Path, data: Path) -> None:
    run = evaluate_queries(write_lines(tmp_path / "judged.jsonl", *JUDGED), Canned(data, ANSWERS), quiet)
    found = named(run)
    ndcg = (3 / math.log2(3) + 1 / math.log2(4)) / (3 + 1 / math.log2(3))
    assert found["first"]["values"] == {
        "nDCG@10": pytest.approx(ndcg),
        "success@1": 0.0,
        "success@3": 1.0,
        "success@5": 1.0,
        "MRR@10": 0.5,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "called_none": 0.0,
    }
    assert [kept["right"] for kept in found["first"]["hits"]] == [False, True, True]
    assert (found["third"]["values"]["nDCG@10"], found["third"]["values"]["called_none"]) == (1.0, 1.0)
    assert found["second"]["values"] == {"none_detected": 1.0}
    assert found["fourth"]["values"] == {"none_detected": 0.0}
    means = summary(run["queries"])
    assert (means["nDCG@10"]["mean"], means["nDCG@10"]["queries"]) == (pytest.approx((ndcg + 1) / 2), 2)
    assert (means["none_detected"]["mean"], means["called_none"]["mean"]) == (0.5, 0.5)
    assert by_type(run)["question"]["nDCG@10"] == means["nDCG@10"]
    assert [query["id"] for query in worst(run, 5)] == ["first", "third"]


@pytest.mark.parametrize(("word", "counts"), [(49, False), (50, True), (249, True), (250, False)])
def test_of_a_long_hit_the_200_words_around_its_best_sentence_count(
    tmp_path: Path, data: Path, word: int, counts: bool
) -> None:
    words = [f"word{number:03}" for number in range(300)]  # eight characters a word, with the space
    best = (140 * 8, 160 * 8 - 1)  # 20 words: 90 before and 90 after them count as well
    gold = {"source": "one", "must": words[word], "grade": 2}
    file = write_lines(tmp_path / "judged.jsonl", {"query": "alpha", "gold": [gold]})
    engine = Canned(data, {"alpha": [hit(" ".join(words), best=best)]})
    assert named(evaluate_queries(file, engine, quiet))["1"]["values"]["success@1"] == float(counts)


def test_filters_are_those_of_a_search(tmp_path: Path, data: Path) -> None:
    filters = {"force": "kent", "year": 2016, "finding": "area-for-improvement", "status": "complete"}
    file = write_lines(tmp_path / "judged.jsonl", {"query": "alpha", "filters": filters, "gold": []})
    engine = Canned(data, {})
    evaluate_queries(file, engine, quiet)
    asked = engine.asked[0]
    assert (asked.page_size, asked.force, asked.status) == (10, ("kent",), ("complete",))
    assert (asked.year_from, asked.year_to) == (2016, 2016)
    assert asked.finding == ("area_for_improvement",)
    write_lines(file, {"query": "alpha", "filters": {"force": "kentt"}, "gold": []})
    with pytest.raises(EvaluationError, match=r"Query 1 of .* cannot be asked: .*the nearest is kent"):
        evaluate_queries(file, engine, quiet)


def test_the_current_index_is_asked(tmp_path: Path, data: Path, engine: Engine) -> None:
    gold = {"source": "peel-essex", "must": "looks for missing children", "grade": 2}
    file = write_lines(tmp_path / "judged.jsonl", {"query": "looks for missing children", "gold": [gold]})
    run = evaluate_queries(file, engine, quiet)
    assert run["queries"][0]["values"]["success@1"] == 1.0
    assert run["measured"]["generation"] == (data / "CURRENT").read_text("utf-8").strip()


def test_a_saved_run_is_read_as_it_was(tmp_path: Path, collection: Path) -> None:
    run, path = retrieve(collection, tmp_path / "data"), tmp_path / "run.json"
    for _ in range(2):  # the second replaces the first
        save_run(run, path)
        assert load_run(path) == run
    assert [entry.name for entry in tmp_path.glob("*run.json*")] == ["run.json"]
    change = compare_runs(run, run)
    assert (change["queries"], change["differs"], change["worse"], change["better"]) == (4, [], [], [])
    assert change["metrics"]["nDCG@10"]["chance"] == 1.0


def test_runs_are_compared_over_the_queries_that_both_judged_alike(tmp_path: Path, data: Path) -> None:
    file, engine = tmp_path / "judged.jsonl", Canned(data, ANSWERS)
    before = evaluate_queries(write_lines(file, *JUDGED), engine, quiet)
    engine.answers = ANSWERS | {"alpha": list(reversed(ANSWERS["alpha"])), "gamma": [hit("other")]}
    changed = {**JUDGED[3], "gold": [GOLD_R]}
    after = evaluate_queries(write_lines(file, *JUDGED[:3], changed), engine, quiet)
    change = compare_runs(before, after)
    assert (change["queries"], change["differs"]) == (3, ["files"])
    assert [(move["id"], move["before"], move["after"]) for move in change["worse"]] == [("third", 1.0, 0.0)]
    assert [move["id"] for move in change["better"]] == ["first"]
    assert change["metrics"]["called_none"]["difference"] == -0.5
    assert not change["metrics"]["nDCG@10"]["more_than_chance"]


def run_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", *(str(argument) for argument in arguments)])


def refused(*arguments: str | Path) -> str:
    result = run_command(*arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result
    said = [line for line in result.stderr.splitlines() if not line.endswith("…")]
    assert len(said) == 1
    assert said[0].startswith("precedent: ")
    assert said[0].endswith(".")
    return said[0]


def test_the_command_measures_saves_and_compares(tmp_path: Path, collection: Path) -> None:
    arguments = ("retrieval", collection, "--data", tmp_path / "data")
    saved = tmp_path / "run.json"
    first = run_command(*arguments, "--save", saved, "--worst", "1")
    assert first.exit_code == 0
    assert "papers: 4 queries, 5 documents, 5 passages, encoder fake" in first.stdout
    assert 'called "none"    0.250  0.000 to 0.750        4' in first.stdout
    assert 'q3: "no such phrase" (match none)' in first.stdout
    again = run_command(*arguments, "--against", saved)
    assert "nDCG@10 is the same for each of the 4 queries of both runs." in again.stdout
    told = json.loads(run_command(*arguments, "--against", saved, "--json", "--worst", "2").stdout)
    assert told["metrics"]["success@5"]["queries"] == 4
    assert [query["id"] for query in told["worst"]] == ["q3", "q1"]
    assert told["against"]["sentence"].startswith("nDCG@10 is the same")
    assert load_run(saved)["queries"] == told["queries"]


def test_the_command_says_what_got_worse(tmp_path: Path, data: Path) -> None:
    gold = {"source": "peel-essex", "must": "looks for missing children", "grade": 2}
    file = write_lines(
        tmp_path / "judged.jsonl", {"query": "looks for missing children", "type": "exact", "gold": [gold]}
    )
    saved = tmp_path / "run.json"
    assert run_command("queries", file, "--data", data, "--save", saved).exit_code == 0
    run = load_run(saved)
    run["queries"][0]["values"]["nDCG@10"] = 0.5
    run["measured"]["generation"] = "another"
    save_run(run, saved)
    told = run_command("queries", file, "--data", data, "--against", saved, "--worst", "3").stdout
    assert "nDCG@10 changed by +0.500 over the 1 query of both runs" in told
    assert "no more than chance may do; only 1 changed, too few to tell." in told
    assert "What is not the same besides: generation." in told
    assert "  0.500 -> 1.000  1: looks for missing children" in told
    assert "\nexact " in told


def broken(collection: Path, judged: Path) -> Iterator[tuple[Path, str, str]]:
    """A file to spoil, with what, and what the sentence then says."""
    yield collection / "queries.jsonl", "{", "Line 1 of"
    yield collection / "queries.jsonl", '{"_id": "q1"}', "no _id or no text"
    yield collection / "queries.jsonl", "[1]", "no object"
    yield collection / "queries.jsonl", '{"_id": 1, "text": "a"}\n{"_id": "1", "text": "b"}', "_id of an earlier line"
    yield collection / "queries.jsonl", '{"_id": "other", "text": "a"}', "use the same ids"
    yield collection / "qrels.tsv", "q1\td1\t1\nq1 d1 1", "Line 2 of"
    yield collection / "qrels.tsv", "q1\td1\t1.5", "whole number"
    yield collection / "qrels.tsv", "q1\td1\t1\nq1\td1\t2", "contradicts"
    yield collection / "qrels.tsv", "q1\td9\t1", "is in corpus.jsonl"
    yield collection / "qrels.tsv", "q1\td1\t0", "use the same ids"
    yield collection / "qrels.tsv", "", "use the same ids"
    yield collection / "corpus.jsonl", "no document", "no document to be found"
    yield judged, "", "holds no query"
    yield judged, '{"query": "a"}', "no list of gold entries"
    yield judged, '{"query": " ", "gold": []}', "no query"
    yield judged, '{"query": "a", "gold": [{"source": "a", "must": "b", "grade": 3}]}', "grade 2 or 1"
    yield judged, '{"query": "a", "gold": ["b"]}', "gold entry"
    yield judged, '{"query": "a", "gold": [], "filters": {"forces": "kent"}}', "filters that are not known"
    yield judged, '{"id": "a", "query": "a", "gold": []}\n' * 2, "id of an earlier line"
    yield judged, '{"query": "' + "long " * 500 + '", "gold": []}', "2,000"


def test_what_cannot_be_used_is_one_sentence_and_exit_code_2(tmp_path: Path, collection: Path, data: Path) -> None:
    judged = write_lines(tmp_path / "judged.jsonl", *JUDGED)
    for path, text, sentence in broken(collection, judged):
        before = path.read_text("utf-8")
        path.write_text(text, "utf-8")
        kind, given = ("queries", judged) if path == judged else ("retrieval", collection)
        assert sentence in refused(kind, given, "--data", data if path == judged else tmp_path / "data"), text
        path.write_text(before, "utf-8")
    judged.write_bytes(b"\xff\xfe\xff\n")
    assert "not UTF-8" in refused("queries", judged, "--data", data)


def test_files_that_are_missing_are_named(tmp_path: Path, collection: Path, data: Path) -> None:
    judged = write_lines(tmp_path / "judged.jsonl", *JUDGED)
    assert "none.jsonl cannot be read" in refused("queries", tmp_path / "none.jsonl", "--data", data)
    assert "precedent build PATH" in refused("queries", judged, "--data", tmp_path / "nothing")
    assert "corpus.jsonl cannot be read" in refused("retrieval", tmp_path / "nothing", "--data", data)
    (collection / "qrels.tsv").unlink()
    assert "qrels.tsv cannot be read" in refused("retrieval", collection, "--data", tmp_path / "data")
    lost = tmp_path / "no" / "run.json"
    assert "cannot be saved" in refused("queries", judged, "--data", data, "--save", lost)
    assert "cannot be read" in refused("queries", judged, "--data", data, "--against", lost)


def test_what_is_no_run_of_these_queries_is_refused(tmp_path: Path, collection: Path, data: Path) -> None:
    judged, saved = write_lines(tmp_path / "judged.jsonl", *JUDGED), tmp_path / "run.json"
    for text in ("", "[]", "{}", '{"format": 2}', '{"format": 1, "queries": [1]}', '"format"'):
        saved.write_text(text, "utf-8")
        assert "holds no run" in refused("queries", judged, "--data", data, "--against", saved)
    assert run_command("retrieval", collection, "--data", tmp_path / "data", "--save", saved).exit_code == 0
    assert "of other queries" in refused("queries", judged, "--data", data, "--against", saved)
    other = write_lines(tmp_path / "other.jsonl", *({**line, "query": f"{line['query']}?"} for line in JUDGED))
    assert run_command("queries", other, "--data", data, "--save", saved).exit_code == 0
    assert "of other queries" in refused("queries", judged, "--data", data, "--against", saved)


def test_what_a_collection_lacks_is_noted(tmp_path: Path, collection: Path) -> None:
    with (collection / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"_id": "d6", "text": ""}\n')
    with (collection / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write("q1\td6\t1\nq9\td1\t1\n")
    run = retrieve(collection, tmp_path / "data")
    assert run["notes"] == [
        "1 judged query left out, without a text or a relevant document.",
        "1 part of corpus.jsonl not read; the first: line 6 has no text.",
        "1 relevant document not in the index; they count as not found.",
    ]
    assert named(run)["q1"]["values"]["recall@100"] == 0.5


def test_judgements_stand_in_either_place_with_or_without_a_head(tmp_path: Path, collection: Path) -> None:
    whole = read_qrels(collection / "qrels.tsv")
    lines = (collection / "qrels.tsv").read_text("utf-8").splitlines()
    (collection / "qrels.tsv").unlink()
    bare = write_lines(collection / "qrels" / "test.tsv", *lines[1:])
    assert (
        read_qrels(bare)
        == whole
        == {"q1": {"d1": 1}, "q2": {"d/2": 2, "d1": 0}, "q3": {"3": 1}, "q4": {"d4": 1, "d5": 1}}
    )
    assert len(retrieve(collection, tmp_path / "data")["queries"]) == 4


def test_queries_without_an_id_are_known_by_their_number(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "judged.jsonl", "", {"query": "a", "gold": []}, "", {"query": "b", "gold": [GOLD_A]})
    assert [one.id for one in read_judged(file)] == ["1", "2"]
