"""Bullets, whatever they look like: a sign that stands alone before the words of a line becomes "•"."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

BULLET = "•"
_PLAIN = "-–—*"  # signs that begin items in plain text too
_GLUED = re.compile("^[•·▪●◦○■□➢➤►▶‣⁃∙❖✓✔✗\ue000-\uf8ff]\\s*(?=\\S)")
_NO_BULLETS = frozenset("\"'‘“«([{$£€%&#@?!.,;:=/\\_|^`©®™†‡")  # signs that begin text


def is_sign(text: str) -> bool:
    """Whether `text` is one sign that may be a bullet: no digit, no letter of English but "o", no quote."""
    if len(text) != 1 or text in _NO_BULLETS:
        return False
    return text == "o" or (not (text.isascii() and text.isalnum()) and unicodedata.category(text)[0] != "N")


def is_bullet(text: str) -> bool:
    """Whether such a sign is a bullet, and no dash, which plain text has too."""
    return is_sign(text) and text not in _PLAIN


def signs_of(texts: Sequence[str]) -> frozenset[str]:
    """The signs that begin lines of a document as bullets do, closely before their words.

    What is no letter ("§", "¤", private use) is one wherever it stands so, unless a number follows; a letter ("Ø")
    and a sign of the keyboard only where they begin several lines.
    """
    heads = [text[0] for text in texts if text[1:2] == " " and is_sign(text[0]) and not text[2:3].isdigit()]
    counts = Counter(heads)
    return frozenset(
        sign
        for sign, count in counts.items()
        if sign not in _PLAIN and sign != "o" and (count > 1 or not (sign.isascii() or sign.isalpha()))
    )


def shown(text: str, signs: frozenset[str]) -> str:
    """`text` with "•" for the sign with which it begins."""
    if text[:1] in signs and text[1:2] == " " and not text[2:3].isdigit():
        return BULLET + text[1:]
    return _GLUED.sub(BULLET + " ", text)
