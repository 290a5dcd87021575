"""Inspection reports and PEEL pages with the faults that real ones have; every text was written for its test."""

import pytest
from reading import TOP, read, texts

from corpus.model import Document


@pytest.mark.parametrize(
    "junk",
    [
        "404 Page not found",
        "Skip to content",
        "Print this document",
        "Last updated 20/01/2020",
        "Get the free PDF Reader",
        "https://inspectorate.example/page/",
        "Page 3 of 9",
        "17",
        "-------",
    ],
)
def test_pitfall_10_page_furniture_is_dropped_wherever_it_stands(junk: str) -> None:
    text = (
        f"{junk}\n\nLamp notes\n\nThe quay has nine lamps and a ladder.\n\n{junk}\n\nAll of them were lit.\n\n{junk}\n"
    )
    assert texts(read(text)) == ["The quay has nine lamps and a ladder.", "All of them were lit."]


def test_pitfall_10_furniture_inside_a_sentence_is_no_furniture() -> None:
    said = "Visitors who saw 404 Page not found were told to skip to content on page 3 of 9."
    assert said in texts(read(f"Lamp notes\n\n{said}\n\nThey did so."))


def test_pitfall_11_a_running_header_inside_a_sentence_goes_and_the_sentence_is_whole() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force keeps a list of every lamp for the local\n\nMay 2009\n\n"
        "lighting plan. It is read each week.\n"
    )
    last = document.passages[-1]
    assert last.text == "The force keeps a list of every lamp for the local lighting plan. It is read each week."
    assert "May 2009" in document.text[last.start : last.end]
    assert document.date == "2009-05"


def test_pitfall_11_a_word_split_at_its_hyphen_is_whole_again() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nWardens met a number of Lamp-\n\nMay 2009\n\nrelated targets in March.\n"
    )
    assert texts(document)[-1] == "Wardens met a number of Lamp-related targets in March."


def test_pitfall_11_a_sentence_may_go_on_with_a_capital() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe lamps on the quay are looked after by the wardens of the\n\nMay 2009\n\n"
        "Harbour Board, who are paid for it by the hour and never late.\n"
    )
    assert texts(document)[-1].endswith(
        "the wardens of the Harbour Board, who are paid for it by the hour and never late."
    )


def test_pitfall_11_a_header_between_two_paragraphs_joins_nothing() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nEvery lamp is lit.\n\nMay 2009\n\nEvery wick is trimmed each day.\n"
    )
    assert texts(document)[-2:] == ["Every lamp is lit.", "Every wick is trimmed each day."]


def test_pitfall_11_a_header_inside_a_list_item_joins_the_item() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force has set itself aims:\n\n- to light every lamp by\n\nMay 2009\n\n"
        "the end of June; and\n- to trim wicks.\n"
    )
    assert texts(document)[-2:] == ["to light every lamp by the end of June; and", "to trim wicks."]


def test_pitfall_11_the_date_inside_a_sentence_stays() -> None:
    said = "The ladder was bought in May 2009 and mended in June."
    assert said in texts(read(f"{TOP}Lanterns\n\nStrengths\n\n{said}\n\nMay 2009\n\nIt was red.\n"))


def test_pitfall_11_the_running_title_goes_too_and_the_title_stays() -> None:
    header = "Kent Police – Inspection Report\n\nMay 2009\n\n"
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force lights lamps that are\n\n{header}old. They shine.\n\n"
        f"{header}So do new ones.\n"
    )
    assert document.title == "Kent Police – Inspection Report"
    assert texts(document)[-2:] == ["The force lights lamps that are old. They shine.", "So do new ones."]


def test_pitfall_11_a_title_repeated_once_beside_the_date_is_a_running_header() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force lights lamps.\n\nKent Police – Inspection Report\n\nMay 2009\n\n"
        "Recommendations\n\nRecommendation 1\n\nThat the force trims wicks.\n"
    )
    assert document.sections[document.findings[0].section] == ("Recommendations",)


def test_pitfall_12_the_page_number_after_a_list_item_goes() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force:\n\n- lights lamps; and 20\n- owns 20 ladders\n- has spent 20\n"
    )
    assert texts(document)[-3:] == ["lights lamps; and", "owns 20 ladders", "has spent 20"]


