"""Hits as pages show them: cut down, marked, told apart, and the parts of one list under the first of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from corpus.text import Span
from service.contract.excerpts import excerpt, pieces
from service.contract.responses import Hit

SHOWN_LENGTH, EXCERPT = 900, 320  # characters of a hit, and of a place within a document


def cut(hit: Hit) -> dict[str, Any]:
    """A hit with its text cut into pieces, and cut down around its best sentence where it is long."""
    only_sentence = hit.best_sentence[0] == 0 and hit.best_sentence[1] == len(hit.text)
    best = None if only_sentence or not hit.highlights else hit.best_sentence
    return {**dict(hit), **_cut(hit.text, hit.highlights, SHOWN_LENGTH, hit.best_sentence, best)}


def shortened(text: str, spans: Sequence[Span], length: int) -> dict[str, Any]:
    """A text in pieces with these places marked, cut down around the first of them where it is long."""
    return _cut(text, spans, length, spans[0] if spans else (0, 0), None)


def _cut(
    text: str, marked: Sequence[Sequence[int]], length: int, around: Sequence[int], best: Sequence[int] | None
) -> dict[str, Any]:
    start, end = excerpt(text, around, length)

    def moved(span: Sequence[int]) -> tuple[int, int]:
        return max(0, span[0] - start), max(0, min(span[1], end) - start)

    shown = [moved(span) for span in marked if span[1] > start and span[0] < end]
    return {
        "pieces": pieces(text[start:end], shown, moved(best) if best else None),
        "cut_before": start > 0,
        "cut_after": end < len(text),
    }


def told_apart(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Hits of a page of results; each of several of one document with which of how many it is: `of_document`."""
    every = Counter(hit.document.id for hit in hits)
    so_far: Counter[str] = Counter()
    shown = []
    for hit in hits:
        so_far[hit.document.id] += 1
        several = every[hit.document.id] > 1
        place = (so_far[hit.document.id], every[hit.document.id]) if several else None
        shown.append({**cut(hit), "of_document": place})
    return shown


def with_limbs(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Hits, with those that are items of one list, or that list's own beginning, under the best of them: `limbs`."""
    shown: dict[str, dict[str, Any]] = {}
    for hit in hits:
        whole = hit.parent.passage_id if hit.parent else hit.passage_id
        if whole in shown and hit.kind != "comment":
            shown[whole]["limbs"].append(cut(hit))
        else:
            shown[whole if hit.kind != "comment" else hit.passage_id] = {**cut(hit), "limbs": []}
    return list(shown.values())
