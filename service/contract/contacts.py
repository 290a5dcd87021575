"""Contact details of people, taken out of what is shown and exported; what is stored and searched keeps them."""

import re
from functools import cache
from typing import TypeVar, cast

from service.contract.shapes import Shape

Answer = TypeVar("Answer")

_GAP = r"[ \u00a0\u2009\u202f.‐‑–/-]?"
_EMAIL = r"(?<![\w.+'-])[\w.+'-]++@[\w-]++(?:\.[\w-]++)+"
_ABROAD = rf"\(?(?:\+|00)\d{{1,3}}\)?(?:{_GAP}\(?\d{{1,4}}\)?){{2,6}}"  # 44 with them
_BRITISH = rf"\(?0\d{{2,4}}\)?{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}(?:/\d{{6}})?"
_CUT = rf"\(?0\d{{2,4}}\)?{_GAP}\d{{0,6}}(?=\s?…)"  # a title that was shortened may end within a number
_EXTENSION = r"(?:\s{0,3}\b(?:extn?|extension|x)\b\.?\s{0,3}\d{2,6})?"
_LABEL = r"\b(?:tel|telephone|phone|mobile|fax|extn?|extension)\b(?:\s(?:no|number))?[.:]{0,2}\s{0,3}"
_LABELLED = r"(?!(?:19|20)\d\d\b)\(?\d[\d ()-]{2,14}\d\b"
_CONTACT = re.compile(
    rf"{_EMAIL}"
    rf"|(?<![\w£€$./-])(?<!\d,)(?:(?P<abroad>{_ABROAD})|(?P<british>{_BRITISH})|{_CUT}|0800 1111)(?!\w){_EXTENSION}"
    rf"|(?P<label>{_LABEL}){_LABELLED}",
    re.I,
)
_ZERO, _DIGIT = re.compile(r"0\d\d"), re.compile(r"\d")
_REFERENCE = re.compile(r"\b(?:ref|reference|urn|number|log|crime|incident|no)\b\W{0,3}$", re.I)


def mask(text: str) -> str:
    """`text` with the letters and digits of e-mail addresses and telephone numbers as dots; its length stays."""
    return _CONTACT.sub(_dotted, text) if _may_hold_contact(text) else text


def _may_hold_contact(text: str) -> bool:
    """False where nothing in a text can begin what `_CONTACT` finds: that is told fifty times as fast."""
    if "@" in text or "+" in text or _ZERO.search(text):
        return True
    return bool(_DIGIT.search(text)) and any(label in text.lower() for label in ("tel", "phone", "mob", "fax", "ext"))


def _dotted(match: re.Match[str]) -> str:
    if match["label"]:  # of "Tel. 960001" the word stays: it says what was there
        return match["label"] + re.sub(r"\d", "•", match[0][len(match["label"]) :])
    number = match["british"] or match["abroad"] or ""
    digits = sum(1 for character in number.split("/")[0] if character.isdigit())
    if number and (not 9 < digits < (12 if match["british"] else 16) or _is_reference(match)):
        return match[0]  # "0700 1500 2300" are times of day
    return re.sub(r"\w", "•", match[0])


def _is_reference(match: re.Match[str]) -> bool:
    return _REFERENCE.search(match.string, max(0, match.start() - 20), match.start()) is not None


# What leads somewhere or was typed by whoever asks; all else that an answer holds is shown, and masked.
_KEPT = re.compile(r"(?:.*_)?(?:id|ids|key|keys|slug|source|sources|url|query|q|sha256|generation|address|link|links)")


@cache
def _is_kept(name: str) -> bool:
    return bool(_KEPT.fullmatch(name))


def masked(answer: Answer) -> Answer:
    """`answer`, a shape or a list of them, with the texts in it masked; ids, addresses and paths stay."""
    return cast(Answer, _masked(answer, ""))


def _masked(value: object, name: str) -> object:
    if isinstance(value, str):
        return value if _is_kept(name) else mask(value)
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
