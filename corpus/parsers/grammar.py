"""The grammar of findings: what introduces one, what asks for something, and what only cites an earlier one.

The words stand in `data/findings.toml`; a user's file of the same layout adds to them.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from corpus.dates import DAY_DATE, MONTH_DATE
from corpus.model import CorpusError, FindingKind, PassageKind
from corpus.text import normalise, sentences

FINDING_KINDS: tuple[str, ...] = get_args(FindingKind)
_KINDS = (*get_args(PassageKind), "other")
_KEYS = ("kind", "words", "starts", "suggests", "short", "inline", "several")
_SAYS = ("number", "text", "addressee", "deadline", "target", "closed", "owner")  # what a column says of a finding
_ROLES = (*_SAYS, "status", "acceptance", "update", "response")
_AS_AT = re.compile(r"\s*(?:\([^)]*\)|\b(?:as )?(?:at|on|of|for|to)\s[^:]*\d[^:]*)$", re.I)  # "Position at 30 June"
_PARTS = re.compile(r"\s*(?:/|&|\bor\b|\band\b)\s*", re.I)
_INSPECTORATE = re.compile(r"\bHMIC(?:FRS)?(?:['’]s)?\s+", re.I)
_HEADING_WORDS = 10
_DECORATED = re.compile(
    r"^(?:(?:our|the|these|all|its|this|some|further|other|more) )+| (?:in full|in brief|in detail|at a glance|"
    r"this year|this time|so far|(?:for|to) (?:the|this|all) .*)$"
)
_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\.?\s+")
_LED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?\s+)?(?:HMIC(?:FRS|S)?|HMI|IOPC|Ofsted|CQC)(?:['’]s)?\s+(?=[A-Za-z])")
_ANSWERS = {"partly": "Partly accepted", "rejected": "Not accepted", "done": "Completed", "accepted": "Accepted"}
_SENTENCES = (*_ANSWERS, "recommends", "reported", "quoted", "members", "imperative")
NUMBER = r"(?:\d{1,3}(?:\.\d{1,3}){0,2}[a-z]?|[A-Z]{1,2}\d{1,3}|[IVX]{1,4}|[A-Z])"
_CHAPTER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[a-z][.)]|"
    r"(?:section|part|chapter|annex|appendix) (?:\d{1,2}|[a-z])\s*[.:–—-]?)\s+",
    re.I,
)
_PARAGRAPH = re.compile(r"\d{1,2}(?:\.\d{1,3}){1,3}\.?\s+(?=[A-Z])")  # the number of a paragraph: "2.14 The force"
_PRINTED = re.compile(
    r"(?:(?:R|Rec\.?|AFI)\s?)?(?P<number>\d{1,3}(?:\.\d{1,3}){0,3}[a-z]?)(?:[.):]|(?<=\d))\s+(?=[A-Z])"
)
_COUNT = re.compile(r"\s*\(\d{1,3}\)$")
_DUTY = re.compile(r"\b(?:should|must|needs? to|ought to|(?:is|are) to|shall)\b")
_THAT = re.compile(r"[Tt]hat (?:the )?\w+")
_TELLS = re.compile(r"(?:[^\s.;:]+\s+){1,14}?(?:should|must|needs? to|ought to)\b")
_FIRST_WORDS = re.compile(
    r"(?:(?:By|Before|Within|With|In|From|Immediately|As soon|At once|Over|To|Through|Where|When|For|Following)\b"
    r"[^.;:]{0,110}?[,:]\s+)?"
)


@dataclass(frozen=True, slots=True)
class Label:
    """What a heading or the start of a paragraph says of what follows.

    `number` is the printed one. `rest` is the text behind the label, at the offset `start`; "" where it stands alone.
    `several`: each item below is a finding of its own; else the label is for the one that comes next. `new` tells
    that the words themselves call it new.
    """

    kind: str
    several: bool
    number: str | None = None
    rest: str = ""
    start: int = 0
    new: bool = False

    @property
    def finds(self) -> FindingKind | None:
        """The kind of finding that it introduces, None for none."""
        return self.kind if self.kind in FINDING_KINDS else None  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)  # told apart by being another one: what was found with it is kept
class Grammar:
    """The words of `findings.toml`, ready for matching."""

    headings: Mapping[str, Label]
    starts: Sequence[tuple[str, Label]]
    suggests: Sequence[tuple[re.Pattern[str], Label]]
    numbered: re.Pattern[str]
    opening: re.Pattern[str]
    labels: Mapping[str, Label]
    imperatives: frozenset[str]
    recommends: re.Pattern[str]
    reports: re.Pattern[str]
    quotes: re.Pattern[str]
    members: re.Pattern[str]
    answers: Mapping[str, re.Pattern[str]]
    attributes: Mapping[str, str]
    attribute: re.Pattern[str]
    extra: str = ""  # the TOML text of the user's own entries

    def heading(self, text: str) -> Label | None:
        """What a whole heading says: "Areas for improvement (AFIs)", "2.1 Strengths", "AFI 1", "Recommendation 7"."""
        return _heading(self, text)

    def decorated(self, text: str) -> Label | None:
        """What a heading says that is a known one with words around it: "Our areas for improvement this year (2)"."""
        plain = normalise(_CHAPTER.sub("", _COUNT.sub("", text), 1))
        bare = _DECORATED.sub("", plain)
        return self.headings.get(bare) if bare != plain else None

    def suggestion(self, text: str) -> Label | None:
        """What a heading that is not known may say: "Where improvement is called for", "What we recommended"."""
        plain = normalise(_COUNT.sub("", text))
        if len(plain.split()) > _HEADING_WORDS or text.rstrip()[-1:] in ".?;,":
            return None
        return next((label for pattern, label in self.suggests if pattern.search(plain)), None)

    def label(self, text: str) -> Label | None:
        """What the start of a paragraph says of the rest: "Cause of concern The number …", "AFI 3 – The force …"."""
        led = _LED.match(text) or _PARAGRAPH.match(text)
        match = self.opening.match(text, led.end() if led else 0)
        if not match or not match["rest"]:
            return None
        about = match["about"] or ""
        if about and not self.asks(match["rest"]):
            return None
        if not match["number"] and not match["mark"] and not about and self._is_short(match["words"]):
            return None
        label = self._named(match["words"])
        paragraph = led[0].split()[0].rstrip(".") if led and "." in led[0].rstrip(". ") else None
        number = self._number(match["words"], match["number"]) or (paragraph if label.finds else None)
        return Label(label.kind, label.several, number, match["rest"], match.start("rest"), _new(match["words"]))

    def numbered_paragraph(self, text: str) -> tuple[str, str] | None:
        """(number, text) of a paragraph such as "2.14 The force should …" or "R3. The force should …"; else None."""
        match = _PRINTED.match(text)
        return (match["number"], text[match.end() :]) if match and self.commands(text[match.end() :]) else None

    def asks(self, text: str) -> bool:
        """Whether a text asks for something anywhere: "should", "must", "needs to", "That the force …"."""
        return bool(self._duty(text) or _THAT.match(text) or self.recommends.search(text))

    def _duty(self, text: str) -> bool:
        """Whether somebody has to do something, and not by what others say ("Officers told us that staff should …")."""
        for start, end in sentences(text) if _DUTY.search(text) else ():
            sentence = text[start:end]
            if (duty := _DUTY.search(sentence)) and not self.reports.search(sentence, 0, duty.start()):
                return True
        return False

    def opens_asking(self, text: str) -> bool:
        """Whether its first sentence asks, or is an imperative."""
        start, end = sentences(text)[0]
        first = text[start:end]
        return self.asks(first) or self.is_imperative(first)

    def commands(self, text: str) -> bool:
        """Whether it starts by telling somebody what to do: "By March, the force should …", "Review how …"."""
        begins = _FIRST_WORDS.match(text)
        rest = text[begins.end() if begins else 0 :]
        return (
            bool((told := _TELLS.match(rest)) and not self.reports.search(told[0]))
            or self.is_imperative(text)
            or bool(_THAT.match(text))
            or self.recommending(text[:200])
        )

    def is_imperative(self, text: str) -> bool:
        """Whether it begins with a verb that tells somebody to do something, perhaps after "Within six months, "."""
        plain = text.lstrip("“\"'‘ ")
        begins = _FIRST_WORDS.match(plain)
        word = re.match(r"[A-Za-z]+", plain[begins.end() if begins else 0 :])
        return bool(word) and word[0].lower() in self.imperatives  # type: ignore[index]

    def recommending(self, text: str) -> bool:
        """Whether it says that somebody recommends something, now."""
        return bool(self.recommends.search(text)) and not self.cites(text) and not self.for_members(text)

    def cites(self, text: str) -> bool:
        """Whether it says what was asked for at an earlier time."""
        return bool(self.quotes.search(text))

    def answer_of(self, text: str) -> str | None:
        """Whether the first sentences of a reply accept what was asked: "Accepted", "Partly accepted", …; else None."""
        opening = " ".join(text[a:b] for a, b in sentences(text)[:3])
        found = [(m.start(), word) for word, pattern in self.answers.items() if (m := pattern.search(opening))]
        return min(found, key=lambda answer: answer[0])[1] if found else None  # of two at one place, the narrower

    def for_members(self, text: str) -> bool:
        """Whether it is what a committee's paper asks of its members."""
        return bool(self.members.search(_NUMBERED.sub("", text, 1)))

    def role_of(self, name: str) -> str | None:
        """What a column or line of that name says of a finding ("status", "target", …), None for a name not known."""
        role = self.attributes.get(normalise(name)) or self.attributes.get(normalise(_AS_AT.sub("", name)))
        return role or ("text" if self.found_in(name) else None)

    def found_in(self, name: str) -> FindingKind | None:
        """Kind of finding in a column of that name: "Areas for improvement", "HMICFRS recommendation or AFI"."""
        parts = (name, *_PARTS.split(_INSPECTORATE.sub("", name)))
        return next((label.finds for part in parts if part and (label := self.heading(part)) and label.finds), None)

    def label_in(self, cell: str) -> Label | None:
        """The label of a finding that a short text is, or ends with: "Recommendation 2", "PEEL 2018/19 AFI"."""
        label = self.heading(cell) or self.labels.get(normalise(cell.split()[-1]))
        return label if label and label.finds else None

    def attribute_of(self, text: str) -> tuple[str, str, str] | None:
        """(role, date as printed or "", value) of a line such as "Update 14/02/11: Review finished"; else None."""
        match = self.attribute.fullmatch(text)
        return (self.attributes[normalise(match["name"])], match["date"] or "", match["value"] or "") if match else None

    def _numbered(self, match: re.Match[str]) -> Label:
        label = self._named(match["words"])
        number = self._number(match["words"], match["number"])
        return Label(label.kind, label.several, number, new=_new(match["words"]))

    def _named(self, words: str) -> Label:
        return self.labels[normalise(words)]

    def _is_short(self, words: str) -> bool:
        return normalise(words) not in self.headings

    def _number(self, words: str, number: str | None) -> str | None:
        """ "Strategic recommendation 1" is number "Strategic 1": the series is a part of it."""
        series = re.match(r"(strategic|operational|national)\b", words, re.I)
        return f"{series[1].capitalize()} {number}" if series and number else number


