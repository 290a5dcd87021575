"""A build that another process may kill: python killable_build.py DATA TEXT...; slow enough to be hit anywhere."""

import sys
import time
from pathlib import Path

from fakes import FakeCollection, FakeEncoder, document

from indexer.build import build


def main() -> None:
    """Build one document per TEXT into DATA with the fake encoder, saying each stage on standard output."""

    def progress(stage: str, done: int, total: int) -> None:
        print(stage, done, total, flush=True)
        time.sleep(0.002)

    data, *texts = sys.argv[1:]
    made = tuple(document(f"{i}.txt", [text] * 3) for i, text in enumerate(texts))
    build(FakeCollection(made), FakeEncoder(), Path(data), inputs=["papers"], progress=progress)
    print("done", flush=True)


if __name__ == "__main__":
    main()
