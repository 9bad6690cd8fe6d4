"""A fault that is planted is found, its place on the page exists, and the change that is proposed makes it go."""

import numpy as np
import pytest

from glassnet.inspection.diagnosis import DETECTORS
from glassnet.studio.findings import looker
from glassnet.studio.remedies import REMEDIES, remedy
from glassnet.studio.session import Session
from glassnet.studio.spec import complete

MOONS, ADAM = {"source": {"name": "moons"}}, {"optimizer": "adam", "learning_rate": 0.05}


def hidden(units, activation, layers=1):
    return [{"units": units, "activation": activation}] * layers


FAULTS = {  # finding: specification, steps, kind of place, what another specification has
    "learning_rate_high": (
        {**MOONS, "hidden": hidden(8, "tanh"), "settings": {"learning_rate": 100}}, 60, "curve", ["settings"],
    ),
    "learning_rate_low": (
        {**MOONS, "hidden": hidden(8, "tanh"), "settings": {"learning_rate": 1e-4}}, 300, "curve", ["settings"],
    ),
    "dead_units": ({**MOONS, "hidden": hidden(8, "relu"), "settings": {"learning_rate": 0.5}}, 60, "units", ["hidden"]),
    "symmetric_units": ({"initializer": "zeros", "settings": {"learning_rate": 1.2}}, 100, "units", ["initializer"]),
    "saturated": (
        {"hidden": hidden(8, "sigmoid", 2), "initializer": "normal(50)", "settings": {"learning_rate": 0.5}}, 200,
        "distribution", ["initializer"],
    ),
    "vanishing": (
        {**MOONS, "hidden": hidden(8, "sigmoid", 6), "settings": {"learning_rate": 0.5}}, 300, "distribution",
        ["hidden", "initializer"],
    ),
    "exploding": (
        {**MOONS, "hidden": hidden(20, "relu", 6), "initializer": "normal(3)", "settings": {"learning_rate": 1e-6}},
        100, "distribution", ["initializer", "settings"],
    ),
    "inputs_unscaled": (
        {"source": {"name": "typed", "formula": "x1^2 + x2^2 < 2500", "width": 100}, "hidden": hidden(8, "tanh")}, 60,
        "features", ["scaled"],
    ),
    "targets_unscaled": (
        {"source": {"name": "typed", "formula": "1000*x1*x2"}, "settings": {"learning_rate": 0.01}}, 100,
        "distribution", ["scaled"],
    ),
    "classes_unbalanced": (
        {"source": {"name": "typed", "formula": "x1^2 + x2^2 < 0.25", "m": 2000, "noise": 0.4},
         "settings": {"learning_rate": 1}}, 500, "confusion", ["balanced"],
    ),
    "overfitting": (
        {"source": {"name": "moons", "m": 100, "noise": 0.4}, "test_share": 0.5, "hidden": hidden(32, "tanh"),
         "settings": ADAM}, 2000, "curve", ["settings"],
    ),
    "no_nonlinearity": (
        {"hidden": hidden(4, "identity"), "settings": {"learning_rate": 0.5}}, 200, "field", ["hidden"],
    ),
    "penalty_strong": (
        {**MOONS, "hidden": hidden(8, "tanh"), "settings": {"learning_rate": 0.5, "l2": 500}}, 300, "field",
        ["settings"],
    ),
    "underfitting": (
        {"source": {"name": "spiral"}, "hidden": [], "settings": {"learning_rate": 0.5}}, 1000, "plane", ["hidden"],
    ),
    "too_few_steps": ({"hidden": hidden(16, "tanh"), "settings": {**ADAM, "learning_rate": 0.01}}, 60, "curve", []),
}  # fmt: skip


