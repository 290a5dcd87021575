"""The lines of a text: which carry content, which are running headers, what marks an item, what may be a heading."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.dates import MONTH_DATE

TITLE_LINES = 20  # title and date stand within these; the same line further down is a running header


@dataclass(frozen=True, slots=True)
class Line:
    """A line with content. `gap`: a blank or dropped line stands before it; `broken`: a running header does."""

    text: str
    start: int
    gap: bool
    broken: bool
    above: str = ""


_JUNK = re.compile(
    r"404 page not found|page not found|skip to (?:main )?content|print this (?:document|page)|"
    r"get the (?:free )?pdf reader|last updated:? \d{1,2}/\d{1,2}/\d{4}|back to top|share this page|"
    r"https?://\S+|www\.\S+|page \d+(?: of \d+)?|[-–—_=|*\s•·▪◦●■◼‣➢\uf0b7\uf0a7]+|\d{1,3}|"
    r"(?:©|\(c\) )[^.]{,60}\b(?:19|20)\d\d\b[^.]{,40}\.?|ISBN:? [\d\s-]{9,20}[\dX]|"
    r"(?:previous )?(?:\d{1,2} )+next(?: page)?|view (?:all|more|other) (?:publications|reports)",
    re.I,
)


_MONTH_LINE = re.compile(MONTH_DATE, re.I)


_REPORT_WORD = re.compile(r"inspection|report|assessment|review|hmic", re.I)


def content_lines(text: str, headers: frozenset[int], start: int = 0, end: int | None = None) -> list[Line]:
    """Lines of `text[start:end]` that carry content; furniture and the `headers` (line starts) are left out."""
    lines: list[Line] = []
    gap, broken, above = True, False, ""
    for match in re.finditer(r"[^\n]*\n?", text[start:end]):
        line = match[0].rstrip("\n")
        position = start + match.start()
        if position in headers:
            gap = broken = True
        elif not line.strip() or _JUNK.fullmatch(line.strip()):
            gap = True
            above = line.strip() if line.strip().isdigit() else above
        else:
            lines.append(Line(line, position, gap, broken, above))
            gap, broken, above = False, False, ""
    return lines


def content_span(lines: Sequence[Line]) -> tuple[int, int]:
    """Offsets of the first and behind the last character of `lines` that is no space."""
    first, last = lines[0], lines[-1]
    return first.start + len(first.text) - len(first.text.lstrip()), last.start + len(last.text.rstrip())


def running_headers(text: str) -> frozenset[int]:
    """Starts of the lines below the top that repeat the document's date, or its title (twice, or beside the date)."""
    lines = [(match.start(), match[0].strip()) for match in re.finditer(r"[^\n]*\n?", text)]
    top = {line for _, line in lines[:TITLE_LINES] if line}
    below = [(start, line) for start, line in lines[TITLE_LINES:] if line]
    repeats = Counter(line for _, line in below if line in top)
    dated = [line in top and bool(_MONTH_LINE.fullmatch(line)) for _, line in below]

    def is_header(at: int, line: str) -> bool:
        titled = line in top and _REPORT_WORD.search(line) and not line.endswith(".")
        return dated[at] or bool(titled and (repeats[line] >= 2 or any(dated[max(at - 1, 0) : at + 2])))

    return frozenset(start for at, (start, line) in enumerate(below) if is_header(at, line))


_MARKERS = (
    ("dot", re.compile(r"[•·▪●■◼‣➢\uf0b7\uf0a7]\s*(?:[-–]\s?(?=\S))?")),
    ("ring", re.compile(r"◦\s*|o\s+(?=\S)")),
    ("dash", re.compile(r"[-–—*]\s+(?=\S)|[-–—](?=[^\s\-–—\d])|:-\s?(?=\S)")),
    ("number", re.compile(r"\(?\d{1,2}[.)]\s+(?=\S)")),
    ("roman", re.compile(r"\(?(?:x{0,2}(?:ix|iv|v?i{1,3}|v|x))[.)]\s+(?=\S)")),
    ("letter", re.compile(r"\(?[a-z]\)\s+(?=\S)|[a-h]\.\s+(?=[A-Z])")),
)


def marker_of(line: str) -> tuple[str, int]:
    """(class of the list marker at the start of a line, length of it with the spaces before); ("", 0): none."""
    body = line.lstrip()
    indent = len(line) - len(body)
    for name, pattern in _MARKERS:
        match = pattern.match(body)
        if match and not (body[0] == "o" and not indent):
            return name, indent + match.end()
    return "", 0


def wrapped_at(lines: Sequence[Line]) -> int:
    """Width of a full line where paragraphs were cut into lines, so that lines have to be joined; 0 where not."""
    long = [at for at, line in enumerate(lines) if len(line.text) > 45]
    wide = sum(1 for at in long if len(lines[at].text) > 130)
    if len(long) < 4 or wide > max(1, len(long) // 10):
        return 0
    cut = sum(1 for at in long if lines[at].text.rstrip()[-1] not in ".;:!?”\"')" and not _gap_after(lines, at))
    widths = sorted(len(lines[at].text) for at in long)
    return widths[int(0.9 * (len(widths) - 1))] if cut > len(long) / 3 else 0


def _gap_after(lines: Sequence[Line], at: int) -> bool:
    return at + 1 == len(lines) or lines[at + 1].gap


def columns_of(line: str) -> list[str]:
    """The cells of a table's row: parted by tabs, or by three spaces and more where each cell is short; [] for text."""
    if "\t" in line.strip() or (line.startswith("\t") and line.count("\t") > 1):
        return line.split("\t")
    cells = _ALIGNED.split(line.strip())
    return cells if 1 < len(cells) < 8 and all(len(cell) < 70 for cell in cells) else []


def is_heading_like(text: str) -> bool:
    """Short, begins as a title does, and is no sentence, by its end or by saying what somebody should do."""
    starts = bool(text) and (text[0].isupper() or text[0].isdigit() or text[0] in "‘'“\"")
    short = starts and len(text.split()) <= 16 and len(text) <= 110 and text[-1] not in ".;,"
    return short and not _ENDS_IN_NOTE.search(text) and not (_ASKED.search(text) and not _ASKING.match(text))


# A stop, or the last of several words, with the number of a note behind it
_ENDS_IN_NOTE = re.compile(r"[.!?][\"”’)]*\[?\d{1,3}\]?$|(?:\S+\s+){5}\S*[a-z](?:\[\d{1,3}\]|\d{1,2})$")


_ASKED = re.compile(r"^(?:\S+\s+){2,}(?:should|must)\b")


_ASKING = re.compile(r"(?:what|how|why|who|when|where|which)\b", re.I)


SHORT = 45  # characters: a line up to this length is never one of a wrapped paragraph that goes on


_ALIGNED = re.compile(r" {4,}")
