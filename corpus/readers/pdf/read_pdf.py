"""PDF: the words of each page and their places, as PDFium finds them, gathered to runs for the layout to be undone."""

import ctypes
import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise, repeat
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw as native

from corpus.model import CorpusError
from corpus.readers.pdf.annotations import has_annotations
from corpus.readers.pdf.asides import set_aside
from corpus.readers.pdf.bullets import BULLET
from corpus.readers.pdf.flow import text_of
from corpus.readers.pdf.page_layout import Page, Run, rounded
from corpus.readers.pdf.pieces import Piece, pieces_of
from corpus.readers.pdf.raised import references
from corpus.readers.reading import LeftOut, Limits, Reading

_NO_TEXT = (
    "holds no text that can be read: it seems to be a scan; run text recognition (OCR) over it and save it again."
)
_NONE_UPRIGHT = "holds no text but such as stands aslant; straighten its pages and save it again."
_SCANNED = "holds no text that can be read and seems to be a scan; run text recognition (OCR) over it."
_TYPED = "holds comments or form fields with text, which was not read; print it to a new PDF."
_TOKEN = re.compile("[^\\s\ufffe]+\ufffe?|\ufffe")  # PDFium puts U+FFFE for a line's last hyphen and goes on after it
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_HYPHENS = {"\ufffe": "-"}
_UNSEEN: dict[str, str] = dict.fromkeys([*map(chr, range(9)), *map(chr, range(14, 32)), "\u200b", "\ufeff"], "")
_SPELLED = {ord(mark): text for mark, text in (_LIGATURES | _HYPHENS | _UNSEEN).items()}
_BOLD = re.compile("bold|black|heavy|demi", re.I)
_SYMBOLS = re.compile("symbol|ding(?:s|bats)", re.I)
_OUTLINED, _INVISIBLE = 2, 3  # rendering modes: bold made from a plain font; the text recognised in a scan
_FAR = 1e6  # points; what lies farther off, or is larger, is nonsense
_ASLANT = 0.03  # quarters of a turn: writing that stands up to this much askew is upright, as in a scan
_DRAWN, _OBJECTS = 200, 20_000  # small shapes, and things, on a page, above which they are a drawing, no bullets
# Where in a box (left, top, right, bottom upwards) stand left, top, right and bottom of the box turned upright, and
# their signs, by its turn in quarters clockwise.
_TURNS = (
    ((0, 1), (1, 1), (2, 1), (3, 1)),
    ((1, -1), (2, 1), (3, -1), (0, 1)),
    ((2, -1), (3, -1), (0, -1), (1, -1)),
    ((3, 1), (0, -1), (1, 1), (2, -1)),
)


class _Look(NamedTuple):
    """How words are printed. `quarter` is the turn of the writing, None where it is oblique; `size` is in points."""

    quarter: int | None
    size: float
    bold: bool
    visible: bool
    symbol: bool
    font: int
    sign: bool  # one sign, and what follows it is set in another font


class _Font(NamedTuple):
    place: int
    bold: bool
    symbol: bool


def read_pdf(raw: bytes, limits: Limits) -> Reading:
    """The text that the pages of a PDF show, in reading order; comments and form fields are named as left out."""
    pages = pages_of(raw, limits)
    if not any(page.layers for page in pages):
        raise CorpusError(_NONE_UPRIGHT if any(page.aslant for page in pages) else _NO_TEXT)
    scanned = [at for at, page in enumerate(pages, 1) if page.drawn and not page.layers and not page.aslant]
    typed = [at for at, page in enumerate(pages, 1) if page.annotated]
    pages, asides = set_aside(pages)
    return Reading((text_of(pages),), (*_left_out(scanned, _SCANNED), *_left_out(typed, _TYPED), *asides))


def pages_of(raw: bytes, limits: Limits) -> list[Page]:
    """The pages of a PDF with all that is shown on them, in the order of the file."""
    document = _open(raw)
    try:
        if len(document) > limits.pages:
            raise CorpusError(f"has more than {limits.pages:,} pages; split it into smaller files.")
        return list(_pages(document, limits))
    finally:
        document.close()


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


def _left_out(pages: Sequence[int], reason: str) -> Iterator[LeftOut]:
    """One entry for each stretch of `pages`, all left out, or parts of them, for one reason."""
    among = frozenset(pages)
    starts = [page for page in pages if page - 1 not in among]
    ends = [page for page in pages if page + 1 not in among]
    for start, end in zip(starts, ends, strict=True):
        where = f"page {start}" if start == end else f"pages {start}-{end}"
        yield LeftOut(where, reason)


def _pages(document: pdfium.PdfDocument, limits: Limits) -> Iterator[Page]:
    length = 0
    for at in range(len(document)):
        page = native.FPDF_LoadPage(document, at)
        text_page = native.FPDFText_LoadPage(page) if page else None
        try:
            length += native.FPDFText_CountChars(text_page) if text_page else 0
            if length > limits.characters:
                raise CorpusError(
                    f"holds more than {limits.characters:,} characters of text; split it into smaller files."
                )
            yield _page(page, text_page) if text_page else Page((), 1.0, 1.0, drawn=True)
        finally:
            native.FPDFText_ClosePage(text_page)
            native.FPDF_ClosePage(page)


