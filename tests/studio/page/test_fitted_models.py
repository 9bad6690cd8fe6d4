"""Fitted models on the page: a dropped table is trained by a preset and asked what if; a model file is opened."""

import numpy as np
import pytest

from glassnet import TabularClassifier, workflows
from glassnet.core.checks import generator
from glassnet.explain import contributions
from glassnet.studio.opening import opened
from glassnet.tables import read, rows_at, split
from glassnet.workflows.models import open_model
from needs import need


def table(path, m=150):
    """Write a table, and return its text."""
    rng = np.random.default_rng(2)
    width, kind = rng.integers(1, 40, m), rng.choice(["fig", "plum", "pear"], m)
    picked = np.datetime64("2024-05-01") + rng.integers(0, 90, m)
    ripe = np.where(width + 9 * (kind == "plum") + rng.normal(size=m) > 22, "yes", "no")
    lines = [f"{w},{k},{p},{r}" for w, k, p, r in zip(width, kind, picked, ripe, strict=True)]
    lines[3] = "17,,2024-05-09,no"
    path.write_text("\n".join(["width,kind,picked,ripe", *lines]))
    return path.read_text()


DROP = """(text) => {
  const data = new DataTransfer();
  data.items.add(new File([text], "fruit.csv", { type: "text/csv" }));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def exact(page, selector):
    """Return a number of the page with all its digits."""
    return float(page.get_attribute(selector, "data-exact").replace("\N{MINUS SIGN}", "-"))


def test_a_dropped_table_is_trained_by_a_preset_and_asked_what_if(browsing, tmp_path):
    shown = browsing()
    page = shown.page
    page.evaluate(DROP, table(tmp_path / "fruit.csv"))
    page.wait_for_selector("#fit-start")
    assert page.input_value("#field-source-target") == "ripe"
    page.select_option("#field-table-preset", "fast")
    page.click("#fit-start")
    page.wait_for_selector("#prediction")
    page.wait_for_selector(".adds")
    assert page.get_attribute("#tab-whatif", "aria-selected") == "true"

    data = read(tmp_path / "fruit.csv", "ripe")
    train, _, test = split(data.y, test=0.2, rng=generator(1), stratify=True)
    own = TabularClassifier(preset="fast", random_state=1).fit(rows_at(data.X, train), data.y[train])
    right = (own.predict(rows_at(data.X, test)) == data.y[test]).mean()
    assert exact(page, '[data-score="test accuracy"]') == pytest.approx(right)

    page.fill('[data-cell="width"]', "3.5")
    page.select_option('[data-cell="kind"]', "pear")
    page.wait_for_selector('.cell.changed [data-cell="kind"]')
    row = rows_at(data.X, np.array([0]))
    row = row.set_column(0, "width", [[3.5]]).set_column(1, "kind", [["pear"]])
    (label,), (P,) = own.predict(row), own.predict_proba(row)
    for name, p in zip(own.classes_, P.tolist(), strict=True):
        page.wait_for_selector(f'[data-class="{name}"][data-exact="{p!r}"]')
    assert page.get_attribute("#prediction", "data-exact") == label
    held = page.get_attribute("#region", "data-exact").split("|")
    assert held == own.classes_[own.predict_set(row, 0.9)[0]].tolist()
    (expected,) = contributions(own, row, data.X, rows=100)
    for each in expected.columns:
        shown_as = repr(each.value).replace("-", "\N{MINUS SIGN}")
        page.wait_for_selector(f'[data-contribution="{each.column}"][title="{shown_as}"]')


@pytest.fixture
def opened_page(browsing, client, tmp_path):
    """Return the page of a model that was named in the shell with its data, and the model's file."""
    path = tmp_path / "fruit.csv"
    table(path)
    workflows.train_file(path, "ripe", preset="fast", epochs=3, random_state=0, out=tmp_path / "m.glassnet")
    client.studio.first = opened(client.studio.tables, tmp_path / "m.glassnet", path, None)

    def open_(**settings):
        shown = browsing(**settings)
        shown.page.wait_for_selector(".adds")
        return shown

    open_.model = tmp_path / "m.glassnet"
    open_.data = path
    return open_


