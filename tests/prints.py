"""Pages drawn line by line, so that a test knows where every word of a PDF stands, and a look at what was read."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from corpus.readers.pdf.read_pdf import read_pdf
from corpus.readers.reading import Limits, Text

LAMPS = (
    "The lamps along the harbour road are counted every night by two wardens, who walk from the bridge to the quay "
    "and write down each dark one in a book that hangs by the door of the office. "
)
MOTHS = (
    "Moths come to the seven lamps at the slipway, and nobody has yet been asked to count them. The wardens think "
    "that there are more of them in years when the tide is late, although the book has no column for moths. "
)
LEFT, TOP, STEP = 72, 760, 14
Draw = Callable[[Canvas], object]


def made(*pages: Draw, **options: Any) -> bytes:
    """A PDF of A4 pages."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, **options)
    for draw in pages:
        canvas.setFont("Helvetica", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def put(canvas: Canvas, lines: Sequence[str], x: float = LEFT, y: float = TOP, step: float = STEP) -> float:
    """Draw `lines` one below the other; returns where the next one would stand."""
    for line in lines:
        canvas.drawString(x, y, line)
        y -= step
    return y


def wrapped(text: str, width: float = 450, size: float = 11, font: str = "Helvetica") -> list[str]:
    """`text` in lines of at most `width` points, as many words on each as fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if stringWidth(longer, font, size) <= width else [*lines, word]
    return lines


def read(*pages: Draw) -> Text:
    """The one text of a PDF with these pages."""
    return read_pdf(made(*pages), Limits()).texts[0]


def paragraphs(text: Text) -> list[str]:
    """What stands between blank lines."""
    return text.text.strip("\n").split("\n\n")


def headings(text: Text) -> list[tuple[int, str]]:
    """Level and words of each heading."""
    return [(heading.level, text.text[heading.start :].split("\n")[0]) for heading in text.headings]


def lines_at(*lines: str, step: float = STEP) -> Draw:
    """A page with these lines from the top."""
    return lambda canvas: put(canvas, lines, step=step)
