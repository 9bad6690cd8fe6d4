"""Curves smoothed, learning rates planned, and runs that were kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.studio.curve import SMOOTHED, Curve
from glassnet.studio.curves import curves, plan
from glassnet.studio.kept import MOST_KEPT, Shelf, again
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.spec import complete

NUMBERS = st.one_of(st.none(), st.floats(-1e3, 1e3))


@given(st.lists(st.tuples(st.integers(1, 9), NUMBERS), min_size=1, max_size=60), st.integers(1, 50))
def test_a_smoothed_point_is_the_mean_of_its_window(points, per_cent):
    curve, iteration = Curve(), 0
    for gap, value in points:
        iteration += gap
        curve.add(iteration, value, value, 0.5, None, 0.1)
    share = per_cent / 100
    found, as_it_is = curve.smoothed(share), curve.since()
    for k, last in enumerate(as_it_is["iterations"]):
        window = [
            value
            for at, value in zip(as_it_is["iterations"], as_it_is["train"], strict=True)
            if last - share * iteration <= at <= last and value is not None
        ]
        assert found["train"][k] == (pytest.approx(np.mean(window), abs=1e-9) if window else None)
    assert set(found) == {"iterations", *SMOOTHED}
    assert set(found["score_test"]) == {None}


@pytest.mark.parametrize("schedule", ["cosine", "step(0.5, 3)", "warmup_cosine", "exponential"])
@pytest.mark.parametrize("batch_size", [None, 100])
def test_the_planned_rates_are_those_that_train(schedule, batch_size):
    settings = {"schedule": schedule, "epochs": 8, "learning_rate": 0.5, "batch_size": batch_size}
    session = Session(complete({"settings": settings}))
    session.advance(3)
    planned = plan(session)
    for iteration, rate in zip(planned["iterations"], planned["learning_rate"], strict=True):
        session.advance(iteration - session.place.iteration)
        assert session.rate == pytest.approx(rate, rel=1e-12)
    assert session.place.iteration == 8 * session.steps_per_epoch
    assert plan(session) is None


def test_a_constant_rate_needs_no_plan_and_a_window_has_bounds():
    session = Session(complete({}))
    assert curves(session, 0)["plan"] is None
    assert curves(session, 0)["smoothed"] is None
    with pytest.raises(RefusedError, match="per cent"):
        curves(session, 51)


def test_a_kept_run_goes_on_to_the_bit_while_its_own_has_gone_on():
    session = Session(complete({"settings": {"optimizer": "adam", "batch_size": 50, "dropout": 0.1}}))
    session.advance(13)
    session.note()
    shelf = Shelf()
    kept = shelf.keep(session)
    before = kept.to_document()
    session.advance(20)
    opened = again(kept)
    opened.advance(20)
    assert np.array_equal(opened.net.vector, session.net.vector)
    assert kept.to_document() == before
    assert again(kept).place.iteration == 13


def test_settings_that_differ_are_shown_and_others_are_not():
    shelf = Shelf()
    first = Session(complete({"settings": {"learning_rate": 0.5}}))
    shelf.keep(first)
    other = Session(complete({"hidden": [{"units": 8, "activation": "relu"}] * 2, "settings": {"l2": 0.1}}))
    other.change({"settings": {"batch_size": 32}})
    found = shelf.compared(other)
    rows = {row["label"]: row["values"] for row in found["settings"]}
    assert rows == {
        "Hidden layers": ["2 \u00d7 8 relu", "4 tanh"], "L2 penalty \u03bb": ["0.1", "0"],
        "Samples in a step": ["32", "all of them"], "Learning rate \u03b1": ["the optimiser's own", "0.5"],
    }  # fmt: skip
    assert found["same_data"]
    assert found["same_loss"]
    assert not shelf.compared(Session(complete({"source": {"name": "moons"}})))["same_data"]


def test_a_kept_run_is_deleted_and_that_is_taken_back():
    shelf, session = Shelf(), Session(complete({}))
    shelf.keep(session)
    shelf.change({"kept": 1, "deleted": True})
    assert shelf.compared(session)["kept"] == []
    shelf.change({"kept": 1, "deleted": False})
    assert [each["kept"] for each in shelf.compared(session)["kept"]] == [1]
    for given_, why in (({"kept": 2, "deleted": True}, "kept as 2"), ({"kept": 1}, "true or false")):
        with pytest.raises(RefusedError, match=why):
            shelf.change(given_)


def test_only_so_many_are_kept_and_deleted_ones_make_room():
    shelf, session = Shelf(), Session(complete({}))
    for _ in range(MOST_KEPT):
        shelf.keep(session)
    with pytest.raises(RefusedError, match="delete one"):
        shelf.keep(session)
    shelf.change({"kept": 3, "deleted": True})
    assert shelf.keep(session).number == MOST_KEPT + 1
    assert len(shelf.kept) == MOST_KEPT


def test_runs_are_kept_and_opened_by_their_routes(client):
    run = client.run({"source": {"name": "moons", "m": 60}})
    client.post(f"{run}/do", {"what": "step"})
    kept = client.post(f"{run}/keep", {})["kept"]
    client.post(f"{run}/do", {"what": "reset"})
    assert client.get(f"{run}/kept")["kept"][0]["iteration"] == 1
    state = client.post(f"/api/kept/{kept}/open", {})
    assert (state["iteration"], state["run"] in run) == (1, False)
    assert state["costs"]["iterations"] == [0, 1]
    assert client.ask("POST", "/api/kept/9/open", {}).status == 404
    client.post(f"{run}/change", {"undo": True})
    assert client.get(run)["iteration"] == 1
