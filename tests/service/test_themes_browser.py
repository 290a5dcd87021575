"""Themes in a real browser, on the real encoder and the shipped examples: tag, go through the queue, correct, undo."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import chromium
from click.testing import CliRunner
from test_browser import SAMPLE, follow

from indexer.theme_store import current_model, open_model
from models.encoder import Encoder
from models.shipped import shipped_model
from models.theme_model import judge
from service.cli import common
from service.cli.main import main
from service.state.corrections import State

pytestmark = pytest.mark.slow
# Invented comments of a force's mounted section, which the shipped model does not know where to put.
COMMENTS = (
    "Two greys went lame in October and the farrier has been asked to come monthly.",
    "The stables at Fernley were inspected by the superintendent and found dry.",
    "Saddlery stocktake finished; eleven girths condemned.",
    "Riders now exercise their horses before dawn on match days.",
    "A third horsebox was hired for the cup tie and returned unmarked.",
    "The new gelding shied at flares, so it goes back for another month.",
    "Hay contract let to a local farm until spring.",
    "Six riders passed the winter equitation test.",
    "Horses were led through the precinct on both Saturdays before the derby.",
    "The loose boxes will be re-floored when the frost is over.",
)
UNSEEN = "The farrier looked at every horse in the stables before the derby."


@pytest.fixture(autouse=True)
def _little_to_learn() -> None:
    """Here as much is learned from as a user's own index learns from."""