def _page(page: Any, text_page: Any) -> Page:
    """The runs of a page; those of its main direction first, turned upright."""
    words, spans = _words(text_page)
    places = _places(text_page, spans)
    look = _looker(text_page, spans)
    edges = native.FS_RECTF()
    native.FPDF_GetPageBoundingBox(page, ctypes.byref(edges))
    box = [edges.left, edges.top, edges.right, edges.bottom]
    found = [(piece, look(piece)) for piece in pieces_of(words, places)]
    turns = Counter(seen.quarter for piece, seen in found for _ in range(piece.start, piece.end))
    layers: list[tuple[int, tuple[Run, ...]]] = []
    for quarter in (turn for turn, _ in turns.most_common() if turn is not None):
        upright = _upright(places, quarter)
        if set(turns) != {0}:
            found = [(piece, look(piece)) for piece in pieces_of(words, upright)]
        own = [(piece, seen) for piece, seen in found if seen.quarter == quarter]
        runs = _runs(_referenced(words, upright, text_page, spans), own, _upright(box, quarter))
        if quarter == 0:
            runs = _with_bullets(runs, page, box)
        if runs:
            layers.append((quarter, tuple(runs)))
    left, top, right, bottom = _upright(box, layers[0][0] if layers else 0)
    drawn = native.FPDFPage_CountObjects(page) > 0
    aslant = tuple(" ".join(words[piece.start : piece.end]) for piece, seen in found if seen.quarter is None)
    return Page(
        tuple(runs for _, runs in layers), right - left, top - bottom, drawn, aslant, annotated=has_annotations(page)
    )


def _referenced(words: list[str], places: Sequence[float], text_page: Any, spans: Sequence[int]) -> list[str]:
    """`words` with raised numbers in brackets."""
    tops, bottoms = places[1::4], places[3::4]
    ends = list(zip(tops, bottoms, strict=True))
    boxes = list(zip(ends[0::2], ends[1::2], strict=True))
    pointer = ctypes.cast(text_page, ctypes.c_void_p)
    matrix = native.FS_MATRIX()

    def size(word: int, at: int) -> float:
        _matrix(pointer, spans[2 * word] + at, ctypes.byref(matrix))
        return float(_font_size(pointer, spans[2 * word] + at)) * _height(matrix)

    changed = dict(references(words, boxes, size))
    return [changed.get(at, word) for at, word in enumerate(words)] if changed else words


def _upright(places: Sequence[float], quarter: int) -> Sequence[float]:
    """Boxes, four places each, as they are when writing that stands turned by `quarter` is upright."""
    if quarter == 0:
        return places
    turned = ([sign * place for place in places[at::4]] for at, sign in _TURNS[quarter])
    return list(chain.from_iterable(zip(*turned, strict=True)))


def _words(text_page: Any) -> tuple[list[str], list[int]]:
    """The words of a page, and two for each: the indexes of its first and its last character."""
    count = native.FPDFText_CountChars(text_page)
    buffer = (ctypes.c_ushort * (count * 2 + 2))()  # a character may take two units
    native.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")
    found = [match.span() for match in _TOKEN.finditer(text)]
    spans = [at for start, end in found for at in (start, end - 1)]
    if len(text) != count:
        spans = [native.FPDFText_GetCharIndexFromTextIndex(text_page, at) for at in spans]
    return [text[start:end] for start, end in found], spans


def _function(name: str, result: Any) -> Callable[..., Any]:
    """PDFium's function without the checks on its arguments, which take three times as long as its work."""
    return ctypes.PYFUNCTYPE(result)(ctypes.cast(getattr(native, name), ctypes.c_void_p).value or 0)


_loose_box = _function("FPDFText_GetLooseCharBox", ctypes.c_int)
_text_object = _function("FPDFText_GetTextObject", ctypes.c_void_p)
_font_size = _function("FPDFText_GetFontSize", ctypes.c_double)
_matrix = _function("FPDFText_GetMatrix", ctypes.c_int)
_render_mode = _function("FPDFTextObj_GetTextRenderMode", ctypes.c_int)
_font = _function("FPDFTextObj_GetFont", ctypes.c_void_p)
_font_name = _function("FPDFFont_GetBaseFontName", ctypes.c_size_t)
_object = _function("FPDFPage_GetObject", ctypes.c_void_p)
_object_type = _function("FPDFPageObj_GetType", ctypes.c_int)
_bounds = _function("FPDFPageObj_GetBounds", ctypes.c_int)


