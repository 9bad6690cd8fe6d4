"""Skewed targets are learned as logarithms where rows left out say so; counts by their mean; odd targets."""

import numpy as np
import pytest

import glassnet
from glassnet import TabularRegressor, errors
from glassnet.estimators.tabular.candidate import LOG
from glassnet.estimators.targets import TargetScaler, target_from_document
from glassnet.scoring import score

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 3))
FAST = {"random_state": 0, "epochs": 10}


def kinds(model):
    return [each["kind"] for each in model.candidates_]


def test_an_exponential_is_found_exactly(tmp_path):
    y = np.exp(6 + X[:, 0] - 0.5 * X[:, 1])
    model = TabularRegressor(**FAST).fit(X[:300], y[:300])
    assert model.target_.log
    assert model.score(X[300:], y[300:]) > 0.9999
    assert any("logarithm" in note for note in model.notes_)
    model.save(tmp_path / "money.glassnet")
    loaded = glassnet.load(tmp_path / "money.glassnet")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert score(loaded, X, y) == score(model, X, y)


def test_the_mean_of_estimates_is_right_by_squared_error_and_their_median_by_absolute_error():
    y = np.exp(4 + 0.3 * X[:, 0] + RNG.normal(size=400))
    by_mean = TabularRegressor(**FAST).fit(X, y)
    by_median = TabularRegressor(**FAST, metric="mae").fit(X, y)
    assert by_median.target_.log
    assert by_median.target_.factor == 1
    assert np.mean(by_mean.predict(X)) == pytest.approx(np.mean(y), rel=0.1)
    assert np.mean(by_median.predict(X) > y) == pytest.approx(0.5, abs=0.1)


def test_what_is_no_skewed_money_is_not_tried():
    for y in (X[:, 0], np.abs(X[:, 0]) * 0, np.where(X[:, 0] > 1, 1e3, 0.0), 50 + X[:, 0]):
        assert not any(kind.endswith(LOG) for kind in kinds(TabularRegressor(**FAST).fit(X, y)))
    two = np.exp(3 * X[:, :2])
    assert not any(kind.endswith(LOG) for kind in kinds(TabularRegressor(**FAST).fit(X, two)))
    quantile = TabularRegressor(**FAST, loss="quantile(0.9)").fit(X, np.exp(X[:, 0]))
    assert not any(kind.endswith(LOG) for kind in kinds(quantile))


@pytest.mark.parametrize("power", [1, 4])
def test_logarithms_are_kept_where_they_are_better_on_rows_left_out(power):
    y = 5 + np.abs(X[:, 0]) ** power * 40 + np.abs(RNG.normal(size=400))
    model = TabularRegressor(**FAST).fit(X, y)
    best = min(model.candidates_, key=lambda each: each["cost"])["kind"]
    assert model.target_.log is best.endswith(LOG)


def test_the_log_scaler_by_hand():
    scaler = TargetScaler.of_logarithms(np.array([1.0, np.e**2]))
    np.testing.assert_allclose(scaler.encode(np.array([1.0, np.e, np.e**2]))[:, 0], [-1, 0, 1])
    np.testing.assert_allclose(scaler.decode(np.array([[-1.0], [0], [2]])), np.exp([0, 1, 3]))
    assert np.isfinite(scaler.decode(np.array([[1e9]]))).all()
    assert np.isfinite(scaler.encode(np.array([0.0, -5]))).all()  # of rows to score
    document = {**scaler.to_document(), "factor": 1.25}
    again = target_from_document(document)
    assert again.to_document() == document
    np.testing.assert_allclose(again.decode(np.array([[0.0]])), 1.25 * np.e)
    plain = TargetScaler.of(X[:, 0], standardize=True)
    assert set(plain.to_document()) == {"mean", "scale", "single"}
    for wrong in ({"transform": "sqrt"}, {"factor": 0}, {"factor": "1"}):
        with pytest.raises(errors.ModelFileError):
            target_from_document({**document, **wrong})


