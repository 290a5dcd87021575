"""The canonical form of a text: what is left of it once frame, print, spelling and the force's own name are set aside.

Two texts of one form ask for the same. What may carry a meaning stays: every number, date, name, negation and "or".
"""

import calendar
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from sys import intern

from corpus.acronyms import spelled_out
from corpus.english import dictionary
from corpus.forces import Forces
from corpus.text import normalise

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
        asked, opening, capitals = False, True, core.isupper()
        for raw in self._joined(_APART.findall(core)):
            for word in self._written_out(raw) if _speaks(raw) else ():
                asked = asked or word in _ASKS
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


def expansions(texts: Iterable[str]) -> dict[str, str]:
    """What the short forms stand for that some text spells out, without those that two texts spell out otherwise."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for text in texts:
        if "(" in text:
            for short, means in spelled_out(plain(text)).items():
                singular = means.removesuffix("s")
                found[short][singular] = min(means, found[short].get(singular, means))
    return {short: next(iter(ways.values())) for short, ways in found.items() if len(ways) == 1}


def compounds(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The pairs of words that some text joins by a hyphen."""
    return frozenset(
        (one.casefold(), other.casefold()) for text in texts for one, other in _HYPHEN.findall(plain(text))
    )


def print_form(text: str) -> str:
    """The text without capitals and stops, "" where it has no word; texts alike in it differ in print alone."""
    return " ".join(piece for piece in _APART.findall(_respelt(normalise(text))) if _speaks(piece))


def plain(text: str) -> str:
    """Compatible characters, straight apostrophes, single spaces; lines are kept."""
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("’", "'").replace("‘", "'")
    text = _CAPITAL_I.sub("l", _HYPHENS.sub("-", text))
    return "\n".join(" ".join(line.replace("**", " ").split()) for line in text.splitlines() if line.strip())


# --- frame: what stands around a finding's text

_MODAL = r"(?i:should|must|needs?\sto|ought\sto)"
# A label ends the frame before a text, with a report's title or a date before it. It stands at the start, or after a
# line or sentence that says nothing: "The force has not met recommendation 5. It should …" has none.
_LABEL = re.compile(
    rf"(?:(?:(?!\b(?:{_MODAL}|not|no|met|has|have|is|are|was|were|will|line)\b).){{0,160}}?(?:\n|[.)]\s))?"
    r"(?:(?i:recommendation|rec\.?)\s(?:(?i:no\.?\s|number\s)?\d{1,3}[a-z]?(?:\sof\s\d+)?|to\s(?:the\s)?[A-Z][^:\n]{0,60}(?=:))"
    r"|(?i:recommendation|areas? for improvement|causes? of concern)(?:\s\d{1,3}\b)?)"
    r"(?:\s\((?i:published|issued)\b[^()]{0,40}\)|\s[–—-]\s[a-z][^.\n]{0,40}(?=\.))?"
    r"(?:\s?[:.|\n–—-]\s?|(?<=\d)\s(?=[A-Z]))\s*",
    re.DOTALL,
)
_DATED = (
    r"(?:(?:\d{1,2}(?:st|nd|rd|th)?\s)?[A-Z][a-z]{2,8}\s\d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})"
    r"(?:\s?[.:,|–—-]\s|\s(?=\(?\d))"
)
_MARKERS = re.compile(
    rf"(?:{_DATED}|[-–—•·*▪●■◦|\"]\s?|\(?(?:[A-Za-z]|[ivxIVX]{{1,4}}|\d{{1,2}}(?:\.\d{{1,2}})?)[.)]\s|\d\.\d{{1,2}}\s)+"
)
_PAGE = r"(?:pages?|paragraphs?|pp?\.)\s?\d+(?:\.\d+)?(?:\s?(?:[-–—,]|and|to|of)\s?(?:paragraphs?\s)?\d+(?:\.\d+)?)*"
# What may follow the last sentence: nothing in it asks for anything.
_TAIL = re.compile(
    rf"\s*(?:[(\[](?:(?!\b(?:{_MODAL}|only|except|unless|if)\b)[^()\[\]]){{0,100}}?(?i:{_PAGE}|back to \w+)[)\]]\.?"
    rf"|\(?\b(?:Sources?|References?|See|Last updated|Page\s\d+)\b(?:(?!\b{_MODAL}\b).){{0,200}}"
    r"|[(\[<]?\s?https?://[^\s<>()]+\s?[)\]>]?\.?|\||[¹²³]+|(?<=[a-z]\.)\d{1,2}|(?i:,?\setc\.?))\s*$",
    re.DOTALL,
)
_INNER_MARKER = re.compile(
    r"(?:(?<=[:;,\n])|(?<=\bthat)|(?<=\band)|^)\s?(?:\(?(?:[a-h]|[ivx]{1,4}|\d{1,2})[.)])\s", re.MULTILINE
)
_ENUMERATED = re.compile(r"(?<!\d)(?<!section|article)(?<!paragraph)\s\(?([a-h]|[ivx]{1,4}|\d{1,2})[.)](?=\s)")
_FIRST_TWO = ({"a", "b"}, {"i", "ii"}, {"1", "2"})
_MONTHS = [month.lower() for month in calendar.month_name if month]
_MONTH = rf"(?i:{'|'.join(_MONTHS)})"
# A page's header inside a sentence: a month and a year, perhaps a page number, after no word such as "by".
_HEADER = re.compile(
    rf"(?<=[a-z])(?<!\d[a-z]{{2}})(?<!\b[Bb]y)(?<!\b[Ii]n)(?<!\bof)(?<!\bto)(?<!\b[Ff]rom)(?<!\band)(?<!\bor)"
    r"(?<!\b[Ss]ince)"
    rf"(?<!\b[Uu]ntil)(?<!\b[Bb]efore)(?<!\b[Aa]fter)(?<!\b[Dd]uring)\s{_MONTH}\s\d{{4}}(?:\s\d{{1,3}})?(?=\s[a-z])"
)


