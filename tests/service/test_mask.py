"""Contact details are dots in what is shown, whole in what is stored."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin

import numpy as np
import pytest
from fakes import FakeCollection, FakeEncoder, assessment, document, record
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from corpus import contact_details
from corpus.model import Document, GlossaryEntry
from indexer.build import build
from indexer.theme_store import publish_model
from models.examples import Example
from models.taxonomy import Taxonomy, Theme
from models.theme_model import train_themes
from service.contract.contacts import mask, masked
from service.contract.requests import SearchRequest
from service.contract.responses import Expansion
from service.contract.workbooks import XLSX
from service.engine import Engine
from service.themes.review import queue
from service.themes.training import flips_of
from service.web.app import create_app

CONTACTS = (
    "01632 960123", "(01632) 960 123", "01632960123", "020 7946 0123", "0118 496 0123", "07700 900 123",
    "+44 1632 960123", "+353 20 915 5555",
    "+44 (0)1632 960123", "0044 7700 900123", "0300 123 4567", "01632\u00a0960123",
    "o'neill.j@wealdmarch.example", "control-room+nights@ppu.saltmere.example",
    "01632 960123 ext 4412", "01632-960-123", "01632–960123", "01632‑960 123", "(+44) 1632 960123",
    "01632 960123 extn 4412", "0800 1111", "+33 1 23 45 67 89", "+353 (0)1 555 1234", "01632 960123/960124",
)  # fmt: skip
NO_CONTACTS = (
    "4 March 2018", "04/03/2018", "2017-18", "040119", "£1,150,000", "101 or 999", "record 8837 of 2018",
    "9,412 incidents", "0.25 of 1200 0300", "between 2007 and 2012", "reference 44/2017/00123", "in 01 of 02 cases",
    "ISBN 978-1-84473-000-1",
    "shifts 0700 1500 2300", "URN 05123456789", "crime reference 0123456789/18", "extension 2017-18",
    "mobile 2014 15 16", "0 10 200 3000", "log number 01234567890",
    "@saltmere on duty", "from 06:00 to 18:00", "2016 2017 2018 2019", "telephone calls in 2016", "phone 3 of 12",
)  # fmt: skip


@pytest.mark.parametrize("contact", CONTACTS)
def test_pitfall_28_numbers_and_addresses_become_dots(contact: str) -> None:
    text = f"Ring Insp Wick ({contact}), any day. Or {contact}."
    shown = mask(text)
    assert len(shown) == len(text)
    assert not any(character.isdigit() or (character == "@" and "•@•" not in shown) for character in shown)
    assert shown.startswith("Ring Insp Wick (")
    assert shown.endswith(".")
    assert "), any day. Or " in shown


@pytest.mark.parametrize("text", NO_CONTACTS)
def test_other_numbers_stay(text: str) -> None:
    assert mask(f"So {text}, they said.") == f"So {text}, they said."


@pytest.mark.parametrize("text", ["Tel: 960123", "ext. 4412", "Telephone no. (01632) 96 01 23"])
def test_a_labelled_number_keeps_its_label(text: str) -> None:
    assert mask(text).startswith(text[:3])
    assert not any(character.isdigit() for character in mask(text))


def test_a_number_cut_short_by_a_title_is_masked_too() -> None:
    assert mask("Ring the desk at all hours on 01632 960 …") == "Ring the desk at all hours on ••••• ••• …"


@pytest.mark.parametrize("unit", ["a", "1", ".", "+", "-", "ext", "tel.", "a@", "0", "(0"])
def test_one_long_word_is_no_work(unit: str) -> None:
    assert len(mask(unit * (200_000 // len(unit)))) <= 200_000


@given(st.text())
def test_masking_keeps_length_and_is_done_once(text: str) -> None:
    assert len(mask(text)) == len(text)
    assert mask(mask(text)) == mask(text)


@given(st.text(st.sampled_from("0123479@+tephonxfaTELPHNXFAmobile .-()£…\n\u00a0")) | st.text())
def test_no_text_is_passed_over_that_holds_a_contact(text: str) -> None:
    assert mask(text) == contact_details._CONTACT.sub(contact_details._dotted, text)


def test_what_holds_no_contact_is_given_back_as_it_is() -> None:
    answer = [Expansion(typed="patrol", to="Beat 4 of 12"), Expansion(typed="call", to="on 01632 960123")]
    shown = masked(answer)
    assert shown[0] is answer[0]
    assert shown[1].to == "on ••••• ••••••"


def test_only_texts_are_masked() -> None:
    answer = {
        "id": "a~01632960123",
        "text": "Ring 01632 960123",
        "source": "01632 960123.txt",
        "section": ["Tel 01632 960123"],
        "query": "01632 960123",
        "said_of_it": {"by": ("01632 960123",)},
    }
    shown = masked(answer)
    assert (shown["id"], shown["source"]) == (answer["id"], answer["source"])
    assert shown["text"] == "Ring ••••• ••••••"
    assert shown["section"] == ["Tel ••••• ••••••"]
    assert shown["query"] == answer["query"]
    assert shown["said_of_it"] == {"by": ("••••• ••••••",)}


def test_what_is_stored_is_whole_and_found_by_its_number(tmp_path: Path, publish: Callable[..., str]) -> None:
    said = "Lamps: ring Insp Wick on 01632 960123 or wick@saltmere.example"
    publish(tmp_path, (document("a", [said]),))
    plain = Engine(tmp_path, FakeEncoder(), mask_contacts=False).search(SearchRequest(query="960123"))
    assert plain.results[0].text == said
    engine = Engine(tmp_path, FakeEncoder())
    shown = engine.search(SearchRequest(query="960123"))
    assert shown.total == plain.total == 1
    assert shown.results[0].highlights == plain.results[0].highlights
    client = create_app(engine).test_client()
    key = quote(shown.results[0].passage_id)
    pages = ("/?q=lamps", "/documents/a", "/api/v1/documents/a", "/api/v1/search?q=lamps", f"/api/v1/passages/{key}")
    for address in pages:
        text = client.get(address).get_data(as_text=True)
        assert "Insp Wick" in text
        assert "960123" not in text
        assert "wick@" not in text


CALL = "ring 01632 960123 or wick@saltmere.example"


def called(made: Document) -> Document:
    """`made` with contact details wherever it has words."""
    return replace(
        made,
        title=f"Lamps: {CALL}",
        notes=(f"Odd, {CALL}",),
        sections=tuple((*path[:-1], f"{path[-1]}: {CALL}") if path else () for path in made.sections),
        findings=tuple(
            replace(finding, deadline_text=f"soon, {CALL}", addressees=(f"the desk, {CALL}",))
            for finding in made.findings
        ),
        grades=tuple(replace(grade, area=f"{grade.area}, {CALL}") for grade in made.grades),
        glossary=(GlossaryEntry("ICV", f"a visitor, {CALL}", 0),),
    )


def test_no_page_that_links_lead_to_shows_them(tmp_path: Path, publish: Callable[..., str]) -> None:
    asks = f"By March 2018, {CALL}, chief constables should review lamps."
    records = [record(force, "101", asks, comment=f"Owner: {CALL}.") for force in ("kent", "essex")]
    publish(tmp_path, [called(made) for made in (*records, assessment("surrey"), document("a", [f"Lamps, {CALL}"]))])
    client = create_app(Engine(tmp_path, FakeEncoder())).test_client()
    todo = ["/?q=lamps", "/register", "/forces", "/similar?text=lamps", "/api/v1/search?q=lamps&explain=true"]
    seen = {"/static"}
    while todo:
        address = todo.pop()
        if address in seen or address.startswith("/static"):
            continue
        seen.add(address)
        answer = client.get(address)
        if answer.mimetype == XLSX:
            text = repr([list(sheet.values) for sheet in load_workbook(io.BytesIO(answer.data)).worksheets])
        else:
            text = answer.get_data(as_text=True)
        assert not re.search(r"960123|wick@", text), address
        # Not those that give the same again in another order.
        links = (unescape(link) for link in re.findall(r'href="([/?][^"#]*)', text) if "sort=" not in link)
        todo += [] if len(seen) > 120 else [urljoin(address, link) for link in links]
    assert sum(1 for address in seen if address.startswith("/documents/")) >= 4
    assert any(address.startswith("/findings/") for address in seen)


def test_the_queue_and_what_a_model_changes_are_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = record("kent", "101", f"The force should review its lamps; {CALL}.", comment=f"Plans, {CALL}.")
    made = replace(made, passages=tuple(replace(one, finding=0) for one in made.passages))
    themes = Taxonomy((Theme("lamps", "Lamps", "Lamps and light.", ("lamps",)),), {})
    texts = ("The lamps were lit", "Plans are clear")
    examples = [
        Example(f"{texts[n % 2]} {n}.", frozenset(["lamps"] if n % 2 == 0 else []), f"document {n % 5}", where="here")
        for n in range(30)
    ]
    model = train_themes(themes, examples, FakeEncoder(), "2026-01-01T00:00:00+00:00")
    classifier = model.classifier
    build(FakeCollection((made,)), FakeEncoder(), tmp_path, inputs=["papers"], themes=model)
    publish_model(tmp_path, model, {})
    engine = Engine(tmp_path, FakeEncoder())
    ids = engine.snapshot().held.columns.ids
    monkeypatch.setattr("service.themes.review._doubtful", lambda held: (ids, np.ones(len(ids))))
    found = queue(engine.snapshot(), 10)
    assert any(item.parent for item in found.items)
    for item in found.items:
        assert "960123" not in item.model_dump_json()
    client = create_app(engine).test_client()
    for skip in range(len(found.items)):
        assert "960123" not in client.get(f"/queue?skip={skip}").get_data(as_text=True)
    other = replace(model, id="other", classifier=replace(classifier, threshold=np.array([0.0])))
    flips = flips_of(tmp_path, FakeEncoder(), model, other, lambda *_: None)
    assert flips.flips
    assert "960123" not in repr(flips)
    assert "960123" in repr(flips_of(tmp_path, FakeEncoder(), model, other, lambda *_: None, mask=False))
