"""The force that a document is about, by all that speaks for one; several, or none, where that is what it says."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.forces import Forces, Mention
from corpus.model import Event, Evidence, Source
from corpus.parsers.evidence import STATED, piece, settled, stated_by, totals

_ENOUGH = 2.5  # weight from which a force is taken
_LEAD = 2.0  # by which it is ahead of the next
_TOP_LINES = 20
_SELF = 3  # mentions of one force that a text without title or address needs before it counts as that force's
_NONE = "none"
_MANY = 8  # forces: so many in a title or label are the country
_PAPER = 20_000  # characters: a longer text that names one force is not for that reason about it
_OTHER_NATIONS = ("police-scotland", "psni")
_LABEL = re.compile(
    r"^(?:[^\w\n]|_)*(?:police )?forces?(?: inspected| name| area)?(?:[^\w\n]|_){0,9}?[:\t][\s*_]*(?P<rest>.+)$",
    re.I | re.M,
)
_ADDRESSEE = re.compile(
    r"^(?:[^\w\n]|_)*(?:to[:\t]\s*)?(?:[^\n]{0,60},\s*)?(?:the )?chief constable"
    r"(?:\s+of|,|\s+[A-Z][^\n]{0,40},|\n)\s*(?P<rest>[^\n]{3,60})$",
    re.I | re.M,
)
_NATIONAL = re.compile(
    r"\bnational(?:ly)? (?:overview|report|recommendations|assessment|thematic|inspection of)|"
    r"\ball (?:43 )?(?:police )?forces\b|\bEngland and Wales\b|\bstate of policing\b|"
    r"\b(?:43|forty-three) (?:police )?forces\b|\bpolice forces respond\b|\bthe police response to\b|"
    r"\bhow (?:the )?police (?:forces )?(?:respond|deal|and)\b",
    re.I,
)
_BODY = (
    r"(?:commissioner(?:[’']s)?(?: office)?|mayor|police authority(?: board)?|(?:police and crime )?panel|"
    r"audit committee)"
)
_OVERSEER = re.compile(rf"(?i:\b{_BODY})\s+(?:for|of)\s+(?:the\s+)?(?P<area>[A-Z][^\n.,;:|]{{2,60}})")
_OVERSEEN = re.compile(
    r"(?P<area>[A-Z][\w&’'-]+(?: (?:and |of |the )?[A-Z][\w&’'-]+){0,4}(?: Police)?)\s+"
    rf"(?i:(?:police(?:, fire)? (?:and|&) crime )?{_BODY}\b)"
)
_COMMISSIONED = re.compile(r"\bcommissioned by\b", re.I)
_PARTNER = re.compile(
    r"\b(?:with|and|from|to|by|as well as|unlike|like|visited|seconded to|shared? with)\s+(?:the\s+)?$", re.I
)
_PASTED = re.compile(r"\b(?:record|by mistake|in error|pasted|copied)\b", re.I)
_ACTS = re.compile(
    r"^(?:[’']s)?\s*(?:,|has\b|have\b|had\b|is\b|are\b|was\b|will\b|now\b|use[sd]?\b|[a-z]+s\b|[a-z]+ed\b|[’']s\b)"
)


@dataclass(frozen=True, slots=True)
class Case:
    """What is looked at: `comments` are the events of a register record, None in another document;
    `heads` the title and the lines beside it."""

    source: Source
    title: str
    url: str | None
    kind: str
    forces: Forces
    comments: Sequence[Event] | None = None
    heads: str = ""
    from_name: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """The force, all forces that a document is about, what that was decided from, and a note where it is left open."""

    force: str | None
    forces: tuple[str, ...]
    evidence: Sequence[Evidence]
    note: str | None = None


def whose(case: Case) -> Whose:
    """The force that a document is about: the best supported, where it is clear."""
    if stated := case.source.metadata.get("force"):
        return _stated(case.source, stated, case.forces)
    pieces = list(_pieces(case))
    weights = {slug: w for slug, w in totals(pieces).items() if slug == _NONE or _is_force(case.forces, slug)}
    ranked = sorted(weights, key=lambda slug: (-weights[slug], slug))
    best = ranked[0] if ranked else _NONE
    second = weights[ranked[1]] if len(ranked) > 1 else 0.0
    clear = bool(ranked) and weights[best] >= _ENOUGH and weights[best] - second >= _LEAD
    several = () if clear and best != _NONE else _several(case)
    force = best if clear and best != _NONE else None
    taken = best if clear and not several else None
    why = "less than what was taken" if taken else "not clear enough to name one force"
    note = None if taken or several else _open_note(ranked, weights, pieces, case.forces)
    return Whose(force, (force,) if force else several, settled(pieces, taken, why), note)


def _stated(source: Source, stated: str, forces: Forces) -> Whose:
    """What the file, or a person, says it is: one force, several, or "none"."""
    by = stated_by(source, "force")
    where = by or "the file's own data"
    found = tuple(dict.fromkeys(slug for name in stated.split(";") if (slug := _named(name.strip(), forces))))
    if found:
        pieces = [piece("force", slug, where, STATED if by else 20.0, stated) for slug in found]
        taken = [replace(said, taken=True) for said in pieces]
        return Whose(found[0] if len(found) == 1 else None, found, taken)
    if stated.strip().lower() == _NONE:
        return Whose(None, (), settled([piece("force", _NONE, where, STATED, stated)], _NONE, ""))
    note = f"The force “{stated}” is not in the list of forces."
    return Whose(None, (), [piece("force", stated, where, 0, stated, "no force of the list")], note)


def _named(name: str, forces: Forces) -> str | None:
    if _is_force(forces, name):
        return name
    slugs = {mention.slug for mention in forces.mentions(name)}
    return slugs.pop() if len(slugs) == 1 else None


def _areas(text: str, forces: Forces) -> list[Mention]:
    """Where a title or a label names a force."""
    return [m for m in forces.mentions(text) if _is_force(forces, m.slug)]


def _is_force(forces: Forces, slug: str) -> bool:
    entry = forces.get(slug)
    return entry is not None and entry.kind != "group"


def _pieces(case: Case) -> Iterator[Evidence]:
    source, title, forces = case.source, case.title, case.forces
    if case.url and (slug := forces.from_url(case.url)):
        yield piece("force", slug, "page address", 12, case.url)
    yield from _of_title(title, forces, case.comments is not None)
    if case.comments is None:
        yield from _of_top(source, title, forces)
        yield from _national(case)
    yield from _of_labels(source.text, forces)
    yield from _of_bodies(source, title, forces)
    yield from _of_comments(case.comments or (), forces)
    if not case.comments:
        yield from _of_text(case)
    if case.from_name and (slug := forces.from_filename(source.path.rsplit("/", 1)[-1])):
        yield piece("force", slug, "file name", 3, source.path.rsplit("/", 1)[-1])


def _of_title(title: str, forces: Forces, record: bool) -> Iterator[Evidence]:
    why = ""
    if record and _COMMISSIONED.search(title):
        why = "the title names a force whose inspection was commissioned; the record's own force is not stated"
    mentions = _areas(title, forces)
    bodies = [m for m in forces.bodies(title) if _is_force(forces, m.slug)]
    if bodies and not any(m.how == "name" for m in mentions):  # an area's plain name may stand beside a body's
        yield piece("force", _NONE, "the title names another police body", 5, forces.label(bodies[0].slug))
    for how, weight in (("name", 6.0), ("short", 4.5), ("abbreviation", 4.5)):
        slugs = dict.fromkeys(m.slug for m in mentions if m.how == how)
        if slugs:
            for slug in slugs:
                yield piece("force", slug, "title", weight, title, why)
            return


def _of_top(source: Source, title: str, forces: Forces) -> Iterator[Evidence]:
    """Forces that a line at the top consists of, or begins with."""
    seen: set[str] = set()
    for line in source.text.splitlines()[:_TOP_LINES]:
        plain = line.strip().strip("#*| ")
        if not plain or plain == title or len(plain) > 90 or plain[-1] in ".;":
            continue
        mentions = [m for m in forces.mentions(plain) if m.how == "name" and _is_force(forces, m.slug)]
        if len({m.slug for m in mentions}) == 1 and mentions[0].slug not in seen:
            seen.add(mentions[0].slug)
            at_start = mentions[0].start == 0
            yield piece("force", mentions[0].slug, "masthead", 3.0 if at_start else 1.5, plain)


def _of_labels(text: str, forces: Forces) -> Iterator[Evidence]:
    for match in _LABEL.finditer(text[:6_000]):
        slugs = {m.slug for m in _areas(match["rest"], forces)}
        if len(slugs) == 1:
            yield piece("force", slugs.pop(), "a line that names the force", 6, match[0])
            break
    for match in _ADDRESSEE.finditer(text[:4_000]):
        slugs = {m.slug for m in forces.mentions(match["rest"]) if m.how == "name"}
        if len(slugs) == 1:
            yield piece("force", slugs.pop(), "addressee", 4, match[0])
            break


def _of_bodies(source: Source, title: str, forces: Forces) -> Iterator[Evidence]:
    """Who oversees a force bears its area's name; so may the page that lists a record, and the site's own title."""
    top = "\n".join(
        [title, source.metadata.get("page_title", ""), source.metadata.get("trail", ""), source.text[:2_500]]
    )
    found: dict[str, str] = {}
    for pattern in (_OVERSEER, _OVERSEEN):
        for match in pattern.finditer(top):
            slugs = {m.slug for m in forces.mentions(match["area"]) if _is_force(forces, m.slug)}
            if len(slugs) == 1:
                found.setdefault(slugs.pop(), match[0])
    for slug, quote in found.items():
        yield piece("force", slug, "who oversees it", 4, quote)
    above = [source.metadata.get(name, "") for name in ("above", "masthead")]
    for line in "\n".join(above).splitlines():
        slugs = {m.slug for m in forces.mentions(line) if _is_force(forces, m.slug)}
        if len(slugs) == 1:
            yield piece("force", slugs.pop(), "the page that lists it", 3, line)
            return


def _national(case: Case) -> Iterator[Evidence]:
    """What says that a document is about the country, or about another nation's police."""
    if match := _NATIONAL.search(case.heads or case.title):
        yield piece("force", _NONE, "a national title", 4, match[0])
    forces = case.forces
    others = Counter(m.slug for m in forces.bodies(case.source.text) if m.slug in _OTHER_NATIONS)
    for slug, count in others.most_common(1):
        if count >= _SELF:
            yield piece("force", _NONE, f"the text speaks of it {count} times", 5, forces.label(slug))


