"""How the tests of web pages read one, and a paragraph of content to put into it."""

from corpus.readers.html.read_markup import read_html
from corpus.readers.reading import Limits, Text

LIMITS = Limits()
COUNTED = "The force has nine lamps and counts them. " * 12
LAMPS = f"<p>{COUNTED}</p>"


def html(page: str | bytes) -> Text:
    """What is read of a page."""
    (text,) = read_html(page if isinstance(page, bytes) else page.encode(), LIMITS).texts
    return text


def lines(page: str | bytes) -> str:
    """The lines that are read of a page."""
    return html(page).text.strip("\n")


def headings(text: Text) -> list[tuple[int, str]]:
    """Level and words of each marked heading."""
    return [(heading.level, text.text[heading.start :].split("\n")[0]) for heading in text.headings]
