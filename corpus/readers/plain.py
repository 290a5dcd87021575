"""Plain text: its encoding, its line ends, the marks in it that nobody sees."""

import re

from corpus.model import CorpusError
from corpus.readers.front_matter import front_matter
from corpus.readers.reading import Limits, Reading, Text


def read_text(raw: bytes, limits: Limits) -> Reading:
    """A text file as it is, without its front matter; what that states is the text's."""
    front = front_matter(decode(raw))
    return Reading((Text(front.text, metadata=front.metadata),), front.left_out)


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
            text = raw.decode("cp1252", errors="replace")
            # Line ends of CR alone may be those of Excel's "CSV (Macintosh)", which has the encoding of its time.
            if b"\n" not in raw and _odd(text) > _odd(mac := raw.decode("mac_roman")):
                text = mac
    return visible(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))


# Soft hyphen (at the end of a line it parts a word), zero-width spaces and joiners, marks of direction and byte order.
_UNSEEN = re.compile("\u00ad\n(?=\\w)|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def visible(text: str) -> str:
    """`text` without characters that are not shown: they part words for whoever searches, and for nobody else."""
    return _UNSEEN.sub("", text)


_ODD = re.compile(r"(?<=[a-z])[À-ÞŠŽŒŸ]|[ß-ÿ](?=[A-Z])")


def _odd(text: str) -> int:
    """How many letters of a text are of the wrong case for where they stand ("cafŽ"), as under another encoding."""
    return len(_ODD.findall(text))