def _new(words: str) -> bool:
    return bool(re.match(r"(?:new|further)\b", words, re.I))


@lru_cache(1_024)  # every part of the parser asks this of a line
def _heading(grammar: Grammar, text: str) -> Label | None:
    plain = normalise(_COUNT.sub("", text))
    if known := grammar.headings.get(plain) or grammar.headings.get(normalise(_CHAPTER.sub("", text, 1))):
        return known
    if match := grammar.numbered.fullmatch(text.strip().rstrip(":.")):
        return grammar._numbered(match)
    return next((label for start, label in grammar.starts if plain.startswith(start)), None)


@cache
def shipped() -> Grammar:
    """The grammar that comes with the program."""
    return grammar_of("")


def load_grammar(extra: Path | None = None) -> Grammar:
    """The shipped grammar, with the entries of a user's file added. Raises CorpusError, naming the file."""
    if extra is None:
        return shipped()
    try:
        return grammar_of(extra.read_text("utf-8"), str(extra))
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"The findings file {extra} cannot be read ({error}); save it as UTF-8 text.") from error


def grammar_of(extra: str, where: str = "findings.toml") -> Grammar:
    """The shipped grammar with the entries of a user's TOML text; `where` names it in errors."""
    own = resources.files("corpus").joinpath("data/findings.toml").read_text("utf-8")
    tables = [_tables(own, "findings.toml"), *([_tables(extra, where)] if extra else [])]
    headings = [heading for table in tables for heading in table["heading"]]
    attributes = {normalise(w): a["role"] for table in tables for a in table["attribute"] for w in a["words"]}
    spoken = {name: [p for t in tables for p in t["sentence"].get(name, ())] for name in _SENTENCES}
    try:
        return replace(_compiled(headings, attributes, spoken), extra=extra)
    except re.error as error:
        raise CorpusError(f"The findings file {where} has a pattern that is none: {error}.") from error


