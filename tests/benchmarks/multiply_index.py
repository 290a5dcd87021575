"""An index many times as large as one that is built, without parsing or encoding again: to ask, not to read in.

    PYTHONPATH=.:tests:tests/benchmarks python tests/benchmarks/multiply_index.py DATA TIMES OUT [--unhashed]

DATA is a data folder as bench_scale.py leaves (FOLDER/1000000); OUT is made, and may be asked by bench_scale.py as
FOLDER/10000000. Each passage, finding, comment and document of DATA is there TIMES times, and what says the same does
so within its own copy only. Vectors of copies are turned a little, by noise that is the same every time, and coded
anew; words stand in as many more passages, and score by that. What it is not: there are no more distinct words than
before. The texts of copied documents are left empty, because a search reads those of passages alone. Phrases that the
build did not know, as people put them into quotation marks, are looked up in the words of DATA itself, so they are
found in the first copy only, and `precedent doctor` says so: to index ten million passages again for them would take
longer than all the rest. Register numbers repeat. There is no map.

Memory is taken for one copy's narrow columns and some batches. With --unhashed the manifest has the sizes of its files,
which is all that is looked at when it is opened, and no checksums: then the doctor has nothing to compare with.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from made_papers import SEED
from numpy.typing import NDArray

from indexer.arrays import mapped
from indexer.durable import UNFINISHED, unfinished
from indexer.manifest import (
    COLUMNS,
    COPIES,
    LEXICAL,
    PASSAGES,
    POSTINGS,
    REFERENCE,
    TAGS,
    VECTORS,
    FileRecord,
    Manifest,
    current_id,
    file_record,
    read_manifest,
)
from indexer.postings import FIELDS
from indexer.publish import publish, stamp
from indexer.register_columns import WIDTH
from indexer.tables import open_tables
from indexer.vector_index import VectorIndex, open_vectors, write_vectors
from service.memory.strength import SEARCH, SIMILAR

NOISE = 0.2  # length of what is added to a vector, as a part of its own
_BATCH = 1 << 22  # postings that are written at a time, or those of one word
_ROWS = 20_000  # vectors at a time
# What numbers are of: by table and column, the table whose rows they count.
_REFERS: Mapping[str, Mapping[str, str]] = {
    "documents": {"id": "documents"},
    "document_forces": {"document": "documents"},
    "sections": {"id": "sections", "document": "documents"},
    "grades": {"id": "grades", "document": "documents", "section": "sections"},
    "findings": {"id": "findings", "document": "documents", "section": "sections", "fold": "findings"},
    "events": {"id": "events", "document": "documents", "echo": "events", "finding": "findings"},
    "glossary": {"document": "documents"},
    "passages": {
        "id": "passages",
        "document": "documents",
        "section": "sections",
        "finding": "findings",
        "event": "events",
        "parent": "passages",
        "fold": "passages",
    },
    "wording": {"passage": "passages"},
    "standings": {"finding": "findings"},
    "event_owners": {"event": "events"},
    "openings": {"passage": "passages"},
}
_WORDS = """
WITH RECURSIVE copies (copy) AS (SELECT 0 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ? - 1)
INSERT INTO record_words SELECT place * ? + copy, words FROM base.record_words CROSS JOIN copies
"""
_COLUMNS = {"fold": "passages", "document": "documents", "finding": "findings", "asks": "findings"}
_ENTRIES = ("forces", "lists", "asking")  # of a record of the register, of which it may have several

Numbers = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("times", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--unhashed", action="store_true", help="a manifest without checksums")
    given = parser.parse_args()
    manifest = multiplied(given.data, given.times, given.out, hashed=not given.unhashed)
    print(f"{manifest.counts['passages']:,} passages, {manifest.counts['vectors']:,} vectors in {given.out}")
    print("Phrases that the build did not know are found in the first copy only.")


def multiplied(data: Path, times: int, out: Path, *, hashed: bool = True) -> Manifest:
    """Make the index in `out`, of so many copies of the current one of `data`. How long each store took is told."""
    base = data / "generations" / (current_id(data) or "")
    manifest = read_manifest(base)
    out.mkdir(parents=True, exist_ok=True)
    for path in data.iterdir():
        if path.name in ("models", SEARCH, SIMILAR):
            _linked(path, out / path.name)
    (out / "built.json").unlink(missing_ok=True)  # of another index that stood here
    with unfinished(out / "generations" / f"{UNFINISHED}{stamp(datetime.now(UTC), out)}") as folder:
        last = _last(base / PASSAGES)
        stages: dict[str, Callable[[], None]] = {
            PASSAGES: lambda: _write_tables(base / PASSAGES, folder / PASSAGES, times, last),
            COLUMNS: lambda: _write_columns(base / COLUMNS, folder / COLUMNS, times, last),
            POSTINGS: lambda: _write_postings(base / POSTINGS, folder / POSTINGS, times, last["passages"]),
            VECTORS: lambda: _write_vectors(base / VECTORS, folder / VECTORS, times, last["passages"]),
        }
        if manifest.theme_model:
            stages[TAGS] = lambda: _write_tags(base / TAGS, folder / TAGS, times, last["passages"])
        for name in (LEXICAL, REFERENCE, *(copy for copy in COPIES if copy in manifest.files)):
            _linked(base / name, folder / name)
        for name, write in stages.items():
            _timed(name, write)
        known: dict[str, FileRecord] = {}
        _timed("checksums" if hashed else "sizes", lambda: known.update(_records(folder, hashed=hashed)))
        larger = replace(
            manifest,
            created=datetime.now(UTC).isoformat(),
            content=f"{manifest.content} x {times}",
            counts={name: count * times for name, count in manifest.counts.items()},
            document_kinds={name: count * times for name, count in manifest.document_kinds.items()},
            files=known,
        )
        (folder / "manifest.json").write_text(larger.to_json(), "utf-8")
        publish(folder, larger, out)
    return larger


def _timed(name: str, work: Callable[[], None]) -> None:
    began = time.perf_counter()
    work()
    print(f"{name}: {time.perf_counter() - began:,.1f} s", file=sys.stderr, flush=True)


def _linked(source: Path, target: Path) -> None:
    """The same file or folder under another name; a copy where that cannot be."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copyfile(one, other)

    if source.is_dir():
        shutil.copytree(source, target, copy_function=link, dirs_exist_ok=True)
    else:
        target.unlink(missing_ok=True)
        link(str(source), str(target))


