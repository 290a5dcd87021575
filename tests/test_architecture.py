"""The house: which room may import which, what is imported lazily, and how long a file may grow."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "corpus": {"corpus"},
    "models": {"models"},
    "indexer": {"indexer", "corpus", "models"},
    "service": {"service", "indexer", "corpus", "models"},
}
# Inside the service a room may import itself and those above it in this list, but none of its own line.
FLOORS = (
    ("contract",),
    ("state", "query"),
    ("memory",),
    ("answers",),
    ("engine",),
    ("themes", "evaluation", "work"),
    ("web", "assistant", "client"),
    ("cli",),
)
FOR_ALL = "corpus.errors"  # the one module that every room may import: the base of all expected errors
FOREIGN = {
    "corpus": {"torch", "transformers", "sentence_transformers", "faiss", "tantivy", "flask", "waitress", "sqlite3"},
    "models": {"faiss", "tantivy", "flask", "waitress", "sqlite3"},
    "indexer": {"flask", "waitress", "click", "torch", "sentence_transformers"},
    "service": {"torch", "sentence_transformers", "transformers"},
}
HEAVY = {"torch", "transformers", "sentence_transformers", "openvino", "tokenizers"}
HEAVY |= {"faiss", "tantivy", "sklearn", "scipy", "pyarrow", "mcp", "mcp_types", "uvicorn"}
HEAVY |= {"pymilvus", "milvus_lite", "grpc"}
MODULES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


def imported(node: ast.AST) -> Iterator[str]:
    """Top-level names of the packages that an import statement names, FOR_ALL apart."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        names = [node.module or ""]
    yield from (name.split(".")[0] for name in names if name != FOR_ALL)


def typing_only(tree: ast.Module) -> set[ast.AST]:
    """Statements under `if TYPE_CHECKING:`, which never run."""
    blocks = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    return {child for block in blocks for child in ast.walk(block)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    names = {name for node in ast.walk(ast.parse(path.read_text("utf-8"))) for name in imported(node)}
    assert names & set(MAY_IMPORT) <= MAY_IMPORT[room]
    assert not names & FOREIGN[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    inside = {child for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for child in ast.walk(node)}
    outside = {name for node in ast.walk(tree) if node not in inside | typing_only(tree) for name in imported(node)}
    assert not outside & HEAVY


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short_and_explained(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)), "a module says what it is for"


def test_the_rooms_are_the_top_level() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == set(MAY_IMPORT)


def test_the_module_for_all_rooms_costs_nothing() -> None:
    """A module of `models` that imports it must not load the readers, nor anything else of `corpus`."""
    shown = (
        "import sys; import corpus.errors; print(*sorted(name for name in sys.modules if name.startswith('corpus')))"
    )
    loaded = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == ["corpus", "corpus.errors"]


def test_all_expected_errors_have_one_base() -> None:
    classes = [node for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8"))) if is_error(node)]
    bases = {one.name: {ast.unparse(base) for base in one.bases} for one in classes}
    assert len(bases) > 7
    known = {"PrecedentError"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    assert bases.keys() <= known


def is_error(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    """Whether a statement is the class of an error that leaves its module."""
    return isinstance(node, ast.ClassDef) and node.name.endswith("Error") and not node.name.startswith("_")


def service_rooms(tree: ast.Module) -> Iterator[str]:
    """The rooms of the service that are imported, also where it is done late."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "service":
            parts = (node.module or "").split(".")
            yield from parts[1:2] or (alias.name for alias in node.names)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "service").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT / "service"))
)
def test_the_service_imports_downward(path: Path) -> None:
    own = path.relative_to(ROOT / "service").with_suffix("").parts[0]
    floor = next((at for at, rooms in enumerate(FLOORS) if own in rooms), 0)
    below = {room for rooms in FLOORS[:floor] for room in rooms}
    assert set(service_rooms(ast.parse(path.read_text("utf-8")))) <= below | {own}


def test_no_two_modules_have_one_name() -> None:
    names = Counter(path.stem for path in MODULES if path.stem != "__init__")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in MODULES}
    graph: dict[str, set[str]] = {}
    for module, path in known.items():
        tree = ast.parse(path.read_text("utf-8"))
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node not in typing_only(tree)]
        wanted = {node.module or "" for node in nodes}
        wanted |= {f"{node.module}.{alias.name}" for node in nodes for alias in node.names}
        graph[module] = wanted & known.keys() - {module}
    list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def test_every_folder_of_modules_is_a_package() -> None:
    # What is none is in no wheel: pyproject.toml finds packages and takes no namespaces for such.
    assert [path.parent for path in MODULES if not (path.parent / "__init__.py").is_file()] == []