def graded(gap: str) -> Document:
    def row(*cells: str) -> str:
        return gap.join(cells) + "\n"

    return read(
        TOP
        + "National summary of judgements\n\n"
        + row("", "Excellent", "Good", "Fair", "Poor")
        + row("Lanterns", "", "", "", "")
        + row("Lanterns", "4", "17", "19", "3")
        + row("Wicks", "5", "24", "13", "1")
        + "\nForce summary of judgements\n\n"
        + row("Lanterns", "Grade")
        + row("Lanterns", "Fair")
        + row("Wicks", "Grade")
        + row("Wicks", "Poor")
        + "\nLanterns\n\n"
        + row("GRADE", "FAIR")
        + row("-----", "----")
        + "\nNational grade distribution\n\n"
        + row("Excellent", "Good", "Fair", "Poor")
        + row("4", "17", "19", "3")
        + "\nStrengths\n\nEvery lamp was lit when inspectors came to look at it.\n\nWicks\n\n"
        + row("GRADE", "POOR")
        + "\nStrengths\n\nSome wicks were trimmed when inspectors came to look at them.\n"
    )


@pytest.mark.parametrize("gap", ["\t", "  ", " "], ids=["tabs", "two spaces", "one space"])
def test_pitfall_13_flattened_tables_give_the_force_its_grades_and_not_the_distribution(gap: str) -> None:
    grades = [(grade.area, grade.grade) for grade in graded(gap).grades]
    assert grades == [("Lanterns", "fair"), ("Wicks", "poor")]


def test_pitfall_13_the_distribution_counts_forces_and_label_rows_count_nothing() -> None:
    document = graded("\t")
    assert [dict(grade.distribution or {}) for grade in document.grades] == [
        {"excellent": 4, "good": 17, "fair": 19, "poor": 3},
        {"excellent": 5, "good": 24, "fair": 13, "poor": 1},
    ]
    assert [document.sections[grade.section or 0] for grade in document.grades] == [("Lanterns",), ("Wicks",)]
    assert {p.kind for p in document.passages if "\t" in p.text} == {"grade"}


def test_pitfall_13_a_distribution_alone_is_no_grade() -> None:
    document = read(
        f"{TOP}Lanterns\n\nNational grade distribution\n\nExcellent\tGood\tFair\tPoor\n6\t14\t21\t2\n\nStrengths\n\n"
        "Every lamp was lit when inspectors came to look at it.\n"
    )
    assert document.grades == ()


def peel(body: str) -> Document:
    return read(f"Kent PEEL 2016\nEffectiveness\nHow effective is the force at lighting lamps?\n{body}")


def test_pitfall_15_a_bullet_without_its_dash_is_an_area_for_improvement() -> None:
    document = peel(
        "Kent Police lights lamps.\nAreas for improvement\n- The force should trim wicks.\nThe force should buy oil.\n"
        "The force needs to own a ladder.\nHow effective is the force at counting moths?\nThe force "
        "should be praised for it.\n"
    )
    assert [f.text for f in document.findings] == [
        "The force should trim wicks.",
        "The force should buy oil.",
        "The force needs to own a ladder.",
    ]
    assert document.passages[-1].kind == "judgement"


@pytest.mark.parametrize("bullet", ["-", "- ", "•", "  •  ", "*", "–"])
def test_pitfall_16_an_empty_bullet_is_nothing(bullet: str) -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe force:\n\n- lights lamps; and\n- trims wicks.\n{bullet}\n\nIt does.\n"
    )
    assert texts(document)[-3:] == ["lights lamps; and", "trims wicks.", "It does."]


def test_pitfall_17_the_items_of_a_numbered_recommendation_belong_to_it() -> None:
    document = read(
        f"{TOP}Lanterns\n\nAreas for improvement\n\nLamps are dim.\n\nRECOMMENDATION 1\n\n"
        "That the force makes sure that:\n\n"
        "- lamps are lit; and\n- wicks are trimmed.\n\nMoths are many.\n"
    )
    (finding,) = document.findings
    assert finding.text == "That the force makes sure that:\nlamps are lit; and\nwicks are trimmed."
    asked = [p for p in document.passages if p.kind == "recommendation"]
    assert [p.parent and document.passages[p.parent].text for p in asked] == [
        None,
        *["That the force makes sure that:"] * 2,
    ]
    assert document.passages[-1].finding is None


