"""What is wrong is found, seen and mended; runs are kept and compared; curves, large arrays and graphs are opened."""

import numpy as np
import pytest

from glassnet.studio import sources
from glassnet.studio.data import Data
from studio.page.conftest import FEW

MINUS = "\u2212"
ZEROS = {**FEW, "initializer": "zeros"}


def trained(shown, steps):
    """Let the run take steps beside the page, and wait until the page has them and the findings are looked for."""
    run = shown.client.studio.runs[shown.state["run"]]

    def work():
        for _ in range(10):
            run.session.advance(steps // 10)
            run.session.note()
        return run.changed()

    run.ask(work).result(60)
    shown.until("(store, given) => store.state.iteration === given", run.session.place.iteration)
    return shown


def found(shown, **finding):
    """Let the run itself have found something, so that no answer under way takes it back, and wait for it."""
    findings = shown.client.studio.runs[shown.state["run"]].findings
    findings.found = [{"title": "t", "text": "t", "severity": "cause", "fix": None, **finding}]
    findings.tell()
    shown.page.click("#tab-findings")
    shown.page.wait_for_selector(f'[data-finding="{finding["name"]}"]')


def lit(shown):
    return set(shown.page.evaluate("[...window.store.light]"))


def read(text):
    return float(text.rpartition("=")[2].replace(MINUS, "-"))


# ---------------------------------------------------------------- findings
def test_a_finding_is_shown_where_it_is_and_is_fixed_and_that_is_undone(shown):
    page = trained(shown.begin(ZEROS), 100).page
    page.click("#tab-findings")
    page.click('[data-key="show:symmetric_units"]')
    page.wait_for_selector(".layer-view")
    page.wait_for_selector('[data-key="1:2"].lit')
    assert {"a:1:0", "w:1:2", "m:W1"} <= lit(shown)
    page.mouse.move(5, 5)
    page.wait_for_function("() => document.querySelector('[data-array=W1]').classList.contains('lit')")
    page.mouse.click(5, 5)
    page.wait_for_function("() => !document.querySelector('.unit.lit')")
    page.click("#tab-findings")
    assert page.inner_text('[data-finding="symmetric_units"] .quiet').startswith("First weights: zeros")
    page.click('[data-key="fix:symmetric_units"]')
    shown.until("(store) => store.state.spec.initializer === null && store.state.iteration === 0")
    trained(shown, 100)
    page.wait_for_function("() => !document.querySelector('[data-finding=symmetric_units]')")
    page.click("#undo")
    shown.until("(store) => store.state.spec.initializer === 'zeros' && store.state.iteration === 100")


PLACES = [
    ({"kind": "units", "layer": 1, "units": [2]}, "#tab-panel .terms", "a:1:2"),
    ({"kind": "samples", "samples": [7, 9]}, ".sample-view", None),
    ({"kind": "features", "features": [1]}, '.sample-view tr[data-feature="1"].lit', "a:0:1"),
    ({"kind": "distribution", "array": "dZ", "layer": 1}, '[data-histogram="dZ1"].spot', None),
    ({"kind": "confusion", "cell": [0, 1]}, '[data-key="cell:0:1"].spot[aria-pressed="true"]', None),
    ({"kind": "curve"}, "#curves.spot", None),
    ({"kind": "plane"}, ".plane.spot", None),
    ({"kind": "field", "field": "settings.shuffle"}, '[data-field="settings.shuffle"].spot', None),
    ({"kind": "field", "field": "hidden.0.activation"}, '[data-field="hidden.0.activation"].spot', None),
]


def test_every_kind_of_place_is_gone_to(shown):
    page = shown.page
    for k, (place, selector, light) in enumerate(PLACES):
        found(shown, name=f"f{k}", show=place)
        page.click(f'[data-key="show:f{k}"]')
        page.wait_for_selector(selector)
        assert light is None or light in lit(shown)
    shown.until("(store) => store.sample === 7")


def test_a_setting_is_fixed_while_the_run_goes_on(shown):
    page = shown.page
    shown.press("step", 1)
    fix = {"spec": {"settings": {"learning_rate": 0.25}}, "again": False, "play": False, "rows": []}
    found(shown, name="f", show={"kind": "curve"}, fix=fix)
    page.click('[data-key="fix:f"]')
    shown.until("(store) => store.state.spec.settings.learning_rate === 0.25 && store.state.iteration === 1")
    assert shown.session.place.settings["learning_rate"] == 0.25
    page.click("#undo")
    shown.until("(store) => store.state.spec.settings.learning_rate !== 0.25")


def test_a_new_start_is_undone_to_the_bit(shown):
    trained(shown, 20)
    before = shown.session.net.vector.copy()
    shown.press("reset", 0)
    shown.page.click("#undo")
    shown.until("(store) => store.state.iteration === 20")
    assert np.array_equal(shown.session.net.vector, before)


# ---------------------------------------------------------------- kept runs
def test_runs_are_kept_compared_opened_and_deleted_and_all_is_undone(shown):
    page = trained(shown, 50).page
    first = shown.state["run"]
    page.click("#tab-comparison")
    page.click(".comparison [data-key=keep]")
    page.wait_for_selector(".runs thead th >> nth=1")
    page.fill("#field-settings-l2", "3")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.first-setting')?.textContent === 'L2 penalty \u03bb30'")
    trained(shown, 30)
    page.wait_for_function("() => document.querySelector('.runs tbody td')?.textContent === '80'")
    assert page.locator(".runs tbody tr >> nth=0").inner_text().split() == ["Iteration", "80", "50"]
    assert page.locator(".comparison .line").count() == 2
    page.click('[data-key="open:1"]')
    shown.until("(store) => store.state.iteration === 50 && store.state.spec.settings.l2 === 0")
    assert shown.state["run"] != first
    page.click("#undo")
    shown.until("(store, given) => store.state.run === given && store.state.iteration === 80", first)
    page.click('[data-key="forget:1"]')
    page.wait_for_function("() => !document.querySelector('.runs')")
    page.click("#undo")
    page.wait_for_selector('[data-key="open:1"]')
    page.click("#undo")  # the setting
    shown.until("(store) => store.state.spec.settings.l2 === 0 && store.state.iteration === 50")
    page.click("#undo")  # the keeping
    page.wait_for_function("() => !document.querySelector('.runs')")


# ---------------------------------------------------------------- curves
def test_curves_are_read_by_keyboard_and_pointer(shown):
    page = trained(shown, 50).page
    points = shown.session.curve.since()
    page.focus("#curves")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(given) => document.querySelector('#results .reading').textContent.startsWith(given)",
        arg=f"iteration {points['iterations'][-2]} · training {points['train'][-2]:.4}",
    )
    box = page.locator("svg.curves").bounding_box()
    page.mouse.move(box["x"] + 0.14 * box["width"], box["y"] + 40)
    page.wait_for_function("() => document.querySelector('#results .reading').textContent.startsWith('iteration 0 ')")
    page.select_option("#curve-kind", "error")
    page.focus("#curves")
    page.keyboard.press("End")
    wrong = f"{100 * (1 - points['score_test'][-1]):.1f} %"
    page.wait_for_function(
        "(given) => document.querySelector('#results .reading').textContent.endsWith(given)", arg=f"test {wrong}"
    )
    page.click("#log")
    page.wait_for_selector('#log[aria-pressed="true"]')


