"""Importance on rows of the training: each is answered by the networks that left it out, so noise counts for 0."""

from functools import lru_cache

import numpy as np
import pytest

from explained import QUICK, rows_of
from glassnet import TabularClassifier, TabularRegressor, explain, load, workflows
from glassnet.explain.left_out import left_out_rows


def by_name(result):
    return {", ".join(each.columns): each for each in result.columns}


def backwards(X, y):
    """Return the same rows in another order, in which they are not recognised."""
    return rows_of(X, slice(None, None, -1)), y[::-1]


BY_HEART = {"epochs": 300, "learning_rate": 0.03, "schedule": "constant", "dropout": 0.0, "batch_size": 50}


@lru_cache
def overfitted(seed=0):
    """Return a classifier that learned its rows by heart, noise included, and these rows."""
    rng = np.random.default_rng(seed)
    X = {name: rng.normal(size=300) for name in ("x", "noise", "more")}
    y = np.where((X["x"] > 0) ^ (rng.random(300) < 0.2), "yes", "no")
    return TabularClassifier([64], n_networks=8, engine="numpy", random_state=0, **BY_HEART).fit(X, y), X, y


def test_noise_matters_where_it_was_learned_by_heart_and_not_out_of_fold():
    """Of few rows the importance of noise is 0 within some hundredths, so it is the mean of several tables that is."""
    tables = [overfitted(seed) for seed in range(4)]
    inside = [explain.importance(model, *backwards(X, y)) for model, X, y in tables]
    outside = [explain.importance(model, X, y) for model, X, y in tables]
    assert not any(result.left_out for result in inside)
    assert all(result.left_out for result in outside)
    means = [[by_name(result)[name].mean for result in inside] for name in ("noise", "more")]
    assert np.min(means) > 0.05
    means = [[by_name(result)[name].mean for result in outside] for name in ("noise", "more")]
    assert abs(np.mean(means)) < 0.02
    assert all(result.sentence.startswith("`x` matters most") for result in outside)


def test_rows_left_out_are_answered_as_new_ones():
    """Networks that learned rows by heart answer these better; a row left out has 2 networks, a new one 8."""
    rng = np.random.default_rng(9)
    new = {name: rng.normal(size=4000) for name in ("x", "noise", "more")}
    truth = np.where((new["x"] > 0) ^ (rng.random(4000) < 0.2), "yes", "no")
    tables = [overfitted(seed) for seed in range(4)]
    outside = np.mean([explain.importance(*each, metric="accuracy").value for each in tables])
    assert outside == pytest.approx(np.mean([model.score(new, truth) for model, _, _ in tables]), abs=0.07)
    assert outside < np.mean([model.score(X, y) for model, X, y in tables]) - 0.1


def test_the_parts_are_those_of_the_training():
    model, X, y = overfitted()
    rows = model.rows_left_out(X, y)
    found = left_out_rows(model.network_, rows, 300, 0)
    assert sum(len(those) for _, those in found.parts) == len(found.indices) == (rows.mask == 0).any(axis=(0, 1)).sum()
    outputs = found.outputs(found.X)
    for k in range(8):
        left = np.flatnonzero(rows.mask[k, 0, found.indices] == 0)
        pair = [j for j in range(8) if (rows.mask[j] == rows.mask[k]).all()]
        alone = np.mean(
            [model.network_.some([j]).astype("float64").forward(found.X[:, left]) for j in pair], axis=(0, 1)
        )
        assert outputs[left, 0] == pytest.approx(alone[0])
    assert (found.y == y[found.indices]).all()


def prices(m=240):
    rng = np.random.default_rng(2)
    X = {"a": rng.normal(size=m), "b": rng.exponential(size=m)}
    return X, np.exp(2 * X["a"] + X["b"] + 0.1 * rng.normal(size=m))


def cities(m=900):
    rng = np.random.default_rng(3)
    city = rng.integers(0, 200, m)
    return {"city": np.char.add("c", city.astype(str)), "a": rng.normal(size=m)}, np.sin(city) + rng.normal(size=m)


def words(m=200):
    rng = np.random.default_rng(4)
    some = np.array(["red", "green", "blue", "large", "small", "round", "flat", "heavy", "light", "warm", "cold"])
    X = {"what": np.array([" ".join(rng.choice(some, 6)) for _ in range(m)]), "a": rng.normal(size=m)}
    return X, np.char.find(X["what"], "red").clip(-1, 0) + 0.1 * rng.normal(size=m)


def days(m=240):
    rng = np.random.default_rng(5)
    day = rng.integers(0, 1000, m)
    return {"day": np.datetime64("2020-01-01") + day, "a": rng.normal(size=m)}, np.sin(day / 58) + rng.normal(size=m)


KINDS = {
    "a linear model": (lambda: (({"a": np.arange(99.0) % 7}), 3 * (np.arange(99.0) % 7) + 1), {}, {}),
    "logarithms": (prices, {}, {}),
    "many categories": (cities, {"hidden": [4], "n_networks": 4}, {}),
    "text": (words, {}, {}),
    "dates": (days, {}, {}),
    "validation rows": (prices, {"validation": 0.2}, {}),
    "weights": (prices, {}, {"sample_weight": np.arange(240) % 3 * 0.5}),
    "groups": (prices, {}, {"groups": np.arange(240) // 8}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_the_training_are_recognised(kind, tmp_path):
    make, settings, rest = KINDS[kind]
    X, y = make()
    model = TabularRegressor(**{**QUICK, "preset": "fast", **settings}).fit(X, y, **rest)
    result = explain.importance(model, X, y, **rest)
    assert result.left_out
    assert set(by_name(result)) == set(X)
    model.save(tmp_path / "m.glassnet")
    again = explain.importance(load(tmp_path / "m.glassnet"), X, y, **rest)
    assert again.value == pytest.approx(result.value)
    assert not explain.importance(model, *backwards(X, y)).left_out
    assert not explain.importance(model, rows_of(X, slice(1, None)), y[1:]).left_out


def test_what_nothing_was_left_out_of_is_answered_by_the_model():
    X, y = prices()
    model = TabularRegressor([3], n_networks=1, **QUICK).fit(X, y)
    assert not explain.importance(model, X, y).left_out


def test_from_a_file_that_all_was_trained_on(tmp_path, glassnet, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = prices()
    lines = [f"{a},{b},{c}" for a, b, c in zip(X["a"], X["b"], y, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *lines]))
    workflows.train_file("t.csv", "y", out="m.glassnet", test=0, random_state=0, preset="fast", epochs=2)
    found = workflows.explain_file("m.glassnet", "t.csv")
    assert found.importance.left_out
    assert not found.learned
    assert "each is answered by networks that left it out" in found.notes[0]
    done = glassnet("explain", "m.glassnet", "t.csv")
    assert "left it out" in done.out.replace("\n", " ")
    assert max(map(len, done.out.splitlines())) <= 80