def test_pitfall_19_a_recommendation_met_again_in_the_closing_list_is_one_finding() -> None:
    document = read(
        f"{TOP}Lanterns\n\nAreas for improvement\n\nLamps are dim.\n\nRECOMMENDATION 1\n\n"
        "That the force lights every lamp "
        "on the quay by dusk.\n\nWicks\n\nAreas for improvement\n\nThey are long.\n\nRECOMMENDATION 2\n\n"
        "That the force "
        "trims each wick once a week.\n\nRecommendations\n\nLanterns\n\nRecommendation 1\n\n"
        "That the Force lights every lamp "
        "on the quay by dusk\n\nWicks\n\nRecommendation 2\n\nThat the force trims each wick once a week.\n"
    )
    assert [(f.number, document.sections[f.section]) for f in document.findings] == [
        ("1", ("Lanterns", "Areas for improvement")),
        ("2", ("Wicks", "Areas for improvement")),
    ]
    assert [p.finding for p in document.passages if p.kind == "recommendation"] == [0, 1, 0, 1]


def test_pitfall_19_a_closing_list_that_comes_first_still_gives_way_to_the_section() -> None:
    asked = "That the force lights every lamp on the quay by dusk."
    document = read(
        f"{TOP}Recommendations\n\nRecommendation 1\n\n{asked}\n\nLanterns\n\nAreas for improvement\n\n"
        "Lamps are dim.\n\n"
        f"RECOMMENDATION 1\n\n{asked}\n"
    )
    assert [document.sections[f.section] for f in document.findings] == [("Lanterns", "Areas for improvement")]


def test_pitfall_19_one_number_for_two_recommendations_is_two_findings() -> None:
    document = read(
        f"{TOP}Lanterns\n\nAreas for improvement\n\nDim.\n\nRecommendation 1\n\n"
        "That the force lights every lamp on the quay.\n\n"
        "Wicks\n\nAreas for improvement\n\nLong.\n\nRecommendation 1\n\n"
        "That the chief constable buys a pair of scissors.\n"
    )
    assert [f.number for f in document.findings] == ["1", "1"]


def test_pitfall_18_the_same_text_in_two_records_has_the_same_hash_and_its_own_id() -> None:
    head = "Recommendation 1\n\nAll forces should light lamps.\n\n[on]4 May 2018 [status]complete[/status][/on]"
    one = read(f"https://i.example/recommendation/kent/7001/\n\nLamps\n\n{head}")
    other = read(
        f"https://i.example/recommendation/dorset/7002/\n\nLamps\n\n{head.replace('All forces', 'ALL FORCES')}"
    )
    (first,), (second,) = one.findings, other.findings
    assert first.id != second.id
    assert first.id.removeprefix("kent/7001") == second.id.removeprefix("dorset/7002")


def test_pitfall_18_repeats_in_one_document_have_ids_of_their_own() -> None:
    document = read("Lamp notes\n\nFormal links are needed here.\n\nOther words.\n\nFormal links are needed here.\n")
    one, _, other = document.passages
    assert other.id == f"{one.id}~2"


@pytest.mark.parametrize(
    ("opening", "grade"),
    [
        ("Kent Police is good at lighting lamps.", "good"),
        ("Kent Police requires improvement at lighting lamps.", "requires improvement"),
        ("The force was inadequate at lighting lamps.", "inadequate"),
        ("Kent Police has good plans to light lamps.", None),
        ("Kent Police treats lamps fairly and is good at it.", None),
        ("The force has made good progress and is good.", None),
        ("Kent Police is very good at lighting lamps.", None),
        ("Staff of Kent Police are good at lighting lamps.", None),
        ("Good lamps are lit by Kent Police.", None),
    ],
)
def test_pitfall_20_only_a_stated_grade_counts(opening: str, grade: str | None) -> None:
    assert [found.grade for found in peel(f"{opening} Moths were seen.\n").grades] == ([grade] if grade else [])