def _places(text_page: Any, spans: Sequence[int]) -> Sequence[float]:
    """Left, top, right, bottom (upwards) of the characters at `spans`: as high as their font, not as their shape."""
    target = (ctypes.c_float * (4 * len(spans)))()
    slots = [ctypes.byref(target, at) for at in range(0, 16 * len(spans), 16)]
    deque(map(_loose_box, repeat(ctypes.cast(text_page, ctypes.c_void_p)), spans, slots), maxlen=0)
    places = memoryview(target).cast("B").cast("f").tolist()
    return places if math.isfinite(sum(places)) else [place if abs(place) < _FAR else 0.0 for place in places]


def _looker(text_page: Any, spans: Sequence[int]) -> Callable[[Piece], _Look]:
    """How the words of a piece are printed; a font is asked once."""
    page = ctypes.cast(text_page, ctypes.c_void_p)
    known: dict[int, _Font] = {}
    matrix = native.FS_MATRIX()
    place = ctypes.byref(matrix)

    def font_of(at: int) -> _Font:
        font = _font(ctypes.c_void_p(_text_object(page, at)))
        if font not in known:
            name = ctypes.create_string_buffer(200)
            _font_name(ctypes.c_void_p(font), name, 200)
            plain = name.value.decode("latin-1")
            known[font] = _Font(font, bool(_BOLD.search(plain)), bool(_SYMBOLS.search(plain)))
        return known[font]

    def look(piece: Piece) -> _Look:
        start, end = spans[2 * piece.start], spans[2 * piece.end - 1]
        _matrix(page, start, place)
        turn = math.atan2(-matrix.b, matrix.a) / (math.pi / 2)  # of the line, however its letters are slanted
        quarter = round(turn) % 4 if abs(turn - round(turn)) < _ASLANT else None
        size = _font_size(page, start) * _height(matrix)
        size = rounded(size) if 0.5 < size < _FAR else 0.5
        mode = _render_mode(ctypes.c_void_p(_text_object(page, start)))
        font = font_of(start)
        bold = mode == _OUTLINED or (font.bold and font_of(end).bold)
        sign = start == spans[2 * piece.start + 1]
        if sign and piece.end > piece.start + 1:
            sign = font_of(spans[2 * piece.start + 2]) != font
        return _Look(quarter, size, bold, mode != _INVISIBLE, font.symbol, font.place, sign)

    return look


def _height(matrix: Any) -> float:
    """How many times as high as its font says writing is, however it is turned or slanted."""
    along = math.hypot(matrix.a, matrix.b)
    return abs(matrix.a * matrix.d - matrix.b * matrix.c) / along if along else 0.0


def _sign_fonts(words: Sequence[str], found: Sequence[tuple[Piece, _Look]]) -> frozenset[int]:
    """Fonts in which a page has nothing but one letter, again and again: that of its bullets, whatever its name."""
    signs: dict[int, set[str]] = defaultdict(set)
    counts: Counter[int] = Counter()
    for piece, look in found:
        signs[look.font].add(words[piece.start] if look.sign else "")
        counts[look.font] += 1
    return frozenset(
        font for font, seen in signs.items() if len(seen) == 1 and "".join(seen).isalpha() and counts[font] > 1
    )


def _runs(words: Sequence[str], found: Sequence[tuple[Piece, _Look]], box: Sequence[float]) -> list[Run]:
    """Runs of one direction, downwards from the top left corner of `box`; what lies outside it is not shown."""
    left, top, right, bottom = box
    seen = sum(piece.end - piece.start for piece, look in found if look.visible)
    layer = 2 * seen < sum(piece.end - piece.start for piece, _ in found)  # most of it lies, unseen, over a scan
    runs = []
    of_signs = _sign_fonts(words, found)
    for piece, look in found:
        inside = left < piece.left < right or left < (piece.left + piece.right) / 2 < right
        inside = inside and bottom < (piece.top + piece.bottom) / 2 < top
        text = " ".join(words[piece.start : piece.end])
        text = text if text.isascii() and text.isprintable() else text.translate(_SPELLED).strip()
        if inside and text and (look.visible or layer):
            sign = look.sign and look.font in of_signs
            if len(words[piece.start]) == 1 and (look.symbol or (sign and " " in text)):
                text = BULLET + text[1:]
            high, low = top - piece.top, max(top - piece.bottom, top - piece.top + 0.5)
            place = (piece.left - left, high, piece.right - left, low, piece.first - left)
            runs.append(Run(text, *place, look.size, look.bold, sign))
    return runs


def _with_bullets(runs: Sequence[Run], page: Any, box: Sequence[float]) -> list[Run]:
    """`runs` and the bullets before them that are drawn as shapes, as browsers do."""
    lefts = sorted({run.left for run in runs})
    pointer, count = ctypes.cast(page, ctypes.c_void_p), native.FPDFPage_CountObjects(page)
    if count > _OBJECTS or not any(8 < other - left < 60 for left, other in pairwise(lefts)):
        return list(runs)  # nothing is indented
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
            yield Run("•", left, run.top, right, run.bottom, right, run.size, run.bold)
            return
