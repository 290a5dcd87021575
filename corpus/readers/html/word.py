"""A Word document to HTML: the package checked, what Word only computes written out, the rest left to mammoth."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import mammoth

from corpus.model import CorpusError
from corpus.readers.html.block_lines import LABEL
from corpus.readers.html.hidden_text import hidden_styles, take_hidden
from corpus.readers.html.numbering import TITLE, Numbering, W, numbering_of
from corpus.readers.reading import MEGABYTE

_UNPACKED = 300 * MEGABYTE
_TEXT = 50 * MEGABYTE  # of XML in the parts that are read
_RATIO = 200  # unpacked to packed size; long tables reach about 50
_DAMAGED = "is damaged, or is no Word document although its name ends in .docx; open it in Word and save it anew."
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_STYLES = "p.Title => h1:fresh\n" + "\n".join(f"p.Level{level} => h{level + 1}:fresh" for level in range(1, 6))
_DEEPEST = 4  # level of a list, from 0, that mammoth knows
_BULLETS, _NUMBERS = "1", "2"


@dataclass(frozen=True, slots=True)
class Word:
    """A document as HTML, and how many words of hidden text were left out of it."""

    html: str
    hidden: int


def word_of(raw: bytes) -> Word:
    """The document's body and notes. The headings of level 1 are its titles, "Heading 1" has level 2.

    A number that a list prints stands as `LABEL` before the words. Raises CorpusError.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as package:
            _check_sizes(package, len(raw))
            parts, hidden = _parts(package)
        html = mammoth.convert_to_html(_packed(parts), style_map=_STYLES, external_file_access=False).value
    except (CorpusError, MemoryError):
        raise
    except RecursionError as error:
        raise CorpusError(
            "has tables or boxes too deep inside one another; save its text in another format."
        ) from error
    except Exception as error:  # zipfile, expat and mammoth raise all sorts for files that are not as they should be
        raise CorpusError(_DAMAGED) from error
    return Word(_NOTE_END.sub("", str(html)), hidden)


_NOTE_END = re.compile(r"\s*<a href=\"#(?:foot|end)note-ref-\d+\">↑</a>")


