"""Processors that may be used: by the affinity mask, and by the quota of a control group of either version."""

import os
from pathlib import Path

import pytest

from models.processors import usable

ALLOWED = len(os.sched_getaffinity(0))


def group(folder: Path, **files: str) -> Path:
    """A control group's files; `__` stands for a folder."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_max", ".max").replace("cfs", "cpu.cfs")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, ALLOWED),
        ({"cpu_max": "max 100000\n"}, ALLOWED),
        ({"cpu_max": "50000 100000\n"}, 1),
        ({"cpu_max": "110000 100000\n"}, min(ALLOWED, 2)),
        ({"cpu_max": "6400000 100000\n"}, min(ALLOWED, 64)),
        ({"cpu_max": "odd"}, ALLOWED),
        ({"cpu__cfs_quota_us": "-1\n", "cpu__cfs_period_us": "100000\n"}, ALLOWED),
        ({"cpu__cfs_quota_us": "20000\n", "cpu__cfs_period_us": "100000\n"}, 1),
    ],
)
def test_the_smaller_of_mask_and_quota_counts(tmp_path: Path, files: dict[str, str], wanted: int) -> None:
    assert usable(group(tmp_path, **files)) == wanted


def test_a_mask_counts() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable(Path("/nowhere")) == 1
    finally:
        os.sched_setaffinity(0, before)
