"""What the page asks and gets: the numbers are those of the network, to the last digit."""

import json
from urllib.parse import urlencode

import numpy as np
import pytest

from glassnet.studio import large, views
from glassnet.studio.session import Session
from glassnet.studio.spec import complete
from packing import unpacked


def session_of(client, path):
    """Return the session behind a run's address."""
    return client.studio.runs[path.rsplit("/", 1)[1]].session


def values_of(values):
    """Return other values of a sample's features, as a query."""
    return urlencode({"values": json.dumps(values)})


def test_a_run_is_started_stepped_and_read(client):
    path = client.run({"hidden": [{"units": 3, "activation": "relu"}, {"units": 2, "activation": "tanh"}], "seed": 5})
    state = client.get(path)
    assert state["sizes"] == [2, 3, 2, 1]
    assert (state["iteration"], state["epoch"], state["playing"], state["part"]) == (0, 0, False, None)
    assert (state["m_train"], state["m_test"]) == (320, 80)
    for what, iteration in (("step", 1), ("epoch", 2), ("part", 2)):
        state = client.post(f"{path}/do", {"what": what})
        assert state["iteration"] == iteration
    assert state["part"]["pass"] == "forward"
    assert state["part"]["layer"] == 1
    net = session_of(client, path).net
    assert [layer["W_values"] for layer in state["layers"]] == [net.W[l].tolist() for l in (1, 2, 3)]
    assert client.post(f"{path}/do", {"what": "reset"})["iteration"] == 0


def test_the_numbers_of_a_sample_are_those_of_the_trace(client):
    path = client.run()
    client.post(f"{path}/do", {"what": "step"})
    found, session = client.get(f"{path}/sample?i=7"), session_of(client, path)
    trace = session.net.trace(session.data.X[:, [7]], session.data.Y[:, [7]])
    arrays = {each["key"]: each for each in found["arrays"]}
    for name in ("X", "W[1]", "b[1]", "Z[1]", "A[1]", "W[2]", "Z[2]", "A[2]", "Y", "dA[2]", "dZ[2]", "dW[2]", "db[1]"):
        assert arrays[name]["values"] == trace.array(name).tolist()
        assert arrays[name]["shape"] == list(trace.array(name).shape)
    assert found["cost"] == trace.cost
    assert found["probabilities"]["blue"] == trace.A[2][0, 0]
    assert [value for _, value in found["features"]] == session.data.X[:, 7].tolist()


def test_the_numbers_of_a_unit_add_up(client):
    path = client.run({"hidden": [{"units": 3, "activation": "gelu"}]})
    unit = client.get(f"{path}/unit?layer=1&unit=2&i=4")
    total = sum(term["product"] for term in unit["terms"]) + unit["b"]
    assert unit["z"] == pytest.approx(total, rel=1e-12)
    assert unit["dZ"] == pytest.approx(unit["dA"] * unit["slope"], rel=1e-12)
    assert [term["dW"] for term in unit["terms"]] == unit["dW"]
    assert [each["name"] for each in unit["formulas"]] == ["z", "a", "dA", "dZ", "dW", "db"]
    assert all(each["mathml"].startswith("<math") for each in unit["formulas"])


def test_a_plane_is_what_the_network_answers_there(client):
    path = client.run()
    for _ in range(3):
        client.post(f"{path}/do", {"what": "step"})
    plane, session = client.get(f"{path}/plane?x=0&y=1&size=7"), session_of(client, path)
    for row, column in ((0, 0), (3, 5), (6, 2)):
        X = np.array([[plane["x"][column]], [plane["y"][row]]])
        at = 7 * row + column
        assert unpacked(plane["values"])[at] == pytest.approx(session.net.forward(X)[0, 0], rel=1e-7)
        assert unpacked(plane["units"][0]["A"])[1, at] == pytest.approx(session.net.forward(X, layer=1)[1, 0], rel=1e-7)
    assert [layer["A"]["shape"] for layer in plane["units"]] == [[4, 49], [1, 49]]
    assert len(plane["points"]) == 400
    point = plane["points"][11]
    assert [point["x"], point["y"]] == session.data.X[:, 11].tolist()
    assert sum(each["test"] for each in plane["points"]) == 80


