"""Cells as the text of a register record: paragraphs, lists and headings, and nothing that reads as mark-up."""

import re

from corpus.parsers.lines import content_lines, is_heading_like, marker_of, running_headers
from corpus.parsers.record import labelled, quoted
from corpus.readers.export.row_roles import is_rule

_SHORT = 45  # characters: lines up to this length are never taken for those of a wrapped paragraph
_SOFT = "\u00ad"  # a soft hyphen: keeps a line from being taken for page furniture, and is not shown


def under_heading(text: str, heading: str) -> str:
    """The text of a recommendation under `heading`, unless it brings one of its own."""
    body = paragraphs(text, headings=False)
    lines = [_unmarked(line) for line in body.splitlines() if line.strip()]
    label = next((at for at, line in enumerate(lines[:-1]) if labelled(line)), None)
    if label is not None and not any(re.search(r"\bshould\b", line) for line in lines[:label]):
        return body
    return f"{heading}\n{'' if is_heading_like(lines[0]) else chr(10)}{body}"


def _unmarked(line: str) -> str:
    return " ".join(line[marker_of(line)[1] :].replace(_SOFT, "").split())


def paragraphs(cell: str, *, headings: bool = True) -> str:
    """A cell's lines as paragraphs; list items, rows of a table and the short lines under a caption stay together.

    Nothing in it reads as mark-up or page furniture. Without `headings`, no blank line stands before a short line,
    so that the register's parser takes none for a heading.
    """
    parts: list[str] = []
    before = ""
    for line in (line.rstrip() for line in cell.splitlines()):
        if is_rule(line):
            before = "" if before in ("caption", "listed") else before
            continue
        kind = _kind(line, before)
        together = kind == "listed" or kind == before != "text"
        near = together or (not headings and is_heading_like(_unmarked(line)))
        parts += ["\n" if near else "\n\n", _kept(line)]
        before = kind
    return quoted("".join(parts[1:]))


def _kind(line: str, before: str) -> str:
    """What a line of a cell is, given what the one before it is: item, row, caption of a list, listed, text."""
    if marker_of(line)[0]:
        return "item"
    if "\t" in line.strip():
        return "row"
    short = len(line) <= _SHORT and is_heading_like(_unmarked(line))
    if short and before in ("caption", "listed"):
        return "listed"
    return "caption" if short and line.endswith(":") else "text"


def _kept(line: str) -> str:
    """`line` with its indent in spaces; one that would be dropped as page furniture ("17", an address) is not."""
    body = line.lstrip()
    furniture = not content_lines(body, frozenset())
    return f"{line[: len(line) - len(body)].expandtabs(3)}{_SOFT if furniture else ''}{body}"


def without_headers(text: str) -> str:
    """`text` with no line that would be taken for a running header because a line at its top says the same."""
    while headers := running_headers(text):
        for start in sorted(headers, reverse=True):
            end = text.index("\n", start)
            text = f"{text[:end]}{_SOFT}{text[end:]}"
    return text
