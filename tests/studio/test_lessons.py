"""The trainings that the lessons lead to show what their texts say, from several seeds."""

import copy

import numpy as np
import pytest

from glassnet.studio.lessons import LESSONS
from glassnet.studio.session import Session
from glassnet.studio.spec import complete

SEEDS = range(1, 7)


def trained(name, seed, *, times=1, **changes):
    """Return the session of a lesson as it stops by itself, with what the learner is told to change."""
    lesson = LESSONS[name]
    spec = copy.deepcopy(lesson.spec) | {"seed": seed} | changes
    spec["settings"] = {**lesson.spec["settings"], **changes.get("settings", {})}
    session = Session(complete(spec))
    session.advance(times * (lesson.steps or lesson.epochs * session.steps_per_epoch))
    session.note()
    return session


def layers(activation, *units):
    return [{"units": n, "activation": activation} for n in units]


def scores(session):
    return session.curve.last()


def test_a_straight_line_cannot_part_the_petals_and_a_hidden_layer_can():
    line = [scores(trained("logistic", seed, times=4))["score_train"] for seed in SEEDS]
    assert max(line) < 0.65
    bent = [scores(trained("logistic", seed, hidden=layers("tanh", 4)))["score_train"] for seed in SEEDS]
    assert np.median(bent) > 0.8
    assert min(bent) > max(line)


def test_from_zeros_only_the_unit_that_was_made_different_learns():
    session = trained("zeros", 1)
    assert not session.net.W[1].any()
    session.change({"array": "W1", "row": 0, "column": 0, "value": 0.5})
    session.advance(LESSONS["zeros"].steps)
    assert np.flatnonzero(session.net.W[1].any(axis=1)).tolist() == [0]
    assert session.net.W[1][0, 1] != 0


def test_three_units_enclose_the_circle_and_two_do_not():
    reached = {n: [scores(trained("hidden", seed, hidden=layers("tanh", n)))["score_train"] for seed in SEEDS]
               for n in (1, 2, 3)}  # fmt: skip
    assert min(reached[3]) >= 0.95 > max(reached[2]) > max(reached[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_large_first_weights_saturate(seed):
    costs, moved = [], []
    for initializer in ("normal(30)", None, "glorot", "normal(1)"):
        session = trained("saturation", seed, initializer=initializer)
        W = session.net.W[1].copy()
        costs.append(scores(session)["train"])
        session.reset()
        first = session.net.W[1]
        moved.append(np.abs(W - first).max() / np.abs(first).max())
    assert costs[0] > max(costs[1:])
    assert moved[0] < 0.1 < min(moved[1:])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_learning_rate_may_be_too_small_and_too_large(seed):
    costs = {rate: scores(trained("alpha", seed, settings={"learning_rate": rate}))["train"] for rate in (0.01, 1, 100)}
    assert 1.5 * costs[1] < min(costs[0.01], costs[100])


@pytest.mark.parametrize("seed", SEEDS)
def test_two_layers_of_six_do_what_one_does_not(seed):
    assert scores(trained("depth", seed, times=2))["score_train"] < 0.95
    assert scores(trained("depth", seed, hidden=layers("tanh", 6, 6)))["score_train"] >= 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_l2_makes_the_gap_between_training_and_test_cost_smaller(seed):
    gaps = []
    for l2 in (0, 1):
        found = scores(trained("overfitting", seed, settings={"l2": l2}))
        gaps.append(found["test"] - found["train"])
    assert gaps[1] < 0.25 * gaps[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_dropout_lowers_the_cost_on_other_samples_and_not_on_those_of_the_training(seed):
    without, with_it = (scores(trained("dropout", seed, settings={"dropout": share})) for share in (0, 0.5))
    assert with_it["test"] < 0.95 * without["test"]
    assert with_it["train"] > without["train"]


@pytest.mark.parametrize("seed", SEEDS)
def test_small_batches_go_further_in_as_many_epochs(seed):
    whole, parts = (trained("batch", seed, settings={"batch_size": size}) for size in (None, 32))
    assert whole.place.epoch == parts.place.epoch == 20
    assert parts.place.iteration == 45 * whole.place.iteration
    assert scores(parts)["train"] < 0.25 * scores(whole)["train"]
