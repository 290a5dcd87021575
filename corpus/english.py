"""Which words are English, as far as a list of them tells, and what they are in the singular."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path


@cache
def frequencies() -> Mapping[str, int]:
    """82,834 English words, British and American, with their inflections, and how often each was counted.

    It is the list that symspellpy brings along.
    """
    package = find_spec("symspellpy")  # found, not imported: only its list is wanted
    if package is None or package.origin is None:
        raise ModuleNotFoundError("The package symspellpy is missing: run `pip install -r requirements.txt`.")
    listed = Path(package.origin).with_name("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    rows = (line.split() for line in listed.splitlines() if line.strip())
    return {word: int(count) for word, count in rows}


@cache
def dictionary() -> frozenset[str]:
    """The English words of that list."""
    return frozenset(frequencies())


@lru_cache(10_000)
def singular(word: str) -> str:
    """A word in small letters, and in the singular as far as its ending tells."""
    word = word.lower()
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and re.search(r"(?:ss|sh|ch|x)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and re.search(r"[^siu]s$", word) else word
