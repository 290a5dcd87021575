"""Tagging texts: the probability of each theme, three answers, the sentences that carry a theme, what is taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.text import Span, sentences
from models.encoder import ModelError
from models.theme_model import ThemeModel, is_foreign, judge
from service.contract.requests import TextToTag
from service.contract.responses import Passage
from service.contract.theme_responses import Evidence, TaggedText, TaggedTheme, TagResponse
from service.memory.passage_rows import passage_of, row_by_key
from service.memory.snapshot import Snapshot
from service.memory.theme_tags import said
from service.state.corrections import NOTHING, Corrected
from service.themes.theme_counts import model_record

if TYPE_CHECKING:
    from models.encoder import Encoder

Numbers = NDArray[np.float64]

NO_MODEL = "There is no theme model to tag with. Run `precedent themes train`, then `precedent build`."
FOREIGN = "This text does not look English: no theme is guessed."
EMPTY = "The text is empty."
_MOST = 8  # sentences that may carry a theme together
# Characters of a text that is judged again without its evidence, and of one whose sentences are looked at at all.
_CHECKED, _LOOKED_AT = 4_000, 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text to tag. `section` is what it stands under and `parent` the recommendation that it comments on; `passage`
    is its key where it is indexed, and `inherits` what it then takes over, if it is known.
    """

    text: str
    section: tuple[str, ...] = ()
    parent: str = ""
    inherits: Mapping[str, float] | None = None
    passage: str | None = None


def tag_texts(seen: Snapshot, texts: Sequence[Text], *, evidence: bool = True) -> TagResponse:
    """The themes of texts. Raises ModelError where there is no model."""
    model = theme_model(seen)
    results = Tagger(model, seen.encoder, seen.corrected).tag(texts, evidence)
    return TagResponse(model=model_record(model), results=results)


def tag_passage(seen: Snapshot, key: str) -> tuple[Passage, TaggedText] | None:
    """A passage with the themes it has and the sentences that carry them; None for one that is not there."""
    held = seen.held
    row = row_by_key(held.generation.tables, key)
    if row is None:
        return None
    passage = passage_of(row, held.tags)
    lead = f"{passage.parent.text} " if passage.parent else ""
    inherits = {tag.theme: tag.probability for tag in passage.themes if tag.origin == "inherited"}
    asked = Text(lead + passage.text, tuple(passage.section), "", inherits, key)
    # As it is shown elsewhere: the correction may be that of another place where the same is said.
    person = held.tags.corrected.get(row.row["id"])
    corrected = Corrected(0, {key: person} if person else {}, {})
    tagged = Tagger(theme_model(seen), seen.encoder, corrected).tag([asked])[0]
    themes = [_moved(theme, len(lead)) for theme in tagged.themes]
    return seen.shown(passage), tagged.model_copy(update={"themes": themes})


def theme_model(seen: Snapshot) -> ThemeModel:
    """The model that the index is tagged with. Raises ModelError where there is none."""
    if seen.held.tags.model is None:
        raise ModelError(NO_MODEL)
    return seen.held.tags.model


def _moved(theme: TaggedTheme, lead: int) -> TaggedTheme:
    """A theme with the places of its evidence in the text behind `lead` characters."""
    kept = [
        Evidence(start=max(0, span.start - lead), end=span.end - lead) for span in theme.evidence if span.end > lead
    ]
    return theme.model_copy(update={"evidence": kept})


def text_of(asked: str | TextToTag) -> Text:
    """A text as it was sent: alone, or with what it stands under and the recommendation that it comments on."""
    if isinstance(asked, str):
        return Text(asked)
    return Text(asked.text, tuple(asked.headings()), asked.parent or "")


@dataclass(frozen=True, slots=True)
class _Carried:
    """What carries a theme: sentences, and whether the text without them does not have it; None if not looked at."""

    spans: tuple[Span, ...]
    supported: bool | None


