"""How many processors this process may use: fewer than the machine has, under an affinity mask or in a container."""

import math
import os
from pathlib import Path

_GROUP = Path("/sys/fs/cgroup")


def usable(group: Path = _GROUP) -> int:
    """Processors that the process may run on and may keep busy, 1 at least.

    The quota of a control group (version 2, else 1) counts where it is smaller than the affinity mask, rounded up.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(group)
    return max(1, allowed if quota is None else min(allowed, math.ceil(quota)))


def _quota(group: Path) -> float | None:
    """Processors that the control group grants; None where it grants all."""
    try:
        said = (group / "cpu.max").read_text().split()
    except OSError:
        try:
            said = [(group / "cpu" / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period")]
        except OSError:
            return None
    try:
        quota, period = float(said[0]), float(said[1])
    except (ValueError, IndexError):  # "max"
        return None
    return quota / period if quota > 0 and period > 0 else None
