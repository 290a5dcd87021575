"""The canonical form of a text: what is left of it once frame, print, spelling and the force's own name are set aside.

Two texts of one form ask for the same. What may carry a meaning stays: every number, date, name, negation and "or".
The words and patterns by which this is told stand in data/canonical.toml.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from sys import intern

from corpus.acronyms import spelled_out
from corpus.english import dictionary
from corpus.forces import Forces
from corpus.text import normalise
from indexer.rules import MONTH, MONTHS, fold_rules

SLIP_LETTERS = 5  # a shorter word is too often one letter away from another word
FRAME_LEAVES = 5  # words that must be left: of "Recommendation 3: complete" nothing is frame


@dataclass(frozen=True, slots=True)
class Form:
    """A canonical text: place by place, a key and the word as printed, "" where no slip may be looked for."""

    keys: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def joined(self) -> str:
        """All in one, so that "anti-social", "anti social" and "antisocial" are the same; numbers stay apart."""
        return "".join(key if key.isalpha() else f" {key} " for key in self.keys)


@dataclass(frozen=True)
class Reading:
    """How the texts of one collection are read: by which forces' names, and what short forms stand for in it.

    `framed` texts are findings: they have labels and markers before them, page references and sources behind.
    """

    forces: Forces
    expansions: Mapping[str, str]
    compounds: frozenset[tuple[str, str]]
    framed: bool

    def form(self, text: str, owner: str | None = None) -> Form:
        """The form of a text that speaks to the force with slug `owner`, or to one that only the text knows."""
        core = plain(text)
        core = _without_own_name(_unframed(core) if self.framed else core, owner, self.forces)
        core = _SHORT_BEHIND.sub("", core)
        core = _COMPOUND.sub(lambda m: str(_TENS[m[1].lower()] + _UNITS[m[2].lower()]), _respelt(core))
        keys: list[str] = []
        words: list[str] = []
        asks, asked, opening, capitals = fold_rules().asks, False, True, core.isupper()
        for raw in self._joined(_APART.findall(core)):
            for word in self._written_out(raw) if _speaks(raw) else ():
                asked = asked or word in asks
                if key := _key(word, raw, asked=asked, opening=not keys or capitals):
                    keys.append(intern(key))
                    words.append(intern(word) if _may_slip(raw, word, opening) else "")
            opening = raw in ".!?:;•" or (opening and not raw[0].isalnum())
        return Form(tuple(keys), tuple(words))

    def _joined(self, pieces: list[str]) -> Iterator[str]:
        """The pieces with "multi-agency" as one word, and "multi agency" where some text has the hyphen."""
        at = 0
        while at < len(pieces):
            hyphen = pieces[at + 1 : at + 2] == ["-"]
            other = "".join(pieces[at + 1 + hyphen : at + 2 + hyphen])
            if (pieces[at].casefold(), other.casefold()) in self.compounds:
                yield pieces[at] + other
                at += 2 + hyphen
            else:
                yield pieces[at]
                at += 1

    def _written_out(self, raw: str) -> list[str]:
        means = self.expansions.get(raw) or (self.expansions.get(raw[:-1]) if raw.endswith("s") else None)
        return means.split() if means else [raw.casefold()]


class Usage:
    """How texts, taken in one by one, spell out short forms and join words."""

    def __init__(self) -> None:
        self._spelled: dict[str, dict[str, str]] = defaultdict(dict)
        self._joined: set[tuple[str, str]] = set()

    def take(self, text: str) -> None:
        """Take in a text."""
        told = plain(text)
        if "(" in text:
            for short, means in spelled_out(told).items():
                ways, singular = self._spelled[short], means.removesuffix("s")
                ways[singular] = min(means, ways.get(singular, means))
        self._joined.update((one.casefold(), other.casefold()) for one, other in _HYPHEN.findall(told))

    @property
    def expansions(self) -> dict[str, str]:
        """What the short forms stand for that some text spells out, without those that two spell out otherwise."""
        return {short: next(iter(ways.values())) for short, ways in self._spelled.items() if len(ways) == 1}

    @property
    def compounds(self) -> frozenset[tuple[str, str]]:
        """The pairs of words that some text joins by a hyphen."""
        return frozenset(self._joined)


def print_form(text: str) -> str:
    """The text without capitals and stops, "" where it has no word; texts alike in it differ in print alone."""
    return " ".join(piece for piece in _APART.findall(_respelt(normalise(text))) if _speaks(piece))


def plain(text: str) -> str:
    """Compatible characters, straight apostrophes, single spaces; lines are kept."""
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("’", "'").replace("‘", "'")
    text = _CAPITAL_I.sub("l", _HYPHENS.sub("-", text))
    return "\n".join(" ".join(line.replace("**", " ").split()) for line in text.splitlines() if line.strip())


# --- frame: what stands around a finding's text

_FIRST_TWO = ({"a", "b"}, {"i", "ii"}, {"1", "2"})


def _unframed(text: str) -> str:
    """The text without labels and markers before it and page references, sources and links behind it."""
    core, rules = text, fold_rules()
    while label := rules.label.match(core):
        core = core[label.end() :]
    core = core[marker.end() :] if (marker := rules.markers.match(core)) else core
    for _ in range(4):
        tail = rules.tail.search(core, max(0, len(core) - 400))
        core = core[: tail.start()] if tail else core
    core = rules.header.sub(" ", rules.inner_marker.sub(" ", core))
    marks = set(rules.enumerated.findall(core))
    if any(first <= marks for first in _FIRST_TWO):
        core = rules.enumerated.sub(" ", core)
    return core if len(core.split()) >= FRAME_LEAVES else text


# --- the force's own name

_OWN_AREA = "ownarea"


def _without_own_name(text: str, owner: str | None, forces: Forces) -> str:
    """`text` with "force" for the name of the force that it speaks to, and one mark for the plain name of its area."""
    if owner is None:
        spans = _subject(text, forces)
    elif forces.get(owner) is None:
        spans = [(m.start(), m.end(), "force" if m[1] else _OWN_AREA) for m in _by_slug(owner).finditer(text)]
    else:
        own = [m for m in forces.mentions(text) if m.slug == owner]
        spans = [(m.start, m.end, _OWN_AREA if m.how == "short" else "force") for m in own]
    for start, end, mark in reversed(spans):
        text = f"{text[:start]}{mark}{text[end:]}"
    return text


@cache
def _by_slug(slug: str) -> re.Pattern[str]:
    """A force that only the user's file knows, as its slug lets it be known."""
    words = r"[\s-]".join("(?:and|&)" if word == "and" else re.escape(word) for word in slug.split("-"))
    return re.compile(rf"\b{words}\b(\s(?:police(?:\sservice)?|constabulary)\b)?", re.IGNORECASE)


