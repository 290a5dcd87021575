"""Files that try to stop a build, or to do worse, and what is to become of each: made here, small on disk."""

import io
import os
import random
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

BLANK = b" " * 10_000_000
GOOD = "Lamps burn on the quay, and the force counts them."
NAMES = (
    " led by a space.txt", "two\nlines.txt", "tab\there.txt", "quote\"s and 'such'.txt",
    "100% #1 ?&=+;.txt", "back\\slash.txt",
    "äöü–é.txt", "лампы.txt", "ランプ.txt", "\u202egnitartsnoc.txt", "🔥.txt", "<b>bold.txt", "$(reboot) `reboot`.txt",
    "-rf.txt", "a" * 250 + ".txt", "bell\a.txt", "nul.txt", "con..txt", "[1]{2}~3^.txt",
)  # fmt: skip
HEADERS = "force,number,report,published,recommendation,addressee,date,status,comment\n"


@dataclass(frozen=True)
class Attack:
    """One hostile file: `make` writes it at a path; `reason` is what is said of it, None where it is read."""

    name: str
    make: Callable[[Path], object]
    reason: str | None


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def pdf(**options: object) -> bytes:
    """A PDF of one page with the good sentence on it."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, **options)
    canvas.drawString(72, 700, GOOD)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def raw_pdf(pages: str, *others: str | bytes) -> bytes:
    """A PDF put together by hand: object 1 the catalogue, 2 `pages`, then `others`; without a table of objects."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", pages, *others]
    parts = [b"%PDF-1.7\n"]
    for number, item in enumerate(objects, 1):
        parts += [b"%d 0 obj\n" % number, item if isinstance(item, bytes) else item.encode(), b"\nendobj\n"]
    return b"".join([*parts, b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF\n" % (len(objects) + 1)])


def pdf_bomb() -> bytes:
    """A page whose content of 2 GB lies packed in 9 MB."""
    squeeze = zlib.compressobj(1)
    # The middle of a long run of spaces packs to the same bytes over and over.
    start = squeeze.compress(BLANK) + squeeze.flush(zlib.Z_FULL_FLUSH)
    packed = start + (squeeze.compress(BLANK) + squeeze.flush(zlib.Z_FULL_FLUSH)) * 200 + squeeze.flush()
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
    return raw_pdf("<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>", stream)


def many_pages() -> bytes:
    kids = " ".join(f"{number} 0 R" for number in range(3, 5003))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    return raw_pdf(f"<</Type/Pages/Kids[{kids}]/Count 5000>>", *[page] * 5000)


def word() -> bytes:
    document = docx.Document()
    document.add_paragraph(GOOD)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def sheet(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in rows:
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def replaced(archive: bytes, member: str, content: Callable[[bytes], bytes]) -> bytes:
    """A zip with one of its members rewritten."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, content(old.read(name)) if name == member else old.read(name))
    return buffer.getvalue()


def blown_up(archive: bytes, member: str) -> bytes:
    """A zip bomb: one member is followed by 400 MB of spaces."""
    return replaced(archive, member, lambda content: content + b" " * 400_000_000)


def laughing(content: bytes) -> bytes:
    """XML with entities that would grow to 10^9 characters."""
    names = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    body = content.split(b"?>", 1)[1].replace(GOOD.encode(), b"&l9;")
    return f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "l">{"".join(names)}]>'.encode() + body


def row(comment: object) -> list[object]:
    return [
        "kent",
        "7001",
        "Lamps",
        "4/3/2019",
        "The force should light lamps.",
        "force",
        "4/3/2019",
        "complete",
        comment,
    ]


def formulas() -> bytes:
    return sheet([HEADERS.strip().split(","), row('=HYPERLINK("http://evil.example","Lit")'), row("=cmd|'/C calc'!A0")])


def many_cells() -> bytes:
    """A sheet of 1,100,000 cells."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    columns = [f"{tens}{ones}" for tens in letters[:4] for ones in letters][:100]
    row = "".join(f'<c r="{column}%d"><v>1</v></c>' for column in columns)
    rows = "".join(f'<row r="{n}">{row.replace("%d", str(n))}</row>' for n in range(2, 11_002)).encode()
    return replaced(
        sheet([HEADERS.strip().split(",")]),
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(b"</sheetData>", rows + b"</sheetData>"),
    )


def stray_cell() -> bytes:
    """A sheet of two cells in opposite corners, 16,384 columns and 1,048,576 rows apart."""
    return replaced(
        sheet([HEADERS.strip().split(","), row("Lit.")]),
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
    )


def fifo(path: Path) -> None:
    os.mkfifo(path)


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(500_000_000)


NOISE = random.Random(7).randbytes(20_000)
ATTACKS = (
    Attack("empty.txt", write(b""), "is empty"),
    Attack("blank.html", write(b"<html><body>  </body></html>"), "holds no text"),
    Attack("binary.txt", write(NOISE), "is not text"),
    Attack("noise.pdf", write(NOISE), "is not a PDF|damaged"),
    Attack("noise.docx", write(NOISE), "damaged|not a Word"),
    Attack("noise.xlsx", write(NOISE), "damaged|not an Excel"),
    Attack("noise.csv", write(NOISE), "is not text"),
    Attack("noise.jsonl", write(NOISE), "is not UTF-8 text"),
    Attack("cut.pdf", lambda path: path.write_bytes(pdf()[:300]), "damaged"),
    Attack("cut.docx", lambda path: path.write_bytes(word()[:9_000]), "damaged"),
    Attack("cut.xlsx", lambda path: path.write_bytes(formulas()[:2_000]), "damaged"),
    Attack("locked.pdf", lambda path: path.write_bytes(pdf(encrypt=StandardEncryption("secret"))), "password"),
    Attack("locked.docx", write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE), "password"),
    Attack("locked.xlsx", write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE), "password"),
    Attack("pdf.txt", lambda path: path.write_bytes(pdf()), r"is a PDF, .* rename it to end in \.pdf"),
    Attack("page.txt", write(b"<!DOCTYPE html><html><p>Lamps.</p></html>"), "is a web page"),
    Attack("word.pdf", lambda path: path.write_bytes(word()), "is a Word, Excel or zip file"),
    Attack("rich.docx", write(b"{\\rtf1 Lamps}"), r"is a rich text \(RTF\) file"),
    Attack("old.doc", write(b"\xd0\xcf\x11\xe0"), r"save it as \.docx"),
    Attack("photo.jpg", write(b"\xff\xd8\xff\xe0"), "is of a kind that is not read"),
    Attack("nothing", write(b"Lamps."), "no ending"),
    Attack("large.txt", large, "is 500 MB large"),
    Attack("long.txt", lambda path: path.write_bytes(b"Lamps burn. " * 2_500_000), "more than 10,000,000 characters"),
    Attack("bomb.pdf", lambda path: path.write_bytes(pdf_bomb()), "memory|broke|damaged|longer|no text"),
    Attack("pages.pdf", lambda path: path.write_bytes(many_pages()), "pages"),
    Attack("loop.pdf", write(raw_pdf("<</Type/Pages/Kids[2 0 R]/Count 9>>")), "damaged|no text|pages"),
    Attack("bomb.docx", lambda path: path.write_bytes(blown_up(word(), "word/document.xml")), "unpack"),
    Attack(
        "bomb.xlsx", lambda path: path.write_bytes(blown_up(formulas(), "xl/worksheets/sheet1.xml")), "unpack|larger"
    ),
    Attack(
        "laughs.docx", lambda path: path.write_bytes(replaced(word(), "word/document.xml", laughing)), "entit|damaged"
    ),
    Attack("deep.html", write(b"<div>" * 100_000 + b"Lamps"), "one inside the other"),
    Attack("deep.md", write(b"> " * 50_000 + b"Lamps"), "holds no text"),
    Attack("deep.jsonl", write(b'{"_id": "1", "text": ' + b"[" * 100_000), "no line"),
    Attack("cells.xlsx", lambda path: path.write_bytes(many_cells()), "cells|rows"),
    Attack("corner.xlsx", lambda path: path.write_bytes(stray_cell()), "cells|memory|broke|rows"),
    Attack("formula.xlsx", lambda path: path.write_bytes(formulas()), None),
    Attack("formula.csv", write((HEADERS + ",".join(map(str, row("=cmd|'/C calc'!A0")))).encode()), None),
    Attack("field.csv", write((HEADERS + ",".join(map(str, row("Lamps. " * 4_000_000)))).encode()), "characters"),
    Attack("quotes.csv", write((HEADERS + 'kent,7002,"Lamps,2018,Light.,,,,\nkent,7003').encode()), "quotation mark"),
    Attack("out.txt", lambda path: path.symlink_to("/etc/hosts"), "is a link out of the folder"),
    Attack("out", lambda path: path.symlink_to("/etc"), "is a link out of the folder"),
    Attack("gone.txt", lambda path: path.symlink_to("nowhere.txt"), "is a link to something that is not there"),
    Attack("self.txt", lambda path: path.symlink_to("self.txt"), "is a link"),
    Attack("up", lambda path: path.symlink_to(".."), "is a link out of the folder"),
    Attack("pipe.txt", fifo, "is not a file but a pipe"),
    Attack("bad\udcff.txt", write(GOOD.encode()), "has a name that is not UTF-8"),
    *(Attack(name, write(GOOD.encode()), None) for name in NAMES),
)