def test_smoothed_curves_stand_beside_the_raw_ones_and_are_the_servers(shown):
    page = trained(shown, 50).page
    page.select_option("#curve-smooth", "20")
    page.wait_for_selector(".line.raw")
    assert page.locator("svg.curves .line").count() == 4
    page.wait_for_function(
        "() => document.querySelector('#results .reading').textContent.includes('last 10 iterations')"
    )
    page.focus("#curves")
    page.keyboard.press("End")
    mean, last = shown.session.curve.smoothed(0.2)["train"][-1], shown.session.curve.last()["train"]
    page.wait_for_function(
        "(given) => document.querySelector('#results .reading').textContent.includes(given)",
        arg=f"training {mean:.4} ({last:.4})",
    )


def test_the_learning_rate_is_drawn_with_what_its_schedule_plans(shown):
    settings = {"learning_rate": 0.5, "schedule": "cosine", "epochs": 100}
    page = trained(shown.begin({**FEW, "settings": settings}), 30).page
    page.select_option("#curve-kind", "rate")
    page.wait_for_function("() => document.querySelectorAll('svg.curves .line').length === 2")
    page.focus("#curves")
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('#results .reading').textContent.startsWith('iteration 100 ')")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    rate = shown.session.curve.since()["learning_rate"][1]
    page.wait_for_function(
        "(given) => document.querySelector('#results .reading').textContent.endsWith(given)", arg=f"\u03b1 {rate:.4}"
    )