def _unframed(text: str) -> str:
    """The text without labels and markers before it and page references, sources and links behind it."""
    core = text
    while label := _LABEL.match(core):
        core = core[label.end() :]
    core = core[marker.end() :] if (marker := _MARKERS.match(core)) else core
    for _ in range(4):
        tail = _TAIL.search(core, max(0, len(core) - 400))
        core = core[: tail.start()] if tail else core
    core = _HEADER.sub(" ", _INNER_MARKER.sub(" ", core))
    marks = set(_ENUMERATED.findall(core))
    if any(first <= marks for first in _FIRST_TWO):  # one alone is a reference: "section 3 (a)"
        core = _ENUMERATED.sub(" ", core)
    return core if len(core.split()) >= FRAME_LEAVES else text


# --- the force's own name

_NAMED = re.compile(
    r"\b(?P<name>[A-Z][a-z]{1,20}(?:-[A-Za-z]{1,20})*(?:\s(?:(?:and|&|of)\s)?[A-Z][a-z]{1,20}){0,4}?)"
    r"\s(?:Police(?:\sService)?|Constabulary)\b"
)
_NO_NAME = re.compile(
    r"\b(?:The|All|Each|Every|Both|Any|No|Other|Chief|Home|Military|Defence|Ministry|Transport|Nuclear|Service|Royal"
    r"|Community|Neighbourhood|Local|National|Regional|Rural|Roads|Traffic|Armed|Secret|Special|State|British)\b"
)
_ASKED = re.compile(r"\s(?:should|must|needs?\sto|ought\sto)\b", re.IGNORECASE)
_FORCE = re.compile(r"\b(?:forces?|constabular(?:y|ies))\b", re.IGNORECASE)
_OTHERS_ASKED = re.compile(r"\b(?i:(?:forces|constables|commissioners|others)\s(?:should|must|need\sto|ought\sto))\b")
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
    known = [(m.start, m.end, m.slug) for m in forces.mentions(text) if m.how == "name"]
    taken = known + [(m.start, m.end, m.slug) for m in forces.bodies(text)]
    for match in _NAMED.finditer(text):
        start = match.start() + (4 if match["name"].startswith("The ") else 0)
        overlaps = any(start < end and begin < match.end() for begin, end, _ in taken)
        words = text[start : match.end("name")]
        # "Protect Police Pensions" is no name: of words that every dictionary has only a constabulary is sure to be.
        strange = match[0].endswith("Constabulary") or any(w.lower() not in dictionary() for w in _APART.findall(words))
        if not overlaps and strange and not _NO_NAME.search(words):
            known.append((start, match.end(), words.lower()))
    if len({slug for *_, slug in known}) != 1 or not _ASKED.search(text) or _OTHERS_ASKED.search(text):
        return []
    known.sort()
    start, end, _ = known[0]
    asked = not text[:start].strip(" \n'\"“") or text[:start].strip() in ("The", "the") or _ASKED.match(text, end)
    return [(s, e, "force") for s, e, _ in known] if asked and not _FORCE.search(text[:start]) else []


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
_SIGNS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s({_MONTH}),?\s(\d{{4}})\b"), lambda m: _day(m[1], m[2], m[3])),
    (re.compile(rf"\b({_MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})\b"), lambda m: _day(m[2], m[1], m[3])),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)\b"), lambda m: f"{int(m[1])}/{int(m[2])}/{m[3][-2:]}"),
    (re.compile(r"\b(?i:in order to)\b"), "to"),
    (re.compile(r"\b(?i:in which)\b"), "where"),
    (re.compile(r"\b(?i:whether or not)\b"), "whether"),
    (re.compile(r"\b(?i:as well as)\b"), "and"),
    (re.compile(r"\b(?i:per cent)\b"), "percent"),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"\s?&\s?"), " and "),
    (re.compile(r"\s?%"), " percent "),
    (re.compile(r"(?<![^\s(])[-–—−](?=[\d£$€])"), "minus "),
    (re.compile(r"\(([a-z])\)"), r" letter\1 "),  # "section 3(a)": so that it does not go as an article
    (re.compile(r"\ba (?=(?:few|little)\b)"), "some "),
    (re.compile(r"\b(?i:force|constabulary)'(?i:s)\b"), "force"),
    (re.compile(r"\b(?i:needs? to)\b"), "should"),
    (re.compile(r"\b(?i:ensures?|makes? (?:sure|certain))\b"), "ensure"),
    (re.compile(r"\b(?i:ensuring|making (?:sure|certain))\b"), "ensuring"),
    (re.compile(r"\b(?i:made (?:sure|certain))\b"), "ensured"),
    (re.compile(r"'"), ""),
]
# Words that say nothing of what is asked: which of them stands depends on how the sentence is put together. "It" and
# "the force" are the same; so are "X; Y", "X, and Y" and "X. Y". "Or", "not", "all" and prepositions do say something.
_BINDING_WORDS = (
    "the an and that which who where it its they their this these those there so is are was were be been has "
    "have had force constabulary"
)
_BINDING = frozenset(_BINDING_WORDS.split(" "))
_VARIANTS = {
    "constabularies": "forces",
    "judgment": "judgement",
    "judgments": "judgements",
    "enquiry": "inquiry",
    "enquiries": "inquiries",
    "analyze": "analyse",
    "analyzed": "analysed",
    "practise": "practice",
    "practising": "practicing",
    "canceled": "cancelled",
    "license": "licence",
    "whilst": "while",
    "amongst": "among",
    "program": "programme",
    "programs": "programmes",
}
_ISE = re.compile(r"(?<=\w\w\wi)z(?=(?:e[ds]?|ers?|ing|ations?|ational)$)|(?<=\wly)z(?=(?:e[drs]?|ing)$)")
_ASKS = {"should", "must", "shall", "will", "ought"}
_PLURALS_THAT_COUNT = {
    "forces",
    "customs",
    "goods",
    "arms",
    "means",
    "news",
    "damages",
    "premises",
    "always",
    "perhaps",
}
_PLURAL = re.compile(r"(\w{2,}?)(?:ies|(?<=ch|sh|ss|.x|.z)es|(?<=[^siu])s)$")


