"""What stands in Milvus: one collection for each generation, a row for each vector, and how it is written.

A collection is whole before anything points to it: the alias of a data folder is moved, in one step, to one whose rows
have been counted. Rows have keys of their own, so that a write that was stopped goes on.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.milvus import WRITING, Link, MilvusError

Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]

ROW, PASSAGE, WINDOW, VECTOR, WORDS = "row", "passage", "window", "vector", "words"
FACET = "facet_"  # before the name of a facet, of which the column has the codes
WINDOW_BITS = 16  # of a row's key, below those of its passage
BATCH = 1_000  # rows sent at once: about 3 MB, of the 64 that Milvus takes
EXACT_UP_TO = 100_000  # rows up to which a question is compared with each
_VALUES = 1_024  # that a facet may have for one passage
_TRIES = 5  # of a batch, with pauses of 1, 2, 4 and 8 seconds between them
# The words of a row that has none: every sparse vector holds something, and no term is numbered so.
_NO_WORDS = {0: 1.0}
_NO_ALIAS = (100, 1600)  # the codes for an alias that there is not, of milvus-lite and of Milvus
_FOLDERS = "collections"  # of milvus-lite, below its file, which is a folder


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a collection, the same for every row of a passage: whole numbers, flags, and lists of numbers.

    Facets are the codes of their values: `numbers` where a passage has one, `lists` where it may have several.
    """

    dimension: int
    numbers: tuple[str, ...]
    flags: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows, in order of passage and window, which counts from 0. `vectors` has shape (n, dimension).

    `words` are the terms of each row and what each counts, by number from 0: those of a passage at its first window,
    none at the others. `columns` are by name, an entry for each row.
    """

    passages: Numbers
    windows: Numbers
    vectors: Vectors
    words: Sequence[Mapping[int, float]]
    columns: Mapping[str, Sequence[Any] | NDArray[Any]]


class Source(Protocol):
    """What a collection is written from: `size` rows in order, of which any stretch can be asked for."""

    shape: Shape
    size: int

    def rows(self, start: int, stop: int) -> Rows:
        """Rows `start` up to `stop`, from 0."""
        ...


def alias_of(data: Path) -> str:
    """The name that always stands for a whole collection of a data folder, which several may share a Milvus with."""
    return f"precedent_{hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:8]}"


def collection_of(data: Path, mark: str) -> str:
    """The name of the collection of a generation with `mark`, which is of letters and digits."""
    return f"{alias_of(data)}_{mark}"


def current_mark(link: Link, data: Path) -> str | None:
    """The mark of the collection that the alias of a data folder stands for; None where nothing was written yet."""
    try:
        found = link.ask(lambda client: client.describe_alias(alias_of(data), timeout=WRITING))
    except MilvusError as error:
        if error.code in _NO_ALIAS:
            return None
        raise
    return str(found["collection_name"]).removeprefix(f"{alias_of(data)}_")


def keys_of(passages: Numbers, windows: Numbers | int = 0) -> Numbers:
    """The keys of rows, ascending with passage and window."""
    return np.asarray((np.asarray(passages, np.int64) << WINDOW_BITS) | windows)


def passages_of(keys: Numbers) -> Numbers:
    """The passages.id of rows with these keys."""
    return np.asarray(keys >> WINDOW_BITS)


def write_collection(
    link: Link,
    data: Path,
    mark: str,
    source: Source,
    keep: Collection[str] = (),
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Write a generation's rows, move the alias to them, and drop the collections whose marks are not to be kept.

    What a write that was stopped has left under the same mark is gone on with. Gives the number of rows that had to be
    sent; `tell` hears how many of all there are. Raises MilvusError, and then the alias is where it was.
    """
    name = collection_of(data, mark)
    sent = _fill(link, name, source, tell)
    if (there := link.ask(lambda client: _count(client, name))) != source.size:
        # Rows of a batch that came half, of a write with other batches.
        _drop(link, name)
        sent += _fill(link, name, source, tell)
        there = link.ask(lambda client: _count(client, name))
    if there != source.size:
        raise MilvusError(
            f"Milvus at {link.address.uri} counts {there} rows where {source.size} were written. Look at it, then run"
            " `precedent build` again; the former index is still served."
        )
    _point(link, data, mark)
    for other in _marks(link, data) - {mark, *keep}:
        _drop(link, collection_of(data, other))
    return sent


def _fill(link: Link, name: str, source: Source, tell: Callable[[int, int], None]) -> int:
    """Send the rows that are not there yet; their number is returned.

    One writer sends whole batches in order, so that all are there but those of the last one.
    """
    there = _prepared(link, name, source)
    first = there // BATCH * BATCH if there < source.size else source.size
    for start in range(first, source.size, BATCH):
        tell(start, source.size)
        _send(link, name, source.rows(start, min(start + BATCH, source.size)))
    if first < source.size:
        link.ask(lambda client: client.flush(name, timeout=WRITING))
    tell(source.size, source.size)
    return source.size - first


