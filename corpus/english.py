"""Which words are English, as far as a list of them tells."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def dictionary() -> frozenset[str]:
    """82,834 English words, British and American, with their inflections: the list that symspellpy brings along."""
    package = find_spec("symspellpy")  # found, not imported: only its list is wanted
    if package is None or package.origin is None:
        raise ModuleNotFoundError("The package symspellpy is missing: run `pip install -r requirements.txt`.")
    listed = Path(package.origin).with_name("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return frozenset(line.split()[0] for line in listed.splitlines() if line.strip())
