"""Which documents are invented: those of the sample that comes with the program, so that nobody takes them for real."""

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from corpus.readers.export.read_exports import read_csv
from corpus.readers.reading import Limits, own_hash


def fictional(forces: Sequence[str], sha256: str) -> bool:
    """Whether a document is an invented one: of forces of the sample alone, or one of its documents as it came.

    `forces` are the slugs of those that it is about, `sha256` is the hex hash of its source: a record of a tracker has
    one of its own.
    """
    invented, hashes = _sample()
    return (bool(forces) and invented.issuperset(forces)) or sha256 in hashes


@cache
def _sample() -> tuple[frozenset[str], frozenset[str]]:
    """(slugs of its forces, SHA-256 of each of its documents)."""
    home = Path(str(resources.files("corpus").joinpath("sample")))
    forces = tomllib.loads((home / "forces.toml").read_text("utf-8"))["force"]
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()}
    for path in home.rglob("*.csv"):
        hashes |= {own for text in read_csv(path.read_bytes(), Limits()).texts if (own := own_hash(text))}
    return frozenset(force["slug"] for force in forces), frozenset(hashes)
