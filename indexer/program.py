"""What of the program a generation is made by: where an upgrade changes any of it, the next build makes another one."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from corpus.kept import Kept
from indexer.manifest import WORKED_OUT

ROOT = Path(__file__).parents[1]
_ROOMS = ("corpus", "indexer", "models")
_WRITER = "indexer.stores"
# Libraries whose words, stems and numbers are in what is written. The encoder has a fingerprint of its own.
_LIBRARIES = ("numpy", "scikit-learn", "symspellpy", "tantivy")


@cache  # a program does not change while it runs
def program_hash(root: Path = ROOT) -> str:
    """Hex SHA-256 of the modules and rules under `root` that have a part in writing a generation.

    The files themselves, found from the imports of the one module that writes the stores: a version number of the rules
    would be forgotten where a word of one is changed, and a list of files where one is added. So a new comment makes
    another generation too, and what trains theme models counts with what applies them: that costs a build out of the
    cache of vectors. Parsing has no part in it: what it made of the files counts as it is.
    """
    digest = hashlib.sha256(repr([(name, version(name)) for name in _LIBRARIES]).encode())
    for path in program_files(root):
        digest.update(f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def worked_out(data: Path, copies: Mapping[str, bytes]) -> Kept:
    """What was worked out of documents in `data` by this program and with the user's files in `copies`."""
    salt = hashlib.sha256(repr((program_hash(), sorted(copies.items()))).encode())
    return Kept(data / WORKED_OUT, salt.digest())


def program_files(root: Path = ROOT) -> list[Path]:
    """The modules and rules that have a part in writing a generation, in order of their paths."""
    modules: dict[Path, str] = {}
    waiting = [_WRITER]
    while waiting:
        path = _file(root, waiting.pop())
        if path is not None and path not in modules:
            modules[path] = path.read_text("utf-8")
            waiting += _imported(modules[path])
    if not modules:
        raise RuntimeError(f"no source of {_WRITER} lies under {root}: what a generation is made by cannot be told")
    return sorted([*modules, *_rules(root, modules.items())])


def _file(root: Path, module: str) -> Path | None:
    """The file of one of our modules; None for a library's, and for what a module holds."""
    if module.split(".")[0] not in _ROOMS:
        return None
    place = root.joinpath(*module.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _imported(source: str) -> Iterator[str]:
    """The modules that a source imports, inside functions too; `from a import b` may be of a module b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def _rules(root: Path, modules: Iterable[tuple[Path, str]]) -> Iterator[Path]:
    """The data files that one of the modules, of the same room, names: it cannot read them otherwise."""
    sources = list(modules)
    for room in (root / name for name in _ROOMS):
        own = [source for path, source in sources if path.is_relative_to(room)]
        for path in (*room.glob("data/*"), *room.glob("*.sql")):
            if path.is_file() and any(path.name in source for source in own):
                yield path
