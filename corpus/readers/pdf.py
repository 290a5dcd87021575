"""PDF: the words of each page and their places, as PDFium finds them, gathered to runs for the layout to be undone."""

import ctypes
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw as native

from corpus.model import CorpusError
from corpus.readers.pageflow import text_of
from corpus.readers.pagelayout import GAP, Page, Run
from corpus.readers.reading import LeftOut, Limits, Reading

_NO_TEXT = (
    "holds no text that can be read: it seems to be a scan; run text recognition (OCR) over it and save it again."
)
_TOKEN = re.compile("[^\\s\ufffe]+\ufffe?|\ufffe")  # PDFium puts U+FFFE for a line's last hyphen and goes on after it
_SPELLED: dict[int, str | None] = {
    **str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}),
    **str.maketrans({"\u00ad": "-", "\ufffe": "-"}),
    **dict.fromkeys([*range(9), *range(14, 32), 0x200B, 0xFEFF]),
}
_BOLD = re.compile("bold|black|heavy|demi", re.I)
_INVISIBLE = 3  # rendering mode of the text that recognition lays over a scan
_SIDEWAYS = 20  # words at a right angle to the rest of the page, from which on they are more than a label
_WIDE = 0.9  # heights of a line: a gap this wide parts cells or columns whatever the others are
_STRETCHED = 15.0  # heights of a line: no space between the words of a justified line is wider
_DRAWN = 200  # small shapes on a page, above which they are a drawing and no bullets
# Where in the boxes (left, top, right, bottom upwards) of a word's first and last character stand the left, top,
# right and bottom of the word turned upright, and their signs, by its turn in quarters clockwise.
_TURNS = (
    ((0, 1), (1, 1), (6, 1), (3, 1)),
    ((1, -1), (2, 1), (7, -1), (0, 1)),
    ((2, -1), (3, -1), (4, -1), (1, -1)),
    ((3, 1), (0, -1), (5, 1), (2, -1)),
)


class _Piece(NamedTuple):
    """Words that follow one another on a line: the first and behind the last of them, and their box, upwards."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float
    first: float  # right edge of the first word


class _Look(NamedTuple):
    """`quarter` is the turn of the writing, None where it is oblique."""

    quarter: int | None
    bold: bool
    visible: bool


def read_pdf(raw: bytes, limits: Limits) -> Reading:
    """The text that the pages of a PDF show, in reading order; annotations and form fields are not read."""
    document = _open(raw)
    try:
        if len(document) > limits.pages:
            raise CorpusError(f"has more than {limits.pages:,} pages; split it into smaller files.")
        pages = list(_pages(document, limits))
    finally:
        document.close()
    empty = [at for at, page in enumerate(pages, 1) if not any(page.layers)]
    if len(empty) == len(pages):
        raise CorpusError(_NO_TEXT)
    return Reading((text_of(pages),), tuple(_left_out(empty)))


def _open(raw: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(raw)
        if len(document):
            return document
    except pdfium.PdfiumError as error:
        if error.err_code == native.FPDF_ERR_PASSWORD:
            raise CorpusError("is protected by a password; save a copy without one.") from error
        if error.err_code == native.FPDF_ERR_SECURITY:
            raise CorpusError("is protected in a way that cannot be opened; print it to a new PDF.") from error
    raise CorpusError("is damaged or not a PDF; open it in a PDF viewer and save it anew.")


def _left_out(empty: Sequence[int]) -> Iterator[LeftOut]:
    """One entry for each stretch of pages without text."""
    starts = [page for page in empty if page - 1 not in empty]
    ends = [page for page in empty if page + 1 not in empty]
    for start, end in zip(starts, ends, strict=True):
        where = f"page {start}" if start == end else f"pages {start}-{end}"
        yield LeftOut(where, "holds no text that can be read; if it is a scan, run text recognition (OCR) over it.")


def _pages(document: pdfium.PdfDocument, limits: Limits) -> Iterator[Page]:
    length = 0
    for at in range(len(document)):
        page = native.FPDF_LoadPage(document, at)
        text_page = native.FPDFText_LoadPage(page) if page else None
        laid = _page(page, text_page) if text_page else Page((), 1.0, 1.0)
        native.FPDFText_ClosePage(text_page)
        native.FPDF_ClosePage(page)
        length += sum(len(run.text) for runs in laid.layers for run in runs)
        if length > limits.characters:
            raise CorpusError(f"holds more than {limits.characters:,} characters of text; split it into smaller files.")
        yield laid


def _page(page: Any, text_page: Any) -> Page:
    """The runs of a page; those of its main direction first, turned upright."""
    words, spans = _words(text_page)
    places = _places(text_page, spans)
    look = _looker(text_page, spans)
    edges = native.FS_RECTF()
    native.FPDF_GetPageBoundingBox(page, ctypes.byref(edges))
    box = 2 * [edges.left, edges.top, edges.right, edges.bottom]
    found = [(piece, look(piece)) for piece in _pieces(words, places, 0)]
    turns = Counter(turn for piece, (turn, _, _) in found for _ in range(piece.start, piece.end))
    quarters = [turn for turn, _ in turns.most_common() if turn is not None]
    layers = []
    for quarter in quarters:
        if set(turns) != {0}:
            found = [(piece, look(piece)) for piece in _pieces(words, places, quarter)]
        runs = _runs(words, [(piece, seen) for piece, seen in found if seen.quarter == quarter], _turned(box, quarter))
        if quarter == 0:
            runs = _with_bullets(runs, page, box)
        if not layers or sum(len(run.text.split()) for run in runs) >= _SIDEWAYS:
            layers.append(tuple(runs))
    left, top, right, bottom = _turned(box, quarters[0] if quarters else 0)
    return Page(tuple(layers), right - left, top - bottom)


def _turned(box: Sequence[float], quarter: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = (box[at] * sign for at, sign in _TURNS[quarter])
    return left, top, right, bottom


def _words(text_page: Any) -> tuple[list[str], list[int]]:
    """The words of a page, and two for each: the indexes of its first and its last character."""
    count = native.FPDFText_CountChars(text_page)
    buffer = (ctypes.c_ushort * (count * 2 + 2))()  # a character may take two units
    native.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")
    found = [(match[0], match.start(), match.end() - 1) for match in _TOKEN.finditer(text)]
    spans = list(chain.from_iterable((start, end) for _, start, end in found))
    if len(text) != count:
        spans = [native.FPDFText_GetCharIndexFromTextIndex(text_page, at) for at in spans]
    return [word for word, _, _ in found], spans


def _function(name: str, result: Any) -> Callable[..., Any]:
    """PDFium's function without the checks on its arguments, which take three times as long as its work."""
    return ctypes.CFUNCTYPE(result)(ctypes.cast(getattr(native, name), ctypes.c_void_p).value or 0)


