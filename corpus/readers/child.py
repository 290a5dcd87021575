"""The process that reads files, and parses what it has read where it is told by what names and words.

It keeps itself within its limits of memory and writes nothing; `worker`, its parent, stops it where it takes too long.
"""

import hashlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from corpus.model import CorpusError, Document, Source
from corpus.readers.formats import mapping_bytes, read_bytes
from corpus.readers.reading import MEGABYTE, Limits, Reading, Text, source_of
from corpus.readers.worker import Words, document_form

if TYPE_CHECKING:
    from corpus.forces import Forces
    from corpus.parsers.grammar import Grammar

SAID_IN = "documents.csv"  # where people state what a document is
_TOO_MUCH = "needs more memory to read than one file may have; split it, or save its text alone."
_GRACE = 5  # seconds after which a child that nobody stopped ends by itself


def _plain(reading: Reading, sha256: str) -> dict[str, Any]:
    texts = [
        {
            "text": text.text,
            "headings": [[heading.start, heading.level, heading.end] for heading in text.headings],
            "pages": text.pages,
            "metadata": dict(text.metadata),
            "name": text.name,
            "marks": [[mark.start, mark.end, mark.kind] for mark in text.marks],
        }
        for text in reading.texts
    ]
    left = [[part.where, part.reason] for part in reading.left_out]
    explained = [*map(asdict, reading.explained)]
    return {"texts": texts, "left_out": left, "explained": explained, "sha256": sha256, "parsed": []}


def _read(request: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """The answer for one file; `spent` says that the process should not go on after it."""
    spent, path = False, request["path"]
    try:
        with open(path, "rb") as file:
            raw = file.read(limits.size + 1)
        if len(raw) > limits.size:
            raise CorpusError(f"is larger than {limits.size // MEGABYTE:,} MB; split it, or save its text alone.")
        reading, sha256 = read_bytes(raw, path, limits, mapping_bytes(path)), hashlib.sha256(raw).hexdigest()
        if "words" not in request:
            return _plain(reading, sha256)
        parsed = [one for text in reading.texts for one in _parse(text, sha256, request)]
        return {**_plain(replace(reading, texts=()), sha256), "parsed": parsed}
    except CorpusError as error:
        why = str(error)
    except OSError as error:
        why = f"cannot be opened ({error.strerror}); check its permissions."
    except MemoryError:
        spent = True
        why = _TOO_MUCH
    except Exception as error:
        # Whatever a library makes of a broken file: the file is at fault, and the others are still to be read.
        what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        why = f"cannot be read ({what}); it may be damaged: open it and save it anew."
    return {"error": why, "spent": spent}


def _parse(text: Text, sha256: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The documents of one text, or why there is none, ready for JSON."""
    from corpus.parsers.listing import records_of

    said = {**request["said"], "said_in": SAID_IN} if request["said"] else {}
    for source in records_of(source_of(request["path"], request["key"], text, sha256, said)):
        name = source.key.removeprefix(request["key"]).strip("/")
        own = request.get("people", {}).get(source.key, {})
        document, problem = _document(source, Words(**request["words"]), own)
        plain = document and document_form().dump_python(document)
        yield {"key": source.key, "name": name, "document": plain, "problem": problem}


def _document(source: Source, words: Words, people: Mapping[str, str]) -> tuple[Document | None, str]:
    from corpus.parsers.parse import parse
    from corpus.person_said import restated

    forces, grammar = _known(words.forces, words.findings)
    try:
        document = parse(source, forces, force_from_name=words.force_from_name, grammar=grammar)
        if people:
            said = replace(source, metadata={**source.metadata, **people})
            again = parse(said, forces, force_from_name=words.force_from_name, grammar=grammar)
            document = restated(again, document, people)
    except MemoryError:
        raise
    except Exception as error:
        # No document may keep the others from being built; a parser that fails is a fault of ours to be told of.
        what = f"{type(error).__name__}: {error}"
        return None, f"could not be taken apart ({what}): a fault in Precedent; please report it."
    if not document.passages:
        why = "its text is garbled; get a better copy" if document.garbled else "only page numbers or the like"
        return None, f"holds no passage of text: {why}."
    return document, ""


@lru_cache(2)
def _known(forces: str, findings: str) -> "tuple[Forces, Grammar]":
    from corpus.forces import forces_of
    from corpus.parsers.grammar import grammar_of

    return forces_of(forces), grammar_of(findings)


def _write(answers: BinaryIO, line: bytes) -> None:
    view = memoryview(line)
    while view:
        view = view[answers.write(view) :]


def main() -> None:
    """Answer for each path on standard input, within the limits given as the first argument."""
    limits = Limits(**json.loads(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file can be written to
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints is no answer
    for line in sys.stdin.buffer:
        signal.alarm(int(limits.seconds) + _GRACE)
        try:
            answer = json.dumps(_read(json.loads(line), limits), ensure_ascii=False).encode("utf-8", "replace")
        except MemoryError:
            answer = json.dumps({"error": _TOO_MUCH, "spent": True}).encode()
        signal.alarm(0)
        _write(answers, answer + b"\n")