def test_a_model_file_is_opened_row_by_row_and_network_by_network(opened_page):
    shown = opened_page()
    page, model = shown.page, open_model(opened_page.model)
    data = read(opened_page.data, "ripe")
    assert page.inner_text("#model-name") == "m.glassnet"
    assert not page.is_visible("#play")
    page.fill("#what-row", "3")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('[data-cell=\"kind\"]')?.value === ''")  # missing in that row
    assert page.input_value('[data-cell="picked"]') == "2024-05-09"
    (P,) = model.predict_proba(rows_at(data.X, np.array([3])))
    page.wait_for_selector(f'[data-class="yes"][data-exact="{float(P[1])!r}"]')
    page.click("#what-after")
    page.wait_for_function("() => document.querySelector('#what-row').value === '4'")
    page.click('[data-network="1"]')
    shown.until("(store) => store.state.fitted.network === 1")
    page.wait_for_selector('[data-network="1"][aria-pressed="true"]')
    assert page.input_value("#field-network") == "1"
    assert np.array_equal(shown.session.net.W[1], model.network_.W[1][1].astype(np.float64))
    page.click("#tab-glass")
    page.click(".crumbs button >> nth=0")
    page.wait_for_selector(".flow .heat")
    assert page.input_value("#sample") == "4"


def test_a_cell_that_cannot_be_read_is_said_at_its_field(opened_page):
    shown = opened_page(errors=1)  # Chromium's own line on the answer 422
    page = shown.page
    before = page.get_attribute('[data-class="yes"]', "data-exact")
    page.fill('[data-cell="width"]', "wide")
    page.wait_for_selector(".cell .error:not(:empty)")
    assert "expected numbers" in page.inner_text(".cell .error:not(:empty)")
    assert page.get_attribute('[data-cell="width"]', "aria-invalid") == "true"
    assert page.get_attribute('[data-class="yes"]', "data-exact") == before
    page.click("#what-undo")
    page.wait_for_function("() => !document.querySelector('.cell .error:not(:empty)')")


def test_what_is_unlike_the_training_is_said(opened_page):
    shown = opened_page()
    assert shown.page.locator("#unlike").count() == 0
    shown.page.fill('[data-cell="width"]', "4000")
    shown.page.wait_for_selector("#unlike")
    assert "far outside" in shown.page.inner_text("#unlike")
    assert "unlike" in shown.page.inner_text("#unlike")
    shown.page.fill('[data-cell="width"]', "20")
    shown.page.wait_for_function("() => !document.querySelector('#unlike')")


def test_the_form_is_used_by_keyboard_and_in_chinese(opened_page):
    shown = opened_page(locale="zh-CN")
    page = shown.page
    assert page.inner_text("#tab-whatif") == "假如"
    assert page.input_value('[data-cell="kind"]') in ("fig", "plum", "pear")
    page.focus('[data-cell="width"]')
    page.keyboard.press("Control+a")
    page.keyboard.type("39")
    page.wait_for_selector('.cell.changed [data-cell="width"]')
    page.wait_for_function("() => document.querySelector('#prediction').textContent === 'yes'")
    assert page.evaluate("document.activeElement.dataset.cell") == "width"


def test_a_training_is_stopped_on_the_page(browsing, tmp_path):
    shown = browsing()
    page = shown.page
    page.evaluate(DROP, table(tmp_path / "fruit.csv", 4000))
    page.wait_for_selector("#fit-start")
    page.select_option("#field-table-preset", "best")
    page.click("#fit-start")
    page.click("#fit-stop")
    page.wait_for_selector("#fit-start")
    assert page.inner_text(".progress").startswith("Stopped.")
    assert all(not fit.is_training for fit in shown.client.studio.fits.known.values())
    shown.press("step", 1)


def test_what_is_said_of_a_column_a_moment_before_the_training_counts(browsing, tmp_path):
    page = browsing().page
    page.evaluate(DROP, table(tmp_path / "fruit.csv"))
    page.wait_for_selector("#fit-start")
    page.select_option("#field-table-preset", "fast")
    page.evaluate("""() => {
      const kind = document.querySelector("[data-field='source.columns.width']");
      kind.value = "category";
      kind.dispatchEvent(new Event("change"));
      document.querySelector("#fit-start").click();
    }""")
    page.wait_for_selector("select[data-cell=width]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_breaks_no_rule_of_wcag_aa(opened_page, scheme):
    need("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe

    shown = opened_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    shown.page.fill('[data-cell="width"]', "4000")
    shown.page.wait_for_selector("#unlike")
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(shown.page, options=options).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
