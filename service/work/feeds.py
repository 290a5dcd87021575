"""Standing searches as Atom feeds (RFC 4287): an entry for each generation that changed something for a search."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree

from corpus.text import for_xml
from service.contract.labels import status_words
from service.contract.standing_shapes import AlertRecord, ChangeRecord, Result, SavedRecord

_ATOM = "http://www.w3.org/2005/Atom"
ENTRIES, LINES = 100, 50  # entries of a feed, and changes that one lists
_KINDS = {"new": "New", "changed": "Changed", "gone": "No longer found"}
NEVER = "1970-01-01T00:00:00+00:00"


def feed(title: str, address: str, alerts: Sequence[AlertRecord], search: SavedRecord | None = None) -> bytes:
    """The feed of one search, or of all; `address` is its own, absolute."""
    root = ElementTree.Element("feed", xmlns=_ATOM)
    shown = alerts[:ENTRIES]
    updated = max((one.at for one in shown), default=search.at if search else NEVER)
    _add(root, "id", urn(f"search {search.id} {search.at}" if search else "every search"))
    _add(root, "title", title)
    _add(root, "updated", updated)
    _add(_add(root, "author"), "name", "Precedent")
    _add(root, "link", rel="self", href=address, type="application/atom+xml")
    for one in shown:
        _entry(root, one)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def urn(name: str) -> str:
    """An id that is the same whatever address the service has."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"precedent: {name}").urn


def alert_title(alert: AlertRecord) -> str:
    """What changed for a search, in one line."""
    words = [f"{n} {name}" for name, n in zip(("new", "changed", "gone"), alert.counts.values(), strict=True) if n]
    return f"{alert.search.title}: {', '.join(words)}"


def alert_lines(alert: AlertRecord, most: int = LINES) -> Iterator[str]:
    """Each change in a line, or several."""
    shown = together(alert.changes)[:most]
    for one, others in shown:
        yield from change_lines(one, others)
    if (more := sum(alert.counts.values()) - sum(1 + others for _, others in shown)) > 0:
        yield f"… and {more:,} more."


def together(changes: Iterable[ChangeRecord]) -> list[tuple[ChangeRecord, int]]:
    """Changes in their order, each with how many others say the same.

    A record's status stands with each of its passages and comments: where nothing else differs, it is told once, of
    what is no comment where that can be.
    """
    found: dict[object, list[ChangeRecord]] = {}
    for one in changes:
        result = one.after or one.before
        only = bool(one.differs) and all(way.what == "status" for way in one.differs)
        ways = tuple(sorted((way.force or "", way.before or "", way.after or "") for way in one.differs))
        found.setdefault((one.generation, result and result.title, ways) if only else one.id, []).append(one)
    return [(next((one for one in own if not _is_comment(one)), own[0]), len(own) - 1) for own in found.values()]


def _is_comment(change: ChangeRecord) -> bool:
    return change.after is not None and change.after.kind == "comment"


def change_lines(change: ChangeRecord, others: int = 0) -> Iterator[str]:
    """A change in words: what it is of, what differs, and of how many others that is so too."""
    result = change.after or change.before
    assert result is not None  # noqa: S101 - a change has one of them
    yield f"{_KINDS[change.kind]}: {_named(result)}"
    for one in change.differs:
        yield f"  {difference_words(one.what, one.before, one.after)}{f' ({one.force_name})' if one.force_name else ''}"
    if others:
        yield f"  so too for {others:,} other {'result' if others == 1 else 'results'} of the same"


def difference_words(what: str, before: str | None, after: str | None) -> str:
    """What differs, in words."""
    if what == "place":
        return "given to one more" if after else "no longer given to one"
    if what == "text":
        return "its text was amended"
    return f"{what}: {_valued(what, before)} → {_valued(what, after)}"


def _valued(what: str, value: str | None) -> str:
    if value is None:
        return "none recorded"
    status, _, day = value.partition(", ")
    return status_words(status, day or None) if what == "status" else value


def _named(result: Result) -> str:
    words = " ".join(result.text.split())
    cut = words if len(words) <= 200 else words[:199].rstrip() + "…"
    return f"{result.title}: {cut}"


def _entry(root: ElementTree.Element, alert: AlertRecord) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", urn(f"search {alert.search.id} {alert.search.at} {alert.generation}"))
    _add(entry, "title", alert_title(alert))
    _add(entry, "updated", alert.at)
    if alert.link:
        _add(entry, "link", rel="alternate", href=alert.link, type="text/html")
    _add(entry, "content", "\n".join(alert_lines(alert)), type="text")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, name, {key: for_xml(value) for key, value in attributes.items()})
    made.text = for_xml(text) or None
    return made
