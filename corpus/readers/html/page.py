"""What of a web page is its content, and what stands round it on every page of the site."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborNode

from corpus.model import Heading
from corpus.readers.html.tree import events
from corpus.readers.html.walk import text_of
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
    "link": 7,
}
_SIDE = r"(?:site|page|global|main|top|sub|side|left|right|primary|secondary)?[-_]*"
_TOKENS = (
    ("consent", re.compile(r"cookie|(?:.*[-_])?(?:cookies?|consent|gdpr)(?:$|[-_])|onetrust", re.I)),
    ("footer", re.compile(rf"{_SIDE}footer$", re.I)),
    ("header", re.compile(rf"{_SIDE}(?:header|masthead|banner)$", re.I)),
    (
        "nav",
        re.compile(rf"{_SIDE}(?:nav|navigation|navbar|menu|pagination|pager)$|(?:.*[-_])?breadcrumbs?(?:$|[-_])", re.I),
    ),
    ("aside", re.compile(rf"{_SIDE}(?:sidebar|widget-area)$", re.I)),
    (
        "share",
        re.compile(r"(?:.*[-_])?shar(?:e|ing)(?:$|[-_])|social[-_](?:links|media|icons)|add(?:this|toany)", re.I),
    ),
)
_ELEMENTS = {"nav": "nav", "aside": "aside", "header": "header", "footer": "footer"}
_ROLES = {"banner": "header", "contentinfo": "footer", "navigation": "nav", "search": "nav", "complementary": "aside"}
_SECTIONS = frozenset(("main", "article", "section", "aside", "nav"))
_OPENED = re.compile(r"accordion|collaps|expand|toggle|panel|tabs?(?:$|[-_])", re.I)
_CONCEALED = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_LINK = re.compile(
    r"(?:skip|jump) to (?:the )?(?:main )?(?:content|navigation|menu)|(?:back|return) to (?:the )?top|"
    r"(?:print|e-?mail|share)(?: this)?(?: page| document)?",
    re.I,
)


@dataclass(slots=True)
class _Part:
    """An element, and what it and all below it have: words, words in links, titles, main parts, articles.

    `kind` says why it may be none of the content, "" where nothing does.
    """

    node: LexborNode
    kind: str = ""
    inside: bool = False  # stands in a section of the page, not beside them
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


def content_of(body: LexborNode) -> Text:
    """The page's content: its one main part (or article) where that holds most of the text, else all of it."""
    survey = _surveyed(body)
    dropped = {part.node.mem_id for part in survey.doubtful if _is_furniture(part, survey)}
    whole = text_of(body, dropped)
    for parts, share in ((survey.mains, 0.5), (survey.articles, 0.75)):
        text = text_of(parts[0], dropped) if len(parts) == 1 else Text("")
        if len(text.text) >= share * len(whole.text):
            return _with_title(text, survey, dropped)
    return whole


def _with_title(text: Text, survey: _Survey, dropped: Collection[int]) -> Text:
    """`text` under the page's title where that stands above the main part."""
    if len(survey.titles) != 1 or any(heading.level == 1 for heading in text.headings):
        return text
    title = text_of(survey.titles[0], dropped)
    shift = len(title.text) + 1
    below = (Heading(heading.start + shift, heading.level) for heading in text.headings)
    return replace(text, text=f"{title.text}\n{text.text}", headings=(*title.headings, *below))


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
    return plain <= _MOST["nav" if part.inside and part.kind == "footer" else part.kind]


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
    if node.tag == "main" or node.attributes.get("role") == "main":
        part.mains += 1
        survey.mains.append(node)
    elif node.tag == "article":
        part.articles += 1
        survey.articles.append(node)
    elif node.tag == "a" and part.words <= 7 and _LINK.fullmatch(" ".join(node.text().split())):
        part.kind = "link"
    for name in ("words", "linked", "titles", "mains", "articles"):
        setattr(around, name, getattr(around, name) + getattr(part, name))
    if part.kind:
        survey.doubtful.append(part)


def _kind(node: LexborNode, tag: str, inside: bool) -> str:
    """Why the element may be none of the content, "" where nothing says so."""
    given = node.attributes
    if not given:
        return "" if inside and tag == "header" else _ELEMENTS.get(tag, "")
    names = f"{given.get('id') or ''} {given.get('class') or ''}".split()
    if _is_concealed(given) and not any(_OPENED.search(name) for name in names) and given.get("role") != "tabpanel":
        return "hidden"
    kind = _ROLES.get(given.get("role") or "") or _ELEMENTS.get(tag, "")
    if not kind and tag not in ("main", "article", "html") and given.get("role") != "main":
        kind = next((kind for kind, pattern in _TOKENS if any(pattern.match(name) for name in names)), "")
    return "" if inside and kind == "header" else kind


def _is_concealed(given: Mapping[str, str | None]) -> bool:
    hidden = "hidden" in given and given["hidden"] != "until-found"
    return hidden or given.get("aria-hidden") == "true" or bool(_CONCEALED.search(given.get("style") or ""))
