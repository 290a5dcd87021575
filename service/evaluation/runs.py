"""Runs of an evaluation: what one holds, its means, saving and reading it, and what lies between two of them."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypedDict

from indexer.durable import write_whole
from models.metrics import compare, interval
from service.evaluation.judged import EvaluationError, read_bytes

Kind = Literal["retrieval", "queries", "similar"]
Means = dict[str, dict[str, float]]

MAIN = "nDCG@10"  # the measure by which queries are called better or worse
FORMAT = 1
_MOVED = 10  # queries that got better, or worse, that a comparison names
_NO_RUN = "{} holds no run of an evaluation: give a file that `precedent evaluate … --save FILE` has written."


class HitRecord(TypedDict):
    """A hit as a run keeps it; `right` is whether it, or what is folded with it, answers or is related."""

    passage_id: str
    document: str
    title: str
    text: str
    right: bool


class QueryRecord(TypedDict):
    """One query: its measures by name, and its first hits. `judged` is a hash of all that it was judged by."""

    id: str
    query: str
    type: str
    judged: str
    match: str
    values: dict[str, float]
    hits: list[HitRecord]


class Run(TypedDict):
    """What was measured, with what, and every query; `notes` are sentences on what could not be."""

    format: int
    kind: Kind
    name: str
    measured: dict[str, Any]
    notes: list[str]
    queries: list[QueryRecord]


class Move(TypedDict):
    """A query whose nDCG@10 changed."""

    id: str
    query: str
    type: str
    before: float
    after: float


class Change(TypedDict):
    """What lies between two runs: `differs` names what was not the same of `measured`, `metrics` are Comparisons."""

    queries: int
    differs: list[str]
    metrics: dict[str, dict[str, Any]]
    worse: list[Move]
    better: list[Move]


def summary(queries: Sequence[QueryRecord]) -> Means:
    """Mean, ends of the 95 % interval and number of queries of every measure that any of the queries has."""
    values: dict[str, list[float]] = {}
    for query in queries:
        for name, value in query["values"].items():
            values.setdefault(name, []).append(value)
    return {name: asdict(interval(found)) for name, found in values.items()}


def by_type(run: Run) -> dict[str, Means]:
    """`summary` of the queries of each type; empty where the queries have no types."""
    types = sorted({query["type"] for query in run["queries"]} - {""})
    return {name: summary([query for query in run["queries"] if query["type"] == name]) for name in types}


def worst(run: Run, number: int) -> list[QueryRecord]:
    """The `number` queries of the lowest nDCG@10, worst first, ties in the order of the file."""
    return sorted((q for q in run["queries"] if MAIN in q["values"]), key=lambda q: q["values"][MAIN])[:number]


def compare_runs(before: Run, after: Run) -> Change:
    """What changed from one run to a later one, over the queries that both asked and judged in the same way.

    Raises EvaluationError where they share none.
    """
    earlier = {(query["id"], query["judged"]): query for query in before["queries"]}
    known = [(earlier.get((query["id"], query["judged"])), query) for query in after["queries"]]
    pairs = [(old, new) for old, new in known if old is not None]
    if before["kind"] != after["kind"] or not pairs:
        raise EvaluationError(
            f"The saved run ({before['kind']}, {before['name']}) is of other queries, or other judgements, than "
            f"{after['name']}: compare with one that `precedent evaluate {after['kind']} … --save` wrote for these."
        )
    moves = [_move(old, new) for old, new in pairs if MAIN in old["values"] and MAIN in new["values"]]
    moves.sort(key=lambda move: move["after"] - move["before"])
    return {
        "queries": len(pairs),
        "differs": [n for n, v in after["measured"].items() if n != "created" and before["measured"].get(n) != v],
        "metrics": _differences(pairs),
        "worse": [move for move in moves if move["after"] < move["before"]][:_MOVED],
        "better": [move for move in reversed(moves) if move["after"] > move["before"]][:_MOVED],
    }


def _differences(pairs: Sequence[tuple[QueryRecord, QueryRecord]]) -> dict[str, dict[str, Any]]:
    metrics = {}
    for name in dict.fromkeys(name for _, new in pairs for name in new["values"]):
        both = [(old, new) for old, new in pairs if name in old["values"] and name in new["values"]]
        if both:
            values = [
                {new["id"]: one["values"][name] for one, new in side} for side in (both, [(n, n) for _, n in both])
            ]
            found = compare(*values)
            metrics[name] = {**asdict(found), "more_than_chance": found.more_than_chance}
    return metrics


def _move(before: QueryRecord, after: QueryRecord) -> Move:
    return {
        "id": after["id"],
        "query": after["query"],
        "type": after["type"],
        "before": before["values"][MAIN],
        "after": after["values"][MAIN],
    }


def check_place(path: Path) -> None:
    """Raises EvaluationError where `save_run` could not write `path`, before anything has been measured."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise EvaluationError(f"The run cannot be saved as {path}: name a file in a folder that can be written.")


def save_run(run: Run, path: Path) -> None:
    """Write a run for `load_run`; a file of that name is replaced by the whole of it or not at all.

    Raises EvaluationError where it cannot be written.
    """
    try:
        write_whole(path, json.dumps(run, ensure_ascii=False, indent=1, allow_nan=False))
    except OSError as error:
        why = error.strerror or error
        raise EvaluationError(f"The run cannot be saved as {path} ({why}): name a file that can be written.") from error


def load_run(path: Path) -> Run:
    """A run that `save_run` wrote. Raises EvaluationError for anything else."""
    raw = read_bytes(path)
    try:
        found: Run = json.loads(raw)
        sound = found["format"] == FORMAT and all(_is_sound(query) for query in found["queries"])
        sound = sound and all(isinstance(found[name], str) for name in ("kind", "name"))
        sound = sound and isinstance(found["measured"], dict)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvaluationError(_NO_RUN.format(path)) from error
    if not sound:
        raise EvaluationError(_NO_RUN.format(path))
    return found


def _is_sound(query: QueryRecord) -> bool:
    texts = (query["id"], query["judged"], query["query"], query["type"])
    values = query["values"].values()
    return all(isinstance(text, str) for text in texts) and all(0 <= value <= 1 for value in values)
