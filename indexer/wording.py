"""What a generation keeps of the words of its passages: how much they say, what their short forms mean, and lists."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from indexer.compounds import compounds
from indexer.context import Placed
from indexer.lexical import make_analyzer

_WORD = re.compile(r"[^\W\d_]{4,}")


def write_wording(path: Path, passages: Sequence[Placed]) -> None:
    """Add to the database at `path` the tables `wording`, of passages 1, 2, 3, …, `words` and `compounds`."""
    content = make_analyzer(stop=True)
    counts: Counter[str] = Counter()
    rows = []
    for number, placed in enumerate(passages, start=1):
        counts.update(set(_WORD.findall(" ".join([placed.text, *placed.headings]).lower())))
        meanings = json.dumps(placed.meanings, ensure_ascii=False)
        rows.append((number, len(content.analyze(placed.passage.text)), meanings))
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO wording VALUES (?, ?, ?)", rows)
        database.executemany("INSERT INTO words VALUES (?, ?)", sorted(counts.items()))
        made = compounds(" \n".join([placed.text, *placed.headings]) for placed in passages)
        database.executemany("INSERT INTO compounds VALUES (?, ?)", made.items())
