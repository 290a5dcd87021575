"""The house: which room may import which, what is imported lazily, and how long a file may grow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "corpus": {"corpus"},
    "models": {"models"},
    "indexer": {"indexer", "corpus", "models"},
    "service": {"service", "indexer", "corpus", "models"},
}
FOREIGN = {
    "corpus": {"torch", "transformers", "sentence_transformers", "faiss", "tantivy", "flask", "waitress", "sqlite3"},
    "models": {"faiss", "tantivy", "flask", "waitress", "sqlite3"},
    "indexer": {"flask", "waitress", "click", "torch", "sentence_transformers"},
    "service": {"torch", "sentence_transformers", "transformers"},
}
HEAVY = {"torch", "transformers", "sentence_transformers", "faiss", "tantivy", "sklearn", "scipy"}
MODULES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


def imported(node: ast.AST) -> Iterator[str]:
    """Top-level names of the packages that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        yield (node.module or "").split(".")[0]


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


def test_every_folder_of_modules_is_a_package() -> None:
    # What is none is in no wheel: pyproject.toml finds packages and takes no namespaces for such.
    assert [path.parent for path in MODULES if not (path.parent / "__init__.py").is_file()] == []