def test_a_plane_has_the_maps_of_the_units_that_are_seen(client):
    path = client.run({"hidden": [{"units": 40, "activation": "tanh"}]})
    plane, session = client.get(f"{path}/plane?size=3&first=30,0"), session_of(client, path)
    X = np.stack(np.meshgrid(plane["x"], plane["y"]), axis=0).reshape(2, -1)
    assert plane["units"][0]["first"] == 30
    assert np.allclose(unpacked(plane["units"][0]["A"]), session.net.forward(X, layer=1)[30:], rtol=1e-6, atol=1e-7)
    answer = client.ask("GET", f"{path}/plane?first=1,x")
    assert (answer.status, answer.json["field"]) == (422, "first")


def test_a_plane_of_many_features_holds_the_others_at_a_sample_or_the_median():
    session = Session(complete({"source": {"name": "tumours"}}))
    for i, base in ((None, np.median(session.data.X, axis=1)), (3, session.data.X[:, 3])):
        plane = views.plane(session, 4, 9, 3, i, 0)
        X = base[:, None].copy()
        X[4], X[9] = plane["x"][2], plane["y"][1]
        assert unpacked(plane["values"])[5] == pytest.approx(session.net.forward(X)[0, 0], rel=1e-7)


def test_confusion_counts_every_sample_once_and_names_them():
    session = Session(complete({"source": {"name": "clusters", "m": 90}, "hidden": []}))
    session.advance(20)
    found = views.confusion(session)
    answers, truth = session.net.forward(session.data.X).argmax(axis=0), session.data.Y.argmax(axis=0)
    counts = np.array(found["counts"]["train"]) + found["counts"]["test"]
    assert counts.sum() == 90
    assert counts.trace() == (answers == truth).sum()
    for r in range(3):
        for c in range(3):
            assert found["rows"][r][c] == np.flatnonzero((truth == r) & (answers == c)).tolist()[:50]


def test_histograms_count_every_number(client):
    path = client.run()
    layers = client.get(f"{path}/histograms")["layers"]
    assert [sum(layer["Z"]["counts"]) for layer in layers] == [4 * 320, 320]
    assert set(layers[0]) == {"Z", "A", "dZ"}


def test_the_gradient_check_passes(client):
    found = client.post(f"{client.run()}/check", {})
    assert found["passed"]
    assert found["largest"] < 1e-6
    assert [row["array"] for row in found["rows"]] == ["dW[1]", "db[1]", "dW[2]", "db[2]"]


def test_a_change_and_its_undo(client):
    path = client.run()
    state = client.post(f"{path}/change", {"array": "W1", "row": 1, "column": 0, "value": 2})
    assert state["layers"][0]["W_values"][1][0] == 2
    assert state["can_undo"]
    assert (
        client.post(f"{path}/change", {"settings": {"learning_rate": 0.3}})["spec"]["settings"]["learning_rate"] == 0.3
    )
    client.post(f"{path}/change", {"undo": True})
    state = client.post(f"{path}/change", {"undo": True})
    assert not state["can_undo"]
    assert client.ask("POST", f"{path}/change", {"undo": True}).status == 422


