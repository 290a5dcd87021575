"""Which paragraphs and list items are findings, and what belongs to one."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from corpus.model import FindingKind, PassageKind
from corpus.parsers.builder import Builder
from corpus.parsers.layout import Block
from corpus.parsers.walk import Role, Walk, level_of, push
from corpus.statuses import status_of_word
from corpus.text import normalise, sentences

_CITED = re.compile(r"(?:from|in|of) (?:the|our) .{0,40}?report\s*:\s*", re.I)
_PARAGRAPH = re.compile(r"(\d{1,2}(?:\.\d{1,3}){1,2}[a-z]?)[.):]?\s+(?=[A-Z“‘\"'])")
_LISTS = ("recommendations", "summary of recommendations", "list of recommendations", "executive summary")
_AGAIN = 30  # findings of one number that a further one is compared with
_SAME = 10  # words from which two recommendations of the same words are one
_ASKED = r"(?:recommendations?|areas for improvement|causes? of concern)"
# A heading under which stands what an earlier report asked, and how far it has come
_EARLIER = re.compile(
    rf"\b(?:previous|earlier|past|outstanding|our last|(?P<year>(?:19|20)\d\d))\b.{{0,40}}\b{_ASKED}\b|"
    rf"\b(?:progress|follow[- ]up)\b.{{0,40}}\b(?:on|against|with|to|since|of)\b.{{0,40}}\b{_ASKED}\b",
    re.I,
)
_ONE = r"(?:areas? (?:for|of|that|where)|recommendations?|causes? (?:of|for) concern|priorit(?:y|ies))"
_NOTHING = re.compile(
    rf"there (?:are|were|is|was) (?:currently |therefore |also )?no (?:\w+ ){{0,2}}{_ONE}\b|"
    r"(?:no (?:areas?|recommendations?|causes?)|none|not applicable|n/?a)\b|"
    r"(?:[\w’']+ ){0,5}(?:(?:found|identified|made|makes?|ha[sd]|have|given|issued|raised) no|"
    r"(?:did|do|does|have|has) not (?:\w+ )?(?:find|found|identif(?:y|ied)|make|made|given?|issued?|raised?)(?: any)?)"
    rf" (?:\w+ ){{0,2}}{_ONE}\b",
    re.I,
)
_MIXED = re.compile(r"(?:\d+\.?\s+)?(?:summary of )?(?:conclusions|findings)\b", re.I)
_QUOTED = re.compile(r"(?:(?P<number>\d{1,2}[a-z]?)[.):]?\s+)?(?P<text>[“\"‘'].{20,}[”\"’'][.;]?)", re.S)


def add_found(walk: Walk, at: int, block: Block, number: str | None = None, kind: FindingKind | None = None) -> None:
    """A finding of this block, in the open role."""
    builder, role = walk.builder, walk.role
    if number is None and (match := _PARAGRAPH.match(block.text)):  # "7.1 Detainees should …"
        number, block = match[1], replace(block, text=block.text[match.end() :])
    kind = kind or (role.label.finds if role else None) or "recommendation"
    quoted = walk.grammar.cites(block.text) or (not walk.replying and _is_earlier(walk))
    block, comment, status = _status_cut(block) if walk.replying else (block, None, "")
    text = _CITED.sub("", block.text, 1) if quoted else block.text
    parent = walk.placed.get(block.parent) if block.parent is not None else None
    index = _known(builder, kind, text)
    if index is None:
        index = builder.add_finding(kind, number, text, quoted=quoted)
    elif number and builder.findings[index].number is None:  # said before, and numbered in a closing list
        builder.findings[index] = replace(builder.findings[index], number=number)
    builder.tell(index, wording=_wording(walk, parent), status=status)
    builder.tell(index, **{name: walk.ahead.pop(name, "") for name in ("addressee", "deadline", "owner")})
    if role is not None and role.label.finds == kind:
        role.finding = index
        if block.level and role.brief is not None:  # a label that is not marked, above a heading that is
            role.brief, role.level = None, level_of(walk, at)
        headed = bool(block.level) or (block.kind == "line" and not role.label.several)
        stated = kind == "area_for_improvement" and headed
        role.unasked = stated or (not walk.grammar.asks(text) and (headed or not role.label.several))
    walk.last = index
    walk.answered = bool(comment or status)
    walk.placed[at] = builder.add(block, kind, finding=index, parent=parent)
    if comment:
        builder.comment(comment, index, None)


def _is_earlier(walk: Walk) -> bool:
    """Whether a heading says that what stands below was asked before, in another year than the document's own."""
    for heading in reversed(walk.builder.path):
        if (label := walk.grammar.heading(heading)) and label.new:
            return False
        if match := _EARLIER.search(heading):
            return not match["year"] or match["year"] < (walk.builder.date or "")[:4]
    return False


def _known(builder: Builder, kind: FindingKind, text: str) -> int | None:
    """The finding that says the same already; a lead-in of few words says nothing by itself."""
    short = kind != "cause_of_concern" and len(normalise(text).split()) < _SAME
    return None if short else builder.same(kind, text)


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


