"""What a form changes in a brief: its name and note, notes on items, their order by numbers, and what is taken out.

Two people may have the same form open. A note is changed only where it is another than the form showed; where somebody
changed the same one meanwhile, both stand in it. Of two orders the last holds, and what is not in it comes behind.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.contract.brief_shapes import MAX_NAME, MAX_NOTE
from service.contract.contacts import mask
from service.contract.service_errors import RequestError
from service.state.kept_briefs import Edit, KeptBrief


@dataclass(frozen=True, slots=True)
class Sent:
    """One item as a form sends it: the number it is to stand at, its note, and the mark of the note that was shown."""

    item: int
    place: str
    note: str
    note_was: str
    remove: bool


def mark(text: str) -> str:
    """What tells one text from another in a form."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def edits_of(kept: KeptBrief, name: tuple[str, str], note: tuple[str, str], sent: Sequence[Sent]) -> list[Edit]:
    """The edits that a form asks for. `name` and `note` are what it sends and the mark of what it showed.

    Raises RequestError for a number that is none, an item that is not there, or a text that is too long.
    """
    notes = {one.id: one.picked.note for one in kept.items}
    if unknown := [one.item for one in sent if one.item not in notes]:
        raise RequestError(f"Item {unknown[0]} is not in this brief; nothing was changed.")
    edits = []
    words = " ".join(name[0].split())[:MAX_NAME]
    if words and mark(words) != name[1] and words != kept.name:
        edits.append(Edit("name", words))
    if (text := _changed(kept.note, *note)) is not None:
        edits.append(Edit("note", text))
    for one in sent:
        if (text := _changed(notes[one.item], one.note, one.note_was)) is not None:
            edits.append(Edit("note", text, one.item))
        if one.remove:
            edits.append(Edit("removed", "yes", one.item))
    order = ordered([(one.item, one.place) for one in sent])
    if order != [one.item for one in sent]:
        edits.append(Edit("order", json.dumps(order)))
    return edits


def ordered(places: Sequence[tuple[int, str]]) -> list[int]:
    """Items in the order of the numbers they were given, by items in the order that was shown.

    One that was given the number of another takes its place: the other goes on, up or down, as in any list.
    """
    keyed = []
    for at, (item, place) in enumerate(places, start=1):
        if not re.fullmatch(r"[0-9]{1,6}(?:[.,][0-9]{1,3})?", place.strip()):
            raise RequestError(f"{place.strip()[:40]!r} is no number to order by: give a whole number from 1.")
        number = float(place.strip().replace(",", "."))
        moved = 0 if number == at else -1 if number < at else 1
        keyed.append((number, moved, at, item))
    return [item for *_, item in sorted(keyed)]


def _changed(now: str, sent: str, was: str) -> str | None:
    """The note that is to stand; None where the form changed nothing."""
    text = sent.replace("\r\n", "\n").strip()
    if len(text) > MAX_NOTE:
        raise RequestError(f"A note has {len(text):,} characters: shorten it to at most {MAX_NOTE:,}.")
    if mark(text) == was or text == now:
        return None
    shown = (mark(now), mark(mask(now)))  # contact details in it may have been dots
    if was not in shown and now:  # somebody else was here meanwhile
        return f"{now}\n\n{text}" if text else None
    return text
