"""Status words of trackers, letters and papers, put into the register's five; the words are in `data/statuses.toml`.

A word is never taken further than it goes: "Complete – with HMICFRS" is a request, and green without a key says only
that the matter is open.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from corpus.model import STATUSES

Key = Mapping[str, str]
"""A table's own meaning of its words: the word in plain form -> one of the five statuses."""

_WORDS = re.compile(r"[a-z0-9]+(?:'[a-z]+)?%?")
_CLAUSE = re.compile(r"[.;:,(\[\n–—]|\s-\s")
_PERCENT = re.compile(r"(\d{1,3})\s*(?:%|per ?cent\b)", re.I)
_KEYED = 200  # words: the words of a key are few and short
_PARTS = re.compile(
    r"(?<![\d/.])(\d{1,2})\s*(?:(?:out )?of|/(?=\s*\d{1,2}\s+(?:\w+ )?(?:actions?|parts?|complete|closed|done|met)\b))"
    r"\s*(\d{1,2})(?![\d/.])",
    re.I,
)  # "3 of 5 actions"
_SHORT = 8  # words: a longer text is no status word, unless its first clause is one
# Before "complete" they make it something else: "not complete", "on course to complete", "until it is closed".
_VOID = frozenset(("not", "no", "never", "cannot", "until", "unless", "once", "before", "to", "will"))
_CARE = ("held", "no-further-action-needed", "being-progressed", "will-be-progressed", "awaiting-review", "complete")


@dataclass(frozen=True, slots=True)
class _Words:
    """The phrases of the file as tuples of words -> their group, the fillers, and the colours."""

    groups: Mapping[tuple[str, ...], str]
    longest: int
    fillers: frozenset[str]
    colours: Mapping[str, str]


@cache
def _known() -> _Words:
    listed = tomllib.loads(resources.files("corpus").joinpath("data/statuses.toml").read_text("utf-8"))
    groups = {
        tuple(plain(phrase).split()): group for group in (*STATUSES, "held", "accepted") for phrase in listed[group]
    }
    return _Words(groups, max(map(len, groups)), frozenset(listed["fillers"]), listed["colours"])


def plain(word: str) -> str:
    """The form in which two status words are the same: small letters, no punctuation, hyphens as spaces."""
    return " ".join(_WORDS.findall(word.casefold().replace("’", "'")))


@lru_cache(10_000)
def _of_text(text: str) -> str | None:
    words = plain(text.replace("?", " tbc ")).split()
    if len(words) > _SHORT:
        head = plain(_CLAUSE.split(text.strip(), maxsplit=1)[0]).split()
        if not head or len(head) > _SHORT - 3 or head == words or _decided(head, leads=True) is None:
            return None
        return _decided([*head, *words[len(head) :]], leads=True, held_after=len(head))
    done, parts = _PERCENT.search(text), _PARTS.search(text)
    if (done and int(done[1]) < 100) or (parts and int(parts[1]) < int(parts[2])):
        return "being-progressed"
    return _decided([word for word in words if not word.endswith("%")], leads=True)


def status_of_word(text: str, key: Key | None = None) -> str | None:
    """The one of the register's five statuses that a printed word comes to; None for one that is not known.

    `key` is the table's own meaning of its words (see `key_of`) and goes before the file's. A text of more than a few
    words counts only where its first clause is a status ("Closed. The evidence is in folder 12").
    """
    if key and (own := _by_key(plain(text), key)):
        return own
    return _of_text(text)


def _by_key(word: str, key: Key) -> str | None:
    if word in key:
        return key[word]
    led = max((known for known in key if word.startswith(f"{known} ")), key=len, default=None)
    # "Green 80%" is green; "Green complete" says more than its colour.
    return key[led] if led and _decided(word[len(led) :].split(), leads=False) is None else None


def key_of(lines: Iterable[str], words: Sequence[str]) -> dict[str, str]:
    """What `lines` of a key or of notes ("GREEN = implemented; AMBER = on course") say that `words` mean.

    `words` are those that the table prints. A word whose meaning says nothing of its state is left to the file.
    """
    names = sorted({name for word in words if (name := word.strip()) and len(name) <= 60}, key=len)[:_KEYED][::-1]
    if not names:
        return {}
    defined = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})\s*(?:=|:|\||\s[–—-]\s|\bmeans\b)\s*", re.I)
    key: dict[str, str] = {}
    for line in lines:
        found = list(defined.finditer(line))
        for match, after in zip(found, [*(m.start() for m in found[1:]), len(line)], strict=False):
            if status := meaning_of(line[match.end() : after]):
                key.setdefault(plain(match[1]), status)
    return key


def meaning_of(definition: str) -> str | None:
    """What an explanation of a status comes to ("implemented, HMICFRS to agree"); None where it does not say."""
    words = plain(definition).split()
    return _decided(words[:60], leads=False)


def _decided(words: Sequence[str], *, leads: bool, held_after: int | None = None) -> str | None:
    """The most careful of the groups whose phrases stand in `words`; a colour alone counts for what it is.

    With `leads` one has to stand at the start. From `held_after` on only a request counts.
    """
    known = _known()
    found: set[str] = set()
    colour: str | None = None
    at, first = 0, True
    while at < len(words):
        size = next((n for n in range(known.longest, 0, -1) if tuple(words[at : at + n]) in known.groups), 0)
        if size:
            group = known.groups[tuple(words[at : at + size])]
            void = group == "complete" and _VOID & set(words[max(at - 3, 0) : at])
            if held_after is None or at < held_after or group == "held":
                found.add("being-progressed" if void else group)
        elif words[at] in known.colours and (len(words[at]) > 1 or len(words) == 1):  # "a" is amber only where alone
            colour = colour or known.colours[words[at]]
        elif leads and first and words[at] not in known.fillers | _VOID and len(words[at]) > 1:
            return None
        first = first and not size and not colour
        at += size or 1
    careful = next((group for group in _CARE if group in found), None)
    going_on = careful == "held" or (careful is None and colour is None and "accepted" in found)
    return "being-progressed" if going_on else careful or colour