def add_numbered(walk: Walk, at: int, block: Block) -> None:
    """The text of a numbered label; one that was met before is the same finding, met again."""
    label, builder = walk.awaiting, walk.builder
    assert label is not None  # noqa: S101
    walk.awaiting = None
    if walk.grammar.for_members(block.text):
        walk.placed[at] = builder.add(block, "context")
        return
    kind = label.finds or "recommendation"
    words = Counter(normalise(block.text).split())
    number = f"{kind} {label.number or ''}"
    known = next((i for other, i in walk.asked.get(number, [])[-_AGAIN:] if _alike(words, other)), None)
    if known is None:
        add_found(walk, at, block, label.number or "", kind)
        known = walk.last or 0
        walk.asked.setdefault(number, []).append((words, known))
    else:
        if _listed(builder.sections[builder.findings[known].section]) and not _listed(builder.path):
            builder.findings[known] = replace(builder.findings[known], section=builder.section())
        walk.placed[at] = builder.add(block, kind, finding=known)
        walk.last = known
    walk.series = (known, block.marker) if block.kind == "item" else None
    if kind == "recommendation" and not walk.grammar.opens_asking(block.text):
        push(walk, Role(label, 4, finding=known, unasked=True))


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    """Whether two findings of one number are the same, met again: nine words in ten are, and every figure."""
    total = one.total() + other.total()
    if any(one[word] != other[word] for word in one | other if any(map(str.isdigit, word))):
        return False
    return min(one.total(), other.total()) > 0.4 * total and 2 * (one & other).total() > 0.9 * total


def _listed(path: tuple[str, ...]) -> bool:
    return any(normalise(heading) in _LISTS for heading in path)


def add_to_finding(walk: Walk, at: int, block: Block) -> bool:
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


def kind_of_finding(walk: Walk, at: int, block: Block) -> FindingKind | None:
    """Whether a paragraph or item is a finding, and of which kind."""
    grammar, role = walk.grammar, walk.role
    lead = walk.blocks[block.parent].text if block.parent is not None else ""
    if grammar.for_members(block.text) or (lead and grammar.for_members(lead)):
        if role is not None and role.label.kind == "recommendation" and role.finding is None:
            walk.roles.remove(role)  # what the paper asks of its members: no section of findings
        return None
    if _NOTHING.match(block.text):
        return None
    if grammar.cites(block.text):
        leads = block.text[-1] == ":" or len(sentences(block.text)) == 1
        return "recommendation" if leads and grammar.asks(block.text) else None
    if _recommends(walk, block):
        return "recommendation"
    if role is None or role.label.finds is None:
        return None
    if role.finding is None and not role.label.several:
        return role.label.finds
    if role.label.finds == "cause_of_concern":
        return _under_concern(walk, block, role)
    return role.label.finds if role.label.several and _is_one_of_several(walk, at, block, role) else None


def _recommends(walk: Walk, block: Block) -> bool:
    """Whether it says itself that something is recommended, or quotes, in a reply, what is replied to."""
    if walk.replying and (quoted := quotation(block)) and walk.grammar.commands(quoted[1]):
        return True
    return (block.kind != "line" or block.text[-1] == ":") and walk.grammar.recommending(block.text)


def _under_concern(walk: Walk, block: Block, role: Role) -> FindingKind | None:
    """Under a cause of concern the first paragraph states it, items are further ones, and what asks is recommended."""
    if role.label.several and (role.finding is None or block.kind == "item"):
        return "cause_of_concern"
    return "recommendation" if walk.grammar.opens_asking(block.text) else None


def quotation(block: Block) -> tuple[str | None, str] | None:
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
    if role.label.kind == "recommendation" or not (walk.framework or walk.peel):
        return walk.grammar.opens_asking(block.text)
    return asks and walk.peel


def _is_bare_list(walk: Walk, at: int) -> bool:
    """Whether a list that lost its bullets stands here: two or more short paragraphs, each of one sentence, alone under
    a heading."""
    if not _is_point(walk.blocks[at]):
        return False

    def bare(first: int, last: int) -> bool:
        blocks = walk.blocks
        alone = last + 1 == len(blocks) or _is_headed(blocks[last + 1])
        headed = first == 0 or _is_headed(blocks[first - 1])
        return last > first and alone and headed and all(len(sentences(b.text)) == 1 for b in blocks[first : last + 1])

    return _of_run(walk, at, "points", _is_point, bare)


def _is_headed(block: Block) -> bool:
    return block.kind == "line" or bool(block.level)


def _is_point(block: Block) -> bool:
    return block.kind == "text" and len(block.text.split()) < 45 and block.text[-1] in ".;"


def _only_items(walk: Walk, at: int) -> bool:
    """Whether what stands under the open heading is a list, perhaps after a lead-in, and nothing else."""

    def alone(first: int, last: int) -> bool:
        blocks, role = walk.blocks, walk.role
        if first > 0 and blocks[first - 1].kind == "line" and role and role.label.finds == "area_for_improvement":
            return True  # a list right below its heading, whatever follows it
        leads = first > 0 and (blocks[first - 1].text[-1] == ":" or _is_headed(blocks[first - 1]))
        return leads and (last + 1 == len(blocks) or _is_headed(blocks[last + 1]) or walk.marked)

    return _of_run(walk, at, "items", lambda block: block.kind == "item", alone)


def _of_run(
    walk: Walk, at: int, name: str, belongs: Callable[[Block], bool], judge: Callable[[int, int], bool]
) -> bool:
    """What `judge` finds of the first and last of the blocks around `at` that belong together, each run judged once."""
    if (known := walk.runs.get(name)) and known[0] <= at <= known[1]:
        return known[2]
    first = last = at
    while first and belongs(walk.blocks[first - 1]):
        first -= 1
    while last + 1 < len(walk.blocks) and belongs(walk.blocks[last + 1]):
        last += 1
    walk.runs[name] = (first, last, judge(first, last))
    return walk.runs[name][2]