# ---------------------------------------------------------------- counts
@pytest.mark.parametrize("mean", [0.5, 4000.0])
def test_counts_of_any_size_are_learned(mean):
    y = RNG.poisson(mean * np.exp(0.3 * X[:, 0])).astype(float)
    model = TabularRegressor(**FAST, loss="poisson").fit(X[:300], y[:300])
    possible = 1 - np.var(y - mean * np.exp(0.3 * X[:, 0])) / np.var(y)
    assert model.score(X[300:], y[300:]) > possible - 0.05
    assert model.predict(X).mean() == pytest.approx(y.mean(), rel=0.1)
    assert "Poisson deviance" in score(model, X, y).values


def test_a_network_of_counts_begins_at_their_mean():
    y = RNG.poisson(4000, size=400).astype(float)
    model = TabularRegressor(hidden=4, loss="poisson", epochs=1, learning_rate=1e-9, random_state=0).fit(X, y)
    assert model.predict(X).mean() == pytest.approx(4000, rel=0.6)
    assert model.target_.scale[0] == pytest.approx(y.mean())
    nothing = TabularRegressor(**FAST, loss="poisson").fit(X, np.zeros(400))
    assert nothing.predict(X).max() < 0.2


def test_counts_below_zero_are_refused():
    with pytest.raises(errors.DataError, match="at least 0"):
        TabularRegressor(**FAST, loss="poisson").fit(X, X[:, 0])


# ---------------------------------------------------------------- odd targets
@pytest.mark.parametrize("unit", [1e-9, 1e-100, 1e12, 1e100])
def test_targets_of_any_unit(unit):
    model = TabularRegressor(**FAST).fit(X, unit * (X[:, 0] - 2 * X[:, 1]))
    assert model.score(X, unit * (X[:, 0] - 2 * X[:, 1])) > 0.9999
    assert score(model, X, unit * X[:, 0]).values["RMSE"] == pytest.approx(unit * 2, rel=0.2)


def test_targets_of_one_and_of_two_values_and_with_outliers():
    constant = TabularRegressor(**FAST).fit(X, np.full(400, 3.0))
    assert constant.predict(X) == pytest.approx(np.full(400, 3.0))
    assert "R²" not in score(constant, X, np.full(400, 3.0)).values
    two = TabularRegressor(**FAST).fit(X, (X[:, 0] > 0).astype(float))
    assert two.score(X, (X[:, 0] > 0).astype(float)) > 0.6
    y = X[:, 0].copy()
    y[::100] = 1e9
    wild = TabularRegressor(**FAST).fit(X, y)
    assert np.isfinite(wild.predict(X)).all()
    assert all(np.isfinite(value) for value in score(wild, X, y).values.values())


@pytest.mark.parametrize("moment", [1, 4, 5])
def test_an_interrupted_training_of_logarithms_is_resumed_to_the_bit(moment, tmp_path):
    y = np.exp(4 + X[:, 0] + 0.3 * X[:, 1] * X[:, 2] + 0.1 * RNG.normal(size=400))
    settings = {"random_state": 0, "epochs": 3, "n_networks": 4}
    whole = TabularRegressor(**settings).fit(X, y)
    assert kinds(whole)[-2].endswith(LOG)
    seen = []

    def stop(progress):
        seen.extend([0] * (progress.moment == "start"))
        if len(seen) == moment and progress.moment == "epoch":
            raise KeyboardInterrupt

    with pytest.warns(errors.InterruptedWarning):
        part = TabularRegressor(**settings).fit(X, y, callbacks=[stop])
    part.save(tmp_path / "part.glassnet")
    rest = glassnet.load(tmp_path / "part.glassnet").set_params(warm_start=True).fit(X, y)
    assert kinds(rest) == kinds(whole)
    np.testing.assert_array_equal(rest.predict(X), whole.predict(X))
