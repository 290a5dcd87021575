"""The title of a document, and what of a letter is its body."""

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.dates import DAY_DATE, MONTH_DATE, SLASHED_DATE
from corpus.model import Evidence, Source
from corpus.parsers.evidence import STATED, piece, settled, stated_by
from corpus.parsers.grammar import shipped
from corpus.parsers.layout import Block
from corpus.parsers.lines import is_heading_like

_ITEM = r"(?:agenda )?item(?: no\.?)?(?: \d+[a-z]?)?"
_GENERIC = re.compile(
    rf"{_ITEM}|home|report|response|recommendations?|contents|publications?|reports?|news|document|untitled|"
    r"letter|minutes|peel(?: 20\d\d(?:\s*[/–-]\s*\d{2,4})?)?",
    re.I,
)
_DATE = re.compile(
    rf"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
    rf"(?:{DAY_DATE}|{MONTH_DATE}|{SLASHED_DATE}|(?:19|20)\d\d-\d\d-\d\d)[^\w]*",
    re.I,
)
_LABELLED = re.compile(
    r"(?:published|publication|date|report (?:to|of|by)|from|to|cc|sent on|isbn|our ref|your ref|ref|reference|copy|"
    r"page|by e-?mail|copyright|©|\(c\))\b",
    re.I,
)
_SITE = re.compile(
    r"\s+[-–|]\s+(?:[^-–|]*\b(?:inspectorate|website|home ?page|HMICFRS|HMIC|GOV\.UK|joint inspection|office of|"
    r"police authority|tracker)\b[^-–|]*)$",
    re.I,
)
_DEAR = re.compile(r"dear\b[^.;:!?]{0,90}[,:]?", re.I)
_ADDRESSED = re.compile(r"(?P<label>from|to|cc|copied to|sent(?: on)?|date(?: sent)?)(?P<value>\s*:\s*\S.*)?:?", re.I)
_CLOSING = re.compile(
    r"(?:yours (?:sincerely|faithfully|truly)|(?:with )?(?:kind|best|warm) (?:regards|wishes)|yours)[,.]?", re.I
)
_ENCLOSED = re.compile(r"(?:annex|appendix|enclosures?|enc|attachment|schedule)\b", re.I)
_SUBJECT = re.compile(r"(?:re|subject|regarding)\s*:\s*(?P<subject>\S.*)", re.I)
_PERSON = re.compile(
    r"(?:chief constable|director|commissioner|chair|mayor|secretary|minister|head of|sir|dame|HMI\b|"
    r"inspector of constabulary)",
    re.I,
)
_ROUND = re.compile(r"PEEL(?: assessments?)? 20\d\d(?:\s*[/–-]\s*\d{2,4})?", re.I)
_PILLAR = re.compile(r"(?:effectiveness|efficiency|legitimacy|leadership)", re.I)
_SALUTED = 60  # blocks within which the salutation of a letter stands
_WORDS = 14
_NAME = 8  # words of a force's name, with what stands beside it


def title_evidence(source: Source, blocks: Sequence[Block]) -> tuple[str, list[Evidence]]:
    """The title and what it was decided from; a first line, shortened, where nothing says it."""
    pieces = list(_stated(source))
    marked = _marked(blocks)
    if marked:
        weight = 6 if len(marked.split()) > 1 else 2.5  # "Birmingham" says less than the line below it
        pieces.append(piece("title", marked, "the heading of the first level", weight, marked))
    if subject := _subject(blocks):
        pieces.append(piece("title", subject, "the subject line of a letter", 7, subject))
    pieces += _top(blocks)
    pieces += _with_pillar(blocks)
    if not pieces:
        line = shortened(blocks[0].text if blocks else source.key)
        pieces.append(piece("title", line, "the first words", 0.5, line))
    best = max(pieces, key=lambda p: p.weight)
    return best.value, settled(pieces, best.value, "a better title was found")


def _stated(source: Source) -> list[Evidence]:
    title = source.metadata.get("title")
    if not title:
        return []
    by = stated_by(source, "title")
    plain = _SITE.sub("", " ".join(title.split()))
    return [piece("title", plain, by or "the file's own data", STATED if by else 5.0, title)]


def _marked(blocks: Sequence[Block]) -> str | None:
    """The format's one heading of level 1; one that says little with the next heading."""
    marked = [at for at, block in enumerate(blocks) if block.level]
    top = [at for at in marked if blocks[at].level == 1]
    if len(top) != 1:
        return None
    title = blocks[top[0]].text
    if not _GENERIC.fullmatch(title):
        return title
    following = next((blocks[at] for at in marked if at > top[0]), None)
    if following is None or shipped().heading(following.text) or following.start - blocks[top[0]].end > 300:
        return title
    return (
        following.text if re.fullmatch(rf"{_ITEM}|home|report|document", title, re.I) else f"{title}: {following.text}"
    )


def without_title(blocks: Sequence[Block]) -> Sequence[Block]:
    """`blocks` without a heading of level 1 that comes first and alone; the others then move up a level."""
    marked = [at for at, block in enumerate(blocks) if block.level]
    if sum(1 for at in marked if blocks[at].level == 1) != 1 or blocks[marked[0]].level != 1:
        return blocks
    title = marked[0]
    return [
        replace(b, level=max(b.level - 1, 0), parent=None if b.parent is None else b.parent - (b.parent > title))
        for at, b in enumerate(blocks)
        if at != title
    ]