def _check_sizes(package: zipfile.ZipFile, packed: int) -> None:
    """By the sizes that the package declares; no more than that is ever unpacked."""
    members = package.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise CorpusError("is protected by a password; save a copy without one.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > _UNPACKED or unpacked > max(_RATIO * packed, 10 * MEGABYTE):
        size = f"{unpacked // MEGABYTE:,} MB"
        raise CorpusError(f"would unpack to {size}; open it in Word and save it without its pictures, or in parts.")


def _parts(package: zipfile.ZipFile) -> tuple[dict[str, Element], int]:
    """The parts that hold text, ready for mammoth, and how many hidden words were taken out of them."""
    main = _targets(package, "_rels/.rels").get("officeDocument") or "word/document.xml"
    folder, _, name = main.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    targets = _targets(package, relations, folder)
    paths = {kind: targets.get(kind, "") for kind in ("styles", "numbering", "footnotes", "endnotes")}
    sizes = [package.getinfo(path).file_size for path in (main, *paths.values()) if path in package.namelist()]
    if sum(sizes) > _TEXT:
        raise CorpusError(f"holds more than {_TEXT // MEGABYTE} MB of marked-up text; save it in parts.")
    read = {kind: _parsed(package.read(path)) for kind, path in paths.items() if path in package.namelist()}
    lists = numbering_of(read.get("styles"), read.get("numbering"))
    parts = {"document": _parsed(package.read(main))}
    parts.update((kind, read[kind]) for kind in ("footnotes", "endnotes") if kind in read)
    styles = hidden_styles(read.get("styles"))
    hidden = sum(take_hidden(part, styles) for part in parts.values())
    for part in parts.values():
        _prepare(part, lists)
    return parts, hidden


def _targets(package: zipfile.ZipFile, relations: str, folder: str = "") -> dict[str, str]:
    """Paths of the parts to which relations lead, by the kind of relation; the first of each kind."""
    found: dict[str, str] = {}
    if relations in package.namelist():
        for relation in _parsed(package.read(relations)):
            kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
            found.setdefault(kind, target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/"))
    return found


def _parsed(xml: bytes) -> Element:
    if b"<!DOCTYPE" in xml.replace(b"\0", b""):  # in UTF-16 too
        raise CorpusError("declares entities, which no Word document does; open it in Word and save it anew.")
    return fromstring(xml.replace(_STRICT, W[1:-1].encode()))  # noqa: S314 - without a document type there is no entity


def _prepare(part: Element, lists: Numbering) -> None:
    """Each paragraph says itself what it is; links and pictures, which lead out of the part, are taken off."""
    for paragraph in list(_paragraphs(part)):
        if lists.is_generated(paragraph):
            paragraph.tag = "generated"
        elif paragraph.find(f"{W}pPr/{W}rPr/{W}del") is None:
            _mark(paragraph, lists)
    for node in part.iter():
        if node.tag == f"{W}hyperlink":
            node.tag = f"{W}smartTag"
        elif node.tag.endswith(("}blip", "}imagedata")):
            node.tag = "picture"


def _paragraphs(root: Element) -> Iterator[Element]:
    """In order, those of a text box once: it is stored for new and for old versions of Word."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag == f"{W}p":
            yield node
        if node.tag != _CHOICE:
            stack.extend(reversed(node))


def _mark(paragraph: Element, lists: Numbering) -> None:
    level, place = lists.heading_level(paragraph), lists.place(paragraph)
    has_words = any((node.text or "").strip() for node in paragraph.iter(f"{W}t"))
    properties = paragraph.find(f"{W}pPr")
    for name in ("pStyle", "numPr"):
        found = properties.find(f"{W}{name}") if properties is not None else None
        if properties is not None and found is not None:
            properties.remove(found)
    if not has_words or (level is None and place is None):
        return
    if properties is None:
        properties = Element(f"{W}pPr")
        paragraph.insert(0, properties)
    if level is not None:
        style = "Title" if level == TITLE else f"Level{min(level, 5)}"
        SubElement(properties, f"{W}pStyle", {f"{W}val": style})
    elif place:
        listed = SubElement(properties, f"{W}numPr")
        SubElement(listed, f"{W}ilvl", {f"{W}val": str(min(place.level, _DEEPEST))})
        SubElement(listed, f"{W}numId", {f"{W}val": _NUMBERS if place.number else _BULLETS})
    if place and place.number:
        run = Element(f"{W}r")
        SubElement(run, f"{W}t").text = LABEL.format(place.number)
        paragraph.insert(list(paragraph).index(properties) + 1, run)


def _packed(parts: dict[str, Element]) -> BytesIO:
    """A package of these parts and two lists: one of bullets, one of numbers."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, root in parts.items():
            package.writestr(f"word/{name}.xml", tostring(root, "utf-8"))
        package.writestr("word/numbering.xml", tostring(_lists(), "utf-8"))
    target.seek(0)
    return target


def _lists() -> Element:
    root = Element(f"{W}numbering")
    for list_id, form in ((_BULLETS, "bullet"), (_NUMBERS, "decimal")):
        abstract = SubElement(root, f"{W}abstractNum", {f"{W}abstractNumId": list_id})
        for level in range(_DEEPEST + 1):
            SubElement(SubElement(abstract, f"{W}lvl", {f"{W}ilvl": str(level)}), f"{W}numFmt", {f"{W}val": form})
    for list_id in (_BULLETS, _NUMBERS):
        SubElement(SubElement(root, f"{W}num", {f"{W}numId": list_id}), f"{W}abstractNumId", {f"{W}val": list_id})
    return root
