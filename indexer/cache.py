"""Vectors already computed, kept across builds. It may be deleted at any time; a broken one is replaced."""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.manifest import GenerationError
from models.encoder import Encoder, encode_batches

Vectors = NDArray[np.float32]
Result = TypeVar("Result")

CACHE = "embeddings.sqlite"  # in a data folder
_APPLICATION = 0x50524532  # "PRE2": tells our file from any other SQLite database, and from one without checksums
_PATIENCE = 5.0  # seconds that another program may hold the file
_SUM = 4  # bytes of the checksum that follows each vector
_COMMIT = 128  # strings encoded between two commits: what a killed build may lose; 64 were 8 % slower
_LOOK_UP = 500  # parameters in one statement; SQLite's oldest limit is 999


class EmbeddingCache:
    """The cache file at `path`, seen with one encoder's eyes. A context manager; for one thread."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path = path
        self._salt = f"{encoder.fingerprint}\0{encoder.dtype}\0{encoder.backend}\0".encode()
        self._dimension = encoder.dimension
        self._database = _opened(path)

    def __enter__(self) -> "EmbeddingCache":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def get(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those `texts` that are known, each of shape (dimension,)."""
        # In the order of the keys, in which the file has them: three times as fast as in that of the texts.
        text_of = sorted((self._key(text), text) for text in texts)
        found: dict[str, Vectors] = {}
        for start in range(0, len(text_of), _LOOK_UP):
            found.update(self._look_up(dict(text_of[start : start + _LOOK_UP])))
        return found

    def unknown(self, texts: Sequence[str]) -> list[str]:
        """Those of `texts` that are not known, without reading a vector: one that is not sound counts as known."""
        text_of = sorted((self._key(text), text) for text in texts)
        found: list[str] = []
        for start in range(0, len(text_of), _LOOK_UP):
            asked = dict(text_of[start : start + _LOOK_UP])
            known = {key for (key,) in self._through(partial(self._keys, list(asked))) or ()}
            found += [text for key, text in asked.items() if key not in known]
        return found

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep one vector per text, committed before this returns."""
        pairs = ((self._key(t), v.astype("<f4").tobytes()) for t, v in zip(texts, vectors, strict=True))
        rows = [(key, blob + _sum(key, blob)) for key, blob in pairs]
        self._through(lambda: self._insert(rows))

    def _look_up(self, text_of: Mapping[bytes, str]) -> Iterator[tuple[str, Vectors]]:
        """The known ones of texts by their keys; a vector not as it was written, or of another length, is not known."""
        for key, blob in self._through(lambda: self._select(list(text_of))) or ():
            if _is_sound(key, blob) and len(blob) == 4 * self._dimension + _SUM:
                yield text_of[key], np.frombuffer(blob[:-_SUM], dtype="<f4")

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(self._salt + text.encode()).digest()

    def _select(self, keys: list[bytes]) -> list[tuple[bytes, bytes]]:
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, vector FROM embeddings WHERE key IN ({marks})"  # noqa: S608
        return self._database.execute(query, keys).fetchall()

    def _keys(self, keys: list[bytes]) -> list[tuple[bytes]]:
        marks = ",".join("?" * len(keys))
        query = f"SELECT key FROM embeddings WHERE key IN ({marks})"  # noqa: S608
        return self._database.execute(query, keys).fetchall()

    def _insert(self, rows: list[tuple[bytes, bytes]]) -> None:
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", rows)

    def _through(self, work: Callable[[], Result]) -> Result | None:
        """Do `work`; where the file turns out to be damaged, go on with an empty one."""
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise _unusable(self._path, error) from error
            self._database.close()
            _set_aside(self._path)
            self._database = _opened(self._path)
            return None


class CachedEncoder:
    """A DocumentEncoder that encodes no text twice, ever: what its cache knows is taken from there.

    `encoded` and `cached` count the distinct texts of each call so far that were new and that were known.
    """

    def __init__(self, encoder: Encoder, cache: EmbeddingCache) -> None:
        self._encoder, self._cache = encoder, cache
        self.dimension = encoder.dimension
        self.encoded = self.cached = 0

    def windows(self, text: str) -> list[str]:
        """Overlapping pieces of `text` that each fit; `[text]` when all of it fits."""
        return self._encoder.windows(text)

    def unknown(self, texts: Sequence[str]) -> list[str]:
        """Those of distinct `texts` that are still to be encoded."""
        return self._cache.unknown(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """L2-normalised vectors, shape (len(texts), dimension), in the order of `texts`."""
        known = self.vectors(texts)
        return np.array([known[text] for text in texts], np.float32).reshape(len(texts), self.dimension)

    def vectors(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> dict[str, Vectors]:
        """The vector of each distinct text, of shape (dimension,); `progress(done, total)` counts new ones."""
        tell = progress or (lambda done, total: None)
        distinct = list(dict.fromkeys(texts))
        known = self._cache.get(distinct)
        # Longest first, so that a batch holds strings of like length and the estimate of time left errs high.
        new = sorted((text for text in distinct if text not in known), key=len, reverse=True)
        self.cached += len(known)
        tell(0, len(new))
        done = 0
        batches = (new[start : start + _COMMIT] for start in range(0, len(new), _COMMIT))
        with closing(encode_batches(self._encoder, batches)) as made:
            for batch, vectors in made:
                self._cache.put(batch, vectors)
                known.update(zip(batch, vectors, strict=True))
                self.encoded += len(batch)
                done += len(batch)
                tell(done, len(new))
        return known


@contextmanager
def cached_encoder(data: Path, encoder: Encoder) -> Iterator[CachedEncoder]:
    """`encoder` with the cache of the data folder `data` before it. Raises GenerationError as `EmbeddingCache` does."""
    with EmbeddingCache(data / CACHE, encoder) as cache:
        yield CachedEncoder(encoder, cache)


def check_cache(path: Path) -> str | None:
    """What is wrong with the cache at `path`, None where every vector is as it was written. Reads all of it."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = str(database.execute("PRAGMA quick_check").fetchone()[0])
            if found == "ok":
                rows = database.execute("SELECT key, vector FROM embeddings")
                wrong = sum(1 for key, blob in rows if not _is_sound(key, blob))
                found = f"{wrong:,} vectors are not as they were written" if wrong else "ok"
    except sqlite3.Error as error:
        return str(error)
    return None if found == "ok" else found