def _tables(text: str, where: str) -> Mapping[str, Any]:
    try:
        tables = tomllib.loads(text)
        problem = _problem(tables)
    except tomllib.TOMLDecodeError as error:
        problem = f"it is not valid TOML: {error}"
    if problem:
        raise CorpusError(f"The findings file {where} cannot be used: {problem}.")
    return {"attribute": [], "heading": [], "sentence": {}} | tables


def _problem(tables: Mapping[str, Any]) -> str | None:
    """What is wrong with the tables of a findings file; None where nothing is."""
    if unknown := tables.keys() - {"heading", "sentence", "attribute"}:
        return f'it has "{min(unknown)}", where [[heading]], [[attribute]] or [sentence] is expected'
    headings, attributes = tables.get("heading", []), tables.get("attribute", [])
    for name, listed in (("heading", headings), ("attribute", attributes)):
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            return f"write [[{name}]] with two brackets, once for each"
    spoken = tables.get("sentence", {})
    if not isinstance(spoken, dict):
        return "write [sentence] with one bracket, once"
    if unknown := spoken.keys() - set(_SENTENCES):
        return f'[sentence] has the unknown key "{min(unknown)}"; the keys are {", ".join(_SENTENCES)}'
    found = (_problem_of_list(f"{name} in [sentence]", listed) for name, listed in spoken.items())
    problems = (*map(_problem_of_heading, headings), *map(_problem_of_attribute, attributes), *found)
    return next(filter(None, problems), None)


