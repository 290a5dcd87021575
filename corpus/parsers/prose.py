"""Reports, PEEL pages, letters and papers: headings, findings with what is said to them, grades, practice, glossary.

One walk for all of them: a heading or a label opens a *role* (what stands below is an area for improvement, …), which
the next heading of its level, the end of its box, or the words that it was for, closes again.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.dates import iso_date
from corpus.model import FindingKind, GlossaryEntry, PassageKind
from corpus.parsers.builder import Builder
from corpus.parsers.days import day_in
from corpus.parsers.grades import grade_of
from corpus.parsers.grammar import Grammar, Label
from corpus.parsers.headings import contents_of, heading_level, is_pillar, is_question, practice_label
from corpus.parsers.layout import Block
from corpus.parsers.listing import Entry
from corpus.parsers.rows import Rows, findings_table, with_rows
from corpus.parsers.verdicts import Verdicts
from corpus.statuses import status_of_word
from corpus.text import normalise, sentences

_GLOSSARY = re.compile(r"\b(?:glossary|abbreviations|acronyms)\b", re.I)
_TERM = re.compile(r"([A-Z][\w&/-]*(?: ?\([A-Z]+\))?)(?:\t|\s{2,}|\s+[–—-]\s+)(\S.*)", re.S)
_ABOUT = re.compile(r"(?:introduction|foreword|methodology|about)\b", re.I)
_PEEL_TITLE = re.compile(r"\bPEEL\b.*\b20\d{2}|\b20\d{2}\b.*\bPEEL\b|PEEL assessment", re.I)
_CITED = re.compile(r"(?:from|in|of) (?:the|our) .{0,40}?report\s*:\s*", re.I)
_LISTS = ("recommendations", "summary of recommendations", "list of recommendations", "executive summary")
_SAME = 10  # words from which two recommendations of the same words are one
_NOTHING = re.compile(
    r"(?:there (?:are|were|is|was) no|no (?:areas?|recommendations?|causes?)|none|not applicable|n/?a)\b", re.I
)
_MIXED = re.compile(r"(?:\d+\.?\s+)?(?:summary of )?(?:conclusions|findings)\b", re.I)
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_QUOTED = re.compile(r"(?:(?P<number>\d{1,2}[a-z]?)[.):]?\s+)?(?P<text>[“\"‘'].{20,}[”\"’'][.;]?)", re.S)
_TOPIC = 9  # words: a heading with fewer under "Areas for improvement" is a subject, not a finding
_LONGEST_LABEL = 120  # characters of a heading by its words alone


@dataclass(slots=True)
class Role:
    """What the text below a heading or label is, until a heading of its `level` or its box's `end`.

    `finding` is the last one made in it, `unasked` that of a heading or paragraph which does not itself say what is
    asked, so that the paragraph that does belongs to it. `brief` is set where only one passage and its list are meant.
    """

    label: Label
    level: int
    end: int | None = None
    finding: int | None = None
    unasked: bool = False
    wording: str = ""
    brief: int | None = None
    chapter: int = 0  # depth of the number that its heading has ("2." is 1)
    listed: bool = False  # its findings are list items, so that a paragraph after them is none


@dataclass(slots=True)
class Walk:
    """Where the walk through the blocks stands."""

    builder: Builder
    blocks: Sequence[Block]
    grammar: Grammar
    peel: bool
    contents: dict[str, int]
    marked: bool  # the format marks headings
    verdicts: Verdicts
    entries: Mapping[int, Entry]
    roles: list[Role] = field(default_factory=list)
    awaiting: Label | None = None  # the numbered label whose text comes next
    series: tuple[int, str] | None = None  # finding and marker of the items that a recommendation consists of
    last: int | None = None  # the finding that a line such as "Status: …" speaks of
    replying: bool = False  # the document answers an inspectorate
    answered: bool = False  # the last finding has its answer
    ahead: dict[str, str] = field(default_factory=dict)  # what stood between a numbered label and its text
    pending: str | None = None  # role of an attribute whose value comes on the next line
    placed: dict[int, int] = field(default_factory=dict)  # block -> passage
    asked: dict[str, list[tuple[Counter[str], int]]] = field(default_factory=dict)  # number -> words, finding
    until: int = 0  # blocks before this one are done
    framework: bool = False  # of 2007 to 2009: its areas for improvement are prose
    after_pillar: bool = False  # the heading before this one is a pillar's, and no text came
    pillar: int = 0  # marked level of the last pillar and question of a PEEL page
    question: int = 0

    @property
    def role(self) -> Role | None:
        """The innermost open role."""
        return self.roles[-1] if self.roles else None


def parse_prose(
    builder: Builder,
    blocks: Sequence[Block],
    grammar: Grammar,
    *,
    peel: bool,
    replying: bool = False,
    entries: Mapping[int, Entry] | None = None,
) -> None:
    """Fill `builder` from the blocks of any document but a register record; `peel` for an assessment page.

    `replying` documents answer what an inspectorate asked; `entries` are those of an index page, by the offset at which each starts.
    """
    blocks = list(with_rows(blocks))
    start, end, contents = contents_of(blocks)
    marked = any(block.level for block in blocks)
    walk = Walk(builder, blocks, grammar, peel, contents, marked, Verdicts(builder, peel), entries or {})
    walk.replying = replying
    walk.framework = any(block.kind != "item" and normalise(block.text) == "work in progress" for block in blocks)
    front = 0 if peel else start if end else _front(blocks)
    for at, block in enumerate(blocks):
        if start <= at < end or (at < front and block.kind == "line") or at < walk.until:
            continue
        if peel and not builder.path and block.kind == "line" and _PEEL_TITLE.search(block.text[:200]):
            continue
        _step(walk, at)
    walk.verdicts.close()


def _front(blocks: Sequence[Block]) -> int:
    """Length of the title page: short lines at the top, up to the heading of the first paragraph."""
    lines = next((at for at, block in enumerate(blocks) if block.kind != "line" or block.level), len(blocks))
    first_heading = lines - 1 if lines and lines < len(blocks) and not iso_date(blocks[lines - 1].text) else lines
    return first_heading if first_heading > 0 else min(lines, 1) if lines == len(blocks) else 0


def _step(walk: Walk, at: int) -> None:
    block = walk.blocks[at]
    _close(walk, block)
    if entry := walk.entries.get(block.start):
        _found(walk, at, block, entry.number, "recommendation")
        walk.builder.tell(walk.last or 0, status=entry.status, deadline=entry.deadline)
        walk.last = None
        return
    if _practice(walk, block) or _attribute(walk, block) or _heading(walk, at):
        return
    if block.kind == "row":
        _row(walk, at)
        return
    if walk.verdicts.line(walk.blocks, at):
        return
    if not walk.peel or walk.builder.path or block.kind != "line":  # lines above the first section are its masthead
        _place(walk, at)


def _close(walk: Walk, block: Block) -> None:
    """Close the roles whose box has ended, or that were for one passage which has come."""
    while (role := walk.role) and (
        (role.end is not None and block.start >= role.end)
        or (role.brief is not None and len(walk.builder.passages) > role.brief and block.kind != "item")
    ):
        walk.roles.pop()
        if walk.builder.outline and walk.builder.outline[-1][0] == role.level:
            walk.builder.outline.pop()
        walk.last = None


def _practice(walk: Walk, block: Block) -> bool:
    """The labelled lines of a developing practice ("TITLE: …", "PROBLEM: …")."""
    label = practice_label(block.text)
    builder = walk.builder
    base = next((role.level for role in walk.roles if role.label.kind == "developing_practice"), None)
    if label is None or base is None:
        return False
    name, text = label
    if name == "TITLE":
        builder.open(text, base + 1)
    elif name == "FORCE CONTACT":
        del builder.outline[[lvl for lvl, _ in builder.outline].index(base) + 2 :]
        builder.add(block, "context")
    elif name != "INSPECTION AREA":
        builder.open(name.capitalize().replace("(s)", "s"), base + 2)
        if text:
            builder.add(replace(block, text=text), "developing_practice")
    walk.verdicts.header = None
    return True


def _heading(walk: Walk, at: int) -> bool:
    """Open what a heading or a label opens; True where the block is done with that."""
    block = walk.blocks[at]
    if block.kind == "row" or (walk.verdicts.in_glossary() and re.fullmatch(r"[A-Z]", block.text)):
        return block.kind != "row"
    if label := _named(walk, block):
        if label.number and not (label.several and label.kind != "cause_of_concern"):
            _await(walk, block, label, "")
        else:
            _open_role(walk, at, label)
        return True
    if (label := walk.grammar.label(block.text)) and _labelled(walk, at, label):
        return True
    if walk.awaiting is not None and not block.level and walk.grammar.asks(block.text):
        return False
    level = _level(walk, at)
    if not level:
        return False
    if _is_finding(walk, at):
        _found(walk, at, block)
        return True
    _open_section(walk, block, level)
    return True


def _named(walk: Walk, block: Block) -> Label | None:
    """What a block says as a heading by its words alone; an item only where it is numbered as a chapter is."""
    if len(block.text) > _LONGEST_LABEL or (block.kind == "item" and not block.marker.startswith("number")):
        return None
    label = walk.grammar.heading(block.text)
    if label is None or (block.kind == "text" and block.text[-1] in ".;,"):
        return None
    return label if block.kind != "item" or label.number is None else None


def _await(walk: Walk, block: Block, label: Label, heading: str) -> None:
    """A numbered label: the text that comes next is its finding."""
    if block.level and heading:
        level = _peel_level(walk, block) if walk.peel else block.level
        _open_section(walk, replace(block, text=heading), level)
    walk.awaiting, walk.series, walk.last, walk.verdicts.header = label, None, None, None
    if label.finds != "recommendation":
        _push(walk, Role(label, block.level or 3, block.box))


def _open_role(walk: Walk, at: int, label: Label) -> None:
    block = walk.blocks[at]
    level = _label_level(walk, at, label)
    _open_section(walk, block, level)
    if label.kind in ("other", "judgement", "grade"):
        return
    walk.verdicts.fresh = False
    brief = len(walk.builder.passages) if walk.marked and not block.level else None
    _push(walk, Role(label, level, block.box, brief=brief, chapter=_chapter(walk, block)))


def _label_level(walk: Walk, at: int, label: Label) -> int:
    block = walk.blocks[at]
    if block.level:
        return _peel_level(walk, block) if walk.peel else block.level
    if walk.peel:
        return 3
    if label.kind == "other":
        return heading_level(walk.blocks, at, walk.contents, inside=False) or 2
    return 1 if normalise(block.text) == "recommendations" and walk.contents.get("recommendations") == 1 else 2


def _open_section(walk: Walk, block: Block, level: int) -> None:
    walk.builder.open(block.text, level)
    while walk.roles and walk.roles[-1].level >= level:
        walk.roles.pop()
    walk.verdicts.adjacent = False
    if walk.peel and is_question(block):
        walk.verdicts.adjacent = len(walk.builder.path) > 1 and walk.after_pillar
        walk.builder.section()  # a question counts although nothing may stand under it
    if (role := walk.role) and role.label.finds:
        role.wording = block.text
    walk.after_pillar = walk.peel and is_pillar(block)
    walk.verdicts.opened(level)
    walk.awaiting = walk.series = walk.last = walk.pending = None


def _push(walk: Walk, role: Role) -> None:
    while walk.roles and walk.roles[-1].level >= role.level:
        walk.roles.pop()
    walk.roles.append(role)


def _labelled(walk: Walk, at: int, label: Label) -> bool:
    """A label at the start of a paragraph, item or heading, with what stands behind it."""
    block = walk.blocks[at]
    if label.finds is None:
        if not block.level and block.kind != "line":
            return False
        _open_role(walk, at, label)
        return True
    topic = not walk.grammar.asks(label.rest) and len(label.rest.split()) < _TOPIC and label.rest[-1] not in ".:;"
    if topic and (block.level or block.kind == "line"):
        if label.number:
            _await(walk, block, label, block.text)
        else:
            level = _label_level(walk, at, label)
            _open_section(walk, block, level)
            _push(walk, Role(label, level, block.box))
        return True
    own = walk.role
    inside = own is not None and own.label.kind == label.kind and not block.level
    if not inside:
        level = block.level or (own.level if own else 3)
        _push(walk, Role(label, level, block.box, wording=own.wording if own else ""))
    walk.awaiting = None
    _found(walk, at, _behind(block, label), label.number, label.finds)
    return True


def _behind(block: Block, label: Label) -> Block:
    """The block without its label."""
    cut = block.start + len(block.text) - len(label.rest)
    kind = "text" if block.kind == "line" else block.kind
    return replace(block, kind=kind, text=label.rest, start=min(cut, block.end), level=0)


def _level(walk: Walk, at: int) -> int:
    """Level of the heading that a block is, 0 for text. In a PEEL page: 1 a pillar, 2 a question, 3 what is below."""
    block = walk.blocks[at]
    inside = any(role.label.kind != "other" for role in walk.roles)
    if not walk.peel:
        if not block.level and walk.verdicts.fresh and walk.verdicts.is_grade(block.text):
            return 0
        graded = at + 1 < len(walk.blocks) and grade_of(walk.blocks[at + 1].text) is not None
        if not block.level and graded and is_question(block):
            return 3 if inside else 1
        level = heading_level(walk.blocks, at, walk.contents, inside)
        return _by_chapter(walk, block, level)
    if is_pillar(block):
        walk.pillar = block.level
        return 1
    if is_question(block):
        walk.question = block.level
        return 2
    if block.kind != "line" or walk.verdicts.is_grade(block.text):
        return 0
    if block.level:
        return _peel_level(walk, block)
    graded = at + 1 < len(walk.blocks) and walk.verdicts.is_grade(walk.blocks[at + 1].text)
    return 2 if graded or heading_level(walk.blocks, at, {}, inside=False) else 0


def _peel_level(walk: Walk, block: Block) -> int:
    """Level of a marked heading that is neither pillar nor question: below those that are marked above it."""
    if block.level <= walk.pillar:
        return 1
    return 2 if block.level <= walk.question else block.level + 2


def _is_finding(walk: Walk, at: int) -> bool:
    """Whether a heading is itself what is asked: the first below "Area for improvement", or a statement below several."""
    block, role = walk.blocks[at], walk.role
    if role is None or role.label.finds is None or (block.level and _level(walk, at) <= role.level):
        return False
    if walk.grammar.asks(block.text) and not walk.grammar.for_members(block.text):
        return role.label.several or role.finding is None
    following = walk.blocks[at + 1] if at + 1 < len(walk.blocks) else None
    if following is None or following.kind in ("item", "row") or following.text[-1] == ":":
        return False
    if not role.label.several:
        return role.finding is None and role.label.finds != "recommendation" and len(block.text.split()) > 3
    return role.label.finds == "area_for_improvement" and len(block.text.split()) >= _TOPIC - 3 and bool(block.level)


def _by_chapter(walk: Walk, block: Block, level: int) -> int:
    """An unmarked heading that is numbered as the open role's is stands beside it: "3. Position" after "2. Findings"."""
    role = walk.role
    if not level or block.level or role is None or not role.chapter:
        return level
    depth = _chapter(walk, block)
    return min(level, role.level) if depth and depth <= role.chapter else level


