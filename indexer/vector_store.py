"""What the vectors of a generation are asked for, wherever they are kept: in its own files or in Milvus."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

MOST = 100_000  # passages, or rows, that are asked for at most, so that enough of them are of those chosen
FOURTH = 4  # of some chosen passages a fourth as many are asked for: more have to be looked through for each


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some passages of a generation: `ids` are their passages.id, ascending.

    `expression` is what all of them pass in Milvus. Others pass it too where they are `narrower`.
    """

    ids: Numbers
    expression: str = ""
    narrower: bool = False

    def widened(self, count: int, passages: int) -> int:
        """How many of all `passages` to ask for, to have about `count` of those chosen among them."""
        return int(min(count * (passages / len(self.ids)), MOST))

    def of(self, found: Numbers) -> Numbers:
        """Those of some passages that are chosen; none where none is."""
        if not len(self.ids):
            return found[:0]
        places = np.searchsorted(self.ids, found)
        return np.asarray(found[self.ids[np.minimum(places, len(self.ids) - 1)] == found])


class VectorStore(Protocol):
    """The vectors of a generation, one or more for a passage. Safe to share between threads."""

    @property
    def exact(self) -> bool:
        """Whether every passage is looked at for each question."""
        ...

    def near(self, vector: Vectors, count: int, *within: Chosen) -> Numbers:
        """The passages.id, ascending, of about `count` rows that are nearest, and a fourth as many of each `within`."""
        ...

    def cosines(self, vector: Vectors, ids: Numbers) -> Vectors:
        """The inner product of `vector`, shape (dimension,), with the best row of each of `ids`, which ascend.

        -1 for a passage without any.
        """
        ...

    def means(self, ids: Numbers) -> Vectors:
        """The mean of the vectors of each passage, shape (len(ids), dimension); zeros for one without any."""
        ...