def _problem_of_heading(heading: Mapping[str, Any]) -> str | None:
    if unknown := heading.keys() - set(_KEYS):
        return f'a [[heading]] has the unknown key "{min(unknown)}"; the keys are {", ".join(_KEYS)}'
    if heading.get("kind") not in _KINDS:
        return f"a [[heading]] has the kind {heading.get('kind')!r}; the kinds are {', '.join(_KINDS)}"
    lists = {name: heading[name] for name in ("words", "starts", "short") if name in heading}
    if not lists:
        return "a [[heading]] has none of words, starts and short"
    switch = next((n for n in ("inline", "several") if not isinstance(heading.get(n, False), bool)), None)
    if switch:
        return f"{switch} of a [[heading]] is true or false, without quotation marks"
    found = (_problem_of_list(f"{name} of a [[heading]]", listed) for name, listed in lists.items())
    return next(filter(None, found), None)


def _problem_of_attribute(attribute: Mapping[str, Any]) -> str | None:
    if attribute.keys() != {"role", "words"} or attribute["role"] not in _ROLES:
        return f"an [[attribute]] needs words and a role, one of {', '.join(_ROLES)}"
    return _problem_of_list("words of an [[attribute]]", attribute["words"])


def _problem_of_list(name: str, listed: object) -> str | None:
    if isinstance(listed, list) and listed and all(isinstance(word, str) and word.strip() for word in listed):
        return None
    return f'{name} is a list of texts: ["…", "…"]'


