"""What a query names that stands nowhere in the index: nobody is to take an answer about the rest for one about it."""

from corpus.english import dictionary
from service.memory.opened import Opened
from service.query.finding_numbers import named_findings
from service.query.question import Concept, Question

LONG = 4  # letters


def named_nowhere(held: Opened, question: Question) -> list[str]:
    """The names, of forces too, short forms and words unknown to English of which the index has nothing, as typed.

    Nor has it anything of what they may stand for. Left out are what may be a slip of the keyboard, numbers, which may
    be those of years and records, and what names a finding. `question` is as the index knows it
    (`WordIndex.occurring`).
    """
    if named_findings(question.text).named:
        return []
    text = question.text
    forces = {word for it in held.forces.mentions(text) for word in text[it.start : it.end].split()}
    slips = {word for word, _ in held.spelling.guesses(question)}
    return [
        concept.shown
        for concept in question.concepts
        if (_names_a_thing(concept) or not forces.isdisjoint(concept.shown.split()))
        and slips.isdisjoint(concept.shown.split())
        and _stands_nowhere(held, concept)
    ]


def _names_a_thing(concept: Concept) -> bool:
    if any(letter.isdigit() for letter in concept.shown):
        return False
    # Of shorter words too many are parts of others, as "ex" of ex-partner.
    english = all(len(word) < LONG or word.lower() in dictionary() for word in concept.shown.split())
    return concept.proper or concept.sure or not english


def _stands_nowhere(held: Opened, concept: Concept) -> bool:
    ways = [concept.typed, *(other.stems for other in concept.others)]
    return all(any(held.words.unknown(stem) for stem in stems) for stems in ways)