def _chapter(walk: Walk, block: Block) -> int:
    """Depth of the number that a heading begins with ("2." is 1, "2.1" is 2), 0 without one."""
    text = walk.builder.source.text
    line = text[text.rfind("\n", 0, block.start) + 1 : block.start] + block.text
    match = _NUMBER.match(line.strip())
    return match[1].count(".") + 1 if match else 0


def _row(walk: Walk, at: int) -> None:
    label = walk.awaiting or (walk.role.label if walk.role else None)
    if table := findings_table(walk.blocks, at, walk.grammar, label.finds if label else None):
        walk.until = table.end
        Rows(walk.builder, walk.grammar, walk.awaiting.number if walk.awaiting else None).read(table)
        walk.awaiting = None
        return
    block = walk.blocks[at]
    if walk.verdicts.in_glossary() and _define(walk.builder, block):
        return
    if (
        walk.last is not None
        and len(block.cells) > 1
        and all(_attribute_of(walk, cell) for cell in block.cells if cell)
    ):
        for cell in block.cells:
            _told(walk, replace(block, text=cell), *_attribute_of(walk, cell))
        walk.builder.add(block, "context", finding=walk.last)
        return
    walk.verdicts.row(block, kind_here(walk))


def _attribute_of(walk: Walk, text: str) -> tuple[str, str, str]:
    """(role, date, value) of a piece of a line about the finding above; ("", "", "") for none."""
    if found := walk.grammar.attribute_of(text):
        return found
    return ("status", "", text) if len(text.split()) < 5 and status_of_word(text) else ("", "", "")