def _subject(text: str, forces: Forces) -> list[tuple[int, int, str]]:
    """Where the text names the one force that is asked to do something; nowhere if it names several, or none so.

    "All forces should learn from Kent Police" has a name that no other may stand for.
    """
    if "olice" not in text and "onstabulary" not in text and "OLICE" not in text:
        return []
    rules = fold_rules()
    known = [(m.start, m.end, m.slug) for m in forces.mentions(text) if m.how == "name"]
    taken = known + [(m.start, m.end, m.slug) for m in forces.bodies(text)]
    for match in rules.named.finditer(text):
        start = match.start() + (4 if match["name"].startswith("The ") else 0)
        overlaps = any(start < end and begin < match.end() for begin, end, _ in taken)
        words = text[start : match.end("name")]
        # "Protect Police Pensions" is no name: of words that every dictionary has only a constabulary is sure to be.
        strange = match[0].endswith("Constabulary") or any(w.lower() not in dictionary() for w in _APART.findall(words))
        if not overlaps and strange and not rules.no_name.search(words):
            known.append((start, match.end(), words.lower()))
    if len({slug for *_, slug in known}) != 1 or not rules.asked.search(text) or rules.others_asked.search(text):
        return []
    known.sort()
    start, end, _ = known[0]
    asked = not text[:start].strip(" \n'\"“") or text[:start].strip() in ("The", "the") or rules.asked.match(text, end)
    return [(s, e, "force") for s, e, _ in known] if asked and not rules.force.search(text[:start]) else []


