"""Contact details of people, taken out of what is shown and exported; what is stored and searched keeps them."""

import re
from functools import cache, lru_cache
from typing import TypeVar, cast

from corpus.contact_details import mask
from service.contract.shapes import Shape

__all__ = ["mask", "masked"]

Answer = TypeVar("Answer")

# What leads somewhere or was typed by whoever asks; all else that an answer holds is shown, and masked.
_KEPT = re.compile(r"(?:.*_)?(?:id|ids|key|keys|slug|source|sources|url|query|q|sha256|generation|address|link|links)")


_SHORT = 2_000  # characters of a text that is kept with what it is shown as: the same are shown again and again


@lru_cache(maxsize=4_096)
def _mask_again(text: str) -> str:
    return mask(text)


@cache
def _is_kept(name: str) -> bool:
    return bool(_KEPT.fullmatch(name))


def masked(answer: Answer) -> Answer:
    """`answer`, a shape or a list of them, with the texts in it masked; ids, addresses and paths stay."""
    return cast(Answer, _masked(answer, ""))


def _masked(value: object, name: str) -> object:
    if isinstance(value, str):
        if _is_kept(name):
            return value
        shown = _mask_again(value) if len(value) <= _SHORT else mask(value)
        return value if shown == value else shown  # the same text in another object would have all around it copied
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Shape):
        inner = vars(value)
        fresh = {field: own for field, before in inner.items() if (own := _masked(before, field)) is not before}
        return value.model_copy(update=fresh) if fresh else value
    if isinstance(value, dict):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        made = type(value)(_masked(inner, name) for inner in value)
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    return value
