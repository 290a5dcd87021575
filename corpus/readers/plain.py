"""Plain text: its encoding, its line ends."""

from corpus.model import CorpusError
from corpus.readers.reading import Limits, Reading, Text


def read_text(raw: bytes, limits: Limits) -> Reading:
    """A text file as it is."""
    return Reading((Text(decode(raw)),))


def decode(raw: bytes) -> str:
    """Text of `raw` with plain line ends: UTF-8 or UTF-16 with a mark, UTF-8 without one, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw:
        raise CorpusError("is not text although its name says so; save it as a text file.")
    else:
        text = raw.decode("utf-8-sig", errors="replace")
        broken, foreign = text.count("\ufffd"), sum(1 for character in text if character > "\x7f")
        if broken and 10 * broken > foreign:  # a stray byte or two leave a text UTF-8
            # Line ends of CR alone are those of old Macintosh programs, which still save so where asked for "Macintosh".
            mac = b"\r" in raw and b"\n" not in raw
            text = raw.decode("mac_roman" if mac else "cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
