"""Small text tools that every parser shares: normalising for comparison, cleaning for display, joining lines."""

import re
import unicodedata
from functools import cache
from importlib import resources

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "­": None})
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto)[^<>\s]+)>")
_EDGES = re.compile(r"^\W+|\W+$")


def normalise(text: str) -> str:
    """The form in which two texts count as the same: case, quotes, dashes, spaces and edge punctuation aside."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold()
    return _EDGES.sub("", " ".join(plain.split()))


def clean(text: str) -> str:
    """Text as it is shown: one line, Markdown emphasis and angle-bracketed links opened, wording untouched."""
    text = _AUTOLINK.sub(r"\1", text.replace("­", ""))
    text = _EMPHASIS.sub(r"\2", text)
    return " ".join(text.split())


def join_lines(lines: list[str]) -> str:
    """One paragraph from its lines; a line that ends in a hyphen inside a compound joins without a space."""
    joined = ""
    for line in lines:
        glue = "" if not joined or re.search(r"\w-$", joined) else " "
        joined += glue + line.strip()
    return joined


@cache
def glue_exceptions() -> tuple[str, ...]:
    """Names such as SharePoint whose inner capital is no sentence start, one a line in a data file."""
    listed = resources.files("corpus").joinpath("data/glue_exceptions.txt").read_text("utf-8")
    return tuple(line.strip() for line in listed.splitlines() if line.strip() and not line.startswith("#"))


_GLUE = re.compile(r"(?<=[a-z]{3})(?=[A-Z][a-z])")
_ADDRESS = re.compile(r"[@/\\]|www\.")


def glued_at(text: str) -> list[int]:
    """Offsets at which a sentence was glued to the one before it ("cultureThis"), names and addresses aside."""
    found = []
    for word in re.finditer(r"\S+", text):
        if _ADDRESS.search(word[0]):
            continue
        spared = {
            word.start() + named.start() + inner
            for name in glue_exceptions()
            for named in re.finditer(re.escape(name), word[0])
            for inner in range(len(name))
        }
        found += [g.start() for g in _GLUE.finditer(text, word.start(), word.end()) if g.start() not in spared]
    return found