class Tagger:
    """Tags texts with one model. Texts that people have corrected are as they said."""

    def __init__(self, model: ThemeModel, encoder: "Encoder", corrected: Corrected = NOTHING) -> None:
        self.model, self._encoder, self._corrected = model, encoder, corrected

    def tag(self, texts: Sequence[Text], evidence: bool = True) -> list[TaggedText]:
        """One answer for each text, in their order."""
        above = [". ".join(text.section) for text in texts]
        probabilities = self._judge([text.text for text in texts], above)
        decisions, doubts = self.model.classifier.decisions(probabilities)
        assigned = self.model.classifier.assigned(probabilities)
        inherited = self._inherited(texts, assigned)
        found: list[TaggedText] = []
        for n, text in enumerate(texts):
            person = self._corrected.of(text.passage, text.text)
            chosen = said(person, self.model.taxonomy) if person else None
            taken = inherited.get(n, {}) if chosen is None else {}
            carried = (
                self._carried(text.text, above[n], np.flatnonzero(assigned[n])) if evidence and chosen is None else {}
            )
            found.append(
                TaggedText(
                    decision=("assigned" if chosen else "none") if chosen is not None else decisions[n],
                    doubt=0.0 if chosen is not None else round(float(doubts[n]), 4),
                    note=_note(self.model, text.text),
                    themes=self._themes(probabilities[n], assigned[n], taken, chosen, carried),
                )
            )
        return found

    def _judge(self, texts: Sequence[str], headings: Sequence[str]) -> Numbers:
        """The probability of each theme; 0 for an empty text."""
        found = np.zeros((len(texts), len(self.model.classifier.labels)))
        full = [n for n, text in enumerate(texts) if text.strip()]
        if full:
            kept, above = [texts[n] for n in full], [headings[n] for n in full]
            found[full] = judge(self.model, kept, above, self._encoder)
        return found

    def _inherited(self, texts: Sequence[Text], assigned: NDArray[np.bool_]) -> dict[int, dict[int, float]]:
        """What texts without a theme of their own take over, by place and the number of the theme."""
        place = {key: n for n, key in enumerate(self.model.classifier.labels)}
        found: dict[int, dict[int, float]] = {}
        asked: list[int] = []
        for n, text in enumerate(texts):
            if assigned[n].any() or not (text.parent or text.inherits):
                continue
            person = self._corrected.of(None, text.parent)
            themes = said(person, self.model.taxonomy) if person else None
            known = text.inherits if text.inherits is not None or themes is None else dict.fromkeys(themes, 1.0)
            if known is None:
                asked.append(n)
            else:
                found[n] = {place[theme]: share for theme, share in known.items() if theme in place}
        probabilities = self._judge([texts[n].parent for n in asked], [""] * len(asked))
        chosen = self.model.classifier.assigned(probabilities)
        for n, own, row in zip(asked, chosen, probabilities, strict=True):
            found[n] = {int(theme): float(row[theme]) for theme in np.flatnonzero(own)}
        return found

    def _themes(
        self,
        probabilities: Numbers,
        assigned: NDArray[np.bool_],
        taken: dict[int, float],
        chosen: Sequence[str] | None,
        carried: dict[int, _Carried],
    ) -> list[TaggedTheme]:
        rows: list[TaggedTheme] = []
        for n, theme in enumerate(self.model.taxonomy.themes):
            by_person = None if chosen is None else theme.key in chosen
            probability = float(probabilities[n]) if by_person is None else float(by_person)
            own = carried.get(n)
            rows.append(
                TaggedTheme(
                    theme=theme.key,
                    label=theme.label,
                    probability=round(taken.get(n, probability), 4),
                    assigned=bool(assigned[n]) if by_person is None else by_person,
                    origin="inherited" if n in taken else "model" if by_person is None else "person",
                    evidence=[Evidence(start=start, end=end) for start, end in own.spans] if own else [],
                    supported=own.supported if own else None,
                )
            )
        return sorted(rows, key=lambda row: (-row.probability, row.theme))

    def _carried(self, text: str, above: str, themes: NDArray[np.int64]) -> dict[int, _Carried]:
        """For each theme the fewest sentences, taken by their own probability, without which the text lacks it."""
        spans = sentences(text) if len(text) <= _LOOKED_AT else []
        if not len(themes) or not spans:
            return {}
        alone = self._judge([text[start:end] for start, end in spans], [""] * len(spans))
        threshold = self.model.classifier.threshold
        orders = {int(n): np.argsort(-alone[:, n], kind="stable").tolist() for n in themes}
        if len(text) > _CHECKED:
            kept = {n: [place for place in order if alone[place, n] >= threshold[n]] for n, order in orders.items()}
            return {n: _Carried(_spans(spans, own[:_MOST]), None) for n, own in kept.items()}
        found: dict[int, _Carried] = {}
        for count in range(1, min(len(spans), _MOST) + 1):
            waiting = [n for n in orders if n not in found]
            rest = [_without(text, spans, frozenset(orders[n][:count])) for n in waiting]
            for n, left in zip(waiting, self._judge(rest, [above] * len(rest)), strict=True):
                if left[n] < threshold[n]:
                    found[n] = _Carried(_spans(spans, orders[n][:count]), True)
        return found | {n: _Carried(_spans(spans, orders[n][:1]), False) for n in orders if n not in found}


def _spans(spans: Sequence[Span], places: Sequence[int]) -> tuple[Span, ...]:
    return tuple(spans[place] for place in sorted(places))


def _without(text: str, spans: Sequence[Span], cut: frozenset[int]) -> str:
    return " ".join(text[start:end] for n, (start, end) in enumerate(spans) if n not in cut)


def _note(model: ThemeModel, text: str) -> str | None:
    if not text.strip():
        return EMPTY
    return FOREIGN if is_foreign(model, text) else None
