"""What reports say besides on the matter of a finding: judgements, strengths, narrative, lines of index pages.

It asks for nothing, so it is no precedent; but nothing that was said is out of reach. It is scored with the findings,
in one retrieval.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from corpus.text import words_only
from indexer.folds import folded
from service.answers.retrieve import Places, Retrieved, best_of_folds
from service.memory.facets import Mask
from service.memory.opened import Opened
from service.memory.passage_rows import PassageRow, rows_by_id
from service.query.question import Question

# Prose has to be more likely on the matter than not: it is long and there is much of it, so that at the points of the
# curve that findings are cut at, which are lower, eleven judged findings without any precedent got 25 passages, and
# here three. Of the judged prose among the first five, 40 findings with a precedent keep 46 of 56.
EVEN_ODDS = 0.5
BATCH = 8  # passages that are read at a time: most are kept
# Words of a line without a full stop that says something: below, it is a label, a heading or a row of figures.
LINE_WORDS = 8
_SENTENCE = re.compile(r"[.!;](?: (?:and|or))?[\"'’”)\]]*$")


def with_prose(opened: Opened, question: Question, found: Retrieved, allowed: Mask) -> Retrieved:
    """The same with the prose among `allowed` that answers, each passage judged by itself on the same curve."""
    strength = opened.similar_strength
    prose = opened.columns.prose[found.ids] & allowed & (found.evidence >= max(strength.weak, EVEN_ODDS))
    prose &= bool(question.concepts)
    good = found.good | prose & (found.evidence >= strength.good)
    return replace(found, members=found.members | prose, good=good)


def also_said(opened: Opened, text: str, found: Retrieved, passing: Mask, limit: int) -> Places:
    """The best `limit` passages of prose of those that are found and `passing`, one of each fold, best first.

    Left out are copies of `text`, headings, what says the same as one of the findings and comments that are found, and
    what a record says beside one of these.
    """
    columns, prose = opened.columns, opened.columns.prose[found.ids]
    folds, asks = columns.fold[found.ids], columns.asks[found.ids]
    places = np.flatnonzero(found.members & passing & prose)
    others = np.flatnonzero(found.members & ~prose)  # whether they pass or not: a filter adds nothing
    listed = np.isin(folds[places], folds[others])
    listed |= (asks[places] > 0) & np.isin(asks[places], asks[others])
    ordered = best_of_folds(columns, found, places[~listed], newest=False)
    return np.fromiter(islice(_telling(opened, text, found, ordered), limit), np.int64)


def _telling(opened: Opened, text: str, found: Retrieved, ordered: Places) -> Iterator[int]:
    """Those of the candidates that say something, and something else than `text`, or a part of it, in other print."""
    plain = words_only(text)
    for start in range(0, len(ordered), BATCH):
        places = ordered[start : start + BATCH].tolist()
        rows = rows_by_id(opened.generation.tables, found.ids[places].tolist())
        _, *same = folded([text, *(row.text for row in rows)], opened.forces)
        for place, row, first in zip(places, rows, same, strict=True):
            if first > 0 and _tells(row) and words_only(row.text) not in plain:
                yield place


def _tells(row: PassageRow) -> bool:
    """Whether a passage is more than a title, a heading, a label or a row of figures."""
    words = [word for word in words_only(row.text).split() if not word.isdigit()]
    above = words_only(" ".join([row.row["title"], *json.loads(row.row["section"])])).split()
    if set(words) <= set(above):
        return False
    return row.row["passage_kind"] != "context" or len(words) >= LINE_WORDS or bool(_SENTENCE.search(row.text))
