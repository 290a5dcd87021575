"""The words and class names by which parts of a page are known (`data/page_words.toml`)."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class PageWords:
    """One pattern for each list of the file; those of whole phrases are to be matched with `fullmatch`."""

    phrases: re.Pattern[str]
    links: re.Pattern[str]
    site: re.Pattern[str]
    contents: re.Pattern[str]
    related: re.Pattern[str]
    files: re.Pattern[str]
    titles: re.Pattern[str]
    notices: re.Pattern[str]  # to be searched for
    captions: re.Pattern[str]  # at the start of a line
    boxes: re.Pattern[str]  # a part of a class name


@cache
def page_words() -> PageWords:
    """The file, read once."""
    listed = tomllib.loads(resources.files("corpus").joinpath("data/page_words.toml").read_text("utf-8"))
    names = ("phrases", "links", "site", "contents", "related", "files", "titles")
    whole = {name: _any(listed[name]) for name in names}
    return PageWords(
        **whole,
        notices=_any(listed["notices"], r"\b(?:{})\b"),
        captions=_any(listed["captions"], r"(?:{})\s*:"),
        boxes=_any(listed["boxes"], r"(?:.*[-_])?(?:{})(?:$|[-_])"),
    )


def _any(phrases: Sequence[str], around: str = "(?:{})") -> re.Pattern[str]:
    parts = (re.escape(phrase).replace(r"\*", ".{0,80}").replace(r"\#", r"[\d.,]+") for phrase in phrases)
    return re.compile(around.format("|".join(parts)), re.I)
