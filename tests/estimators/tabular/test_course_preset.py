"""The preset "course" trains as the course does, step for step, and reaches its published networks for cats."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor, load
from shared import CASES, shared

PUBLISHED = {case["id"]: case["expected"] for case in json.loads((CASES / "course1.json").read_text("utf-8"))["cases"]}
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (30, 3, 2, 1), dtype=np.uint8)
LABELS = (IMAGES.reshape(30, -1).mean(axis=1) > 127).astype(int)


def by_hand(X, Y, sizes, scales, *, rate, steps, seed):
    """Train relu, ..., relu, sigmoid as the course's notebooks do, in plain NumPy; return W, b, every cost."""
    np.random.seed(seed)  # noqa: NPY002 - it is the course's
    W = [np.random.randn(n, before) * scale for (before, n), scale in zip(pairwise(sizes), scales, strict=True)]  # noqa: NPY002
    b = [np.zeros((len(w), 1)) for w in W]
    costs, m = [], X.shape[1]
    for _ in range(steps):
        A = [X]
        for l, (w, c) in enumerate(zip(W, b, strict=True), 1):
            Z = w @ A[-1] + c
            A.append(np.maximum(Z, 0) if l < len(W) else 1 / (1 + np.exp(-Z)))
        costs.append(float(-np.mean(Y * np.log(A[-1]) + (1 - Y) * np.log(1 - A[-1]))))
        dZ = A[-1] - Y
        for l in reversed(range(len(W))):
            dW, db, dA = dZ @ A[l].T / m, dZ.mean(axis=1, keepdims=True), W[l].T @ dZ
            W[l], b[l], dZ = W[l] - rate * dW, b[l] - rate * db, dA * (A[l] > 0)
    return W, b, costs


@pytest.mark.parametrize(
    ("hidden", "scales"),
    [((), [0]), ((4,), [0.01, 0.01]), ((5, 3), [6**-0.5, 5**-0.5, 3**-0.5])],
    ids=["logistic regression", "two layers", "three layers"],
)
def test_pictures_train_as_in_the_notebooks(hidden, scales):
    model = TabularClassifier(hidden, preset="course", learning_rate=0.05, epochs=40, random_state=3)
    model.fit(IMAGES, LABELS)
    X, Y = IMAGES.reshape(30, -1).T / 255, LABELS[np.newaxis]
    W, b, costs = by_hand(X, Y, [6, *hidden, 1], scales, rate=0.05, steps=40, seed=3)
    np.testing.assert_allclose(model.history_.cost, costs, rtol=1e-12)
    for l, (w, c) in enumerate(zip(W, b, strict=True), 1):
        np.testing.assert_allclose(model.network_.W[l], w, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(model.network_.b[l], c, rtol=1e-9, atol=1e-12)


def test_nothing_is_left_to_chance_or_left_out():
    model = TabularClassifier(preset="course", epochs=30, random_state=1).fit(IMAGES, LABELS)
    record = model.network_.record
    assert model.network_.architecture.sizes == (6, 20, 7, 5, 1)
    assert model.network_.architecture.activations == ("relu", "relu", "relu", "sigmoid")
    assert (model.network_.n_networks, model.network_.W[1].dtype) == (None, np.float64)
    assert (record["samples"], record["steps"], record["epochs"]) == (30, 30, 30)
    kept = {
        name: record["settings"][name] for name in ("optimizer", "learning_rate", "schedule", "batch_size", "dropout")
    }
    assert kept == {
        "optimizer": "gradient_descent", "learning_rate": 0.0075, "schedule": "constant", "batch_size": None,
        "dropout": 0.0,
    }  # fmt: skip
    assert not model.history_.validation_cost
    assert model.get_params()["random_state"] == 1


def test_what_is_said_holds():
    softmax = TabularClassifier(4, "tanh", preset="course", epochs=3, random_state=0).fit(IMAGES, np.arange(30) % 3)
    assert softmax.network_.architecture.activations == ("tanh", "softmax")
    batches = TabularClassifier(4, preset="course", epochs=3, batch_size=10, n_networks=2, random_state=0)
    batches.fit(IMAGES, LABELS)
    assert (len(batches.history_.cost), batches.network_.n_networks) == (9, 2)


def test_numbers_of_a_table_are_scaled_and_not_binned():
    X = RNG.standard_normal((500, 2)) * [1, 1000] + [0, 5000]
    model = TabularRegressor(3, preset="course", epochs=5, random_state=0).fit(X, X.sum(axis=1))
    assert model.preparation_.n_features == 2
    prepared = model.prepared(X)
    low, middle, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
    np.testing.assert_allclose(prepared.T, (X - middle) / (high - low), rtol=1e-5, atol=1e-5)


def test_it_is_saved_and_resumed_as_it_is(tmp_path):
    whole = TabularClassifier(4, preset="course", epochs=20, random_state=2).fit(IMAGES, LABELS)
    part = TabularClassifier(4, preset="course", epochs=20, random_state=2)
    part.fit(IMAGES, LABELS, callbacks=[lambda progress: progress.epoch == 8])
    part.save(tmp_path / "part.glassnet")
    rest = load(tmp_path / "part.glassnet")
    assert rest.network_.W[1].dtype == np.float64
    rest.set_params(warm_start=True, epochs=12).fit(IMAGES, LABELS)
    np.testing.assert_allclose(rest.network_.vector, whole.network_.vector, rtol=1e-12)


# ---------------------------------------------------------------- cats
NETWORKS = {"20,7,5": "cat.L_layer_model", "7": "cat.two_layer_model"}


def train_on_cats(glassnet, tmp_path, *words):
    files = [shared(f"data/{part}_catvnoncat.h5") for part in ("train", "test")]
    out = tmp_path / "cats.glassnet"
    done = glassnet("train", files[0], "--test-file", files[1], "--preset", "course", "--seed", 1, "--out", out, *words)
    assert done.code == 0, done.err
    costs = {int(step): float(cost) for step, cost in re.findall(r"(\d+): (\d\.\d{6})\b", done.out)}
    return done.out, costs, load(out)


@pytest.mark.parametrize("hidden", NETWORKS)
def test_the_first_steps_on_cats_are_the_published_ones(hidden, tmp_path, glassnet):
    said, costs, model = train_on_cats(glassnet, tmp_path, "--hidden", hidden, "--epochs", 101)
    published = PUBLISHED[NETWORKS[hidden]]["costs_every_100"]
    assert [costs[0], costs[100]] == pytest.approx(published[:2], abs=1.1e-6)
    assert "non-cat 137" in said
    assert model.classes_.tolist() == ["non-cat", "cat"]


@pytest.mark.long
def test_the_four_layers_of_the_readme_reach_the_published_costs(tmp_path, glassnet):
    said, costs, _ = train_on_cats(glassnet, tmp_path)
    published = PUBLISHED["cat.L_layer_model"]
    assert [costs[step] for step in range(0, 2500, 100)] == pytest.approx(published["costs_every_100"], abs=1.1e-6)
    assert costs[2499] == pytest.approx(published["costs_0_100_200_2400_2499"][-1], abs=1.1e-6)
    shown = re.search(r"accuracy +([\d.]+) +([\d.]+)", said)
    assert shown
    test, training = map(float, shown.groups())
    assert test == published["test_accuracy"]
    assert training == pytest.approx(published["train_accuracy"], abs=5e-5)
