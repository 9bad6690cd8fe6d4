"""The studio in a notebook answers without a server, with the numbers of the network."""

import json
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

from glassnet import Network, planes
from glassnet.errors import DataError, MissingLibraryError, SettingError, ShapeError
from glassnet.studio import desk as desk_module
from glassnet.studio.desk import Desk
from glassnet.studio.given import data_of, spec_of
from glassnet.studio.joined import BROWSER, as_function, in_order, scoped
from glassnet.studio.refused import RefusedError
from shared import ROOT

X, Y = planes.moons(1, 80, noise=0.2)
SETTINGS = {"learning_rate": 0.3, "batch_size": 16}


def network():
    return Network([2, 5, 1], ["tanh", "sigmoid"], seed=3, dtype="float64")


def as_begun(net):
    """Return a network with the same weights and the seed of the page, which orders the samples."""
    found = Network([2, 5, 1], ["tanh", "sigmoid"], seed=1, dtype="float64")
    found.vector[...] = net.vector
    return found


def desk_of(net=None, share=0.0, **settings):
    net = net or network()
    return Desk(net, data_of(net, X, Y, None, None, None), spec_of(net, share, settings or SETTINGS))


@pytest.fixture
def desk():
    """Return a desk whose thread ends with the test."""
    found = desk_of()
    yield found
    found.close()


def ask(desk, path="", body=None, page="a page"):
    answer = desk.answer(page, "GET" if body is None else "POST", f"/api/runs/{desk.name}{path}", body)
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def threads():
    return [each for each in threading.enumerate() if each.name.startswith("glassnet-run")]


def test_steps_are_those_of_fit_and_the_network_that_was_given_stays_as_it_is(desk):
    net = network()
    before = net.vector.copy()
    assert np.array_equal(desk.network.vector, net.vector)
    for _ in range(7):
        ask(desk, "/do", {"what": "step"})
    state = ask(desk, "/do", {"what": "epoch"})
    assert state["iteration"] == 10
    assert np.array_equal(net.vector, before)
    net = as_begun(net)
    net.fit(X, Y, iterations=10, **SETTINGS)
    assert np.array_equal(desk.network.vector, net.vector)
    assert state["costs"]["train"][-1] == net.cost(X, Y)


def test_it_starts_from_the_network_that_was_given_and_starts_there_again():
    net = network()
    net.fit(X, Y, iterations=20, learning_rate=0.5)
    desk = desk_of(net)
    try:
        assert ask(desk)["costs"]["train"] == [net.cost(X, Y)]
        ask(desk, "/do", {"what": "step"})
        assert ask(desk, "/do", {"what": "reset"})["costs"]["train"] == [net.cost(X, Y)]
        assert np.array_equal(desk.network.vector, net.vector)
    finally:
        desk.close()


def test_float32_is_trained_in_float64():
    net = Network([2, 5, 1], ["tanh", "sigmoid"], seed=3)
    desk = desk_of(net)
    try:
        ask(desk, "/do", {"what": "step"})
        net = as_begun(net)
        net.fit(X, Y, iterations=1, **SETTINGS)
        assert np.array_equal(desk.network.vector, net.vector)
    finally:
        desk.close()


def test_numbers_of_a_unit_are_those_of_trace(desk):
    ask(desk, "/do", {"what": "step"})
    unit = ask(desk, "/unit?layer=1&unit=2&i=9")
    trace = desk.network.trace(X[:, [9]], Y[:, [9]])
    assert (unit["z"], unit["dA"]) == (trace.Z[1][2, 0], trace.dA[1][2, 0])
    assert [each["w"] for each in unit["terms"]] == desk.network.W[1][2].tolist()


def test_another_network_is_begun_and_the_one_that_was_given_comes_back(desk):
    spec = ask(desk)["spec"]
    run = desk.name
    wider = {**spec, "hidden": [{"units": 9, "activation": "relu"}]}
    state = json.loads(desk.answer("a page", "POST", "/api/runs", wider).text)
    assert state["sizes"] == [2, 9, 1]
    assert state["spec"]["source"] == {"name": "given"}
    assert desk.answer("a page", "GET", f"/api/runs/{run}").status == 404
    desk.answer("a page", "POST", "/api/runs", spec)
    assert np.array_equal(desk.network.vector, network().vector)


