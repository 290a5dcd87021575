"""Arrays of a generation on disk: written piece by piece, and mapped, so that questions cost by what they read."""

import tokenize
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def mapped(path: Path) -> Any:
    """The array at `path`, as it stands on disk; nothing of it is read yet. Raises OSError or ValueError."""
    try:
        # Not as a memmap: each slice of one would be another, which costs more than what is done with it.
        return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    except (SyntaxError, TypeError, EOFError, tokenize.TokenError) as error:  # numpy reads the head as Python
        raise ValueError(f"{path.name} is no array ({error})") from error


class ArrayFile:
    """A file of one array, whose shape is known before its rows are; a context manager.

    What is written is not mapped: where there is no room on the disk a write raises OSError, and a page that is mapped
    ends the process.
    """

    def __init__(self, path: Path, kind: DTypeLike, shape: Sequence[int]) -> None:
        self._path, self._kind, self._shape = path, np.dtype(kind), tuple(shape)
        self._file: Any = None

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        head = {"descr": np.lib.format.dtype_to_descr(self._kind), "fortran_order": False, "shape": self._shape}
        np.lib.format.write_array_header_1_0(self._file, head)
        return self

    def write(self, rows: ArrayLike) -> None:
        """The next rows."""
        self._file.write(np.ascontiguousarray(rows, self._kind).data)

    def __exit__(self, *_: object) -> None:
        self._file.close()