def _key(word: str, raw: str, *, asked: bool, opening: bool) -> str:
    """What a word counts as, "" for one that binds; "Class A" has no article. Plurals count in who is asked."""
    if word in _BINDING or (word == "a" and (raw == "a" or opening)):
        return ""
    if word in _NUMBERS:
        return str(_NUMBERS[word])
    word = _VARIANTS.get(word, word)
    if "z" in word:
        word = _ISE.sub("s", word)
    if not asked or word[-1] != "s" or len(word) < SLIP_LETTERS or word in _PLURALS_THAT_COUNT:
        return word
    if plural := _PLURAL.match(word):
        return plural[1] + ("y" if word.endswith("ies") else "")
    return word


def _may_slip(raw: str, word: str, opening: bool) -> bool:
    """A capital within the sentence makes a name: one letter apart may be another town."""
    return len(word) >= SLIP_LETTERS and word.isascii() and word.isalpha() and (opening or raw.islower())


def _day(day: str, month: str, year: str) -> str:
    return f"{int(day)}/{_MONTHS.index(month.lower()) + 1}/{year[-2:]}"


def _respelt(text: str) -> str:
    for pattern, plainly in _SIGNS:
        text = pattern.sub(plainly, text)
    return text


def _speaks(piece: str) -> bool:
    """Words and numbers do, and signs such as £ and +; stops do not."""
    return piece[0].isalnum() or unicodedata.category(piece) in ("Sc", "Sm")