class Precedent:
    """The command line over one data folder, in this process, whose encoder is loaded."""

    def __init__(self, data: Path, encoder: Encoder) -> None:
        self.data, self.encoder = data, encoder

    def __call__(self, *arguments: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(common, "encoder_for", lambda settings: self.encoder)
            done = CliRunner().invoke(main, [*arguments, "--data", str(self.data)])
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture(scope="module")
def precedent(tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder, shared: Path) -> Precedent:
    """An index of the sample's records and a report, tagged by the shipped model."""
    command = Precedent(tmp_path_factory.mktemp("themes"), real_encoder)
    (command.data / "encoders").symlink_to(shared / "encoders")  # for the server, a process of its own
    records = [str(path) for path in (SAMPLE / "register").glob("*.txt")]
    command("build", *records, str(SAMPLE / "carrowdale-2018.html"))
    assert current_model(command.data) == shipped_model().id
    return command


@pytest.fixture(scope="module")
def data(precedent: Precedent) -> Path:
    return precedent.data


class Served:
    """A server in a process of its own, which can be killed and started again."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.main", "serve", "--port", "0", "--data", str(self._data)],
            stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert self._process.stderr is not None
        line = next(line for line in self._process.stderr if "Serving on" in line)
        self.address = re.search(r"http://\S+", line)[0]  # type: ignore[index]

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with chromium() as browser:
        opened = browser.new_page()
        troubles: list[str] = []
        opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        yield opened
        assert troubles == []


@pytest.fixture(scope="module")
def served(data: Path, page: Any) -> Iterator[Served]:
    server = Served(data)
    yield server
    page.goto("about:blank")
    server.kill()


def correct_pasted(page: Any, address: str, text: str, theme: str) -> None:
    """Paste a text, say that it is wrong, and give it one theme and no other."""
    page.goto(f"{address}/tag")
    page.get_by_label("Paste a comment").fill(text)
    follow(page.get_by_role("button", name="Tag", exact=True))
    page.get_by_text("This is wrong").click()
    for details in page.locator("form.correct details:not([open])").all():
        details.locator("summary").click()
    for box in page.locator("form.correct input[name=theme]").all():
        box.set_checked(box.get_attribute("value") == theme)
    page.get_by_label("Your name").first.fill("Ada Reviewer")
    follow(page.get_by_role("button", name="Save"))
    assert "/corrections" in page.url


def probabilities(precedent: Precedent, texts: tuple[str, ...], theme: str) -> tuple[np.ndarray, float]:
    """What the model in use says by itself, without any correction, and the theme's threshold."""
    model, encoder = open_model(precedent.data, current_model(precedent.data) or ""), precedent.encoder
    place = model.classifier.labels.index(theme)
    found = judge(model, texts, [""] * len(texts), encoder)
    return found[:, place], float(model.classifier.threshold[place])


def test_a_pasted_text_shows_its_themes_and_what_carries_them(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/tag")
    page.get_by_label("Paste a comment").fill(
        "Only half of the officers who attend a domestic incident fill in the risk form. The canteen is closed."
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    result = page.get_by_role("region", name="Domestic abuse")
    assert "% likely" in result.inner_text()
    assert result.locator("mark").all_inner_texts() == [
        "Only half of the officers who attend a domestic incident fill in the risk form."
    ]


def test_the_queue_by_keyboard(page: Any, served: Served, data: Path) -> None:
    known = {one.id for one in State(data).all()}
    page.goto(f"{served.address}/queue")
    waiting = page.locator("p.lead").inner_text()
    first = page.locator("article.hit p.text").inner_text()
    assert page.evaluate("document.activeElement.name") == "theme"
    before = page.evaluate("document.activeElement.checked")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked") is not before
    page.get_by_label("Your name").first.fill("Ada Reviewer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("article.hit p.text").inner_text() != first
    assert page.locator("p.lead").inner_text() != waiting
    assert page.get_by_label("Your name").input_value() == "Ada Reviewer"
    assert [one.text for one in State(data).all() if one.id not in known] == [first]
    follow(page.get_by_role("link", name="Skip it"))
    assert "skip=1" in page.url


def test_ten_corrections_change_the_model_survive_and_are_undone(
    page: Any, served: Served, precedent: Precedent
) -> None:
    data = precedent.data
    before, threshold = probabilities(precedent, (*COMMENTS, UNSEEN), "specialist")
    assert (before[:-1] >= threshold).sum() <= 3
    for comment in COMMENTS:
        correct_pasted(page, served.address, comment, "specialist")
    page.goto("about:blank")
    served.kill()  # SIGKILL: nothing that was answered is lost
    precedent("build")
    served.start()
    page.goto(f"{served.address}/tag")
    page.get_by_label("Paste a comment").fill(COMMENTS[0])
    follow(page.get_by_role("button", name="Tag", exact=True))
    assert "as a person said" in page.locator("ul.themes").inner_text()
    said = precedent("themes", "train")
    name = said.split(":")[0]
    assert "passages would get other themes" in said
    former = current_model(data)
    assert former not in (None, name)
    precedent("themes", "promote", name)
    after, threshold = probabilities(precedent, (*COMMENTS, UNSEEN), "specialist")
    assert (after[:-1] >= threshold).sum() >= 8
    assert after[-1] > before[-1]
    undone = sum(one.undone_at is not None for one in State(data).all())
    for _ in COMMENTS:
        page.goto(f"{served.address}/corrections")
        follow(page.get_by_role("button", name="Undo").first)
    assert sum(one.undone_at is not None for one in State(data).all()) == undone + len(COMMENTS)
    precedent("themes", "promote", former or "")
    assert np.allclose(probabilities(precedent, (*COMMENTS, UNSEEN), "specialist")[0], before)


def test_a_model_is_trained_seen_and_put_to_use_from_the_page(page: Any, served: Served, precedent: Precedent) -> None:
    correct_pasted(page, served.address, UNSEEN, "specialist")
    former = current_model(precedent.data)
    page.goto(f"{served.address}/training")
    follow(page.get_by_role("button", name="Train a new model"))
    page.get_by_role("heading", name="What would change").wait_for()  # the page is loaded again by itself until it is
    assert current_model(precedent.data) == former, "nothing changes until somebody has seen what would"
    put = page.get_by_role("button", name="Put model")
    trained = put.inner_text().split()[2]
    assert trained != former
    follow(put)
    page.get_by_text(f"Model {trained} is in use.").wait_for()
    assert current_model(precedent.data) == trained
    page.goto(f"{served.address}/tag")
    page.get_by_label("Paste a comment").fill(UNSEEN)
    follow(page.get_by_role("button", name="Tag", exact=True))
    assert "as a person said" in page.locator("ul.themes").inner_text()
