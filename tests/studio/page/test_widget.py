"""The page in a notebook: its modules as one text, in a page that hands their messages to the widget in Python."""

import base64
import json

import numpy as np
import pytest

from glassnet import Network, planes
from glassnet.studio.desk import Desk
from glassnet.studio.given import data_of, spec_of
from glassnet.studio.joined import esm

NOTEBOOK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>a notebook</title>
<style>button { color: rgb(255, 0, 0) !important; font-size: 40px } h2 { display: none }</style>
<body style="background: %s"><h1 id="network">a notebook</h1><div id="out"></div></body></html>"""
MODEL = """async (text) => {
  const listeners = new Set();
  const bytes = (each) => new DataView(Uint8Array.from(atob(each), (letter) => letter.charCodeAt(0)).buffer);
  const hear = (message, body) => listeners.forEach((each) => each(message, body ? [bytes(body)] : []));
  const model = {
    send: (message) => void window.toPython(message).then((found) => found && hear(...found)),
    on: (name, heard) => listeners.add(heard),
    off: (name, heard) => listeners.delete(heard),
  };
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  const elements = (window.views ?? 1) > 1 ? [document.createElement("div"), document.createElement("div")] : [];
  document.getElementById("out").append(...elements);
  const shown = elements.length ? elements : [document.getElementById("out")];
  window.ends = shown.map((el) => widget.render({ model, el }));
}"""


class Cell:
    """A widget in a page, and what answers it."""

    def __init__(self, context, *, views=1, background="white", net=None, **given):
        self.X, self.Y = planes.moons(1, 80, noise=0.2)
        self.net = net or Network([2, 4, 1], ["tanh", "sigmoid"], seed=1, dtype="float64")
        given = {"names": None, "classes": ["no", "yes"], "picture": None, **given}
        spec = spec_of(self.net, 0.2, {"learning_rate": 0.3})
        self.desk = Desk(self.net, data_of(self.net, self.X, self.Y, **given), spec)
        self.errors = []
        self.page = page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type in ("error", "warning") else None)
        page.expose_binding("toPython", self.hear)
        page.set_content(NOTEBOOK % background)
        page.evaluate(f"window.views = {views}")
        page.evaluate(MODEL, esm())
        page.wait_for_selector(".unit")

    def hear(self, source, message):
        """Answer a message as the widget does."""
        message = json.loads(json.dumps(message))
        if message.get("closed"):
            return self.desk.leave(message["page"])
        answer = self.desk.answer(message["page"], message["method"], message["path"], message.get("body"))
        document = {"id": message["id"], "page": message["page"], **answer._asdict(), "body": None}
        return document, None if answer.body is None else base64.b64encode(answer.body).decode()

    def reach(self, iteration):
        """Wait until a view shows an iteration, or a later one."""
        self.page.wait_for_function(
            "(given) => [...document.querySelectorAll('#out, #out > div')].some((each) => "
            "Number(each.firstElementChild?.shadowRoot?.querySelector('#figure-0')?.textContent) >= given)",
            arg=iteration,
        )


def expect(locator):
    from playwright.sync_api import expect as expected

    return expected(locator)


@pytest.fixture
def notebook(chromium):
    """Return a function that shows a widget; its threads and its page end with the test."""
    cells = []

    def show(width=1000, **given):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale=given.pop("locale", "en-US"))
        cells.append((context, cell := Cell(context, **given)))
        return cell

    yield show
    for context, cell in cells:
        context.close()
        cell.desk.close()
        assert cell.errors == []


def test_the_network_is_drawn_trained_and_opened(notebook):
    cell = notebook()
    page = cell.page
    assert page.locator(".unit").count() == 7
    page.click("#act-step")
    cell.reach(1)
    assert cell.desk.session.place.iteration == 1
    page.click("#play")
    cell.reach(20)
    page.click("#play")
    page.wait_for_selector("#play[aria-label=Play]")
    page.click('[data-key="1:2"]')
    page.wait_for_selector(".terms")
    z = cell.desk.network.trace(cell.X[:, [0]], cell.Y[:, [0]]).Z[1][2, 0]
    expect(page.locator(".terms .sum")).to_contain_text(f"{abs(z):#.4g}")
    assert np.array_equal(cell.net.vector, Network([2, 4, 1], ["tanh", "sigmoid"], seed=1, dtype="float64").vector)


def test_nothing_of_the_notebook_reaches_it_and_nothing_of_it_the_notebook(notebook):
    cell = notebook()
    page = cell.page
    style = "(found) => ['color', 'fontSize', 'display'].map((name) => getComputedStyle(found)[name])"
    assert page.locator("#data h2 >> nth=0").evaluate(style)[2] == "block"
    assert page.locator("#act-step").evaluate(style)[1] != "40px"
    assert page.locator("h1#network").evaluate(style) == ["rgb(0, 0, 0)", "32px", "block"]
    assert page.title() == "a notebook"
    assert page.url == "about:blank"
    assert page.evaluate("document.documentElement.dataset.theme") is None
    page.click("#language")
    page.wait_for_selector("text=数据")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_two_views_of_one_training_see_the_same_and_are_closed_one_after_the_other(notebook):
    cell = notebook(views=2)
    page = cell.page
    page.locator("#act-step").first.click()
    for view in (0, 1):
        expect(page.locator("#figure-0").nth(view)).to_have_text("1")
    page.evaluate("window.ends[0]()")
    page.locator("#act-step").last.click()
    cell.reach(2)
    page.evaluate("window.ends[1]()")
    while cell.desk._run is not None:  # until the message has come
        page.evaluate("1")
    assert cell.desk.session.place.iteration == 2


def test_a_dark_notebook_has_a_dark_widget_and_a_narrow_one_a_narrow_widget(notebook):
    cell = notebook(width=390, background="#111")
    page = cell.page
    assert page.locator(".studio").get_attribute("data-theme") == "dark"
    page.wait_for_selector(".terms")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("main").evaluate("(found) => getComputedStyle(found).gridTemplateAreas.split('\"').length") == 9


def test_the_network_is_rebuilt_and_the_change_taken_back(notebook):
    cell = notebook()
    page = cell.page
    page.click('[data-key="add:1"]')
    expect(page.locator(".unit")).to_have_count(8)
    assert cell.desk.network.architecture.sizes == (2, 5, 1)
    page.click("#undo:not(:disabled)")
    expect(page.locator(".unit")).to_have_count(7)
    assert np.array_equal(cell.desk.network.vector, cell.net.vector)


def test_a_file_is_given_to_the_browser(notebook):
    cell = notebook()
    cell.page.click("#export summary")
    with cell.page.expect_download() as waiting:
        cell.page.click('[data-kind="python"]')
    assert waiting.value.suggested_filename.endswith(".py")
    assert "net.fit(" in waiting.value.path().read_text() or "first.vector" in waiting.value.path().read_text()


def test_a_refusal_is_shown_beneath_its_field(notebook):
    cell = notebook()
    cell.page.fill("#field-settings-learning_rate", "-3")
    cell.page.press("#field-settings-learning_rate", "Enter")
    cell.page.wait_for_selector("#field-settings-learning_rate-error:has-text('learning_rate')")
