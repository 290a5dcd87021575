"""Questions against the words of many passages: what each holds, and which of them are worth looking at."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from fakes import passage

from corpus.vocabulary import Sense, Vocabulary
from indexer.context import Placed
from indexer.lexical import ALL, fields_of, make_analyzer, open_lexical, write_lexical
from indexer.postings import Ids, PostingsWriter, open_postings
from service.memory import phrases
from service.memory.phrases import Phrases
from service.memory.word_index import Held, WordIndex
from service.query.lexicon import Lexicon, Stems
from service.query.question import Question, understand

# Ever rarer, with names that are common words as well.
SMALL = "the police force should review how custody search barking patrol stop wick lantern protect zebra tide".split()  # noqa: SIM905
WRITTEN = {"barking": "Barking", "protect": "PROtect", "patrol": "Patrol"}
PASSAGES = 900
LEXICON = Lexicon(
    Vocabulary(
        {"QLD": (Sense("QLD", "custody search"),), "TWC": (Sense("TWC", "tide water crew"),)},
        {"stop search": ("review", "police custody"), "lantern": ("wick", "zebra tide"), "patrol": ("force",)},
    ),
    make_analyzer(),
)
QUESTIONS = (
    "police",
    "the police force should",
    "zebra custody",
    "police force review custody search patrol",
    "stop search police lantern",
    "Barking police",
    "PROtect",
    "how do police PROtect Barking",
    "QLD and TWC in custody",
    "TWC",
    '"police force" review',
    '"police" "force" custody lantern',
    '"zebra tide"',
    '"patrol stop"',
    "recommendation 41 police",
    "AR-7 custody",
    "police police police zebra",
    "nothing",
    "?",
    "",
)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> WordIndex:
    folder = tmp_path_factory.mktemp("words")
    return written(folder)


def written(folder: Path, phrases: Sequence[Stems] = ()) -> WordIndex:
    """The words of the passages, where a build knew these phrases."""
    with PostingsWriter(folder / "postings", phrases) as postings:
        write_lexical(folder / "lexical", postings.noting(map(fields_of, texts())))
    opened = open_postings(folder / "postings")
    return WordIndex(opened, Phrases(open_lexical(folder / "lexical"), opened), PASSAGES + 1)


def texts() -> Iterator[Placed]:
    chance = random.Random(7)
    weights = [0.75**place for place in range(len(SMALL))]
    for number in range(PASSAGES):
        said = chance.choices(SMALL, weights, k=chance.choice([2, 5, 9, 14]))
        said = [WRITTEN[word] if word in WRITTEN and chance.random() < 0.4 else word for word in said]
        said += chance.choice([[], [], ["recommendation", str(number % 60)], [f"AR-{number % 30}"]])
        meanings = (("QLD", "custody search"),) if number % 90 == 0 else ()
        heading = " ".join(chance.choices(SMALL, weights, k=2))
        yield Placed(passage("paper", number, " ".join(said)), (heading,), "", meanings)


def asked(words: WordIndex, query: str, *, expand: bool = True) -> Question:
    return words.occurring(understand(query, LEXICON, expand=expand))


def everywhere(words: WordIndex, question: Question) -> Held:
    return words.held(question, np.arange(1, PASSAGES + 1))


@pytest.mark.parametrize("query", QUESTIONS)
@pytest.mark.parametrize("most", [0, 1, 7, 60, 250, 600, 899, 900, 5_000])
@pytest.mark.parametrize("expand", [True, False])
def test_what_is_not_listed_holds_no_more_than_said(words: WordIndex, query: str, most: int, *, expand: bool) -> None:
    question = asked(words, query, expand=expand)
    held = everywhere(words, question)
    ids, ceiling = words.candidates(question, most)
    assert ids.dtype == np.int64
    assert len(ids) <= most
    assert (np.diff(ids) > 0).all()
    assert set(ids) <= set(range(1, PASSAGES + 1))
    other = np.ones(PASSAGES, np.bool_)
    other[ids - 1] = False
    assert (held.share[other & held.phrases] <= ceiling + 1e-9).all()
    assert 0 <= ceiling <= 1


@pytest.mark.parametrize("query", QUESTIONS)
def test_a_passage_holds_as_much_whoever_else_is_looked_at(words: WordIndex, query: str) -> None:
    question = asked(words, query)
    held = everywhere(words, question)
    chance = np.random.default_rng(len(query))
    some = [np.sort(chance.choice(PASSAGES, count, replace=False)) + 1 for count in (0, 1, 5, 80, 700)]
    for ids in (*some, np.arange(200, 300), words.candidates(question, 100)[0]):
        same(words.held(question, ids), held, ids)


def test_a_phrase_is_as_well_known_to_a_build_as_found(words: WordIndex, tmp_path: Path) -> None:
    knowing = written(tmp_path, [*product(SMALL, SMALL), ("tide", "water", "crew")])
    every = np.arange(1, PASSAGES + 1)
    for query in QUESTIONS:
        question = asked(knowing, query)
        assert question == asked(words, query)
        same(knowing.held(question, every), everywhere(words, question), every)
        assert knowing.candidates(question, 60)[0].tolist() == words.candidates(question, 60)[0].tolist()
    assert not knowing._phrases._known.keys() & {(pair, ALL) for pair in product(SMALL, SMALL)}


def same(few: Held, every: Held, ids: Ids) -> None:
    for field in fields(Held):
        mine, all_of_them = getattr(few, field.name), getattr(every, field.name)
        if isinstance(mine, np.ndarray):
            assert mine.tolist() == all_of_them[ids - 1].tolist(), field.name
        else:
            assert mine == all_of_them


def test_all_that_hold_anything_are_listed_where_there_is_room(words: WordIndex) -> None:
    for query in ("zebra", "lantern tide", "PROtect", "TWC", "recommendation 41", '"patrol stop" police'):
        question = asked(words, query, expand=False)
        held = everywhere(words, question)
        holding = np.flatnonzero((held.share > 0) & held.phrases) + 1
        ids, ceiling = words.candidates(question, PASSAGES - 1)
        assert set(holding) <= set(ids)
        assert ceiling == 0


def test_who_holds_a_phrase_or_a_name_is_listed_first(words: WordIndex) -> None:
    for query, count in (('"patrol stop" police', 0), ("police force PROtect", 1), ("police AR-7", 1)):
        question = asked(words, query, expand=False)
        held = everywhere(words, question)
        rare = replace(question, concepts=question.concepts[-1:])
        wanted = np.flatnonzero(everywhere(words, rare).share > 0.99 if count else held.phrases) + 1
        assert 0 < len(wanted) < 400
        assert set(wanted) <= set(words.candidates(question, len(wanted) + 3)[0])


def test_of_common_words_those_are_listed_that_hold_all_of_them(words: WordIndex) -> None:
    question = asked(words, "police custody", expand=False)
    held = everywhere(words, question)
    both = np.flatnonzero(held.share > 0.99) + 1
    ids, ceiling = words.candidates(question, len(both) + 1)
    assert set(both) <= set(ids)
    assert 0.5 < ceiling < 0.9
    fewer, above = words.candidates(question, len(both) - 1)
    assert set(fewer) < set(both)
    assert held.bm25[fewer - 1].min() >= max(held.bm25[place - 1] for place in both if place not in fewer) - 1e-6
    assert above == 1


def test_what_is_remembered_of_phrases_is_bounded(words: WordIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    first = everywhere(words, asked(words, '"police force"')).phrases
    monkeypatch.setattr(phrases, "_REMEMBERED", 5_000)
    for number in range(50):
        everywhere(words, asked(words, f'"police {number}"'))
    assert 0 < len(words._phrases._known) <= 5
    assert (everywhere(words, asked(words, '"police force"')).phrases == first).all()
