"""Postings on disk: what tantivy says of every word, ready to be read."""

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from corpus.vocabulary import Sense, Vocabulary
from indexer import postings
from indexer.known_phrases import Stems, known_phrases
from indexer.lexical import ALL, NAMES, TEXT, Fields, field_analyzers, open_lexical, write_lexical
from indexer.postings import FIELDS, LENGTHS, PHRASED, Postings, PostingsWriter, WordPostings, open_postings

WORDS = ("police", "officers", "Barking", "barking", "PROtect", "résumé", "running", "ran", "1,000", "ß", "日本")
VOCABULARY = (*WORDS, *(f"w{number}" for number in range(150)))


def passages(count: int) -> Iterator[Fields]:
    """Passages of all lengths, with and without headings, names and meanings."""
    chance = random.Random(count)

    def text(*lengths: int) -> str:
        return " ".join(chance.choice(VOCABULARY) for _ in range(chance.choice(lengths)))

    for _ in range(count):
        parts = [text(0, 3, 8), text(0, 1, 20, 39, 40, 41, 60, 700)]
        names, meant = [text(0, 1, 3) for _ in parts], [text(2, 4) for _ in range(chance.randrange(3))]
        yield Fields(parts, names, meant, sorted(set(text(0, 0, 1, 2).split())))


def written(folder: Path, texts: Iterable[Fields], phrases: Sequence[Stems] = ()) -> WordPostings:
    with PostingsWriter(folder / "postings", phrases) as writer:
        write_lexical(folder / "lexical", writer.noting(texts))
    return open_postings(folder / "postings")


@pytest.mark.parametrize("batch", [64, 3_000, 1 << 22])
def test_every_word_has_the_passages_and_scores_of_tantivy(
    tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tantivy import Query

    monkeypatch.setattr(postings, "_BATCH", batch)
    texts = list(passages(400))
    words = written(tmp_path, texts)
    index = open_lexical(tmp_path / "lexical")
    searcher, analyzers = index.searcher(), field_analyzers()
    for field in FIELDS:
        terms = {term for word in VOCABULARY for term in analyzers[field].analyze(word)}
        assert len(terms) > 100
        for term in sorted(terms):
            hits = searcher.search(Query.term_query(index.schema, field, term), limit=len(texts)).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
            wanted = dict(zip(ids, (score for score, _ in hits), strict=True))
            found = words.of(field, term)
            assert found.ids.tolist() == sorted(wanted)
            assert words.count(field, term) == searcher.doc_freq(field, term) == len(wanted)
            if field != TEXT:
                np.testing.assert_allclose(found.scores, [wanted[place] for place in found.ids.tolist()], rtol=1e-6)


@pytest.mark.parametrize("batch", [64, 1 << 22])
def test_a_known_phrase_has_the_passages_and_scores_of_tantivy(
    tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tantivy import Query

    monkeypatch.setattr(postings, "_BATCH", batch)
    few = [word for text in WORDS for word in field_analyzers()[ALL].analyze(text)]
    phrases = [*product(few, few), *product(few[:4], few[:4], few[:4]), ("polic", "nowher")]
    chance = random.Random(5)
    texts = []
    for _ in range(150):
        parts = [" ".join(chance.choices(WORDS, k=chance.randrange(60))) for _ in range(3)]
        texts.append(Fields(parts, [], parts[:2], []))
    words = written(tmp_path, texts, phrases)
    index = open_lexical(tmp_path / "lexical")
    searcher, several = index.searcher(), 0
    for field in PHRASED:
        for stems in phrases:
            hits = searcher.search(Query.phrase_query(index.schema, field, list(stems)), limit=len(texts)).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
            wanted = dict(zip(ids, (score for score, _ in hits), strict=True))
            found = words.phrase(field, stems)
            assert found is not None
            assert found.ids.tolist() == sorted(wanted)
            several += len(wanted) > 1
            if field != TEXT:
                np.testing.assert_allclose(found.scores, [wanted[place] for place in found.ids.tolist()], rtol=1e-6)
    assert several > 300
    assert words.phrase(ALL, ("polic", "unheard")) is None
    assert words.phrase(NAMES, phrases[0]) is None


def test_a_build_knows_the_phrases_of_the_vocabulary_and_of_its_documents(tmp_path: Path) -> None:
    senses = {"PSD": (Sense("PSD", "professional standards department"),), "A&E": (Sense("A&E", "casualty"),)}
    vocabulary = Vocabulary(senses, {"body worn video": ("cameras", "video recordings")})
    with closing(sqlite3.connect(tmp_path / "passages.sqlite")) as tables:
        tables.execute("CREATE TABLE shorts (means)")
        tables.execute("CREATE TABLE compounds (apart)")
        tables.execute("INSERT INTO shorts VALUES ('Lantern Safety Board')")
        tables.execute("INSERT INTO compounds VALUES ('follow up')")
        assert known_phrases(vocabulary, tables) == [
            ("a", "e"),
            ("bodi", "worn", "video"),
            ("follow", "up"),
            ("lantern", "safeti", "board"),
            ("profession", "standard", "depart"),
            ("video", "record"),
        ]


def test_what_stands_nowhere_has_no_postings(tmp_path: Path) -> None:
    words = written(tmp_path, [Fields(["Heading", "a lantern"], [], [], []), Fields(["", ""], [], [], [])])
    for term in ("", "a", "lanter", "lanterns", "zebra"):
        assert words.count(ALL, term) == len(words.of(ALL, term).ids) == (term == "a")
    assert words.count(TEXT, "head") == 0
    assert words.of(ALL, "head").ids.tolist() == [1]


def test_nothing_else_is_left_beside_the_postings(tmp_path: Path) -> None:
    written(tmp_path, list(passages(20)))
    names = {path.relative_to(tmp_path / "postings").parts[0] for path in (tmp_path / "postings").rglob("*")}
    assert names == {*FIELDS, "terms.npy", "ends.npy"}


def test_postings_of_a_build_that_failed_are_not_written(tmp_path: Path) -> None:
    def broken() -> Iterator[Fields]:
        yield from passages(5)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written(tmp_path, broken())
    with pytest.raises(OSError, match=r"terms\.npy"):
        open_postings(tmp_path / "postings")


def test_lengths_are_kept_in_a_byte_of_which_each_says_more() -> None:
    assert len(LENGTHS) == 256
    assert LENGTHS[:44].tolist() == [*range(41), 42, 44, 46]
    assert (np.diff(LENGTHS) > 0).all()


@pytest.mark.parametrize("dense", [0, 50_000])
@pytest.mark.parametrize("here", [0, 1, 30, 600, 900])
@pytest.mark.parametrize("asked", [0, 1, 30, 500, 900])
@pytest.mark.parametrize("gaps", [True, False])
def test_passages_meet_wherever_they_stand(
    here: int, asked: int, dense: int, monkeypatch: pytest.MonkeyPatch, *, gaps: bool
) -> None:
    monkeypatch.setattr(postings, "_DENSE", dense)
    chance = np.random.default_rng(here * asked + gaps)
    own = np.sort(chance.choice(np.arange(1, 1_000), here, replace=False)).astype(np.int32)
    first = int(chance.integers(1, 1_000 - asked))
    ids = np.arange(first, first + asked)
    if gaps:
        ids = np.sort(chance.choice(np.arange(1, 1_000), asked, replace=False))
    found = Postings(own, chance.random(here, np.float32) + 1)
    scores = dict(zip(own.tolist(), found.scores.tolist(), strict=True))
    assert found.at(ids.astype(np.int32)).tolist() == [scores.get(place, 0.0) for place in ids.tolist()]
