"""Arrays on disk, written piece by piece."""

from pathlib import Path

import numpy as np
import pytest

from indexer.arrays import ArrayFile, mapped


@pytest.mark.parametrize("shape", [(0,), (7,), (6, 4)])
def test_what_is_written_piece_by_piece_is_mapped_whole(tmp_path: Path, shape: tuple[int, ...]) -> None:
    rows = np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
    with ArrayFile(tmp_path / "one.npy", np.int16, shape) as file:
        for start in range(0, len(rows), 4):
            file.write(rows[start : start + 4])
    found = mapped(tmp_path / "one.npy")
    assert found.dtype == np.int16
    assert np.array_equal(found, rows)


def test_a_number_that_does_not_fit_is_told(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "one.npy", np.int8, [1]) as file, pytest.raises(OverflowError):
        file.write([128])


def test_rows_that_were_not_written_are_no_zeros(tmp_path: Path) -> None:
    """A file that grows as it is written, and no page of a map: where there is no room, a write says so."""
    with ArrayFile(tmp_path / "one.npy", np.int32, [9_000]) as file:
        file.write(range(8_000))
    with pytest.raises(ValueError, match="greater than file size"):
        mapped(tmp_path / "one.npy")