def test_a_run_that_was_kept_is_opened_again(desk):
    ask(desk, "/do", {"what": "step"})
    kept, vector = ask(desk, "/keep", {})["kept"], desk.network.vector.copy()
    ask(desk, "/do", {"what": "step"})
    assert json.loads(desk.answer("a page", "POST", f"/api/kept/{kept}/open", {}).text)["iteration"] == 1
    assert np.array_equal(desk.network.vector, vector)
    assert [each["kept"] for each in ask(desk, "/kept")["kept"]] == [kept]
    assert desk.answer("a page", "POST", "/api/kept/9/open", {}).status == 404


def test_it_tells_only_what_a_page_has_not_seen(desk):
    first = ask(desk, "/news")
    seen = "&".join(f"{name}={first[name]}" for name in ("change", "version", "iteration"))
    assert first["state"]["iteration"] == 0
    assert ask(desk, f"/news?{seen}") == {}
    ask(desk, "/do", {"what": "step"})
    assert ask(desk, f"/news?{seen}")["state"]["iteration"] == 1
    ask(desk, "/do", {"what": "play", "speed": 1})
    first = ask(desk, "/news")
    seen = f"change={first['change']}&version={first['version']}&iteration={first['iteration']}"
    while not (found := ask(desk, f"/news?{seen}")):
        pass
    assert found["frame"]["costs"]["iterations"][-1] >= first["iteration"] + 1


def test_no_thread_is_left_when_no_page_is(desk):
    ask(desk, page="one")
    ask(desk, "/do", {"what": "play"}, page="two")
    assert len(threads()) == 1
    desk.leave("one")
    assert len(threads()) == 1
    desk.leave("two")
    assert threads() == []
    reached = desk.session.place.iteration
    assert ask(desk, page="three")["iteration"] == reached  # where it was, and resting
    desk.close()
    assert threads() == []


def test_a_training_that_no_page_asks_about_rests(desk, monkeypatch):
    monkeypatch.setattr(desk_module, "UNSEEN", 0.2)
    ask(desk, "/do", {"what": "play"})
    run = desk.run()
    assert run.join(60)
    assert not ask(desk)["playing"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/runs/R/nothing", None, 404),
        ("POST", "/api/runs/R/histograms", {}, 404),
        ("GET", "/etc/passwd", None, 404),
        ("GET", "/api/runs/R/unit?layer=9", None, 422),
        ("POST", "/api/runs/R/do", {"what": "explode"}, 422),
        ("POST", "/api/runs/R/do", 3, 400),
        ("POST", "/api/runs", {"hidden": 3}, 422),
        ("GET", "/api/runs/R/export?kind=exe", None, 422),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(desk, method, path, body, status):
    answer = desk.answer("a page", method, path.replace("R", desk.name), body)
    assert answer.status == status
    assert "\n" not in json.loads(answer.text)["error"]
    assert ask(desk)["iteration"] == 0


@pytest.mark.parametrize("kind", ["python", "model", "svg", "report"])
def test_it_is_saved(desk, kind):
    ask(desk, "/do", {"what": "step"})
    answer = desk.answer("a page", "GET", f"/api/runs/{desk.name}/export?kind={kind}")
    assert answer.status == 200
    assert len(answer.body) > 500


@pytest.mark.parametrize("changed", [{}, {"scaled": True, "balanced": True}])
def test_its_script_gives_the_same_costs_from_the_arrays_and_the_network(changed, tmp_path):
    net = network()
    desk = desk_of(net, share=0.25)
    try:
        desk.answer("a page", "POST", "/api/runs", {**ask(desk)["spec"], **changed})
        for _ in range(3):
            state = ask(desk, "/do", {"what": "step"})
        code = desk.answer("a page", "GET", f"/api/runs/{desk.name}/export?kind=python").body.decode()
    finally:
        desk.close()
    np.savez(tmp_path / "given.npz", X=X, Y=Y)
    net.save(tmp_path / "given.glassnet")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1::2] == [repr(state["costs"][name][-1]) for name in ("train", "test")]


def test_what_it_cannot_show_is_refused():
    stack = Network([2, 3, 1], seed=[1, 2], n_networks=2)
    embedded = Network([17, 4, 1], embedding=(2, 4, 8), seed=1)
    labels = Network([2, 3, 2], ["tanh", "sigmoid"], seed=1)
    for net, rows in ((stack, 1), (embedded, 1), (labels, 2)):
        with pytest.raises(SettingError, match=r"widget: expected"):
            data_of(net, np.zeros((net.architecture.n_x, 4)), np.zeros((rows, 4)), None, None, None)
    with pytest.raises((ShapeError, DataError)):
        data_of(network(), X[:1], Y, None, None, None)
    with pytest.raises(ShapeError, match="picture"):
        data_of(network(), X, Y, None, None, (2, 3))
    with pytest.raises(SettingError, match="2 classes"):
        data_of(network(), X, Y, None, ["a"], None)
    with pytest.raises(RefusedError, match="learning_rates"):
        desk_of(learning_rates=3)