def _of_comments(comments: Sequence[Event], forces: Forces) -> Iterator[Evidence]:
    """Forces that the comments of a record speak of; one that was pasted from another record is set aside."""
    said = [event for event in comments if event.text]
    counts: Counter[str] = Counter()
    for at, event in enumerate(said):
        for mention in forces.mentions(event.text):
            if not _is_force(forces, mention.slug):
                continue
            before, after = event.text[max(0, mention.start - 30) : mention.start], event.text[mention.end :]
            acts = bool(_ACTS.match(after))
            if mention.how == "short" and not acts:
                continue
            place = "first comment" if at == 0 else "last comment" if at == len(said) - 1 else "a comment"
            weight = {"name": 3.0, "abbreviation": 2.5, "short": 2.5}[mention.how]
            why = ""
            if _PASTED.search(after[:40]) or _PASTED.search(before):
                why = "what was pasted from another force's record"
            elif _PARTNER.search(before) and not acts:
                why, weight = "a partner", 0.5
            if not why:
                counts[mention.slug] += 1
                weight = weight if counts[mention.slug] == 1 else 0.5
            yield piece(
                "force", mention.slug, place, weight, event.text[max(0, mention.start - 20) : mention.end + 30], why
            )


def _of_text(case: Case) -> Iterator[Evidence]:
    """The force that a text speaks of: named at least three times, and three times as often as all others.

    A record or a paper of a committee, which are always of one force, need fewer.
    """
    text, forces = case.source.text, case.forces
    counts = Counter(m.slug for m in forces.mentions(text) if m.how != "short" and _is_force(forces, m.slug))
    if not counts or (case.kind == "register_record" and case.comments is None and _lists_forces(text, forces)):
        return
    slug, count = counts.most_common(1)[0]
    others = counts.total() - count
    label, few = forces.label(slug), case.kind in ("other", "register_record")
    if count >= _SELF and count >= 3 * others:
        yield piece("force", slug, f"the text speaks of it {count} times", 4.5, label)
    elif few and count >= 2 and count > 2 * others:
        yield piece("force", slug, f"the text speaks of it {count} times", 2.6, label)
    elif few and others == 0 and len(text) < _PAPER:
        yield piece("force", slug, "the only force that the text names", 2.5, label)


