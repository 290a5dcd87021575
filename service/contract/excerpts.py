"""Texts as they are shown: cut down around what matters, and in pieces where something is marked."""

from collections.abc import Sequence
from itertools import pairwise

from corpus.text import Span


def pieces(text: str, marked: Sequence[Sequence[int]], best: Sequence[int] | None) -> list[tuple[str, bool, bool]]:
    """The text cut where marking starts or ends: (piece, is highlighted, is in the best sentence)."""
    edges = {0, len(text), *(edge for span in marked for edge in span), *(best or ())}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    lit = {start for span in marked for start in cuts if span[0] <= start < span[1]}
    return [
        (shown(text[start:end]), start in lit, best is not None and best[0] <= start < best[1])
        for start, end in pairwise(cuts)
        if end > start
    ]


def shown(text: str) -> str:
    """A text as people read it: the cells of a table's row have a stroke between them."""
    return text.replace("\t", " | ")


def excerpt(text: str, best: Sequence[int], length: int) -> Span:
    """The part of a long text, about `length` characters, that has the best sentence in it; all of a short one."""
    if len(text) <= length:
        return 0, len(text)
    start = max(0, min(best[0] - length // 3, len(text) - length))
    end = min(len(text), max(start + length, min(best[1], start + 2 * length)))
    if start and (space := text.find(" ", start, best[0] + 1)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", start, end)) > best[0]:
        end = space
    return start, end
