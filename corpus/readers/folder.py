"""Folders in: which files are read, under which key, and what is said of those that are not."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.kept import Kept
from corpus.model import CorpusError, Document, Source
from corpus.readers.formats import MAPPING, READERS
from corpus.readers.reading import MEGABYTE, Explained, Limits, source_of
from corpus.readers.worker import Job, Read, Words, reading
from corpus.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a `part` of one ("row 14"), that was not read, and why: words that go on from its name.

    `expected` is True for what is no document in the first place, such as a readme.
    """

    path: str
    reason: str
    part: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A file to read, and the key that its document will have; or, with `skipped`, why it is not to be read."""

    path: Path
    key: str
    skipped: Skipped | None = None


def read_paths(
    paths: Sequence[str],
    limits: Limits | None = None,
    *,
    others: Sequence[Path] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Source], list[Skipped]]:
    """Every readable document under `paths` (files or folders), in a stable order, and what was left out.

    `others` are files and folders that stand among the documents and are none. `progress` is called with files done and
    their number. Raises CorpusError for a path that does not exist.
    """
    sources: dict[str, Source] = {}
    skipped: list[Skipped] = []
    for file, read in _readings(paths, limits or Limits(), others, progress, skipped):
        for text in read.reading.texts:
            source = source_of(str(file.path), file.key, text, read.sha256, {})
            if source.key in sources:
                skipped.append(_skip(file.path, _taken(source.key), text.name))
            else:
                sources[source.key] = source
        skipped += (_skip(file.path, part.reason, part.where) for part in read.reading.left_out)
    return list(sources.values()), skipped


@dataclass(frozen=True, slots=True)
class Placed:
    """A document that lies on a shelf: the key of its source, its own key, and its number there."""

    source: str
    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Documents:
    """What a folder holds: its documents in order, what was left out, what tables were taken for.

    The documents lie on `shelf`. `files` gives by the key of a source its file, and the key that the file itself has.
    """

    shelf: Shelf
    found: Sequence[Placed]
    skipped: Sequence[Skipped]
    explained: Mapping[str, Sequence[Explained]]
    files: Mapping[str, tuple[Path, str]] = field(default_factory=dict)


def read_documents(
    paths: Sequence[str],
    words: Words,
    limits: Limits | None = None,
    *,
    others: Sequence[Path] = (),
    said: Mapping[Path, Mapping[str, str]] | None = None,
    progress: Callable[[int, int], None] | None = None,
    kept: Kept | None = None,
) -> Documents:
    """Every document under `paths`, parsed where it was read; `said` is what people state of files, by real path.

    What `kept` knows is not read again. The documents are put on a shelf beside it, one by one.
    """
    shelf = Shelf(kept.folder if kept else None)
    found: dict[str, Placed] = {}
    skipped: list[Skipped] = []
    explained: dict[str, Sequence[Explained]] = {}
    files: dict[str, tuple[Path, str]] = {}
    for file, read in _readings(paths, limits or Limits(), others, progress, skipped, words, said or {}, kept):
        for one in read.parsed:
            part = one.name
            if one.key in found:
                skipped.append(_skip(file.path, _taken(one.key), part))
            elif one.document is None:
                skipped.append(_skip(file.path, one.problem, part))
            else:
                found[one.key] = Placed(one.key, one.document.key, shelf.put(one.document))
                files[one.key] = (file.path, file.key)
                skipped += _garbled(one.document)
        if read.reading.explained:
            explained[str(file.path)] = read.reading.explained
        skipped += (_skip(file.path, part.reason, part.where) for part in read.reading.left_out)
    return Documents(shelf, list(found.values()), skipped, explained, files)


def _garbled(document: Document) -> list[Skipped]:
    if not document.garbled:
        return []
    why = "is garbled, as text taken from a PDF may be, and was left out; get a better copy."
    return [Skipped(document.source, why, f"{document.garbled} of its paragraphs")]


def _taken(key: str) -> str:
    return f"would be known as {key}, as another is; rename it."


def _readings(
    paths: Sequence[str],
    limits: Limits,
    others: Sequence[Path],
    progress: Callable[[int, int], None] | None,
    skipped: list[Skipped],
    words: Words | None = None,
    said: Mapping[Path, Mapping[str, str]] | None = None,
    kept: Kept | None = None,
) -> Iterator[tuple[_Found, Read]]:
    """Each file that could be read, with what came of it; the others are added to `skipped`."""
    apart = {real_path(path) for path in others}
    found = _unique_keys([_judged(file, limits, apart) for file in _once(paths, apart)])
    jobs = [Job(f.path, f.key, (said or {}).get(real_path(f.path), {})) for f in found if not f.skipped]
    with reading(jobs, limits, words, kept) as readings:
        for number, file in enumerate(found):
            if progress:
                progress(number, len(found))
            if file.skipped:
                skipped.append(file.skipped)
                continue
            read = next(readings)
            if isinstance(read, CorpusError):
                skipped.append(_skip(file.path, str(read)))
            else:
                yield file, read


def folders_of(paths: Sequence[str], others: Sequence[Path] = ()) -> list[Path]:
    """Every folder in which a document may stand: those under `paths`, and the folder of each file given."""
    apart = {real_path(path) for path in others}
    files = (file for given in paths for file in _files(given, apart))
    return sorted({file.path.parent for file in files})


def _skip(path: Path, reason: str, part: str = "", *, expected: bool = False) -> Skipped:
    return Skipped(os.fsencode(path).decode("utf-8", "replace"), reason, part, expected)


def _once(paths: Sequence[str], apart: set[Path]) -> list[_Found]:
    """What stands under `paths`; a file that is reached twice (given twice, a link) only by its first way."""
    kept: dict[Path, _Found] = {}
    for file in (file for given in paths for file in _files(given, apart)):
        kept.setdefault(file.path if file.skipped else real_path(file.path), file)
    return list(kept.values())


def _files(given: str, apart: set[Path]) -> Iterator[_Found]:
    root = Path(given)
    if not given or not root.exists():
        raise CorpusError(f"There is no file or folder {given or 'without a name'}. Check the path given to build.")
    if not root.is_dir():
        yield _Found(root, root.name)
        return
    home = real_path(root)
    unopened: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unopened.append):
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        closed = [name for name in folders if name.startswith(".") or real_path(Path(folder, name)) in apart]
        folders[:] = sorted(set(folders) - set(linked) - set(closed))
        for name in sorted({*names, *linked, *closed}):
            path = Path(folder, name)
            yield _Found(path, path.relative_to(root).as_posix(), _unfit(path, home))
    for error in unopened:
        path = Path(os.fsdecode(error.filename))
        yield _Found(path, "", _skip(path, f"is a folder that cannot be opened ({error.strerror}); check permissions."))


def _unfit(path: Path, home: Path) -> Skipped | None:
    """Why a thing in a folder is not to be read, by its name or by being a link; None where nothing speaks against."""
    if path.name.startswith((".", "~$")):
        return _skip(path, "is hidden, or a temporary file of an office program.", expected=True)
    if path.is_symlink():
        target = real_path(path)
        if not path.exists():
            return _skip(path, "is a link to something that is not there; remove it.")
        if not target.is_relative_to(home):
            return _skip(path, f"is a link out of the folder; copy {target.name} here, or give build its own path.")
        if path.is_dir():
            return _skip(path, "is a link to a folder that is looked at under its own name.", expected=True)
    return None


def real_path(path: Path) -> Path:
    """Where a path leads, links followed."""
    # Path.resolve fails on a link that leads to itself.
    return Path(os.path.realpath(path))


def _judged(file: _Found, limits: Limits, apart: set[Path]) -> _Found:
    """`file`, with why it is not to be read where its name, kind or size say so."""
    return replace(file, skipped=file.skipped or _not_a_document(file.path, apart) or _unreadable(file, limits))


def _not_a_document(path: Path, apart: set[Path]) -> Skipped | None:
    if path.name.lower() in _COMPANIONS or path.name.lower().endswith(MAPPING) or real_path(path) in apart:
        return _skip(path, "belongs to the folder and is no document.", expected=True)
    return None


_COMPANIONS = ("documents.csv", "readme.md", "readme.txt", "forces.toml", "thumbs.db", "desktop.ini")


def _unreadable(file: _Found, limits: Limits) -> Skipped | None:
    path = file.path
    if any("\udc80" <= character <= "\udcff" for character in f"{path}"):
        return _skip(path, "has a name that is not UTF-8 text; rename it.")
    try:
        status = path.stat()
    except OSError as error:
        return _skip(path, f"cannot be opened ({error.strerror}); check its permissions.")
    if not stat.S_ISREG(status.st_mode):
        return _skip(path, "is not a file but a pipe, socket or device; remove it.")
    if path.suffix.lower() not in READERS:
        return _skip(path, f"is of a kind that is not read ({path.suffix or 'no ending'}); {_mend(path.suffix)}")
    if not status.st_size:
        return _skip(path, "is empty; get it again from where it came.")
    if status.st_size > limits.size:
        size, most = status.st_size // MEGABYTE, limits.size // MEGABYTE
        return _skip(path, f"is {size:,} MB large, and at most {most:,} MB are read; split it, or save its text alone.")
    return None


def reason_not_read(path: Path, limits: Limits) -> str | None:
    """Why a file would not be read, by its name, kind or size: words that go on from its name; None for no reason."""
    judged = _judged(_Found(path, path.name, _unfit(path, real_path(path.parent))), limits, set()).skipped
    return judged.reason if judged else None


_MENDS = {
    ".doc": "open it in Word and save it as .docx.",
    ".rtf": "open it in Word and save it as .docx.",
    ".odt": "open it and save it as .docx.",
    ".pages": "open it and save it as .docx or PDF.",
    ".xls": "open it in Excel and save it as .xlsx.",
    ".ods": "open it and save it as .xlsx.",
    ".ppt": "save it as PDF.",
    ".pptx": "save it as PDF.",
    ".zip": "unpack it.",
    ".mht": "open it in a browser and save it as a web page (.html).",
    ".mhtml": "open it in a browser and save it as a web page (.html).",
    ".eml": "save the message, or what is attached to it, as PDF.",
    ".msg": "save the message, or what is attached to it, as PDF.",
}


def _mend(suffix: str) -> str:
    return _MENDS.get(suffix.lower()) or f"what is read ends in {', '.join(sorted(READERS))}."


def _unique_keys(files: list[_Found]) -> list[_Found]:
    """Two folders may hold files of the same relative path: those, and only those, are known from further above."""
    counts = Counter(file.key for file in files if not file.skipped)
    if not any(count > 1 for count in counts.values()):
        return files
    # From the folder that holds them all, so that it does not matter from where and how they were given.
    above = os.path.commonpath([real_path(file.path).parent for file in files if not file.skipped])
    return [
        replace(file, key=Path(os.path.relpath(real_path(file.path), above)).as_posix())
        if counts[file.key] > 1
        else file
        for file in files
    ]
