"""The grammar of findings: what introduces one, what asks, what only cites, and the file in which it stands."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import FORCES, TOP, read

from corpus.model import CorpusError, Source
from corpus.parsers.grammar import FINDING_KINDS, Label, grammar_of, load_grammar, shipped
from corpus.parsers.parse import parse

GRAMMAR = shipped()
SHIPPED = tomllib.loads(resources.files("corpus").joinpath("data/findings.toml").read_text("utf-8"))
WORDS = [
    (entry["kind"], form)
    for entry in SHIPPED["heading"]
    for word in entry.get("words", ())
    for form in ({word.replace("(s)", ""), word.replace("(s)", "s")} if "(s)" in word else {word})
]
ASK = "The force should hang a lamp over every door."


def kind(text: str) -> str | None:
    label = GRAMMAR.heading(text)
    return label.kind if label else None


def label(text: str) -> Label:
    found = GRAMMAR.label(text)
    assert found is not None
    return found


# Headings


@pytest.mark.parametrize(("stated", "words"), WORDS)
def test_every_word_of_the_file_is_a_heading_in_any_dress(stated: str, words: str) -> None:
    dressed = (words, words.upper(), words.capitalize(), f"{words}:", f"**{words}**", f"2.1 {words}", f"{words} (4)")
    assert [kind(text) for text in dressed] == [stated] * len(dressed)


@pytest.mark.parametrize(
    "start", [start for entry in SHIPPED["heading"] for start in entry.get("starts", ())], ids=lambda s: s[-14:]
)
def test_a_heading_may_go_on_after_the_words_with_which_it_starts(start: str) -> None:
    assert kind(f"{start} chief constables, police and crime commissioners") == "recommendation"


@pytest.mark.parametrize(
    "before",
    ["2 ", "2. ", "4.10.3 ", "Part 2: ", "Section 3. ", "Chapter 4 – ", "Annex B: ", "Appendix 1 ", "a) ", "B. "],
)
def test_the_number_of_a_chapter_is_no_part_of_its_heading(before: str) -> None:
    assert kind(f"{before}Areas for improvement") == "area_for_improvement"


@pytest.mark.parametrize(
    "text",
    [
        "The recommendations of 2019",
        "Improvement",
        "Areas",
        "Recommendation by a friend",
        "No recommendations here",
        "",
    ],
)
def test_words_that_only_hold_such_words_are_none(text: str) -> None:
    assert GRAMMAR.heading(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Recommendation 7", "7"), ("RECOMMENDATION 7.", "7"), ("Recommendation No. 12a", "12a"),
        ("Recommendation number 3", "3"), ("Recommendation #9", "9"), ("Recommendation 4.2", "4.2"),
        ("Recommendation 4.2.1", "4.2.1"), ("Recommendation IV", "IV"), ("Recommendation R12", "R12"),
        ("Recommendation B", "B"), ("Strategic recommendation 2", "Strategic 2"), ("New recommendation 3", "3"),
        ("Rec 5", "5"), ("AFI 3", "3"), ("CoC 1", "1"), ("Cause of concern 1", "1"), ("Area for improvement 14", "14"),
    ],
)  # fmt: skip
def test_a_label_has_its_number_in_every_scheme(text: str, number: str) -> None:
    found = GRAMMAR.heading(text)
    assert found is not None
    assert (found.number, found.several) == (number, False)


def test_short_forms_count_with_a_number_alone() -> None:
    assert kind("AFI 3") == "area_for_improvement"
    assert kind("CoC 1") == "cause_of_concern"
    assert GRAMMAR.heading("Rec") is None
    assert GRAMMAR.label("Rec The force should play.") is None


def test_a_new_recommendation_calls_itself_new() -> None:
    new, old = GRAMMAR.heading("New recommendation 3"), GRAMMAR.heading("Recommendation 3")
    assert new is not None
    assert old is not None
    assert (new.new, old.new) == (True, False)


def test_one_finding_or_several_is_told_by_the_words() -> None:
    assert [GRAMMAR.heading(t).several for t in ("Area for improvement", "Areas for improvement")] == [False, True]  # type: ignore[union-attr]


# Labels at the start of a paragraph


@pytest.mark.parametrize(
    ("text", "stated", "rest"),
    [
        (f"Cause of concern {ASK}", "cause_of_concern", ASK),
        (f"AFI 3 – {ASK}", "area_for_improvement", ASK),
        (f"Recommendation • {ASK}", "recommendation", ASK),
        (f"Area for improvement\n{ASK}", "area_for_improvement", ASK),
        (f"Recommendation 3 on lamps: {ASK}", "recommendation", ASK),
        ("Good practice: The force lends lamps.", "developing_practice", "The force lends lamps."),
        (f"Recommendations: {ASK}", "recommendation", ASK),
        ("Recommendation A: Count the lamps.", "recommendation", "Count the lamps."),
    ],
)
def test_a_paragraph_may_open_with_its_label(text: str, stated: str, rest: str) -> None:
    found = label(text)
    assert (found.kind, found.rest, text[found.start :]) == (stated, rest, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Recommendation is a long word.",
        "Recommendation 5 was closed in May.",
        "recommendation 2 says that all must act",
        "Recommendations The force should count.",
        "Recommendation 3 on lamps: it was closed.",
        "Recommendation",
        ASK,
    ],
)
def test_a_sentence_about_a_recommendation_is_no_label(text: str) -> None:
    assert GRAMMAR.label(text) is None


NUMBERS = st.sampled_from(["", "1", "12", "4.2", "7a", "R3", "IV"])
MARKS = st.sampled_from([": ", " – ", " - ", " — ", ". ", " • ", "\n"])
LABELS = st.sampled_from(
    ["Recommendation", "RECOMMENDATION", "Area for improvement", "Cause of concern", "Key recommendation"]
)


@given(LABELS, NUMBERS, MARKS)
def test_a_label_with_any_number_and_any_mark_gives_the_same_finding(words: str, number: str, mark: str) -> None:
    opening = f"{words} {number}".strip()
    found = read(f"{TOP}{opening}{mark}{ASK}\n").findings
    assert [(f.kind, f.number, f.text) for f in found] == [(kind(words), number or None, ASK)]


# Sentences


@pytest.mark.parametrize(
    "text",
    [
        "We recommend that lamps be lit.",
        "We therefore recommend a lamp for each door.",
        "It is recommended that lamps be lit.",
        "The IOPC recommends that Kent Police mend its lamps.",
        "The inspectorate recommends a count.",
    ],
)
def test_who_recommends_something_asks_for_it_now(text: str) -> None:
    assert GRAMMAR.recommending(text)
    assert not GRAMMAR.cites(text)


@pytest.mark.parametrize(
    "text",
    [
        "In our 2016 report we recommended that lamps be lit.",
        "We asked the force to light its lamps.",
        "The report of 2016 had recommended lamps.",
        "Our previous report said that lamps should be lit.",
        "From our 2015 lamp report: the force should count.",
    ],
)
def test_what_was_asked_before_is_cited_and_not_asked(text: str) -> None:
    assert GRAMMAR.cites(text)
    assert not GRAMMAR.recommending(text)


@pytest.mark.parametrize(
    "text",
    [
        "Members are asked to note this.",
        "The panel is invited to comment on the lamps.",
        "That the committee notes the report.",
        "It is recommended that members note the report.",
        "It is recommended that the board receives the paper.",
        "To note the report",
        "The Authority is recommended to approve the oil.",
    ],
)
def test_what_a_paper_asks_of_its_members_is_no_recommendation(text: str) -> None:
    assert GRAMMAR.for_members(text)
    assert not GRAMMAR.recommending(text)


@pytest.mark.parametrize("text", ["That the force counts its lamps.", "Members of the public should have a lamp.", ASK])
def test_what_is_asked_of_a_force_is_not_for_members(text: str) -> None:
    assert not GRAMMAR.for_members(text)


@pytest.mark.parametrize("verb", SHIPPED["sentence"]["imperative"])
def test_each_verb_of_the_file_begins_an_imperative(verb: str) -> None:
    assert GRAMMAR.is_imperative(f"{verb.capitalize()} the lamps of the quay.")
    assert GRAMMAR.is_imperative(f"Within six months, {verb} the lamps of the quay.")


@pytest.mark.parametrize("text", ["Reviewing lamps is good.", "Lamps burn.", "The review was late.", "Within the year"])
def test_another_sentence_is_no_imperative(text: str) -> None:
    assert not GRAMMAR.is_imperative(text)
    assert not GRAMMAR.commands(text)


@pytest.mark.parametrize(
    "text", [ASK, "By March 2020, the force must act.", "That the force counts.", "Review the lamps"]
)
def test_a_command_starts_by_telling_somebody(text: str) -> None:
    assert GRAMMAR.commands(text)


def test_a_first_sentence_that_asks_opens_asking_and_a_later_one_does_not() -> None:
    assert GRAMMAR.opens_asking(f"{ASK} Lamps burn.")
    assert not GRAMMAR.opens_asking(f"Lamps burn. {ASK}")


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Accepted. Oil is bought.", "Accepted"),
        ("The force agrees.", "Accepted"),
        ("We accept this in part.", "Partly accepted"),
        ("We accept it in principle.", "Partly accepted"),
        ("Partially accepted: no oil.", "Partly accepted"),
        ("Not agreed.", "Not accepted"),
        ("We do not agree.", "Not accepted"),
        ("We don’t accept this.", "Not accepted"),
        ("The recommendation has not been accepted.", "Not accepted"),
        ("We cannot accept it, though we agree with its aim.", "Not accepted"),
        ("This is already in place. We agree.", "Completed"),
        ("This has been completed.", "Completed"),
        ("Thank you for the lamps.", None),
        ("Oil is dear. Wicks are wet. Lamps are out. We agree.", None),
    ],
)
def test_a_reply_says_in_its_first_sentences_whether_it_accepts(reply: str, answer: str | None) -> None:
    assert GRAMMAR.answer_of(reply) == answer


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Owner: Ada Wick", ("owner", "", "Ada Wick")),
        ("Status: Achieved. All done.", ("status", "", "Achieved. All done.")),
        ("Update 14/02/11: Oil bought", ("update", "14/02/11", "Oil bought")),
        ("Target date (May 2020): late", ("target", "May 2020", "late")),
        ("Chief Constable’s response:", ("response", "", "")),
        ("Do you accept the recommendation? Yes", ("acceptance", "", "Yes")),
        ("To: act at once", None),
        ("Lamps: nine", None),
    ],
)
def test_a_line_may_say_something_of_the_finding_above(line: str, said: tuple[str, str, str] | None) -> None:
    assert GRAMMAR.attribute_of(line) == said


# A user's file

OWN = (
    '[[heading]]\nkind = "area_for_improvement"\nwords = ["lamp(s) to light"]\nshort = ["LTL"]\ninline = true\n'
    'several = false\n[[heading]]\nkind = "recommendation"\nstarts = ["we would be glad of"]\n'
    '[[attribute]]\nrole = "status"\nwords = ["burning"]\n[sentence]\nimperative = ["Kindle"]\n'
    "recommends = ['\\bwould be wise to\\b']\n"
)


def test_a_users_file_adds_headings_labels_columns_verbs_and_sentences(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN, "utf-8")
    own = load_grammar(file)
    assert [own.heading(t).kind for t in ("Lamps to light", "LTL 4", "Strengths", "We would be glad of more oil")] == [  # type: ignore[union-attr]
        "area_for_improvement", "area_for_improvement", "strength", "recommendation",
    ]  # fmt: skip
    assert own.label(f"Lamp to light: {ASK}") is not None
    assert own.role_of("Burning") == "status"
    assert own.is_imperative("Kindle all of them.")
    assert own.recommending("The force would be wise to buy oil.")
    assert own.extra == OWN


def test_a_document_is_read_by_a_users_words() -> None:
    text = f"{TOP}Lamps to light\n\n- The quay at night.\n- The yard by day.\n"
    own = OWN.replace("several = false", "several = true")
    source = Source("a.txt", "a.txt", text, "0")
    assert [f.text for f in parse(source, FORCES, grammar=grammar_of(own)).findings] == [
        "The quay at night.",
        "The yard by day.",
    ]
    assert parse(source, FORCES).findings == ()


def test_without_a_file_it_is_the_shipped_one() -> None:
    assert load_grammar() is shipped()


HEADING = '[[heading]]\nkind = "strength"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[heading", "it is not valid TOML"),
        ('colour = "red"', 'it has "colour", where [[heading]], [[attribute]] or [sentence] is expected'),
        ('[heading]\nkind = "strength"', "write [[heading]] with two brackets"),
        ('heading = ["strength"]', "write [[heading]] with two brackets"),
        ("[[sentence]]\n", "write [sentence] with one bracket"),
        ('[[heading]]\nkind = "lamp"\nwords = ["x"]', "has the kind 'lamp'; the kinds are recommendation"),
        ('[[heading]]\nwords = ["x"]', "has the kind None"),
        (f'{HEADING}word = ["x"]', 'has the unknown key "word"; the keys are kind, words'),
        (HEADING, "has none of words, starts and short"),
        (f'{HEADING}words = "x"', "words of a [[heading]] is a list of texts"),
        (f"{HEADING}words = [7]", "words of a [[heading]] is a list of texts"),
        (f'{HEADING}starts = [""]', "starts of a [[heading]] is a list of texts"),
        (f'{HEADING}words = ["x"]\ninline = "true"', "inline of a [[heading]] is true or false"),
        ('[[attribute]]\nrole = "colour"\nwords = ["x"]', "needs words and a role, one of number, text"),
        ('[[attribute]]\nrole = "status"', "needs words and a role"),
        ('[[attribute]]\nrole = "status"\nwords = "x"', "words of an [[attribute]] is a list of texts"),
        ('[sentence]\nasks = ["x"]', '[sentence] has the unknown key "asks"; the keys are partly'),
        ('[sentence]\nrecommends = "x"', "recommends in [sentence] is a list of texts"),
        ('[sentence]\nrecommends = ["("]', "has a pattern that is none"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(CorpusError, match=re.escape(words)) as error:
        load_grammar(file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize("raw", [None, b"words = \xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, raw: bytes | None) -> None:
    file = tmp_path / "own.toml"
    if raw is not None:
        file.write_bytes(raw)
    with pytest.raises(CorpusError, match="cannot be read"):
        load_grammar(file)


def test_the_kinds_that_find_are_those_of_findings() -> None:
    finding = {label.kind for label in GRAMMAR.headings.values() if label.finds}
    assert finding == set(FINDING_KINDS)
