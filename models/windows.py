"""Texts cut into overlapping pieces that an encoder takes whole."""

from bisect import bisect_right
from collections.abc import Callable, Sequence


def cut(text: str, offsets: Sequence[tuple[int, int]], room: int, fits: Callable[[str], bool]) -> list[str]:
    """Overlapping pieces of `text` of at most `room` tokens; `offsets` are its tokens' start and end.

    Pieces start and end at words, save inside a word that is itself too long. A piece alone may make more
    tokens than it did within `text`, so `fits` has the last word.
    """
    # Some tokenizers count the space before a word as its own.
    words = [i for i, (at, _) in enumerate(offsets) if at == 0 or text[at - 1].isspace() or text[at].isspace()]
    pieces = []
    first = 0
    while True:
        last = _boundary(words, first + room, above=first + room // 2, total=len(offsets))
        while last - first > 1 and not fits(text[offsets[first][0] : offsets[last - 1][1]]):
            last = _boundary(words, last - 1, above=first, total=len(offsets))
        pieces.append(text[offsets[first][0] : offsets[last - 1][1]].strip())
        if last == len(offsets):
            return pieces
        first = _boundary(words, last - (last - first) // 4, above=first, total=len(offsets))


def _boundary(words: Sequence[int], token: int, *, above: int, total: int) -> int:
    """The last token at or before `token` that begins a word and comes after `above`; else `token` itself."""
    if token >= total:
        return total
    place = bisect_right(words, token) - 1
    return words[place] if place >= 0 and words[place] > above else max(token, above + 1)
