"""Plain text: its encoding, its line ends."""

from corpus.model import CorpusError
from corpus.readers.reading import Limits, Reading, Text


def read_text(raw: bytes, limits: Limits) -> Reading:
    """A text file as it is."""
    return Reading((Text(decode(raw)),))


def decode(raw: bytes) -> str:
    """Text of `raw`: UTF-8 or UTF-16 with a mark, UTF-8 without, else Windows-1252, with plain line ends."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw:
        raise CorpusError("is not text although its name says so; save it as a text file.")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
