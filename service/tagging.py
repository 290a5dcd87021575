"""Tagging texts: the probability of each theme, three answers, the sentences that carry a theme, what is taken over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.text import Span, sentences
from models.theme_model import ThemeModel, is_foreign, judge
from service.answers import Evidence, TaggedText, TaggedTheme
from service.state import NOTHING, Corrected

if TYPE_CHECKING:
    from models.encoder import Encoder

Numbers = NDArray[np.float64]

MAX_TEXTS = 256  # of one request
FOREIGN = "This text does not look English: no theme is guessed."
EMPTY = "The text is empty."
_MOST = 8  # sentences that may carry a theme together


@dataclass(frozen=True, slots=True)
class Text:
    """A text to tag. `section` is what it stands under and `parent` the recommendation that it comments on; `passage`
    is its key where it is indexed.
    """

    text: str
    section: tuple[str, ...] = ()
    parent: str = ""
    passage: str | None = None


@dataclass(frozen=True, slots=True)
class _Carried:
    """What carries a theme: sentences, and whether the text without them does not have it."""

    spans: tuple[Span, ...]
    supported: bool


class Tagger:
    """Tags texts with one model. Texts that people have corrected are as they said."""

    def __init__(self, model: ThemeModel, encoder: "Encoder", corrected: Corrected = NOTHING) -> None:
        self._model, self._encoder, self._corrected = model, encoder, corrected

    def tag(self, texts: Sequence[Text], evidence: bool = True) -> list[TaggedText]:
        """One answer for each text, in their order."""
        above = [". ".join(text.section) for text in texts]
        probabilities = self._judge([text.text for text in texts], above)
        decisions, doubts = self._model.classifier.decisions(probabilities)
        assigned = self._model.classifier.assigned(probabilities)
        bare = [n for n, text in enumerate(texts) if text.parent and not assigned[n].any()]
        parents = dict(zip(bare, self._judge([texts[n].parent for n in bare], [""] * len(bare)), strict=True))
        found: list[TaggedText] = []
        for n, text in enumerate(texts):
            person = self._corrected.of(text.passage, text.text)
            chosen = person.after if person else None
            taken = self._of_parent(parents.get(n)) if person is None else {}
            carried = (
                self._carried(text.text, above[n], np.flatnonzero(assigned[n])) if evidence and chosen is None else {}
            )
            found.append(
                {
                    "decision": ("assigned" if chosen else "none") if chosen is not None else decisions[n],
                    "doubt": 0.0 if chosen is not None else round(float(doubts[n]), 4),
                    "note": _note(text.text),
                    "themes": self._themes(probabilities[n], assigned[n], taken, chosen, carried),
                }
            )
        return found

    def _judge(self, texts: Sequence[str], headings: Sequence[str]) -> Numbers:
        """The probability of each theme; 0 for an empty text."""
        found = np.zeros((len(texts), len(self._model.classifier.labels)))
        full = [n for n, text in enumerate(texts) if text.strip()]
        if full:
            kept, above = [texts[n] for n in full], [headings[n] for n in full]
            found[full] = judge(self._model, kept, above, self._encoder.windows, self._encoder.encode_document)
        return found

    def _of_parent(self, probabilities: Numbers | None) -> dict[int, float]:
        if probabilities is None:
            return {}
        chosen = np.flatnonzero(self._model.classifier.assigned(probabilities[None])[0])
        return {int(n): float(probabilities[n]) for n in chosen}

    def _themes(
        self,
        probabilities: Numbers,
        assigned: NDArray[np.bool_],
        taken: dict[int, float],
        chosen: Sequence[str] | None,
        carried: dict[int, _Carried],
    ) -> list[TaggedTheme]:
        rows: list[TaggedTheme] = []
        for n, theme in enumerate(self._model.taxonomy.themes):
            by_person = None if chosen is None else theme.key in chosen
            probability = float(probabilities[n]) if by_person is None else float(by_person)
            own = carried.get(n)
            rows.append(
                {
                    "theme": theme.key,
                    "label": theme.label,
                    "probability": round(taken.get(n, probability), 4),
                    "assigned": bool(assigned[n]) if by_person is None else by_person,
                    "origin": "inherited" if n in taken else "model" if by_person is None else "person",
                    "evidence": [_evidence(span) for span in own.spans] if own else [],
                    "supported": own.supported if own else None,
                }
            )
        return sorted(rows, key=lambda row: (-row["probability"], row["theme"]))

    def _carried(self, text: str, above: str, themes: NDArray[np.int64]) -> dict[int, _Carried]:
        """For each theme the fewest sentences, taken by their own probability, without which the text lacks it."""
        spans = sentences(text)
        if not len(themes) or not spans:
            return {}
        alone = self._judge([text[start:end] for start, end in spans], [""] * len(spans))
        orders = {int(n): np.argsort(-alone[:, n], kind="stable").tolist() for n in themes}
        rests = {
            frozenset(order[:count]) for order in orders.values() for count in range(1, min(len(spans), _MOST) + 1)
        }
        cuts = sorted(rests, key=sorted)
        left = dict(
            zip(cuts, self._judge([_without(text, spans, cut) for cut in cuts], [above] * len(cuts)), strict=True)
        )
        threshold = self._model.classifier.threshold
        found = {}
        for n, order in orders.items():
            counts = range(1, min(len(spans), _MOST) + 1)
            enough = next((c for c in counts if left[frozenset(order[:c])][n] < threshold[n]), None)
            chosen = sorted(order[: enough or 1])
            found[n] = _Carried(tuple(spans[place] for place in chosen), enough is not None)
        return found


def _without(text: str, spans: Sequence[Span], cut: frozenset[int]) -> str:
    return " ".join(text[start:end] for n, (start, end) in enumerate(spans) if n not in cut)


def _evidence(span: Span) -> Evidence:
    return {"start": span[0], "end": span[1]}


def _note(text: str) -> str | None:
    if not text.strip():
        return EMPTY
    return FOREIGN if is_foreign(text) else None
