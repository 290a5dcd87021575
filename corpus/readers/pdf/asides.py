"""What stands on a page and is no part of its text: stamps over it, a few words at its side or across it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from corpus.readers.pdf.page_layout import Page, Run, habits_of
from corpus.readers.reading import LeftOut

_SIDEWAYS = 20  # words at a right angle to the rest of the page, from which on they are more than a label
_LARGE = 2.5  # sizes of the body: a stamp is larger
_UNDER = 0.7  # sizes of a stamp: the text under it is smaller than that
_QUOTED = 80  # characters of what was left out that are quoted


def set_aside(pages: Sequence[Page]) -> tuple[list[Page], list[LeftOut]]:
    """Pages without such words, and what is said of them; what several pages repeat is dropped as headers are."""
    size = habits_of(pages).size
    kept: list[Page] = []
    found: list[tuple[str, ...]] = []
    for page in pages:
        main = [_split(runs, size) for runs in page.layers[:1]]
        side = [runs for runs in page.layers[1:] if sum(run.text.count(" ") + 1 for run in runs) < _SIDEWAYS]
        layers = (*(runs for runs, _ in main), *(runs for runs in page.layers[1:] if runs not in side))
        kept.append(replace(page, layers=tuple(filter(None, layers))))
        apart = chain((stamps for _, stamps in main), side)
        found.append((*page.aslant, *(run.text for runs in apart for run in runs)))
    return kept, list(_said(found, _repeated(pages)))


def _repeated(pages: Sequence[Page]) -> frozenset[str]:
    """What stands on several pages, wherever on them: headers, page numbers, stamps."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_key(text) for text in (*page.aslant, *(run.text for runs in page.layers for run in runs))})
    return frozenset(text for text, count in counts.items() if count > 1)


def _key(text: str) -> str:
    return re.sub(r"\d+", "0", text.casefold())


def _split(runs: Sequence[Run], size: float) -> tuple[tuple[Run, ...], list[Run]]:
    """(runs without stamps, stamps): large words that lie over several lines of smaller ones, as a watermark does."""
    stamps = [run for run in runs if run.size > _LARGE * size and sum(_over(run, other) for other in runs) > 1]
    return tuple(run for run in runs if run not in stamps), stamps


def _over(run: Run, other: Run) -> bool:
    across = other.left < run.right and run.left < other.right
    return across and other.size < _UNDER * run.size and run.top < (other.top + other.bottom) / 2 < run.bottom


def _said(found: Sequence[Sequence[str]], repeated: frozenset[str]) -> Iterator[LeftOut]:
    """One entry for each page on which words were left out that stand on no other."""
    for at, texts in enumerate(found, 1):
        words = " ".join(text for text in texts if _key(text) not in repeated and not text.isdigit())
        if words:
            quoted = words if len(words) <= _QUOTED else f"{words[:_QUOTED].rstrip()} …"
            reason = f"holds words that stand sideways, aslant or over the text, which were not read: “{quoted}”."
            yield LeftOut(f"page {at}", reason)
