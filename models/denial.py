"""Clauses that say that a matter is not there, or not what is meant: "no cases of fraud", "unlike fraud".

A clause that says what is not done about a matter ("no plan for fraud") is about it, and no denial.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

Span = tuple[int, int]

# A clause ends at a stop, and where a new one begins with its own subject.
_END = re.compile(
    r"[.;!?\n]+(?=\s|$)|,? (?:but|although|though|whereas|while|yet)(?= )|, (?:and|so|which|who)(?= )| [–—-] "
)
# Without one of these no clause denies: most texts need no more looking at.
_ANY = re.compile(
    r"n['’]t\b|\b(?:no|not|never|nobody|none|nothing|nil|zero|without|unlike|unrelated|unconnected|irrelevant|free|"
    r"opposed|contrast)\b",
    re.IGNORECASE,
)
_NOT = r"(?:not|never|no longer)"
_ADVERB = r"(?:primarily|mainly|chiefly|really|directly|strictly|itself|at all|necessarily|in any way)"
_BE = r"(?:is|are|was|were|be|been|has|have|had)"
# What there is none of: a few words, up to one that begins another part of the clause.
_WORD = r"(?!(?:in|on|at|during|that|which|who|where|when|by|for|from|since|as|because|if|after|before)\b)[^\s,()]+"
_SCOPE = rf"(?P<scope>{_WORD}(?: {_WORD}){{0,5}})"


def without_denials(text: str) -> str | None:
    """The text without its clauses that deny a matter; None where it has none."""
    if not _ANY.search(text):
        return None
    spans = _clauses(text)
    kept = [span for span in spans if not denies(text[slice(*span)])]
    if len(kept) == len(spans):
        return None
    return " ".join(text[start:end].strip() for start, end in kept).strip()


def denies(clause: str) -> bool:
    """Whether a clause says of a matter that it is not there, or that something else is meant."""
    said = " ".join(clause.lower().replace("’", "'").replace("n't", " not").split())
    if any(pattern.search(said) for pattern in _apart()):
        return True
    found = (match for pattern in _absent() for match in pattern.finditer(said))
    return any(not _measure().search(match["scope"]) for match in found)


def _clauses(text: str) -> list[Span]:
    ends = [match.end() if match[0][0] in ".;!?\n" else match.start() for match in _END.finditer(text)]
    edges = [0, *ends, len(text)]
    return [(start, end) for start, end in pairwise(edges) if text[start:end].strip()]


@cache
def _apart() -> tuple[re.Pattern[str], ...]:
    """Clauses about something else than the matter, whatever is done about it."""
    words = {name: _any(listed) for name, listed in _words().items()}
    paper = rf"(?:this|the|our) {words['papers']}\b"
    written = (
        rf"\b{_NOT} (?:{_ADVERB} )?{words['apart']}\b",
        rf"\b{words['phrases']} (?!(?:other|others|most|many|some|it)\b)",
        rf"\b{words['papers']}\b.*?\b{_NOT} (?:\w+ )?{words['treat']}\b",
        rf"\b{words['events']}\b[^,]*?\b{_NOT} (?:involve|include)\b",
        rf"\b{_NOT} (?:been )?(?:in|within) (?:the |its |our )?scope\b",
        rf"\b{_NOT} (?:been )?(?:part of|{words['treated']} (?:in|by|during|as part of)) {paper}",
        rf"\b{_NOT} (?:been )?{words['treated']} here\b",
    )
    return tuple(re.compile(pattern) for pattern in written)


@cache
def _absent() -> tuple[re.Pattern[str], ...]:
    """Clauses about there being none of a matter, in the group `scope`."""
    words = {name: _any(listed) for name, listed in _words().items()}
    none = rf"(?:no|nil|zero|without|{_NOT} (?:\w+ ){{0,3}}?(?:a|an|any))"
    harm = rf"(?P<scope>(?:[\w-]+ ){{0,3}}?{words['harms']}\b(?: [\w-]+)?)"
    written = (
        rf"\b{none} (?:\w+ ){{0,2}}?{words['matters']} {words['joins']} {_SCOPE}",
        rf"\b(?:there|with) (?:\w+ ){{0,2}}?(?:no|never(?: \w+)? any) {harm}",
        rf"\b(?:no|without any) {harm} (?:{_BE} )+(?:{words['found']}|{words['predicates']})\b",
        rf"{_SCOPE} {_BE} (?:{_NOT}|no)(?: been| longer)* (?:(?:a|an|the|any|of|at) )?(?:\w+ )?{words['predicates']}\b",
        rf"(?P<scope>.*\b(?:do|does|did|has|have|had) {_NOT} {words['verbs']}\b.*)",
        rf"\b(?:nobody|no one|no-one|none(?: of(?: \w+){{1,3}})?) (?:\w+ )?(?:{_BE} )+(?P<scope>{words['states']})\b",
        r"^(?P<scope>[\w-]+(?: [\w-]+){0,4}) ?[:–-] (?:none|nil|nothing to report|not applicable)\b",
    )
    return tuple(re.compile(pattern) for pattern in written)


@cache
def _measure() -> re.Pattern[str]:
    return re.compile(rf"\b{_any(_words()['measures'])}\b")


@cache
def _words() -> dict[str, list[str]]:
    text = (resources.files("models") / "data" / "denial.toml").read_text("utf-8")
    return tomllib.loads(text)


def _any(listed: Sequence[str]) -> str:
    written = (re.escape(one).replace(r"\(", "(?:").replace(r"\)", ")?").replace(r"\ ", " ") for one in listed)
    return f"(?:{'|'.join(sorted(written, key=len, reverse=True))})"