def _records(folder: Path, *, hashed: bool) -> dict[str, FileRecord]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): file_record(path) if hashed else FileRecord(path.stat().st_size, "")
        for path in paths
    }


def _last(path: Path) -> dict[str, int]:
    """The highest number in each table that has numbers: by so much each copy is further than the one before."""
    own = [table for table, columns in _REFERS.items() if "id" in columns]
    with closing(open_tables(path)) as tables:
        return {table: tables.execute(f"SELECT max(id) FROM {table}").fetchone()[0] or 0 for table in own}  # noqa: S608


def _write_tables(source: Path, target: Path, times: int, last: Mapping[str, int]) -> None:
    """Keys of copies get the copy in front, so that the index of each is written from its beginning to its end."""
    with _widened(source, target) as database:
        indices = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        later = indices.fetchall()
        for name, _ in later:
            database.execute(f"DROP INDEX {name}")
        for table in _REFERS:
            for copy in range(1, times):
                database.execute(_copying(database, table, copy, last))
        database.execute("UPDATE words SET places = places * ?", (times,))
        database.execute("UPDATE shorts SET passages = passages * ?", (times,))
        _write_records(database, times, last)
        for _, statement in later:
            database.execute(statement)


def _widened(source: Path, target: Path) -> Any:
    """A copy of a database, open to be written without a journal, and the first as `base`."""
    shutil.copyfile(source, target)
    database = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("ATTACH ? AS base", (f"{source.resolve()}",))
    database.execute("BEGIN")
    return _Ending(database)


class _Ending(closing[sqlite3.Connection]):
    """Closes a database with all that was written."""

    def __exit__(self, *failed: object) -> None:
        self.thing.execute("COMMIT")
        self.thing.close()


def _copying(database: sqlite3.Connection, table: str, copy: int, last: Mapping[str, int]) -> str:
    """What inserts a copy of the rows of a table."""
    refers = _REFERS[table]
    values = []
    for _, name, *_ in database.execute(f"PRAGMA table_info({table})"):
        quoted = f'"{name}"'
        if name in refers:
            quoted = f"{quoted} + {copy * last[refers[name]]}"
        elif name == "key":
            quoted = f"'c{copy:03}.' || {quoted}"
        elif (table, name) == ("documents", "text"):
            quoted = "''"
        values.append(quoted)
    return f"INSERT INTO {table} SELECT {', '.join(values)} FROM base.{table} ORDER BY rowid"  # noqa: S608


