"""Correcting what was read of a document: statements checked and kept, handed to builds, and shown as a person's."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from corpus.dates import last_day
from corpus.model import STATUSES
from corpus.person_said import BY, FIELDS, PersonSaid, event_text
from corpus.stated import NO_FORCE, checked
from corpus.text import key_step
from service.answers.decisions import decided_force
from service.contract.detail_shapes import MAX_FIELD, DetailRecord, DetailsForm, DetailState
from service.contract.document_responses import DocumentAnswer
from service.contract.labels import date_words, label
from service.contract.requests import MAX_WHY
from service.contract.service_errors import RequestError
from service.contract.signature import signed, this_moment
from service.memory.document_rows import document_by_key
from service.memory.snapshot import Snapshot
from service.state.details import Detail, Details, holding_details


def current_values(found: DocumentAnswer) -> dict[str, str]:
    """The fields of a document that a person may correct, as statements have them; "" for what is not known."""
    force = decided_force(found.forces, found.evidence)
    return {"force": force, "date": found.date or "", "kind": found.kind, "title": found.title}


def say(seen: Snapshot, details: Details, key: str, form: DetailsForm) -> list[int] | None:
    """Keep what a person says of a document, as far as it is other than what is shown; None where it is not there.

    Raises RequestError for a value that cannot be used, without a name, and where nothing was changed.
    """
    found = document_by_key(seen.held.generation.tables, key, seen.held.tags)
    if found is None:
        return None
    who = _signed(form.who)
    made = [*_fields(seen, found, form), *_status(found, form)]
    waiting = {_what(one) for one in holding_details(details.all()) if one.document == key}
    fresh = [one for one in made if _what(one) not in waiting]
    if not fresh:
        raise RequestError(
            f"Nothing was changed of {found.title}: change a field, or go back. What was said before is taken back by"
            " its button Undo."
        )
    at, why = this_moment(), form.why.strip()[:MAX_WHY]
    return details.add([replace(one, at=at, who=who, why=why) for one in fresh])


def shown_words(seen: Snapshot, found: DocumentAnswer) -> dict[str, str]:
    """The same as they stand in the form: what is sent back like this was not changed."""
    values = current_values(found)
    names = "; ".join(seen.force_label(slug) for slug in found.forces)
    words = {**values, "force": names or values["force"], "date": date_words(values["date"]) if found.date else ""}
    return words | {"title": seen.shown(found).title}


def words_to_change(seen: Snapshot, found: DocumentAnswer, details: Details) -> dict[str, str]:
    """What stands in the form: what is shown, or what a person said since, as far as the form would take it back."""
    words = shown_words(seen, found)
    for one in holding_details(details.all()):
        if one.document != found.id or one.field not in words:
            continue
        value = one.after
        if one.field == "force" and value != NO_FORCE:
            slugs = value.split(";")
            if not {force.slug for force in seen.forces.all}.issuperset(slugs):
                continue
            value = "; ".join(map(seen.force_label, slugs))
        words[one.field] = date_words(value) if one.field == "date" else value
    return words


def undo_detail(details: Details, number: int, who: str) -> Detail | None:
    """Have a statement no longer hold; None where there is none that holds."""
    return details.undo(number, _signed(who), this_moment())


def people_of(data: Path) -> dict[str, list[PersonSaid]]:
    """What holds of what people said, for a build: by the key of the document."""
    found: dict[str, list[PersonSaid]] = {}
    for one in holding_details(Details(data).all()):
        found.setdefault(one.document, []).append(PersonSaid(one.field, one.after, _by(one), one.day, one.finding))
    return found


def detail_records(seen: Snapshot, details: Details, key: str | None = None) -> list[DetailRecord]:
    """The statements on a document, or on all, the latest first, each with whether it holds by now."""
    every = [one for one in details.all() if key is None or one.document == key]
    holding = {one.id for one in holding_details(every)}
    indexed = {name: _indexed(seen, name) for name in {one.document for one in every}}
    titles = _titles(seen, indexed)
    named = [replace(one, title=titles.get(one.document, one.title)) for one in reversed(every)]
    return [seen.shown(_record(one, one.id in holding, indexed[one.document])) for one in named]


def waiting(records: Iterable[DetailRecord]) -> list[DetailRecord]:
    """The statements, and takings back of one, that the next build takes up."""
    return [one for one in records if one.state in ("next-build", "until-next-build")]


def value_words(field: str, value: str | None, force_label: Callable[[str], str]) -> str:
    """A value of a field as people read it."""
    if not value:
        return "not known"
    if field == "force":
        return "no one force" if value == NO_FORCE else ", ".join(map(force_label, value.split(";")))
    if field == "date":
        return date_words(value)
    return label(value) if field in ("kind", "status") else value


def _what(one: Detail) -> tuple[str, ...]:
    return one.field, one.after, one.day, one.finding


def _signed(who: str) -> str:
    return signed(who, "what you say of a document is kept with it")


def _fields(seen: Snapshot, found: DocumentAnswer, form: DetailsForm) -> Iterable[Detail]:
    """The fields that the form has otherwise than the document."""
    shown, words = current_values(found), shown_words(seen, found)
    said = {name: " ".join(getattr(form, name).split()) for name in FIELDS}
    if new := " ".join(form.new_force.split()):
        said["force"] = _new_force(seen, new)
    for name, text in said.items():
        if not text or text == " ".join(words[name].split()):
            continue
        if len(text) > MAX_FIELD:
            raise RequestError(f"The {name} has {len(text):,} characters, at most {MAX_FIELD} are kept: shorten it.")
        fresh = bool(form.new_force.strip()) and name == "force"
        value = text if fresh else _checked(seen, name, text)
        if value != shown[name]:
            yield _detail(found, name, shown[name] or None, value)


def _new_force(seen: Snapshot, name: str) -> str:
    """The slug of a force that is not known here yet; that of a known one where it is the same after all."""
    try:
        return checked("force", name, seen.forces)
    except ValueError:
        slug = key_step(name.lower()).replace(" ", "-").strip("-")
    if not any(character.isalpha() for character in slug) or ";" in slug or len(name) > MAX_FIELD:
        raise RequestError(f"“{name[:80]}” is no name of a force: write it in words, such as North Vale Police.")
    return slug


def _checked(seen: Snapshot, name: str, text: str) -> str:
    known = {slug for slug in text.split(";") if slug in seen.held.columns.facets["force"].values}
    if name == "force" and known == set(text.split(";")):
        return text  # one that a person named before
    try:
        return checked(name, text, seen.forces)
    except ValueError as error:
        raise RequestError(f"The {name} “{text[:80]}” cannot be used: {error}.") from error


def _status(found: DocumentAnswer, form: DetailsForm) -> Iterable[Detail]:
    """The status of a record, with its day."""
    status, day = form.status.strip(), form.status_day.strip()
    if not status:
        if day:
            raise RequestError("A day was given, and no status: choose the status that was set on it.")
        return
    if status not in STATUSES:
        raise RequestError(f"{status[:40]!r} is no status; it can be {', '.join(STATUSES)}.")
    if not statuses_of(found):
        raise RequestError(f"{found.title} is no record of the register: only a record has a status of its own.")
    date = _day(day)
    if form.finding and form.finding not in {one.id for one in found.findings}:
        raise RequestError("The finding is not in this document: open its page again and choose one.")
    about = "" if found.register_number else form.finding or found.findings[0].id
    before = next((one.status for one in found.findings if one.id == (about or form.finding)), None)
    before = before or (found.findings[0].status if not about else None)
    yield replace(_detail(found, "status", before, status), day=date, finding=about)


def statuses_of(found: DocumentAnswer) -> bool:
    """Whether a document has a status that a person may set: a record of the register with something asked in it."""
    return found.kind == "register_record" and bool(found.findings)


def _day(text: str) -> str:
    if not text:
        raise RequestError("Give the day on which the status was set, such as 4 June 2019.")
    try:
        date = checked("date", text, None)
    except ValueError as error:
        raise RequestError(f"The day “{text[:80]}” cannot be used: {error}.") from error
    if last_day(date) > datetime.now(UTC).date() and date[:10] > this_moment()[: len(date)]:
        raise RequestError(f"{date_words(date)} is yet to come: a status is set on a day that has been.")
    return date


def _detail(found: DocumentAnswer, field: str, before: str | None, after: str) -> Detail:
    return Detail("", "", found.id, found.title, field, before, after)


def _by(one: Detail) -> str:
    """Who said it, and when: what evidence and events show of it."""
    return f"{one.who}, {date_words(one.at[:10])}{f': {one.why}' if one.why else ''}"


def _indexed(seen: Snapshot, key: str) -> Mapping[str, set[tuple[str, ...]]] | None:
    """What the current generation holds of people's words on a document, by field; None where it is not there."""
    tables = seen.held.generation.tables
    row = tables.execute("SELECT id, evidence FROM documents WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    said: dict[str, set[tuple[str, ...]]] = {}
    for one in json.loads(row["evidence"]):
        if one["source"].startswith(BY) and one["weight"] is None:
            said.setdefault(one["field"], set()).add((one["source"], one["value"]))
    events = tables.execute(
        "SELECT date, status, text FROM events WHERE document = ? AND kind = 'status' AND text != ''", (row["id"],)
    )
    said["status"] = {tuple(event) for event in events}
    return said


def _titles(seen: Snapshot, keys: Iterable[str]) -> dict[str, str]:
    """What the documents with these keys are called now, as far as they are indexed."""
    sought = "SELECT key, title FROM documents WHERE key IN (SELECT value FROM json_each(?))"
    return dict(map(tuple, seen.held.generation.tables.execute(sought, (json.dumps(list(keys)),))))


def _record(one: Detail, holds: bool, indexed: Mapping[str, set[tuple[str, ...]]] | None) -> DetailRecord:
    return DetailRecord(
        id=one.id,
        at=one.at,
        who=one.who,
        document=one.document,
        document_title=one.title,
        field=one.field,
        before=one.before,
        after=one.after,
        day=one.day or None,
        finding=one.finding or None,
        why=one.why,
        undone_at=one.undone_at,
        undone_by=one.undone_by,
        state=_state(one, holds, indexed),
    )


def _state(one: Detail, holds: bool, indexed: Mapping[str, set[tuple[str, ...]]] | None) -> DetailState:
    if indexed is None:
        return "undone" if one.undone_at else "gone"
    shown = _parts(one) <= indexed.get(one.field, set())
    if holds:
        return "holds" if shown else "next-build"
    if shown:
        return "until-next-build"
    return "undone" if one.undone_at else "superseded"


def _parts(one: Detail) -> set[tuple[str, ...]]:
    """What the index holds of a statement that was taken up."""
    if one.field == "status":
        return {(one.day, one.after, event_text(_by(one)))}
    values: Sequence[str] = one.after.split(";") if one.field == "force" else (one.after,)
    return {(f"{BY}{_by(one)}", value) for value in values}
