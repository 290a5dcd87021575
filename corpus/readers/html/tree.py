"""How a tree of HTML is gone through: node by node without recursion, what is never text left out."""

import re
from collections.abc import Collection, Iterator

from selectolax.lexbor import LexborNode

from corpus.readers.plain import visible

HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li listing main menu nav ol p plaintext pre section summary table tbody "
    "td tfoot th thead tr ul xmp"
)
_SILENT_NAMES = (
    "script style template noscript head title meta link input select textarea option datalist label progress meter "
    "img picture svg canvas video audio iframe object embed map -comment"
)
BLOCKS = HEADINGS.keys() | frozenset(_BLOCK_NAMES.split())
_NO_TEXT = frozenset(_SILENT_NAMES.split())
_INLINE_NAMES = (
    "a abbr b bdi bdo big br button center cite code col colgroup del dfn em font i ins kbd mark q s samp small span "
    "strike strong sub sup time tt u var wbr"
)
ELEMENTS = BLOCKS | _NO_TEXT | frozenset(_INLINE_NAMES.split())
_SPACES = re.compile("[ \t\n\r\f]+")


def events(
    root: LexborNode, dropped: Collection[int] = (), closed: Collection[int] = ()
) -> Iterator[tuple[LexborNode, bool]]:
    """(node, True) on the way into `root` and each node below it, (node, False) on the way out.

    Nodes that hold no text to read, and those whose `mem_id` is in `dropped`, are passed over; of those in
    `closed` the inside is.
    """
    node, entering = root, True
    while True:
        if not entering or not (node.mem_id in dropped or _holds_no_text(node)):
            yield node, entering
            child = node.child if entering and node.mem_id not in closed else None
            if child is not None:
                node = child
                continue
            if entering:
                yield node, False
        if node.mem_id == root.mem_id:
            return
        following = node.next
        entering = following is not None
        node = following or node.parent or root


def words_in(node: LexborNode) -> str:
    """The words of a text node as they are shown; those of a link to a note stand in brackets, as Word has them."""
    text = visible(node.text_content or "")
    return f"[{text.strip()}]" if _NOTE.fullmatch(text) and _is_reference(node) else text


_NOTE = re.compile(r"\s*(?:\d{1,3}|[a-z*†‡])\s*")


def _is_reference(node: LexborNode) -> bool:
    """Whether a raised number is a link within the page; either of the two may be the inner one."""
    inner = node.parent
    outer = inner.parent if inner else None
    if inner is None or outer is None or {inner.tag, outer.tag} != {"a", "sup"}:
        return False
    link = inner if inner.tag == "a" else outer
    return (link.attributes.get("href") or "").startswith("#")


def names_of(node: LexborNode) -> list[str]:
    """The names that its id and classes give an element."""
    given = node.attributes
    return f"{given.get('id') or ''} {given.get('class') or ''}".split() if given else []


def _holds_no_text(node: LexborNode) -> bool:
    if node.tag != "button":
        return node.tag in _NO_TEXT
    above = node.parent  # the headings of an accordion are buttons
    return not (above and (above.tag in HEADINGS or (above.parent and above.parent.tag in HEADINGS)))


def collapse(text: str) -> str:
    """`text` as a browser shows it: runs of spaces, tabs and line ends are one space; no-break spaces stay."""
    return _SPACES.sub(" ", text).strip(" ")