def _write_records(database: sqlite3.Connection, times: int, last: Mapping[str, int]) -> None:
    """The register: the copies of a record have places one behind the other."""
    rows = database.execute("SELECT name, texts, numbers FROM base.record_columns").fetchall()
    found = {name: np.frombuffer(numbers, WIDTH).astype(np.int64) for name, _, numbers in rows}
    texts = {name: own for name, own, _ in rows}
    each = {"finding": last["findings"], "asking": last["passages"]}
    made: dict[str, Numbers] = {}
    for name, numbers in found.items():
        if name.startswith("of ") or name in _ENTRIES:
            continue
        made[name] = (numbers[:, None] + np.arange(times) * each.get(name, 0)).ravel()
    for name in _ENTRIES:
        copies = np.repeat(np.arange(times), len(found[name]))
        of = np.tile(found[f"of {name}"], times) * times + copies
        order = np.argsort(of, kind="stable")
        made[f"of {name}"] = of[order]
        made[name] = (np.tile(found[name], times) + copies * each.get(name, 0))[order]
    database.execute("DELETE FROM record_columns")
    lines = ((name, texts[name], made[name].astype(WIDTH).tobytes()) for name in found)
    database.executemany("INSERT INTO record_columns VALUES (?, ?, ?)", lines)
    database.execute("DELETE FROM record_words")
    database.execute(_WORDS, (times, times))


def _write_tags(source: Path, target: Path, times: int, passages: int) -> None:
    with _widened(source, target) as database:
        for copy in range(1, times):
            shift = copy * passages
            database.execute(
                "INSERT INTO tags SELECT passage + ?, theme, probability, assigned FROM base.tags", (shift,)
            )
            database.execute("INSERT INTO decisions SELECT passage + ?, decision, doubt FROM base.decisions", (shift,))


def _write_columns(source: Path, target: Path, times: int, last: Mapping[str, int]) -> None:
    target.mkdir()
    for path in sorted(source.iterdir()):
        if path.suffix != ".npy":
            _linked(path, target / path.name)
            continue
        own, name = mapped(path), path.stem
        if name.endswith(".firsts"):
            np.save(target / path.name, own * times)
            continue
        if name.endswith(".holders"):
            firsts = mapped(source / path.name.replace("holders", "firsts"))
            np.save(target / path.name, _repeated(own, firsts, times, last["passages"]))
            continue
        if name.endswith(".starts"):
            # From one passage to the next: entry 0 belongs to none, and what is behind the last is the whole.
            each, head, body = int(own[-1]), own[:1], own[1:-1]
            tail = own[-1:] * times
        elif (source / f"{name}.starts.npy").exists():
            each, head, body, tail = 0, own[:0], own, own[:0]
        else:
            each, head, body, tail = last[_COLUMNS[name]] if name in _COLUMNS else 0, own[:1], own[1:], own[:0]
        size = len(head) + times * len(body) + len(tail)
        made = np.lib.format.open_memmap(target / path.name, mode="w+", dtype=own.dtype, shape=(size,))
        made[: len(head)], made[size - len(tail) :] = head, tail
        some = body > 0 if name in ("finding", "asks") else True  # 0 stands for none
        for copy in range(times):
            at = len(head) + copy * len(body)
            shifted = body + np.array(copy * each, body.dtype) * some if each else body
            made[at : at + len(body)] = shifted
        made.flush()


def _repeated(holders: NDArray[np.int32], firsts: Numbers, times: int, passages: int) -> NDArray[np.int32]:
    """The passages with each code, and behind them those of each further copy."""
    copies = np.arange(times, dtype=np.int32)[:, None] * np.int32(passages)
    parts = [(holders[first:end] + copies).ravel() for first, end in pairwise(firsts.tolist())]
    return np.concatenate(parts)


def _write_postings(source: Path, target: Path, times: int, passages: int) -> None:
    target.mkdir()
    for name in ("terms.npy", "ends.npy"):
        _linked(source / name, target / name)
    phrases = _phrases(source)
    for field in FIELDS:
        _write_field(source / field, target / field, times, passages, phrases)