def test_names_classes_and_numbers_to_predict_are_shown():
    net = Network([2, 4, 3], ["relu", "softmax"], seed=1)
    classes = np.eye(3)[np.arange(80) % 3].T
    data = data_of(net, X, classes, ["wide", "high"], ["a", "b", "c"], None)
    assert (data.features, data.classes) == (["wide", "high"], ["a", "b", "c"])
    net = Network([2, 4, 1], ["relu", "identity"], "squared_error", seed=1)
    assert data_of(net, X, Y, None, None, None).classes is None


# ---------------------------------------------------------------- the page as one text
def test_every_module_comes_after_what_it_imports_and_finds_nothing_of_the_browser_that_is_the_pages():
    order = in_order("main.js")
    assert order[-1] == "main.js"
    for k, name in enumerate(order):
        assert set(in_order(name)[:-1]) <= set(order[:k])
        assert as_function(name).startswith(f"(need, {{ {', '.join(BROWSER)} }}) => {{")


def test_styles_are_for_the_root_of_the_widget():
    given = (
        ':root[data-theme="dark"] { a: b } body.busy::before, body { c: d } .body { e: f } @media (max-width: 9px) {}'
    )
    found = '.studio[data-theme="dark"] { a: b } .studio.busy::before, .studio { c: d } .body { e: f } '
    assert scoped(given) == found + "@container (max-width: 9px) {}"


# ---------------------------------------------------------------- anywidget
@pytest.fixture
def sent(monkeypatch):
    """Return what widgets send to their pages."""
    from needs import need

    need("anywidget")
    import comm
    from comm.base_comm import BaseComm

    found = []

    class Recorded(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            if msg_type == "comm_msg" and data["method"] == "custom":
                found.append((data["content"], buffers))

    monkeypatch.setattr(comm, "create_comm", Recorded)
    return found


def tell(widget, **content):
    data = {"method": "custom", "content": content}
    widget.comm.handle_msg({"content": {"data": data}, "buffers": []})


def test_the_widget_answers_messages(sent):
    net = network()
    widget = net.widget(X, Y, classes=["no", "yes"], **SETTINGS)
    assert "export default" in widget._esm
    tell(widget, id=1, page="p", method="GET", path="/api/choices")
    choices = json.loads(sent[-1][0]["text"])
    assert [each["name"] for each in choices["sources"]] == ["given"]
    run = choices["start"]["run"]
    tell(widget, id=2, page="p", method="POST", path=f"/api/runs/{run}/do", body={"what": "step"})
    assert (sent[-1][0]["id"], sent[-1][0]["page"], sent[-1][0]["status"]) == (2, "p", 200)
    state = json.loads(sent[-1][0]["text"])
    assert (state["iteration"], state["classes"]) == (1, ["no", "yes"])
    net = as_begun(net)
    net.fit(X, Y, iterations=1, **SETTINGS)
    assert np.array_equal(widget.network.vector, net.vector)
    tell(widget, id=3, page="p", method="GET", path=f"/api/runs/{run}/export?kind=svg")
    assert bytes(sent[-1][1][0]).startswith(b"<svg")
    for message in ({"page": 3}, {}, {"id": 4, "page": "p", "path": "/x"}):
        tell(widget, **message)
    assert sent[-1][0]["status"] == 404
    tell(widget, page="p", closed=True)
    assert threads() == []
    widget.close()


def test_what_the_page_on_the_studio_shows_runs(sent):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "studio.md").read_text("utf-8"), re.DOTALL)
    names = {}
    exec(code, names)
    assert names["opened"].network.architecture == names["net"].architecture
    names["opened"].close()


def test_without_anywidget_it_is_said_how_to_install_it(monkeypatch):
    from glassnet.studio import widget

    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget._widget_class.cache_clear()
    with pytest.raises(MissingLibraryError, match=r"the widget needs anywidget: pip install"):
        network().widget(X, Y)


@pytest.mark.needs("anywidget")
def test_no_server_is_needed():
    code = (
        "import sys; sys.modules['starlette'] = sys.modules['uvicorn'] = None\n"
        "from glassnet import Network, planes\n"
        "X, Y = planes.xor(1, 40)\n"
        "widget = Network([2, 2, 1], seed=1).widget(X, Y)\n"
        "assert widget._desk.answer('p', 'GET', f'/api/runs/{widget._desk.name}').status == 200\n"
        "widget.close()\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