# --- words

_HYPHENS = re.compile(r"(?<=\w)[\u2010\u2011-](?=\w)")
_HYPHEN = re.compile(r"(?<![\w-])([^\W\d_]+)-([^\W\d_]+)(?![\w-])")
_CAPITAL_I = re.compile(r"(?<=[a-z])I(?![A-Z])")  # as character recognition reads an l
_APART = re.compile(r"\d+(?:[.,:/]\d+)*[^\W_]*|[^\W_]+|[^\w\s]")
_UNITS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_LOW_TEENS = {"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14}
_HIGH_TEENS = {"fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_LOW_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_TENS = _LOW_TENS | {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_NUMBERS = {"zero": 0} | _UNITS | _LOW_TEENS | _HIGH_TEENS | _TENS
_COMPOUND = re.compile(rf"\b({'|'.join(_TENS)})[ -]({'|'.join(_UNITS)})\b", re.IGNORECASE)
_SHORT_BEHIND = re.compile(r"(?<=[a-z])\s?\([A-Z][A-Z&]{1,6}s?\)")
_DATES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s({MONTH}),?\s(\d{{4}})\b"), lambda m: _day(m[1], m[2], m[3])),
    (re.compile(rf"\b({MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})\b"), lambda m: _day(m[2], m[1], m[3])),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)\b"), lambda m: f"{int(m[1])}/{int(m[2])}/{m[3][-2:]}"),
]
_ISE = re.compile(r"(?<=\w\w\wi)z(?=(?:e[ds]?|ers?|ing|ations?|ational)$)|(?<=\wly)z(?=(?:e[drs]?|ing)$)")
_PLURAL = re.compile(r"(\w{2,}?)(?:ies|(?<=ch|sh|ss|.x|.z)es|(?<=[^siu])s)$")


def _key(word: str, raw: str, *, asked: bool, opening: bool) -> str:
    """What a word counts as, "" for one that binds; "Class A" has no article. Plurals count in who is asked."""
    rules = fold_rules()
    if word in rules.binding or (word == "a" and (raw == "a" or opening)):
        return ""
    if word in _NUMBERS:
        return str(_NUMBERS[word])
    word = rules.variants.get(word, word)
    if "z" in word:
        word = _ISE.sub("s", word)
    if not asked or word[-1] != "s" or len(word) < SLIP_LETTERS or word in rules.counting:
        return word
    if plural := _PLURAL.match(word):
        return plural[1] + ("y" if word.endswith("ies") else "")
    return word


def _may_slip(raw: str, word: str, opening: bool) -> bool:
    """A capital within the sentence makes a name: one letter apart may be another town."""
    return len(word) >= SLIP_LETTERS and word.isascii() and word.isalpha() and (opening or raw.islower())


def _day(day: str, month: str, year: str) -> str:
    return f"{int(day)}/{MONTHS.index(month.lower()) + 1}/{year[-2:]}"


def _respelt(text: str) -> str:
    for pattern, numbers in _DATES:
        text = pattern.sub(numbers, text)
    for pattern, plainly in fold_rules().signs:
        text = pattern.sub(plainly, text)
    return text


def _speaks(piece: str) -> bool:
    """Words and numbers do, and signs such as £ and +; stops do not."""
    return piece[0].isalnum() or unicodedata.category(piece) in ("Sc", "Sm")
