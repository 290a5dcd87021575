"""Contact details of people, taken out of what is shown and exported; what is stored and searched keeps them."""

import re
from typing import TypeVar, cast

Answer = TypeVar("Answer")

_GAP = r"[ \u00a0.-]?"
_EMAIL = r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"
_BRITISH = rf"(?:(?:\+|00)44{_GAP}(?:\(0\))?|\(?0){_GAP}\d{{2,4}}\)?{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}"
_FOREIGN = rf"\+\d{{1,3}}(?:{_GAP}\d{{2,4}}){{2,4}}"
_EXTENSION = r"(?:\s*\b(?:ext(?:ension)?|x)\b\.?\s*\d{2,6})"
_LABELLED = r"\b(?:tel|telephone|phone|mobile|fax|ext|extension)\b(?:\s+(?:no|number))?[.:]*\s*\(?\d[\d ()-]{2,14}\d\b"
_CONTACT = re.compile(rf"{_EMAIL}|(?<![\w£€$.,/-])(?:{_BRITISH}|{_FOREIGN})(?!\w){_EXTENSION}?|{_LABELLED}", re.I)


def mask(text: str) -> str:
    """`text` with the letters and digits of e-mail addresses and telephone numbers as dots; its length stays."""
    return _CONTACT.sub(_dotted, text)


def _dotted(match: re.Match[str]) -> str:
    # Of "Tel. 01632 960001" and "ext 4412" the word stays: it says what was there.
    kept = 0 if "@" in match[0] else re.match(r"[^\d(+]*", match[0]).end()  # type: ignore[union-attr]
    return match[0][:kept] + re.sub(r"\w", "•", match[0][kept:])


_TEXTS = frozenset(("text", "title", "section", "path", "citation", "meaning", "notes"))


def masked(answer: Answer) -> Answer:
    """`answer`, a structure of JSON data, with the texts in it masked; ids, addresses and paths stay."""
    return cast(Answer, _masked(answer, False))


def _masked(value: object, is_text: bool) -> object:
    if isinstance(value, dict):
        return {key: _masked(inner, key in _TEXTS) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, is_text) for inner in value]
    return mask(value) if is_text and isinstance(value, str) else value