def _sum(key: bytes, blob: bytes) -> bytes:
    return zlib.crc32(key + blob).to_bytes(_SUM, "little")


def _is_sound(key: bytes, blob: bytes) -> bool:
    # What a damaged file gives back may be of any type.
    return isinstance(key, bytes) and isinstance(blob, bytes) and blob[-_SUM:] == _sum(key, blob[:-_SUM])


def _opened(path: Path) -> sqlite3.Connection:
    """The cache at `path`, made where there is none and made anew where the file is damaged or no cache.

    Raises GenerationError where SQLite cannot work, which says nothing against the file: it is locked, the disk
    is full.
    """
    try:
        try:
            return _open(path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            _set_aside(path)
            return _open(path)
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error speaks against the file, and not against the disk or another program that holds it."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR  # "unsupported file format"
    return True


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE)
    try:
        found = [row[0] for row in database.execute("SELECT name FROM pragma_table_info('embeddings')")]
        if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            database.execute(f"PRAGMA application_id = {_APPLICATION}")
            # With rowids, so that vectors are appended and only keys put in order: 60,000 take 120 MB instead of 268
            # and a third of the time. Older caches, without, answer the same.
            database.execute("CREATE TABLE embeddings (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        elif database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION or found != ["key", "vector"]:
            raise sqlite3.DatabaseError("not an embedding cache")
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _unusable(path: Path, error: sqlite3.Error) -> GenerationError:
    return GenerationError(
        f"The build stopped: the cache of vectors {path} cannot be used ({error}). See that no other program has it"
        " open and that there is room, then run `precedent build` again. The cache may also be deleted."
    )


def _set_aside(path: Path) -> None:
    """Rename a file that is no usable cache, in case somebody wants it back; its journal goes."""
    path.replace(path.with_name(path.name + ".broken"))
    with suppress(FileNotFoundError):
        path.with_name(path.name + "-journal").unlink()