def test_choices_come_from_the_tables_of_the_core(client):
    from glassnet.core.activations import ACTIVATIONS

    found = client.get("/api/choices")
    assert set(found["activations"]) == set(ACTIVATIONS) - {"softmax"}
    assert {each["name"] for each in found["sources"]} >= {"flower", "moons", "circles", "xor", "spiral", "digits"}
    assert complete(found["default"]) == complete({})
    for preset in found["presets"].values():
        assert complete(preset)["hidden"] == preset["hidden"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"source": {"name": "flwer"}}, "source.name"),
        ({"source": {"name": "moons", "noise": -1}}, "source.noise"),
        ({"source": {"name": "moons", "petals": 2}}, "source.petals"),
        ({"hidden": [{"units": 0}]}, "hidden.0.units"),
        ({"hidden": [{"units": 2, "activation": "softmax"}]}, "hidden.0.activation"),
        ({"hidden": [{"units": 2, "activation": "leaky_relu(x)"}]}, "hidden.0.activation"),
        ({"hidden": "many"}, "hidden"),
        ({"seed": 1.5}, "seed"),
        ({"seed": 10**400}, "seed"),
        ({"test_share": 1}, "test_share"),
        ({"settings": {"optimizer": "lbfgs"}}, "settings.optimizer"),
        ({"settings": {"optimizer": "adam(beta_1=2)"}}, "settings.optimizer"),
        ({"settings": {"schedule": "plateau"}}, "settings.schedule"),
        ({"settings": {"dropout": 1}}, "settings.dropout"),
        ({"initializer": "hee"}, "initializer"),
        ({"loss": "cross"}, "loss"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_a_specification_may_not_be_is_said_where(client, spec, field):
    answer = client.ask("POST", "/api/runs", spec)
    assert answer.status == 422
    assert answer.json["field"] == field
    assert "\n" not in answer.json["error"]
    assert not client.studio.runs


def test_what_is_not_there_is_said(client):
    path = client.run()
    for wrong, status in (
        ("/api/runs/none", 404), (f"{path}/nothing", 404), (f"{path}/sample?i=400", 422), (f"{path}/sample?i=x", 422),
        (f"{path}/unit?layer=3", 422), (f"{path}/unit?layer=1&unit=4", 422), (f"{path}/plane?x=2", 422),
        (f"{path}/plane?size=10000", 422), (f"{path}/sample?i=-1", 422), ("/nothing", 404),
    ):  # fmt: skip
        answer = client.ask("GET", wrong)
        assert (answer.status, set(answer.json)) == (status, {"error", "zh", "field"})
    for body in (
        {"what": "explode"},
        {},
        {"what": ["step"]},
        {"what": "play", "speed": -1},
        {"what": "play", "speed": "fast"},
    ):
        assert client.ask("POST", f"{path}/do", body).status == 422


def test_a_sample_with_other_values_is_answered_as_the_network_answers_it(client):
    path = client.run()
    other = f"i=7&{values_of({'1': 0.25})}"
    found, session = client.get(f"{path}/sample?{other}"), session_of(client, path)
    X = session.data.X[:, [7]].copy()
    before = X.copy()
    X[1] = 0.25
    assert [value for _, value in found["features"]] == X[:, 0].tolist()
    assert found["probabilities"]["blue"] == session.net.forward(X)[0, 0]
    assert np.array_equal(session.data.X[:, [7]], before)  # the data stay as they are
    trace = session.net.trace(X, session.data.Y[:, [7]])
    unit = client.get(f"{path}/unit?{other}&layer=1&unit=1&term=0")
    assert (unit["z"], unit["dZ"]) == (trace.Z[1][1, 0], trace.dZ[1][1, 0])
    graph = client.get(f"{path}/graph?{other}&level=arrays")
    assert max(box["value"] for box in graph["boxes"] if isinstance(box["value"], float)) == trace.cost
    for name in ("sample", "unit", "graph"):
        for values in ({"2": 1}, {"x": 1}, {"0": "1"}, {"0": 1e300}, [1], {"-1": 1}, {"0": None}):
            assert client.ask("GET", f"{path}/{name}?i=7&{values_of(values)}").status == 422
        for i in (400, -1, 0.5, "", None, True):
            assert client.ask("GET", f"{path}/{name}?i={i}").status == 422


def test_large_arrays_are_read_part_by_part(client):
    path = client.run({"source": {"name": "typed"}, "hidden": [{"units": 90, "activation": "tanh"}] * 2})
    arrays = {each["key"]: each for each in client.get(f"{path}/sample?i=3")["arrays"]}
    assert arrays["W[2]"]["values"] is None
    assert arrays["W[2]"]["summary"]["max"] == session_of(client, path).net.W[2].max()
    W = session_of(client, path).net.W[2]
    part = client.get(f"{path}/numbers?i=3&key=W[2]&row=10&column=20&most=140")
    assert part["values"] == W[10:12, 20:90].tolist()
    assert part["shape"] == [90, 90]
    changed = views.trace_of(session_of(client, path), 3, {"1": -0.5})
    asked = f"i=3&key=dW[2]&{values_of({'1': -0.5})}"
    part, usual = (client.get(f"{path}/numbers?{each}&row=4&most=90") for each in (asked, "i=3&key=dW[2]"))
    assert part["values"] == changed.dW[2][4:5].tolist()
    assert part["values"] != usual["values"]
    assert client.get(f"{path}/binned?{asked}")["values"] == large.binned(changed.dW[2])["values"]
    wrong_values = ("1", "[]", "{", "null", '{"x":1}', '{"0":"a"}', '{"99":1}', "[" * 10_000)
    for wrong in (
        "key=W[2]&row=90",
        "key=W[9]",
        "key=",
        "key=W[2]&most=100000",
        "key=secret",
        *(f"key=W[2]&{urlencode({'values': each})}" for each in wrong_values),
    ):
        assert client.ask("GET", f"{path}/numbers?i=3&{wrong}").status == 422
