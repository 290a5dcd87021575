"""What of a web page is its content, and what stands round it on every page of the site."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborNode

from corpus.readers.html.furniture import furniture_of
from corpus.readers.html.tree import HEADINGS, collapse, events, names_of
from corpus.readers.html.tree_walk import text_of
from corpus.readers.html.words import page_words
from corpus.readers.reading import Text

# How many words outside links an element of a kind may have and still be dropped: with more, it may be content.
_MOST = {
    "nav": 40,
    "aside": 40,
    "header": 40,
    "footer": 1_000_000,
    "consent": 1_000_000,
    "share": 40,
    "hidden": 40,
    "tools": 7,
    "notice": 60,
    "early": 60,
    "kicker": 12,
}
_SIDE = r"(?:site|page|global|main|top|sub|side|left|right|primary|secondary)?[-_]*"
_TOKENS = (
    ("consent", re.compile(r"cookie|(?:.*[-_])?(?:cookies?|consent|gdpr)(?:$|[-_])|onetrust", re.I)),
    ("footer", re.compile(rf"{_SIDE}footer$", re.I)),
    ("header", re.compile(rf"{_SIDE}(?:header|masthead|banner)$", re.I)),
    (
        "nav",
        re.compile(
            rf"{_SIDE}(?:nav|navigation|navbar|menu|pagination|pager)$|(?:.*[-_])?(?:bread)?crumbs?(?:$|[-_])|"
            r"(?:table-of-contents|contents-list|page-contents|on-this-page|toc)(?:$|[-_])",
            re.I,
        ),
    ),
    ("aside", re.compile(rf"{_SIDE}(?:sidebar|widget-area)$|related(?:$|[-_])", re.I)),
    ("tools", re.compile(r"(?:page[-_]?)?(?:tools|toolbar|actions)$|top[-_]?bar$|text[-_]?size$|skip(?:$|[-_])", re.I)),
    (
        "notice",
        re.compile(
            r"(?:.*[-_])?(?:alerts?|notifications?|announcements?|downtime|feedback|survey|emergency|banner|message)"
            r"(?:$|[-_])",
            re.I,
        ),
    ),
    (
        "share",
        re.compile(r"(?:.*[-_])?shar(?:e|ing)(?:$|[-_])|social[-_](?:links|media|icons)|add(?:this|toany)", re.I),
    ),
)
_ELEMENTS = {"nav": "nav", "aside": "aside", "header": "header", "footer": "footer"}
_ROLES = {
    "banner": "header",
    "contentinfo": "footer",
    "navigation": "nav",
    "search": "nav",
    "complementary": "aside",
    "dialog": "consent",
    "alertdialog": "consent",
    "alert": "notice",
    "status": "notice",
}
_CRUMBS = re.compile(r"(?:.*[-_])?(?:bread)?crumbs?(?:$|[-_])", re.I)
_SIGNED = re.compile(r"[>›»/→|]")
_KICKERS = HEADINGS.keys() | {"p", "hgroup", "time"}
_SECTIONS = frozenset(("main", "article", "section", "aside", "nav"))
_OPENED = re.compile(r"accordion|collaps|expand|toggle|panel|tabs?(?:$|[-_])", re.I)
_CONCEALED = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)


@dataclass(slots=True)
class _Part:
    """An element, and what it and all below it have: words, words in links, titles, main parts, articles.

    `kind` says why it may be none of the content, "" where nothing does.
    """

    node: LexborNode
    kind: str = ""
    inside: bool = False  # stands in a section of the page, not beside them
    early: bool = False  # stands before the page's title
    words: int = 0
    linked: int = 0
    titles: int = 0
    mains: int = 0
    articles: int = 0


@dataclass(slots=True)
class _Survey:
    whole: _Part
    doubtful: list[_Part] = field(default_factory=list)
    mains: list[LexborNode] = field(default_factory=list)
    articles: list[LexborNode] = field(default_factory=list)
    titles: list[LexborNode] = field(default_factory=list)  # level 1 headings that are no mere link
    early: dict[int, _Part] = field(default_factory=dict)  # what ends before the first title, by `mem_id`
    before: int = 0  # words of what may be left out because it stands before the title


def content_of(body: LexborNode) -> tuple[Text, str]:
    """The page's content, and its place on its site where it prints that.

    The content is the page's one main part (or article) where that holds most of the text, else all of it.
    """
    survey = _surveyed(body)
    marked = {part.node.mem_id for part in survey.doubtful if _is_furniture(part, survey)}
    worded = furniture_of(body, marked)
    dropped = marked | worded.dropped
    trail = _trail(survey) or worded.trail
    whole = text_of(body, dropped)
    for parts, share in ((survey.mains, 0.5), (survey.articles, 0.75)):
        text = text_of(parts[0], dropped) if len(parts) == 1 else Text("")
        if len(text.text) >= share * len(whole.text):
            return _with_title(text, survey, dropped), trail
    return whole, trail


def _trail(survey: _Survey) -> str:
    """What the page's breadcrumbs say."""
    for part in survey.doubtful:
        label = part.node.attributes.get("aria-label") or ""
        if part.words <= _MOST["nav"] and any(map(_CRUMBS.match, (*names_of(part.node), label))):
            text = collapse(part.node.text(separator=" "))
            return text if _SIGNED.search(text) else collapse(part.node.text(separator=" > ", strip=True))
    return ""


