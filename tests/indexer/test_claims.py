"""What comments say of closure, in a build: by the model with its own encoder, by the rules with any other."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, record
from hypothesis import given
from hypothesis import strategies as st

from corpus.closure import SIGNALS, Claim, claim_of, cue_names, hear
from corpus.model import Document, Event
from indexer.build import build
from indexer.claims import HeardComment, Hearing, claims_by_model, claims_by_rules, claims_in
from indexer.closure_training import content_of, examples, learn
from indexer.generation import open_generation
from models.closure_model import ClosureModel, shipped_closure
from models.encoder import Encoder

DATA = Path(__file__).parents[1] / "data"
ASKS = "Forces should count their dogs."
# The rules hear nothing in the second, a decision in the third.
SAID = ("Closed by RCoS 03/11/20.", "The inspectorate's answer came today and it is yes.", "Nothing is closed yet.")


@pytest.fixture(scope="module")
def fake_model() -> ClosureModel:
    return learn(FakeEncoder()).model


def asked() -> Document:
    plain = record("saltmere", "101", ASKS)
    events = tuple(Event(f"2018-0{at}-01", "comment", None, text, 0) for at, text in enumerate(SAID, start=1))
    return replace(plain, events=events, passages=plain.passages[:1])


def test_with_another_encoder_the_rules_say_it() -> None:
    encoder = FakeEncoder()
    assert encoder.fingerprint != shipped_closure().encoder
    hearing = Hearing(encoder, encoder)
    hearing.take(asked())
    told = hearing.claims()
    assert {text: told[text] for text in SAID} == claims_by_rules(SAID) == {text: claim_of(text) for text in SAID}
    assert encoder.encoded == []


def test_a_build_writes_what_the_model_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: ClosureModel
) -> None:
    monkeypatch.setattr("indexer.claims.shipped_closure", lambda: fake_model)
    encoder = FakeEncoder()
    build(FakeCollection((asked(),)), encoder, tmp_path, inputs=["papers"])
    claims = claims_by_model(SAID, fake_model, encoder)
    with closing(open_generation(tmp_path).tables) as tables:
        rows = tables.execute("SELECT text, says, says_start, says_end FROM events ORDER BY id").fetchall()
        signal = tables.execute("SELECT closure_signal FROM findings").fetchone()[0]
    found = {row[0]: row[1] and Claim(row[1], (row[2], row[3])) for row in rows}
    assert found == claims
    assert signal == [claim.says for claim in claims.values() if claim][-1]


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_comments_have_a_claim_within_them_or_none(fake_model: ClosureModel, comments: list[str]) -> None:
    claims = claims_by_model(comments, fake_model, FakeEncoder())
    assert claims.keys() == set(comments)
    for text, claim in claims.items():
        assert claim is None or 0 <= claim.span[0] < claim.span[1] <= len(text)


def test_some_is_taken_from_the_rules_too() -> None:
    text = "RCoS agreed closure in May. It was reopened in June."
    heard = HeardComment(text, tuple(hear(text)))
    assert [one.says for one in heard.sentences] == ["decided", "open"]
    assert list(claims_in([heard], [("decided", 0.9), None])) == [Claim("open", heard.sentences[1].span)]
    assert list(claims_in([heard], [None, None])) == [Claim("open", heard.sentences[1].span)]
    assert list(claims_in([heard], [None, ("decided", 0.9)])) == [Claim("decided", heard.sentences[1].span)]


def test_comments_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr("indexer.claims.claim_of", heard.append)
    hearing = Hearing(FakeEncoder(), FakeEncoder())
    for _ in range(2):
        hearing.take(asked())
        hearing.claims()
    assert heard == list(SAID)


def test_the_model_that_is_shipped_knows_the_cues_of_the_rules() -> None:
    assert shipped_closure().cues == cue_names(), "the rules of closure changed: run make fit"


@pytest.mark.slow
def test_training_again_gives_the_model_that_is_shipped(real_encoder: Encoder) -> None:
    shipped = shipped_closure()
    assert shipped.encoder == real_encoder.fingerprint, "the encoder changed: run make fit"
    assert shipped.content == content_of(real_encoder), "the comments or the rules changed: run make fit"
    again = learn(real_encoder).model
    assert again.words == shipped.words
    assert again.threshold == pytest.approx(shipped.threshold, abs=0.05)
    assert np.abs(again.weights - shipped.weights).max() < 0.05
    texts = [one.text for one in examples()[::10]]
    one, other = (claims_by_model(texts, model, real_encoder) for model in (again, shipped))
    assert sum(one[text] == other[text] for text in texts) >= 0.98 * len(texts)


@pytest.mark.slow
def test_comments_written_apart(real_encoder: Encoder) -> None:
    names = ("closure_comments.jsonl", "closure_comments_2.jsonl")
    rows = [json.loads(line) for name in names for line in (DATA / name).read_text("utf-8").splitlines()]
    claims = claims_by_model([row["text"] for row in rows], shipped_closure(), real_encoder)
    said = [(row["signal"], claim.says if (claim := claims[row["text"]]) else "none") for row in rows]
    pairs = Counter((meant, says if says in SIGNALS else "none") for meant, says in said)
    for signal, precision, recall in (
        ("decided", 0.9, 0.65),
        ("requested", 0.85, 0.65),
        ("superseded", 0.85, 0.75),
        ("parked", 0.9, 0.85),
    ):
        assert pairs[signal, signal] >= precision * sum(n for (_, says), n in pairs.items() if says == signal), signal
        assert pairs[signal, signal] >= recall * sum(n for (meant, _), n in pairs.items() if meant == signal), signal