def _phrases(source: Path) -> dict[int, list[int]]:
    """The places of phrases among all words, each with those of the words that it is made of."""
    whole, ends = mapped(source / "terms.npy").tobytes(), mapped(source / "ends.npy").tolist()
    terms = [whole[first:last] for first, last in pairwise(ends)]
    places = {term: place for place, term in enumerate(terms)}
    return {places[term]: [places[word] for word in term.split(b" ")] for term in terms if b" " in term}


def _write_field(source: Path, target: Path, times: int, passages: int, phrases: Mapping[int, list[int]]) -> None:
    """The postings of each word, copy after copy; a score is the same part of what the word now weighs."""
    target.mkdir(parents=True)
    counts, starts = mapped(source / "counts.npy").astype(np.int64), mapped(source / "starts.npy")
    ids, scores = mapped(source / "ids.npy"), mapped(source / "scores.npy")
    np.save(target / "counts.npy", (counts * times).astype(np.int32))
    np.save(target / "starts.npy", starts * times)
    made = [
        np.lib.format.open_memmap(target / f"{name}.npy", mode="w+", dtype=one.dtype, shape=(len(one) * times,))
        for name, one in (("ids", ids), ("scores", scores))
    ]
    order = np.argsort(starts + (counts == 0) * (len(ids) + 1), kind="stable")[: np.count_nonzero(counts)]
    weighs = _rarity(counts * times, passages * times, phrases) / _rarity(counts, passages, phrases)
    starts, counts, weighs = starts[order], counts[order], weighs[order].astype(np.float32)
    for first, end in _blocks(starts, counts, _BATCH // times):
        own, low = counts[first:end], int(starts[first])
        high = int(starts[end - 1] + counts[end - 1])
        # The first copy of a posting is behind all copies of the words before it.
        to = np.arange(high - low) + np.repeat((starts[first:end] - low) * (times - 1), own)
        further, factor = np.repeat(own, own), np.repeat(weighs[first:end], own)
        for out, one, shift in zip(made, (ids, scores), (passages, 0), strict=True):
            if not len(one):
                continue
            piece = np.empty((high - low) * times, one.dtype)
            for copy in range(times):
                piece[to + copy * further] = one[low:high] + copy * shift if shift else one[low:high] * factor
            out[low * times : high * times] = piece
    for out in made:
        out.flush()


def _rarity(counts: Numbers, passages: int, phrases: Mapping[int, list[int]]) -> NDArray[np.float64]:
    """How rare words are, and phrases: all their words together."""
    found = np.log(1 + (passages - counts + 0.5) / (counts + 0.5))
    for phrase, words in phrases.items():
        found[phrase] = found[words].sum()
    return found


def _blocks(starts: Numbers, counts: Numbers, most: int) -> Iterator[tuple[int, int]]:
    """Words from one to another, one at least, with at most so many postings together."""
    ends, first = starts + counts, 0
    while first < len(starts):
        end = max(int(np.searchsorted(ends, starts[first] + most, side="right")), first + 1)
        yield first, end
        first = end


def _write_vectors(source: Path, target: Path, times: int, passages: int) -> None:
    known = open_vectors(source)
    count, dimension = known.rows.shape
    write_vectors(target, count * times, dimension, _turned(known, times, passages), passages * times)


def _turned(known: VectorIndex, times: int, passages: int) -> Iterator[tuple[Numbers, NDArray[np.float32]]]:
    draw = np.random.default_rng(SEED)
    for copy in range(times):
        for first in range(0, len(known.rows), _ROWS):
            rows = known.rows[first : first + _ROWS].astype(np.float32)
            owners = known.owners[first : first + _ROWS].astype(np.int64) + copy * passages
            yield owners, rows if copy == 0 else _near(rows, draw)


def _near(rows: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32]:
    """Vectors near to these, as long as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    noise = draw.standard_normal(rows.shape, np.float32)
    noise *= NOISE * lengths / np.linalg.norm(noise, axis=1, keepdims=True)
    noise += rows
    noise *= lengths / np.linalg.norm(noise, axis=1, keepdims=True)
    return noise


if __name__ == "__main__":
    main()
