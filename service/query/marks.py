"""Where the words of a question stand in a text, and which of its sentences answers best."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from corpus.acronyms import Meaning
from corpus.text import Span
from indexer.lexical import Analyzer
from indexer.name_words import in_capitals, name_form
from service.query.lexicon import OTHER, Stems
from service.query.question import Concept, Question

Marks = list[tuple[Span, Stems]]
"""Places in a text that answer a question, with the word or phrase of it (or of the vocabulary) that they answer."""


def marks(text: str, question: Question, shorts: Sequence[Meaning], analyzer: Analyzer) -> Marks:
    """Where the words of a question stand in a text, or others for the same; in order, the longer first.

    `shorts` are the meanings of the short forms in the text: where one of them says what is looked for, its short
    form is marked.
    """
    loose = [c for c in question.concepts if c.typed not in question.phrases]
    phrases: set[Stems] = {words for c in loose for words in ([c.typed] if c.together else [(s,) for s in c.typed])}
    phrases |= set(question.phrases) | {other.stems for concept in question.concepts for other in concept.others}
    beginning: dict[str, list[Stems]] = {}
    for phrase in phrases:
        beginning.setdefault(phrase[0], []).append(phrase)
    found = analyzer.tokens(text)
    stems = tuple(token.term for token in found)
    hits: Marks = []
    for first, stem in enumerate(stems):
        for phrase in beginning.get(stem, ()):
            if stems[first : first + len(phrase)] == phrase:
                span = found[first].span[0], found[first + len(phrase) - 1].span[1]
                hits.append((span, phrase))
    hits = _as_named(hits, text, question.concepts)
    # What stands in quotation marks has to stand there itself.
    sought = {c.whole for c in question.concepts} | {other.stems for c in question.concepts for other in c.others}
    sought -= set(question.phrases)
    for short, means in shorts if question.expanded else ():
        stands = tuple(analyzer.analyze(means))
        answered = [phrase for phrase in sought if _within(phrase, stands)]
        # One word of a meaning is not what is asked for: "health" does not mark the NHS.
        if len({stem for phrase in answered for stem in phrase}) == 1 < len(stands):
            continue
        spans = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(short)}(?=s?(?!\w))", text)]
        hits += [(span, phrase) for span in spans for phrase in answered]
    return sorted(hits, key=lambda hit: (hit[0][0], -hit[0][1], hit[1]))


def _as_named(hits: Marks, text: str, concepts: Sequence[Concept]) -> Marks:
    """The marks without those of common words where a name of two capitals stands as it was typed: PROtect."""
    for concept in concepts:
        if in_capitals(concept.name):
            stands = [hit for hit in hits if name_form(text[slice(*hit[0])]) == name_form(concept.name)]
            hits = [hit for hit in hits if not stands or hit[1] != concept.typed or hit in stands]
    return hits


def outermost(marked: Marks) -> list[Span]:
    """The places of marks without those that lie inside another."""
    spans: list[Span] = []
    for span, _ in marked:
        if not spans or span[1] > spans[-1][1]:
            spans.append(span)
    return spans


def _within(phrase: Stems, stems: Stems) -> bool:
    return any(stems[at : at + len(phrase)] == phrase for at in range(len(stems) - len(phrase) + 1))


def best_sentence(
    spans: Sequence[Span], marked: Marks, concepts: Sequence[Concept], weights: Mapping[str, float]
) -> Span:
    """The sentence, of those at `spans`, that answers best: by what of the question's `concepts` stands in it.

    `weights` are the rarities of the question's words. Of equals it is the first.
    """
    starts = [start for start, _ in spans]
    held: list[set[Stems]] = [set() for _ in spans]
    for (start, _), stems in marked:
        held[max(0, bisect_right(starts, start) - 1)].add(stems)
    said = [_said(concepts, own, weights) if own else 0.0 for own in held]
    return spans[max(range(len(spans)), key=lambda at: (round(said[at], 6), -at))]


def _said(concepts: Sequence[Concept], held: set[Stems], weights: Mapping[str, float]) -> float:
    """How much a sentence says: as much as the typed words that stand there, or most of a concept by other words."""

    def worth(stems: Iterable[str]) -> float:
        return sum(weights.get(stem, 0.0) for stem in stems)

    typed = {stem for c in concepts for stem in c.typed if (stem,) in held or c.typed in held}
    said = worth(sorted(typed))
    for concept in concepts:
        if concept.whole in held or any(other.stems in held for other in concept.others):
            said += max(0.0, OTHER * worth(concept.typed) - worth(stem for stem in concept.typed if stem in typed))
    return said
