"""Judged queries put to the engine: what is asked, which documents and places its hits are, and what they score."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from corpus.collection import Collection, load
from corpus.forces import load_forces
from indexer.build import build
from indexer.manifest import read_manifest
from models.encoder import Encoder
from models.metrics import RESAMPLES, SEED, place_values, retrieval_values
from service.contract.excerpts import excerpt, shown
from service.contract.labels import counted
from service.contract.requests import SearchRequest, SimilarRequest
from service.contract.responses import Hit, Match, SearchResponse
from service.contract.service_errors import RequestError
from service.contract.values import read
from service.engine import Engine
from service.evaluation.judged import EvaluationError, JudgedQuery, Wanted, plain, read_judged, read_qrels, read_texts
from service.evaluation.runs import FORMAT, HitRecord, Kind, QueryRecord, Run

Progress = Callable[[str, int, int], None]
Judgements = Mapping[str, Mapping[str, int]]

_DEPTH = 100  # documents of a ranking that are measured
_FIRST = 3  # hits that a run keeps of each query
_WINDOW = 200  # words of a hit that count
_LENGTH = 240  # characters of a hit's text that a run keeps


def evaluate_retrieval(
    folder: Path,
    data: Path,
    encoder: Encoder,
    progress: Progress,
    *,
    forces: Path | None = None,
    vocabulary: Path | None = None,
) -> Run:
    """Ask every judged query of a collection in the BEIR layout, over an index of its own.

    The index stays in `data`/evaluate, under the hash of the corpus file: a second run builds and encodes nothing.
    `forces` and `vocabulary` are the user's files of force names and of words, as a build takes them. The documents
    of a fold count one by one, that of the shown hit first. It is the ranking that is measured, of all passages; how
    many queries are answered "none" is told beside it. Queries without a relevant document are left out. Raises
    EvaluationError for files that cannot be used, GenerationError where the index cannot be built.
    """
    corpus, asked = folder / "corpus.jsonl", folder / "queries.jsonl"
    places = (folder / "qrels.tsv", folder / "qrels" / "test.tsv")
    qrels = next((path for path in places if path.is_file()), places[0])
    files = _hashes(folder, corpus, asked, qrels)
    texts, judgements = read_texts(asked), read_qrels(qrels)
    judged = {i: js for i, js in judgements.items() if i in texts and any(grade > 0 for grade in js.values())}
    if not judged:
        raise EvaluationError(
            f"No query of {asked} has a relevant document in {qrels}: see that both use the same ids."
        )
    home = data / "evaluate" / files[corpus.name][:16]
    # The whole path, so that the index is one and the same from wherever it is asked for.
    inputs = [str(corpus.resolve())]
    collection = load(inputs, load_forces(forces), progress=lambda done, total: progress("read", done, total))
    notes = [*_unjudged(judgements, judged), *_unplaced(collection, corpus, judged)]
    build(collection, encoder, home, inputs=inputs, forces=forces, vocabulary=vocabulary, progress=progress)
    engine = Engine(home, encoder, mask_contacts=False)
    answers: dict[str, SearchResponse] = {}
    rankings: dict[str, list[str]] = {}
    for number, query in enumerate(judged):
        progress("ask", number, len(judged))
        answers[query], rankings[query] = _ask(engine, texts[query])
    values = retrieval_values(judged, rankings)
    queries = [_retrieved(i, texts[i], judged[i], answers[i], values[i]) for i in judged]
    return _run("retrieval", folder.resolve().name, files, engine, notes, queries)


def evaluate_queries(file: Path, engine: Engine, progress: Progress) -> Run:
    """Ask every query of a file of judged places, with its filters, of the index that `engine` serves.

    A hit satisfies a gold entry when its text holds the entry's `must`, and the name of the file of its document, or
    of one of its fold, begins with the entry's `source`; of a text of more than 200 words the 200 around its best
    sentence count. Ten hits are looked at, or the nearest where nothing matches. Raises EvaluationError for a file or
    a query that cannot be used, GenerationError where nothing is built.
    """

    def answer(one: JudgedQuery) -> tuple[Match, Sequence[Hit]]:
        found = engine.search(read(SearchRequest, _parameters(one), engine.snapshot().known))
        return found.match, found.results or found.nearest

    return _run("queries", file.name, _hashes(file.parent, file), engine, [], _all_placed(file, answer, progress))


def evaluate_similar(file: Path, engine: Engine, progress: Progress) -> Run:
    """Look for the like of every finding of a file of judged places, in all forces.

    As `evaluate_queries`, with `text` for the query. The places of `self` are dropped from the results before the
    first ten are looked at; where nothing is found, nothing is.
    """

    def answer(one: JudgedQuery) -> tuple[Match, Sequence[Hit]]:
        asked = {"text": [one.query], "same_force": ["true"], **one.filters}
        found = engine.similar(read(SimilarRequest, asked, engine.snapshot().known))
        results = found.results if found else []
        return found.match if found else "none", [hit for hit in results if not _satisfied(hit, one.own)]

    return _run("similar", file.name, _hashes(file.parent, file), engine, [], _all_placed(file, answer, progress))


def _all_placed(
    file: Path, answer: Callable[[JudgedQuery], tuple[Match, Sequence[Hit]]], progress: Progress
) -> list[QueryRecord]:
    judged = read_judged(file)
    queries = []
    for number, one in enumerate(judged):
        progress("ask", number, len(judged))
        try:
            queries.append(_placed(one, *answer(one)))
        except RequestError as error:
            raise EvaluationError(f"Query {one.id} of {file} cannot be asked: {error}") from error
    return queries


def _unplaced(collection: Collection, corpus: Path, judged: Judgements) -> Iterator[str]:
    """What was not read, and how many judged documents are not there; EvaluationError where none is."""
    left = [f"{entry.part or corpus.name} {entry.reason}" for entry in collection.skipped]
    if not collection.documents:
        raise EvaluationError(f"There is no document to be found in {corpus}: {left[0]}")
    held = {_id_of(document.key) for document in collection.documents}
    relevant = {name for js in judged.values() for name, grade in js.items() if grade > 0}
    if not relevant & held:
        raise EvaluationError(
            f"None of the {len(relevant):,} relevant documents of {corpus.parent} is in {corpus.name}: "
            "see that the judgements name documents by their _id there."
        )
    if left:
        yield f"{counted(len(left), 'part')} of {corpus.name} not read; the first: {left[0]}"
    if missing := relevant - held:
        yield f"{counted(len(missing), 'relevant document')} not in the index; they count as not found."


def _unjudged(judgements: Judgements, judged: Judgements) -> Iterator[str]:
    if left := len(judgements) - len(judged):
        yield f"{counted(left, 'judged query', 'judged queries')} left out, without a text or a relevant document."


def _hashes(folder: Path, *files: Path) -> dict[str, str]:
    """SHA-256 of each file, by its path in the folder."""
    found = {}
    for path in files:
        try:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EvaluationError(
                f"{path} cannot be read ({error.strerror}): `precedent evaluate COMMAND --help` says what is needed."
            ) from error
    return found


def _run(
    kind: Kind,
    name: str,
    files: Mapping[str, str],
    engine: Engine,
    notes: list[str],
    queries: list[QueryRecord],
) -> Run:
    generation = engine.health().generation
    manifest = read_manifest(engine.data / "generations" / generation)
    try:
        version = metadata.version("precedent")
    except metadata.PackageNotFoundError:
        version = ""
    measured = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version,
        "files": dict(files),
        "generation": generation,
        "content": manifest.content,
        "documents": manifest.counts["documents"],
        "passages": manifest.counts["passages"],
        "encoder": asdict(manifest.encoder),
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED},
    }
    return {"format": FORMAT, "kind": kind, "name": name, "measured": measured, "notes": notes, "queries": queries}


def _ask(engine: Engine, text: str) -> tuple[SearchResponse, list[str]]:
    """The first hits, and the first 100 documents of the ranking, best first."""
    request = SearchRequest(query=text, page_size=_FIRST)
    ranking: dict[str, None] = {}
    for hit in engine.all_hits(request, matching=False):
        ranking |= dict.fromkeys(_documents(hit))
        if len(ranking) >= _DEPTH:
            break
    return engine.search(request), list(ranking)


def _documents(hit: Hit) -> list[str]:
    """The ids, as the corpus file has them, of a hit's document and of those folded with it."""
    members = hit.fold.members if hit.fold else []
    return [_id_of(key) for key in (hit.document.id, *(member.document.id for member in members))]


