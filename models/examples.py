"""Examples to learn from: texts with their labels, read from JSON Lines or CSV and checked line by line."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from models.encoder import ModelError
from models.taxonomy import Taxonomy

LONGEST = 100_000  # characters of an example
_FOLDER = "data/examples"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with all the labels it has. Those of one `group` (a document) are never on both sides of a split.

    `headings` are those it stands under and `parent` the recommendation it comments on; `where` names file and line.
    """

    text: str
    labels: frozenset[str]
    group: str
    headings: tuple[str, ...] = ()
    parent: str = ""
    where: str = ""


def shipped_examples(taxonomy: Taxonomy) -> list[Example]:
    """The examples that come with the program, under today's themes of `taxonomy`."""
    files = sorted((resources.files("models") / _FOLDER).iterdir(), key=lambda file: file.name)
    read = [example for file in files for example in parse_examples(file.read_text("utf-8"), file.name)]
    return checked(read, taxonomy)


def load_examples(path: Path) -> list[Example]:
    """The examples in a file: .csv with columns text and label, any other JSON Lines. Raises ModelError."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ModelError(f"The examples in {path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"The examples in {path} are not UTF-8 text; save the file as UTF-8.") from error
    return parse_table(text, str(path)) if path.suffix.lower() == ".csv" else parse_examples(text, str(path))


def parse_examples(text: str, name: str) -> list[Example]:
    """Examples in JSON Lines: {"text", "themes": [...], "document", "section": [...], "parent"}; the last three may
    be left out. A line without a document is a group of its own. Raises ModelError, naming the line.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{where}: this is no JSON ({error}).") from error
        found.append(_example(entry, where))
    return found


def _example(entry: Any, where: str) -> Example:
    if not isinstance(entry, dict):
        raise ModelError(f"{where}: each line is one JSON object with text and themes.")
    text, themes, section = entry.get("text"), entry.get("themes"), entry.get("section")
    section = [] if section is None else section
    if not isinstance(themes, list) or not all(isinstance(theme, str) for theme in themes):
        raise ModelError(f"{where}: themes is a list of themes, [] for none.")
    if not isinstance(section, list) or not all(isinstance(heading, str) for heading in section):
        raise ModelError(f"{where}: section is a list of headings.")
    document, parent = (entry[name] if entry.get(name) is not None else "" for name in ("document", "parent"))
    if not isinstance(document, str) or not isinstance(parent, str):
        raise ModelError(f"{where}: document and parent are texts.")
    return Example(_text(text, where), frozenset(themes), document or str(text), tuple(section), parent, where)


def parse_table(text: str, name: str) -> list[Example]:
    """Examples in CSV: the columns text and label, several labels joined by "|". Raises ModelError, naming the line."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        reader.fieldnames  # noqa: B018 - reads the first line
    except csv.Error as error:
        raise ModelError(f"{name}, line 1: this is no CSV ({error}).") from error
    if not {"text", "label"} <= set(reader.fieldnames or ()):
        raise ModelError(f"{name}, line 1: the columns text and label are needed; there are {reader.fieldnames}.")
    return list(_rows(reader, name))


def _rows(reader: "csv.DictReader[str]", name: str) -> Iterator[Example]:
    try:
        for row in reader:
            where = f"{name}, line {reader.line_num}"
            labels = frozenset(label.strip() for label in (row["label"] or "").split("|"))
            text = _text(row["text"], where)
            yield Example(text, labels - {""}, text, where=where)
    except csv.Error as error:
        raise ModelError(f"{name}, after line {reader.line_num}: this is no CSV ({error}).") from error


def _text(text: Any, where: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ModelError(f"{where}: the text is empty; give it one or delete the line.")
    if len(text) > LONGEST:
        raise ModelError(f"{where}: the text has {len(text):,} characters; an example has {LONGEST:,} at most.")
    return text


def checked(examples: Sequence[Example], taxonomy: Taxonomy) -> list[Example]:
    """The examples under today's themes. Raises ModelError, naming the line, for an unknown theme or a text that
    stands there before: twice the same text would count twice, and may be learned from and tested on.
    """
    seen: dict[str, str] = {}
    found = []
    for example in examples:
        try:
            labels = taxonomy.all_now(sorted(example.labels))
        except KeyError as error:
            raise ModelError(
                f"{example.where}: {error.args[0]!r} is no theme; there are {', '.join(taxonomy.keys)}."
            ) from None
        same = " ".join(example.text.casefold().split())
        if same in seen:
            raise ModelError(f"{example.where}: the same text stands in {seen[same]}; delete one of them.")
        seen[same] = example.where
        found.append(Example(example.text, labels, example.group, example.headings, example.parent, example.where))
    return found