_loose_box = _function("FPDFText_GetLooseCharBox", ctypes.c_int)
_text_object = _function("FPDFText_GetTextObject", ctypes.c_void_p)
_angle = _function("FPDFText_GetCharAngle", ctypes.c_float)
_render_mode = _function("FPDFTextObj_GetTextRenderMode", ctypes.c_int)
_font = _function("FPDFTextObj_GetFont", ctypes.c_void_p)
_font_name = _function("FPDFFont_GetBaseFontName", ctypes.c_size_t)
_font_weight = _function("FPDFFont_GetWeight", ctypes.c_int)
_object = _function("FPDFPage_GetObject", ctypes.c_void_p)
_object_type = _function("FPDFPageObj_GetType", ctypes.c_int)
_bounds = _function("FPDFPageObj_GetBounds", ctypes.c_int)


def _places(text_page: Any, spans: Sequence[int]) -> list[float]:
    """Left, top, right, bottom (upwards) of the characters at `spans`: as high as their font, not as their shape."""
    target = (ctypes.c_float * (4 * len(spans)))()
    slots = [ctypes.byref(target, 16 * at) for at in range(len(spans))]
    deque(map(_loose_box, repeat(ctypes.cast(text_page, ctypes.c_void_p)), spans, slots), maxlen=0)
    return list(target)


def _pieces(words: Sequence[str], places: Sequence[float], quarter: int) -> Iterator[_Piece]:
    """Neighbouring words of one line, seen in the direction `quarter`; a gap wider than between words parts them."""
    (left, up), (top, above), (right, on), (bottom, below) = _TURNS[quarter]
    lefts, rights = [up * place for place in places[left::8]], [on * place for place in places[right::8]]
    edges = zip(places[top::8], places[bottom::8], places[top + 4 :: 8], places[bottom + 4 :: 8], strict=True)
    boxes = [  # of the taller of first and last character: parts of a ligature and raised numbers are low
        (above * t1, below * b1) if above * t1 - below * b1 >= above * t2 - below * b2 else (above * t2, below * b2)
        for t1, b1, t2, b2 in edges
    ]
    tops, bottoms = [top for top, _ in boxes], [bottom for _, bottom in boxes]
    highs = [top - bottom for top, bottom in boxes]
    gaps = [(left - right) / (high or 1) for left, right, high in zip(lefts[1:], rights, highs, strict=False)]
    space = _space(gaps)
    last = len(words) - 1
    ends = [
        at
        for at, word in enumerate(words)
        if at == last
        or not -0.3 < gaps[at] < _STRETCHED
        or abs(bottoms[at + 1] - bottoms[at]) > 0.15 * highs[at]
        or word[-1] == "\ufffe"
    ]
    margins = Counter(round(rights[end]) for end in ends)
    start = 0
    for end in ends:
        justified = margins[round(rights[end])] > 3
        for begin, stop in _parted(words, gaps, start, end + 1, space, justified):
            yield _Piece(begin, stop, lefts[begin], tops[begin], rights[stop - 1], bottoms[begin], rights[begin])
        start = end + 1