# ---------------------------------------------------------------- large arrays, pictures
def coloured(data_seed):
    """Return pictures of 64 x 64 points in three colours."""
    X = np.random.default_rng(data_seed).random((64 * 64 * 3, 20))
    return Data(
        X, (np.arange(20) % 2)[None].astype(float), list(map(str, range(len(X)))), ["a", "b"], picture=(64, 64, 3)
    )


@pytest.fixture
def pictures(browsing, monkeypatch):
    monkeypatch.setitem(sources.SOURCES, "coloured", sources.Source("Coloured", coloured, []))
    spec = {"source": {"name": "coloured"}, "hidden": [{"units": 3, "activation": "tanh"}]}
    return browsing().begin({**spec, "settings": {"learning_rate": 0.01}})


def test_a_window_of_a_large_array_is_moved_by_keys_and_pointer(pictures):
    page = pictures.page
    W = pictures.session.net.W[1].copy()
    page.click('[data-key="layer:1"]')
    page.wait_for_selector("[data-array=W1] .window td")
    assert "1 \u00d7 48 numbers" in page.inner_text("[data-array=W1]")
    grid = page.locator('[data-array="W1"] .grid')
    grid.focus()
    for key, row, column in (("End", 0, 12287), ("ArrowDown", 1, 12287), ("PageUp", 1, 12279), ("ArrowLeft", 1, 12278)):
        page.keyboard.press(key)
        page.wait_for_function(
            "(given) => document.querySelector('[data-array=W1] output').textContent === given",
            arg=f"[{row}, {column}] = {repr(float(W[row, column])).replace('-', MINUS)}".replace("e\u22120", "e\u2212"),
        )
    box = grid.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.wait_for_selector('[data-array="W1"] td[data-place="1,6144"]')
    page.hover('[data-array="W1"] td[data-place="2,6145"]')
    assert read(page.inner_text('[data-array="W1"] output')) == W[2, 6145]
    page.click('[data-array="W1"] td[data-place="2,6145"]')
    page.wait_for_selector("#number-W1-2-6145")  # any weight can be changed, also one of a small part in its sum
    page.fill("#number-W1-2-6145", "0.5")
    page.keyboard.press("Enter")
    pictures.until("(store) => store.state.can_undo")
    assert pictures.session.net.W[1][2, 6145] == 0.5


def test_large_arrays_are_not_wider_than_a_small_screen(pictures):
    page = pictures.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.click('[data-key="layer:1"]')
    page.wait_for_selector("[data-array=W1] .window td")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("[data-array=W1] .window thead th").count() == 4