def _with_title(text: Text, survey: _Survey, dropped: Collection[int]) -> Text:
    """`text` under the page's title where that stands above the main part."""
    if len(survey.titles) != 1 or any(heading.level == 1 for heading in text.headings):
        return text
    title = text_of(survey.titles[0], dropped)
    shift = len(title.text) + 1
    headings = (replace(h, start=h.start + shift, end=h.end and h.end + shift) for h in text.headings)
    marks = (replace(mark, start=mark.start + shift, end=mark.end + shift) for mark in text.marks)
    return replace(text, text=f"{title.text}\n{text.text}", headings=(*title.headings, *headings), marks=tuple(marks))


def _is_furniture(part: _Part, survey: _Survey) -> bool:
    whole, plain = survey.whole, part.words - part.linked
    if (part.titles and part.titles == whole.titles) or (part.mains and part.mains == whole.mains):
        return False
    if part.articles and part.articles == whole.articles and not whole.mains:
        return False
    if part.kind == "header" and not whole.titles and plain > part.linked:
        return False  # the page's title may be in it
    if not (whole.titles or whole.mains) and plain > max(whole.words // 2, _MOST["nav"]):
        return False  # nothing else says where the content is
    if part.kind == "early" and (2 * survey.before > whole.words or _is_kicker(part)):
        return False
    if part.kind == part.node.tag == "aside" and plain > part.linked:
        return False  # a box beside the text; one of links leads to other pages
    if part.kind == "notice" and not (part.early and whole.titles) and plain <= _MOST["notice"]:
        return page_words().notices.search(part.node.text()) is not None
    return plain <= _MOST["nav" if part.inside and part.kind == "footer" else part.kind]


def _is_kicker(part: _Part) -> bool:
    """A line above the title that belongs to it: few words, and no link."""
    return part.node.tag in _KICKERS and not part.linked and part.words <= _MOST["kicker"]


def _surveyed(body: LexborNode) -> _Survey:
    """One walk through the page, adding up what each element holds."""
    survey = _Survey(_Part(body))
    parts = [survey.whole]
    sections = links = 0
    for node, entering in events(body):
        tag = node.tag or ""
        if tag == "-text":
            words = len((node.text_content or "").split()) if entering else 0
            parts[-1].words += words
            parts[-1].linked += words if links else 0
            continue
        sections += (tag in _SECTIONS) * (1 if entering else -1)
        links += (tag == "a") * (1 if entering else -1)
        if node.mem_id == body.mem_id:
            continue
        if entering:
            inside = sections > (tag in _SECTIONS)
            parts.append(_Part(node, _kind(node, tag, inside), inside))
        else:
            _close(parts.pop(), parts[-1] if parts else survey.whole, survey)
    return survey


def _close(part: _Part, around: _Part, survey: _Survey) -> None:
    node = part.node
    if node.tag == "h1" and part.words > part.linked:
        part.titles += 1
        survey.titles.append(node)
        if len(survey.titles) == 1:
            _mark_early(node, survey)
    if not survey.titles:
        part.early = True
        survey.early[node.mem_id] = part
    if node.tag == "main" or node.attributes.get("role") == "main":
        part.mains += 1
        survey.mains.append(node)
    elif node.tag == "article":
        part.articles += 1
        survey.articles.append(node)
    for name in ("words", "linked", "titles", "mains", "articles"):
        setattr(around, name, getattr(around, name) + getattr(part, name))
    if part.kind:
        survey.doubtful.append(part)


def _mark_early(title: LexborNode, survey: _Survey) -> None:
    """What stands before the title and outside the main part is a notice, a menu or a bar, if that is not much."""
    before: list[_Part] = []
    at: LexborNode | None = title
    while at is not None and at.tag != "body":
        if at.tag in ("main", "article") or at.attributes.get("role") == "main":
            before = []
        sibling = at.prev
        while sibling is not None:
            before += [survey.early[sibling.mem_id]] if sibling.mem_id in survey.early else []
            sibling = sibling.prev
        at = at.parent
    for part in before:
        if not part.kind and part.node.tag != "main":
            part.kind = "early"
            survey.before += part.words
            survey.doubtful.append(part)


def _kind(node: LexborNode, tag: str, inside: bool) -> str:
    """Why the element may be none of the content, "" where nothing says so."""
    given = node.attributes
    if not given:
        return "" if inside and tag == "header" else _ELEMENTS.get(tag, "")
    names = names_of(node)
    if _is_concealed(given) and not any(_OPENED.search(name) for name in names) and given.get("role") != "tabpanel":
        return "hidden"
    kind = _ROLES.get(given.get("role") or "") or _ELEMENTS.get(tag, "")
    if not kind and tag not in ("main", "article", "html") and given.get("role") != "main":
        fitting = (kind for kind, pattern in _TOKENS if any(pattern.match(name) for name in names))
        kind = next((kind for kind in fitting if not (inside and kind == "header")), "")
    return "" if inside and kind == "header" else kind


def _is_concealed(given: Mapping[str, str | None]) -> bool:
    hidden = "hidden" in given and given["hidden"] != "until-found"
    return hidden or given.get("aria-hidden") == "true" or bool(_CONCEALED.search(given.get("style") or ""))