def _prepared(link: Link, name: str, source: Source) -> int:
    """Have a collection to write into, and the number of rows in it; one that cannot be used is made anew."""
    if link.address.file:
        _clear_leftovers(link.address.file)
    try:
        if link.ask(lambda client: _usable(client, name, source.shape)):
            there = link.ask(lambda client: _count(client, name))
            if there <= source.size:
                return there
    except MilvusError as error:
        if not error.code:  # it is Milvus that is away
            raise
    link.ask(lambda client: _make(client, name, source, exact=_is_exact(link, source)))
    return 0


def _is_exact(link: Link, source: Source) -> bool:
    return source.size <= EXACT_UP_TO or link.address.file is not None


def _clear_leftovers(file: Path) -> None:
    """Remove what milvus-lite leaves when it is killed while it makes or drops a collection.

    Such a folder has no schema.json. It is no collection to it then, and none of that name can be made.
    """
    for folder in (file / _FOLDERS).glob("precedent_*"):
        if not (folder / "schema.json").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _send(link: Link, name: str, rows: Rows) -> None:
    """Send a batch. A row that is there is replaced, so that one whose answer was lost may be sent again."""
    records = _records(rows)
    for attempt in range(_TRIES):
        try:
            link.ask(lambda client: client.upsert(name, records, timeout=WRITING))
            return
        except MilvusError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(2**attempt)


def _records(rows: Rows) -> list[dict[str, Any]]:
    keys = keys_of(rows.passages, rows.windows).tolist()
    columns = {name: values.tolist() if isinstance(values, np.ndarray) else values for name, values in _plain(rows)}
    words = [{term + 1: float(worth) for term, worth in own.items()} or _NO_WORDS for own in rows.words]
    vectors = np.asarray(rows.vectors, np.float32)
    return [
        {ROW: key, VECTOR: vectors[at], WORDS: words[at], **{name: values[at] for name, values in columns.items()}}
        for at, key in enumerate(keys)
    ]


def _plain(rows: Rows) -> list[tuple[str, Any]]:
    return [(PASSAGE, rows.passages), (WINDOW, rows.windows), *rows.columns.items()]


def _make(client: Any, name: str, source: Source, *, exact: bool) -> None:
    indexes = client.prepare_index_params()
    if exact:
        indexes.add_index(VECTOR, index_type="FLAT", metric_type="IP")
    else:
        # The graph that Milvus recommends where recall matters and memory is there.
        indexes.add_index(VECTOR, index_type="HNSW", metric_type="IP", params={"M": 16, "efConstruction": 200})
    indexes.add_index(WORDS, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    client.drop_collection(name, timeout=WRITING)
    client.create_collection(name, schema=_schema(source.shape), index_params=indexes, timeout=WRITING)


def _schema(shape: Shape) -> Any:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ROW, DataType.INT64, is_primary=True)
    schema.add_field(PASSAGE, DataType.INT64)
    schema.add_field(WINDOW, DataType.INT32)
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=shape.dimension)
    schema.add_field(WORDS, DataType.SPARSE_FLOAT_VECTOR)
    for name in shape.numbers:
        schema.add_field(name, DataType.INT32)
    for name in shape.flags:
        schema.add_field(name, DataType.BOOL)
    for name in shape.lists:
        schema.add_field(name, DataType.ARRAY, element_type=DataType.INT32, max_capacity=_VALUES)
    return schema


def _usable(client: Any, name: str, shape: Shape) -> bool:
    """Whether there is such a collection, with these columns."""
    if not client.has_collection(name, timeout=WRITING):
        return False
    fields = {field["name"]: field for field in client.describe_collection(name, timeout=WRITING)["fields"]}
    wanted = {ROW, PASSAGE, WINDOW, VECTOR, WORDS, *shape.numbers, *shape.flags, *shape.lists}
    return fields.keys() == wanted and int(fields[VECTOR]["params"]["dim"]) == shape.dimension


def _count(client: Any, name: str) -> int:
    """The rows of a collection, all that were sent before counted."""
    client.load_collection(name, timeout=WRITING)
    counted = client.query(name, filter="", output_fields=["count(*)"], consistency_level="Strong", timeout=WRITING)
    return int(counted[0]["count(*)"])


def _drop(link: Link, name: str) -> None:
    link.ask(lambda client: client.drop_collection(name, timeout=WRITING))


def _point(link: Link, data: Path, mark: str) -> None:
    known, name = current_mark(link, data), collection_of(data, mark)
    if known is None:
        link.ask(lambda client: client.create_alias(name, alias_of(data), timeout=WRITING))
    elif known != mark:
        link.ask(lambda client: client.alter_alias(name, alias_of(data), timeout=WRITING))


def _marks(link: Link, data: Path) -> set[str]:
    """The marks of all collections of a data folder, finished or not."""
    if link.address.file:
        # Its folders: milvus-lite opens each collection to list them, and one that is broken would hide the others.
        names = [folder.name for folder in (link.address.file / _FOLDERS).iterdir()]
    else:
        names = link.ask(lambda client: client.list_collections(timeout=WRITING))
    start = f"{alias_of(data)}_"
    return {name.removeprefix(start) for name in names if name.startswith(start)}
