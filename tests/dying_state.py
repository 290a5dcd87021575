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

AT = "2026-01-01T00:00:00+00:00"
SEVERAL = 8


def correction(text: str) -> Correction:
    """A correction of a text."""
    return Correction(AT, "Ada", None, text, "", {}, None, ("custody",))


def detail(title: str) -> Detail:
    """A statement on a title."""
    return Detail(AT, "Ada", "kent/5120", "Lamps", "title", None, title)


def run(what: str, data: Path, file: Path) -> None:
    """One write: what is kept says whether it was done, all of it or nothing."""
    if what == "correct":
        State(data).add([correction(f"{time.time_ns()} {at}") for at in range(SEVERAL)])
    elif what == "say":
        Details(data).add([detail(f"{time.time_ns()} {at}") for at in range(SEVERAL)])
    elif what == "export":
        export_state(data, file)
    else:
        import_state(data, file)


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