def _id_of(key: str) -> str:
    return unquote(key.rsplit("/", 1)[-1])


def _retrieved(
    name: str, query: str, judged: Mapping[str, int], answer: SearchResponse, values: Mapping[str, float]
) -> QueryRecord:
    hits = [
        _kept(hit, any(judged.get(d, 0) > 0 for d in _documents(hit)))
        for hit in (answer.results or answer.nearest)[:_FIRST]
    ]
    return {
        "id": name,
        "query": query,
        "type": "",
        "judged": _digest(query, sorted(judged.items())),
        "match": answer.match,
        "values": {**values, "called_none": float(answer.match == "none")},
        "hits": hits,
    }


def _placed(one: JudgedQuery, match: Match, hits: Sequence[Hit]) -> QueryRecord:
    none = float(match == "none")
    met = [_satisfied(hit, one.wanted) for hit in hits]
    return {
        "id": one.id,
        "query": one.query,
        "type": one.type,
        "judged": _digest(one.query, one.filters, [asdict(p) for p in one.places], [asdict(w) for w in one.wanted]),
        "match": match,
        "values": {**place_values(one.places, met), "called_none": none} if one.places else {"none_detected": none},
        "hits": [_kept(hit, bool(found)) for hit, found in zip(hits[:_FIRST], met, strict=False)],
    }