def _attribute(walk: Walk, block: Block) -> bool:
    """A line about the finding above ("Status: Achieved. …", "Owner: …"), or the value of such a line."""
    if walk.last is None or block.kind == "row" or (block.level and not walk.replying):
        return False
    found = walk.grammar.attribute_of(f"{block.text.rstrip(':?')}:" if block.level else block.text)
    if not found and walk.pending:
        found = (walk.pending, "", block.text)
    if not found:
        return False
    walk.pending = found[0] if not found[2] else None
    _told(walk, block, *found)
    role = found[0]
    if role in ("update", "response", "status") and found[2]:
        date = day_in(found[1]) if found[1] else None
        shown = replace(block, text=found[2]) if role != "status" else block
        if role != "status" or len(found[2].split()) > 4:
            walk.builder.comment(shown, walk.last, date)
            return True
    if found[2]:
        walk.builder.add(block, "context", finding=walk.last)
    return True


def _told(walk: Walk, block: Block, role: str, date: str, value: str) -> None:
    """What a line says of the finding above: its status, its target date."""
    if walk.last is None or not value:
        return
    if role in ("status", "acceptance"):
        word = re.split(r"[.;]\s|,\s(?!in part)", value, maxsplit=1)[0]
        asked = "yes" if role == "acceptance" else ""
        walk.builder.tell(walk.last, status=word, status_date=day_in(date) or "", accepted=asked)
        finding = walk.builder.findings[walk.last]
        if walk.verdicts.inspected and role == "status":  # an inspectorate says how far an earlier one has come
            walk.builder.findings[walk.last] = replace(finding, quoted=True)
    elif role == "target":
        walk.builder.tell(walk.last, target=day_in(value) or "")
    elif role == "update" and date:
        walk.builder.tell(walk.last, status_date=day_in(date) or "")


