"""The glass shows the numbers of the network: of units, edges, layers and samples, to their last digit."""

import pytest

MINUS = "\u2212"  # as wide as a plus


def read(text):
    """Return the number that stands behind the equals sign."""
    return float(text.rpartition("=")[2].replace(MINUS, "-"))


def test_every_number_of_a_layer_is_that_of_the_trace(shown):
    shown.press("step", 1)
    page = shown.page
    page.click('[data-key="layer:1"]')
    page.wait_for_selector(".layer-view")
    page.fill("#sample", "5")
    page.keyboard.press("Enter")
    shown.until("(store) => store.sample === 5")
    data, net = shown.session.data, shown.session.net
    trace = net.trace(data.X[:, [5]], data.Y[:, [5]])
    page.wait_for_function(
        "(given) => document.querySelector('[data-array=Z1] .written').textContent.startsWith(given)",
        arg=f"{trace.Z[1][0, 0]:.3g}".replace("-", MINUS)[:4],
    )
    for name in ("W1", "b1", "Z1", "A1", "dA1", "dZ1", "dW1", "db1"):
        M = getattr(trace, name[:-1])[1]
        grid = page.locator(f'[data-array="{name}"] .grid')
        grid.focus()
        for row in range(M.shape[0]):
            page.keyboard.press("ArrowUp" if row == 0 else "ArrowDown")
            assert read(page.inner_text(f'[data-array="{name}"] output')) == M[row, 0], (name, row)


def test_a_units_sum_is_written_out_and_lights_up_where_it_came_from(shown):
    page = shown.page
    page.click('[data-key="1:1"]')
    page.wait_for_function("() => document.querySelector('.crumbs [aria-current]')?.textContent === 'Unit 2'")
    assert page.locator(".terms tbody tr").count() == 2 + 1 + 1  # two inputs, b, z
    assert page.locator(".steps li math").count() >= 6
    page.hover(".terms tbody tr >> nth=0")
    page.wait_for_selector('[data-key="0:0"].lit')
    assert page.locator('[data-key="0:1"].lit').count() == 0


def test_a_weight_is_changed_and_that_is_undone(shown):
    page, before = shown.page, shown.session.net.W[1][0, 1]
    page.click(".terms button.link >> nth=1")
    page.wait_for_selector("#number-W1-0-1")
    page.fill("#number-W1-0-1", f"{MINUS}0.5")
    page.keyboard.press("Enter")
    shown.until("(store) => store.state.layers[0].W_values[0][1] === -0.5")
    assert shown.session.net.W[1][0, 1] == -0.5
    page.click("#undo")
    shown.until("(store, given) => store.state.layers[0].W_values[0][1] === given", before)


def test_an_edge_is_clicked(shown):
    page = shown.page
    box = page.locator('[data-key="0:0"]').bounding_box()
    first = page.locator('[data-key="1:0"]').bounding_box()
    page.mouse.click(
        (box["x"] + box["width"] + first["x"]) / 2, (box["y"] + first["y"]) / 2 + (box["height"] + first["height"]) / 4
    )
    page.wait_for_selector(".weight")
    assert page.inner_text(".weight code") == "W1[0, 0]"


def test_the_arrow_keys_go_from_unit_to_unit(shown):
    page = shown.page
    page.focus('[data-key="1:0"]')
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('.crumbs [aria-current]')?.textContent === 'Unit 2'")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.dataset.key === '2:0'")
    assert page.get_attribute(":focus", "aria-label") == "Unit 1 of layer 2"


def test_a_sample_is_opened_by_its_point(shown):
    page = shown.page
    shown.until("(store) => store.plane !== null")
    point = page.evaluate(
        """() => import('/page/store.js').then(({ store }) => {
          const { x, y, points } = store.plane;
          const { i, x: across, y: up } = points[7];
          return [i, (across - x[0]) / (x.at(-1) - x[0]), (up - y[0]) / (y.at(-1) - y[0])];
        })"""
    )
    box = page.locator(".dots").bounding_box()
    page.mouse.click(box["x"] + point[1] * box["width"], box["y"] + (1 - point[2]) * box["height"])
    shown.until("(store, given) => Math.abs(store.plane.points[given].x - store.plane.points[store.sample].x) < 0.1", 7)


def test_the_gradient_is_checked_by_one_click(shown):
    shown.press("step", 1)
    shown.page.click("#tab-check")
    shown.page.click("#check-now")
    shown.page.wait_for_selector(".verdict.good")
    assert shown.page.locator(".check tbody tr").count() == 4


