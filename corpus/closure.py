"""What a comment says of the end of a recommendation: asked for, decided, superseded, parked – or kept open.

Sentences are put into plain words and held against forms, which with their word lists stand in data/closure.toml.
The rules err towards silence: a word such as "closed" counts only where it is said of the recommendation, neither
denied nor put under a condition nor still to come. A signal is what somebody wrote; it never is a status.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from corpus.text import Span, sentences

Signal = Literal["requested", "decided", "superseded", "parked"]
Says = Literal["requested", "decided", "superseded", "parked", "open"]
SIGNALS: tuple[Signal, ...] = get_args(Signal)
LONGEST = 120  # words of a sentence that are read at either end; only tables pasted flat have more


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence of a comment says: a signal, or "open" where it says that the matter is not closed.

    `span` is the sentence's place in the comment.
    """

    says: Says
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """Forms that say the same. `guard` tells what may void them: see "Rules" in data/closure.toml."""

    says: Says
    meaning: str
    pattern: re.Pattern[str]
    guard: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All of data/closure.toml, compiled; `guards` and `groups` by name, groups without those that match anything."""

    rules: tuple[Rule, ...]
    guards: dict[str, re.Pattern[str]]
    groups: dict[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence of a comment as the rules hear it: what it says by them, and which cues stand in it, by `cue_names`.

    `span` is the sentence's place in the comment, `words` are its plain ones.
    """

    span: Span
    says: Says | None
    words: tuple[str, ...]
    cues: tuple[bool, ...]