def _parameters(one: JudgedQuery) -> dict[str, Sequence[str]]:
    return {"q": [one.query], "page_size": ["10"], **one.filters}


def _kept(hit: Hit, right: bool) -> HitRecord:
    start, end = excerpt(hit.text, hit.best_sentence, _LENGTH)
    return {
        "passage_id": hit.passage_id,
        "document": hit.document.id,
        "title": hit.document.title,
        "text": shown(hit.text[start:end]),
        "right": right,
    }


def _satisfied(hit: Hit, wanted: Sequence[Wanted]) -> set[int]:
    """The indexes of those of `wanted` that a hit satisfies."""
    members = hit.fold.members if hit.fold else []
    sources = (hit.document.source, *(one.document.source for one in members))
    names = [os.path.basename(source) for source in sources]
    text = plain(_window(hit.text, hit.best_sentence))
    return {i for i, w in enumerate(wanted) if w.must in text and any(name.startswith(w.source) for name in names)}


def _window(text: str, best: Sequence[int]) -> str:
    """All of a text of at most 200 words, else the 200 of them that have the span `best` in their middle."""
    words = [word.span() for word in re.finditer(r"\S+", text)]
    if len(words) <= _WINDOW:
        return text
    first = next((i for i, (_, end) in enumerate(words) if end > best[0]), 0)
    last = max((i for i, (start, _) in enumerate(words) if start < best[1]), default=first)
    before = (_WINDOW - min(_WINDOW, last - first + 1)) // 2
    start = max(0, min(first - before, len(words) - _WINDOW))
    return text[words[start][0] : words[start + _WINDOW - 1][1]]


def _digest(*judged: Any) -> str:
    return hashlib.sha256(json.dumps(judged, sort_keys=True).encode()).hexdigest()[:16]
