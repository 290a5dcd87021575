"""What a build tells the people who ran it: in words, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corpus.text import control
from service.answers.decisions import decided_force, records_of
from service.contract.contacts import mask
from service.contract.labels import KINDS, counted

if TYPE_CHECKING:
    from corpus.collection import Collection
    from corpus.model import Document
    from corpus.readers import Skipped
    from indexer.build import BuildReport

TAKEN_OUT = "was taken out of the collection; `precedent add` takes it in again."
_SHOWN = 20  # lines of each list
_FEW = 5  # of a list that is an example


def report_json(collection: "Collection", report: "BuildReport") -> dict[str, Any]:
    """Everything that is known of a build, as JSON data."""
    found = _remarks(collection.documents)
    return {
        **asdict(report),
        "skipped": skipped_json(collection),
        "left_open": found.left_open,
        "notes": {key: [mask(note) for note in notes] for key, notes in found.notes.items()},
    }


def skipped_json(collection: "Collection") -> list[dict[str, Any]]:
    """Everything that was left out, as JSON data."""
    return [asdict(entry) for entry in collection.skipped]


@dataclass(frozen=True, slots=True)
class _Remarks:
    """What is told of documents: the keys of those of which a field could not be decided, by field, and their notes."""

    left_open: Mapping[str, Sequence[str]]
    notes: Mapping[str, Sequence[str]]


def _remarks(documents: "Sequence[Document]") -> _Remarks:
    left: dict[str, list[str]] = {"force": [], "date": []}
    notes = {}
    for one in documents:  # once: each lies on disk
        if not (one.force or decided_force(one.forces, records_of(one))):
            left["force"].append(one.key)
        if not one.date:
            left["date"].append(one.key)
        if one.notes:
            notes[one.key] = one.notes
    return _Remarks({field: keys for field, keys in left.items() if keys}, notes)


def report_lines(
    collection: "Collection", report: "BuildReport", taken_out: Sequence[str] | None = None
) -> Iterator[str]:
    """A build in words, for somebody who knows the documents and not the program."""
    return map(plain, _report(collection, report, taken_out))


def dropped_lines(documents: Sequence[tuple[str, str]], paths: Sequence[str]) -> Iterator[str]:
    """Which documents, by key and title, a build from `paths` alone would drop."""
    where = " or ".join(paths)
    verb = "is" if len(documents) == 1 else "are"
    yield plain(f"{counted(len(documents), 'document')} of the index {verb} not under {where} and would be dropped:")
    yield from map(plain, _some([f"{key}: {title}" for key, title in documents]))


def plain(line: str) -> str:
    """A line that does not drive the terminal, whatever characters the name of a file or a document may hold."""
    return "".join("�" if control(character) else character for character in line)


def _report(collection: "Collection", report: "BuildReport", taken_out: Sequence[str] | None) -> Iterator[str]:
    if taken_out is not None:
        yield f"Taken out of the index: {counted(len(taken_out), 'document')}; the files stay where they are."
    counts = ", ".join(
        counted(report.counts[name], name.removesuffix("s")) for name in ("documents", "passages", "findings", "events")
    )
    if report.published:
        yield f"The index now holds {counts}."
    else:
        yield f"Nothing has changed since the last build: the index holds {counts}."
    yield f"They were read as {_kinds(report)}."
    yield from _changes(report)
    yield from _merged(report)
    yield from _skipped(collection.skipped)
    found = _remarks(collection.documents)
    yield from _open(found.left_open)
    remarked = list(found.notes)
    if remarked:
        yield f"Something was unusual in {counted(len(remarked), 'document')}; each says so on its page:"
        yield from _some(remarked, _FEW)
    encoded, cached = counted(report.encoded, "text"), f"{report.cached:,}"
    yield f"Generation {report.generation}; {encoded} encoded, {cached} known before; {report.total_seconds:.1f} s."


def _kinds(report: "BuildReport") -> str:
    named = {kind: KINDS[kind][0].lower() + KINDS[kind][1:] for kind in report.document_kinds}
    named["peel_assessment"] = KINDS["peel_assessment"]
    counts = sorted(report.document_kinds.items(), key=lambda pair: -pair[1])
    return ", ".join(counted(number, named[kind]) for kind, number in counts)


def _open(fields: Mapping[str, Sequence[str]]) -> Iterator[str]:
    why = {"force": "they do not say clearly enough whose they are", "date": "they state none that is theirs"}
    for field, keys in fields.items():
        yield f"{field.capitalize()} left open in {counted(len(keys), 'document')}, because {why[field]}:"
        yield from _some(keys, _FEW)
    if fields:
        yield (
            "`precedent build --explain FILE` says why; a table documents.csv beside the files can state it, and so can"
            " “Correct what was read” on a document's page."
        )


def skipped_lines(skipped: "Sequence[Skipped]") -> Iterator[str]:
    """What was left out, and why; what is no document in one line."""
    return map(plain, _skipped(skipped))


def _skipped(skipped: "Sequence[Skipped]") -> Iterator[str]:
    files = [entry for entry in skipped if not entry.expected and not entry.part]
    parts = [entry for entry in skipped if not entry.expected and entry.part]
    if files:
        them = "them" if len(files) > 1 else "it"
        yield f"{counted(len(files), 'file')} could not be read, and nothing of {them} is in the index:"
        alike: dict[str, list[str]] = {}
        for entry in files:
            alike.setdefault(entry.reason, []).append(entry.path)
        yield from _some([f"{_named(p)} {'each ' if len(p) > 1 else ''}{reason}" for reason, p in alike.items()])
    if parts:
        yield "Left out of files that were read:"
        yield from _some([f"{path}, {_named(found)}: {reason}" for (path, reason), found in _alike(parts).items()])
    taken = [entry.path for entry in skipped if entry.expected and entry.reason == TAKEN_OUT]
    others = [entry.path for entry in skipped if entry.expected and entry.path not in taken]
    if taken:
        yield f"Taken out before, and not looked at: {_named(taken)}. `precedent add` takes them in again."
    if others:
        yield f"No documents, and not looked at: {_named(others)}."


def _alike(parts: "Sequence[Skipped]") -> dict[tuple[str, str], list[str]]:
    """The parts of each file that were left out for one reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in parts:
        found.setdefault((entry.path, entry.reason), []).append(entry.part)
    return found


def _named(parts: Sequence[str]) -> str:
    more = f" and {len(parts) - 3:,} more" if len(parts) > 3 else ""
    return ", ".join(parts[:3]) + more


def _changes(report: "BuildReport") -> Iterator[str]:
    changes = {"new": report.added, "changed": report.changed, "gone": report.removed}
    first = len(report.added) == report.counts["documents"] and not report.removed
    if first or not report.published:
        return  # everything is new, or nothing is
    said = ", ".join(f"{len(keys):,} {word}" for word, keys in changes.items())
    yield f"Since the build before: {said}, {len(report.unchanged):,} as they were."
    yield from _some([f"{word}: {key}" for word, keys in changes.items() for key in keys])


def _merged(report: "BuildReport") -> Iterator[str]:
    if report.merged:
        yield f"{counted(len(report.merged), 'document')} stood in several files; their entries were brought together:"
        yield from _some([f"{key}: {', '.join(sources)}" for key, sources in report.merged.items()])


def _some(lines: Sequence[str], most: int = _SHOWN) -> Iterator[str]:
    yield from (f"  - {line}" for line in lines[:most])
    if len(lines) > most:
        yield f"  - and {len(lines) - most:,} more; `--json` lists them all"
