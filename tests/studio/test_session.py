"""A session trains as `Network.fit` does, whatever way it is cut, shown and changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from glassnet import Network
from glassnet.estimators.tabular.recipes import CLASSES
from glassnet.planes import flower
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.spec import PRESETS, complete

SETTINGS = [
    {"learning_rate": 0.5},
    {"learning_rate": 0.1, "batch_size": 50, "optimizer": "momentum"},
    {"optimizer": "adam", "batch_size": 64, "dropout": 0.2},
    {"learning_rate": 0.5, "schedule": "cosine", "epochs": 20, "batch_size": 100},
    {"learning_rate": 0.5, "schedule": "step(0.5, 3)", "epochs": 50, "l2": 0.1, "clip_norm": 1.0},
]


def session(settings=None, **more):
    """Return a session on the flower."""
    return Session(complete({"settings": settings or {"learning_rate": 0.5}, **more}))


def fitted(settings, iterations, **more):
    """Return the network that one `fit` on all training samples gives."""
    of = session(settings)
    given = {name: value for name, value in of.spec["settings"].items() if name != "epochs"}
    net = Network([2, 4, 1], ["tanh", "sigmoid"], seed=1, dtype="float64")
    net.fit(of.X, of.Y, **given, **({"iterations": iterations} | more))
    return net


@pytest.mark.parametrize("settings", SETTINGS[:3])
@pytest.mark.parametrize("slices", [(60,), (1,) * 60, (7, 13, 1, 39)])
def test_slices_are_one_fit_to_the_bit(settings, slices):
    cut = session(settings)
    for steps in slices:
        cut.advance(steps)
    assert np.array_equal(cut.net.vector, fitted(settings, 60).vector)
    assert cut.place.iteration == 60


@pytest.mark.parametrize("settings", SETTINGS[3:])
def test_a_schedule_goes_on_from_slice_to_slice_and_ends_where_it_ends(settings):
    cut = session(settings)
    for steps in (1, 6, 20, 100, 100):
        cut.advance(steps)
    assert np.array_equal(cut.net.vector, fitted(settings, None, epochs=settings["epochs"]).vector)
    assert "schedule" in cut.place.finished
    cut.advance(5)
    assert cut.place.epoch == settings["epochs"]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_parts_of_a_step_are_that_step(settings):
    shown, taken = session(settings), session(settings)
    for each in (shown, taken):
        each.advance(5)
    shown.next_part()
    trace, before = shown.trace, shown.net.vector.copy()
    for part in shown.parts[1:]:
        assert np.array_equal(shown.net.vector, before)  # the update is the last
        shown.next_part()
        assert shown.part == part
    history = taken.net.fit(taken.X, taken.Y, iterations=1, resume=True, **taken.fit_settings())
    assert np.array_equal(shown.net.vector, taken.net.vector)
    assert trace.cost == pytest.approx(history.cost[0], rel=1e-12)
    assert [part.direction for part in shown.parts] == ["forward", "forward", "cost", "backward", "backward", "update"]
    if settings.get("optimizer") is None and not settings.get("clip_norm"):
        alpha = history.learning_rate[-1]
        assert shown.net.W[1] == pytest.approx(taken.net.W[1])
        step = trace.W[1] - alpha * trace.dW[1]
        assert shown.net.W[1] == pytest.approx(step, rel=1e-12)


def test_equal_specifications_give_equal_numbers():
    one, other = session(SETTINGS[2]), session(SETTINGS[2])
    one.advance(40)
    other.advance(20)
    other.reset()
    other.advance(40)
    assert np.array_equal(one.net.vector, other.net.vector)


def test_training_and_test_samples_share_nothing_and_follow_the_seed():
    one = session(data_seed=3)
    assert len(one.test) == 80
    assert sorted([*one.train, *one.test]) == list(range(400))
    assert not np.array_equal(one.test, session(data_seed=4).test)
    X, Y = flower(3)
    assert np.array_equal(one.data.X, X)
    assert np.array_equal(one.Y, Y[:, one.train])


def test_a_changed_number_is_taken_and_undone_with_all_that_followed():
    of = session()
    of.advance(10)
    before, cost = of.net.vector.copy(), of.net.cost(of.X, of.Y)
    of.change({"array": "W1", "row": 2, "column": 1, "value": 3.5})
    assert of.net.W[1][2, 1] == 3.5
    assert of.curve.last()["train"] == of.net.cost(of.X, of.Y) != cost
    of.advance(10)
    assert of.place.iteration == 20
    of.change({"undo": True})
    assert of.place.iteration == 10
    assert np.array_equal(of.net.vector, before)
    of.advance(3)
    alone = session()
    alone.advance(13)
    assert np.array_equal(of.net.vector, alone.net.vector)
    with pytest.raises(RefusedError, match="nothing was changed"):
        of.change({"undo": True})


def test_settings_change_between_two_steps():
    of = session({"learning_rate": 0.5})
    of.advance(10)
    of.change({"settings": {"learning_rate": 0.05}})
    of.advance(10)
    net = fitted({"learning_rate": 0.5}, 10)
    net.fit(of.X, of.Y, iterations=10, learning_rate=0.05, resume=True)
    assert of.net.vector == pytest.approx(net.vector, rel=1e-12)
    assert [act["iterations"] for act in of.place.acts] == [10, 10]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"array": "W9", "row": 0, "column": 0, "value": 1}, "array"),
        ({"array": "W1", "row": 4, "column": 0, "value": 1}, "row"),
        ({"array": "W1", "row": 0, "column": -1, "value": 1}, "column"),
        ({"array": "W1", "row": 0, "column": 0, "value": "1"}, "value"),
        ({"array": "W1", "row": 0, "column": 0, "value": float("nan")}, "value"),
        ({"settings": {"learning_rate": -1}}, "settings.learning_rate"),
        ({"settings": {"learing_rate": 1}}, "settings.learing_rate"),
        ({"settings": 3}, "settings"),
        ({}, ""),
        ({"undo": True, "settings": {}}, ""),
    ],
)
def test_what_cannot_be_changed_is_said_and_changes_nothing(given, field):
    of = session()
    before = of.net.vector.copy()
    with pytest.raises(RefusedError) as refused:
        of.change(given)
    assert refused.value.field == field
    assert np.array_equal(of.net.vector, before)


def test_a_training_that_diverges_is_finished_in_a_sentence():
    of = session({"learning_rate": 1e6, "optimizer": "gradient_descent"}, hidden=[{"units": 8, "activation": "relu"}])
    of.advance(500)
    assert "finite" in of.place.finished
    assert np.isfinite(of.net.vector).all()
    iteration = of.place.iteration
    of.advance(5)
    assert of.place.iteration == iteration
    of.change({"settings": {"learning_rate": 0.01}})
    of.advance(5)
    assert of.place.iteration == iteration + 5


def test_a_network_that_no_memory_holds_is_refused():
    with pytest.raises(RefusedError, match="parameters"):
        session(hidden=[{"units": 100_000, "activation": "relu"}] * 2)


@examples(max_examples=15)
@given(st.lists(st.sampled_from(["step", "epoch", "part", "weight", "rate", "undo", "reset"]), max_size=12))
def test_no_order_of_acts_breaks_a_session(acts):
    of = session({"learning_rate": 0.5, "batch_size": 100})
    for act in acts:
        if act == "part":
            of.next_part()
        elif act == "weight":
            of.change({"array": "b1", "row": 0, "value": 0.25})
        elif act == "rate":
            of.change({"settings": {"learning_rate": 0.1}})
        elif act == "undo":
            if of.undoable:
                of.change({"undo": True})
        elif act == "reset":
            of.reset()
        else:
            of.advance(1 if act == "step" else of.steps_per_epoch - of.place.step)
        of.note()
        assert of.curve.last()["iterations"] == of.place.iteration
        assert np.isfinite(of.net.vector).all()
        assert sum(a["iterations"] for a in of.place.acts if a["what"] == "fit") == of.place.iteration


@pytest.mark.parametrize("name", list(PRESETS))
def test_each_preset_trains(name):
    session = Session(complete({**PRESETS[name], "source": {"name": "moons", "m": 60}}))
    session.advance(3)
    assert session.place.finished is None
    assert [layer["units"] for layer in session.spec["hidden"]] == [each["units"] for each in PRESETS[name]["hidden"]]


def test_the_presets_for_tables_are_recipes_that_need_no_embedding():
    recipes = {name: CLASSES[name.removeprefix("table, ")] for name in PRESETS if name.startswith("table, ")}
    assert len(recipes) == 4
    for name, recipe in recipes.items():
        assert not recipe.embedding
        assert not recipe.solved
        assert PRESETS[name]["settings"]["optimizer"] == recipe.optimizer


def test_the_presets_of_the_course_are_its_networks():
    shallow, deep = PRESETS["course"], PRESETS["course, deep"]
    assert [layer["units"] for layer in shallow["hidden"]] == [4]
    assert shallow["settings"]["learning_rate"] == 1.2
    found = Session(complete({**deep, "source": {"name": "tumours"}, "test_share": 0, "seed": 3}))
    X, Y = found.data.X, found.data.Y
    net = Network([30, 20, 7, 5, 1], "relu", initializer="lecun", seed=3, dtype="float64")  # as for the cats
    for steps in (1, 30):
        net.fit(X, Y, iterations=steps, resume=True, learning_rate=0.0075, optimizer="gradient_descent")
        found.advance(steps)
        assert np.array_equal(found.net.vector, net.vector)