def _place(walk: Walk, at: int) -> None:
    block, builder = walk.blocks[at], walk.builder
    if walk.verdicts.in_glossary() and _define(builder, block):
        return
    if walk.awaiting is not None:
        if (told := walk.grammar.attribute_of(block.text)) and told[0] in ("addressee", "deadline", "owner"):
            walk.ahead[told[0]] = told[2]
            builder.add(block, "context")
            return
        _numbered(walk, at, block)
        return
    if _is_label(walk, at):
        return
    walk.verdicts.header = None
    walk.after_pillar = False
    if _belongs(walk, at, block):
        return
    walk.series = None
    kind = _kind_of_finding(walk, at, block)
    if kind:
        number, text = (walk.replying and _quotation(block)) or (block.number, block.text)
        _found(walk, at, replace(block, text=text), number, kind)
        return
    if walk.replying and walk.last is not None and not walk.answered and (word := walk.grammar.answer_of(block.text)):
        builder.tell(walk.last, status=word)
        walk.answered = True
        builder.comment(block, walk.last, None)
        return
    walk.verdicts.prose(block)
    walk.verdicts.fresh = False
    walk.placed[at] = _plain(walk, at, block)


def _is_label(walk: Walk, at: int) -> bool:
    """Whether a line only says again, above a flattened table, what its first row or a heading says."""
    blocks = walk.blocks
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if blocks[at].kind != "line" or following is None or following.kind != "row":
        return False
    text = normalise(blocks[at].text)
    listed = any(heading.startswith(text) for heading in walk.contents)
    return listed or text in {normalise(other) for other in (*following.cells, *walk.builder.path)}


