"""How the text of one block of a page stands in lines: breaks inside a sentence, printed numbers, list markers."""

import re
from itertools import pairwise

LABEL = "\ue000{}\ue001"  # how the number that a list prints stands at the start of its item
_LONGEST = 300  # characters of a heading; with more, its end was forgotten and it is text
_LABELLED = re.compile("\ue000([^\ue000\ue001]{1,60})\ue001")
_SIMPLE = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,6})[.)]?")  # a number that makes its line an item to the parsers
_OWN = re.compile(r"(?:[-–—*•·▪●◦]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_TYPED = re.compile(r"^(\d[\d.]{0,8}\)?)\t+(?=[^\t]{20,}$)")  # the number of a paragraph, not a cell before another
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))

Line = tuple[str, bool]
"""A line, and whether all of it is bold."""


def lines_of(pieces: list[Line]) -> list[Line]:
    """The lines of a paragraph, from its pieces of text with breaks in them; a break inside a sentence is a space."""
    lines: list[list[Line]] = [[]]
    for text, strong in pieces:
        first, *others = text.split("\n")
        lines[-1].append((first, strong))
        lines += [[(other, strong)] for other in others]
    return _joined([(_tidy("".join(text for text, _ in line)), _is_strong(line)) for line in lines])


def _tidy(line: str) -> str:
    return numbered(_TYPED.sub(r"\1 ", re.sub(" {2,}", " ", line).strip(" \t")))


def _is_strong(line: list[Line]) -> bool:
    return all(strong for text, strong in line if text.strip())


_RUNS_ON = re.compile(r"[\w,’'/&-]$")
_UNFINISHED = re.compile(r"\b(?:a|an|and|as|at|by|for|from|in|is|its|of|on|or|that|the|their|to|which|with)$")
_LABEL = re.compile(r"[A-Z][\w ]{2,40} \d{1,3}[a-z]?")  # "Recommendation 1"


def _joined(lines: list[Line]) -> list[Line]:
    """Lines of running text as one. Where no sentence runs over a break, as in an address, every line stays."""
    if not any(_is_within(before, line) for before, line in pairwise(lines)):
        return lines
    runs = [lines[:1]]
    for before, line in pairwise(lines):
        label = len(runs[-1]) == 1 and (before[1] or _LABEL.fullmatch(before[0]))
        if _RUNS_ON.search(before[0]) and not label and _continues(line[0]):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [(" ".join(text for text, _ in run), _is_strong(run)) for run in runs]


def _is_within(before: Line, line: Line) -> bool:
    """Whether a sentence runs over the break between two lines; a few words do not make one."""
    if before[1] or not _RUNS_ON.search(before[0]) or len(f"{before[0]} {line[0]}".split()) < 6:
        return False
    return (line[0][:1].islower() and _continues(line[0])) or bool(line[0] and _UNFINISHED.search(before[0]))


def _continues(line: str) -> bool:
    return bool(line) and "\t" not in line and not _OWN.match(line) and line[0] not in "[•"


_STOP = re.compile(r"[.!][”’\"')\]]*(?:\[?\d{1,3}\]?)?$")  # a question may be a heading
_SENTENCE = re.compile(r"[a-z0-9)”’][.!?]\s+[A-Z]")
_CHAPTER = re.compile(r"\(?\d{1,3}(?:\.\d{1,3}){0,3}[.)]?\s+")


def is_text(heading: str) -> bool:
    """Whether what is marked as a heading is a paragraph: very long, or sentences that end, or a numbered one."""
    if len(heading) > _LONGEST:
        return True
    number = _CHAPTER.match(heading)
    body = heading[number.end() :] if number else heading
    if not _STOP.search(body):
        return False
    return bool(_SENTENCE.search(body)) or len(body.split()) > (8 if number else 20)


def item_line(text: str, marker: str, depth: int) -> tuple[str, bool]:
    """(line of a list item, whether it is a paragraph of its own because its number is that of a paragraph)."""
    label = _LABELLED.match(text)
    if label and not _SIMPLE.fullmatch(label[1]):  # "2.14", "Recommendation 3:" number a paragraph
        return numbered(text), True
    if label:
        return "   " * (depth - 1) + _item_marker(label[1]) + text[label.end() :].lstrip(" "), False
    if marker == "- " and _OWN.match(text):
        return "   " * (depth - 1) + text, False
    return "   " * (depth - bool(marker)) + marker + text, False


def numbered(text: str) -> str:
    """`text` with its printed numbers as plain words."""
    return _LABELLED.sub(r"\1 ", text)


def _item_marker(label: str) -> str:
    """A printed number as parsers know it at the start of an item: a letter takes a bracket."""
    if label[-1] in ".)":
        return f"{label[:-1]}) " if re.fullmatch(r"[a-hj-z]\.", label) else f"{label} "
    return f"{label}. " if label.isdigit() else f"{label}) "


def counted(number: int, style: str) -> str:
    """The marker of an item by its number and the `type` of its list."""
    if style in "aA" and 0 < number <= 26:
        return f"{chr(96 + number)}) "
    if style in "iI" and 0 < number < 40:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return f"{roman}. "
    return f"{number}. "
