"""Passages by the finding that they are of: a comment is read under it, and each is one result with a few comments."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from service.answers.retrieve import Retrieved
from service.memory.facets import Mask
from service.memory.opened import Opened

Ids = NDArray[np.int64]

COMMENTS = 2  # on one finding, that may be results beside it
# How much of a comment's score is that of its finding: it tells what was done about just that. Three judged sets,
# nDCG@10: none of it .574, a quarter .573, half .582, three quarters .579.
OF_FINDING = 0.5


def under_findings(opened: Opened, found: Retrieved, universe: Mask) -> Retrieved:
    """The same with each comment scored by itself and by the best passage of its finding in `universe`."""
    asks, comments = opened.columns.asks, opened.columns.comment
    told = universe & ~comments
    best = np.zeros(int(asks.max(initial=0)) + 1)
    np.maximum.at(best, asks[told], found.score[told])
    of_finding = comments & (asks > 0) & (best[asks] > 0)
    score = np.where(of_finding, (1 - OF_FINDING) * found.score + OF_FINDING * best[asks], found.score)
    return replace(found, score=np.asarray(np.round(score, 6), dtype=np.float64))


def one_each(opened: Opened, found: Retrieved, ids: Ids) -> Ids:
    """The best of each finding, and the best COMMENTS of the comments on each, best first."""
    columns = opened.columns
    comments = columns.comment
    groups = np.where(columns.asks > 0, 2 * columns.asks + comments, -columns.fold)
    ordered = ids[np.lexsort((ids, -found.score[ids]))]
    rank = np.empty(len(ordered), np.int64)
    by_group = np.lexsort((np.arange(len(ordered)), groups[ordered]))
    _, starts, counts = np.unique(groups[ordered[by_group]], return_index=True, return_counts=True)
    rank[by_group] = np.arange(len(ordered)) - np.repeat(starts, counts)
    return np.asarray(ordered[rank < np.where(comments[ordered], COMMENTS, 1)], dtype=np.int64)