def _belongs(walk: Walk, at: int, block: Block) -> bool:
    """Place an item of a finding, or the paragraph that says what an open one asks."""
    builder, role = walk.builder, walk.role
    parent = walk.placed.get(block.parent) if block.parent is not None else None
    if walk.series and walk.series[1] == block.marker and parent is None:
        builder.extend(walk.series[0], block.text)
        walk.placed[at] = builder.add(block, "recommendation", finding=walk.series[0])
        return True
    above = builder.passages[parent] if parent is not None else None
    if above is not None and above.finding is not None:
        builder.extend(above.finding, block.text)
        walk.placed[at] = builder.add(block, above.kind, finding=above.finding, parent=parent)
        return True
    if role is None or role.finding is None or not role.unasked or block.kind == "item":
        return False
    asking = [s for s in (block.text[a:b] for a, b in sentences(block.text)) if walk.grammar.asks(s)]
    if role.label.finds == "cause_of_concern" and asking and walk.grammar.opens_asking(block.text):
        return False
    kind: PassageKind = builder.findings[role.finding].kind
    for sentence in asking:
        builder.extend(role.finding, sentence)
    role.unasked = role.label.finds == "area_for_improvement" or not asking
    walk.placed[at] = builder.add(block, kind, finding=role.finding)
    return True