def _lists_forces(text: str, forces: Forces) -> bool:
    """Whether several forces stand alone on lines or in cells, as those that were asked do in a list."""
    cells = (cell.strip() for line in text.splitlines() for cell in line.split("\t") if len(cell) < 50)
    found = {
        m.slug for cell in cells for m in forces.mentions(cell) if m.how == "name" and m.end - m.start >= len(cell) - 2
    }
    return len(found) > 1


def _several(case: Case) -> tuple[str, ...]:
    """The forces that a title, or a label at the top, names together; () where it names one or none."""
    forces = case.forces
    labelled = [match["rest"] for match in _LABEL.finditer(case.source.text[:6_000])]
    for text in (case.title, *labelled):
        slugs = tuple(dict.fromkeys(m.slug for m in _areas(text, forces)))
        if 1 < len(slugs) < _MANY:
            return slugs
        groups = [entry for m in forces.bodies(text) if (entry := forces.get(m.slug)) and entry.kind == "group"]
        if groups and groups[0].members:
            return groups[0].members
    return ()


def _open_note(ranked: Sequence[str], weights: dict[str, float], pieces: Sequence[Evidence], forces: Forces) -> str:
    named = [slug for slug in ranked if slug != _NONE][:2]
    if any("commissioned" in p.why for p in pieces):
        return "The title names a force whose inspection was commissioned; the record's own force is not stated."
    if len(named) == 2 and weights[named[1]] >= _ENOUGH:
        first = next(p for p in pieces if p.value == named[0])
        second = next(p for p in pieces if p.value == named[1])
        one, other = forces.label(named[0]), forces.label(named[1])
        return f"It may be about {one} ({first.source}) or {other} ({second.source}): the force is left open."
    return "The document does not say which force it is about."
