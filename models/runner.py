"""What runs a model that is on this machine, seen narrowly, and how that model cuts texts into tokens."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import PrecedentError
from models.windows import cut

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]


class ModelError(PrecedentError):
    """A model that cannot be loaded or used; the message says what happened and what to do."""


class Tokens:
    """A model's tokenizer, in two copies that never change and so may be shared by threads.

    `limit` counts the tokens that fit, special ones and those of the document `prompt` included.
    """

    def __init__(self, tokenizer: str, prompt: str, limit: int) -> None:
        self.tokenizer, self.prompt, self.limit = tokenizer, prompt, limit

    @cached_property
    def _whole(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        whole = Tokenizer.from_str(self.tokenizer)
        whole.no_truncation()
        whole.no_padding()
        return whole

    @cached_property
    def _short(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        short = Tokenizer.from_str(self.tokenizer)
        short.enable_truncation(self.limit)
        short.no_padding()
        return short

    @cached_property
    def room(self) -> int:
        """Tokens of a text that fit beside the special tokens and the document prompt."""
        return self.limit - len(self._whole.encode(self.prompt).ids)

    def windows(self, text: str) -> list[str]:
        """Pieces of `text` cut at word boundaries, each sharing about a quarter with the one before."""
        if self._fits(text):
            return [text]
        offsets = self._whole.encode(text, add_special_tokens=False).offsets
        return cut(text, offsets, self.room, self._fits)

    def _fits(self, text: str) -> bool:
        return len(self._whole.encode(self.prompt + text).ids) <= self.limit

    def of(self, texts: Sequence[str]) -> "list[Encoding]":
        """The tokens of each text, of a long one those that fit."""
        return self._short.encode_batch(list(texts))


class Runner(Protocol):
    """A model in memory; for one thread at a time, save its tokens."""

    backend: str
    dimension: int
    tokens: Tokens

    @property
    def at_once(self) -> int:
        """Batches that are run side by side."""
        ...

    @property
    def dtype(self) -> str:
        """What documents are encoded in: "float32" or "bfloat16"; torch has questions in float32 always."""
        ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""
        ...

    def documents(self, batches: Sequence[Sequence[str]]) -> list[Vectors]:
        """Vectors of at most `at_once` batches, each of shape (texts, dimension)."""
        ...
