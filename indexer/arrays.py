"""Arrays of a generation, mapped from disk: what is asked of them costs by what is read, whatever their size."""

import tokenize
from pathlib import Path
from typing import Any

import numpy as np


def mapped(path: Path) -> Any:
    """The array at `path`, as it stands on disk; nothing of it is read yet. Raises OSError or ValueError."""
    try:
        # Not as a memmap: each slice of one would be another, which costs more than what is done with it.
        return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    except (SyntaxError, TypeError, EOFError, tokenize.TokenError) as error:  # numpy reads the head as Python
        raise ValueError(f"{path.name} is no array ({error})") from error