def test_pitfall_20_a_grade_counts_only_at_the_opening_of_the_answer() -> None:
    assert peel("We looked at lamps for a week.\nKent Police is good at lighting lamps.\n").grades == ()
    assert peel("Areas for improvement\nThe force is good at lamps but should trim wicks.\n").grades == ()


def test_pitfall_20_a_grade_on_a_line_of_its_own_counts() -> None:
    document = peel("Last updated 20/01/2020\nRequires improvement\n\nLamps are dim and wicks are long.\n")
    assert [(grade.area, grade.grade) for grade in document.grades] == [("Effectiveness", "requires improvement")]


def test_a_question_without_an_answer_is_a_section() -> None:
    document = read(
        "Kent PEEL 2016\nEffectiveness\nHow effective is the force at keeping the quay safe?\n"
        "How effective is the force at lighting lamps?\nKent Police is good at lighting lamps. All were lit.\n"
    )
    assert document.sections[0] == ("Effectiveness", "How effective is the force at keeping the quay safe?")
    assert [grade.section for grade in document.grades] == [1]


def test_a_question_asked_in_passing_is_no_heading() -> None:
    document = peel("Kent Police lights lamps.\nIs that enough? We think not. Who can say?\n")
    assert len(document.sections) == 1
    assert document.passages[-1].text == "Is that enough? We think not. Who can say?"


def test_pitfall_21_the_glossary_is_kept_as_printed() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nThe lamp information room (LIR) is lit.\n\nAppendix: Glossary of Terms and "
        "Abbreviations\n\nL\n\nLIR\tlamp immigration room\n-----\t-----\nLO (Q)\tlamp office (quay)\n\nW\n\n"
        "WW\twick wardun\n"
    )
    assert [(entry.term, entry.meaning) for entry in document.glossary] == [
        ("LIR", "lamp immigration room"),
        ("LO (Q)", "lamp office (quay)"),
        ("WW", "wick wardun"),
    ]
    assert "LIR\tlamp immigration room" in [p.text for p in document.passages if p.kind == "glossary"]


def test_pitfall_24_numbers_that_disagree_are_quoted_as_they_stand() -> None:
    said = ["There are 145 lamps on the quay.", "All 139 lamps were lit.", "Of 144 lamps none was dim."]
    assert texts(read(f"{TOP}Lanterns\n\nStrengths\n\n" + "\n\n".join(said)))[-3:] == said


def test_pitfall_26_areas_for_improvement_are_prose_in_2007_and_bullets_in_peel() -> None:
    prose = read(f"{TOP}Lanterns\n\nAreas for improvement\n\nLamps are dim. Nobody has bought oil since the spring.\n")
    assert prose.passages[-1].kind == "area_for_improvement"
    assert prose.findings == ()
    bullet = peel("Areas for improvement\n- The force should buy oil.\n")
    assert [f.kind for f in bullet.findings] == ["area_for_improvement"]


def test_pitfall_27_a_commissioned_report_is_about_the_force_that_was_inspected() -> None:
    text = TOP.replace("Kent Police – Inspection Report", "Inspection of Kent Police commissioned by the council")
    assert read(text).force == "kent"


def test_pitfall_27_another_force_in_the_text_does_not_move_the_title() -> None:
    document = read(
        f"{TOP}Lanterns\n\nStrengths\n\nLamps were lent to Dorset Police and to Essex Police in the spring.\n"
    )
    assert document.force == "kent"


def test_a_caption_above_a_table_is_kept() -> None:
    document = read(f"{TOP}Lanterns\n\nLamps by street, 2009\nQuay\t4\nMole\t6\n\nAll were lit when we came by.\n")
    assert "Lamps by street, 2009" in texts(document)


def test_a_cell_left_empty_keeps_the_others_under_their_heads() -> None:
    rows = "Month\tSearches\tFinds\nJune\t151\t58\nJuly\t\t70\n"
    document = read(f"{TOP}Lanterns\n\nAll were lit when we came by, and searched.\n\n{rows}")
    assert texts(document)[-1] == "July\t–\t70"
