"""The engine on a small collection: what is found, how it is shown, and how a new index is taken up."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEncoder, document

from corpus.text import sentences
from corpus.vocabulary import Vocabulary
from indexer.generation import GenerationError
from service.answers.retrieve import DENSE_WEIGHT
from service.contract.excerpts import excerpt, pieces
from service.contract.labels import citation, date_words, status_words
from service.contract.requests import SearchRequest
from service.contract.values import UNKNOWN
from service.engine import Engine
from service.query.lexicon import Lexicon, Other
from service.query.marks import best_sentence
from service.query.question import Concept, understand


def test_a_recommendation_given_to_four_forces_is_one_hit_with_four_members(engine: Engine) -> None:
    response = engine.search(SearchRequest(query="all forces should review how missing children are recorded"))
    first = response.results[0]
    assert response.match == first.match == "good"
    assert first.kind == "recommendation"
    assert first.fold is not None
    assert [member.force for member in first.fold.members] == ["essex", "gwent", "kent", "surrey"]
    member = first.fold.members[0]
    assert (member.status, member.status_date) == ("complete", "2018-05-04")
    assert first.finding is not None
    assert first.finding.deadline == "2018-03"


def test_a_fold_is_shown_by_a_member_that_passes_the_filters(engine: Engine) -> None:
    response = engine.search(
        SearchRequest(query="missing children are recorded", force=("kent",), finding=("recommendation",))
    )
    first = response.results[0]
    assert first.document.force == "kent"
    assert first.fold is not None
    assert len(first.fold.members) == 4


def test_nothing_like_it_is_no_match_with_three_nearest_uncounted(engine: Engine) -> None:
    response = engine.search(SearchRequest(query="?! …"))
    assert (response.match, response.total, response.results) == ("none", 0, [])
    assert len(response.nearest) == 3
    assert {hit.match for hit in response.nearest} == {"none"}


def test_common_words_alone_ask_for_nothing(engine: Engine) -> None:
    for query in ("the of and", "what is it", "THE"):
        response = engine.search(SearchRequest(query=query))
        assert (response.match, response.total) == ("none", 0)


def test_the_nearest_pass_the_filters(engine: Engine) -> None:
    response = engine.search(SearchRequest(query='"no such phrase"', force=("surrey",)))
    assert (response.match, response.total) == ("none", 0)
    assert {hit.document.force for hit in response.nearest} == {"surrey"}


def test_an_empty_query_is_everything_that_passes_newest_first(engine: Engine) -> None:
    response = engine.search(SearchRequest(query=" \0\t", force=("essex",), page_size=100))
    assert response.match == "good"
    assert {hit.score for hit in response.results} == {0.0}
    dates = [hit.date for hit in response.results]
    assert dates == sorted(dates, key=lambda date: date or "", reverse=True)


def test_newest_puts_a_more_exact_date_first_and_none_last(tmp_path: Path, publish: Callable[..., str]) -> None:
    dates = (None, "2016", "2016-05", "2007-10", "2016-05-02")
    papers = [document(f"{i}.txt", ["Custody records."]) for i in range(len(dates))]
    dated = tuple(
        replace(paper, date=date, passages=(replace(paper.passages[0], date=date),))
        for paper, date in zip(papers, dates, strict=True)
    )
    publish(tmp_path, dated)
    response = Engine(tmp_path, FakeEncoder()).search(SearchRequest(query="custody", sort="newest"))
    assert [hit.date for hit in response.results] == ["2016-05-02", "2016-05", "2016", "2007-10", None]


def test_a_missing_value_can_be_chosen(engine: Engine) -> None:
    response = engine.search(SearchRequest(query="", year=(UNKNOWN,), page_size=100))
    assert response.total > 0
    assert {hit.date for hit in response.results} == {None}


def test_a_quoted_phrase_is_in_every_hit(engine: Engine) -> None:
    loose = engine.search(SearchRequest(query="children missing", page_size=100))
    quoted = engine.search(SearchRequest(query='"children missing"', page_size=100))
    assert 0 < quoted.total < loose.total
    assert all("children missing" in hit.text.lower() for hit in quoted.results)


def test_a_quoted_word_is_in_every_hit(engine: Engine) -> None:
    results = engine.search(SearchRequest(query='"vetting" custody missing children', page_size=100)).results
    assert results
    assert all("vetting" in hit.text.lower() for hit in results)


def test_operators_are_only_words(engine: Engine) -> None:
    plain = engine.search(SearchRequest(query="missing children"))
    for query in ("+missing -children", "missing:children*", "(missing) [children]~", "\\missing /children/"):
        assert engine.search(SearchRequest(query=query)).results == plain.results


def test_highlights_are_the_words_of_the_query_in_any_form(engine: Engine) -> None:
    hit = engine.search(SearchRequest(query="missing children's recording")).results[0]
    marked = {hit.text[start:end].lower() for start, end in hit.highlights}
    assert marked
    assert marked <= {"missing", "children", "recorded", "records"}
    start, end = hit.best_sentence
    assert 0 <= start < end <= len(hit.text)


def test_explain_says_how_a_hit_was_scored(engine: Engine) -> None:
    assert engine.search(SearchRequest(query="custody")).results[0].explain is None
    first = engine.search(SearchRequest(query="custody", explain=True)).results[0]
    assert first.explain is not None
    explain = first.explain
    fused = DENSE_WEIGHT * explain.dense + (1 - DENSE_WEIGHT) * explain.lexical
    assert first.score == pytest.approx(explain.substance * fused, abs=1e-6)
    assert explain.substance < 1  # its texts are short
    assert 0 < explain.coverage <= 1
    assert first.explain.ranks.lexical is not None


def test_a_document_gives_all_of_its_record(engine: Engine) -> None:
    found = engine.document("kent:8837")
    assert found is not None
    assert [event.kind for event in found.events] == ["comment", "status"]
    assert found.events[0].passages == ["kent:8837#1"]
    assert [section.path for section in found.sections] == [["Recommendation"], ["Comments"]]
    finding = engine.finding(found.findings[0].id)
    assert finding is not None
    assert finding.passages == ["kent:8837#0"]
    passage = engine.passage("kent:8837#1")
    assert passage is not None
    assert passage.citation.endswith("comment of 2 January 2018")
    assert engine.document("nowhere") is engine.passage("nowhere") is engine.finding("nowhere") is None


def test_forces_count_their_documents(engine: Engine) -> None:
    by_slug = {force.slug: force for force in engine.forces().forces}
    assert by_slug["essex"].name == "Essex Police"
    assert by_slug["essex"].documents >= 2
    assert by_slug["dorset"].documents == 0


def test_nothing_built_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="precedent build"):
        Engine(tmp_path, FakeEncoder()).search(SearchRequest(query="custody"))


def test_a_new_generation_is_taken_up_and_a_broken_one_is_not(tmp_path: Path, publish: Callable[..., str]) -> None:
    publish(tmp_path, (document("a.txt", ["Custody records."]),))
    engine = Engine(tmp_path, FakeEncoder())
    assert engine.search(SearchRequest(query="")).total == 1
    second = publish(tmp_path, (document("a.txt", ["Custody records.", "Patrol plans."]),))
    assert engine.search(SearchRequest(query="")).total == 2
    health = engine.health()
    assert (health.status, health.generation, health.problem) == ("ok", second, None)
    third = publish(tmp_path, (document("a.txt", ["Vetting."]),))
    (tmp_path / "generations" / third / "vectors" / "rows.npy").write_bytes(b"broken")
    assert engine.search(SearchRequest(query="")).total == 2
    health = engine.health()
    assert (health.status, health.generation) == ("stale", second)
    assert "vectors/rows.npy" in str(health.problem)
    publish(tmp_path, (document("a.txt", ["Vetting.", "Search.", "Cyber."]),))
    assert engine.search(SearchRequest(query="")).total == 3


def test_a_generation_of_another_encoder_is_refused(tmp_path: Path, publish: Callable[..., str]) -> None:
    publish(tmp_path, (document("a.txt", ["Custody records."]),), FakeEncoder(1))
    with pytest.raises(GenerationError, match="encoder"):
        Engine(tmp_path, FakeEncoder(2)).search(SearchRequest(query="custody"))


def test_threads_get_the_same_answer(engine: Engine) -> None:
    request = SearchRequest(query="missing children patrol")
    expected = engine.search(request)
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(engine.search(request))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 8


@pytest.mark.parametrize(
    ("query", "words", "phrases"),
    [
        ("what is the risk", ("risk",), ()),
        ("what should they have", (), ()),
        ("the", (), ()),
        ('"duty of care" risk', ("risk", "duti", "of", "care"), (("duti", "of", "care"),)),
        ('"care" unbalanced "quote', ("unbalanc", "quot", "care"), (("care",),)),
        ("force’s plan", ("forc", "plan"), ()),
        ('"force’s plan"', ("forc", "s", "plan"), (("forc", "s", "plan"),)),
        ("AND title:x* \u0007", ("titl", "x"), ()),
        ("😀 ?!", (), ()),
    ],
)
def test_a_query_is_words_and_quoted_phrases(query: str, words: tuple[str, ...], phrases: tuple[object, ...]) -> None:
    from indexer.lexical import make_analyzer

    question = understand(query, Lexicon(Vocabulary({}, {}), make_analyzer()))
    assert tuple(stem for concept in question.concepts for stem in concept.typed) == words
    assert question.phrases == phrases


def test_sentences_end_where_people_end_them() -> None:
    text = "A concern to HMIC. Some cases, e.g. children, were missed.\nNext line; • first point • second"
    parts = [text[start:end] for start, end in sentences(text)]
    assert parts == [
        "A concern to HMIC.",
        "Some cases, e.g. children, were missed.",
        "Next line;",
        "• first point",
        "• second",
    ]


def test_the_best_sentence_says_most_of_what_was_asked_and_is_the_first_of_equals() -> None:
    text = "Common words here. A rare one. A rare one. Another way to say it."
    asked = [Concept("common", ("common",), ("common",)), Concept("rare", ("rare",), ("rare",))]
    matched = [((0, 6), ("common",)), ((21, 25), ("rare",)), ((33, 37), ("rare",))]
    weights = {"common": 0.1, "rare": 3.0}
    assert best_sentence(sentences(text), matched, asked, weights) == (19, 30)
    assert best_sentence(sentences(text), [], asked, weights) == (0, 18)
    meant = Concept("scarce", ("scarc",), ("scarc",), others=(Other("another way", ("anoth", "way"), meaning=False),))
    there = [*matched, ((43, 54), ("anoth", "way"))]
    assert best_sentence(sentences(text), there, [*asked, meant], {**weights, "scarc": 4.0}) == (43, 65)


def test_words_for_dates_statuses_and_citations() -> None:
    assert [date_words(date) for date in ("2018-04-04", "2007-10", "2016", None)] == [
        "4 April 2018",
        "October 2007",
        "2016",
        "",
    ]
    assert status_words("being-progressed", "2018-04-04") == "being progressed, set 4 April 2018"
    assert (
        citation("A report", "2007-10", ["recommendation 7"], ["One", "Two"], 12, None)
        == "A report, October 2007, recommendation 7, One › Two, p. 12"
    )


@pytest.mark.parametrize(
    ("title", "section", "ends"),
    [
        ("Lamps", ["Lamps", "Asked"], "2007, Asked"),
        ("Lamps: recommendation 2", ["lamps"], "recommendation 2, 2007"),
        ("Lamps: recommendation 2", ["Lamps", "Recommendation 2"], "recommendation 2, 2007"),
        ("Lampshades", ["Lamps"], "2007, Lamps"),
    ],
)
def test_a_citation_says_a_heading_that_its_title_begins_with_once(title: str, section: list[str], ends: str) -> None:
    assert citation(title, "2007", [], section, None, None).endswith(ends)


def test_pieces_give_the_text_back() -> None:
    cut = pieces("one two three", [[4, 7]], [4, 13])
    assert cut == [("one ", False, False), ("two", True, True), (" three", False, True)]


def test_an_excerpt_has_the_best_sentence_in_it() -> None:
    text = "word " * 400
    start, end = excerpt(text, [900, 950], 300)
    assert start <= 900 < 950 <= end
    assert end - start <= 310


def test_a_generation_pruned_under_its_reader_still_answers(tmp_path: Path, publish: Callable[..., str]) -> None:
    publish(tmp_path, (document("a", ["Lamps burn on the quay."]),))
    engine = Engine(tmp_path, FakeEncoder())
    before = engine.search(SearchRequest(query="lamps"))
    for number in range(4):
        publish(tmp_path, (document("b", [f"Moth {number}."]),), FakeEncoder(seed=1))
    assert not (tmp_path / "generations" / engine.health().generation).exists()
    assert engine.search(SearchRequest(query="lamps")) == before
    assert engine.health().status == "stale"


def test_a_refused_generation_is_tried_again(
    tmp_path: Path, publish: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, (document("a", ["Lamps burn on the quay."]),))
    engine = Engine(tmp_path, FakeEncoder())
    engine.health()
    monkeypatch.setattr("service.memory.current.AGAIN", 0.0)
    new = publish(tmp_path, (document("b", ["Moths count."]),))
    manifest = tmp_path / "generations" / new / "manifest.json"
    written = manifest.read_bytes()
    manifest.write_bytes(b"{}")
    assert engine.health().status == "stale"
    manifest.write_bytes(written)
    assert engine.health().generation == new
    assert engine.health().status == "ok"