def test_weights_of_the_first_layer_are_pictures_in_colour(pictures):
    page = pictures.page
    page.wait_for_function("() => document.querySelector('[data-key=\"1:2\"] canvas').width === 32")
    page.click('[data-key="1:2"]')
    page.wait_for_function("() => document.querySelector('.crumbs [aria-current]')?.textContent === 'Unit 3'")
    page.wait_for_function("() => document.querySelector('.pictures canvas')?.width === 64")
    W = pictures.session.net.W[1][2].reshape(64, 64, 3)
    drawn = page.evaluate(
        "() => [...document.querySelector('.pictures canvas').getContext('2d').getImageData(10, 5, 1, 1).data]"
    )
    expected = 127.5 * (1 + W[5, 10] / np.abs(W).max())
    assert drawn[:3] == pytest.approx(expected, abs=1)
    assert page.locator(".pictures figure").count() == 2


# ---------------------------------------------------------------- the graph
def test_the_graph_of_a_sample_is_walked_by_keyboard_and_has_all_digits(shown):
    page = trained(shown, 20).page
    page.click("#tab-graph")
    page.wait_for_selector(".nodes")
    session = shown.session
    trace = session.net.trace(session.data.X[:, [0]], session.data.Y[:, [0]])
    page.focus('[data-key="box:L"]')
    page.keyboard.press("ArrowLeft")
    line = page.inner_text(".graph output")
    assert line.startswith("a2,1 = sigmoid(z2,1) = ")
    assert read(line.partition(",  ")[0].split(", ∂")[0]) == pytest.approx(trace.A[2][0, 0], rel=1e-14)
    shown.until("(store) => store.light.has('a:2:0')")
    page.keyboard.press("ArrowLeft")
    assert read(page.inner_text(".graph output")) == pytest.approx(trace.dZ[2][0, 0], rel=1e-12)
    page.click('[data-key="level:arrays"]')
    page.wait_for_selector('[data-key="box:W1"]')
    assert page.locator(".nodes .node").count() == 1 + 4 * 2 + 2
    page.click('[data-key="graph-after"]')
    page.wait_for_function("() => document.querySelector('.graph').textContent.includes('sample 1,')")


def test_a_large_network_has_a_graph_of_arrays(shown):
    page = shown.begin({**FEW, "hidden": [{"units": 60, "activation": "tanh"}]}).page
    page.click("#tab-graph")
    page.wait_for_selector('[data-key="box:Z1"]')
    assert page.locator('[data-key="level:numbers"]').count() == 0
    assert "at most 150" in page.inner_text(".graph")


# ---------------------------------------------------------------- what lights up
@pytest.mark.parametrize(
    ("opened", "ready", "least"),
    [
        ('[data-key="1:1"]', '[data-light^="w:1:1:0"]', 9),
        ('[data-key="layer:1"]', ".layer-view .heat", 8),
        ('[data-key="crumb:sample"]', ".flow .heat", 8),
        ("#tab-distributions", ".histogram", 6),
        ("#tab-graph", ".nodes", 30),
    ],
)
def test_what_the_pointer_is_on_lights_up_what_is_there(shown, opened, ready, least):
    page = trained(shown, 20).page
    page.click(opened)
    page.wait_for_selector(ready)
    places = page.locator("#tab-panel [data-light]")
    assert places.count() >= least
    sizes = shown.state["sizes"]
    for k in range(places.count()):
        light = places.nth(k).get_attribute("data-light")
        places.nth(k).dispatch_event("pointerover", {"bubbles": True})
        assert lit(shown) == set(light.split()), light
        for each in light.split():
            kind, *numbers = each.split(":")
            if kind == "a" and numbers[0] != "0":
                assert page.locator(f'[data-key="{numbers[0]}:{numbers[1]}"].lit').count() == 1, each
            if kind in "wb":
                layer, unit = int(numbers[0]), int(numbers[1])
                assert 1 <= layer < len(sizes)
                assert unit < sizes[layer], each
            if kind == "m" and page.locator(f'[data-array="{numbers[0]}"]').count():
                assert page.locator(f'[data-array="{numbers[0]}"].lit').count() >= 1, each
