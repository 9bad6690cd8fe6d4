"""Data and network are chosen on the page: layers, units, settings, tables; errors stand at their field."""

import pytest


def test_units_and_layers_are_added_changed_and_removed_and_that_is_undone(shown):
    page = shown.page
    page.click('[data-key="add:1"]')
    shown.until("(store) => store.state.sizes.join() === '2,4,1'")
    page.click('[data-key="insert:2"]')
    shown.until("(store) => store.state.sizes.join() === '2,4,4,1'")
    page.select_option("#activation-2", "relu")
    shown.until("(store) => store.state.layers[1].activation === 'relu'")
    page.fill("#units-2", "7")
    page.keyboard.press("Enter")
    shown.until("(store) => store.state.sizes.join() === '2,4,7,1'")
    page.click('[data-key="remove:1"]')
    shown.until("(store) => store.state.sizes.join() === '2,7,1'")
    assert page.locator(".unit").count() == 2 + 7 + 1
    assert page.locator(".shape").all_inner_texts() == ["W₁ 7 \u00d7 2", "W₂ 1 \u00d7 7"]
    for sizes in ("2,4,7,1", "2,4,4,1", "2,4,4,1", "2,4,1", "2,3,1"):
        page.click("#undo")
        shown.until("(store, sizes) => store.state.sizes.join() === sizes", sizes)
    page.click("#undo")  # to the network that the page began with
    shown.until("(store) => store.state.spec.source.name === 'flower'")
    assert page.is_disabled("#undo")


def test_quick_clicks_all_count(shown):
    shown.page.evaluate("() => [1, 2, 3].forEach(() => document.querySelector('[data-key=\"add:1\"]').click())")
    shown.until("(store) => store.state.sizes[1] === 6")


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("#field-settings-learning_rate", "-3", "learning_rate: expected a number from 0"),
        ("#field-source-m", "many", "m: expected a whole number from 10"),
        ("#units-1", "0", "expected a whole number of units from 1"),
        ("#units-1", "many", "got 'many'"),
        ("#units-1", "1e999", "got '1e999'"),
        ("#seed", "1.5", "seed: expected a whole number"),
        ("#seed", "tomorrow", "got 'tomorrow'"),
    ],
)
def test_what_the_server_refuses_stands_at_its_field(browsing, field, value, line):
    shown = browsing(errors=1)  # Chromium's own line on the answer 422
    shown.page.fill(field, value)
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_selector(".error:not(:empty)")
    assert line in " ".join(shown.page.locator(".error:not(:empty)").all_inner_texts())
    assert shown.page.get_attribute(field, "aria-invalid") == "true"
    shown.page.click("#act-step")
    shown.until("(store) => store.state.iteration === 1")
    shown.page.wait_for_function("() => !document.querySelector('.error:not(:empty)')")


def test_settings_change_while_a_network_stays(shown):
    shown.press("step", 1)
    weights = shown.session.net.W[1].copy()
    shown.page.fill("#field-settings-learning_rate", "0.25")
    shown.page.keyboard.press("Enter")
    shown.until("(store) => store.state.spec.settings.learning_rate === 0.25")
    assert (shown.session.net.W[1] == weights).all()
    assert shown.session.place.settings["learning_rate"] == 0.25


def test_arrow_keys_change_a_number(shown):
    shown.page.focus("#field-source-m")
    shown.page.keyboard.press("ArrowUp")
    shown.until("(store) => store.state.spec.source.m === 70")


def test_a_dropped_table_is_trained_and_opened(browsing, tmp_path):
    shown = browsing()
    rows = [f"{k % 17},{k % 5},{'yes' if k % 17 > 8 else 'no'}" for k in range(120)]
    text = "\n".join(["width,height,ripe", *rows])
    shown.page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "fruit.csv", { type: "text/csv" }));
          document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )
    shown.until("(store) => store.state.spec.source.name === 'table'")
    assert shown.state["features"] == ["width", "height"]
    assert shown.state["classes"] == ["no", "yes"]
    assert shown.page.input_value("#field-source-target") == "ripe"
    shown.page.click("#play")
    shown.until("(store) => store.state.scores.train > 0.95")
    shown.page.click("#play")
    shown.page.click(".crumbs button >> nth=0")
    shown.page.wait_for_selector(".facts .answer")
    assert shown.page.inner_text(".facts .answer") in ("no", "yes")


def test_the_address_holds_the_whole_specification(browsing, shown):
    shown.press("step", 1)
    other = browsing()  # its cookie first
    other.page.goto("about:blank")
    other.open(shown.page.url)
    other.until("(store) => store.state.sizes.join() === '2,3,1'")
    assert other.state["spec"] == shown.state["spec"]
    other.press("step", 1)
    assert other.state["layers"] == shown.state["layers"]


def test_an_undo_before_the_answer_takes_back_what_was_asked_last(shown):
    page = shown.page
    page.click("[data-key='insert:1']")
    shown.until("(store) => store.state.sizes.length === 4")
    page.evaluate(
        """async () => {
          const { rebuild, undo } = await import('/page/run.js');
          const asked = rebuild((spec) => spec.hidden.splice(0, 2));
          await Promise.all([asked, undo()]);
        }"""
    )
    assert shown.state["sizes"] == [2, 3, 3, 1]