def _kind_of_finding(walk: Walk, at: int, block: Block) -> FindingKind | None:
    """Whether a paragraph or item is a finding, and of which kind."""
    grammar, role = walk.grammar, walk.role
    if grammar.for_members(block.text) or _NOTHING.match(block.text):
        return None
    if block.parent is not None and grammar.for_members(walk.blocks[block.parent].text):
        return None
    cited = grammar.cites(block.text)
    if cited:
        leads = block.text[-1] == ":" or len(sentences(block.text)) == 1
        return "recommendation" if leads and grammar.asks(block.text) else None
    if walk.replying and (quoted := _quotation(block)) and grammar.commands(quoted[1]):
        return "recommendation"
    if grammar.recommending(block.text) and (block.kind != "line" or block.text[-1] == ":"):
        return "recommendation"
    if role is None or role.label.finds is None:
        return None
    kind = role.label.finds
    if not role.label.several:
        if role.finding is None:
            return kind
        return "recommendation" if kind == "cause_of_concern" and grammar.opens_asking(block.text) else None
    if kind == "cause_of_concern":
        if role.finding is not None and block.kind != "item":
            return "recommendation" if grammar.opens_asking(block.text) else None
        return kind
    return kind if _is_one_of_several(walk, at, block, role) else None


def _quotation(block: Block) -> tuple[str | None, str] | None:
    """(number, text) of a paragraph that is a quotation and nothing else: what a reply replies to."""
    match = _QUOTED.fullmatch(block.text)
    return (match["number"] or block.number, match["text"].strip("“”\"'‘’ ")) if match else None


