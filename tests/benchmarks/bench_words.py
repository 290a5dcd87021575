"""Whether words are lost: those of the pages, as PDFium lists them, against what is read, said and dropped.

    PYTHONPATH=.:tests python tests/benchmarks/bench_words.py FILE.pdf …

One line a file: its words, the share of them that the text has, how many are said to be left out, how many are dropped
as running headers, page numbers, contents lists and repeated heads of tables, and those of which nothing is known.
"""

import re
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import pypdfium2 as pdfium

from corpus.readers.pdf.asides import set_aside
from corpus.readers.pdf.contents import without_contents
from corpus.readers.pdf.edges import furniture
from corpus.readers.pdf.page_layout import habits_of
from corpus.readers.pdf.paragraphs import paragraphs_of
from corpus.readers.pdf.printed_lines import lines_of
from corpus.readers.pdf.read_pdf import pages_of, read_pdf
from corpus.readers.reading import Limits

_WORD = re.compile(r"[^\W_]+")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_QUOTED = re.compile("“(.*?)”")
_SHOWN = 25  # lost words of a file at most


def main() -> None:
    print("| file | words | read | said to be left out | dropped | lost |")
    print("|--|--|--|--|--|--|")
    for path in map(Path, sys.argv[1:]):
        raw = path.read_bytes()
        printed, reading = words(shown(raw)), read_pdf(raw, Limits())
        unread = printed - words(" ".join(text.text for text in reading.texts))
        unsaid = unread - words(
            " ".join(chain.from_iterable(_QUOTED.findall(part.reason) for part in reading.left_out))
        )
        lost = unsaid - words(dropped(raw))
        total = printed.total()
        numbers = (
            f"{total:,} | {1 - unread.total() / total:.2%} | {(unread - unsaid).total()} | {(unsaid - lost).total()}"
        )
        print(f"| {path.name} | {numbers} | {', '.join(f'{w} ×{n}' for w, n in lost.most_common(_SHOWN)) or '–'} |")


def shown(raw: bytes) -> str:
    """All that PDFium finds on the pages, in its order."""
    document = pdfium.PdfDocument(raw)
    try:
        return "\n".join(document[at].get_textpage().get_text_range() for at in range(len(document)))
    finally:
        document.close()


def dropped(raw: bytes) -> str:
    """What the reader drops without naming it."""
    pages = pages_of(raw, Limits())
    apart = set_aside(pages)[0]
    habits = habits_of(apart)
    edges = [apart[at].layers[0][number].text for at, number in furniture(apart, habits)]
    whole = [(at, run.text) for at, page in enumerate(pages) for run in chain.from_iterable(page.layers)]
    kept = Counter((at, run.text) for at, page in enumerate(apart) for run in chain.from_iterable(page.layers))
    aside = [text for _, text in (Counter(whole) - kept).elements()]
    aside += (text for page in pages for text in page.aslant)
    lines = lines_of(apart, habits)
    paragraphs = paragraphs_of(lines, habits)
    lists = Counter(p.text for p in paragraphs) - Counter(p.text for p in without_contents(paragraphs))
    heads = Counter(line.text for line in lines if line.cells) - Counter(p.lines[0].text for p in paragraphs)
    return " ".join((*edges, *aside, *lists.elements(), *heads.elements()))


def words(text: str) -> Counter[str]:
    """Words without regard to case, ligatures and hyphens."""
    text = re.sub("[\u00ad\ufffe-]\\s*", "", text.translate(_LIGATURES))
    return Counter(_WORD.findall(text.casefold()))


if __name__ == "__main__":
    main()
