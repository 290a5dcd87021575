"""Hidden text of a Word document: what Word keeps and does not print."""

from collections.abc import Collection
from xml.etree.ElementTree import Element

from corpus.readers.html.numbering import W

_SHOWN = (f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}sym", f"{W}noBreakHyphen", f"{W}footnoteReference")
_OFF = ("0", "false", "off")


def hidden_styles(styles: Element | None) -> frozenset[str]:
    """Ids of the styles that hide their text, or build on one that does."""
    above = {s.get(f"{W}styleId", ""): s.find(f"{W}basedOn") for s in (styles if styles is not None else ())}
    own = {
        style.get(f"{W}styleId", ""): state
        for style in (styles if styles is not None else ())
        if (state := _hides(style.find(f"{W}rPr"))) is not None
    }

    def hides(name: str, depth: int = 12) -> bool:
        if name in own or not depth:
            return own.get(name, False)
        base = above.get(name)
        return base is not None and hides(base.get(f"{W}val", ""), depth - 1)

    return frozenset(name for name in above if hides(name))


def take_hidden(part: Element, styles: Collection[str]) -> int:
    """Take the hidden text out of `part`; how many words it had."""
    words = 0
    for paragraph in part.iter(f"{W}p"):
        by_style = _style(paragraph.find(f"{W}pPr"), "pStyle") in styles
        for run in paragraph.iter(f"{W}r"):
            if _is_hidden(run.find(f"{W}rPr"), styles, by_style=by_style):
                words += sum(len((text.text or "").split()) for text in run.findall(f"{W}t"))
                for shown in [node for node in run if node.tag in _SHOWN]:
                    run.remove(shown)
    return words


def _is_hidden(properties: Element | None, styles: Collection[str], *, by_style: bool) -> bool:
    own = _hides(properties)
    return own if own is not None else _style(properties, "rStyle") in styles or by_style


def _hides(properties: Element | None) -> bool | None:
    """Whether these properties of text hide it; None where they do not say."""
    found = properties.find(f"{W}vanish") if properties is not None else None
    return None if found is None else found.get(f"{W}val", "1") not in _OFF


def _style(properties: Element | None, name: str) -> str:
    found = properties.find(f"{W}{name}") if properties is not None else None
    return found.get(f"{W}val", "") if found is not None else ""