_WORD = r"[^;\s]+ "
_SIGNS = {
    "[": "(?:",
    "]": ")?",
    "(": "(?:",
    ")": ")",
    "|": "|",
    "*": _WORD,
    "#": r"(?:(?:\d[\w./]*|jan\w*|feb\w*|mar|march|apr\w*|may(?= \d)|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*) )",
    "^": r"(?:(?<![^ ])(?<![^;:] ))",
    "$": r"(?=[;:?]|$)",
}
_PIECE = re.compile(
    r"`(?P<raw>[^`]*)`|\{(?P<group>\w+)\}|\.\.(?P<upto>\d+)|(?P<sign>[\[\]()|*#^$])"
    r"|(?P<word>(?:[^\s\[\](){}|`]|(?<=\S)\([^\s()]*\))+)"
)

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": " ", "”": " ", '"': " ", "&": " and ", "•": ";", "%": " % "})
_SHORT = tuple(
    (re.compile(short), long)
    for short, long in (
        (r"\bcan(?:no|')t\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"(?<=\w)n't\b", " not"),
        (r"(?<=\w)'ve\b", " have"),
        (r"(?<=\w)'re\b", " are"),
        (r"\bi'm\b", "i am"),
        (r"(?<=\w)'ll\b", " will"),
        (r"(?<=\w)'d\b", " would"),
        (r"\blet's\b", "let us"),
        (r"\b(it|that|what|there|here|he|she)'s\b", r"\1 is"),
    )
)
_TOKEN = re.compile(r"\w+(?:[./]\w+)*|(?<=\w)'s\b|(?<=\w)'(?=\w)|[,;:?%()–—]|(?<=\s)-(?=\s)")
_ENDS = frozenset((";", "(", ")", "–", "—", "-"))
_PREPOSITION = re.compile(r"(?<!\w)(?:on|of|for|with|in|about|to|from|by|at|under) $")
_JOINTS = re.compile(
    r" ,? ?(?=(?:but|although|though|however|whereas|(?:and|so|, yet|since) (?:i|we|it|this|he|she|they|rcos|there|"
    r"(?:the|our|my) (?:regional|chief|force|recommendation|inspectorate|rcos|fll))) )"
)


@cache
def rules() -> Rules:
    """The rules that ship with the program."""
    data = tomllib.loads(resources.files("corpus").joinpath("data/closure.toml").read_text("utf-8"))
    groups: dict[str, str] = {}
    for name, phrases in (data["groups"] | data["guards"]).items():
        groups[name] = _regex(phrases, groups)
    compiled = {name: re.compile(r"(?<!\S)" + group) for name, group in groups.items()}
    return Rules(
        tuple(
            Rule(
                rule["says"],
                rule["meaning"],
                re.compile(rf"(?<!\S)(?:{'|'.join(_regex(form, groups) for form in rule['forms'])})"),
                rule.get("guard", "strict"),
                tuple(rule["examples"]),
            )
            for rule in data["rule"]
        ),
        {name: compiled[name] for name in (*data["guards"], "it", "named", "recommendation")},
        {name: group for name, group in compiled.items() if not group.fullmatch("")},
    )


def _regex(form: str, groups: dict[str, str]) -> str:
    """The regular expression of a form, for text in which a space follows every word.

    Raises KeyError for a group that is not listed further up.
    """
    parts = []
    for piece in _PIECE.finditer(form):
        if piece["raw"] is not None:
            parts.append(piece["raw"])
        elif piece["group"]:
            parts.append(groups[piece["group"]])
        elif piece["upto"]:
            parts.append(f"(?:{_WORD}){{0,{piece['upto']}}}?")
        elif piece["sign"]:
            parts.append(_SIGNS[piece["sign"]])
        else:
            parts.append(piece["word"].replace("(", "(?:") + " ")
    return f"(?:{''.join(parts)})"


def plain(sentence: str) -> str:
    """A sentence as the forms read it: plain words, a space behind each, ";" between clauses."""
    text = sentence.translate(_PLAIN).lower()
    for short, long in _SHORT:
        text = short.sub(long, text)
    words = [";" if word in _ENDS else word for word in _TOKEN.findall(text)]
    if len(words) > 2 * LONGEST:
        words = [*words[:LONGEST], ";", *words[-LONGEST:]]
    text = " ".join(words) + " "
    text = rules().guards["courtesy"].sub("", text)
    return _JOINTS.sub(" ; ", text)


def claim_of(text: str) -> Claim | None:
    """What a comment says of the end of its recommendation, with the sentence that carries it; None for nothing."""
    found = ((span, _said(_held(words, before))) for span, words, before in _plain_sentences(text))
    return weightiest([Claim(says, span) for span, says in found if says])


def weightiest(claims: Sequence[Claim]) -> Claim | None:
    """What a comment says by what its sentences say, in their order.

    That it is superseded counts for most. Else the last sentence to say something decides: a comment tells what was
    asked before it tells the answer.
    """
    superseded = [claim for claim in claims if claim.says == "superseded"]
    return superseded[0] if superseded else claims[-1] if claims else None


def cue_names() -> tuple[str, ...]:
    """The names of all cues: what the rules say, whose forms stand there, whose forms hold, and groups of words."""
    known = rules()
    meanings = [rule.meaning for rule in known.rules]
    return (
        *(f"says {says}" for says in get_args(Says)),
        *(f"form: {meaning}" for meaning in meanings),
        *(f"holds: {meaning}" for meaning in meanings),
        *(f"words: {name}" for name in known.groups),
    )


def hear(text: str) -> list[Heard]:
    """The sentences of a comment, one at least, with all that the rules hear in each."""
    return [_hear(span, words, before) for span, words, before in _plain_sentences(text)]


def _hear(span: Span, words: str, before: str) -> Heard:
    known = rules()
    held = _held(words, before)
    says = _said(held)
    cues = (
        *(says == one for one in get_args(Says)),
        *(bool(held[at]) or rule.pattern.search(words) is not None for at, rule in enumerate(known.rules)),
        *(bool(places) for places in held),
        *(group.search(words) is not None for group in known.groups.values()),
    )
    return Heard(span, says, tuple(words.split()), cues)


def _plain_sentences(text: str) -> Iterator[tuple[Span, str, str]]:
    """The sentences of a comment: place, and in plain words they and the one before."""
    before = ""
    for span in sentences(text):
        words = plain(text[slice(*span)])
        yield span, words, before
        before = words


def _held(words: str, before: str) -> list[list[Span]]:
    """Where in a sentence the forms of each rule hold."""
    return [[match.span() for match in _holds(rule, words, before)] for rule in rules().rules]


def _said(held: list[list[Span]]) -> Says | None:
    """What one sentence says: of forms that overlap the one that begins first, of the rest the last."""
    found = sorted(
        (start, -end, rule.says) for rule, places in zip(rules().rules, held, strict=True) for start, end in places
    )
    if any(says == "superseded" for _, _, says in found):
        return "superseded"
    last, winner = 0, None
    for start, end, says in found:
        if start >= last:
            winner, last = says, -end
    return winner


def _holds(rule: Rule, words: str, before: str) -> Iterator[re.Match[str]]:
    """The places where a rule's forms stand, overlapping ones too, and nothing voids them."""
    at = 0
    while match := rule.pattern.search(words, at):
        at = match.start() + 1
        if rule.guard == "none" or not _voided(rule, match, words, before):
            yield match


def _voided(rule: Rule, match: re.Match[str], words: str, before: str) -> bool:
    """Whether the clause denies what a match says, puts it off or under a condition, or says it of something else."""
    start, end = match.span()
    clause = words.rfind(";", 0, start) + 1
    comma = max(clause, words.rfind(",", 0, start) + 1)
    rest = words.find(";", end)
    rest = rest if rest >= 0 else len(words)
    if rule.says in ("superseded", "parked"):
        return (
            _in("denied", words, comma, start)
            or _in("maybe", words, comma, start)
            or _subject_is_other(match, words, clause, before)
        )
    decided = rule.says == "decided"
    return (
        _in("denied", words, comma, start if rule.guard == "outside" else end)
        or _in("future", words, comma, start)
        or _in("condition", words, clause, start)
        or (decided and (_in("unsure", words, comma, start) or _in("inside", words, start, end)))
        or (not decided and "," not in words[clause:start] and _in("conceded", words, clause, start))
        or _in("condition", words, end, rest)
        or _in("later", words, end, rest)
        or (not decided and any(rules().guards[name].match(words, end) for name in ("deadline", "not_so")))
        or _in("part", words, clause, rest)
        or _in("another", words, 0, len(words))
        or _object_is_other(match, words)
        or _subject_is_other(match, words, clause, before)
    )


def _object_is_other(match: re.Match[str], words: str) -> bool:
    """Whether what is closed is a case, a course, a building – anything but the recommendation."""
    start, end = match.span()
    guards = rules().guards
    return bool(
        guards["rival_object"].match(words, end)
        or guards["of_what"].match(words, end)
        or _in("rival_closure", words, words.rfind(" ", 0, max(start - 1, 0)) + 1, end)
    )


def _subject_is_other(match: re.Match[str], words: str, clause: int, before: str) -> bool:
    """Whether what closes is something else, or a pronoun that may well stand for something else."""
    start, end = match.span()
    guards = rules().guards
    if not guards["it"].match(words, start):
        named = [found.end() for found in guards["it"].finditer(words, clause, end)]
        rivals = [found.end() for found in guards["rival_subject"].finditer(words, clause, end)]
        return bool(rivals) and rivals[-1] > max(named, default=0)
    if guards["named"].match(words, start):
        return False
    told = any(guards[name].search(words, 0, start) for name in ("rival", "recommendation"))
    ahead = words[:start] if told else before
    return bool(
        _PREPOSITION.search(words, clause, start)
        or (
            not words.startswith(("this ", "that "), start)
            and guards["rival"].search(ahead)
            and not guards["recommendation"].search(ahead)
        )
    )


def _in(name: str, words: str, start: int, end: int) -> bool:
    return rules().guards[name].search(words, start, end) is not None
