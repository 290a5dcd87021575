"""What a build tells the people who ran it: in words, and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from service.mask import mask
from service.question import control

if TYPE_CHECKING:
    from corpus import Collection
    from corpus.readers import Skipped
    from indexer.build import BuildReport

_SHOWN = 20  # lines of each list


def report_json(collection: "Collection", report: "BuildReport") -> dict[str, Any]:
    """Everything that is known of a build, as JSON data."""
    return {
        **asdict(report),
        "skipped": skipped_json(collection),
        "notes": {d.key: [mask(note) for note in d.notes] for d in collection.documents if d.notes},
    }


def skipped_json(collection: "Collection") -> list[dict[str, Any]]:
    """Everything that was left out, as JSON data."""
    return [asdict(entry) for entry in collection.skipped]


def report_lines(collection: "Collection", report: "BuildReport") -> Iterator[str]:
    """A build in words, for somebody who knows the documents and not the program."""
    return map(_plain, _report(collection, report))


def _plain(line: str) -> str:
    # The name of a file may hold any character, and must not drive the terminal.
    return "".join("�" if control(character) else character for character in line)


def _report(collection: "Collection", report: "BuildReport") -> Iterator[str]:
    counts = ", ".join(counted(report.counts[name], name) for name in ("documents", "passages", "findings", "events"))
    if report.published:
        yield f"The index now holds {counts}."
    else:
        yield f"Nothing has changed since the last build: the index holds {counts}."
    yield from _changes(report)
    yield from _merged(report)
    yield from _skipped(collection.skipped)
    remarked = [document.key for document in collection.documents if document.notes]
    if remarked:
        yield f"Something was unusual in {counted(len(remarked), 'documents')}; each says so on its page."
    encoded, cached = counted(report.encoded, "texts"), f"{report.cached:,}"
    yield f"Generation {report.generation}; {encoded} encoded, {cached} known before; {report.total_seconds:.1f} s."


def skipped_lines(skipped: "Sequence[Skipped]") -> Iterator[str]:
    """What was left out, and why; what is no document in one line."""
    return map(_plain, _skipped(skipped))


def _skipped(skipped: "Sequence[Skipped]") -> Iterator[str]:
    files = [entry for entry in skipped if not entry.expected and not entry.part]
    parts = [entry for entry in skipped if not entry.expected and entry.part]
    if files:
        them = "them" if len(files) > 1 else "it"
        yield f"{counted(len(files), 'files')} could not be read, and nothing of {them} is in the index:"
        yield from _some([f"{entry.path} {entry.reason}" for entry in files])
    if parts:
        yield "Left out of files that were read:"
        yield from _some([f"{path}, {_named(found)}: {reason}" for (path, reason), found in _alike(parts).items()])
    others = [entry.path for entry in skipped if entry.expected]
    if others:
        more = f" and {len(others) - 3:,} more" if len(others) > 3 else ""
        yield f"No documents, and not looked at: {', '.join(others[:3])}{more}."


def _alike(parts: "Sequence[Skipped]") -> dict[tuple[str, str], list[str]]:
    """The parts of each file that were left out for one reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in parts:
        found.setdefault((entry.path, entry.reason), []).append(entry.part)
    return found


def _named(parts: Sequence[str]) -> str:
    more = f" and {len(parts) - 3:,} more" if len(parts) > 3 else ""
    return ", ".join(parts[:3]) + more


def counted(number: int, things: str) -> str:
    """ "1 file", "2 files"."""
    return f"{number:,} {things if number != 1 else things.removesuffix('s')}"


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
        yield f"{counted(len(report.merged), 'documents')} stood in several files; their entries were brought together:"
        yield from _some([f"{key}: {', '.join(sources)}" for key, sources in report.merged.items()])


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  - {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  - and {len(lines) - _SHOWN:,} more; `--json` lists them all"
