"""What comments say of closure: by the model where the encoder is the one it was trained with, else by the rules alone.

This is the one place where it is decided; tables and echoes take what is decided here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

from corpus.closure import Claim, Heard, Says, claim_of, hear, weightiest
from corpus.model import Document
from indexer.packed import long_digest
from models.closure_model import ClosureModel, Sentences, shipped_closure
from models.encoder import DocumentEncoder, Encoder, Vectors


class Claims(Protocol):
    """What each comment says, by its text."""

    def __getitem__(self, text: str, /) -> Claim | None: ...


# What the rules hear no less precisely than is asked of the model, on folds of its comments. Of decisions and requests
# they hear too many.
BY_RULES = ("superseded", "parked", "open")
_BATCH = 500  # comments judged at a time


@dataclass(frozen=True, slots=True)
class HeardComment:
    """A comment and its sentences as the rules hear them."""

    text: str
    sentences: tuple[Heard, ...]


class Hearing:
    """Hears what comments of documents, which are taken in one by one, say of closure: each distinct comment once.

    Of a comment a digest is kept. `cached` is the encoder with its cache before it.
    """

    def __init__(self, encoder: Encoder, cached: DocumentEncoder) -> None:
        model = shipped_closure()
        self._model, self._cached = model if encoder.fingerprint == model.encoder else None, cached
        self._claims: dict[bytes, Claim | None] = {}
        self._waiting: list[str] = []

    def take(self, document: Document) -> None:
        """Take in the comments of a document."""
        for event in document.events:
            if event.kind == "comment" and (key := long_digest(event.text)) not in self._claims:
                self._claims[key] = None
                self._waiting.append(event.text)
                if len(self._waiting) == _BATCH:
                    self._hear()

    def claims(self) -> "Claims":
        """What the comments of all that was taken in say."""
        self._hear()
        return _Heard(self._claims)

    def _hear(self) -> None:
        waiting, self._waiting = self._waiting, []
        found = claims_by_model(waiting, self._model, self._cached) if self._model else claims_by_rules(waiting)
        for text, claim in found.items():
            self._claims[long_digest(text)] = claim


@dataclass(frozen=True, slots=True)
class _Heard:
    by_digest: Mapping[bytes, Claim | None]

    def __getitem__(self, text: str) -> Claim | None:
        return self.by_digest[long_digest(text)]


def claims_by_rules(comments: Sequence[str]) -> dict[str, Claim | None]:
    """What comments say by the rules alone."""
    return {text: claim_of(text) for text in comments}


def claims_by_model(comments: Sequence[str], model: ClosureModel, encoder: DocumentEncoder) -> dict[str, Claim | None]:
    """What comments say by a model, whose encoder `encoder` is."""
    found: dict[str, Claim | None] = {}
    for start in range(0, len(comments), _BATCH):
        heard = [HeardComment(text, tuple(hear(text))) for text in comments[start : start + _BATCH]]
        claims = claims_in(heard, model.said(sentences_of(heard, encoder)))
        found.update(zip((comment.text for comment in heard), claims, strict=True))
    return found


def claims_in(heard: Iterable[HeardComment], said: Iterable[tuple[str, float] | None]) -> Iterator[Claim | None]:
    """What comments say by what a model says of all their sentences, one after the other.

    Of what the model does not hear BY_RULES is taken from the rules.
    """
    of_each = iter(said)
    for comment in heard:
        claims = []
        for sentence in comment.sentences:
            one = next(of_each)
            says = one[0] if one else sentence.says if sentence.says in BY_RULES else None
            if says:
                claims.append(Claim(cast(Says, says), sentence.span))
        yield weightiest(claims)


def sentences_of(heard: Sequence[HeardComment], encoder: DocumentEncoder) -> Sentences:
    """All sentences of comments as a model reads them. Of one that does not fit the encoder its first window counts."""
    texts = [encoder.windows(one.text[slice(*s.span)])[0] for one in heard for s in one.sentences]
    vectors = encoder.encode_document(texts)
    return Sentences(
        vectors,
        _before(vectors, [len(one.sentences) for one in heard]),
        [s.words for one in heard for s in one.sentences],
        np.array([s.cues for one in heard for s in one.sentences], np.bool_),
    )


def _before(vectors: Vectors, lengths: Sequence[int]) -> Vectors:
    """The vector of the sentence before each, of zeros for the first of each comment."""
    before = np.roll(vectors, 1, axis=0)
    before[np.cumsum([0, *lengths[:-1]])] = 0
    return before
