"""What a query is taken to name: runs of words, what else answers them, quoted phrases, and how often."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.vocabulary import Sense, Vocabulary, load_vocabulary
from indexer.lexical import make_analyzer
from service.query.lexicon import MAX_ALSO, Lexicon, tokens
from service.query.question import Concept, clean, understand

SHIPPED = load_vocabulary()
LEXICON = Lexicon(SHIPPED, make_analyzer())
EVERYDAY = "is are was has this his its it us me my or so no do does of on in at as by the what how why when".split()  # noqa: SIM905


def lexicon(finds: Mapping[str, tuple[str, ...]], *senses: Sense) -> Lexicon:
    by_short: dict[str, tuple[Sense, ...]] = {}
    for sense in senses:
        by_short[sense.short] = (*by_short.get(sense.short, ()), sense)
    return Lexicon(Vocabulary(by_short, finds), make_analyzer())


def named(query: str, words: Lexicon = LEXICON) -> dict[str, list[str]]:
    """What a query names, as shown, with the other words that answer it."""
    return {concept.shown: [other.text for other in concept.others] for concept in understand(query, words).concepts}


def others(query: str, words: Lexicon = LEXICON) -> list[str]:
    """The other words that answer a query which names one thing."""
    [found] = named(query, words).values()
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("DV", ["domestic violence", "domestic abuse"]),
        ("dv", ["domestic violence", "domestic abuse"]),
        ("domestic abuse", ["domestic violence", "MARAC", "DVHCU", "domestic violence and hate crime unit"]),
        ("MARAC", ["multi-agency risk assessment conference"]),
        ("misper", ["missing person"]),
        ("MASH", ["multi-agency safeguarding hub"]),
        ("mash", ["multi-agency safeguarding hub"]),
        ("RSO", ["registered sex offender"]),
        ("NPT", ["neighbourhood policing team", "Neath Port Talbot"]),
        ("A&E", ["accident and emergency"]),
        ("h&s", ["health and safety"]),
        ("ARMS", ["active risk management system"]),
        ("PACE", ["Police and Criminal Evidence Act"]),
        ("Clare’s Law", ["Domestic Violence Disclosure Scheme"]),
        ("children's homes", ["residential children's home"]),
        ("skippers", ["sergeant"]),
        ("complainants", ["victim"]),
        ("Alsatians", ["police dog"]),
        ("con artists", ["fraudster"]),
        ("hanging points", ["ligature point"]),
        ("intimate-partner violence", ["domestic abuse"]),
        ("runaway teenagers", ["missing child", "missing person"]),
        ("RVR", ["rapid video response"]),
    ],
)
def test_what_is_typed_finds_what_the_texts_say(query: str, expected: list[str]) -> None:
    assert set(expected) <= set(others(query))


def test_the_narrow_does_not_find_the_wide() -> None:
    assert not {"domestic abuse", "domestic violence"} & set(others("MARAC"))
    assert "MARAC" in others("domestic abuse")


@pytest.mark.parametrize(
    ("plain", "trade"), [("skipper", "sergeant"), ("scammer", "fraudster"), ("sleuth", "detective")]
)
def test_the_word_of_the_trade_does_not_find_the_plain_one(plain: str, trade: str) -> None:
    assert plain not in {other for found in named(trade).values() for other in found}


@pytest.mark.parametrize("word", ["local", "forensic", "mobile", "minor", "grass", "weed", "tag", "pot", "wire"])
def test_a_word_with_several_senses_is_not_taken_for_one_of_them(word: str) -> None:
    assert others(word) == []


@pytest.mark.parametrize("query", ["arms", "pace", "met", "Arms", "Pace", "Met", "app", "apps", "flu", "dash", "volt"])
def test_an_ordinary_word_in_small_letters_is_no_short_form(query: str) -> None:
    assert others(query) == []


@pytest.mark.parametrize("word", EVERYDAY)
def test_a_common_word_beside_another_names_nothing(word: str) -> None:
    assert list(named(f"{word} kennels")) == ["kennels"]


def test_every_short_form_of_the_vocabulary_finds_its_meanings() -> None:
    missing = [
        short
        for short, senses in SHIPPED.senses.items()
        if not {sense.means for sense in senses} <= {text for found in named(short).values() for text in found}
    ]
    assert missing == []


def test_every_word_of_the_vocabulary_finds_another() -> None:
    """But for those whose others are the same words to the lexical index, so that they are found anyway."""
    for words, found in SHIPPED.finds.items():
        if any(LEXICON.stems(other) != LEXICON.stems(words) for other in found):
            [concept] = understand(words, LEXICON).concepts
            assert concept.others, words


@pytest.mark.parametrize(
    "forms",
    [
        ("DV", "dv", "Dv", "DVs", "dvs", "DVS"),
        ("misper", "Misper", "MISPER", "mispers", "MISPERS"),
        ("domestic abuse", "Domestic Abuse", "DOMESTIC ABUSE", "domestic abuses"),
        ("PCSO", "pcso", "PCSOs", "PCSO's", "PCSO’s"),
        ("Clare's law", "clare’s laws"),
        ("call handler", "Call-handlers", "CALL HANDLERS", "call handler’s"),
    ],
)
def test_plural_and_capitals_do_not_matter(forms: tuple[str, ...]) -> None:
    assert others(forms[0])
    assert {form: others(form) for form in forms} == dict.fromkeys(forms, others(forms[0]))


def test_the_longest_run_of_words_wins() -> None:
    words = lexicon({"otter": ("fish eater",), "otter desk": ("river unit",), "desk duty": ("rota",)})
    assert named("otter desk duty", words) == {"otter desk": ["river unit"], "duty": []}
    assert named("otters, desk-duty", words) == {"otters desk": ["river unit"], "duty": []}
    assert named("an otter has desk duty", words) == {"otter": ["fish eater"], "desk duty": ["rota"]}


def test_an_operator_is_not_operating() -> None:
    assert LEXICON.stems("operator") == LEXICON.stems("operating")
    assert "call handler" in others("operators")
    assert "call handler" not in others("operating")
    assert "call handler" not in others("operate")


def test_of_several_senses_the_one_that_the_query_tells() -> None:
    assert "penalty notice for disorder" in named("PND fines")["PND"]
    assert "Police National Database" not in named("PND fines")["PND"]
    assert {"force control room", "force crime registrar"} <= set(named("FCR staffing")["FCR"])
    assert "force crime registrar" not in named("FCR operators")["FCR"]
    assert {"force control room", "force crime registrar"} <= set(named("FCR operators and audits")["FCR"])


def test_a_short_form_that_is_found_is_spelled_out_behind_the_rest_if_it_has_one_meaning() -> None:
    senses = (Sense("QZ", "quarry zone"), Sense("YY", "yellow yard"), Sense("YY", "young yak"))
    assert others("hedge", lexicon({"hedge": ("QZ", "YY", "fence")}, *senses)) == ["QZ", "YY", "fence", "quarry zone"]


def test_a_meaning_is_told_from_what_it_finds_and_comes_first() -> None:
    words = lexicon({"quarry zone": ("pit",), "qz": ("hole",)}, Sense("QZ", "quarry zone"))
    [concept] = understand("qz", words).concepts
    assert [(o.text, o.stems, o.meaning) for o in concept.others] == [
        ("quarry zone", ("quarri", "zone"), True),
        ("hole", ("hole",), False),
        ("pit", ("pit",), False),
    ]


def test_capitals_hold_for_what_a_short_form_finds_too() -> None:
    words = lexicon({"ARMS": ("risk tool",), "arm wrestling": ("sport",)}, Sense("ARMS", "a risk", capitals=True))
    assert named("ARMS", words) == {"ARMS": ["a risk", "risk tool"]}
    assert named("arms", words) == {"arms": []}
    assert named("Arms", words) == {"Arms": []}


def test_at_most_so_many_others_and_none_that_is_the_same_to_the_index() -> None:
    many = tuple(f"{letter}word" for letter in "abcdefghijklmnopqrstuvwxyz")
    assert others("hedge", lexicon({"hedge": many})) == list(many[:MAX_ALSO])
    assert others("hedge", lexicon({"hedge": ("hedges", "fence", "Fences")})) == ["fence"]
    assert max(len(named(words)[shown]) for words in SHIPPED.finds for shown in named(words)) <= MAX_ALSO


@pytest.mark.parametrize("query", ['"DV"', "“domestic abuse”", '"MARAC" "misper"', '"the DV unit"'])
def test_a_quoted_phrase_is_never_expanded(query: str) -> None:
    question = understand(query, LEXICON)
    assert question.phrases
    assert question.phrases == tuple(concept.typed for concept in question.concepts)
    assert all(not concept.others for concept in question.concepts)


def test_words_beside_a_quoted_phrase_are_expanded() -> None:
    question = understand('misper "in the river" DV', LEXICON)
    assert question.phrases == (("in", "the", "river"),)
    assert [concept.shown for concept in question.concepts] == ["misper", "DV", "in the river"]
    assert [bool(concept.others) for concept in question.concepts] == [True, True, False]


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("otter otter hedge", {"otter": 2, "hedge": 1}),
        ("otter Otters OTTER", {"otter": 3}),
        ("DV hedge dv DV", {"DV": 3, "hedge": 1}),
        ('otter "otter"', {"otter": 2}),
        ('"hedge otter" "Hedge  otters"', {"Hedge otters": 1}),
    ],
)
def test_repeated_words_are_counted(query: str, counts: dict[str, int]) -> None:
    assert {concept.shown: concept.count for concept in understand(query, LEXICON).concepts} == counts


@pytest.mark.parametrize("query", ["", " \n\t", "\x00\x07"])
def test_nothing_asked_is_empty(query: str) -> None:
    assert understand(query, LEXICON).empty


@pytest.mark.parametrize("query", ["?! …", '""', '"—"', "“”"])
def test_something_without_a_word_is_not_empty_and_names_nothing(query: str) -> None:
    question = understand(query, LEXICON)
    assert (question.empty, question.concepts, question.phrases) == (False, (), ())


def test_common_words_name_nothing_outside_quotation_marks() -> None:
    assert list(named("what should the kennels do about it?")) == ["kennels"]
    assert list(named("what is it?")) == []
    assert list(named("IT at the kennels")) == ["IT", "kennels"]
    assert understand('"what is it"', LEXICON).phrases == (("what", "is", "it"),)


PIECES = st.sampled_from(
    [
        "DV",
        "domestic",
        "abuse",
        "A&E",
        "Clare's",
        "law",
        "the",
        "what",
        '"',
        "”",
        "“",
        "é",
        "ſ",
        "İ",
        "SPECSS+",
        "s",
        "\x00",
    ]
)
QUERIES = st.text(max_size=40) | st.lists(PIECES | st.text(max_size=3), max_size=10).map(" ".join)


def stems_of(query: str) -> set[str]:
    return {stem for _, stem in tokens(clean(query), LEXICON.analyzer)}


@given(QUERIES)
@example("İ" * 40)
@example("\ud800 DV")
@example('"DV" DV "')
def test_any_query_is_understood_from_its_own_words(query: str) -> None:
    question = understand(query, LEXICON)
    typed = [concept.whole for concept in question.concepts]
    assert all(typed)
    assert len(set(typed)) == len(typed)
    assert {stem for stems in typed for stem in stems} <= stems_of(query)
    assert set(question.phrases) <= set(typed)
    for concept in question.concepts:
        assert concept.count >= 1
        stems = [other.stems for other in concept.others]
        assert len(set(stems)) == len(stems) <= MAX_ALSO
        assert () not in stems


@given(QUERIES)
def test_without_expansion_there_are_no_others_and_no_runs(query: str) -> None:
    question = understand(query, LEXICON, expand=False)
    assert all(not concept.others for concept in question.concepts)
    assert all(len(c.typed) == 1 or c.together for c in question.concepts if c.typed not in question.phrases)
    assert question.phrases == understand(query, LEXICON).phrases


@given(QUERIES)
def test_a_query_that_was_cleaned_is_clean_and_means_the_same(query: str) -> None:
    once = clean(query)
    assert clean(once) == once
    assert understand(once, LEXICON) == understand(query, LEXICON)


def test_without_a_vocabulary_every_word_is_a_concept() -> None:
    concepts = understand("DV hedge", lexicon({})).concepts
    assert [replace(concept, spellings=()) for concept in concepts] == [
        Concept("DV", ("dv",), ("dv",)),
        Concept("hedge", ("hedg",), ("hedg",)),
    ]
