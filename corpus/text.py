"""Small text tools that every parser shares: normalising for comparison, cleaning for display, joining lines."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from urllib.parse import quote

Span = tuple[int, int]
"""A place in a text: first character, and the one after the last."""

NOTHING = frozenset(("-", "–", "—", "n/a", "na", "none", "nil", "tbc", "tba", "xxx", "x", "?", "unknown", "not known"))
"""What a cell holds that says nothing, in small letters."""

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "­": None})
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.{1,600}?)(?<=\S)\1")
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto)[^<>\s]+)>")
_HANGING = re.compile(r"(?:and|or|to)\b")  # "pre- and post-"
_DIGITS = re.compile(r"([0-9]+)")

# A sentence ends at a stop followed by a space and something that can open one, or at a line or bullet.
# "e.g." and initials are followed by a lower-case letter or stand after a single capital.
_END = re.compile(r"(?<!\b[A-Z])[.!?][”’\"')\]]*\s+(?=[A-Z0-9“‘\"'(\[•])|;?\s*\n\s*|\s+(?=•)")


@lru_cache(1_024)  # a parser looks at each paragraph several times, and in a row
def normalise(text: str) -> str:
    """The form in which two texts count as the same: case, quotes, dashes, spaces and edge punctuation aside."""
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold().split())
    start, end = 0, len(plain)
    while start < end and not plain[start].isalnum():
        start += 1
    while end > start and not plain[end - 1].isalnum():
        end -= 1
    return plain[start:end]


def words_only(text: str) -> str:
    """The words of a text in small letters, each between spaces: so that one text can be looked for in another."""
    words = re.findall(r"[^\W_]+", normalise(text))
    return f" {' '.join(words)} "


def says_nothing(cell: str) -> bool:
    """Whether a cell holds a placeholder ("-", "n/a", "TBC", "xxx") or nothing."""
    plain = " ".join(cell.split()).casefold().rstrip(".")
    return not plain or plain in NOTHING


def clean(text: str) -> str:
    """Text as it is shown: one line, Markdown emphasis and angle-bracketed links opened, wording untouched."""
    text = _AUTOLINK.sub(r"\1", text.replace("­", ""))
    text = _EMPHASIS.sub(r"\2", text)
    return " ".join(text.split())


def key_step(name: str) -> str:
    """`name` as one step of a key: a key stands in an address, where a slash parts it and ".." is folded out of it."""
    return quote(name, safe=" !$&'()*+,:;=@") if name.strip(".") else name.replace(".", "%2E")


def join_lines(lines: Sequence[str]) -> str:
    """One paragraph from its lines; a line that ends in a hyphen inside a compound joins without a space."""
    stripped = [line.strip() for line in lines]
    glued = [before[-1:] == "-" and before[-2:-1].isalnum() for before in stripped]
    parts = [
        line if at == 0 or (glued[at - 1] and not _HANGING.match(line)) else f" {line}"
        for at, line in enumerate(stripped)
    ]
    return "".join(parts).strip()


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
        glues = [glue.start() for glue in _GLUE.finditer(text, word.start(), word.end())]
        if glues and not _ADDRESS.search(word[0]):
            spared = _inside_names(word[0])
            found += [place for place in glues if place - word.start() not in spared]
    return found


def _inside_names(word: str) -> set[int]:
    """Offsets inside a name of the exceptions file that `word` holds."""
    return {
        named.start() + inner
        for name in glue_exceptions()
        for named in re.finditer(re.escape(name), word)
        for inner in range(1, len(name))
    }


def sentences(text: str) -> list[Span]:
    """The places of the sentences of a text, in order and without white space around; one at least."""
    bounds = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    spans = []
    for start, end in pairwise(bounds):
        inner = text[start:end]
        if inner.strip():
            spans.append((start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())))
    return spans or [(0, len(text))]


def natural_key(text: str) -> str:
    """What texts are put in order by where 9 comes before 10: their words in small letters and their whole numbers.

    Two such keys compare as texts do, character by character; a number comes before a word.
    """
    parts = [part for part in _DIGITS.split(text.casefold().strip()) if part]
    return "".join(map(_natural_part, parts))


def _natural_part(part: str) -> str:
    if not _DIGITS.fullmatch(part):
        return f"\2{part}\0"
    number = part.lstrip("0") or "0"
    return f"\1{len(number):09}{number}"  # of two whole numbers, the longer is the greater


_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def for_xml(text: str) -> str:
    """A text as XML can hold it: U+FFFD, which is printed as a sign of its own, for each character that it cannot."""
    return _NO_XML.sub("\ufffd", text)


def control(character: str) -> bool:
    """Whether a character is a control character or half of one."""
    return unicodedata.category(character) in {"Cc", "Cs"}