def _space(gaps: Sequence[float]) -> float:
    """Usual space between words, in heights of the line: a quarter of it, but half in a typewriter's print."""
    inner = sorted(gap for gap in gaps if 0 < gap < 1.2)
    return min(max(inner[len(inner) // 4], 0.2), 0.6) if inner else 0.25


def _parted(
    words: Sequence[str], gaps: Sequence[float], start: int, end: int, space: float, justified: bool
) -> Iterator[tuple[int, int]]:
    """The words `start` to `end` of a line, parted at wide gaps, unless it is `justified` and all are equal."""
    inner = gaps[start : end - 1]
    if inner and max(inner) > GAP:
        bound = max(GAP, 2.2 * space, 1.8 * min(inner) if len(inner) > 1 else 0.0)
        bound = min(bound, max(_WIDE, 2.6 * space))
        later = inner[1:] if len(words[start]) < 4 else inner  # the gap after a list's marker is not stretched
        even = len(later) > 1 and max(later) - min(later) < 0.15
        text = "".join(words[start:end])
        if not (justified and even) or 2 * sum(map(str.isalpha, text)) < len(text):
            for at, gap in enumerate(inner, start + 1):
                if gap > bound:
                    yield start, at
                    start = at
    yield start, end


def _looker(text_page: Any, spans: Sequence[int]) -> Callable[[_Piece], _Look]:
    """How the words of a piece look; a font is asked once."""
    page = ctypes.cast(text_page, ctypes.c_void_p)
    known: dict[int, bool] = {}

    def is_bold(place: int) -> bool:
        font = _font(ctypes.c_void_p(_text_object(page, place)))
        if font not in known:
            name = ctypes.create_string_buffer(200)
            _font_name(ctypes.c_void_p(font), name, 200)
            known[font] = bool(_BOLD.search(name.value.decode("latin-1")))
        return known[font]

    def look(piece: _Piece) -> _Look:
        start, end = spans[2 * piece.start], spans[2 * piece.end - 1]
        turn = _angle(page, start) / 1.5707963
        quarter = round(turn) % 4 if abs(turn - round(turn)) < 0.03 else None
        visible = _render_mode(ctypes.c_void_p(_text_object(page, start))) != _INVISIBLE
        return _Look(quarter, is_bold(start) and is_bold(end), visible)

    return look


def _runs(
    words: Sequence[str], found: Sequence[tuple[_Piece, _Look]], box: tuple[float, float, float, float]
) -> list[Run]:
    """Runs of one direction, downwards from the top left corner of `box`; what lies outside it is not shown."""
    left, top, right, bottom = box
    seen = sum(piece.end - piece.start for piece, look in found if look.visible)
    layer = 2 * seen < sum(piece.end - piece.start for piece, _ in found)  # most of it lies, unseen, over a scan
    runs = []
    for piece, look in found:
        inside = left < (piece.left + piece.right) / 2 < right and bottom < (piece.top + piece.bottom) / 2 < top
        text = " ".join(words[piece.start : piece.end]).translate(_SPELLED).strip()
        if inside and text and (look.visible or layer):
            high, low = top - piece.top, top - piece.bottom
            runs.append(Run(text, piece.left - left, high, piece.right - left, low, piece.first - left, look.bold))
    return runs


def _with_bullets(runs: Sequence[Run], page: Any, box: Sequence[float]) -> list[Run]:
    """`runs` and the bullets before them that are drawn as shapes, as browsers do."""
    margins = [left for left, _ in Counter(round(run.left) for run in runs).most_common(2)]
    if not any(10 < run.left - margin < 100 for run in runs for margin in margins):
        return list(runs)
    pointer, count = ctypes.cast(page, ctypes.c_void_p), native.FPDFPage_CountObjects(page)
    shapes = list(map(ctypes.c_void_p, map(_object, repeat(pointer), range(count))))
    places = (ctypes.c_float * 4)()
    slots = [ctypes.byref(places, 4 * at) for at in range(4)]
    dots = []
    for shape, kind in zip(shapes, map(_object_type, shapes), strict=True):
        if kind == native.FPDF_PAGEOBJ_PATH and _bounds(shape, *slots):
            left, bottom, right, top = places
            if 1 < right - left < 12 and 0.6 < (top - bottom) / (right - left) < 1.7:
                dots.append((left - box[0], box[1] - top, right - box[0], box[1] - bottom))
    if len(dots) > _DRAWN:
        return list(runs)
    return [run for text in runs for run in (*_bullet(text, dots), text)]


def _bullet(run: Run, dots: Sequence[tuple[float, float, float, float]]) -> Iterator[Run]:
    high = run.bottom - run.top
    for left, top, right, bottom in dots:
        before = 0 < run.left - right < 2 * high and run.top + 0.2 * high < (top + bottom) / 2 < run.bottom - 0.1 * high
        if before and 0.15 * high < bottom - top < 0.75 * high:
            yield Run("•", left, run.top, right, run.bottom, right, run.bold)
            return
