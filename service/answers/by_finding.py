"""Passages by the finding that they are of: a comment is read under it, and each is one result with a few comments."""

from dataclasses import replace

import numpy as np

from service.answers.retrieve import Places, Retrieved
from service.memory.facets import Mask
from service.memory.opened import Opened

COMMENTS = 2  # on one finding, that may be results beside it
# How much of a comment's score is that of its finding: it tells what was done about just that. Three judged sets,
# nDCG@10: none of it .574, a quarter .573, half .582, three quarters .579.
OF_FINDING = 0.5


def under_findings(opened: Opened, found: Retrieved, universe: Mask) -> Retrieved:
    """The same with each comment scored by itself and by the best passage of its finding in `universe`."""
    comments = opened.columns.comment[found.ids]
    findings, asks = np.unique(opened.columns.asks[found.ids], return_inverse=True)
    told = universe & ~comments
    best = np.zeros(len(findings))
    np.maximum.at(best, asks[told], found.score[told])
    of_finding = comments & (findings[asks] > 0) & (best[asks] > 0)
    score = np.where(of_finding, (1 - OF_FINDING) * found.score + OF_FINDING * best[asks], found.score)
    return replace(found, score=np.asarray(np.round(score, 6), dtype=np.float64))


def one_each(opened: Opened, found: Retrieved, places: Places) -> Places:
    """The best of each finding, and the best COMMENTS of the comments on each, best first."""
    columns = opened.columns
    ordered = places[np.lexsort((places, -found.score[places]))]
    ids = found.ids[ordered]
    asks, comments = columns.asks[ids].astype(np.int64), columns.comment[ids]
    groups = np.where(asks > 0, 2 * asks + comments, -columns.fold[ids].astype(np.int64))
    rank = np.empty(len(ordered), np.int64)
    by_group = np.lexsort((np.arange(len(ordered)), groups))
    _, starts, counts = np.unique(groups[by_group], return_index=True, return_counts=True)
    rank[by_group] = np.arange(len(ordered)) - np.repeat(starts, counts)
    return np.asarray(ordered[rank < np.where(comments, COMMENTS, 1)], dtype=np.int64)