def _subject(blocks: Sequence[Block]) -> str | None:
    """The line below the salutation, or one that says "Re:"."""
    dear = _saluted(blocks)
    for block in blocks[: _SALUTED if dear is None else dear + 4]:
        if match := _SUBJECT.fullmatch(block.text):
            return match["subject"]
    if dear is None:
        return None
    lines = []
    for block in blocks[dear + 1 : dear + 4]:
        if block.kind == "row" or not (block.kind == "line" or _is_title(block.text)) or _DATE.fullmatch(block.text):
            break
        lines.append(block.text)
        if len(block.text.split()) > 5:
            break
    return " – ".join(lines[:2]) if lines else None


def _is_title(text: str) -> bool:
    """A line that no stop ends, long as it may be."""
    return len(text.split()) <= 40 and text[-1] not in ".;:," and not re.search(r"[.;]\s+[A-Z]", text)


def _saluted(blocks: Sequence[Block]) -> int | None:
    """Index of "Dear …", None in what is no letter."""
    return next((at for at, b in enumerate(blocks[:_SALUTED]) if len(b.text) < 100 and _DEAR.fullmatch(b.text)), None)


def _addressed(blocks: Sequence[Block]) -> int | None:
    """Index of the last line of a page's "From … To … Sent on …", None where these are not there."""
    lines = enumerate(blocks[:_SALUTED])
    found = [(at, label) for at, block in lines if block.kind != "row" and (label := _ADDRESSED.fullmatch(block.text))]
    if not {"from", "to"} <= {label["label"].lower() for _, label in found}:
        return None
    at, label = found[-1]
    return at if label["value"] else min(at + 1, len(blocks) - 1)


def letter_body(blocks: Sequence[Block]) -> tuple[Sequence[Block], list[str]]:
    """The blocks of a letter between salutation and signature, and what follows as an annex; notes on what is left out.

    Other documents stay as they are.
    """
    dear = _saluted(blocks)
    dear = _addressed(blocks) if dear is None else dear
    if dear is None:
        return blocks, []
    closing = next((at for at in range(len(blocks) - 1, dear, -1) if _CLOSING.fullmatch(blocks[at].text)), None)
    end = closing if closing is not None else len(blocks)
    after = next((at for at in range(end, len(blocks)) if _ENCLOSED.match(blocks[at].text)), len(blocks))
    if closing is not None and after == len(blocks):
        signed = closing + 1
        while signed < len(blocks) and (blocks[signed].kind == "line" or len(blocks[signed].text.split()) < 12):
            signed += 1
        after = signed
    first = dear + 1
    subject = _subject(blocks)
    while first < end and subject and blocks[first].text in subject:
        first += 1
    kept = [*range(first, end), *range(after, len(blocks))]
    place = {old: new for new, old in enumerate(kept)}
    body = [
        replace(blocks[at], parent=place.get(blocks[at].parent) if blocks[at].parent is not None else None)
        for at in kept
    ]
    left = len(blocks) - len(kept)
    note = f"It is a letter: its date, addressees, greeting and signature ({left} lines) are no passages."
    return body, [note] if left else []


def _top(blocks: Sequence[Block]) -> list[Evidence]:
    """Lines at the top that may be a title: the first that names a report or an inspection, else the first."""
    found = []
    for at, block in enumerate(blocks[:14]):
        text = block.text
        if block.kind not in ("line", "text") or (block.kind == "text" and (at > 3 or not _is_title(text))):
            continue
        if _DATE.fullmatch(text) or _LABELLED.match(text) or _GENERIC.fullmatch(text) or _DEAR.fullmatch(text):
            continue
        named = (
            bool(re.search(r"report|inspection|review|response|assessment|recommendation", text, re.I))
            and len(text.split()) > 3
            and text[-1] != "?"
        )
        listed = text.count(",") > 1 or bool(_PERSON.match(text))
        weight = (3.0 if named else 2.0) - 0.05 * at - (1.5 if listed else 0)
        found.append(piece("title", text, "a line at the top", weight, text))
    return found


def _with_pillar(blocks: Sequence[Block]) -> list[Evidence]:
    """ "Essex PEEL 2016" above "Effectiveness", and "PEEL 2023–25" beside whom it is of, are one title in two lines."""
    if len(blocks) > 1 and blocks[0].kind == blocks[1].kind == "line":
        first, second = blocks[0], blocks[1]
        of_round = _ROUND.fullmatch(first.text) and not first.level
        if of_round or (_ROUND.fullmatch(second.text) and len(first.text.split()) < _NAME):
            title = f"{first.text}: {second.text}"
            return [piece("title", title, "the first two lines", 6.5, title)]
    if len(blocks) < 2 or not _PILLAR.fullmatch(blocks[1].text) or blocks[0].level or blocks[0].kind == "item":
        return []
    title = f"{blocks[0].text} – {blocks[1].text}"
    return [piece("title", title, "the first two lines", 6.5, title)]


def shortened(text: str, words: int = _WORDS) -> str:
    """A text as a title: its first words where it is longer."""
    parts = text.split()
    if len(parts) <= words and is_heading_like(text):
        return text.rstrip(":")
    return " ".join(parts[:words]).rstrip(".,;:") + " …"