def _compiled(
    headings: Sequence[Mapping[str, Any]], attributes: Mapping[str, str], spoken: Mapping[str, Sequence[str]]
) -> Grammar:
    known: dict[str, Label] = {}
    starts: list[tuple[str, Label]] = []
    suggests: list[tuple[re.Pattern[str], Label]] = []
    labels: dict[str, Label] = {}
    inline: list[str] = []
    shorts: list[str] = []
    for heading in headings:
        label = Label(heading["kind"], heading.get("several", True))
        words = [form for word in heading.get("words", ()) for form in _forms(word)]
        known |= {normalise(word): Label(label.kind, label.several, new=_new(word)) for word in words}
        starts += [(normalise(start), label) for start in heading.get("starts", ())]
        suggests += [(re.compile(pattern), label) for pattern in heading.get("suggests", ())]
        labels |= {normalise(word): label for word in (*words, *heading.get("short", ()))}
        shorts += heading.get("short", ())
        inline += words if heading.get("inline") else ()
    either = _either([*inline, *shorts])
    everything = _either([*(w for h in headings for w in h.get("words", ())), *shorts])
    return Grammar(
        headings=known,
        starts=starts,
        suggests=suggests,
        numbered=re.compile(rf"(?P<words>{everything})\s*(?:no\.?|number|#)?\s*(?P<number>{NUMBER})", re.I),
        opening=_opening(
            either, _either([w for h in headings if h["kind"] in FINDING_KINDS for w in h.get("words", ())])
        ),
        labels=labels,
        imperatives=frozenset(map(str.lower, spoken["imperative"])),
        recommends=_any(spoken["recommends"]),
        reports=_any(spoken["reported"]),
        quotes=_any(spoken["quoted"]),
        members=_any(spoken["members"]),
        answers={word: _any(spoken[name]) for name, word in _ANSWERS.items()},
        attributes=attributes,
        attribute=_attribute(attributes),
    )


def _attribute(attributes: Mapping[str, str]) -> re.Pattern[str]:
    """A name, perhaps a date, a colon or question mark, and what stands behind it."""
    alone = ("number", "text", "addressee")  # as one word these begin ordinary sentences
    names = _either(name for name, role in attributes.items() if role not in alone or (" " in name and role != "text"))
    names = names.replace("'", "['’]")
    day = rf"(?P<date>{DAY_DATE}|{MONTH_DATE}|\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d{{2}}))"
    return re.compile(
        rf"(?P<name>{names})(?:\s+(?:(?:on|at|as at|to)\s+)?\(?{day}\)?)?\s*[:?](?:\s+(?P<value>.*))?", re.I | re.S
    )


def _opening(inline: str, listed: str) -> re.Pattern[str]:
    """A label, perhaps its number or what it is about, a mark or a capital, and the rest of the paragraph."""
    number = rf"(?:\s*(?:no\.?|number|#)?\s*(?P<number>{NUMBER})(?![\w]))?"
    about = r"(?P<about>\s+(?:on|about|regarding|concerning)\s+[^.:–—]{3,70}?(?=\s+[–—-]\s|:\s))?"
    mark = r"(?P<mark>\s*[:–—-]\s+|\s*\.\s+|\s*\n\s*|\s+[•●▪■-]\s*)"
    return re.compile(
        rf"(?P<words>(?i:{inline})|(?i:{listed})(?=\s*:\s|\s+[•●▪■]|\s*\n)){number}{about}"
        rf"(?:{mark}|\s+(?=[A-Z“‘\"'(]))(?P<rest>\S.*)",
        re.S,
    )


def _forms(word: str) -> Iterable[str]:
    return (word.replace("(s)", ""), word.replace("(s)", "s"), word) if "(s)" in word else (word,)


def _either(words: Iterable[str]) -> str:
    ordered = sorted(dict.fromkeys(words), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)