def trained(session, steps):
    """Let a session take steps as a page does that plays it."""
    for _ in range(10):
        session.advance(max(1, steps // 10))
        session.note()
    return session


def found(session):
    with np.errstate(all="ignore"):
        return {each["name"]: each for each in looker(session)()}


def test_every_finding_has_a_remedy():
    assert set(REMEDIES) == set(DETECTORS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_its_remedy_makes_it_go(name):
    given, steps, kind, parts = FAULTS[name]
    spec = complete(given)
    session = Session(spec)
    if name == "dead_units":
        session.advance(1)
        session.net.b[1][...] = -50
    finding = found(trained(session, steps))[name]
    assert finding["show"]["kind"] == kind
    fix = finding["fix"]
    assert sorted(fix["spec"]) == sorted(parts)
    assert fix["rows"] or fix["play"]
    assert all(len(set(row["values"])) == 2 for row in fix["rows"])
    if fix["again"]:
        settings = {**spec["settings"], **fix["spec"].get("settings", {})}
        session = Session(complete({**spec, **fix["spec"], "settings": settings}))
    assert name not in found(trained(session, steps))


def test_live_changes_are_settings_of_the_run():
    spec = complete({"settings": {"shuffle": False, "batch_size": 10}})
    fix = remedy("unshuffled", {}, spec, [])["fix"]
    assert (fix["again"], fix["spec"]) == (False, {"settings": {"shuffle": True}})
    session = Session(spec)
    session.change(fix["spec"])
    assert session.place.settings["shuffle"]


def test_what_the_studio_cannot_do_is_not_offered():
    for name, numbers in (
        ("labels_wrong", {"samples": [3]}),
        ("labels_swapped", {"pairs": [[0, 1]]}),
        ("nothing_learned", {}),
        ("duplicate_features", {"pairs": [(0, 1)]}),
        ("inputs_unscaled", {"features": [0]}),
        ("output_range", {}),
    ):
        assert remedy(name, numbers, complete({"scaled": True}), ["x1", "x2"])["fix"] is None, name


def test_a_copied_column_of_a_table_is_dropped():
    spec = {**complete({}), "source": {"name": "table", "file": "f", "columns": {"a": "number"}}}
    shown = remedy("duplicate_features", {"pairs": [(0, 2)]}, spec, ["a", "b", "c"])
    assert shown["show"] == {"kind": "features", "features": [0, 2]}
    assert shown["fix"]["spec"]["source"]["columns"] == {"a": "number", "c": "drop"}


def test_samples_are_named_as_the_page_counts_them():
    session = Session(complete({"source": {"name": "clusters", "m": 400, "noise": 0.2}, "test_share": 0.5}))
    swapped = session.train[[3, 50, 120, 150, 155, 160, 170]]
    positions = np.searchsorted(session.train, swapped)
    session.Y[:, positions] = np.roll(session.Y[:, positions], 1, axis=0)
    session.advance(30)
    session.note()
    shown = found(session)["labels_wrong"]["show"]
    assert set(shown["samples"]) <= set(session.train.tolist())
    assert set(swapped.tolist()) & set(shown["samples"])


def test_scaled_data_have_mean_0_and_lead_back_to_their_own_unit():
    given = {"source": {"name": "typed", "formula": "100 * x1", "width": 50, "noise": 0}}
    plain, scaled = (Session(complete({**given, "scaled": each})) for each in (False, True))
    assert np.abs(scaled.X.mean(axis=1)).max() < 1e-12
    assert scaled.X.std(axis=1) == pytest.approx([1, 1])
    assert scaled.Y.std() == pytest.approx(1)
    assert scaled.data.labels(scaled.data.Y) == pytest.approx(plain.data.labels(plain.data.Y))


def test_scaled_pictures_look_as_before():
    plain, scaled = (Session(complete({"source": {"name": "digits"}, "scaled": each})).data for each in (False, True))
    assert scaled.X.mean() != pytest.approx(plain.X.mean())
    assert scaled.pixels(scaled.X[:, 3]) == plain.pixels(plain.X[:, 3])


def test_balanced_classes_weigh_the_same_and_are_trained_so():
    given = {"source": {"name": "typed", "formula": "x1 > 1.5", "noise": 0}, "settings": {"batch_size": 30}}
    session = Session(complete({**given, "balanced": True}))
    weights = session.weights
    assert weights[session.Y == 1].sum() == pytest.approx(weights[session.Y == 0].sum())
    assert weights.mean() == pytest.approx(1)
    shown = Session(complete({**given, "balanced": True}))
    shown.next_part()
    trace = shown.trace
    while shown.part.direction != "update":
        shown.next_part()
    session.advance(1)
    assert np.array_equal(session.net.vector, shown.net.vector)
    assert trace.S is not None
