"""Findings that a query names by their number: "recommendation 4", "rec 4", "AFI 3", "causes of concern 1 and 2"."""

import re
from dataclasses import dataclass

from corpus.model import FindingKind
from service.query.question import clean

_KINDS: tuple[tuple[FindingKind, str], ...] = (
    ("recommendation", r"recommendations?|recs?\.?|recomm\.?"),
    ("area_for_improvement", r"areas? for improvement|AFIs?"),
    ("cause_of_concern", r"causes? of concern|CoCs?"),
)
_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
# No year, no measure ("recommendation 5 days", "4%"), and no number of the register, which has three digits or more.
_NO_MORE = r"(?![\w%/]|[.,]\d|\s+(?:days?|weeks?|months?|years?|hours?)\b)"
_ONE = rf"(?:\d{{1,2}}(?:\.\d{{1,2}}){{0,2}}[a-z]?|{'|'.join(_WORDS)}){_NO_MORE}"
_SEVERAL = rf"{_ONE}(?:\s*(?:,|&|\band\b|\bor\b)\s*{_ONE})*"
_BEFORE = r"\s*(?:(?:numbers?|nos?\.?)\s*|#\s*|[-–]\s*)?"
_NAMED = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{words}){_BEFORE}(?P<numbers>{_SEVERAL})", re.I)) for kind, words in _KINDS
)
# A number of the register, or of another list that long, behind a word for what it numbers; no year.
_LISTED = re.compile(
    rf"(?<!\w)(?:{'|'.join(words for _, words in _KINDS)}|records?|actions?|refs?\.?|ids?){_BEFORE}"
    rf"(?!(?:19|20)\d\d(?!\d))(\d{{3,6}}){_NO_MORE}",
    re.I,
)
_PRINTED = re.compile(r"(?<![\w/.-])[A-Za-z]{1,3}[-/. ]?\d{1,3}[a-z]?(?![\w/-]|[.,]\d)")
_RUN = re.compile(_ONE, re.I)


@dataclass(frozen=True, slots=True)
class NamedFindings:
    """Kinds with numbers, as `number_of` has them, that a query names; `rest` is what else it says.

    `printed` are numbers with letters of their own in `rest` ("T9", "J/1"), as `squeezed` has them.
    """

    named: tuple[tuple[FindingKind, str], ...]
    printed: frozenset[str]
    rest: str

    def names(self, kind: str, number: str) -> bool:
        """Whether the finding of this kind with this printed number is named."""
        return (kind, number_of(number)) in self.named or squeezed(number) in self.printed


def named_findings(query: str) -> NamedFindings:
    """The findings that a query names by kind and number, each once, and the query without them."""
    rest = clean(query)
    found: list[tuple[FindingKind, str]] = []
    for kind, pattern in _NAMED:
        for match in pattern.finditer(rest):
            found += [(kind, number_of(number)) for number in _RUN.findall(match["numbers"])]
        rest = pattern.sub(" ", rest)
    printed = frozenset(squeezed(match[0]) for match in _PRINTED.finditer(rest))
    return NamedFindings(tuple(dict.fromkeys(found)), printed, " ".join(rest.split()))


def listed_numbers(query: str) -> tuple[str, ...]:
    """Numbers of three digits or more by which a query names records: "recommendation 8837", "rec no 6399"."""
    return tuple(dict.fromkeys(_LISTED.findall(clean(query))))


def squeezed(number: str) -> str:
    """A printed number in small letters without what parts it: "AR-07" is "ar07"."""
    return "".join(filter(str.isalnum, number.lower()))


def number_of(printed: str) -> str:
    """A printed number in the form in which two are compared: "04", "R4" and "four" are "4", but "T4" is not."""
    small = printed.strip().lower().rstrip(".):")
    if small in _WORDS:
        return str(_WORDS.index(small) + 1)
    bare = re.fullmatch(r"(?:(?:r|recs?|afis?|coc|nos?|[a-z]{4,})[\s.-]*)?0*(\d+(?:\.\d+)*[a-z]?)", small)
    return bare[1] if bare else small