def _is_one_of_several(walk: Walk, at: int, block: Block, role: Role) -> bool:
    asks = walk.grammar.asks(block.text) if walk.peel or block.kind == "item" else False
    if block.kind == "item":
        bare = not walk.replying and not _MIXED.match(walk.builder.path[-1] if walk.builder.path else "")
        listed = asks or walk.grammar.is_imperative(block.text) or (bare and _only_items(walk, at))
        role.listed = role.listed or listed
        return listed
    if role.listed:
        return walk.grammar.commands(block.text)
    if not walk.framework and _is_bare_list(walk, at):
        return True
    if role.label.kind == "recommendation":
        return walk.grammar.opens_asking(block.text)
    return asks and walk.peel


def _is_bare_list(walk: Walk, at: int) -> bool:
    """Whether a list that lost its bullets stands here: two or more short paragraphs, each of one sentence, alone under
    a heading."""
    blocks = walk.blocks
    if not _is_point(blocks[at]):
        return False
    first = last = at
    while first and _is_point(blocks[first - 1]):
        first -= 1
    while last + 1 < len(blocks) and _is_point(blocks[last + 1]):
        last += 1
    alone = last + 1 == len(blocks) or blocks[last + 1].kind == "line" or bool(blocks[last + 1].level)
    headed = first == 0 or blocks[first - 1].kind == "line" or bool(blocks[first - 1].level)
    return last > first and alone and headed and all(len(sentences(b.text)) == 1 for b in blocks[first : last + 1])


def _is_point(block: Block) -> bool:
    return block.kind == "text" and len(block.text.split()) < 45 and block.text[-1] in ".;"


def _only_items(walk: Walk, at: int) -> bool:
    """Whether what stands under the open heading is a list, perhaps after a lead-in, and nothing else."""
    blocks = walk.blocks
    first = at
    while first and blocks[first - 1].kind == "item":
        first -= 1
    before = blocks[first - 1] if first else None
    leads = before is not None and (before.text[-1] == ":" or before.kind == "line" or bool(before.level))
    last = at
    while last + 1 < len(blocks) and blocks[last + 1].kind == "item":
        last += 1
    after = blocks[last + 1] if last + 1 < len(blocks) else None
    return leads and (after is None or after.kind == "line" or bool(after.level) or walk.marked)


def _found(walk: Walk, at: int, block: Block, number: str | None = None, kind: FindingKind | None = None) -> None:
    """A finding of this block, in the open role."""
    builder, role = walk.builder, walk.role
    kind = kind or (role.label.finds if role else None) or "recommendation"
    quoted = walk.grammar.cites(block.text)
    block, comment, status = _status_cut(block) if walk.replying else (block, None, "")
    text = _CITED.sub("", block.text, 1) if quoted else block.text
    parent = walk.placed.get(block.parent) if block.parent is not None else None
    index = _known(builder, kind, text)
    if index is None:
        index = builder.add_finding(kind, number, text, quoted=quoted)
    elif number and builder.findings[index].number is None:  # said before, and numbered in a closing list
        builder.findings[index] = replace(builder.findings[index], number=number)
    builder.tell(index, wording=_wording(walk, parent), status=status)
    builder.tell(index, addressee=walk.ahead.pop("addressee", ""), deadline=walk.ahead.pop("deadline", ""))
    if role is not None and role.label.finds == kind:
        role.finding = index
        if block.level and role.brief is not None:  # a label that is not marked, above a heading that is
            role.brief, role.level = None, _level(walk, at)
        headed = bool(block.level) or (block.kind == "line" and not role.label.several)
        stated = kind == "area_for_improvement" and headed
        role.unasked = stated or (not walk.grammar.asks(text) and (headed or not role.label.several))
    walk.last = index
    walk.answered = bool(comment or status)
    walk.placed[at] = builder.add(block, kind, finding=index, parent=parent)
    if comment:
        builder.comment(comment, index, None)