@pytest.mark.parametrize(("tab", "selector"), [("confusion", ".confusion td button"), ("distributions", ".histogram")])
def test_what_is_understood_is_shown(shown, tab, selector):
    shown.press("step", 1)
    shown.page.click(f"#tab-{tab}")
    shown.page.wait_for_selector(selector)
    assert shown.page.locator(selector).count() == {"confusion": 4, "distributions": 6}[tab]


def test_a_cell_of_the_confusions_lists_its_samples(shown):
    page = shown.page
    page.click("#tab-confusion")
    page.wait_for_selector(".confusion td button")
    counts = [int(text.split()[0]) for text in page.locator(".confusion td button").all_inner_texts()]
    assert sum(counts) == 60
    largest = counts.index(max(counts))
    page.click(f".confusion td button >> nth={largest}")
    page.wait_for_function(
        "(given) => document.querySelectorAll(`.confusions [data-key^='sample:']`).length === given",
        arg=min(50, max(counts)),
    )


def test_pictures_are_drawn_as_pictures(browsing):
    shown = browsing()
    shown.page.select_option("#field-source-name", "digits")
    shown.page.wait_for_selector(".unit.picture")
    shown.page.wait_for_selector(".pictures canvas")
    assert shown.page.locator(".pictures figure").count() == 3


def another_input(shown):
    """Give the second feature of the sample another value on the page, and return its features."""
    shown.page.click('[data-key="crumb:sample"]')
    shown.page.fill("#input-1", "2.5")
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_selector("#input-1.changed")
    X = shown.session.data.X[:, [0]].copy()
    X[1] = 2.5
    return X


def test_an_input_is_changed_and_what_follows_is_seen(shown):
    page = shown.page
    X = another_input(shown)
    data, net = shown.session.data, shown.session.net
    grid = page.locator('[data-array="A2"] .grid')
    grid.focus()
    page.keyboard.press("ArrowUp")
    assert read(page.inner_text('[data-array="A2"] output')) == net.trace(X, data.Y[:, [0]]).A[2][0, 0]
    net, trace = shown.session.net, net.trace(X, data.Y[:, [0]])
    page.click('[data-key="1:2"]')  # a unit, its layer and the graph follow, too
    page.wait_for_selector(".unit-view")
    assert read(page.inner_text(".unit-view tr.sum td:nth-of-type(3)")) == pytest.approx(trace.Z[1][2, 0], abs=1e-3)
    page.click('[data-key="crumb:layer"]')
    page.wait_for_selector(".layer-view")
    page.locator('[data-array="A1"] .grid').focus()
    page.keyboard.press("ArrowUp")
    assert read(page.inner_text('[data-array="A1"] output')) == trace.A[1][0, 0]
    page.click("#tab-graph")
    page.locator(".graph .node:last-of-type").last.hover()
    assert "x2 = 2.5" in " ".join(page.locator(".graph .node").evaluate_all("(all) => all.map((e) => e.ariaLabel)"))
    page.click('.graph [data-key="as-it-was"]')
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.graph .node')].some((e) => /x2 = 2.5$/.test(e.ariaLabel))"
    )
    page.click("#tab-glass")
    page.click('[data-key="crumb:sample"]')
    page.wait_for_function("() => document.querySelector('#input-1') && !document.querySelector('.changed')")


def test_an_input_that_is_no_number_is_refused_at_its_field(shown):
    page = shown.page
    page.click('[data-key="crumb:sample"]')
    page.fill("#input-1", "much")
    page.keyboard.press("Enter")
    page.wait_for_selector("#input-1[aria-invalid=true]")
    page.click('[data-key="1:1"]')
    page.wait_for_selector(".unit-view")
    assert not page.evaluate("Object.keys(window.store?.inputs ?? {}).length")


def test_a_changed_input_is_followed_in_large_arrays_too(shown):
    shown.begin({"source": {"name": "moons", "m": 60}, "hidden": [{"units": 90, "activation": "tanh"}] * 2})
    page = shown.page
    X = another_input(shown)
    page.click('[data-key="layer:2"]')
    data, net = shown.session.data, shown.session.net
    expected = net.trace(X, data.Y[:, [0]]).dW[2]
    page.hover('[data-array="dW2"] td[data-place="0,0"]')
    assert read(page.inner_text('[data-array="dW2"] output')) == expected[0, 0]
