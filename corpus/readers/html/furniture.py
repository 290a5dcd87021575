"""Parts of a page that are known by their words alone as none of its content: links to print it, lists of contents."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from corpus.readers.html.tree import HEADINGS, collapse, events, words_in
from corpus.readers.html.words import page_words

_SHORT = 300  # characters; what says more is no furniture by its words
_ITEM = 25  # words of an entry in a list of links
_KEPT = frozenset(
    ["body", "main", "article", "h1", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "dl", "dt", "dd", "pre"]
)
_NAMING = HEADINGS.keys() - {"h1"} | frozenset(("summary", "p", "div", "button", "strong", "b", "legend", "span"))
_LISTS = frozenset(("ul", "ol", "nav", "menu"))
_BARS = re.compile(r"[\s|·•/,–☰-]+")
_PARTED = re.compile(r"\s*[|·•/]\s*")
_COLON = re.compile(r"\s*:\s+")
_EDGES = " \xa0|·•–:.?!☰"
_TRAIL = re.compile(
    r"(?:(?:home|you are here)\b[^.]{0,40}?\s*[>›»/→|]\s|[^.>›»→]{1,60}\s[>›»→]\s[^.>›»→]{1,80}\s[>›»→]\s).*", re.I
)


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is left out (`mem_id` of the nodes), and the page's place on its site where it is printed."""

    dropped: frozenset[int]
    trail: str = ""


@dataclass(slots=True)
class _Open:
    """An open element: its words while they are few, how many of them are links, and what is left without furniture."""

    node: LexborNode
    words: str = ""
    left: str = ""
    linked: int = 0
    long: bool = False
    dropped: bool = False  # something below it is


@dataclass(slots=True)
class _Search:
    dropped: set[int] = field(default_factory=set)
    trail: str = ""


def furniture_of(root: LexborNode, dropped: Collection[int] = ()) -> Furniture:
    """Furniture below `root` by the words of the data file; what is `dropped` anyway is passed over."""
    search = _Search()
    stack: list[_Open] = []
    links = 0
    for node, entering in events(root, dropped):
        tag = node.tag or ""
        if tag == "-text":
            if entering and stack:
                _add(stack[-1], words_in(node), linked=links > 0)
            continue
        links += (tag in ("a", "button")) * (1 if entering else -1)
        if entering:
            stack.append(_Open(node))
            continue
        closed = stack.pop()
        gone = _is_furniture(closed, tag, search)
        if stack:
            _into(stack[-1], closed, gone=gone)
    return Furniture(frozenset(search.dropped), search.trail)


def _add(element: _Open, text: str, *, linked: bool) -> None:
    element.long = element.long or len(element.words) + len(text) > _SHORT
    if not element.long:
        element.words += text
        element.left += text
        element.linked += len(text) if linked else len(text) - len(text.strip())


def _into(around: _Open, closed: _Open, *, gone: bool) -> None:
    """The words of an element are those of the one around it too."""
    around.dropped |= gone or closed.dropped
    around.long = around.long or closed.long or len(around.words) + len(closed.words) > _SHORT
    if not around.long:
        around.words += f" {closed.words} "
        around.left += " " if gone else f" {closed.left} "
        around.linked += closed.linked + 2


def _is_furniture(element: _Open, tag: str, search: _Search) -> bool:
    """Whether the element is left out; it is noted, and a list that it names with it."""
    node = element.node
    if node.mem_id in search.dropped:
        return True
    if element.long or tag in _KEPT or not element.words.strip():
        return False
    text = collapse(element.words)
    if tag in _NAMING and _names_list(node, text, search):
        return True
    if _TRAIL.fullmatch(text) and tag not in HEADINGS and not text.endswith("."):
        search.trail = search.trail or text
    elif not (_says_so(text, tag, whole=element.linked >= len(element.words)) or _is_rest(element)):
        return False
    search.dropped.add(node.mem_id)
    return True


def _is_rest(element: _Open) -> bool:
    """Whether only bars and dots are left of an element."""
    return element.dropped and not _BARS.sub("", element.left)


def _says_so(text: str, tag: str, *, whole: bool) -> bool:
    """Whether a phrase of the file is all of `text`. `whole`: it is a link from end to end."""
    words, plain = page_words(), _plain(text)
    if words.phrases.fullmatch(plain) or (whole and words.links.fullmatch(text)):
        return True
    if tag == "li" and words.files.fullmatch(plain):
        return True
    parts = [part.strip(_EDGES) for part in _PARTED.split(text)]
    return len(parts) > 1 and all(not part or words.site.fullmatch(part) for part in parts)


def _plain(text: str) -> str:
    return _COLON.sub(" ", text.strip(_EDGES))


def _names_list(node: LexborNode, text: str, search: _Search) -> bool:
    """Whether the element is the name of a list of contents or of links, right above it; the list goes too."""
    words, plain = page_words(), _plain(text)
    if not (words.contents.fullmatch(plain) or words.related.fullmatch(plain)):
        return False
    lists = _lists_after(node)
    search.dropped.update(found.mem_id for found in lists)
    if lists:
        search.dropped.add(node.mem_id)
    return bool(lists)


def _lists_after(node: LexborNode) -> list[LexborNode]:
    """The lists of short entries that follow the element, or the one that it is alone in."""
    found: list[LexborNode] = []
    at: LexborNode | None = node
    for _ in range(3):
        following = _next_element(at) if at is not None else None
        while following is not None and _is_short_list(following):
            found.append(following)
            following = _next_element(following)
        above = at.parent if at is not None else None
        if found or above is None or above.tag in _KEPT or collapse(above.text()) != collapse(node.text()):
            return found
        at = above
    return found


def _next_element(node: LexborNode) -> LexborNode | None:
    following = node.next
    while following is not None and following.tag in ("-text", "-comment"):
        if (following.text_content or "").strip() and following.tag == "-text":
            return None
        following = following.next
    return following


def _is_short_list(node: LexborNode) -> bool:
    if node.tag not in _LISTS:
        inner = node.child
        while inner is not None and inner.tag == "-text" and not (inner.text_content or "").strip():
            inner = inner.next
        if node.tag != "div" or inner is None or inner.tag not in _LISTS or _next_element(inner) is not None:
            return False
        node = inner
    items = [collapse(item.text()) for item in node.css("li")]
    return bool(items) and all(len(item.split()) <= _ITEM and not item.endswith((".", ";")) for item in items)
