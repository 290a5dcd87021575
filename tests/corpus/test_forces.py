"""Force names: found where they stand, in every form, and not where a text only looks like one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.forces import Force, Forces, load_forces
from corpus.model import CorpusError

FORCES = load_forces()


def found(text: str, forces: Forces = FORCES) -> list[tuple[str, str, str]]:
    return [(m.slug, text[m.start : m.end], m.how) for m in forces.mentions(text)]


def slugs(text: str) -> list[str]:
    return [m.slug for m in FORCES.mentions(text)]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_43_forces_in_slug_order() -> None:
    every = [force.slug for force in FORCES.all]
    assert len(every) == 43
    assert every == sorted(set(every))


@pytest.mark.parametrize("force", FORCES.all, ids=lambda force: force.slug)
def test_every_way_to_write_a_force_is_found_as_that_force(force: Force) -> None:
    for name in (force.name, *force.names):
        assert found(f"Staff of {name}, it said") == [(force.slug, name, "name")]
    for name in force.short:
        assert found(f"({name})") == [(force.slug, name, "short")]
    for name in force.abbreviations:
        assert found(f"as {name}'s plan says") == [(force.slug, name, "abbreviation")]
    for name in force.weak:
        # WMP is nearly always West Midlands, so alone it is theirs
        assert force.slug not in slugs(f"as {name} says")
        assert slugs(f"{force.name} is late. {name} says so") == [force.slug, force.slug]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Northants", ["northamptonshire"]),
        ("Hants and Northants", ["hampshire", "northamptonshire"]),
        ("Sussex and Essex", ["sussex", "essex"]),
        ("Esussex, Essexes, Wessex, Middlesex", []),
        ("North Yorkshire Police", ["north-yorkshire"]),
        ("Yorkshire and the Humber", []),
        ("West Yorkshire, South Yorkshire", ["west-yorkshire", "south-yorkshire"]),
        ("West Midlands, West Mercia, East Midlands", ["west-midlands", "west-mercia"]),
        ("Kentish Town", []),
        ("Kent's plan; Gwent’s plan", ["kent", "gwent"]),
        ("Northumberland County Council", []),
        ("Northumbria", ["northumbria"]),
        ("Derby, Leicester and Nottingham", []),
        ("south wales police", ["south-wales"]),
        ("ESSEX POLICE", ["essex"]),
        ("hants", ["hampshire"]),
        ("esx, wmp, gmp", []),
        ("Essex/Kent", ["essex", "kent"]),
        ("reg_essex", []),
    ],
)
def test_whole_words_and_the_longest_name(text: str, expected: list[str]) -> None:
    assert slugs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "it has been met and can be closed",
        "Met the standard in all areas.",
        "They met police officers in the city.",
        "Met police officers said so",
        "the Met Office warned of floods",
        "non-metropolitan areas and metropolitan areas; Metropolitan Borough of Dudley",
        "the met standard; the City; the city police; MET; a MER form",
        "HMP, HC, NC, WM, GP, WAR, EP, ASC, DPP",
    ],
)
def test_words_that_are_no_force(text: str) -> None:
    assert slugs(text) == []


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("the Met", "abbreviation"),
        ("The Met", "abbreviation"),
        ("Met Police", "name"),
        ("MPS", "abbreviation"),
        ("Metropolitan Police", "name"),
        ("metropolitan police service", "name"),
        ("Metropolitan", "short"),
    ],
)
def test_the_met(text: str, how: str) -> None:
    assert found(f"In 2017 {text} did.") == [("metropolitan", text, how)]


def test_a_place_is_weaker_than_a_name() -> None:
    assert found("Essex wrote to Essex Police") == [
        ("essex", "Essex", "short"),
        ("essex", "Essex Police", "name"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Devon & Cornwall Police",
        "Devon&Cornwall Police",
        "Devon and Cornwall Police",
        "Devon\u00a0and\u00a0Cornwall\u00a0Police",
        "Devon and\nCornwall Police",
        "Devon-and-Cornwall police",
    ],
)
def test_and_and_spaces_are_alike(text: str) -> None:
    assert found(text) == [("devon-and-cornwall", text, "name")]


@pytest.mark.parametrize("text", ["Dyfed Powys Police", "Dyfed-Powys Police", "Dyfed\u2011Powys Police"])
def test_hyphen_and_space_are_alike(text: str) -> None:
    assert found(text) == [("dyfed-powys", text, "name")]


def test_a_name_does_not_run_over_a_blank_line() -> None:
    assert found("Essex\n\nPolice came") == [("essex", "Essex", "short")]


def test_a_shared_abbreviation_follows_the_force_that_is_named() -> None:
    assert slugs("WMP and WMD") == ["west-midlands", "west-midlands"]
    assert slugs("West Mercia Police: WMP will") == ["west-mercia", "west-mercia"]
    both = "West Mercia Police met West Midlands Police and WMP will"
    assert slugs(both) == ["west-mercia", "west-midlands", "west-midlands"]
    # a place is not enough
    assert slugs("West Mercia: WMP will") == ["west-mercia", "west-midlands"]
    # and a phrase that is no force does not get in the way
    assert slugs("Essex Police rang the Met Office; EP will") == ["essex", "essex"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Surrey and Sussex Police", "surrey-and-sussex"),
        ("Kent & Essex Serious Crime Directorate", "kent-and-essex"),
        ("Norfolk and Suffolk Constabularies", "norfolk-and-suffolk"),
        ("the Alliance", "alliance"),
        ("the Tri-force team", "tri-force"),
        ("BCH", "bch"),
        ("British Transport Police", "british-transport-police"),
        ("HM Revenue & Customs", "hmrc"),
        ("Her Majesty’s Revenue and Customs", "hmrc"),
        ("the NCA", "national-crime-agency"),
    ],
)
def test_bodies_and_groups_are_no_single_force(text: str, expected: str) -> None:
    assert slugs(text) == []
    assert [m.slug for m in FORCES.bodies(text)] == [expected]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://www.justiceinspectorates.gov.uk/hmicfrs/recommendation/west-midlands/8796/",
            "west-midlands",
        ),
        ("/hmicfrs/recommendation/essex/9443", "essex"),
        ("http://example.org/hmicfrs/recommendation/British-Transport-Police/1/", "british-transport-police"),
        ("https://example.org/hmicfrs/police-forces/city-of-london/", "city-of-london"),
        ("/police-forces/kent?page=2", "kent"),
        (
            "https://example.org/hmicfrs/peel-assessments/peel-2018/avon-and-somerset/legitimacy/",
            "avon-and-somerset",
        ),
        ("/hmicfrs/recommendation/atlantis/1/", None),
        ("/hmicfrs/recommendation/bch/1/", None),
        ("/hmicfrs/recommendation/essex/", None),
        ("/hmicfrs/publications/essex-police-2007/", None),
        ("", None),
    ],
)
def test_page_addresses(url: str, expected: str | None) -> None:
    assert FORCES.from_url(url) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reg_devon_and_cornwall_6989.txt", "devon-and-cornwall"),
        ("peel2017_kent_effectiveness", "kent"),
        ("peel2018_avon_somerset_legitimacy.txt", "avon-and-somerset"),
        ("Essex Police 2007 (kent copy).pdf", None),
        ("essex/kent-2016.md", "kent"),
        ("NorthYorkshire.txt", None),
        ("north-yorkshire2016.txt", "north-yorkshire"),
        ("northants.html", "northamptonshire"),
        ("reg_theme_audit_7319.txt", None),
        ("westminster.txt", None),
        ("", None),
    ],
)
def test_file_names(name: str, expected: str | None) -> None:
    assert FORCES.from_filename(name) == expected


def test_get_and_label() -> None:
    force = FORCES.get("hampshire")
    assert force is not None
    assert force.name == FORCES.label("hampshire") == "Hampshire Constabulary"
    assert FORCES.get("atlantis") is None
    assert FORCES.label("atlantis") == "atlantis"
    assert FORCES.label("british-transport-police") == "British Transport Police"


def test_a_users_file_adds_and_overrides(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [[force]]
        slug = "saltmere"
        name = "Saltmere Police"
        short = ["Saltmere"]
        abbreviations = ["SMP"]

        [[force]]
        slug = "hampshire"
        name = "Hampshire and Isle of Wight Constabulary"
        names = ["Hampshire Constabulary"]
        abbreviations = ["HIOW"]
        """,
    )
    forces = load_forces(path)
    assert len(forces.all) == 44
    assert found("Saltmere Police: SMP", forces) == [
        ("saltmere", "Saltmere Police", "name"),
        ("saltmere", "SMP", "abbreviation"),
    ]
    assert forces.from_url("https://inspectorate.example/hmicfrs/recommendation/saltmere/5120/") == "saltmere"
    assert forces.from_filename("saltmere-2007-inspection.txt") == "saltmere"
    assert forces.label("hampshire") == "Hampshire and Isle of Wight Constabulary"
    # a key that is given replaces, one that is not given stays
    assert found("HIOW, HIOWC, Hants", forces) == [
        ("hampshire", "HIOW", "abbreviation"),
        ("hampshire", "Hants", "short"),
    ]
    assert FORCES.get("saltmere") is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[force]\n", "not valid TOML"),
        ('[[forces]]\nslug = "a"', 'table or key "forces"'),
        ('[force]\nslug = "a"\nname = "A"', "[[force]] tables"),
        ('[[force]]\nname = "Saltmere Police"', "needs a slug"),
        ('[[force]]\nslug = "Salt Mere"\nname = "Saltmere Police"', "needs a slug"),
        ('[[force]]\nslug = "saltmere"', "needs a name"),
        ('[[force]]\nslug = "saltmere"\nname = "Saltmere Police"\nnick = ["S"]', 'unknown key "nick"'),
        ('[[force]]\nslug = "saltmere"\nname = "Saltmere Police"\nshort = "Saltmere"', "list of names"),
        ('[[force]]\nslug = "saltmere"\nname = "Saltmere Police"\nnames = [""]', "list of names"),
        ('[[force]]\nslug = "saltmere"\nname = "Kent Police"', '"kent" and "saltmere"'),
        ('[[force]]\nslug = "bch"\nname = "Beach Police"', "is a group"),
        ('[[group]]\nslug = "g"\nname = "G four"\nmembers = ["atlantis"]', 'unknown member "atlantis"'),
        ('[[force]]\nslug = "a"\nname = "A one"\n[[force]]\nslug = "a"\nname = "A two"', "twice"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CorpusError) as error:
        load_forces(path)
    assert str(path) in str(error.value)
    assert complaint in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gone\.toml cannot be read"):
        load_forces(tmp_path / "gone.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[[force]]\nname = "Caf\xe9"')
    with pytest.raises(CorpusError, match=r"latin\.toml is not UTF-8"):
        load_forces(latin)


PIECES = st.sampled_from(
    [
        *(text for force in FORCES.all for text in (force.name, *force.short, *force.abbreviations, *force.weak)),
        *(
            "and",
            "&",
            "the",
            "Met",
            "Police",
            "Constabulary",
            "North",
            "West",
            "City of",
            "BCH",
            "eſſex police",
        ),
    ]
)
JOINS = st.sampled_from([" ", "-", "\n", "\n\n", "", ", ", "\u00a0", " & ", "\u2011", "'s "])


@given(st.lists(st.tuples(PIECES | st.text(max_size=4), JOINS), max_size=12))
def test_mentions_are_in_order_apart_and_are_what_stands_there(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + join for piece, join in pieces)
    at = 0
    for mention in FORCES.mentions(text):
        assert at <= mention.start < mention.end <= len(text)
        at = mention.end
        force = FORCES.get(mention.slug)
        assert force is not None
        words = text[mention.start : mention.end].lower().replace("&", "and").replace("\u2011", " ")
        shown = " ".join(words.replace("-", " ").split()).replace(" ", "")
        forms = (force.name, *force.names, *force.short, *force.abbreviations, *force.weak)
        assert shown in {"".join(f.lower().replace("&", "and").replace("-", " ").split()) for f in forms}
