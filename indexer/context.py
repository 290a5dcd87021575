"""What a passage is read with: the headings it stands under, the words that introduce it, its short forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.acronyms import Meaning
from corpus.model import Document, Passage


@dataclass(frozen=True, slots=True)
class Placed:
    """A passage of a document with what it is read with.

    `headings` are the document's title and number and the section's headings, outermost first; `lead` introduces
    a list item, and is empty otherwise; `meanings` says what the short forms in the text stand for there.
    """

    passage: Passage
    headings: tuple[str, ...]
    lead: str
    meanings: tuple[Meaning, ...]

    @property
    def text(self) -> str:
        """The passage after the words that introduce it."""
        return f"{self.lead} {self.passage.text}" if self.lead else self.passage.text


def placed(document: Document, known: Sequence[Sequence[Meaning]]) -> Iterator[Placed]:
    """The passages of a document in their order; `known` are the meanings of the short forms in each."""
    title = [document.title] if document.title.strip() else []
    number = document.register_number
    named = [number] if number and number not in document.title else []
    for passage, own in zip(document.passages, known, strict=True):
        section = document.sections[passage.section]
        below = section[1:] if section and title and section[0] == document.title else section
        lead = "" if passage.parent is None else document.passages[passage.parent].text
        # The number finds the record by what it asks for; a comment that names it then stands out. A title that is a
        # passage of its own does not stand over itself.
        number_too = named if passage.kind != "comment" else []
        headings = tuple(heading for heading in (*title, *number_too, *below) if heading != passage.text)
        # A row of the glossary says itself what its short form stands for.
        yield Placed(passage, headings, lead, tuple(own) if passage.kind != "glossary" else ())
