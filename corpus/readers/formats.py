"""Which reader reads which file; what holds for all of them is checked here."""

import re
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any, cast

from corpus.model import CorpusError
from corpus.readers.reading import MEGABYTE, Limits, Reader, Reading, Text


def mapping_of(path: str) -> str | None:
    """The path at which a mapping file of the tracker at `path` would lie; None for files that are no trackers."""
    known = PurePath(path).suffix.lower() in TRACKERS
    return str(PurePath(path).with_suffix(MAPPING)) if known else None


def mapping_bytes(path: str) -> bytes | None:
    """What the mapping file beside a tracker holds; None where there is none."""
    beside = mapping_of(path)
    if not beside or not Path(beside).is_file():
        return None
    with open(beside, "rb") as file:
        return file.read(MEGABYTE)


def read_bytes(raw: bytes, path: str, limits: Limits, mapping: bytes | None = None) -> Reading:
    """The documents in a file of the name `path`; `mapping` is what the mapping file beside a tracker holds.

    Raises CorpusError for a file that cannot be read.
    """
    suffix = PurePath(path).suffix.lower()
    _check_content(raw, suffix)
    reader = _reader(suffix)
    if mapping is not None and (name := mapping_of(path)):
        from corpus.readers.export.mapping import read_mapping

        mapped = read_mapping(mapping, PurePath(name).name)
        reader = cast(Reader, partial(cast(Any, reader), mapped=mapped))
    reading = reader(raw, limits)
    if sum(len(text.text) for text in reading.texts) > limits.characters:
        raise CorpusError(f"holds more than {limits.characters:,} characters of text; split it into smaller files.")
    texts = tuple(_sound(text) for text in reading.texts if text.text.strip())
    if not texts and not reading.left_out:
        raise CorpusError("holds no text.")
    return replace(reading, texts=texts)


_CONTENTS = (
    (re.compile(rb"\s*%PDF-"), "a PDF", (".pdf",)),
    (re.compile(rb"PK\x03\x04"), "a Word, Excel or zip file", (".docx", ".xlsx")),
    (
        re.compile(rb"\xd0\xcf\x11\xe0"),
        "protected by a password, or of an Office format from before 2007",
        (),
    ),
    (re.compile(rb"\{\\rtf"), "a rich text (RTF) file", ()),
    (re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.I), "a web page", (".html", ".htm")),
)


def _check_content(raw: bytes, suffix: str) -> None:
    """Refuse a file whose content is of another format than its name says."""
    head = raw[:1024]
    for pattern, name, suffixes in _CONTENTS:
        if pattern.match(head) and suffix not in suffixes:
            rename = f"rename it to end in {' or '.join(suffixes)}"
            mend = rename if suffixes else f"open it and save it anew, without a password, as {suffix}"
            raise CorpusError(f"is {name}, although its name ends in {suffix}; {mend}.")


_BROKEN = re.compile("[\ud800-\udfff\0]")  # cannot be stored as UTF-8, or ends a string in C


def _sound(text: Text) -> Text:
    """`text` without what cannot be stored; places stay as they are."""
    metadata = {name: _BROKEN.sub("\ufffd", value) for name, value in text.metadata.items()}
    return replace(
        text, text=_BROKEN.sub("\ufffd", text.text), metadata=metadata, name=_BROKEN.sub("\ufffd", text.name)
    )


def _reader(suffix: str) -> Reader:
    # Each reader brings its library with it: only those that a folder needs are loaded.
    module, name = READERS[suffix].split(":")
    return cast(Reader, getattr(import_module(f"corpus.readers.{module}"), name))


TRACKERS = (".csv", ".xlsx")
MAPPING = ".columns.toml"
READERS = {
    ".txt": "plain:read_text",
    ".text": "plain:read_text",
    ".md": "html.read_markup:read_markdown",
    ".markdown": "html.read_markup:read_markdown",
    ".html": "html.read_markup:read_html",
    ".htm": "html.read_markup:read_html",
    ".pdf": "pdf.read_pdf:read_pdf",
    ".docx": "html.read_markup:read_docx",
    ".csv": "export.read_exports:read_csv",
    ".xlsx": "export.read_exports:read_xlsx",
    ".jsonl": "jsonl:read_jsonl",
}
