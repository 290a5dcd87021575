"""Files in: each reader turns one format into the same `Source`, so that parsers never see a format."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.model import CorpusError, Heading, Source


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read, and why, in a sentence."""

    path: str
    reason: str


def read_paths(paths: Sequence[str]) -> tuple[list[Source], list[Skipped]]:
    """Every readable document under `paths` (files or folders), in a stable order, and what was left out.

    Raises CorpusError for a path that does not exist.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    seen: set[Path] = set()
    for given in paths:
        root = Path(given)
        if not root.exists():
            raise CorpusError(f"There is no file or folder {given}. Check the path given to build.")
        for path in _files(root):
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            key = path.relative_to(root).as_posix() if root.is_dir() else path.name
            try:
                sources.append(_read(path, key))
            except CorpusError as error:
                skipped.append(Skipped(os.fsencode(path).decode("utf-8", "replace"), str(error)))
    return _unique_keys(sources), skipped


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _read(path: Path, key: str) -> Source:
    if not key.isprintable() and any("\udc80" <= character <= "\udcff" for character in key):
        raise CorpusError("its name is not UTF-8 text; rename it.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise CorpusError(f"{path.suffix or 'no'} extension: only {known} files are read.")
    if path.name.lower() in ("readme.md", "readme.txt"):
        raise CorpusError("a readme describes the folder and is not a document of it.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot be opened ({error.strerror}); check its permissions.") from error
    text = decode(raw)
    if not text.strip():
        raise CorpusError("holds no text.")
    text, headings = reader(text)
    return Source(str(path), key, text, hashlib.sha256(raw).hexdigest(), headings)


def decode(raw: bytes) -> str:
    """Text of `raw`: UTF-8 or UTF-16 with a mark, UTF-8 without, else Windows-1252, with plain line ends."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw:
        raise CorpusError("is not text although its name says so; save it as a text file.")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")


def _plain(text: str) -> tuple[str, tuple[Heading, ...]]:
    return text, ()


def _markdown(text: str) -> tuple[str, tuple[Heading, ...]]:
    from corpus.markdown import read_markdown

    return read_markdown(text)


Reader = Callable[[str], tuple[str, tuple[Heading, ...]]]
READERS: dict[str, Reader] = {".txt": _plain, ".text": _plain, ".md": _markdown, ".markdown": _markdown}


def _unique_keys(sources: list[Source]) -> list[Source]:
    """Two folders may hold files of the same relative path: those, and only those, get the whole path as given."""
    counts = Counter(source.key for source in sources)
    keyed = [replace(s, key=_whole(s.path)) if counts[s.key] > 1 else s for s in sources]
    counts = Counter(source.key for source in keyed)
    for source in keyed:
        if counts[source.key] > 1:
            raise CorpusError(f"Two files would both be known as {source.key}: give build the folder above them.")
    return keyed


def _whole(path: str) -> str:
    # A browser folds ".." out of an address, so a key must not hold it.
    steps = ("up" if step == ".." else step for step in Path(path).as_posix().split("/"))
    return "/".join(step for step in steps if step not in ("", "."))