def _known(builder: Builder, kind: FindingKind, text: str) -> int | None:
    """The finding that says the same already; a lead-in of few words says nothing by itself."""
    plain = normalise(text)
    if kind != "cause_of_concern" and len(plain.split()) < _SAME:
        return None
    return next((i for i, f in enumerate(builder.findings) if f.kind == kind and normalise(f.text) == plain), None)


def _wording(walk: Walk, parent: int | None) -> str:
    """The heading or lead-in whose deadline holds for a finding below it."""
    lead = walk.builder.passages[parent].text if parent is not None else ""
    return lead or (walk.role.wording if walk.role else "")


def _status_cut(block: Block) -> tuple[Block, Block | None, str]:
    """(what is asked, what is said to it, status) of a text with a status word as a sentence of its own in it."""
    for start, end in sentences(block.text)[1:]:
        said = block.text[start:end]
        word = re.split(r"[.,;:]", said, maxsplit=1)[0]
        if len(word.split()) < 4 and word[:1].isupper() and status_of_word(word):
            rest = block.text[start + len(word) :].lstrip(" .,;:")
            asked = replace(block, text=block.text[:start].strip())
            return asked, replace(block, text=block.text[start:]) if rest else None, word
    return block, None, ""


def _numbered(walk: Walk, at: int, block: Block) -> None:
    """The text of a numbered label; one that was met before is the same finding, met again."""
    label, builder = walk.awaiting, walk.builder
    assert label is not None  # noqa: S101
    walk.awaiting = None
    kind = label.finds or "recommendation"
    words = Counter(normalise(block.text).split())
    number = label.number or ""
    known = next((i for other, i in walk.asked.get(number, ()) if _alike(words, other)), None)
    if known is None:
        _found(walk, at, block, number, kind)
        known = walk.last or 0
        walk.asked.setdefault(number, []).append((words, known))
    else:
        if _listed(builder.sections[builder.findings[known].section]) and not _listed(builder.path):
            builder.findings[known] = replace(builder.findings[known], section=builder.section())
        walk.placed[at] = builder.add(block, kind, finding=known)
        walk.last = known
    walk.series = (known, block.marker) if block.kind == "item" else None
    if kind == "recommendation" and not walk.grammar.opens_asking(block.text):
        _push(walk, Role(label, 4, finding=known, unasked=True))


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    """Whether two recommendations of one number are the same, met again: nine words in ten are."""
    total = one.total() + other.total()
    return min(one.total(), other.total()) > 0.4 * total and 2 * (one & other).total() > 0.9 * total


def _listed(path: tuple[str, ...]) -> bool:
    return any(normalise(heading) in _LISTS for heading in path)


def _plain(walk: Walk, at: int, block: Block) -> int:
    """A passage that is no finding; under a cause of concern it belongs to that one."""
    role = walk.role
    parent = walk.placed.get(block.parent) if block.parent is not None else None
    kind = kind_here(walk)
    finding = role.finding if role and kind == "cause_of_concern" else None
    return walk.builder.add(block, kind, finding=finding, parent=parent)


def kind_here(walk: Walk) -> PassageKind:
    """Kind of a passage in the open role that is no finding."""
    if not walk.peel and walk.builder.path and _ABOUT.match(walk.builder.path[0]):
        return "context"
    named = next((role.label.kind for role in reversed(walk.roles)), None)
    if named in (None, "other", "recommendation", "context"):
        return "judgement" if walk.peel else "context"
    if named == "area_for_improvement" and walk.peel:
        return "judgement"
    return named  # type: ignore[return-value]


def _define(builder: Builder, block: Block) -> bool:
    match = _TERM.fullmatch(block.text)
    if not match:
        return False
    builder.glossary.append(GlossaryEntry(match[1], match[2].strip(), block.start))
    builder.add(block, "glossary")
    return True
