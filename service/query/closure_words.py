"""What a query says of where recommendations stand: open, closed, not started, overdue; and what negates it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import STATUSES
from corpus.standing import CLOSED
from service.query.question import clean, telling

OPEN = tuple(status for status in STATUSES if status not in CLOSED)
_NOT_STARTED = ("awaiting-review", "will-be-progressed")

_FILL = r"(?:(?:yet|been|being|be|to|fully|formally|all|properly|still|currently|quite|actually|ever)\s+)"
_NOT = rf"(?:(?:not|never|nor|cannot|\w+n['’]t|(?:is|are|was|were|has|have|had|do|did|does)nt)\s+{_FILL}{{0,4}})"
_YET = rf"(?:(?:yet|still|remains?|remaining|waiting|awaiting)\s+to\s+(?:be\s+)?{_FILL}{{0,2}})"
_DONE = (
    r"(?:clos(?:ed?|ing|ure)|complet(?:ed?|ing|ion)|finish(?:ed)?|sign(?:ed)?[ -]off|discharged?|implement(?:ed)?|"
    r"deliver(?:ed)?|resolved?|concluded?|achieved?|met|done|shut)"
)
_ASKED = r"(?:recommendations?|recs?|actions?|findings?|afis?|areas? for improvement|causes? of concern)"
_LEFT = r"(?:open|outstanding|ongoing|on[- ]going|unresolved|unfinished|incomplete|live|active|pending)"
_BEGUN = r"(?:start(?:ed)?|begun?|commenced?)"
_LATE = (
    r"(?:overdue|past (?:(?:its|their|the) )?(?:deadline|due date)s?|(?:deadlines?|due dates?) (?:ha(?:s|ve) )?"
    r"(?:passed|gone)|(?:missed|passed) (?:(?:its|their|the) )?deadlines?|behind schedule|out of time)"
)


@dataclass(frozen=True, slots=True)
class _Saying:
    """A way to say it: the statuses and lists of the register that are meant, and whether it can mean little else.

    What is not `sure` ("open", "closed", "not met") says it only of recommendations, or where nothing else is asked.
    """

    pattern: re.Pattern[str]
    statuses: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    sure: bool = True


def _said(pattern: str, statuses: tuple[str, ...] = (), lists: tuple[str, ...] = (), *, sure: bool = True) -> _Saying:
    return _Saying(re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), statuses, lists, sure)


# In this order: what is negated goes before what it negates, and each word of a query is read once.
_SAYINGS = (
    _said(rf"(?:{_NOT}|{_YET}){_BEGUN}|unstarted", _NOT_STARTED, sure=False),
    _said(rf"{_NOT}{_LATE}"),  # no list of the register: nothing is offered, and "overdue" is not read out of it
    _said(rf"(?:{_NOT}|no longer\s+){_LEFT}", ("complete",), sure=False),
    _said(rf"(?:{_NOT}|{_YET}){_DONE}|un(?:closed|completed|finished|resolved)", OPEN, sure=False),
    _said(rf"(?:awaiting|pending) closure|{_LEFT}\s+{_ASKED}", OPEN),
    _said(rf"(?:still|remain(?:s|ing)?|left)\s+{_LEFT}", OPEN, sure=False),
    _said(r"to\s+be\s+(?:closed|completed|finished|signed[ -]off)", OPEN, sure=False),
    _said(_LATE, (), ("overdue",)),
    _said(r"awaiting[- ]review", ("awaiting-review",)),
    _said(r"will[- ]be[- ]progressed", ("will-be-progressed",)),
    _said(r"being[- ]progressed|(?<!work )in progress", ("being-progressed",)),
    _said(r"no[- ]further[- ]action(?:[- ]needed)?", ("no-further-action-needed",)),
    _said(r"signed[- ]off|completed?|closed(?!\s+circuit)|finished|discharged", ("complete",), sure=False),
    _said(_LEFT, OPEN, sure=False),
)
_ASKED_WORDS = re.compile(
    rf"(?<!\w)(?:{_ASKED}|register|trackers?|status(?:es)?|lists?|deadlines?|hmic\w*|inspectorate)(?!\w)", re.I
)
# What asks for a list without saying of what: beside it nothing else is asked.
_ASIDE = re.compile(rf"{_ASKED_WORDS.pattern}|\b(?:all|every|show|give|forces?)\b|\b(?:19|20)\d\d\b", re.I)


@dataclass(frozen=True, slots=True)
class Sayings:
    """Statuses and lists of the register that a query speaks of; `offered` where the register may be what is meant."""

    statuses: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    offered: bool = False


def sayings(query: str, named: Sequence[str] = ()) -> Sayings:
    """What a query says of where recommendations stand; `named` are words of it that name a force."""
    rest = re.sub('["“][^"”]*["”]', " ", clean(query))
    found: list[_Saying] = []
    for one in _SAYINGS:
        left = one.pattern.sub(" | ", rest)
        if left != rest:
            found.append(one)
            rest = left
    for name in named:
        rest = rest.replace(name, " ")
    asked = bool(_ASKED_WORDS.search(rest))
    alone = not telling(_ASIDE.sub(" ", rest))
    kept = [one for one in found if one.sure or asked or alone]
    return Sayings(
        tuple(dict.fromkeys(status for one in kept for status in one.statuses)),
        tuple(dict.fromkeys(value for one in kept for value in one.lists)),
        any(one.statuses or one.lists for one in kept),
    )
