"""Writes of people's work that are killed: python dying_state.py, and for each a line
[SECONDS, WHAT, DATA, FILE] in JSON.

Each is a process of its own, forked from this one, which has all that it needs. It is killed SECONDS after its start by
`kill -9`, wherever it is; 0 lets it live. Then stands "end", and how it ended.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from service.state.corrections import Correction, State
from service.state.details import Detail, Details
from service.state.exchange_file import export_state, import_state
from service.state.kept_briefs import Briefs, Picked
from service.state.kept_receipts import Receipts
from service.state.saved_searches import Change, SavedSearch, SavedSearches, Seen
from service.state.vocabulary_entries import Entry, VocabularyEntries

AT = "2026-01-01T00:00:00+00:00"
SEVERAL = 8
# Each kind of write, and the rows that it adds: all of them or none.
WRITES = {
    "correct": {"corrections": SEVERAL, "seals": SEVERAL},
    "say": {"details": SEVERAL},
    "put": {"brief_items": SEVERAL, "brief_edits": SEVERAL},
    "save": {"standing_searches": 1, "standing_seen": 1},
    "ask": {"standing_changes": SEVERAL},
    "receipt": {"receipts": 1},
    "word": {"vocabulary_entries": 1},
}


def correction(text: str) -> Correction:
    """A correction of a text."""
    return Correction(AT, "Ada", None, text, "", {}, None, ("custody",))


def detail(title: str) -> Detail:
    """A statement on a title."""
    return Detail(AT, "Ada", "kent/5120", "Lamps", "title", None, title)


def picked(key: str) -> Picked:
    """A passage as it is put into a brief, with a note."""
    return Picked("passage", key, "Text.", "Cited.", None, None, None, "g1", {"kind": "context"}, note=f"On {key}")


def search(title: str) -> SavedSearch:
    """A search to keep."""
    return SavedSearch(title, "search", {"q": (title,)}, "Ada", AT)


def write(what: str, data: Path, words: str) -> None:
    """One write of a kind of WRITES."""
    each = [f"{words} {at}" for at in range(SEVERAL)]
    if what == "correct":
        State(data).add(list(map(correction, each)))
    elif what == "say":
        Details(data).add(list(map(detail, each)))
    elif what == "put":
        Briefs(data).put(Briefs(data).begin("For the board", "Ada", AT), list(map(picked, each)), "Ada", AT)
    elif what == "save":
        SavedSearches(data).add(search(words), Seen("g1", ({"passage_id": words},)))
    elif what == "ask":
        saved = SavedSearches(data)
        changes = [Change(1, words, AT, "new", {"before": None, "after": {"passage_id": one}}) for one in each]
        saved.record(1, saved.last()[1][0], Seen(words, ()), changes)
    elif what == "receipt":
        Receipts(data).keep("search", {"asked": {"q": [words]}}, "Ada", "", AT)
    elif what == "word":
        VocabularyEntries(data).add(Entry("means", words, "lamps", "Ada", AT))


def run(what: str, data: Path, file: Path) -> None:
    """One write: what is kept says whether it was done, all of it or nothing."""
    if what == "export":
        export_state(data, file)
    elif what == "import":
        import_state(data, file)
    else:
        write(what, data, f"g{time.time_ns()}")


def main() -> None:
    """Do what is asked on standard input, to its end."""
    for line in sys.stdin:
        seconds, what, data, file = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                run(what, Path(data), Path(file))
            finally:
                os._exit(sys.exc_info()[0] is not None)
        if seconds:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print("end", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
