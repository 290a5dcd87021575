"""A build in a process of its own, on which a test may set limits: python build_alone.py DATA TEXT..."""

import sys
from pathlib import Path

from fakes import FakeCollection, FakeEncoder, document

from indexer.build import build


def main() -> None:
    """Build one document per TEXT into DATA with the fake encoder."""
    data, *texts = sys.argv[1:]
    made = tuple(document(f"{i}.txt", [text] * 3) for i, text in enumerate(texts))
    build(FakeCollection(made), FakeEncoder(), Path(data), inputs=["papers"])


if __name__ == "__main__":
    main()
